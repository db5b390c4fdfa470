"""Rules about the rows of a table beside each other: nothing stands twice, no number lost zeros.

A person who is unknown is nobody else: such rows are never the same as others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from socok_analysis.intake.columns import Parsed
from socok_analysis.intake.enterprises import list_repeated
from socok_analysis.intake.people import UNKNOWN_PERSON
from socok_analysis.problems import Problem, Severity

Finding = tuple[int, Problem]
DELETE = "Er det den samme? Så slet den ene række. Ellers ret den i udtrækket."


def find(parsed: Parsed, place: int, column: str, check: str, message: str, advice: str,
         severity: Severity = "error") -> Finding:  # fmt: skip
    """Return a problem at one row's cell."""
    table = parsed.table
    row = table.data_rows[place]
    return row, Problem(
        severity, check, message, file=table.sheet.file, sheet=table.sheet.name,
        cell=table.name_cell(row, column), column=column, advice=advice,
    )  # fmt: skip


def key_rows(parsed: Parsed, names: Iterable[str]) -> list[tuple[int, object]]:
    """Return the kept rows' positions with their values in some columns.

    None stands where one lacks, or where the person is unknown: nobody is the same as another.
    """
    columns = [parsed.values[name] for name in names]
    if len(columns) == 1:
        (column,) = columns
        lacking = (None, UNKNOWN_PERSON)
        return [(p, None if column[p] in lacking else column[p]) for p in parsed.kept()]
    keys = [(place, tuple(column[place] for column in columns)) for place in parsed.kept()]
    return [(place, None if {None, UNKNOWN_PERSON} & set(key) else key) for place, key in keys]


def check_same_course(parsed: Parsed) -> list[Finding]:
    """Return rows with the same person, partner and start, and second open rows."""
    same = list_repeated(key_rows(parsed, ("person_key", "enterprise_id", "started_on")))
    still = [(place, None if parsed.values["ended_on"][place] else key)
             for place, key in key_rows(parsed, ("person_key", "enterprise_id"))]  # fmt: skip
    text_same = "Samme person har samme start hos samme virksomhed i en anden række."
    text_open = "Samme person er allerede i forløb hos samme virksomhed i en anden række."
    opened = [place for place in list_repeated(still) if place not in set(same)]
    return [
        find(parsed, p, "person_key", "course.repeated", text_same, DELETE) for p in same
    ] + [find(parsed, p, "person_key", "course.open_twice", text_open, DELETE) for p in opened]


def check_unique(name: str, what: str) -> Callable[[Parsed], list[Finding]]:
    """Return a rule: no value of a column stands twice."""

    def check(parsed: Parsed) -> list[Finding]:
        return [
            find(parsed, place, name, "row.repeated", f"{what} står også i en anden række.",
                 "Slet den ene række, eller ret nummeret.")
            for place in list_repeated(key_rows(parsed, (name,)))
        ]  # fmt: skip

    return check


def check_same_rows(severity: Severity) -> Callable[[Parsed], list[Finding]]:
    """Return a rule: no row says the same as an earlier one in every column.

    A warning leaves the row in, since two equal grants or meetings can be right.
    """

    def check(parsed: Parsed) -> list[Finding]:
        counted = "" if severity == "error" else " Begge er talt med."
        return [
            find(parsed, place, first_column(parsed), "row.same",
                 f"Rækken er magen til en tidligere række.{counted}", DELETE, severity)
            for place in list_repeated(key_whole_rows(parsed))
        ]  # fmt: skip

    return check


def first_column(parsed: Parsed) -> str:
    """Return the tidy column that stands first on the sheet."""
    return min(parsed.table.columns, key=parsed.table.columns.__getitem__)


def key_whole_rows(parsed: Parsed) -> list[tuple[int, object]]:
    """Return the kept rows' positions with all their values; None for unknown persons."""
    columns = parsed.values.values()
    keys = [(place, tuple(column[place] for column in columns)) for place in parsed.kept()]
    return [(place, None if UNKNOWN_PERSON in key else key) for place, key in keys]


def check_listed_twice(parsed: Parsed) -> list[Finding]:
    """Return second rows of a person who already waits for the same agreement."""
    waiting = [(place, None if parsed.values["left_on"][place] else key)
               for place, key in key_rows(parsed, ("person_key", "agreement_id"))]  # fmt: skip
    whole = set(list_repeated(key_whole_rows(parsed)))
    text = "Samme person venter allerede på samme aftale i en anden række."
    return [find(parsed, place, "person_key", "waiting.twice", text, DELETE)
            for place in list_repeated(waiting) if place not in whole]  # fmt: skip


def check_measured_twice(parsed: Parsed) -> list[Finding]:
    """Return second measurements of a person at a partner on one day."""
    keyed = key_rows(parsed, ("person_key", "enterprise_id", "measured_on"))
    whole = set(list_repeated(key_whole_rows(parsed)))
    text = "Samme person har en anden måling samme sted og dag."
    return [find(parsed, place, "measured_on", "progression.twice", text, DELETE)
            for place in list_repeated(keyed) if place not in whole]  # fmt: skip


def check_zeros(name: str, what: str) -> Callable[[Parsed], list[Finding]]:
    """Return a rule: where numbers are written with zeros in front, none is shorter."""

    def check(parsed: Parsed) -> list[Finding]:
        texts = {place: str(parsed.values[name][place]) for place in parsed.kept()}
        width = max((len(t) for t in texts.values() if t.isdigit() and t[0] == "0"), default=0)
        return [
            find(parsed, place, name, "id.lost_zeros",
                 f"{what} er kortere end andre, der har nuller foran: er de gået tabt?",
                 "Giv kolonnen formatet Tekst, og skriv nummeret helt ud.")
            for place, text in texts.items() if text.isdigit() and len(text) < width
        ]  # fmt: skip

    return check


def check_extra_places(parsed: Parsed) -> list[Finding]:
    """Return one information: agreements without a number of extra places have none."""
    if "extra_places" not in parsed.table.columns:
        return []
    blank = [place for place in parsed.kept() if parsed.values["extra_places"][place] is None]
    text = f"Ekstra pladser er tom i {len(blank)} af {len(parsed.kept())} aftaler: læst som ingen."
    return [find(parsed, place, "extra_places", "agreement.no_extra_places", text, "", "info")
            for place in blank[:1]]  # fmt: skip
