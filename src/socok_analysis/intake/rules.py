"""Rules across the columns of a row, across rows, and between tables: what cannot be right.

Each rule takes parsed tables and returns problems at their rows; a row with an error is set aside.
A person who is unknown is nobody else: such rows are never the same as others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.columns import Parsed, find_code, list_own_days
from socok_analysis.intake.courses import EXTENDED
from socok_analysis.intake.headings import tell
from socok_analysis.intake.maps import CodeList
from socok_analysis.intake.parse import (
    ParseError,
    parse_number,
    parse_percent,
    reject_unreadable,
)
from socok_analysis.intake.people import UNKNOWN_PERSON
from socok_analysis.intake.recognise import SUMMED, list_scopes
from socok_analysis.intake.tables import Column, read_columns
from socok_analysis.workbook.cells import CellValue, Percent, fold, name_cell

ORDERED = {
    "courses": [("started_on", "ended_on"), ("started_on", "expected_end_on")],
    "jobs": [("started_on", "ended_on")],
    "agreements": [("starts_on", "ends_on")],
    "enterprises": [("active_from", "active_to"), ("registered_on", "deregistered_on")],
    "grants": [("period_from", "period_to")],
    "waiting_list": [("listed_on", "left_on")],
}
DELETE = "Er det den samme? Så slet den ene række. Ellers ret den i udtrækket."
COUNTED = " Begge er talt med."
JOB_FACTS = {"person_key": "person", "enterprise_id": "virksomhed", "started_on": "ansættelsesdato"}
LEAST_GAP = 0.005
Rule = Callable[[Parsed], list[Problem]]
Mask = pd.Series  # of bool, by row number, over the rows without a fault


def check_rules(parsed: Parsed, codes: Mapping[str, CodeList]) -> list[Problem]:
    """Return a problem for every rule a row of the table breaks."""
    rules = RULES.get(parsed.table.kind, ())
    return [
        *check_order(parsed),
        *check_valid_codes(parsed, codes),
        *(problem for rule in rules for problem in rule(parsed)),
    ]


def tell_rows(
    parsed: Parsed,
    is_wrong: Mask,
    name: str,
    check: str,
    message: str,
    advice: str,
    severity: Severity = "error",
) -> list[Problem]:
    """Return a problem at one column's cell in each of some rows without a fault."""
    rows = is_wrong.index[is_wrong]
    return [parsed.table.tell(row, name, check, message, advice, severity) for row in rows]


def check_order(parsed: Parsed) -> list[Problem]:
    """Return the rows in which an end lies before its start."""
    kind = parsed.table.kind
    labels = {column.name: column.label for column in read_columns()[kind]}
    return [
        problem
        for first, last in ORDERED.get(kind, ())
        for problem in tell_rows(
            parsed,
            parsed.days(last) < parsed.days(first),
            last,
            "row.order",
            f"{labels[last]} ligger før {labels[first]}.",
            "Ret datoerne i udtrækket.",
        )
    ]


def check_valid_codes(parsed: Parsed, codes: Mapping[str, CodeList]) -> list[Problem]:
    """Return the codes used on a day on which their list does not allow them."""
    kind, problems = parsed.table.kind, list[Problem]()
    labels = parsed.labels.loc[parsed.kept.index]
    for column in (c for c in read_columns()[kind] if c.name in labels):
        known = codes[column.detail]
        days = list_own_days(kind, parsed.kept, column)
        advice = f"Ret rækken, eller ret datoerne i data/raw/maps/codes/{column.detail}.csv."
        for (row, written), day in zip(labels[column.name].items(), days, strict=True):
            for label in written if isinstance(written, tuple) else filter(None, [written]):
                if not (code := find_code(known, label, day)).is_valid(day):
                    message = f"“{code.label}” gælder ikke på rækkens dato."
                    problems.append(
                        parsed.table.tell(row, column.name, "code.not_valid", message, advice)
                    )
    return problems


def check_exits(parsed: Parsed) -> list[Problem]:
    """Return ended rows without a reason, reasons without an end, and mixed extensions."""
    problems, rows = list[Problem](), parsed.kept
    for row, reasons, end in zip(rows.index, rows["exit_reasons"], rows["ended_on"], strict=True):
        told = []
        if end and not reasons:
            message = "Forløbet er slut, men har ingen årsag."
            told.append(("exit_reasons", "exit.no_reason", message, "Udfyld årsagen."))
        if reasons and not end:
            message = "Forløbet har en årsag, men ingen slutdato."
            told.append(("ended_on", "exit.no_date", message, "Udfyld slutdato."))
        if EXTENDED in reasons and len(reasons) > 1:
            message = "Forlænget kan ikke stå sammen med en anden årsag."
            told.append(("exit_reasons", "exit.mixed", message, "Lad rækken have én af dem."))
        problems += [parsed.table.tell(row, *texts) for texts in told]
    return problems


