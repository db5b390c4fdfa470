"""From a year's exports to its tidy tables, problems and intake account: the intake's spine.

Rules across columns, rows and tables say what cannot be right; a row with an error is set aside. A
person who is unknown is nobody else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from socok_analysis.core.danish import fold
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import raw_dir
from socok_analysis.intake import parse as read
from socok_analysis.intake import tables as stored
from socok_analysis.intake.columns import STRIDE, Parsed, know_enterprises, make_id, parse_table
from socok_analysis.intake.corrections import correct_exports, read_corrections
from socok_analysis.intake.exports import Exports, read_exports
from socok_analysis.intake.maps import EXTENDED, Maps, read_maps
from socok_analysis.intake.recognise import SUMMED, is_total_name
from socok_analysis.intake.tables import make_table, read_columns
from socok_analysis.intake.view import SheetView, name_states, view_sheets
from socok_analysis.workbook.cells import Percent, Sheet, name_cell

SOURCE_TYPES = {"source_file": "text", "source_sheet": "text", "source_row": "whole"}
COURSE_TYPES = {"plan_made_on": "date", "final_evaluation_on": "date", "source_rows": "text"}
EXIT_TYPES = {"course_id": "text", "exit_reason": "text", "ended_on": "date"}
EXIT_TYPES |= {"person_key": "text", "enterprise_id": "text"}
FLAGS_WITH_DAY = {"has_plan": "plan_made_on", "has_final_evaluation": "final_evaluation_on"}
FLAGS = (*FLAGS_WITH_DAY, "is_veteran", "needs_interpreter")  # yes in any row is yes
KEPT_FROM_FIRST = ("course_id", "started_on", *SOURCE_TYPES, *FLAGS)
Row = dict[Any, Any]
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
PART_START, ALL_START = ("subtotal", "delsum", "mellemsum"), ("hovedtotal", "grand total")
COUNTED_TWICE = ("meetings", "grants", "jobs")
DELETE = "Er det den samme? Så slet den ene række. Ellers ret den i udtrækket."
COUNTED = " Begge er talt med."
JOB_FACTS = {"person_key": "person", "enterprise_id": "virksomhed", "started_on": "ansættelsesdato"}
CVR, CVR_WEIGHTS = re.compile(r"[1-9]\d{7}", re.ASCII), (2, 7, 6, 5, 4, 3, 2, 1)
Broken = tuple[Any, ...]  # which rows or rows with an earlier one, then what `tell` takes


@dataclass(frozen=True)
class TidyYear:
    """A year's tidy tables, what was wrong, and what became of every row of every sheet. `exports`
    are what was read, persons and all: for the gate, never to be stored.
    """

    tables: Mapping[str, pd.DataFrame]
    problems: Sequence[Problem]
    accounts: Sequence[Mapping[str, object]]
    maps: Maps
    exports: Exports
    corrections: Sequence[Mapping[str, str]]
    sheets: Sequence[SheetView]


def tidy_year(root: Path, number: int) -> TidyYear:
    """Return a year's tables, parsed and checked; raise DataError for faults in the maps."""
    maps, folder = read_maps(root, number), raw_dir(root, number)
    exports = read_exports(folder, maps)
    corrections, faults = read_corrections(folder)
    exports, corrected = correct_exports(exports, corrections)
    parsed, found = _parse_tables(exports, maps)
    key, tables = stored.read_key(root), dict[str, pd.DataFrame]()
    for each in parsed.values():
        tables |= _make_tables(each, key, maps)
    problems = [*exports.problems, *faults, *corrected, *found, *_check_relations(parsed)]
    cells, sheets = [each.cells for each in corrections], view_sheets(exports, parsed, problems)
    accounts = _make_accounts(exports, parsed)
    return TidyYear(tables, problems, accounts, maps, exports, cells, [*sheets])


def account_unread(folder: Path) -> list[dict[str, object]]:
    """Return the account of a year folder whose exports cannot be told apart: all skipped."""
    return _make_accounts(read_exports(folder, Maps({}, {}, {})), {})


