"""Rules that hold across the columns of a row or across rows: dates in order, nothing twice.

Each rule takes parsed columns and returns problems; a row with an error is set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np

from socok_analysis.intake.courses import EXTENDED, is_extended, list_reasons
from socok_analysis.intake.maps import CodeList
from socok_analysis.intake.parse import parse_text, split_values, week_start
from socok_analysis.intake.parsed import NO_DAY, Parsed, key_rows
from socok_analysis.intake.repeats import (
    Finding,
    check_extra_places,
    check_listed_twice,
    check_measured_twice,
    check_overlap,
    check_same_course,
    check_same_job,
    check_same_rows,
    check_unique,
    check_zeros,
    find,
)
from socok_analysis.intake.tables import Column, read_columns
from socok_analysis.workbook.cells import CellValue, fold
from socok_analysis.workbook.sheet import BLANK

ORDERED = {
    "courses": [("started_on", "ended_on"), ("started_on", "expected_end_on")],
    "jobs": [("started_on", "ended_on")],
    "agreements": [("starts_on", "ends_on")],
    "enterprises": [("active_from", "active_to"), ("registered_on", "deregistered_on")],
    "grants": [("period_from", "period_to")],
    "waiting_list": [("listed_on", "left_on")],
}
OWN_DATE = {
    "courses": "started_on",
    "jobs": "started_on",
    "grants": "granted_on",
    "meetings": "held_on",
    "enterprises": "active_from",
    "attendance": "week",
}
Codes = Mapping[str, CodeList]


def check_rules(parsed: Parsed, codes: Codes) -> list[Finding]:
    """Return (row number, problem) for every rule a row of the table breaks."""
    findings = check_order(parsed) + check_valid_codes(parsed, codes)
    rules = RULES.get(parsed.table.kind, ())
    return findings + [finding for rule in rules for finding in rule(parsed)]


def check_order(parsed: Parsed) -> list[Finding]:
    """Return the rows in which an end lies before its start."""
    labels = {column.name: column.label for column in read_columns()[parsed.table.kind]}
    return [
        find(
            parsed,
            place,
            last,
            "row.order",
            f"{labels[last]} ligger før {labels[first]}.",
            "Ret datoerne i udtrækket.",
        )
        for first, last in ORDERED.get(parsed.table.kind, ())
        for place in list_before(parsed, last, first)
    ]


def list_before(parsed: Parsed, end: str, start: str) -> list[int]:
    """Return the positions of rows in which both days are known and the end comes first."""
    ends = parsed.days(end)
    return parsed.pick((ends != NO_DAY) & (ends < parsed.days(start)))


def check_valid_codes(parsed: Parsed, codes: Codes) -> list[Finding]:
    """Return the codes used on a day on which their list does not allow them."""
    columns = [c for c in read_columns()[parsed.table.kind] if c.type in ("code", "codes")]
    return [finding for column in columns for finding in check_code_dates(parsed, column, codes)]


def check_code_dates(parsed: Parsed, column: Column, codes: Codes) -> list[Finding]:
    """Return the rows in which one column's codes are out of date."""
    known, kept = codes[column.detail], parsed.places
    cells = parsed.table.column(column.name).take(kept)
    labels = {value: list_labels(value, column, known) for value in cells.present()}
    if not any(known[label].is_dated for found in labels.values() for label in found):
        return []
    return [
        report_old_code(parsed, place, column, known[label].label)
        for place, value in zip(kept.tolist(), cells.expand(), strict=True)
        for label in labels.get(value, ())
        if not known[label].is_valid(own_day(parsed, place, column))
    ]


def list_labels(value: CellValue, column: Column, known: CodeList) -> list[str]:
    """Return the folded labels a cell holds."""
    if column.type != "codes":
        return [fold(parse_text(value))]
    return [fold(label) for label in split_values(value, lambda part: fold(part) in known)]


