"""Strict parsers: one cell value in, one typed value out, or a ParseError that says why not.

Blank is missing, and so are `-`, `.`, `..` and `x` in columns of numbers. Nothing is guessed:
what can be read two ways is a fault with advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from socok_analysis.core.danish import did_you_mean, find_within
from socok_analysis.intake.dates import check_day as check_day
from socok_analysis.intake.dates import is_year as is_year
from socok_analysis.intake.dates import parse_date as parse_date
from socok_analysis.intake.dates import read_week
from socok_analysis.intake.dates import week_start as week_start
from socok_analysis.intake.faults import ParseError as ParseError
from socok_analysis.intake.lookalikes import describe_lookalikes
from socok_analysis.intake.numbers import parse_number as parse_number
from socok_analysis.intake.numbers import parse_percent as parse_percent
from socok_analysis.intake.numbers import parse_whole as parse_whole
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Foreign,
    Uncalculated,
    clean_text,
    fold,
    is_blank,
)

YES = frozenset({"ja", "j", "x", "1", "true", "sand", "✓", "✔"})
NO = frozenset({"nej", "n", "0", "false", "falsk"})
CPR_TEXT = re.compile(r"(\d{6})[-\s]?(\d{4})", re.ASCII)
DECIMAL_ID = re.compile(r"\d+[.,]0+")
ROUNDED_ID = re.compile(r"\d(?:[.,]\d+)?e\+\d{2,}", re.IGNORECASE)
MOST_DIGITS = 15
APOSTROPHES = ("'", "’", "‘", "´", "`")
SEPARATORS = (re.compile("[\r\n]+"), re.compile("[,+]"), re.compile(r"\s/\s"), re.compile("/"))
ERROR_TEXT = re.compile(
    r"#(?:n/a|i/t|div/0!|division/0!|getting_data|henter_data|#{2,}|[a-zæøå_]+[!?])", re.IGNORECASE
)
NINE_DIGITS = re.compile(r"\d{9}")
SHORT = 10
LONGEST_TEXT = 500
ODD = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
Parser = Callable[[CellValue], object]


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
    """Return a number by which something is known, as text.

    One with decimals is none, and one too long for Excel has lost its last digits.
    """
    text = parse_text(value)
    is_number = isinstance(value, (int, float))
    if text and (is_number and len(text) > MOST_DIGITS or ROUNDED_ID.fullmatch(text)):
        raise ParseError(
            "Excel har rundet nummeret af: et tal har højst 15 cifre.",
            "nummeret som tekst",
            "Giv kolonnen formatet Tekst, og hent nummeret igen.",
        )
    if text and text.startswith(APOSTROPHES):
        raise ParseError(
            "Nummeret begynder med en apostrof.",
            "et nummer uden apostrof",
            "Slet apostroffen.",
        )
    is_broken = isinstance(value, float) and value != int(value)
    if text and (is_broken or DECIMAL_ID.fullmatch(text)):
        raise ParseError(
            "Nummeret har decimaler.",
            "et nummer uden decimaler",
            "Giv kolonnen formatet Tekst, og skriv nummeret helt ud.",
        )
    return text


def simplify(value: CellValue) -> CellValue:
    """Return a whole number without its decimals, midnight as its day, a duration as 7:30."""
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, (time, timedelta)):
        return write_clock(value)
    is_day = isinstance(value, datetime) and value.time() == datetime.min.time()
    return value.date() if is_day else value  # type: ignore[attr-defined]


def write_clock(value: time | timedelta) -> str:
    """Return a time of day or a duration as Excel shows it, the hours of several days as one."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    hours, rest = divmod(round(value.total_seconds()), 3600)
    return f"{hours}:{rest // 60:02d}"


def write_raw(value: CellValue) -> str:
    """Return a refused value as text."""
    return str(simplify(value) if isinstance(value, (time, timedelta, Foreign)) else value)


def reject_odd(text: str) -> None:
    """Raise ParseError for letters that only look Latin, and for signs that no text has."""
    if text.isascii() and text.isprintable():
        return
    if ODD.search(text):
        raise ParseError(
            "Teksten har et tegn, der er gået i stykker.",
            "bogstaver, tal og tegn",
            "Slet teksten, og skriv den igen.",
        )
    if found := describe_lookalikes(text):
        raise ParseError(
            f"Teksten ser rigtig ud, men er det ikke.{found}",
            "bogstaver fra a til å",
            "Slet teksten, og skriv den igen på et dansk tastatur.",
        )


def parse_week(value: CellValue) -> str | None:
    """Return an ISO week such as 2019-W14."""
    text = parse_text(value)
    return read_week(text) if text else None


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
    """Return a parser for several values in a cell."""

    def is_known(part: str) -> bool:
        try:
            return parse(part) is not None
        except ParseError:
            return False

    def parse_all(value: CellValue) -> tuple[object, ...]:
        parse_text(value)
        return tuple(dict.fromkeys(map(parse, split_values(value, is_known))))

    return parse_all


def split_values(value: CellValue, is_known: Callable[[str], bool]) -> list[str]:
    """Return the texts of a cell that may hold several, separated by semicolons.

    Other signs separate them where each part is known by itself and the whole is not.
    """
    return [
        text
        for part in str("" if value is None else value).split(";")
        if not is_blank(part)
        for text in split_part(part, is_known)
    ]


def split_part(part: str, is_known: Callable[[str], bool]) -> list[str]:
    """Return a text in the parts that are known, or as it is."""
    if is_known(part):
        return [part]
    for pattern in SEPARATORS:
        parts = [each for each in pattern.split(part) if not is_blank(each)]
        if len(parts) > 1 and all(map(is_known, parts)):
            return parts
    return [part]


def reject_unreadable(value: CellValue) -> None:
    """Raise ParseError for an error cell, also one pasted as text, and an uncalculated formula."""
    if isinstance(value, CellError) or is_error_text(value):
        raise ParseError(
            f"Cellen viser fejlen {clean_text(value)}.",
            "en værdi",
            "Ret formlen, eller skriv værdien.",
        )
    if isinstance(value, Uncalculated):
        raise ParseError(
            "Cellen har en formel, der aldrig er beregnet.",
            "en værdi",
            "Åbn filen i Excel, og gem den, så formlerne beregnes.",
        )


def is_error_text(value: CellValue) -> bool:
    """Tell whether a text is an Excel error in English or Danish."""
    is_maybe = isinstance(value, str) and "#" in value[:2]
    return is_maybe and bool(ERROR_TEXT.fullmatch(clean_text(value)))


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
    "date": parse_date,
    "number": parse_number,
    "whole": parse_whole,
    "percent": parse_percent,
    "flag": parse_flag,
    "flag_or_date": parse_flag_or_date,
    "text": parse_text,
    "id": parse_id,
    "week": parse_week,
    "person": parse_cpr,
}