def _parse_tables(exports: Exports, maps: Maps) -> tuple[dict[str, Parsed], list[Problem]]:
    """Parse and check every table; those that others name first."""
    problems, parsed, known = list[Problem](), dict[str, Parsed](), dict[str, read.Parser]()
    for kind in dict.fromkeys(("enterprises", "agreements", *stored.KIND_DA)):
        if parts := exports.list_parts(kind):
            own = parse_table(Parsed(kind, parts), maps, known, exports.guard)
            around = (problem for part in parts for problem in part.problems)
            is_whole = all(problem.check != "heading.missing" for problem in around)
            broken, parsed[kind] = _check_rules(own) if is_whole else ([], own)
            problems += [*own.problems, *broken, *_check_totals(own)]
        if kind == "enterprises":
            known["enterprise"], more = know_enterprises(parsed.get(kind), maps)
            problems += more
        if kind == "agreements" and kind in parsed:
            ids = {each: each for each in parsed[kind].values["agreement_id"] if each}
            told = ("en aftale i aftaleudtrækket", "Ret aftalens nummer.")
            known["agreement"] = read.parse_choice(ids, *told)
    return parsed, problems


def _make_tables(parsed: Parsed, key: bytes, maps: Maps) -> dict[str, pd.DataFrame]:
    """Return the tidy tables of the rows kept, persons hashed: courses give two, the rest one."""
    kind, rows = parsed.kind, parsed.kept
    places = [(p.sheet.file, p.sheet.name, row) for p, row in map(parsed.find, rows.index)]
    rows = rows.join(pd.DataFrame(places, rows.index, [*SOURCE_TYPES], dtype=object))
    if "person_key" in rows:
        keys = [stored.hash_person(cpr, key) for cpr in rows["person_key"]]
        rows["person_key"] = pd.Series(keys, rows.index, dtype=object)
    if kind == "enterprises":
        rows["enterprise_id"] = [make_id(name, maps.enterprise_ids) for name in rows["name"]]
    own = {"enterprises": ["enterprise_id"], "courses": ["course_id"]}.get(kind, ())
    types = dict.fromkeys(own, "text") | {each.name: each.type for each in read_columns()[kind]}
    if kind != "courses":
        return {kind: make_table(rows, types | SOURCE_TYPES)}
    types |= {**dict.fromkeys(FLAGS_WITH_DAY, "flag"), **SOURCE_TYPES, **COURSE_TYPES}
    courses = _make_courses(rows.astype(object))
    last = {name: [each[name] for each in courses["last"]] for name in SOURCE_TYPES}
    exits = courses.assign(**last, exit_reason=courses["exit_reasons"]).explode("exit_reason")
    del types["minutes_per_week"], types["exit_reasons"]
    exits = make_table(exits.dropna(subset="exit_reason"), EXIT_TYPES | SOURCE_TYPES)
    return {"courses": make_table(courses, types), "exits": exits}


