"""Strict parsers: one cell value in, one typed value out, or a ParseError that says why not.

Blank is missing, and so are `-`, `.`, `..` and `x` in columns of numbers. Nothing is guessed:
what can be read two ways is a fault with advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta

from socok_analysis.core.danish import clean_text, did_you_mean, find_within, fold
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Foreign,
    Percent,
    Uncalculated,
    is_birth_date,
    is_blank,
)

Parser = Callable[[CellValue], object]
BLANK = "Værdien mangler."
NOTHING = (
    "Værdien bruges ofte om, at der ikke er nogen.",
    "en værdi eller en tom celle",
    "Betyder den, at cellen er tom, så skriv det i data/raw/maps/layout.csv. Ellers ret den.",
)
A_DATE, A_NUMBER = "en dato som 03-04-2019", "et tal som 4,5"
ODD_UNIT = (
    "Talformatet viser en enhed, så tallet kan være tusinder, millioner eller en anden valuta.",
    A_NUMBER,
    "Skriv det hele tal, og giv cellen formatet Tal.",
)

NOTHING_WORDS = re.compile(
    r"[(<]?(?:null|nil|none|nan|n/a|n\.a\.|na|blank|tom|tomt)[)>]?|-{1,3}|\?{1,3}|"
    r"31-12-9999|9999-12-31|01-01-(?:1900|0001)|(?:1900|0001)-01-01|00-00-0000|0000-00-00",
    re.IGNORECASE,
)
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
EXCEL_DAY_0, LAST_SERIAL = date(1899, 12, 30), 73415  # 2100-12-31
FIRST_SURE = date(1900, 3, 1)  # before it Excel counts one day too many
MIDNIGHT = r"(?:[T ]00[:.]00(?:[:.]00(?:\.0+)?)?Z?)?"
SIGN = r"\s*[-–−./]\s*"
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
MONTH = (
    "januar|februar|marts|april|juni|juli|august|september|oktober|november|december|sept|"
    + "|".join(MONTHS)
)
COMPACT_DATE = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")
DATES = (
    re.compile(rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}}){MIDNIGHT}"),
    COMPACT_DATE,
    re.compile(
        rf"(?:(?:den|d\.) ?)?(?P<day>\d{{1,2}}){SIGN}(?P<month>\d{{1,2}})(?:{SIGN}|,? )"
        rf"(?P<year>\d{{4}}){MIDNIGHT}",
        re.I,
    ),
    re.compile(
        r"(?:(?:man|tirs|ons|tors|fre|lør|søn)dag,? )?(?:(?:den|d\.) ?)?"
        rf"(?P<day>\d{{1,2}})\.? ?(?P<month>{MONTH})\.? ?(?P<year>\d{{4}})",
        re.I,
    ),
)
SHORT_YEAR = re.compile(rf"\d{{1,2}}{SIGN}\d{{1,2}}(?:{SIGN}|,? )\d{{2}}")
SERIAL_TEXT = re.compile(r"[34]\d{4}")
VAGUE = "primo|medio|ultimo|start|midt|slut|ca|omkring|for(?:år|året)|sommer(?:en)?|"
VAGUE += "efter(?:år|året)|vinter(?:en)?|uge|kvartal"
VAGUE_DATE = re.compile(rf"[\d. ]*(?:{VAGUE}|{MONTH})\.? ?(?:i )?(?:{MONTH})?[\d., /-]*", re.I)
WEEKS = (
    re.compile(r"(?P<year>\d{4})-?W(?P<week>\d{2})", re.I),
    re.compile(r"(?P<year>\d{4})[-, ]+uge ?(?P<week>\d{1,2})", re.I),
    re.compile(r"uge ?(?P<week>\d{1,2})[-,/ ]+(?:i )?(?P<year>\d{4})", re.I),
)

DANISH_NUMBER = re.compile(r"[-−]?(?:\d{1,3}([. ])\d{3}(?:\1\d{3})*|\d+)(?:,\d+)?")
MISSING_NUMBER = frozenset({"x", "-", "–", ".", ".."})
CURRENCY_BEFORE = re.compile(r"^(?:kr\.?|dkk)\s*(?=[-−\d])")
UNIT_AFTER = re.compile(r"\s*(?:kr\.?|dkk|(?:timer|t\.?)(?:\s*(?:/|pr\.?)\s*uge)?)$")
WHOLE_KRONER = re.compile(r"^([^,]*\d),[-–](?=\s*(?:kr\.?)?$)")
MINUS_AFTER = re.compile(r"^([\d. ]+,\d\d)[-−]$")
PERCENT_SIGN = re.compile(r"\s*(?:%|pct\.?|procent)$")
CLOCK = re.compile(r"\d{1,3}:\d{2}(?::\d{2})?")

YES = frozenset({"ja", "j", "x", "1", "true", "sand", "✓", "✔"})
NO = frozenset({"nej", "n", "0", "false", "falsk"})
CPR_TEXT = re.compile(r"(\d{6})[-\s]?(\d{4})", re.ASCII)
NINE_DIGITS = re.compile(r"\d{9}")
DECIMAL_ID = re.compile(r"\d+[.,]0+")
ROUNDED_ID = re.compile(r"\d(?:[.,]\d+)?e\+\d{2,}", re.I)
MOST_DIGITS, LONGEST_TEXT = 15, 500
APOSTROPHES = ("'", "’", "‘", "´", "`")
SEPARATORS = (re.compile("[\r\n]+"), re.compile("[,+]"), re.compile(r"\s/\s"), re.compile("/"))
ERROR_TEXT = re.compile(
    r"#(?:n/a|i/t|div/0!|division/0!|getting_data|henter_data|#{2,}|[a-zæøå_]+[!?])", re.I
)
ODD = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
FIRST_OTHER = "\u0370"
LOOKALIKES = frozenset(
    "ͺͿΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγινορσυϒϜϱϲϳϹϺᴦι"  # Greek letters that read as one from a to z
    "ЅІЈАВЕКМНОРСТХУЬагеорсухѕіјһѴѵҮүҽӀӏԁԌԛԜԝѡꙇ"  # Cyrillic ones
    "ՍՏՕագզհոռսցքօ"  # Armenian ones
)


class ParseError(Exception):
    """A value that cannot be read as what its column holds. Texts are Danish, without the value.

    `is_harmless`: its words are nearly known ones, so that it cannot be a person's name.
    """

    def __init__(
        self, message: str, expected: str, advice: str = "", is_harmless: bool = False
    ) -> None:
        super().__init__(message)
        self.message, self.expected, self.is_harmless = message, expected, is_harmless
        self.advice = advice or "Ret værdien i udtrækket."


def parse_date(value: CellValue) -> date | None:
    """Return the day a cell holds: an Excel date, a serial number or a Danish or ISO text.

    A number that may be a year is asked about, also in a cell for dates, where 2019 is in 1905.
    """
    if is_blank(value):
        return None
    read = simplify(value)
    if isinstance(read, str) or COMPACT_DATE.fullmatch(str(read)):
        day = _read_date(clean_text(read))
    elif isinstance(read, datetime):
        expected = "en dato uden klokkeslæt"
        raise ParseError("Datoen har et klokkeslæt.", expected, "Fjern klokkeslættet.")
    elif isinstance(read, date):
        day = read
        if is_year((day - EXCEL_DAY_0).days):
            message = "Datoen ligger i 1905: er et årstal skrevet i en celle til datoer?"
            raise ParseError(message, A_DATE, "Skriv hele datoen.")
    elif isinstance(read, int) and 1 <= read <= LAST_SERIAL and not isinstance(read, bool):
        day = EXCEL_DAY_0 + timedelta(days=read)
        if is_year(read):
            raise ParseError("Tallet ligner et årstal.", A_DATE, "Skriv hele datoen.")
    else:
        raise ParseError("Værdien er ikke en dato.", A_DATE)
    if not EARLIEST <= day <= LATEST:
        raise ParseError("Datoen ligger uden for 1900-2100.", "en dato fra 1900 til 2100")
    if day < FIRST_SURE and not isinstance(value, str):
        message = "Datoen ligger i begyndelsen af 1900: er et tal skrevet i en celle til datoer?"
        raise ParseError(message, A_DATE, "Skriv hele datoen som tekst, hvis den er rigtig.")
    return day


def is_word_for_nothing(value: CellValue) -> bool:
    """Tell whether a cell holds one of the words that systems write for no value at all."""
    if isinstance(value, date):
        return value.year == 9999 or (value.year, value.month, value.day) == (1900, 1, 1)
    return isinstance(value, str) and bool(NOTHING_WORDS.fullmatch(value.strip()))


def is_year(number: float) -> bool:
    """Tell whether a number in a column of dates may be a year rather than a serial number."""
    return EARLIEST.year <= number <= LATEST.year


def _read_date(text: str) -> date:
    """Return the day a text names, day before month as in Danish."""
    if found := next((match for form in DATES if (match := form.fullmatch(text))), None):
        year, month, day = found.group("year", "month", "day")
        if not month.isdigit():
            month = MONTHS.index(month[:3].lower()) + 1
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise ParseError("Den dag findes ikke.", A_DATE) from None
    if SHORT_YEAR.fullmatch(text):
        expected = "en dato med fire cifre i året"
        raise ParseError("Årstallet har kun to cifre.", expected, "Skriv året helt ud.")
    if SERIAL_TEXT.fullmatch(text):
        message = "Teksten ligner det tal, Excel gemmer en dato som."
        raise ParseError(message, A_DATE, "Giv kolonnen datoformat, og skriv datoen igen.")
    advice = "Skriv den bestemte dag." if VAGUE_DATE.fullmatch(text) else ""
    raise ParseError("Teksten er ikke en dato.", A_DATE, advice, bool(advice))


def parse_week(value: CellValue) -> str | None:
    """Return an ISO week: 2019-W14 for "uge 14, 2019"."""
    if (text := parse_text(value)) is None:
        return None
    found = next((match for pattern in WEEKS if (match := pattern.fullmatch(text))), None)
    try:
        week = f"{found['year']}-W{int(found['week']):02d}" if found else ""
        parse_date(week_start(week))
    except (ValueError, ParseError):
        raise ParseError("Værdien er ikke en uge.", "en uge som 2019-W14") from None
    return week


def week_start(week: str) -> date:
    """Return the Monday of a week such as 2019-W14; raise ValueError where there is none."""
    return date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)


def parse_number(value: CellValue) -> float | None:
    """Return a number; text is read the Danish way ("1.234,5", "kr. 15.000,-")."""
    if is_blank(value) or fold(value) in MISSING_NUMBER:
        return None
    if isinstance(value, Foreign):
        raise ParseError(*ODD_UNIT)
    if isinstance(value, (int, float)) and not isinstance(value, (bool, Percent)):
        return float(value)
    read = simplify(value) if isinstance(value, (time, timedelta)) else value
    text = WHOLE_KRONER.sub(r"\1", fold(read)) if isinstance(read, str) else ""
    text = MINUS_AFTER.sub(r"-\1", text)
    plain = CURRENCY_BEFORE.sub("", text)
    return _read_number(plain if plain != text else UNIT_AFTER.sub("", text))


def _read_number(text: str) -> float:
    """Return the number a Danish text writes."""
    if text.startswith("<"):
        message = "Tallet er skjult i udtrækket, fordi det er lille."
        raise ParseError(message, A_NUMBER, "Hent udtrækket uden skjulte tal.")
    if CLOCK.fullmatch(text):
        advice = "Giv kolonnen formatet Tal, og skriv timerne med komma: 37:30 er 37,5."
        raise ParseError("Timerne er skrevet som et klokkeslæt.", A_NUMBER, advice)
    if not DANISH_NUMBER.fullmatch(text):
        advice = "Skriv tallet med komma som decimaltegn."
        raise ParseError("Værdien er ikke et tal.", A_NUMBER, advice)
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
        return _read_number(fold(value)[: found.start()])
    number = parse_number(value)
    if number is not None and 0 < number <= 1:
        message = "Tallet kan læses både som en andel og som procent."
        advice = "Skriv procenttegnet, eller brug procentformat i Excel."
        raise ParseError(message, "en procent som 80 %", advice)
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
        pass
    try:
        return True, parse_date(value)
    except ParseError as fault:
        raise ParseError(fault.message, "ja, nej eller en dato", fault.advice) from None


def parse_text(value: CellValue) -> str | None:
    """Return clean text; a number becomes its digits.

    Letters that only look Latin are refused, and signs that no text has.
    """
    text = write_text(value)
    if text is None or (text.isascii() and text.isprintable() and len(text) <= LONGEST_TEXT):
        return text
    if len(text) > LONGEST_TEXT:
        raise ParseError("Teksten er meget lang.", f"højst {LONGEST_TEXT} tegn")
    advice = "Slet teksten, og skriv den igen"
    if ODD.search(text):
        message = "Teksten har et tegn, der er gået i stykker."
        raise ParseError(message, "bogstaver, tal og tegn", f"{advice}.")
    if found := describe_lookalikes(text):
        message = f"Teksten ser rigtig ud, men er det ikke.{found}"
        raise ParseError(message, "bogstaver fra a til å", f"{advice} på et dansk tastatur.")
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
    """Return a sentence that names the letters of other alphabets that look like one from a to z.

    They make two spellings of what reads the same; they are told, never replaced.
    """
    if text.isascii() or max(text) < FIRST_OTHER:
        return ""
    found = ", ".join(f"“{letter}”" for letter in dict.fromkeys(text) if letter in LOOKALIKES)
    return f" Den har bogstaver fra et andet alfabet: {found}." if found else ""


def _parse_id(value: CellValue) -> str | None:
    """Return a number by which something is known, as text.

    One with decimals is none, and one too long for Excel has lost its last digits.
    """
    if (text := parse_text(value)) is None:
        return None
    if text.startswith(APOSTROPHES):
        told = ("Nummeret begynder med en apostrof.", "et nummer uden apostrof")
        raise ParseError(*told, "Slet apostroffen.")
    is_long = isinstance(value, (int, float)) and len(text) > MOST_DIGITS
    if is_long or ROUNDED_ID.fullmatch(text):
        told = ("Excel har rundet nummeret af: et tal har højst 15 cifre.", "nummeret som tekst")
        raise ParseError(*told, "Giv kolonnen formatet Tekst, og hent nummeret igen.")
    if (isinstance(value, float) and value != int(value)) or DECIMAL_ID.fullmatch(text):
        told = ("Nummeret har decimaler.", "et nummer uden decimaler")
        raise ParseError(*told, "Giv kolonnen formatet Tekst, og skriv nummeret helt ud.")
    return text


def parse_cpr(value: CellValue) -> str | None:
    """Return the ten digits of a personal number; a lost leading zero is put back."""
    if (text := write_text(value)) is None:
        return None
    text = text.zfill(10) if NINE_DIGITS.fullmatch(text) else text
    found = CPR_TEXT.fullmatch(text)
    if not (found and (is_birth_date(found[1]) or set(text) <= {"0", "-"})):
        raise ParseError("Værdien er ikke et CPR-nummer.", "et CPR-nummer med ti cifre")
    return found[1] + found[2]


def parse_choice(
    choices: Mapping[str, str], labels: Iterable[str], what: str, advice: str
) -> Parser:
    """Return a parser for a closed list (folded label to code); `labels` are shown as nearest.

    What is in the list is right, whatever its alphabet.
    """

    def parse(value: CellValue) -> str | None:
        if (text := write_text(value)) is None:
            return None
        if (known := choices.get(fold(text))) is not None:
            return known
        parse_text(value)
        near = did_you_mean(text, labels)
        within = None if near else find_within(text, labels)
        hint = f" Mente du “{within}”?" if within else near
        raise ParseError(f"Værdien er ikke {what}.{hint}", what, advice, bool(near))

    return parse


def split_values(value: CellValue, is_known: Callable[[str], bool]) -> list[str]:
    """Return the texts of a cell that may hold several, separated by semicolons.

    Other signs separate them where each part is known by itself and the whole is not.
    """
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
    is_text = (
        isinstance(value, str) and "#" in value[:2] and ERROR_TEXT.fullmatch(clean_text(value))
    )
    if isinstance(value, CellError) or is_text:
        message = f"Cellen viser fejlen {clean_text(value)}."
        raise ParseError(message, "en værdi", "Ret formlen, eller skriv værdien.")
    if isinstance(value, Uncalculated):
        advice = "Åbn filen i Excel, og gem den, så formlerne beregnes."
        raise ParseError("Cellen har en formel, der aldrig er beregnet.", "en værdi", advice)


PARSERS: Mapping[str, Parser] = {
    "date": parse_date,
    "number": parse_number,
    "whole": parse_whole,
    "percent": parse_percent,
    "flag": parse_flag,
    "flag_or_date": parse_flag_or_date,
    "text": parse_text,
    "id": _parse_id,
    "week": parse_week,
    "person": parse_cpr,
}
