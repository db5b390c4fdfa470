"""Strict parsers: one cell value in, one typed value out, or a ParseError that says why not.

Blank is missing, and so are `-`, `.`, `..` and `x` in columns of numbers. Nothing is guessed:
what can be read two ways is a fault with advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from rapidfuzz import fuzz

from socok_analysis.core.danish import MONTH, MONTHS, clean_text, did_you_mean, fold
from socok_analysis.core.problems import Proposal
from socok_analysis.workbook import cells
from socok_analysis.workbook.cells import CellValue, Foreign, Percent, is_blank

Parser = Callable[[CellValue], object]
Told = tuple[str, Proposal | None]  # what to say and what to write
Proposer = Callable[[str, bool], Told]  # of a text, and whether it may be quoted
BLANK = "Værdien mangler."
NOTHING = (
    "Værdien bruges ofte om, at der ikke er nogen.",
    "Betyder den, at cellen er tom, så skriv det i data/raw/maps/layout.csv. Ellers ret den.",
    "en værdi eller en tom celle",
)
NOTHING_WORDS = re.compile(
    r"[(<[]?(?:null|nil|none|nan|n/a|n\.a\.?|na|blank|tom|tomt)[])>]?|[-–—._…?]{1,3}|"
    r"00-00-0000|0000-00-00",
    re.IGNORECASE,
)
NOTHING_DAYS = (date(1, 1, 1), date(1900, 1, 1), date(2099, 12, 31), date(9999, 12, 31))
TWO_WAYS = re.compile(r"(?:^|[^\d.,])[1-9]\d{0,2},\d{3}(?!\d)")
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
EXCEL_DAY_0, LAST_SERIAL = date(1899, 12, 30), 73415  # 2100-12-31
MIDNIGHT = r"(?:(?:T| (?:kl\.? ?)?)00[:.]00(?:[:.]00(?:\.0+)?)?(?:Z|[-+]\d\d:?\d\d)?)?"
SIGN, COMPACT = r"\s*[-‐‑–−./]\s*", r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
YEAR, NUMBER = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})"
DAY = r"(?:(?:den|d\.) ?)?(?P<day>\d{1,2})"
WEEKDAY = r"(?:(?:man|tirs?|ons|tors?|fre|lør|søn)(?:dag|\.)?,? )?"
DATES = (
    COMPACT,
    rf"{YEAR}[-/]{NUMBER}[-/](?P<day>\d{{1,2}}){MIDNIGHT}",
    rf"{WEEKDAY}{DAY}{SIGN}{NUMBER}(?:{SIGN}|,? ){YEAR}{MIDNIGHT}",
    rf"{WEEKDAY}{DAY}[-. ]*(?P<month>{MONTH})[-.,]* ?{YEAR}{MIDNIGHT}",
)
VAGUE = "primo|medio|ultimo|start|midt|slut|ca|omkring|for(?:år|året)|sommer(?:en)?|"
VAGUE += "efter(?:år|året)|vinter(?:en)?|uge|kvartal"
VAGUE_DATE = re.compile(rf"[\d. ]*(?:{VAGUE}|{MONTH})\.? ?(?:i )?(?:{MONTH})?[\d., /-]*", re.I)
WEEKS = (
    rf"{YEAR}-?W(?P<week>\d{{2}})",
    rf"{YEAR}[-, ]+uge ?(?P<week>\d{{1,2}})",
    rf"uge ?(?P<week>\d{{1,2}})[-,/ ]+(?:i )?{YEAR}",
)
DANISH_NUMBER = re.compile(r"[-−]?(?:\d{1,3}([. ])\d{3}(?:\1\d{3})*|\d+)(?:,\d+)?")
MISSING = frozenset({"x", "-", "–", ".", ".."})
UNIT_AFTER = re.compile(r"\s*(?:kr\.?|dkk|(?:timer|t\.?)(?:\s*(?:/|pr\.?)\s*uge)?)$")
WHOLE_KRONER = re.compile(r"^([^,]*\d),[-–](?=\s*(?:kr\.?)?$)")
YES = frozenset({"ja", "j", "x", "1", "true", "sand", "✓", "✔"})
NO = frozenset({"nej", "n", "0", "false", "falsk"})
MOST_DIGITS, LONGEST_TEXT, APOSTROPHES = 15, 500, ("'", "’", "‘", "´", "`")
SEPARATORS = tuple(map(re.compile, ("[\r\n]+", "[,+]", r"\s(?:og|samt|&)\s", r"\s/\s", "/")))
ERROR_TEXT = re.compile(
    r"#(?:n/a|i/t|div(?:ision)?/0!|getting_data|henter_data|#{2,}|[a-zæøå_]+[!?])", re.I
)
LOOKALIKES = frozenset(
    "ͺͿΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγινορσυϒϜϱϲϳϹϺᴦι"  # Greek letters that read as one from a to z
    "ЅІЈАВЕКМНОРСТХУЬагеорсухѕіјһѴѵҮүҽӀӏԁԌԛԜԝѡꙇ"  # Cyrillic ones
    "ՍՏՕագզհոռսցքօ"  # Armenian ones
)


@dataclass(eq=False)
class ParseError(Exception):
    """A value that cannot be read as what its column holds. Texts are Danish, without the value.

    `expected` is what its type expects unless said. `is_harmless`: its words are nearly known
    ones, so that it cannot be a person's name.
    """

    message: str
    advice: str = "Ret værdien i udtrækket."
    expected: str = ""
    is_harmless: bool = False
    propose: Callable[[bool], Told] | None = None


def parse_date(value: CellValue) -> date | None:
    """Return the day of an Excel date, a serial number or a Danish or ISO text."""
    if is_blank(value):
        return None
    read = simplify(value)
    if isinstance(read, int) and not isinstance(read, bool) and 1 <= read <= LAST_SERIAL:
        read = EXCEL_DAY_0 + timedelta(days=read)
    if isinstance(read, datetime):
        raise ParseError("Datoen har et klokkeslæt.", "Fjern klokkeslættet.")
    if isinstance(read, date):
        day = read
    elif isinstance(read, str) or re.fullmatch(COMPACT, str(read)):
        day = _read_date(clean_text(read))
    else:
        raise ParseError("Værdien er ikke en dato.")
    if not EARLIEST <= day <= LATEST:
        raise ParseError("Datoen ligger uden for 1900-2100.")
    if not isinstance(value, str) and is_year((day - EXCEL_DAY_0).days):
        raise ParseError("Værdien ligner et årstal; som dato er den i 1905.", "Skriv hele datoen.")
    if not isinstance(value, str) and day < date(1900, 3, 1):  # Excel's 29-02-1900 is no day
        message = "Datoen ligger i begyndelsen af 1900: er et tal skrevet i en celle til datoer?"
        raise ParseError(message, "Skriv hele datoen som tekst, hvis den er rigtig.")
    return day


def _read_date(text: str) -> date:
    """Return the day a text names, day before month as in Danish."""
    if found := next((m for form in DATES if (m := re.fullmatch(form, text, re.I))), None):
        year, month, day = found.group("year", "month", "day")
        if not month.isdigit():
            month = [each[:3] for each in MONTHS].index(month[:3].lower()) + 1
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise ParseError("Den dag findes ikke.") from None
    if re.fullmatch(rf"\d{{1,2}}{SIGN}\d{{1,2}}(?:{SIGN}|,? )\d{{2}}", text):
        raise ParseError("Årstallet har kun to cifre.", "Skriv året helt ud.")
    if re.fullmatch(r"[34]\d{4}", text):
        advice = "Giv kolonnen datoformat, og skriv datoen igen."
        raise ParseError("Teksten ligner det tal, Excel gemmer en dato som.", advice)
    if VAGUE_DATE.fullmatch(text):
        raise ParseError("Teksten er ikke en dato.", "Skriv den bestemte dag.", is_harmless=True)
    raise ParseError("Teksten er ikke en dato.")


def is_word_for_nothing(value: CellValue) -> bool:
    """Tell whether a cell holds one of the words that systems write for no value at all."""
    day = simplify(value)
    if isinstance(day, str) and NOTHING_WORDS.fullmatch(day.strip()):
        return True
    with suppress(ParseError):
        day = _read_date(clean_text(day)) if isinstance(day, str) else day
    return day in NOTHING_DAYS


def is_year(number: float) -> bool:
    """Tell whether a number in a column of dates may be a year rather than a serial number."""
    return EARLIEST.year <= number <= LATEST.year


def parse_week(value: CellValue) -> str | None:
    """Return an ISO week: 2019-W14 for "uge 14, 2019"."""
    if (text := parse_text(value)) is None:
        return None
    found = next((m for form in WEEKS if (m := re.fullmatch(form, text, re.I))), None)
    week = f"{found['year']}-W{int(found['week']):02d}" if found else ""
    try:
        parse_date(week_start(week))
    except ValueError:
        raise ParseError("Værdien er ikke en uge.") from None
    return week


def week_start(week: str) -> date:
    """Return the Monday of a week such as 2019-W14; raise ValueError where there is none."""
    return date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)


def parse_number(value: CellValue) -> float | None:
    """Return a number; text is read the Danish way ("1.234,5", "kr. 15.000,-")."""
    if is_blank(value) or fold(value) in MISSING:
        return None
    if isinstance(value, Foreign):
        message = "Talformatet viser en enhed: er det tusinder, millioner eller en anden valuta?"
        raise ParseError(message, "Skriv det hele tal, og giv cellen formatet Tal.")
    if isinstance(value, (int, float)) and not isinstance(value, (bool, Percent)):
        return float(value)
    read = simplify(value) if isinstance(value, (time, timedelta)) else value
    text = WHOLE_KRONER.sub(r"\1", fold(read)) if isinstance(read, str) else ""
    text = re.sub(r"^([\d. ]+,\d\d)[-−]$", r"-\1", text)
    plain = re.sub(r"^(?:kr\.?|dkk)\s*(?=[-−\d])", "", text)
    return _read_number(plain if plain != text else UNIT_AFTER.sub("", text))


def _read_number(text: str) -> float:
    if text.startswith("<"):
        advice = "Hent udtrækket uden skjulte tal."
        raise ParseError("Tallet er skjult i udtrækket, fordi det er lille.", advice)
    if re.fullmatch(r"\d{1,3}(?::\d{2}){1,2}", text):
        advice = "Giv kolonnen formatet Tal, og skriv timerne med komma: 37:30 er 37,5."
        raise ParseError("Timerne er skrevet som et klokkeslæt.", advice)
    if not DANISH_NUMBER.fullmatch(text):
        raise ParseError("Værdien er ikke et tal.", "Skriv tallet med komma som decimaltegn.")
    return float(re.sub("[. ]", "", text).replace(",", ".").replace("−", "-"))


def _parse_whole(value: CellValue) -> int | None:
    number = parse_number(value)
    if number is not None and number != int(number):
        raise ParseError("Tallet har decimaler.")
    return None if number is None else int(number)


def parse_percent(value: CellValue) -> float | None:
    """Return a percentage: 80 for 80, "80 %" and for 0.8 shown as 80 %."""
    if isinstance(value, Percent):
        return round(float(value) * 100, 9)
    if found := re.fullmatch(r"(.*?)\s*(?:%|pct\.?|procent)", fold(value)):
        return _read_number(found[1])
    number = parse_number(value)
    if number is not None and 0 < number <= 1:
        advice = "Skriv procenttegnet, eller brug procentformat i Excel."
        raise ParseError("Tallet kan læses både som en andel og som procent.", advice)
    return number


def _parse_flag(value: CellValue) -> bool | None:
    if is_blank(value):
        return None
    text = fold(int(value)) if value in (0, 1) else fold(value)
    if text in YES or text in NO:
        return text in YES
    raise ParseError("Værdien er hverken ja eller nej.")


def _parse_flag_or_date(value: CellValue) -> tuple[bool | None, date | None]:
    with suppress(ParseError):
        return _parse_flag(value), None
    return True, parse_date(value)


def parse_text(value: CellValue) -> str | None:
    """Return clean text; refuse signs that no text has and letters that only look Latin."""
    text, again = write_text(value), "Slet teksten, og skriv den igen"
    if text is None:
        return None
    if len(text) > LONGEST_TEXT:
        raise ParseError(f"Teksten er meget lang: den må højst have {LONGEST_TEXT} tegn.")
    if re.search("[\x00-\x1f\x7f-\x9f\ufffd\ufffe\uffff]", text):
        raise ParseError("Teksten har et tegn, der er gået i stykker.", f"{again}.")
    if found := describe_lookalikes(text):
        message = f"Teksten ser rigtig ud, men er det ikke.{found}"
        raise ParseError(message, f"{again} på et dansk tastatur.")
    return text


def write_text(value: CellValue) -> str | None:
    """Return a cell as clean text, whatever is in it; None for a blank."""
    return None if is_blank(value) else clean_text(simplify(value))


def simplify(value: CellValue) -> CellValue:
    """Return a whole number without its decimals, midnight as its day, a duration as 7:30."""
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        hours, rest = divmod(round(value.total_seconds()), 3600)
        return f"{hours}:{rest // 60:02d}"
    return value.date() if isinstance(value, datetime) and value.time() == time.min else value


def describe_lookalikes(text: str) -> str:
    """Return a sentence that names letters of other alphabets that look like one from a to z."""
    found = ", ".join(f"“{letter}”" for letter in dict.fromkeys(text) if letter in LOOKALIKES)
    return f" Den har bogstaver fra et andet alfabet: {found}." if found else ""


def _parse_id(value: CellValue) -> str | None:
    """Return a number by which something is known, as text, whole and not rounded."""
    text, is_number = parse_text(value) or "", isinstance(value, (int, float))
    if text.startswith(APOSTROPHES):
        raise ParseError("Nummeret begynder med en apostrof.", "Slet apostroffen.")
    is_long = is_number and len(text) > MOST_DIGITS
    if is_long or re.fullmatch(r"\d(?:[.,]\d+)?e\+\d{2,}", text, re.I):
        advice = "Giv kolonnen formatet Tekst, og hent nummeret igen."
        raise ParseError("Excel har rundet nummeret af: et tal har højst 15 cifre.", advice)
    if (is_number and "." in text) or re.fullmatch(r"\d+[.,]0+", text):
        advice = "Giv kolonnen formatet Tekst, og skriv nummeret helt ud."
        raise ParseError("Nummeret har decimaler.", advice)
    return text or None


def _parse_cpr(value: CellValue) -> str | None:
    """Return the ten digits of a personal number; a lost leading zero is put back."""
    if (text := write_text(value)) is None:
        return None
    text = text.zfill(10) if len(text) == 9 else text
    found = re.fullmatch(r"(\d{6})[-\s]?(\d{4})", text, re.ASCII)
    if not (found and (cells.is_birth_date(found[1]) or set(text) <= {"0", "-"})):
        raise ParseError("Værdien er ikke et CPR-nummer.")
    return found[1] + found[2]


def parse_choice(
    choices: Mapping[str, str], what: str, advice: str, propose: Proposer = lambda *_: ("", None)
) -> Parser:
    """Return a parser for a closed list (label to code), in whatever alphabet."""
    folded = {fold(label): code for label, code in choices.items()}

    def parse(value: CellValue) -> str | None:
        if (text := write_text(value)) is None:
            return None
        if (known := folded.get(fold(text))) is not None:
            return known
        parse_text(value)
        near, within = did_you_mean(text, choices), find_within(text, choices)
        hint = near or (f" Mente du “{within}”?" if within else "")
        told = f"Værdien er ikke {what}.{hint}"
        raise ParseError(told, advice, what, bool(near), partial(propose, text))

    return parse


def find_within(name: str, known: Iterable[str]) -> str | None:
    """Return the longest known name whose words are all shared, else the shortest around `name`."""
    letters, others = re.sub(r"[\W_]", "", name.casefold()), [*known]
    share_all = partial(fuzz.token_set_ratio, name, processor=str.casefold, score_cutoff=100)
    fits = [other for other in others if min(len(other), len(name)) >= 4 and share_all(other)]
    held = [other for other in others if letters in re.sub(r"[\W_]", "", other.casefold())]
    wider = held if len(letters) >= 6 else ()
    return max(fits, key=len, default=None) or min(wider, key=len, default=None)


def split_values(value: CellValue, is_known: Callable[[str], bool]) -> list[str]:
    """Return the texts of a cell, apart at semicolons, or other signs where each part is known."""
    texts: list[str] = []
    for part in str("" if value is None else value).split(";"):
        if not is_blank(part):
            splits = () if is_known(part) else (sign.split(part) for sign in SEPARATORS)
            filled = ([text for text in split if not is_blank(text)] for split in splits)
            known = (split for split in filled if len(split) > 1 and all(map(is_known, split)))
            texts += next(known, [part])
    return texts


def reject_unreadable(value: CellValue) -> None:
    """Raise ParseError for an error cell, also one pasted as text, and an uncalculated formula."""
    text = clean_text(value) if isinstance(value, str) and "#" in value[:2] else ""
    if isinstance(value, cells.CellError) or ERROR_TEXT.fullmatch(text):
        message = f"Cellen viser fejlen {clean_text(value)}."
        raise ParseError(message, "Ret formlen, eller skriv værdien.")
    if isinstance(value, cells.Uncalculated):
        advice = "Åbn filen i Excel, og gem den, så formlerne beregnes."
        raise ParseError("Cellen har en formel, der aldrig er beregnet.", advice)


# What reads the values of each type, and what is expected in place of one that cannot be read.
TYPES: Mapping[str, tuple[Parser, str]] = {
    "date": (parse_date, "en dato som 03-04-2019"),
    "number": (parse_number, "et tal som 4,5"),
    "whole": (_parse_whole, "et helt tal"),
    "percent": (parse_percent, "en procent som 80 %"),
    "flag": (_parse_flag, "ja eller nej"),
    "flag_or_date": (_parse_flag_or_date, "ja, nej eller en dato"),
    "week": (parse_week, "en uge som 2019-W14"),
    "id": (_parse_id, "nummeret som tekst"),
    "text": (parse_text, "en tekst med danske bogstaver"),
    "person": (_parse_cpr, "et CPR-nummer med ti cifre"),
}
PARSERS = {name: parse for name, (parse, _) in TYPES.items()}
EXPECTED = {name: expected for name, (_, expected) in TYPES.items()}
