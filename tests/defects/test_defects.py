"""Every defective workbook gives its problems, exit code, account, and nothing silent."""

import pytest
from catalogue import DEFECTS, KINDS, ROWS, SOUND, start

from raw_cells import read_ours, read_raw
from socok_analysis.intake.tidy import tidy_year
from workbooks import HEADINGS, NEEDED, accounts, make_project, tidy

YEAR = "data/raw/2019"
QUIET = ("export.absent", "earlier_year.empty")


def tell(found):
    """Return every problem worth telling as "check cell", with its severity unless an error."""
    return [
        f"{'' if p.severity == 'error' else p.severity + ' '}{p.check} {p.cell}".strip()
        for p in found.problems
        if p.check not in QUIET
    ]


def show_rows(found, kind):
    """Return the rows of a kind's table as text, without their origin."""
    table = found.tables[kind]
    table = table.drop(columns=[name for name in table if name.startswith("source_")])
    rows = table.astype(object).to_dict("records")
    return [{name: str(value) for name, value in row.items()} for row in rows]


def make_sound(root, kinds):
    """Write a project of ten sound rows of each of some kinds."""
    rows = {kind: [each[kind] for each in SOUND] for kind in kinds}
    make_project(root, **dict.fromkeys(NEEDED) | rows)
    (root / ".socok").mkdir()
    (root / ".socok/person.key").write_text("ab" * 32)
    return root


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The rows each kind gives without a defect."""
    found = tidy_year(make_sound(tmp_path_factory.mktemp("sound"), KINDS), 2019)
    assert tell(found) == []
    return {kind: show_rows(found, kind) for kind in KINDS}


@pytest.fixture(scope="module")
def needed(tmp_path_factory):
    """A project of what other exports name, beside which each test lays a spoilt workbook."""
    return make_sound(tmp_path_factory.mktemp("needed"), ("enterprises", "agreements"))


@pytest.mark.parametrize("each", DEFECTS, ids=lambda each: each.name)
def test_a_defective_workbook_gives_its_problems_and_account_and_keeps_rows(needed, sound, each):
    path = needed / YEAR / f"{each.kind}.xlsx"
    before, sheet = path.read_bytes() if path.exists() else b"", start(each.kind)
    each.spoil(sheet)
    sheet.parent.save(path)
    found, ours, raw = tidy(needed), read_ours(path), read_raw(path)
    path.write_bytes(before) if before else path.unlink()
    assert ours == raw
    left_out = ["export.missing"] * len({"courses", "jobs"} - {each.kind})
    assert sorted(tell(found)) == sorted([*each.says, *left_out])
    assert all(p.advice for p in found.problems if p.severity == "error")
    assert accounts(found)[f"{each.kind}.xlsx", "Ark1"] == each.account
    if each.is_same and each.kind in found.tables:
        rows = show_rows(found, each.kind)
        assert len(rows) == each.account[1] and all(row in sound[each.kind] for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_empty_the_tables_have_the_types_they_always_have(tmp_path, kind):
    named = {"enterprises", "agreements"} if kind == "waiting_list" else {"enterprises"}
    root = make_sound(tmp_path, tuple({kind} | named))

    def list_types():
        tables = tidy_year(root, 2019).tables
        return {name: table.dtypes.to_dict() for name, table in tables.items()}

    types = list_types()
    for column in range(1, len(HEADINGS[kind]) + 2):
        sheet = start(kind)
        for row in range(2, ROWS + 2):
            sheet.cell(row, column).value = None
        if column > len(HEADINGS[kind]):
            sheet.delete_rows(2, ROWS)
        sheet.parent.save(root / YEAR / f"{kind}.xlsx")
        assert list_types() == types