def _make_courses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the courses in the order of their first rows; `last` is where the end stands."""
    courses, latest = dict[int, Row](), dict[object, Row]()
    in_time = rows.sort_values("started_on", kind="stable")
    for number, row in zip(in_time.index, in_time.to_dict("records"), strict=True):
        if row["minutes_per_week"]:
            row["hours_per_week"] = (row["hours_per_week"] or 0) + row["minutes_per_week"] / 60
        for name, day in FLAGS_WITH_DAY.items():
            row[name], row[day] = row[name]
        row |= {"source_rows": str(row["source_row"]), "last": {n: row[n] for n in SOURCE_TYPES}}
        person, partner = row["person_key"], row["enterprise_id"]
        row["course_id"] = f"{partner}_{row['started_on']}_{person or f'row{number}'}"
        first = latest.get((person, partner))
        if not first or EXTENDED not in first["exit_reasons"]:
            courses[number] = row
            latest |= {(person, partner): row} if person else {}
            continue
        # The row goes on with a course: the last known holds, and the first plan.
        plans = [each["plan_made_on"] for each in (first, row) if each["has_plan"]]
        kept = {name: first[name] for name in KEPT_FROM_FIRST if first[name] or name not in FLAGS}
        kept |= {"source_rows": f"{first['source_rows']};{row['source_row']}"}
        first |= {name: value for name, value in row.items() if value is not None} | kept
        first["ended_on"] = row["ended_on"]
        first["plan_made_on"] = None if None in plans else min(plans, default=None)
    names = [*rows, "course_id", *COURSE_TYPES, "last"]
    values = [[courses[number][name] for name in names] for number in sorted(courses)]
    return pd.DataFrame(values, None, names, object)


def _make_accounts(exports: Exports, parsed: Mapping[str, Parsed]) -> list[dict[str, object]]:
    """Return what became of the rows, for each sheet and each file that was refused."""
    found, accounts = {id(each.sheet): each for each in exports.found}, list[dict[str, object]]()
    refused = [Sheet(name, "", False, False, {}) for name in exports.refused]
    for sheet in (*exports.sheets, *refused):
        table, seen = found.get(id(sheet)), sheet.last_row
        states = Counter(name_states(table, parsed[table.kind]).values() if table else ())
        kept, aside = states["kept"], states["aside"] + states["other"]
        account = {"file": sheet.file, "sheet": sheet.name, "kind": table.kind if table else ""}
        counts = {"rows_seen": seen, "rows_kept": kept, "rows_quarantined": aside}
        accounts.append({**account, **counts, "rows_skipped": seen - kept - aside})
    return accounts


def _check_rules(parsed: Parsed) -> tuple[list[Problem], Parsed]:
    """Return a problem for every rule that rows break, and the table with those set aside too."""
    kind, broken = parsed.kind, list[Broken]()
    labels = {column.name: column.label for column in read_columns()[kind]}
    for first, last in stored.ORDERED.get(kind, ()):
        message = f"{labels[last]} ligger før {labels[first]}."
        is_wrong = parsed.days(last) < parsed.days(first)
        broken.append((is_wrong, last, "row.order", message, "Ret datoerne i udtrækket."))
    same = _find_first(_key_rows(parsed))
    again = same[same.index // STRIDE != same // STRIDE]
    message, advice = "Rækken står også i en anden del af udtrækket.", "Slet den i den ene del."
    broken.append((again, next(iter(labels)), "row.two_parts", message, advice))
    parsed = parsed.set_aside(again.index)
    broken += _check_repeats(parsed)
    if kind in NUMBERED:
        broken += _check_numbers(parsed, *NUMBERED[kind])
    if kind == "courses":
        broken += _check_courses(parsed)
    if kind == "agreements" and parsed.has("extra_places"):
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
            here = f"{parsed.find(row)[0].sheet.place} › "
            other = "" if is_mask else parsed.tell(near, told[0], "", "").place.removeprefix(here)
            problems.append(parsed.tell(row, *told, found=other and f"også {other}"))
            wrong |= {row} if problems[-1].severity == "error" else set()
    return problems, parsed.set_aside(wrong)


def _key_rows(parsed: Parsed, *names: str) -> pd.Series[Any]:
    """Return what is compared of each row without a fault: its values in some columns, or all; None
    where one of some lacks, or where the person is unknown.
    """
    rows = parsed.kept[[*names]] if names else parsed.kept
    open_ones = {stored.UNKNOWN_PERSON, None} if names else {stored.UNKNOWN_PERSON}
    values = rows.itertuples(index=False, name=None)
    keys = [key if open_ones.isdisjoint(key) else None for key in values]
    return pd.Series(keys, rows.index, dtype=object)


def _find_first(keys: pd.Series[Any]) -> pd.Series[int]:
    """Return the number of the first row with the same key, for each row after it."""
    first = dict[Hashable, Any]()
    found = {row: first.setdefault(key, row) for row, key in keys.dropna().items()}
    return pd.Series({row: near for row, near in found.items() if near != row}, dtype="int64")


def _check_repeats(parsed: Parsed) -> Iterator[Broken]:
    """Yield what stands twice, each row once. Equal grants, meetings and jobs can be right."""
    kind, told, columns = parsed.kind, list[int](), parsed.parts[0].columns
    more = (COUNTED, DELETE, "warning") if kind in COUNTED_TWICE else ("", DELETE)
    for _, names, blank, shown, check in (each for each in REPEATS if each[0] == kind):
        keys = _key_rows(parsed, *names)
        found = _find_first(keys.where(parsed.kept[blank].isna()) if blank else keys)
        found = found[~found.index.isin(told)]
        told.extend(found.index)
        place = shown or min(columns, key=lambda name: columns[name])
        yield found, place, check, REPEATED[check] + more[0], *more[1:]


def _check_numbers(parsed: Parsed, name: str, what: str) -> Iterator[Broken]:
    """Yield the numbers that stand twice, however they are spelt, or have odd zeros."""
    ids = parsed.kept[name].map(lambda text: fold(text).replace(" ", "")).astype(str)
    text, advice = f"{what} står også i en anden række.", "Slet den ene række, eller ret nummeret."
    yield _find_first(ids), name, "row.repeated", text, advice
    digits = parsed.kept[name].where(ids.str.isdigit(), "").astype(str)
    has_zero, lengths = digits.str.startswith("0"), digits.str.len()
    widths = Counter(map(len, digits[has_zero].unique()))
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    is_odd = (digits != "") & ((lengths < usual) | (has_zero & (lengths > usual)))
    text = f"{what} er kortere eller længere end de andre: er nuller foran tabt eller kommet til?"
    yield is_odd, name, "id.lost_zeros", text, "Skriv det helt ud, i en kolonne med formatet Tekst."


def _check_courses(parsed: Parsed) -> Iterator[Broken]:
    """Yield exits without a reason or an end, lost extensions, and courses that overlap."""
    rows, start, end = parsed.kept, parsed.days("started_on"), parsed.days("ended_on")
    reasons = rows["exit_reasons"].map(len).astype(int)
    goes_on = rows["exit_reasons"].map(lambda found: EXTENDED in found).astype(bool)
    text, advice = "Forløbet er slut, men har ingen årsag.", "Udfyld årsagen."
    yield end.notna() & (reasons == 0), "exit_reasons", "exit.no_reason", text, advice
    text = "Forløbet har en årsag, men ingen slutdato."
    yield end.isna() & (reasons > 0), "ended_on", "exit.no_date", text, "Udfyld slutdato."
    text, advice = "Forlænget kan ikke stå sammen med en anden årsag.", "Lad rækken have én af dem."
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
    is_over = (is_next & is_running & ~is_told).reindex(keys.index, fill_value=False)
    text = "Samme persons forrige forløb hos virksomheden er ikke slut, når dette begynder."
    advice = "Ret datoerne, hvis forløbene ikke lå oven i hinanden."
    yield is_over, "started_on", "course.overlap", text + COUNTED, advice, "warning"


def _is_cvr(number: str | None) -> bool:
    """Tell whether a number is one of the business register's: eight digits, modulus 11."""
    digits = (number or "").replace(" ", "").removeprefix("DK")
    weighted = (int(d) * weight for d, weight in zip(digits, CVR_WEIGHTS, strict=False))
    return number is None or (CVR.fullmatch(digits) is not None and sum(weighted) % 11 == 0)


