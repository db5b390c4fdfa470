"""Danish numbers, dates and nearest names: rounded and written once, last, in this one place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import groupby

LOCALE = "da_DK"
HARD_SPACE = "\u00a0"
MINUS = "\u2212"
MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni", "juli", "august"),
    *("september", "oktober", "november", "december"),
)
MONTH = "|".join([*MONTHS, "sept", *(month[:3] for month in MONTHS)])  # a pattern


def join_numbers(numbers: Iterable[int]) -> str:
    """Return whole numbers as "4–7, 9": what follows on each other as a span."""
    spans = []
    for _, follow in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        first, *others = (str(number) for _, number in follow)
        spans.append("–".join([first, *others[-1:]]))
    return ", ".join(spans)


def join_words(words: Iterable[str]) -> str:
    """Return words as "a, b og c"."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} og {last}" if most else last


def round_half_up(number: float, decimals: int = 0) -> Decimal:
    """Round as Excel and readers do: halves away from zero (0.275 -> 27.5 %, 2.5 -> 3)."""
    exponent = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(number))).quantize(exponent, rounding=ROUND_HALF_UP)


def format_number(number: float, decimals: int = 0) -> str:
    """Return a number the Danish way: 1.071.573 and 96,8."""
    from babel.numbers import format_decimal

    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return format_decimal(round_half_up(number, decimals), format=pattern, locale=LOCALE)


def format_share(share: float, decimals: int = 1) -> str:
    """Return a fraction as a percentage: 0.275 -> "27,5 %"."""
    percent = Decimal(repr(float(share))) * 100
    return f"{format_number(float(percent), decimals)}{HARD_SPACE}%"


def format_points(difference: float) -> str:
    """Return a difference of two shares in percentage points, with its sign: "+4,9"."""
    points = format_number(float(Decimal(repr(float(difference))) * 100), 1)
    return points.replace("-", MINUS) if points.startswith("-") else f"+{points}"


def write_date(day: date, pattern: str) -> str:
    """Return a day written by a CLDR pattern."""
    from babel.dates import format_date

    return format_date(day, pattern, locale=LOCALE)


shorten_day = partial(write_date, pattern="d.M.y")  # 30.4.2020
format_day = partial(write_date, pattern="d.\u00a0MMMM y")  # 30. april 2020
format_month = partial(write_date, pattern="MMMM y")  # april 2020
shorten_month = partial(write_date, pattern="MMM y")  # apr. 2020


def format_period(first: date, last: date) -> str:
    """Return a period in words."""
    return f"{format_day(first)} til {format_day(last)}"


NORDIC = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})
INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000effff]"
)
CPR_LIKE = re.compile(r"(?<!\d)(\d{6})\s*[-–−_.]?\s*(\d{4})(?!\d)")
GAP = r"((?:[^\w]|_){0,3})"
CPR = re.compile(rf"(\d\d?){GAP}(\d\d){GAP}((?:\d\d)?\d\d){GAP}(\d{{4}})(?!\d)")
BEGINNING = re.compile(r"(?<!\d)(?<!\d[.,])(?=\d)")
FIRST_REPLACED, NEWEST_BIRTH = 61, 2010
MASK = "(personnummer skjult)"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where none is at all like it."""
    from rapidfuzz import fuzz, process

    match = process.extractOne(
        name, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60
    )
    return match[0] if match else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Mente du ...?" with the nearest known name, or an empty string."""
    found = nearest(name, known)
    return f" Mente du “{found}”?" if found else ""


def clean_text(value: object) -> str:
    """Return text with composed letters, single blanks, none around, and no sign without width."""
    text = str(value)
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(INVISIBLE)).strip()


def show_unseen(text: str) -> str:
    """Return text in which signs nobody sees, or that turn the others round, are written out."""
    return text if text.isprintable() else UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def fold(value: object) -> str:
    """Return text as it is compared: clean, and without regard to capital letters."""
    return clean_text(value).casefold()


def mask_cpr(text: str) -> str:
    """Return text in which whatever looks like a personal number is hidden."""
    return CPR_LIKE.sub(MASK, text)


def find_cpr(text: str, known: Container[str] = ()) -> Iterator[re.Match[str]]:
    """Yield what in a text is a known CPR number of ten digits, or reads like one in any spelling:
    day, month, year and four digits, with or without the century and up to two signs between.
    """
    for start in BEGINNING.finditer(text):
        if (found := CPR.match(text, start.start())) and _is_cpr(found, known):
            yield found


def _is_cpr(found: re.Match[str], known: Container[str]) -> bool:
    """Tell a CPR number from a date that a year or a number follows: 31-12-2019 1500."""
    day, first, month, second, year, gap, serial = found.groups()
    if f"{day:0>2}{month}{year[-2:]}{serial}" in known:
        return True
    number, is_whole = int(day), len(year) == 2 and not first
    is_day = len(day) == 2 and (1 <= number <= 31 or FIRST_REPLACED <= number <= 91)
    is_date = is_day and 1 <= int(month) <= 12 and first == second and len(first) <= 1
    if not is_date or (len(year) == 4 and year[:2] not in ("18", "19", "20")):
        return False
    if ("\n" in gap and "-" not in gap) or not (gap.strip(",;\t") or (is_whole and not gap)):
        return False
    is_joined = is_whole or number >= FIRST_REPLACED or bool(set("-_/") & set(gap))
    follows = 1900 <= int(serial) < 2100 or (len(year) == 4 and int(year) >= NEWEST_BIRTH)
    return is_joined or not follows


def make_slug(name: str) -> str:
    """Return a name as an id: lower case, æ ae, ø oe, å aa, hyphens between words."""
    text = unicodedata.normalize("NFC", name).lower().translate(NORDIC)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def split_cell(cell: object, sign: str = "|") -> list[str]:
    """Return the texts of a cell, blank or not, that a sign parts: spellings, aliases, words."""
    return [part for part in map(clean_text, str(cell or "").split(sign)) if part]
