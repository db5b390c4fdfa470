"""Rules across the columns of a row, across rows, and between tables: what cannot be right.

Each takes parsed tables and returns problems at their rows; a row with an error is set aside. A
person who is unknown is nobody else: such rows are never the same as others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import nan
from typing import Any, TypeAlias

import pandas as pd

from socok_analysis.core.danish import fold
from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.columns import Parsed
from socok_analysis.intake.exports import STRIDE
from socok_analysis.intake.maps import EXTENDED
from socok_analysis.intake.parse import ParseError, parse_number, parse_percent, reject_unreadable
from socok_analysis.intake.people import UNKNOWN_PERSON
from socok_analysis.intake.recognise import SUMMED, list_scopes
from socok_analysis.intake.tables import ORDERED, read_columns
from socok_analysis.workbook.cells import CellValue, Percent, name_cell

NUMBERED = {"jobs": ("job_id", "Løbenummeret"), "agreements": ("agreement_id", "Aftalens nummer")}
PERSON = ("person_key", "enterprise_id")
WHOLE_ROWS = ("attendance", "waiting_list", "progression", "meetings", "grants", "facts")
# What may not stand twice: kind, the columns compared (none: all), a column that must be blank,
# the column told, the check.
REPEATS = (
    *((kind, (), "", "", "row.same") for kind in WHOLE_ROWS),
    ("courses", (*PERSON, "started_on"), "", "person_key", "course.repeated"),
    ("courses", PERSON, "ended_on", "person_key", "course.open_twice"),
    ("jobs", (*PERSON, "started_on"), "", "job_id", "job.same"),
    ("waiting_list", ("person_key", "agreement_id"), "left_on", "person_key", "waiting.twice"),
    ("progression", (*PERSON, "measured_on"), "", "measured_on", "progression.twice"),
)
REPEATED = {
    "row.same": "Rækken er magen til en tidligere række.",
    "course.repeated": "Samme person har samme start hos samme virksomhed i en anden række.",
    "course.open_twice": "Samme person er allerede i forløb hos samme virksomhed i en anden række.",
    "job.same": "Samme person begynder samme dag hos samme virksomhed under et andet løbenummer.",
    "waiting.twice": "Samme person venter allerede på samme aftale i en anden række.",
    "progression.twice": "Samme person har en anden måling samme sted og dag.",
}
COUNTED_TWICE = ("meetings", "grants", "jobs")
DELETE = "Er det den samme? Så slet den ene række. Ellers ret den i udtrækket."
COUNTED = " Begge er talt med."
JOB_FACTS = {"person_key": "person", "enterprise_id": "virksomhed", "started_on": "ansættelsesdato"}
CVR, CVR_WEIGHTS = re.compile(r"[1-9]\d{7}", re.ASCII), (2, 7, 6, 5, 4, 3, 2, 1)
Mask: TypeAlias = "pd.Series[Any]"  # yes or no, by row number, over the rows without a fault
Broken = tuple[Any, ...]  # which rows or rows with an earlier one, then what `tell` takes


def check_rules(parsed: Parsed) -> tuple[list[Problem], frozenset[int]]:
    """Return a problem for every rule that rows break, and all rows that have a fault now."""
    kind, table = parsed.table.kind, parsed.table
    labels, broken = {column.name: column.label for column in read_columns()[kind]}, list[Broken]()
    for first, last in ORDERED.get(kind, ()):
        message = f"{labels[last]} ligger før {labels[first]}."
        is_wrong = parsed.days(last) < parsed.days(first)
        broken.append((is_wrong, last, "row.order", message, "Ret datoerne i udtrækket."))
    same = _find_first(_key_rows(parsed))
    again = same[same.index // STRIDE != same // STRIDE]
    message, advice = "Rækken står også i en anden del af udtrækket.", "Slet den i den ene del."
    broken.append((again, next(iter(labels)), "row.two_parts", message, advice))
    parsed = replace(parsed, faulty=parsed.faulty | {*again.index})
    broken += _check_repeats(parsed)
    if kind in NUMBERED:
        broken += _check_numbers(parsed, *NUMBERED[kind])
    if kind == "courses":
        broken += _check_courses(parsed)
    if kind == "agreements" and table.has("extra_places"):
        blank = parsed.kept["extra_places"].isna()
        text = f"Ekstra pladser er tom i {blank.sum()} af {len(blank)} aftaler: læst som ingen."
        is_first = blank & (blank.cumsum() == 1)
        broken.append((is_first, "extra_places", "agreement.no_extra_places", text, "", "info"))
    if kind == "enterprises":
        is_wrong = ~parsed.kept["cvr_number"].map(_is_cvr).astype(bool)
        text = "CVR-nummeret har ikke otte cifre, der passer sammen (modulus 11)."
        advice = "Slå det op på virk.dk, og ret det i udtrækket."
        broken.append((is_wrong, "cvr_number", "enterprise.cvr", text, advice, "warning"))
    problems, wrong = list[Problem](), set[int]()
    for found, *told in broken:
        is_mask = found.dtype == bool
        for row, near in found[found].items() if is_mask else found.items():
            other = "" if is_mask else f"også {table.name_place(near, told[0], row)}"
            problems.append(table.tell(row, *told, found=other))
            wrong |= {row} if problems[-1].severity == "error" else set()
    return problems, parsed.faulty | table.list_twins(wrong)


def _key_rows(parsed: Parsed, *names: str) -> pd.Series[Any]:
    """Return for each row without a fault a number that equal values in some columns share.

    NA stands where one lacks, or where the person is unknown. Without names, whole rows are
    compared, in which a blank is like another.
    """
    rows = parsed.kept[[*names]] if names else parsed.kept
    values = [*rows.itertuples(index=False, name=None)]
    is_open = [UNKNOWN_PERSON in each or bool(names and None in each) for each in values]
    keys = pd.Series(pd.factorize(pd.Series(values, dtype=object))[0], rows.index, dtype="Int64")
    return keys.mask(pd.Series(is_open, rows.index, dtype=bool))


def _find_first(keys: pd.Series[Any]) -> pd.Series[int]:
    """Return the number of the first row with the same key, for each row after it."""
    first = dict[Hashable, Any]()
    found = {row: first.setdefault(key, row) for row, key in keys.dropna().items()}
    return pd.Series({row: near for row, near in found.items() if near != row}, dtype="int64")


def _check_repeats(parsed: Parsed) -> Iterator[Broken]:
    """Yield what stands twice, each row once. Equal grants, meetings and jobs can be right."""
    kind, told, columns = parsed.table.kind, list[int](), parsed.table.parts[0].columns
    is_warned = kind in COUNTED_TWICE
    for _, names, blank, shown, check in (each for each in REPEATS if each[0] == kind):
        keys = _key_rows(parsed, *names)
        found = _find_first(keys.where(parsed.kept[blank].isna()) if blank else keys)
        found = found[~found.index.isin(told)]
        told.extend(found.index)
        place = shown or min(columns, key=lambda name: columns[name])
        message = REPEATED[check] + (COUNTED if is_warned else "")
        yield found, place, check, message, DELETE, "warning" if is_warned else "error"


def _check_numbers(parsed: Parsed, name: str, what: str) -> Iterator[Broken]:
    """Yield the numbers that stand twice, however they are spelt, or have odd zeros."""
    ids = parsed.kept[name].map(lambda text: fold(text).replace(" ", "")).astype(str)
    text = f"{what} står også i en anden række."
    yield _find_first(ids), name, "row.repeated", text, "Slet den ene række, eller ret nummeret."
    digits = parsed.kept[name].where(ids.str.isdigit(), "").astype(str)
    has_zero, lengths = digits.str.startswith("0"), digits.str.len()
    widths = Counter(map(len, digits[has_zero].unique()))
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    is_odd = (digits != "") & ((lengths < usual) | (has_zero & (lengths > usual)))
    text = f"{what} er ikke så langt som de andre, der har nuller foran: er nuller gået tabt eller "
    advice = "Giv kolonnen formatet Tekst, og skriv nummeret helt ud."
    yield is_odd, name, "id.lost_zeros", text + "kommet til?", advice


def _check_courses(parsed: Parsed) -> Iterator[Broken]:
    """Yield exits without a reason or an end, lost extensions, and courses that overlap."""
    rows, start, end = parsed.kept, parsed.days("started_on"), parsed.days("ended_on")
    reasons = rows["exit_reasons"].map(len).astype(int)
    goes_on = rows["exit_reasons"].map(lambda found: EXTENDED in found).astype(bool)
    text, advice = "Forløbet er slut, men har ingen årsag.", "Udfyld årsagen."
    yield end.notna() & (reasons == 0), "exit_reasons", "exit.no_reason", text, advice
    text = "Forløbet har en årsag, men ingen slutdato."
    yield end.isna() & (reasons > 0), "ended_on", "exit.no_date", text, "Udfyld slutdato."
    text = "Forlænget kan ikke stå sammen med en anden årsag."
    advice = "Lad rækken have én af dem."
    yield goes_on & (reasons > 1), "exit_reasons", "exit.mixed", text, advice
    keys = _key_rows(parsed, *PERSON)
    is_last = keys.isna() | (start == start.groupby(keys).transform("max"))
    text = "Forløbet er forlænget, men der er ingen senere række for samme person."
    advice = "Tilføj rækken, der fortsætter forløbet, eller ret årsagen."
    yield goes_on & is_last, "exit_reasons", "exit.not_continued", text, advice
    # One start twice, and two that both run, are errors of their own.
    held = pd.DataFrame({"key": keys, "start": start, "end": end, "goes_on": goes_on})
    held = held.dropna(subset="key").sort_values(["key", "start"], kind="stable")
    last = held.groupby("key")[["start", "end"]].shift()
    is_next = held["key"].duplicated() & ~held["goes_on"].shift(fill_value=False)
    is_running = last["end"].isna() | (last["end"] > held["start"])
    is_told = (held["start"] == last["start"]) | (last["end"].isna() & held["end"].isna())
    is_over: Mask = (is_next & is_running & ~is_told).reindex(keys.index, fill_value=False)
    text = "Samme persons forrige forløb hos virksomheden er ikke slut, når dette begynder."
    advice = "Ret datoerne, hvis forløbene ikke lå oven i hinanden."
    yield is_over, "started_on", "course.overlap", text + COUNTED, advice, "warning"


def _is_cvr(number: str | None) -> bool:
    """Tell whether a number is one of the business register's: eight digits, modulus 11."""
    digits = (number or "").replace(" ", "").removeprefix("DK")
    weighted = (int(d) * weight for d, weight in zip(digits, CVR_WEIGHTS, strict=False))
    return number is None or (CVR.fullmatch(digits) is not None and sum(weighted) % 11 == 0)


