"""Strict parsers: one cell value in, one typed value out, or a ParseError that says why not.

Blank is missing, and so are `-`, `.`, `..` and `x` in columns of numbers. Nothing is guessed:
what can be read two ways is a fault with advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache

from socok_analysis.intake.cells import (
    CellError,
    CellValue,
    Percent,
    Uncalculated,
    clean_text,
    fold,
    is_blank,
)
from socok_analysis.intake.dates import check_day as check_day
from socok_analysis.intake.dates import is_year as is_year
from socok_analysis.intake.dates import parse_date as parse_date
from socok_analysis.intake.faults import ParseError as ParseError
from socok_analysis.intake.lookalikes import describe_lookalikes
from socok_analysis.suggest import did_you_mean, find_within

DANISH_NUMBER = re.compile(r"[-−]?(?:\d{1,3}([. ])\d{3}(?:\1\d{3})*|\d+)(?:,\d+)?")
MISSING_NUMBER = frozenset({"x", "-", "–", ".", ".."})
YES = frozenset({"ja", "j", "x", "1", "true", "sand", "✓", "✔"})
NO = frozenset({"nej", "n", "0", "false", "falsk"})
WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.IGNORECASE)
CPR_TEXT = re.compile(r"(\d{6})[-\s]?(\d{4})", re.ASCII)
PERCENT_SIGN = re.compile(r"\s*(?:%|pct\.?|procent)$")
DECIMAL_ID = re.compile(r"\d+[.,]0+")
ERROR_TEXTS = frozenset((
    "#n/a", "#i/t", "#div/0!", "#division/0!", "#ref!", "#reference!", "#value!", "#værdi!",
    "#name?", "#navn?", "#num!", "#null!", "#nul!", "#spill!", "#overløb!", "#calc!", "#beregn!",
))  # fmt: skip
NINE_DIGITS = re.compile(r"\d{9}")
SHORT = 10
LONGEST_TEXT = 500
ODD = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
Parser = Callable[[CellValue], object]


def parse_number(value: CellValue) -> float | None:
    """Return a number; text is read the Danish way ("1.234,5")."""
    if is_blank(value) or fold(value) in MISSING_NUMBER:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, (bool, Percent)):
        return float(value)
    text = re.sub(r"\s*(kr\.?|timer|t\.?)$", "", fold(value)) if isinstance(value, str) else ""
    return read_number_text(text)


def read_number_text(text: str) -> float:
    """Return the number a Danish text writes."""
    if text.startswith("<"):
        raise ParseError(
            "Tallet er skjult i udtrækket, fordi det er lille.", "et tal som 4,5",
            "Hent udtrækket uden skjulte tal.",
        )  # fmt: skip
    if not DANISH_NUMBER.fullmatch(text):
        raise ParseError(
            "Værdien er ikke et tal.", "et tal som 4,5", "Skriv tallet med komma som decimaltegn."
        )
    return float(re.sub("[. ]", "", text).replace(",", ".").replace("−", "-"))


def parse_whole(value: CellValue) -> int | None:
    """Return a whole number."""
    number = parse_number(value)
    if number is not None and number != int(number):
        raise ParseError("Tallet har decimaler.", "et helt tal")
    return None if number is None else int(number)


def parse_percent(value: CellValue) -> float | None:
    """Return a percentage: 80 for 80, "80 %" and for 0.8 shown as 80 %."""
    if isinstance(value, Percent):
        return round(float(value) * 100, 9)
    if isinstance(value, str) and (found := PERCENT_SIGN.search(fold(value))):
        return read_number_text(fold(value)[: found.start()])
    number = parse_number(value)
    if number is not None and 0 < number <= 1:
        raise ParseError(
            "Tallet kan læses både som en andel og som procent.", "en procent som 80 %",
            "Skriv procenttegnet, eller brug procentformat i Excel.",
        )  # fmt: skip
    return number


def parse_flag(value: CellValue) -> bool | None:
    """Return yes or no; blank is unknown."""
    if is_blank(value):
        return None
    text = fold(int(value)) if value in (0, 1) else fold(value)
    if text in YES or text in NO:
        return text in YES
    raise ParseError("Værdien er hverken ja eller nej.", "ja eller nej")


def parse_flag_or_date(value: CellValue) -> tuple[bool | None, date | None]:
    """Return (yes or no, day): a date means yes."""
    try:
        return parse_flag(value), None
    except ParseError:
        day = parse_any_date(value)
        return True, day


def parse_any_date(value: CellValue) -> date | None:
    """Return a day, where yes or no would have been right too."""
    try:
        return parse_date(value)
    except ParseError as fault:
        raise ParseError(fault.message, "ja, nej eller en dato", fault.advice) from None


def parse_text(value: CellValue) -> str | None:
    """Return clean text; a number becomes its digits."""
    if is_blank(value):
        return None
    text = clean_text(value if isinstance(value, str) else simplify(value))
    if len(text) > LONGEST_TEXT:
        raise ParseError("Teksten er meget lang.", f"højst {LONGEST_TEXT} tegn")
    reject_odd(text)
    return text


def parse_id(value: CellValue) -> str | None:
    """Return a number by which something is known, as text; one with decimals is none."""
    text = parse_text(value)
    is_broken = isinstance(value, float) and value != int(value)
    if text and (is_broken or DECIMAL_ID.fullmatch(text)):
        raise ParseError(
            "Nummeret har decimaler.", "et nummer uden decimaler",
            "Giv kolonnen formatet Tekst, og skriv nummeret helt ud.",
        )  # fmt: skip
    return text


def simplify(value: CellValue) -> CellValue:
    """Return a whole number without its decimals, and a moment at midnight as its day."""
    if isinstance(value, float) and value == int(value):
        return int(value)
    is_day = isinstance(value, datetime) and value.time() == datetime.min.time()
    return value.date() if is_day else value  # type: ignore[attr-defined]


def reject_odd(text: str) -> None:
    """Raise ParseError for letters that only look Latin, and for signs that no text has."""
    if text.isascii() and text.isprintable():
        return
    if ODD.search(text):
        raise ParseError(
            "Teksten har et tegn, der er gået i stykker.", "bogstaver, tal og tegn",
            "Slet teksten, og skriv den igen.",
        )  # fmt: skip
    if found := describe_lookalikes(text):
        raise ParseError(
            f"Teksten ser rigtig ud, men er det ikke.{found}", "bogstaver fra a til å",
            "Slet teksten, og skriv den igen på et dansk tastatur.",
        )  # fmt: skip


def parse_week(value: CellValue) -> str | None:
    """Return an ISO week such as 2019-W14."""
    text = parse_text(value)
    if text is None:
        return None
    found = WEEK.fullmatch(text)
    try:
        week = f"{found[1]}-W{found[2]}" if found else ""
        check_day(week_start(week))
    except ValueError:
        raise ParseError("Værdien er ikke en uge.", "en uge som 2019-W14") from None
    return week


def week_start(week: str) -> date:
    """Return the Monday of a week such as 2019-W14; raise ValueError where there is none."""
    return date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)


def parse_cpr(value: CellValue) -> str | None:
    """Return the ten digits of a personal number; a lost leading zero is put back."""
    if is_blank(value):
        return None
    text = clean_text(simplify(value))
    text = text.zfill(10) if NINE_DIGITS.fullmatch(text) else text
    found = CPR_TEXT.fullmatch(text)
    if not (found and (is_birth_date(found[1]) or set(text) <= {"0", "-"})):
        raise ParseError("Værdien er ikke et CPR-nummer.", "et CPR-nummer med ti cifre")
    return found[1] + found[2]


@lru_cache(maxsize=1 << 16)
def is_birth_date(digits: str) -> bool:
    """Tell whether DDMMYY is a day; replacement numbers have 60 added to the day."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    try:
        date(2000 + year, month, day - 60 if day > 60 else day)
    except ValueError:
        return (day % 60, month) == (29, 2)
    return True


