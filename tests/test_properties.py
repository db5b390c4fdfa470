"""Whatever a person writes: the same table in any spelling, and no mutation ends in silence."""

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socok_analysis.intake.tables import NEEDED_KINDS
from socok_analysis.intake.tidy import tidy_year
from workbooks import (
    HEADINGS,
    as_cells,
    course,
    cpr,
    make_project,
    read_parts,
    tidy,
    write_book,
    write_parts,
)

YEAR = "data/raw/2019"
QUICK = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MUTATIONS = 30


# Any accepted spelling


@dataclass(frozen=True)
class Job:
    """A job as it is, before anybody writes it."""

    number: int
    started_on: date
    hours: float | None
    intensity: int | None
    is_via_course: bool | None


DAYS = st.dates(date(2010, 1, 1), date(2029, 12, 31))
HOURS = st.one_of(st.none(), st.integers(0, 400).map(lambda n: n / 4))
JOBS = st.lists(
    st.builds(
        Job,
        st.integers(1, 99_999),
        DAYS,
        HOURS,
        st.one_of(st.none(), st.integers(2, 100)),
        st.one_of(st.none(), st.booleans()),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda job: job.number,
)
YES, NO = ["ja", "J", " Ja ", 1, "1", True, "SAND", "x"], ["nej", "N", "NEJ\xa0", 0, "0", False]


def spell_date(draw, day):
    """Draw an accepted spelling of a day."""
    shown = f"{day:%d-%m-%Y|%Y-%m-%d| %d/%m/%Y\xa0}".split("|")
    shown += [f"{day.day}{first}{day.month}{then}{day.year}" for first, then in ("..", "/-", "/ ")]
    return draw(st.sampled_from([day, (day - date(1899, 12, 30)).days, *shown]))


def spell_number(draw, number):
    """Draw an accepted spelling of a number, or of none."""
    if number is None:
        return draw(st.sampled_from([None, "", "-", "..", ".", " "]))
    text = f"{number:g}".replace(".", ",")
    return draw(st.sampled_from([number, text, f" {text}\xa0", f"{text} timer"]))


def spell_percent(draw, number):
    """Draw an accepted spelling of a percentage, or of none."""
    shown = [number, f"{number} %", f"{number}%", f"{number},0", f" {number}"]
    return draw(st.sampled_from([None, "-", "x"] if number is None else shown))


def spell_name(draw, name):
    """Draw an accepted spelling of a name or heading."""
    return draw(st.sampled_from([name, name.upper(), f" {name}\xa0", name.replace(" ", "\xa0 ")]))


def spell_job(draw, job):
    """Draw a row that says a job."""
    answers = [None] if job.is_via_course is None else YES if job.is_via_course else NO
    return {
        "Løbenr.": draw(st.sampled_from([f"{job.number:05d}", f" {job.number:05d} "])),
        "Virksomhed": draw(st.sampled_from(["Sumak", "SUMAK ", "\xa0Sumak"])),
        "Ansættelsesform": spell_name(draw, "Fleksjob"),
        "Kanal": spell_name(draw, "Jobcenter"),
        "Ansættelsesdato": spell_date(draw, job.started_on),
        "Timer pr. uge": spell_number(draw, job.hours),
        "Arbejdsintensitet (%)": spell_percent(draw, job.intensity),
        "Via forløb (J/N)": draw(st.sampled_from(answers)),
    }


@st.composite
def spell_sheet(draw, spelled):
    """Draw a sheet of the rows: titles, order of columns, blank rows, total, notes."""
    names = draw(st.permutations(HEADINGS["jobs"]))
    head, *rows = as_cells("jobs", spelled, names)
    cells = [*([["Titel"]] * draw(st.integers(0, 3))), [spell_name(draw, name) for name in head]]
    for row in rows:
        cells += [[]] * draw(st.integers(0, 1)) + [row]
    total: list[Any] = [None] * len(names)
    total[0] = draw(st.sampled_from(["I alt", "Total:", "I ALT "]))
    cells += [total] * draw(st.integers(0, 1)) + [[], ["Kilde: fagsystemet"]] * draw(
        st.integers(0, 1)
    )
    shift = draw(st.integers(0, 2))
    return [[None] * shift + list(row) for row in cells]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small project whose jobs each test writes."""
    return make_project(tmp_path_factory.mktemp("small"), jobs=None)


@QUICK
@given(st.data(), JOBS)
def test_any_table_in_any_accepted_spelling_comes_back_equal(small, data, jobs):
    rows = [spell_job(data.draw, job) for job in jobs]
    write_book(small / YEAR / "jobs.xlsx", {"Ark1": data.draw(spell_sheet(rows))})
    found = tidy(small)
    assert [p for p in found.problems if p.severity != "info"] == []
    assert list_jobs(found) == [plain(job, tell_blank(rows)) for job in jobs]


def tell_blank(rows):
    """Return what a blank yes/no says: no, where all the others are crosses, else nothing."""
    return False if {row["Via forløb (J/N)"] for row in rows} - {None} == {"x"} else None


def list_jobs(found):
    """Return the jobs read, missing values as None."""
    names = ["job_id", "started_on", "hours_per_week", "intensity_pct", "is_via_course"]
    table = found.tables["jobs"][names].astype(object)
    return [*table.where(table.notna(), None).itertuples(index=False, name=None)]


def plain(job, blank):
    """Return what must be read of a job; `blank` is what a blank yes/no says."""
    via = blank if job.is_via_course is None else job.is_via_course
    return (f"{job.number:05d}", job.started_on, job.hours, job.intensity, via)


# Any change of one cell

STRANGE = st.one_of(
    st.none(),
    st.integers(-10, 60_000),
    st.floats(-1e6, 1e6),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12),
    DAYS,
    st.sampled_from(["medio 2019", "<5", "1.234,5", "I alt", "Ny", "0", "ja", "x", "Sumak", "3/4"]),
)
BASE = [
    course(**{"CPR-nr.": cpr(n), "Startdato": date(2019, 1, 7) + timedelta(days=n)})
    for n in range(1, 6)
]


MEANS = {
    "person_key": ("person_key", "course_id"),
    "enterprise_id": ("enterprise_id", "course_id"),
    "started_on": ("started_on", "course_id"),
    "minutes_per_week": ("hours_per_week",),
    "has_plan": ("has_plan", "plan_made_on"),
    "has_final_evaluation": ("has_final_evaluation", "final_evaluation_on"),
}
FLAGS = ("has_plan", "has_final_evaluation", "is_veteran", "needs_interpreter")


@pytest.fixture(scope="module")
def five(tmp_path_factory):
    """A project of five courses to spoil, its rows as they were read sound, and its headings."""
    root = make_project(tmp_path_factory.mktemp("five"), courses=BASE)
    found = tidy(root)
    return root, list_rows(found), dict(found.maps.headers["courses"].headings)


def list_rows(found):
    """Return the courses read by their row in Excel, each value as text."""
    records = found.tables["courses"].astype("string").fillna("").to_dict("records")
    return {int(row["source_row"]): row for row in records}


@QUICK
@given(st.integers(1, 7), st.integers(0, 21), STRANGE)
def test_any_change_of_one_cell_is_told_or_changes_what_that_cell_says_alone(
    five, row, place, value
):
    root, sound, names = five
    cells = [*map(list, as_cells("courses", BASE)), [None] * 22]
    cells[row - 1][place] = value
    write_book(root / YEAR / "courses.xlsx", {"Ark1": cells})
    found = tidy(root)
    check_account(found)
    if any(problem.file == "courses.xlsx" for problem in found.problems):
        return
    name = names.get(str(cells[0][place]).casefold(), "")
    rows = list_rows(found)
    assert rows.keys() == sound.keys()
    # The only cross in its column makes the blanks a no.
    is_cross = name in FLAGS and isinstance(value, str) and value.strip().casefold() == "x"
    for number, before in sound.items():
        changed = {key: now for key, now in rows[number].items() if now != before[key]}
        if number == row:
            assert changed.keys() <= set(MEANS.get(name, (name,)))
        else:
            assert changed == ({name: "False"} if is_cross else {}), number


def check_account(found):
    """Hold that every sheet's rows are kept, set aside or skipped, and none twice."""
    for account in found.accounts:
        seen, *parts = (
            int(str(account[f"rows_{name}"])) for name in ("seen", "kept", "quarantined", "skipped")
        )
        assert seen == sum(parts) and min(parts) >= 0


# Mutations of the example exports

WRITTEN = (
    "\u200b|#I/T|#REFERENCE!|Hovedtotal|Sumak i alt|* note|43500|j\u0430|80 pct.|142.0|"
    "03-04-2019 00:00|010180-1234|&lt;5|I alt|Løbenr.|CPR-nr.| "
)
CHANGES = (  # what is found in the XML of a part, and what stands there instead
    ("(?<=<t>)[^<]+(?=</t>)|(?<=<v>)[^<]+(?=</v>)", WRITTEN.split("|")),
    ("(?<=<t>)[^<]+(?=</t>)|(?<=<v>)[^<]+(?=</v>)", WRITTEN.split("|")),
    ('<row r="', ['<row hidden="1" r="']),
    ("<c r=", ['<c t="b" r=', '<c s="99" r=', '<c t="s" r=']),
    ("</row>", ['<c r="ZZ9"><v>1</v></c></row>', "", "<row>"]),
    ("<mergeCell|<autoFilter", ["<x", "<!--"]),
    ("(?s)<c .*?</c>", ["", r"\g<0>\g<0>"]),
    ("(?s).{1,400}", ["", r"\g<0>\g<0>"]),
    (r"\w", "0123456789-xæ\u0430<&\x00 "),
)


def mutate_book(path, dice):
    """Return a workbook with a value, a tag or a stretch changed, or its bytes cut or flipped."""
    content = path.read_bytes()
    if dice.random() < 0.1:
        at = dice.randrange(len(content))
        return content[:at] + dice.choice((b"", b"\xff" + content[at + 1 :]))
    parts = read_parts(path)
    likely = [name for name in parts if name.startswith(("xl/worksheets/sheet", "xl/shared"))]
    name = dice.choice(likely if dice.random() < 0.9 else list(parts))
    text, (pattern, instead) = parts[name].decode("utf-8", "replace"), dice.choice(CHANGES)
    if found := [*re.finditer(pattern, text)]:
        place = dice.choice(found)
        new = place.expand(dice.choice(instead))
        parts[name] = (text[: place.start()] + new + text[place.end() :]).encode()
    return write_parts(path.with_suffix(".ny"), parts).read_bytes()


def mutate_examples(project):
    """Yield a hundred states of the example exports, each with one workbook mutated."""
    paths = sorted((project / YEAR).glob("*.xlsx"))
    assert len(paths) >= 9
    for seed in range(MUTATIONS):
        dice = random.Random(seed)
        path = dice.choice(paths)
        original = path.read_bytes()
        path.write_bytes(mutate_book(path, dice))
        yield seed, path
        path.write_bytes(original)
        path.with_suffix(".ny").unlink(missing_ok=True)


def test_no_mutation_of_the_examples_gives_a_traceback_or_loses_a_row(project):
    sound = tidy_year(project, 2019)
    told = 0
    for seed, path in mutate_examples(project):
        found, place = tidy_year(project, 2019), f"{path.name}, seed {seed}"
        check_account(found)
        assert {a["file"] for a in found.accounts} == {a["file"] for a in sound.accounts}, place
        told += found.problems != sound.problems
        if found.problems == sound.problems:
            counts = [{n: len(t) for n, t in each.tables.items()} for each in (found, sound)]
            assert counts[0] == counts[1], place
        if not set(NEEDED_KINDS) <= set(found.tables):
            assert any(problem.severity == "error" for problem in found.problems), place
    assert told > MUTATIONS / 2