def check_totals(parsed: Parsed) -> list[Problem]:
    """Return an error for each printed total that differs from the rows above it."""
    problems = list[Problem]()
    for number, part in enumerate(parsed.table.parts):
        before = 0
        for row in part.total_rows:
            scopes = list_scopes(next(iter(part.sheet.row(row).values())), before)
            told = [[*_check_total(parsed, number, row, start)] for start in scopes]
            problems += sorted(told, key=len)[0]
            before = row
    return problems


def _check_total(parsed: Parsed, number: int, row: int, start: int) -> Iterator[Problem]:
    """Yield what differs where a total counts the rows between `start` and its own in a part.

    One that stands before all rows counts those below it. The first cell after the words counts
    rows where it stands right beside them or below a heading that is wanted: a number farther off
    is a sum nobody asked for. Where values stand under many headings, theirs alone are held.
    """
    part = parsed.table.parts[number]
    is_top = bool(part.data_rows) and row < part.data_rows[0]
    counted = [each for each in part.data_rows if is_top or start < each < row]
    named = {part.columns[c.name]: c for c in read_columns()[part.kind] if c.name in part.columns}
    words, *others = part.sheet.row(row).items()
    for position, value in others:
        column, is_first = named.get(position), (position, value) == others[0]
        is_sum = column is not None and column.type in SUMMED
        is_count = is_first and (column is not None or position == words[0] + 1)
        is_other = part.header.spread and not (column and column.name == part.header.spread[0])
        if is_other or not (is_sum or is_count):
            continue
        cell, name = name_cell(row, position), column.name if column else ""
        try:
            printed = _read_printed(value)
        except ParseError as fault:
            told = ("total.unreadable", cell, fault.message, fault.advice)
            yield part.sheet.tell(*told, expected="et tal", column=name)
            continue
        what, computed = "antallet af rækker", float(len(counted))
        if column and is_sum:
            what = f"summen af {column.label}"
            computed = _sum_column(parsed, parsed.table.number(number, counted), name)
        if abs(printed - computed) >= 0.005:
            found, expected = (f"{round(n, 2):.15g}".replace(".", ",") for n in (printed, computed))
            message = f"Totalrækken siger {found}, men {what} er {expected}."
            advice = "Er rækker slettet eller tilføjet? Hent udtrækket igen, eller ret totalen."
            told = ("total.differs", cell, message, advice)
            yield part.sheet.tell(*told, found=found, expected=expected, column=name)