def has_extension(parsed: Parsed) -> Mask:
    """Tell for each row whether its exit reasons say that the course goes on."""
    return parsed.kept["exit_reasons"].map(lambda found: EXTENDED in found).astype(bool)


def check_extensions(parsed: Parsed) -> list[Problem]:
    """Return the rows marked as extended that no later row of the same person continues."""
    keys, days = key_rows(parsed, "person_key", "enterprise_id"), parsed.days("started_on")
    is_last = keys.isna() | (days == days.groupby(keys).transform("max"))
    return tell_rows(
        parsed,
        has_extension(parsed) & is_last,
        "exit_reasons",
        "exit.not_continued",
        "Forløbet er forlænget, men der er ingen senere række for samme person.",
        "Tilføj rækken, der fortsætter forløbet, eller ret årsagen.",
    )


def key_rows(parsed: Parsed, *names: str) -> pd.Series[Any]:
    """Return for each row without a fault a number that equal values in some columns share.

    NA stands where one lacks, or where the person is unknown: nobody is the same as another.
    Without names, whole rows are compared, in which a blank is like another.
    """
    rows = parsed.kept[[*names]] if names else parsed.kept
    keys = rows.groupby([*rows], sort=False, dropna=False).ngroup().astype("Int64")
    is_unknown = (rows == UNKNOWN_PERSON).any(axis=1)
    return keys.mask(is_unknown | (rows.isna().any(axis=1) if names else False))


def is_repeated(keys: pd.Series[Any]) -> Mask:
    """Tell for each row whether an earlier row has its key; NA never counts."""
    return keys.duplicated() & keys.notna()


def check_same_course(parsed: Parsed) -> list[Problem]:
    """Return rows with the same person, partner and start, and second open rows."""
    is_same = is_repeated(key_rows(parsed, "person_key", "enterprise_id", "started_on"))
    is_open = is_open_again(parsed, "enterprise_id", "ended_on") & ~is_same
    same = "Samme person har samme start hos samme virksomhed i en anden række."
    open_twice = "Samme person er allerede i forløb hos samme virksomhed i en anden række."
    return [
        *tell_rows(parsed, is_same, "person_key", "course.repeated", same, DELETE),
        *tell_rows(parsed, is_open, "person_key", "course.open_twice", open_twice, DELETE),
    ]


def is_open_again(parsed: Parsed, name: str, end: str) -> Mask:
    """Tell for each row without an end whether its person has an earlier one at the same place."""
    return is_repeated(key_rows(parsed, "person_key", name).where(parsed.kept[end].isna()))


def check_overlap(parsed: Parsed) -> list[Problem]:
    """Return courses that begin while the same person's last one at the partner still runs."""
    rows = pd.DataFrame(
        {
            "key": key_rows(parsed, "person_key", "enterprise_id"),
            "start": parsed.days("started_on"),
            "end": parsed.days("ended_on"),
            "goes_on": has_extension(parsed),
        }
    ).dropna(subset="key")
    rows = rows.sort_values(["key", "start"], kind="stable")
    before = rows.groupby("key")[["start", "end"]].shift()
    is_next = rows["key"].duplicated() & ~rows["goes_on"].shift(fill_value=False)
    is_running = before["end"].isna() | (before["end"] > rows["start"])
    is_told = (rows["start"] == before["start"]) | (before["end"].isna() & rows["end"].isna())
    is_over = (is_next & is_running & ~is_told).reindex(parsed.kept.index, fill_value=False)
    text = "Samme persons forrige forløb hos virksomheden er ikke slut, når dette begynder."
    advice = "Ret datoerne, hvis forløbene ikke lå oven i hinanden."
    message = text + COUNTED
    return tell_rows(parsed, is_over, "started_on", "course.overlap", message, advice, "warning")


def check_same_job(parsed: Parsed) -> list[Problem]:
    """Return jobs that another number has: the same person, enterprise and first day."""
    is_same = is_repeated(key_rows(parsed, "person_key", "enterprise_id", "started_on"))
    text = "Samme person begynder samme dag hos samme virksomhed under et andet løbenummer."
    return tell_rows(parsed, is_same, "job_id", "job.same", text + COUNTED, DELETE, "warning")


def check_unique(name: str, what: str) -> Rule:
    """Return a rule: no value of a column stands twice, whatever its blanks and capitals."""

    def check(parsed: Parsed) -> list[Problem]:
        ids = parsed.kept[name].map(lambda text: fold(text).replace(" ", ""))
        message = f"{what} står også i en anden række."
        advice = "Slet den ene række, eller ret nummeret."
        return tell_rows(parsed, ids.duplicated(), name, "row.repeated", message, advice)

    return check


