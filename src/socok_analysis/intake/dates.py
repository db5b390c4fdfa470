"""Dates as a workbook holds them: Excel dates, serial numbers, Danish and ISO texts, weeks."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from socok_analysis.intake.faults import ParseError
from socok_analysis.workbook.cells import CellValue, clean_text, is_blank

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
EXCEL_DAY_0 = date(1899, 12, 30)
MIDNIGHT = r"(?:[T ]00[:.]00(?:[:.]00(?:\.0+)?)?)?"
SIGN = r"\s*[-–−./]\s*"
ISO_DATE = re.compile(rf"(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){MIDNIGHT}")
DANISH_DATE = re.compile(
    rf"(?:(?:den|d\.) ?)?(\d{{1,2}}){SIGN}(\d{{1,2}})(?:{SIGN}|,? )(\d{{4}}){MIDNIGHT}",
    re.IGNORECASE,
)
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
MONTH_NAMES = "|".join(
    (
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
        "sept",
        *MONTHS,
    )
)
WRITTEN_DATE = re.compile(
    r"(?:(?:man|tirs|ons|tors|fre|lør|søn)dag,? )?(?:(?:den|d\.) ?)?"
    rf"(\d{{1,2}})\.? ?({MONTH_NAMES})\.? ?(\d{{4}})",
    re.IGNORECASE,
)
WEEKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})-?W(?P<week>\d{2})",
        r"(?P<year>\d{4})[-, ]+uge ?(?P<week>\d{1,2})",
        r"uge ?(?P<week>\d{1,2})[-,/ ]+(?:i )?(?P<year>\d{4})",
    )
)
SHORT_YEAR = re.compile(rf"\d{{1,2}}{SIGN}\d{{1,2}}(?:{SIGN}|,? )\d{{2}}")
VAGUE_WORDS = (
    "primo|medio|ultimo|start|midt|slut|ca|omkring|for(?:år|året)|sommer(?:en)?|"
    "efter(?:år|året)|vinter(?:en)?|uge|kvartal"
)
VAGUE_DATE = re.compile(
    rf"[\d. ]*(?:{VAGUE_WORDS}|{MONTH_NAMES})\.? ?(?:i )?(?:{MONTH_NAMES})?[\d., /-]*",
    re.IGNORECASE,
)
SERIAL_TEXT = re.compile(r"[34]\d{4}")


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
    """Return the day of a moment at midnight; 2019 in a cell for dates is a day in 1905."""
    if value.time() != datetime.min.time():
        raise ParseError(
            "Datoen har et klokkeslæt.", "en dato uden klokkeslæt", "Fjern klokkeslættet."
        )
    if is_year((value.date() - EXCEL_DAY_0).days):
        raise ParseError(
            "Datoen ligger i 1905: er et årstal skrevet i en celle til datoer?",
            "en dato som 03-04-2019",
            "Skriv hele datoen.",
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
    if found := WRITTEN_DATE.fullmatch(text):
        return make_day(found[3], str(MONTHS.index(found[2][:3].lower()) + 1), found[1])
    if SHORT_YEAR.fullmatch(text):
        raise ParseError(
            "Årstallet har kun to cifre.", "en dato med fire cifre i året", "Skriv året helt ud."
        )
    if SERIAL_TEXT.fullmatch(text):
        raise ParseError(
            "Teksten ligner det tal, Excel gemmer en dato som.",
            "en dato som 03-04-2019",
            "Giv kolonnen datoformat, og skriv datoen igen.",
        )
    advice = "Skriv den bestemte dag." if VAGUE_DATE.fullmatch(text) else ""
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


def read_week(text: str) -> str:
    """Return the week a text names as ISO writes it: 2019-W14 for "uge 14, 2019"."""
    found = next((match for pattern in WEEKS if (match := pattern.fullmatch(text))), None)
    try:
        week = f"{found['year']}-W{int(found['week']):02d}" if found else ""
        check_day(week_start(week))
    except ValueError:
        raise ParseError("Værdien er ikke en uge.", "en uge som 2019-W14") from None
    return week


def week_start(week: str) -> date:
    """Return the Monday of a week such as 2019-W14; raise ValueError where there is none."""
    return date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