def _check_totals(parsed: Parsed) -> list[Problem]:
    """Return an error for each printed total that differs from the rows above it: those after the
    total above for a part's, and maybe for a plain one.
    """
    problems = list[Problem]()
    for number, part in enumerate(parsed.parts):
        for before, row in pairwise((0, *part.total_rows)):
            text = fold(next(iter(part.sheet.row(row).values())))
            is_part = text.startswith(PART_START) or not is_total_name(text)
            starts = [before] if is_part else [0] if text.startswith(ALL_START) else [0, before]
            told = [[*_check_total(parsed, number, row, start)] for start in starts]
            problems += sorted(told, key=len)[0]
    return problems


def _check_total(parsed: Parsed, number: int, row: int, start: int) -> Iterator[Problem]:
    """Yield what differs where a total counts the rows between `start` and its own in a part.

    One before all rows counts those below. The first cell after the words counts rows where it is
    right beside them or below a wanted heading. Of values under many headings, theirs are held.
    """
    part = parsed.parts[number]
    is_top = bool(part.data_rows) and row < part.data_rows[0]
    counted = [each for each in part.data_rows if is_top or start < each < row]
    named = {place: part.header.declared[name] for name, place in part.columns.items()}
    words, *others = part.sheet.row(row).items()
    unread = {problem.place for problem in parsed.problems}
    for position, value in others:
        column, is_first = named.get(position), (position, value) == others[0]
        is_sum = column is not None and column.type in SUMMED
        is_count = is_first and (column is not None or position == words[0] + 1)
        is_other = part.header.spread and not (column and column.name == part.header.spread[0])
        if is_other or not (is_sum or is_count):
            continue
        cell, name = name_cell(row, position), column.name if column else ""
        try:
            read.reject_unreadable(value)
        except read.ParseError as fault:
            told = ("total.unreadable", cell, fault.message, fault.advice)
            yield part.sheet.tell(*told, expected="et tal", column=name)
            continue
        is_percent = isinstance(value, Percent) or str(value).rstrip().endswith("%")
        printed, computed, what = None, float(len(counted)), "antallet af rækker"
        with suppress(read.ParseError):
            printed = read.parse_percent(value) if is_percent else read.parse_number(value)
        if column and is_sum:
            rows, what = [number * STRIDE + each for each in counted], f"summen af {column.label}"
            computed = float(parsed.values.loc[rows, name].dropna().sum())
            if any(parsed.tell(each, name, "", "").place in unread for each in rows if unread):
                continue
        if printed is not None and abs(printed - computed) >= 0.005:
            found, expected = (f"{round(n, 2):.15g}".replace(".", ",") for n in (printed, computed))
            message = f"Totalrækken siger {found}, men {what} er {expected}."
            advice = "Er rækker slettet eller tilføjet? Hent udtrækket igen, eller ret totalen."
            told = ("total.differs", cell, message, advice)
            yield part.sheet.tell(*told, found=found, expected=expected, column=name)


