"""Every defective workbook gives its problems, exit code, account, and nothing silent."""

from __future__ import annotations

from pathlib import Path

import defects_habits  # noqa: F401  (declares its defects)
import defects_headings  # noqa: F401
import defects_shapes  # noqa: F401
import defects_spellings  # noqa: F401
import defects_totals  # noqa: F401
import defects_values  # noqa: F401
import pytest
from catalogue import DEFECTS, ROW, ROWS, Defect, start

from raw_cells import read_ours, read_raw
from socok_analysis.cli import main
from socok_analysis.core.errors import SocokError
from socok_analysis.intake.tidy import TidyYear, tidy_year
from socok_analysis.run.build import prepare_year
from workbooks import HEADINGS, NEEDED, accounts, make_project, tidy

YEAR = "data/raw/2019"
QUIET = ("export.absent", "earlier_year.empty")


def make(root: Path, each: Defect) -> Path:
    """Write a project in which one workbook has a defect; return its folder."""
    make_project(root, **{kind: None for kind in NEEDED})
    for kind in dict.fromkeys((*NEEDED, each.kind)):
        sheet = start(kind)
        if kind == each.kind:
            each.spoil(sheet)
        sheet.parent.save(root / YEAR / f"{kind}.xlsx")
    return root


def tell(found: TidyYear) -> list[str]:
    """Return every problem worth telling as "check cell", with its severity unless an error."""
    return [
        f"{'' if p.severity == 'error' else p.severity + ' '}{p.check} {p.cell}".strip()
        for p in found.problems
        if p.check not in QUIET
    ]


def show_rows(found: TidyYear, kind: str) -> list[dict[str, object]]:
    """Return the rows of a kind's table without their origin and the keys made of it."""
    table = found.tables[kind]
    origin = [name for name in table if name.startswith("source_")]
    return table.drop(columns=origin).astype(object).to_dict("records")


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> dict[str, list[dict[str, object]]]:
    """The rows each kind gives without a defect."""
    root = make_project(tmp_path_factory.mktemp("sound"), **{kind: None for kind in NEEDED})
    for kind in ROW:
        start(kind).parent.save(root / YEAR / f"{kind}.xlsx")
    (root / ".socok").mkdir()
    (root / ".socok/person.key").write_text("ab" * 32)
    found = tidy(root)
    assert tell(found) == []
    return {kind: show_rows(found, kind) for kind in ROW}


@pytest.mark.parametrize("each", DEFECTS, ids=lambda each: each.name)
def test_a_defective_workbook_gives_its_problems_account_and_exit_code(tmp_path, sound, each):
    root = make(tmp_path, each)
    (root / ".socok").mkdir()
    (root / ".socok/person.key").write_text("ab" * 32)
    found = tidy(root)
    assert sorted(tell(found)) == sorted(each.says)
    assert accounts(found)[f"{each.kind}.xlsx", "Ark1"] == each.account
    assert all(
        seen == kept + held + skipped for seen, kept, held, skipped in accounts(found).values()
    )
    if each.is_same and each.kind in found.tables:
        rows = show_rows(found, each.kind)
        assert all(any(same(row, other) for other in sound[each.kind]) for row in rows)
        assert len(rows) == each.account[1]
    path = root / YEAR / f"{each.kind}.xlsx"
    assert read_ours(path) == read_raw(path) and run(root) == each.exit_code


def same(row: dict[str, object], other: dict[str, object]) -> bool:
    """Tell whether two rows say the same; a missing value is the same as another."""
    return {k: str(v) for k, v in row.items()} == {k: str(v) for k, v in other.items()}


def run(root: Path) -> int:
    """Make a year's tables; return the exit code the command line would give."""
    try:
        prepare_year(root, 2019)
    except SocokError as error:
        return error.exit_code
    return 0


@pytest.mark.parametrize("kind", ROW)
def test_whatever_is_empty_the_tables_have_the_types_they_always_have(tmp_path, kind):
    root = make_project(tmp_path, **{each: None for each in NEEDED})
    for each in ROW:
        start(each).parent.save(root / YEAR / f"{each}.xlsx")
    types = {name: table.dtypes.to_dict() for name, table in tidy_year(root, 2019).tables.items()}
    for column in range(1, len(HEADINGS[kind]) + 2):
        sheet = start(kind)
        for row in range(2, ROWS + 2):
            sheet.cell(row, column).value = None
        if column > len(HEADINGS[kind]):
            sheet.delete_rows(2, ROWS)
        sheet.parent.save(root / YEAR / f"{kind}.xlsx")
        found = tidy_year(root, 2019)
        assert {name: table.dtypes.to_dict() for name, table in found.tables.items()} == types


@pytest.mark.parametrize("name", ["a_vague_date", "three_title_rows_above"])
def test_the_command_line_gives_the_same_exit_code_and_no_traceback(tmp_path, name, capsys):
    (each,) = [each for each in DEFECTS if each.name == name]
    root = make(tmp_path, each)
    assert main(["tidy", "2019", "--project", str(root)]) == each.exit_code
    assert "Traceback" not in capsys.readouterr().err
    assert (root / "data/processed/2019/udtraek.html").is_file()


def test_the_suite_has_at_least_sixty_defects_each_with_a_name_of_its_own():
    names = [each.name for each in DEFECTS]
    assert len(names) == len(set(names)) >= 60


def test_every_error_of_the_suite_says_what_to_do(tmp_path):
    for number, each in enumerate(DEFECTS[::7]):
        found = tidy(make(tmp_path / str(number), each))
        assert all(p.advice for p in found.problems if p.severity == "error"), each.name