def _read_printed(value: CellValue) -> float:
    """Return the number a total row prints; NaN for words. Raise ParseError for an error cell."""
    reject_unreadable(value)
    is_percent = isinstance(value, Percent) or str(value).rstrip().endswith("%")
    with suppress(ParseError):
        number = parse_percent(value) if is_percent else parse_number(value)
        return nan if number is None else number
    return nan


def _sum_column(parsed: Parsed, rows: Sequence[int], name: str) -> float:
    """Return the sum of a column's values; NaN where one of its cells could not be read."""
    broken = {(problem.file, problem.sheet, problem.cell) for problem in parsed.problems}
    for part, row in map(parsed.table.find, rows):
        if (part.sheet.file, part.sheet.name, part.name_cell(row, name)) in broken:
            return nan
    return float(sum(value or 0 for value in parsed.values.loc[[*rows], name]))


def check_relations(tables: Mapping[str, Parsed]) -> list[Problem]:
    """Return a warning for each partner with courses outside its agreements, at its first row."""
    if "courses" not in tables or "agreements" not in tables:
        return []
    courses, agreements = tables["courses"], tables["agreements"]
    partners, days = courses.kept["enterprise_id"], courses.days("started_on").to_numpy()
    first = agreements.days("starts_on").groupby(agreements.kept["enterprise_id"]).min()
    outside = partners[~(days >= first.reindex(partners).to_numpy())]
    problems = []
    for partner, rows in outside.groupby(outside, sort=False):
        what = "uden at der er en aftale"
        if partner in first:
            what = f"før den første aftale ({first[partner]:%Y-%m-%d})"
        message = f"{len(rows)} {'række' if len(rows) == 1 else 'rækker'} med forløb hos {partner}"
        advice = "De er talt med. Mangler aftalen, så tilføj den i udtrækket med samarbejdsaftaler."
        told = ("course.outside_agreement", f"{message} {what}.", advice, "warning")
        problems.append(courses.table.tell(rows.index[0], "enterprise_id", *told))
    return problems


