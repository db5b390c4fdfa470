"""Whatever a person or program changes in a workbook: no change ends in silence."""

import random
import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbooks as wb
from conftest import NIGHT
from socok_analysis.intake.tables import NEEDED_KINDS

YEAR = "data/raw/2019"
QUICK = settings(
    max_examples=15 + 10 * NIGHT,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MUTATIONS = 30 + 10 * NIGHT
STRANGE = st.one_of(
    st.none(),
    st.integers(-10, 60_000),
    st.floats(-1e6, 1e6),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12),
    st.dates(date(2010, 1, 1), date(2029, 12, 31)),
    st.sampled_from(["medio 2019", "<5", "1.234,5", "I alt", "Ny", "0", "ja", "x", "Sumak", "3/4"]),
)
BASE = [wb.course(**{"CPR-nr.": wb.cpr(n), "Startdato": date(2019, 1, 7 + n)}) for n in range(1, 6)]
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
    root = wb.make_project(tmp_path_factory.mktemp("five"), courses=BASE)
    found = wb.tidy(root)
    return root, list_rows(found), dict(found.maps.headers["courses"].headings)


def list_rows(found):
    """Return the courses read by their row in Excel, each value as text."""
    records = found.tables["courses"].astype("string").fillna("").to_dict("records")
    return {int(row["source_row"]): row for row in records}


@QUICK
@given(st.integers(1, 7), st.integers(0, 21), STRANGE)
def test_any_change_of_one_cell_is_told_or_changes_what_it_says_alone(five, row, place, value):
    root, sound, names = five
    cells = [*map(list, wb.as_cells("courses", BASE)), [None] * 22]
    cells[row - 1][place] = value
    wb.write_export(root, "courses", cells)
    found = wb.tidy(root)
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


WRITTEN = (
    "\u200b|#I/T|#REFERENCE!|Hovedtotal|Sumak i alt|* note|43500|j\u0430|80 pct.|142.0|"
    "03-04-2019 00:00|010180-1234|&lt;5|I alt|Løbenr.|CPR-nr.| "
)
VALUE = "(?<=<t>)[^<]+(?=</t>)|(?<=<v>)[^<]+(?=</v>)"
CHANGES = (  # what is found in the XML of a part, and what stands there instead
    *[(VALUE, WRITTEN.split("|"))] * 2,
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
    parts = wb.read_parts(path)
    likely = [name for name in parts if name.startswith(("xl/worksheets/sheet", "xl/shared"))]
    name = dice.choice(likely if dice.random() < 0.9 else list(parts))
    text, (pattern, instead) = parts[name].decode("utf-8", "replace"), dice.choice(CHANGES)
    if found := [*re.finditer(pattern, text)]:
        place = dice.choice(found)
        new = place.expand(dice.choice(instead))
        parts[name] = (text[: place.start()] + new + text[place.end() :]).encode()
    return wb.write_parts(path.with_suffix(".ny"), parts).read_bytes()


def mutate_examples(project):
    """Yield states of the example exports, each with one workbook mutated."""
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
    sound, told = wb.tidy(project), 0
    for seed, path in mutate_examples(project):
        found, place = wb.tidy(project), f"{path.name}, seed {seed}"
        assert {a["file"] for a in found.accounts} == {a["file"] for a in sound.accounts}, place
        told += (is_told := found.problems != sound.problems)
        counts = [{n: len(t) for n, t in each.tables.items()} for each in (found, sound)]
        assert is_told or counts[0] == counts[1], place
        if not set(NEEDED_KINDS) <= set(found.tables):
            assert any(problem.severity == "error" for problem in found.problems), place
    assert told > MUTATIONS / 2
