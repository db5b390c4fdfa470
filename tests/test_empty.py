"""Nothing ends in a traceback, whatever is empty: tables, joins, columns, all running or later."""

import contextlib
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import workbooks as wb
from socok_analysis.checks.findings import check_year
from socok_analysis.figures.measure import measure_status, measure_year
from socok_analysis.figures.rows import find_pattern, find_row
from socok_analysis.intake.tables import NEEDED_KINDS, read_columns
from socok_analysis.run.build import prepare_year

MAY = date(2019, 5, 1)
WEEK = {"CPR-nr.": wb.cpr(1), "Uge": "2019-W10", "Aftalte timer": 10, "Fremmødte timer": 5}
STEP = {"CPR-nr.": wb.cpr(1), "Virksomhed": "Sumak", "Timer pr. uge": 4, "Samtykke (J/N)": "J"}
STEP |= {"Arbejdsintensitet (%)": 80}
ROWS = {
    "courses": [
        wb.course(**{"Plan udarbejdet": date(2019, 1, 20), "Veteran": "ja"}),
        wb.running(**{"CPR-nr.": wb.cpr(2), "Virksomhed": "Sumak", "Seneste opfølgning": None}),
    ],
    "jobs": [wb.job(1, **{"CPR-nr.": wb.cpr(1), "Ansættelsesdato": date(2019, 7, 1)}), wb.job(2)],
    "agreements": [wb.agreement(**{"Max uger": 10, "Plan efter (uger)": 4, "Måltal": 50})],
    "grants": [wb.grant()],
    "meetings": [{"Dato": MAY, "Status (afholdt/aflyst)": "Afholdt", "Antal deltagere": 4}],
    "attendance": [WEEK],
    "waiting_list": [{"CPR-nr.": wb.cpr(3), "Aftale-id": "A-1", "Skrevet op": MAY}],
    "progression": [STEP | {"Dato": date(2019, month, 7)} for month in (1, 2)],
    "facts": [{"Emne": "Sumak", "Oplysning": "Heste", "Værdi": 20, "Enhed": "heste"}],
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    root = wb.make_project(tmp_path_factory.mktemp("tomt"), **ROWS)
    evidence = wb.gather(root, previous_evaluation_date=date(2019, 3, 31))
    return replace(evidence, earlier=evidence)


def spoil(tables):
    """Yield (what was done, tables) for each way in which something is empty."""
    yield "as they are", tables
    for kind, table in tables.items():
        yield f"no {kind}", {**tables, kind: table.iloc[:0]}
        for column in (c.name for c in read_columns().get(kind, ()) if not c.is_required):
            if column in table:
                blank = pd.Series(pd.NA, table.index, dtype=table[column].dtype)
                yield f"{kind}.{column} blank", {**tables, kind: table.assign(**{column: blank})}
        if "person_key" in table:
            yield f"{kind} of nobody", {**tables, kind: table.assign(person_key="ingen")}
    courses, blank = tables["courses"], pd.Series(pd.NA, tables["courses"].index)
    running = courses.assign(ended_on=blank.astype(courses["ended_on"].dtype))
    yield "all running", {**tables, "courses": running, "exits": tables["exits"].iloc[:0]}
    later = pd.Timedelta(3650, "D")
    days = {name: pd.to_datetime(courses[name]) + later for name in ("started_on", "ended_on")}
    moved = {name: each.dt.date.astype(courses[name].dtype) for name, each in days.items()}
    yield "all later", {**tables, "courses": courses.assign(**moved)}
    yield "nothing", {kind: table.iloc[:0] for kind, table in tables.items()}
    yield "only what is needed", {k: t for k, t in tables.items() if k in (*NEEDED_KINDS, "exits")}


def test_whatever_is_empty_figures_checks_and_rows_are_told(sound):
    tried, jobs = 0, [sound.earlier.tables["jobs"]]
    for what, tables in spoil(dict(sound.tables)):
        earlier = (jobs, [jobs[0].iloc[:0]], [])[tried % 3]
        told = measure_year(replace(sound, tables=tables, earlier_jobs=tuple(earlier)))
        assert isinstance(check_year(told), list), what
        one_each = {find_pattern(name, told.rows): f for name, f in told.figures.items()}
        for pattern, figure in one_each.items():
            if pattern.table and pattern.table != "jobs_ever":
                of, _ = told.select_rows(find_row(figure.figure, told.rows))
                assert len(of) >= (figure.numerator or 0), (what, figure)
            if figure.denominator == 0:
                assert figure.value is None or pattern.verb == "part", (what, figure)
        tried += 1
    assert tried > 60
    first = replace(sound.year, previous_evaluation_date=None)
    assert not [n for n in measure_year(replace(sound, year=first)).figures if ".change." in n]
    assert measure_status(sound, date(2019, 6, 30)).figures


@pytest.mark.parametrize("kinds", [wb.NEEDED, [*set(wb.HEADINGS) - {*wb.NEEDED}]])
def test_exports_with_headings_only_give_figures(tmp_path, kinds):
    root = wb.make_project(tmp_path, **{kind: [] for kind in kinds})
    assert prepare_year(root, 2019).year.year == 2019


def spoil_rows(kind, rows, how):
    """Return an export's rows in a later time, of people nobody knows, or without a column."""
    if how == "later":
        day = date(2099, 1, 4)
        return [{h: day if isinstance(v, date) else v for h, v in row.items()} for row in rows]
    if how == "strangers":
        own = [{"CPR-nr.": wb.cpr(900 + n)} for n in range(len(rows))]
        return [row | (new if "CPR-nr." in row else {}) for row, new in zip(rows, own, strict=True)]
    names = [*wb.HEADINGS[kind]]
    return [row | {names[how % len(names)]: None} for row in rows]


@pytest.mark.parametrize("how", ["later", "strangers", *range(0, 24, 2)])
def test_exports_later_of_strangers_or_without_a_column_are_told_without_a_traceback(tmp_path, how):
    rows = {kind: spoil_rows(kind, rows, how) for kind, rows in ROWS.items()}
    root = wb.make_project(tmp_path, **rows)
    with contextlib.suppress(wb.DataError):
        prepare_year(root, 2019)
    assert (root / "data/processed/2019/problems.csv").is_file()