def check_zeros(name: str, what: str) -> Rule:
    """Return a rule: where numbers are written with zeros in front, none is shorter.

    Those shorter than most that have zeros in front are told, and longer ones of those.
    """

    def check(parsed: Parsed) -> list[Problem]:
        ids: list[str] = [text if text.isdigit() else "" for text in parsed.kept[name]]
        widths = Counter(len(text) for text in {*ids} if text.startswith("0"))
        usual = max(widths, key=lambda width: (widths[width], width), default=0)
        is_odd = [
            bool(text) and (len(text) < usual or (text[0] == "0" and len(text) > usual))
            for text in ids
        ]
        message = f"{what} er ikke så langt som de andre, der har nuller foran: er nuller gået "
        message += "tabt eller kommet til?"
        advice = "Giv kolonnen formatet Tekst, og skriv nummeret helt ud."
        mask = pd.Series(is_odd, parsed.kept.index, dtype=bool)
        return tell_rows(parsed, mask, name, "id.lost_zeros", message, advice)

    return check


def check_same_rows(severity: Severity) -> Rule:
    """Return a rule: no row says the same as an earlier one in every column.

    A warning leaves the row in, since two equal grants or meetings can be right.
    """

    def check(parsed: Parsed) -> list[Problem]:
        first = min(parsed.table.columns, key=parsed.table.columns.__getitem__)
        message = "Rækken er magen til en tidligere række."
        message += "" if severity == "error" else COUNTED
        is_same = is_repeated(key_rows(parsed))
        return tell_rows(parsed, is_same, first, "row.same", message, DELETE, severity)

    return check


def check_listed_twice(parsed: Parsed) -> list[Problem]:
    """Return second rows of a person who already waits for the same agreement."""
    is_twice = is_open_again(parsed, "agreement_id", "left_on") & ~is_repeated(key_rows(parsed))
    text = "Samme person venter allerede på samme aftale i en anden række."
    return tell_rows(parsed, is_twice, "person_key", "waiting.twice", text, DELETE)


def check_measured_twice(parsed: Parsed) -> list[Problem]:
    """Return second measurements of a person at a partner on one day."""
    is_again = is_repeated(key_rows(parsed, "person_key", "enterprise_id", "measured_on"))
    is_twice = is_again & ~is_repeated(key_rows(parsed))
    text = "Samme person har en anden måling samme sted og dag."
    return tell_rows(parsed, is_twice, "measured_on", "progression.twice", text, DELETE)


def check_extra_places(parsed: Parsed) -> list[Problem]:
    """Return one information: agreements without a number of extra places have none."""
    is_blank = parsed.kept["extra_places"].isna()
    if "extra_places" not in parsed.table.columns or not is_blank.any():
        return []
    text = f"Ekstra pladser er tom i {is_blank.sum()} af {len(is_blank)} aftaler: læst som ingen."
    is_first = is_blank & (is_blank.cumsum() == 1)
    check = "agreement.no_extra_places"
    return tell_rows(parsed, is_first, "extra_places", check, text, "", "info")