def check_reused_jobs(
    jobs: pd.DataFrame | None, earlier: Iterable[pd.DataFrame]
) -> Iterator[Problem]:
    """Yield what earlier years say otherwise of a job number: a correction, or another job."""
    known: dict[str, dict[Hashable, Any]] = {}
    for table in reversed([*earlier]):
        for row in table.to_dict("records"):
            known.setdefault(row["job_id"].lstrip("0"), row)
    for now in [] if jobs is None else jobs.to_dict("records"):
        before = known.get(now["job_id"].lstrip("0"), now)
        facts = {label: {now[name], before[name]} for name, label in JOB_FACTS.items()}
        changed = [label for label, both in facts.items() if len([*filter(pd.notna, both)]) > 1]
        severity: Severity = "error"
        if now["job_id"] != before["job_id"]:
            message = "Løbenummeret er skrevet med andre nuller foran end i et tidligere år."
            check, advice = "job.lost_zeros", "Skriv det ens i alle år."
        elif len(changed) > 1:
            what = ", ".join(changed)
            message = f"Løbenummeret stod for et andet job i et tidligere år ({what})."
            check, advice = "job.reused", "Giv jobbet sit eget nummer."
        elif changed:
            message = f"Jobbet er rettet siden et tidligere år ({changed[0]}): det nyeste gælder."
            severity, check, advice = "info", "job.changed", ""
        else:
            continue
        place = (now["source_file"], now["source_sheet"], f"A{now['source_row']}", "job_id")
        yield Problem(severity, check, message, *place, advice=advice)
