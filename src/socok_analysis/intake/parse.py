"""Strict parsers: one cell value in, one typed value out, or a ParseError that says why not.

Blank is missing, and so are `-`, `.`, `..` and `x` in columns of numbers. Nothing is guessed:
what can be read two ways is a fault with advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
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
from socok_analysis.suggest import did_you_mean

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
EXCEL_DAY_0 = date(1899, 12, 30)
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
DANISH_DATE = re.compile(r"(\d{1,2})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{4})")
SHORT_YEAR = re.compile(r"\d{1,2}\s*[-./]\s*\d{1,2}\s*[-./]\s*\d{2}")
VAGUE_DATE = re.compile(r"(primo|medio|ultimo|ca\.?|forår|sommer|efterår|vinter)\b", re.IGNORECASE)
DANISH_NUMBER = re.compile(r"[-−]?(?:\d{1,3}([. ])\d{3}(?:\1\d{3})*|\d+)(?:,\d+)?")
MISSING_NUMBER = frozenset({"x", "-", "–", ".", ".."})
YES, NO = frozenset({"ja", "j", "x", "1", "true"}), frozenset({"nej", "n", "0", "false"})
WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.IGNORECASE)
CPR_TEXT = re.compile(r"(\d{6})[-\s]?(\d{4})")
LONGEST_TEXT = 500


class ParseError(Exception):
    """A value that cannot be read as what its column holds. Texts are Danish, without the value.

    `is_harmless`: its words are nearly known ones, so that it cannot be a person's name.
    """

    def __init__(
        self, message: str, expected: str, advice: str = "", is_harmless: bool = False
    ) -> None:
        super().__init__(message)
        self.is_harmless = is_harmless
        self.message = message
        self.expected = expected
        self.advice = advice


Parser = Callable[[CellValue], object]


def parse_date(value: CellValue) -> date | None:
    """Return the day a cell holds: an Excel date, a serial number or a Danish or ISO text."""
    if is_blank(value):
        return None
    if isinstance(value, datetime):
        return check_day(read_datetime(value))
    if isinstance(value, date):
        return check_day(value)
    if isinstance(value, str):
        return check_day(read_date_text(clean_text(value)))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return check_day(read_serial(int(value)))
    raise ParseError("Værdien er ikke en dato.", "en dato som 03-04-2019")


def read_datetime(value: datetime) -> date:
    """Return the day of a moment at midnight."""
    if value.time() != datetime.min.time():
        raise ParseError(
            "Datoen har et klokkeslæt.", "en dato uden klokkeslæt", "Fjern klokkeslættet."
        )
    return value.date()


def read_serial(number: int) -> date:
    """Return the day of an Excel serial number (1900 system)."""
    if is_year(number):
        raise ParseError("Tallet ligner et årstal.", "en dato som 03-04-2019", "Skriv hele datoen.")
    if not 1 <= number <= (LATEST - EXCEL_DAY_0).days:
        raise ParseError("Tallet er ikke en dato.", "en dato som 03-04-2019")
    return EXCEL_DAY_0 + timedelta(days=number)


def is_year(number: float) -> bool:
    """Tell whether a number in a column of dates may be a year rather than a serial number."""
    return EARLIEST.year <= number <= LATEST.year


def read_date_text(text: str) -> date:
    """Return the day a text names, day before month as in Danish."""
    if found := ISO_DATE.fullmatch(text):
        return make_day(found[1], found[2], found[3])
    if found := DANISH_DATE.fullmatch(text):
        return make_day(found[3], found[2], found[1])
    if SHORT_YEAR.fullmatch(text):
        raise ParseError(
            "Årstallet har kun to cifre.", "en dato med fire cifre i året", "Skriv året helt ud."
        )
    advice = "Skriv den bestemte dag." if VAGUE_DATE.match(text) else ""
    raise ParseError("Teksten er ikke en dato.", "en dato som 03-04-2019", advice, bool(advice))


def make_day(year: str, month: str, day: str) -> date:
    """Return a day that exists."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ParseError("Den dag findes ikke.", "en dato som 03-04-2019") from None


def check_day(day: date) -> date:
    """Return a day between 1900 and 2100."""
    if not EARLIEST <= day <= LATEST:
        raise ParseError("Datoen ligger uden for 1900-2100.", "en dato fra 1900 til 2100")
    return day


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
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return read_number_text(clean_text(value).rstrip("% "))
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
    if isinstance(value, float) and value == int(value):
        value = int(value)
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        value = value.date()
    text = clean_text(value)
    if len(text) > LONGEST_TEXT:
        raise ParseError("Teksten er meget lang.", f"højst {LONGEST_TEXT} tegn")
    return text


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
    text = str(int(value)) if isinstance(value, (int, float)) else clean_text(value)
    text = text.zfill(10) if re.fullmatch(r"\d{9}", text) else text
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
            message = f"Værdien er ikke {what}.{near}"
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
    """Raise ParseError for an error cell and for a formula without a stored result."""
    if isinstance(value, CellError):
        raise ParseError(
            f"Cellen viser fejlen {value.code}.", "en værdi", "Ret formlen, eller skriv værdien."
        )
    if isinstance(value, Uncalculated):
        raise ParseError(
            "Cellen har en formel, der aldrig er beregnet.", "en værdi",
            "Åbn filen i Excel, og gem den, så formlerne beregnes.",
        )  # fmt: skip


PARSERS: Mapping[str, Parser] = {
    "date": parse_date, "number": parse_number, "whole": parse_whole, "percent": parse_percent,
    "flag": parse_flag, "flag_or_date": parse_flag_or_date, "text": parse_text, "id": parse_text,
    "week": parse_week, "person": parse_cpr,
}  # fmt: skip