RULES: Mapping[str, Sequence[Rule]] = {
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


def check_totals(parsed: Parsed) -> list[Problem]:
    """Return an error for each printed total that differs from the rows above it.

    A number beside the words counts rows, a number under a numeric column is its sum.
    """
    problems, before = list[Problem](), 0
    for row in parsed.table.total_rows:
        cells = parsed.table.sheet.row(row)
        scopes = list_scopes(cells[min(cells)], before)
        problems += min((check_total(parsed, row, cells, start) for start in scopes), key=len)
        before = row
    return problems


def check_total(
    parsed: Parsed, row: int, cells: Mapping[int, CellValue], start: int
) -> list[Problem]:
    """Return what differs where a total counts the rows between `start` and its own.

    One that stands before all rows counts those below it. The first cell after the words counts
    rows where it stands right beside them or below a heading that is wanted: a number farther off
    is a sum nobody asked for.
    """
    table, rows = parsed.table, parsed.table.data_rows
    is_top = bool(rows) and row < rows[0]
    counted = [each for each in rows if is_top or start < each < row]
    numeric = {
        table.columns[column.name]: column
        for column in read_columns()[table.kind]
        if column.type in SUMMED and column.name in table.columns
    }
    words, *others = sorted(cells)
    near = {*table.columns.values(), words + 1}.intersection(others[:1])
    named = {position: name for name, position in table.columns.items()}
    problems = []
    for position in (each for each in others if each in numeric or each in near):
        column, name = numeric.get(position), named.get(position, "")
        cell, more = name_cell(row, position), {"column": name}
        try:
            printed = read_printed(cells[position])
        except ParseError as fault:
            told = (fault.message, fault.advice)
            more["expected"] = fault.expected
            problems.append(tell(table.sheet, "total.unreadable", cell, *told, **more))
            continue
        computed = sum_column(parsed, counted, column) if column else len(counted)
        if printed is not None and computed is not None and abs(printed - computed) >= LEAST_GAP:
            found, expected = show_number(printed), show_number(computed)
            what = f"summen af {column.label}" if column else "antallet af rækker"
            message = f"Totalrækken siger {found}, men {what} er {expected}."
            advice = "Er rækker slettet eller tilføjet? Hent udtrækket igen, eller ret totalen."
            more |= {"found": found, "expected": expected}
            problems.append(tell(table.sheet, "total.differs", cell, message, advice, **more))
    return problems


def read_printed(value: CellValue) -> float | None:
    """Return the number a total row prints; None for words. Raise ParseError for an error cell."""
    reject_unreadable(value)
    try:
        is_percent = isinstance(value, Percent) or str(value).rstrip().endswith("%")
        return parse_percent(value) if is_percent else parse_number(value)
    except ParseError:
        return None


def sum_column(parsed: Parsed, rows: Sequence[int], column: Column) -> float | None:
    """Return the sum of a column's values; None where one of its cells could not be read."""
    broken = {problem.cell for problem in parsed.problems}
    if any(parsed.table.name_cell(row, column.name) in broken for row in rows):
        return None
    return sum(value or 0 for value in parsed.values.loc[[*rows], column.name])


def show_number(number: float) -> str:
    """Return a number with a comma and at most two decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def check_relations(tables: Mapping[str, Parsed]) -> list[Problem]:
    """Return a warning for each partner with courses outside its agreements, at its first row."""
    if "courses" not in tables or "agreements" not in tables:
        return []
    courses, agreements = tables["courses"], tables["agreements"]
    first = agreements.days("starts_on").groupby(agreements.kept["enterprise_id"]).min()
    partners = courses.kept["enterprise_id"]
    is_outside = ~(courses.days("started_on") >= partners.map(first))
    problems = []
    for partner, rows in partners[is_outside].groupby(partners, sort=False):
        day = first.get(partner)
        what = f"før den første aftale ({day.date()})" if day else "uden at der er en aftale"
        count = f"{len(rows)} {'række' if len(rows) == 1 else 'rækker'}"
        message = f"{count} med forløb hos {partner} {what}."
        advice = "De er talt med. Mangler aftalen, så tilføj den i udtrækket med samarbejdsaftaler."
        where = (int(rows.index[0]), "enterprise_id", "course.outside_agreement")
        problems.append(courses.table.tell(*where, message, advice, "warning"))
    return problems


def check_reused_jobs(jobs: pd.DataFrame | None, earlier: Iterable[pd.DataFrame]) -> list[Problem]:
    """Return what earlier years' exports say otherwise of a job number, the newest first.

    One changed fact is a correction and is told; two are another job under the same number, and a
    number that differs by zeros in front would count the job twice.
    """
    if jobs is None:
        return []
    known: dict[str, dict[Hashable, Any]] = {}
    for table in reversed([*earlier]):
        for row in table.to_dict("records"):
            known.setdefault(row["job_id"].lstrip("0"), row)
    pairs = ((row, known.get(row["job_id"].lstrip("0"))) for row in jobs.to_dict("records"))
    return [problem for now, before in pairs if before for problem in compare_jobs(now, before)]


def compare_jobs(now: Mapping[Hashable, Any], before: Mapping[Hashable, Any]) -> list[Problem]:
    """Return what is wrong where a job number stands for something else than before."""
    changed = [
        label
        for name, label in JOB_FACTS.items()
        if not pd.isna(now[name]) and not pd.isna(before[name]) and now[name] != before[name]
    ]
    severity: Severity = "error"
    if now["job_id"] != before["job_id"]:
        check, advice = "job.lost_zeros", "Skriv det ens i alle år."
        message = "Løbenummeret er skrevet med andre nuller foran end i et tidligere år."
    elif len(changed) > 1:
        check, advice = "job.reused", "Giv jobbet sit eget nummer."
        message = f"Løbenummeret stod for et andet job i et tidligere år ({', '.join(changed)})."
    elif changed:
        severity, check, advice = "info", "job.changed", ""
        message = f"Jobbet er rettet siden et tidligere år ({changed[0]}): det nyeste gælder."
    else:
        return []
    place = {"file": now["source_file"], "sheet": now["source_sheet"], "column": "job_id"}
    cell = f"A{now['source_row']}"
    return [Problem(severity, check, message, **place, cell=cell, advice=advice)]