def parse_choice(
    choices: Mapping[str, str], labels: Iterable[str], what: str, advice: str
) -> Parser:
    """Return a parser for a closed list (folded label to code); `labels` are shown as nearest."""

    def parse(value: CellValue) -> str | None:
        text = parse_text(value)
        if text is None:
            return None
        if fold(text) not in choices:
            near = did_you_mean(text, labels)
            within = None if near else find_within(text, labels)
            hint = f" Mente du “{within}”?" if within else near
            message = f"Værdien er ikke {what}.{hint}"
            raise ParseError(message, what, advice, is_harmless=bool(near))
        return choices[fold(text)]

    return parse


def parse_many(parse: Parser) -> Parser:
    """Return a parser for several values in a cell, separated by semicolons."""

    def parse_all(value: CellValue) -> tuple[object, ...]:
        text = parse_text(value) or ""
        return tuple(dict.fromkeys(parse(part) for part in text.split(";") if not is_blank(part)))

    return parse_all


def reject_unreadable(value: CellValue) -> None:
    """Raise ParseError for an error cell, also one pasted as text, and an uncalculated formula."""
    if isinstance(value, CellError) or is_error_text(value):
        raise ParseError(
            f"Cellen viser fejlen {clean_text(value)}.", "en værdi",
            "Ret formlen, eller skriv værdien.",
        )  # fmt: skip
    if isinstance(value, Uncalculated):
        raise ParseError(
            "Cellen har en formel, der aldrig er beregnet.", "en værdi",
            "Åbn filen i Excel, og gem den, så formlerne beregnes.",
        )  # fmt: skip


def is_error_text(value: CellValue) -> bool:
    """Tell whether a text is an Excel error in English or Danish."""
    return isinstance(value, str) and "#" in value[:2] and fold(value) in ERROR_TEXTS


def read_plain_id(value: CellValue) -> str | None:
    """Return an id of a few plain letters and digits, in which nothing is to clean or refuse."""
    is_plain = type(value) is str and len(value) < SHORT and value.isascii() and value.isalnum()
    return value if is_plain else None  # type: ignore[return-value]


def read_plain_cpr(value: CellValue) -> str | None:
    """Return the digits of a personal number that is written as it should be."""
    found = CPR_TEXT.fullmatch(value) if isinstance(value, str) else None
    return found[1] + found[2] if found and is_birth_date(found[1]) else None


def read_nothing(value: CellValue) -> None:
    """Return nothing: the value is for the strict parser."""


QUICK: Mapping[str, Parser] = {"id": read_plain_id, "person": read_plain_cpr}
PARSERS: Mapping[str, Parser] = {
    "date": parse_date, "number": parse_number, "whole": parse_whole, "percent": parse_percent,
    "flag": parse_flag, "flag_or_date": parse_flag_or_date, "text": parse_text, "id": parse_id,
    "week": parse_week, "person": parse_cpr,
}  # fmt: skip