def own_day(parsed: Parsed, place: int, column: Column) -> date | None:
    """Return the day on which a row's code must be valid: its end for exit reasons, else start."""
    name = "ended_on" if column.detail == "exit_reasons" else OWN_DATE[parsed.table.kind]
    day = parsed.values[name][place]
    if isinstance(day, str):
        return week_start(day)
    return day if isinstance(day, date) else None


def report_old_code(parsed: Parsed, place: int, column: Column, label: str) -> Finding:
    """Return the error for a code used outside the days it is valid."""
    return find(
        parsed,
        place,
        column.name,
        "code.not_valid",
        f"“{label}” gælder ikke på rækkens dato.",
        f"Ret rækken, eller ret datoerne i data/raw/maps/codes/{column.detail}.csv.",
    )


def check_exits(parsed: Parsed) -> list[Finding]:
    """Return ended rows without a reason, reasons without an end, and mixed extensions."""
    findings = []
    for place in list_odd_exits(parsed):
        reasons, ended_on = list_reasons(parsed, place), parsed.values["ended_on"][place]
        if ended_on and not reasons:
            findings.append(
                find(
                    parsed,
                    place,
                    "exit_reasons",
                    "exit.no_reason",
                    "Forløbet er slut, men har ingen årsag.",
                    "Udfyld årsagen.",
                )
            )
        if reasons and not ended_on:
            findings.append(
                find(
                    parsed,
                    place,
                    "ended_on",
                    "exit.no_date",
                    "Forløbet har en årsag, men ingen slutdato.",
                    "Udfyld slutdato.",
                )
            )
        if EXTENDED in reasons and len(reasons) > 1:
            findings.append(
                find(
                    parsed,
                    place,
                    "exit_reasons",
                    "exit.mixed",
                    "Forlænget kan ikke stå sammen med en anden årsag.",
                    "Lad rækken have én af dem.",
                )
            )
    return findings


def list_odd_exits(parsed: Parsed) -> list[int]:
    """Return the positions of rows with an end or a reason alone, or with a mixed extension."""
    reasons = parsed.column("exit_reasons")
    has_reason = reasons.map(bool, np.bool_)
    is_mixed = reasons.map(lambda found: is_extended(found) and found != (EXTENDED,), np.bool_)
    return parsed.pick((has_reason == (parsed.column("ended_on").codes == BLANK)) | is_mixed)


def check_extensions(parsed: Parsed) -> list[Finding]:
    """Return the rows marked as extended that no later row of the same person continues."""
    return [
        find(
            parsed,
            place,
            "exit_reasons",
            "exit.not_continued",
            "Forløbet er forlænget, men der er ingen senere række for samme person.",
            "Tilføj rækken, der fortsætter forløbet, eller ret årsagen.",
        )
        for place in list_last_extended(parsed)
    ]


def list_last_extended(parsed: Parsed) -> list[int]:
    """Return the positions of extended rows that are a person's last at a partner."""
    keys, days = key_rows(parsed, ("person_key", "enterprise_id")), parsed.days("started_on")
    is_going_on = parsed.column("exit_reasons").map(is_extended, np.bool_)
    distinct, which = np.unique(keys, return_inverse=True)
    latest = np.zeros(len(distinct), np.int64)
    np.maximum.at(latest, which, days)
    return parsed.pick(is_going_on & ((keys == BLANK) | (latest[which] == days)))


RULES: Mapping[str, tuple[Callable[[Parsed], list[Finding]], ...]] = {
    "courses": (check_exits, check_same_course, check_overlap, check_extensions),
    "jobs": (
        check_unique("job_id", "Løbenummeret"),
        check_zeros("job_id", "Løbenummeret"),
        check_same_job,
    ),
    "agreements": (
        check_unique("agreement_id", "Aftalens nummer"),
        check_zeros("agreement_id", "Aftalens nummer"),
        check_extra_places,
    ),
    "attendance": (check_same_rows("error"),),
    "waiting_list": (check_same_rows("error"), check_listed_twice),
    "progression": (check_same_rows("error"), check_measured_twice),
    "meetings": (check_same_rows("warning"),),
    "grants": (check_same_rows("warning"),),
}