def _check_relations(tables: Mapping[str, Parsed]) -> list[Problem]:
    """Return a warning for each partner with courses outside its agreements, at its first row."""
    if "courses" not in tables or "agreements" not in tables:
        return []
    courses, agreements = tables["courses"], tables["agreements"]
    partners, days = courses.kept["enterprise_id"], courses.days("started_on").to_numpy()
    first = agreements.days("starts_on").groupby(agreements.kept["enterprise_id"]).min()
    outside = partners[~(days >= first.reindex(partners).to_numpy())]
    problems = []
    for partner, rows in outside.groupby(outside, sort=False):
        day = f"{first[partner]:%Y-%m-%d}" if partner in first else ""
        what = f"før den første aftale ({day})" if day else "uden at der er en aftale"
        message = f"{len(rows)} {'række' if len(rows) == 1 else 'rækker'} med forløb hos {partner}"
        advice = "De er talt med. Mangler aftalen, så tilføj den i udtrækket med samarbejdsaftaler."
        told = ("course.outside_agreement", f"{message} {what}.", advice, "warning")
        problems.append(courses.tell(rows.index[0], "enterprise_id", *told))
    return problems


def check_reused_jobs(jobs: pd.DataFrame | None, earlier: list[pd.DataFrame]) -> Iterator[Problem]:
    """Yield what earlier years say otherwise of a job number: a correction, or another job."""
    known: dict[str, dict[Hashable, Any]] = {}
    for table in reversed(earlier):
        for row in table.to_dict("records"):
            known.setdefault(row["job_id"].lstrip("0"), row)
    for now in [] if jobs is None else jobs.to_dict("records"):
        before = known.get(now["job_id"].lstrip("0"), now)
        facts = {label: {now[name], before[name]} for name, label in JOB_FACTS.items()}
        changed = [label for label, both in facts.items() if len([*filter(pd.notna, both)]) > 1]
        place = (now["source_file"], now["source_sheet"], f"A{now['source_row']}", "job_id")
        if now["job_id"] != before["job_id"]:
            message = "Løbenummeret er skrevet med andre nuller foran end i et tidligere år."
            advice = "Skriv det ens i alle år."
            yield Problem("error", "job.lost_zeros", message, *place, advice=advice)
        elif len(changed) > 1:
            message = f"Løbenummeret stod tidligere for et andet job ({', '.join(changed)})."
            advice = "Giv jobbet sit eget nummer."
            yield Problem("error", "job.reused", message, *place, advice=advice)
        elif changed:
            message = f"Jobbet er rettet siden et tidligere år ({changed[0]}): det nyeste gælder."
            yield Problem("info", "job.changed", message, *place)
