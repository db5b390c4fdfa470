"""Numbers and percentages as a workbook holds them, text read the Danish way."""

from __future__ import annotations

import re
from datetime import time, timedelta

from socok_analysis.intake.faults import ParseError
from socok_analysis.workbook.cells import CellValue, Foreign, Percent, fold, is_blank

DANISH_NUMBER = re.compile(r"[-−]?(?:\d{1,3}([. ])\d{3}(?:\1\d{3})*|\d+)(?:,\d+)?")
MISSING_NUMBER = frozenset({"x", "-", "–", ".", ".."})
BEFORE = re.compile(r"(?:kr\.?|dkk)\s*(?=[-−\d])")
AFTER = re.compile(r"\s*(?:kr\.?|dkk|timer|t\.?)$")
WHOLE_KRONER = re.compile(r"^([^,]*\d),[-–](?=\s*(?:kr\.?)?$)")
PERCENT_SIGN = re.compile(r"\s*(?:%|pct\.?|procent)$")
CLOCK = re.compile(r"\d{1,3}:\d{2}(?::\d{2})?")
NUMBER = "et tal som 4,5"


def parse_number(value: CellValue) -> float | None:
    """Return a number; text is read the Danish way ("1.234,5", "kr. 15.000,-")."""
    if is_blank(value) or fold(value) in MISSING_NUMBER:
        return None
    if isinstance(value, Foreign):
        raise ParseError(
            "Talformatet viser en enhed, så tallet kan være tusinder, millioner eller en anden "
            "valuta.",
            NUMBER,
            "Skriv det hele tal, og giv cellen formatet Tal.",
        )
    if isinstance(value, (int, float)) and not isinstance(value, (bool, Percent)):
        return float(value)
    if isinstance(value, (time, timedelta)):
        raise report_clock()
    return read_number_text(drop_unit(fold(value)) if isinstance(value, str) else "")


def drop_unit(text: str) -> str:
    """Return a folded text without what says that it is kroner or hours."""
    text = WHOLE_KRONER.sub(r"\1", text)
    before = BEFORE.match(text)
    return text[before.end() :] if before else AFTER.sub("", text)


def read_number_text(text: str) -> float:
    """Return the number a Danish text writes."""
    if text.startswith("<"):
        raise ParseError(
            "Tallet er skjult i udtrækket, fordi det er lille.",
            NUMBER,
            "Hent udtrækket uden skjulte tal.",
        )
    if CLOCK.fullmatch(text):
        raise report_clock()
    if not DANISH_NUMBER.fullmatch(text):
        advice = "Skriv tallet med komma som decimaltegn."
        raise ParseError("Værdien er ikke et tal.", NUMBER, advice)
    return float(re.sub("[. ]", "", text).replace(",", ".").replace("−", "-"))


def report_clock() -> ParseError:
    """Return the refusal of hours that are written as a time of day or a duration."""
    return ParseError(
        "Timerne er skrevet som et klokkeslæt.",
        NUMBER,
        "Giv kolonnen formatet Tal, og skriv timerne med komma: 37:30 er 37,5.",
    )


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
            "Tallet kan læses både som en andel og som procent.",
            "en procent som 80 %",
            "Skriv procenttegnet, eller brug procentformat i Excel.",
        )
    return number
