"""The guide: every command in it is run, in order, and gives the output it shows.

`...` stands for what may vary. A comment `<!-- prøve: FILE | OLD | NEW -->` does to the copy what
the guide tells the analyst to do: replaces a cell's text in a workbook, or text in a CSV file;
`FILE!CELL | TEXT` adds a text to a cell, after a semicolon where something stands.
"""

import re
import shlex

from openpyxl import load_workbook

from conftest import ROOT, change_cells, copy_project, edit
from socok_analysis.checks.findings import read_checks
from socok_analysis.cli import main
from socok_analysis.intake.tables import read_tables

GUIDE = ROOT / "docs/vejledning"
PAGE = (GUIDE / "README.md").read_text(encoding="utf-8")
NO_NAMES = ("csv", "md", "toml", "html", "css", "key", "parquet", "svg", "json", "intake")
STEP = re.compile(r"<!-- prøve: (?P<edit>.*?) -->|```console\n(?P<console>.*?)```", re.DOTALL)


def edit_file(raw, told):
    name, old, *new = (part.strip() for part in told.split(" | "))
    file, _, cell = name.partition("!")
    if not file.endswith(".xlsx"):
        edit(raw / file, old, new[0])
    elif cell:
        book = load_workbook(raw / file)
        stands = book.worksheets[0][cell].value
        book.worksheets[0][cell] = f"{stands}; {old}" if stands else old
        book.save(raw / file)
    else:
        change_cells(raw / file, old, new[0])


def test_every_command_of_the_guide_gives_what_the_guide_shows(tmp_path, monkeypatch, capsys):
    root = copy_project(tmp_path / "Årets projekt")
    monkeypatch.chdir(root)
    count = 0
    for step in STEP.finditer(PAGE):
        if step["edit"]:
            edit_file(root / "data/raw", step["edit"])
        for part in re.split(r"^\$ ", step["console"] or "", flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            main(shlex.split(command)[1:])
            told = "".join(capsys.readouterr()).replace("\xa0", " ").strip()
            pattern = ".*".join(map(re.escape, shown.strip().split("...")))
            assert re.fullmatch(pattern, told, re.DOTALL), f"{command}\n{told}"
            count += 1
    assert count >= 8


def test_every_family_of_messages_has_an_entry_in_the_guide_and_no_entry_is_of_none():
    files = (ROOT / "src/socok_analysis").rglob("*.py")
    sources = {path: path.read_text(encoding="utf-8") for path in files}
    readers = [text for path, text in sources.items() if path.parts[-2] in ("intake", "workbook")]
    found = re.findall(r'"([a-z_]+)\.(\{\w+|[a-z_]+)\}?"', "\n".join(readers))
    families = {first for first, second in found if second not in NO_NAMES}
    text = (GUIDE / "beskeder.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
    entries = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(families) > 15 and families - entries == set()
    known = "\n".join([*sources.values(), *(f'"{name}"' for name in read_checks())])
    assert [name for name in entries if not re.search(rf'"{name}[."]', known)] == []


def test_every_stored_column_is_described_and_nothing_else(prepared):
    tables = read_tables(prepared / "data/processed/2019")
    *sections, everywhere = (
        (ROOT / "docs/dataordbog.md").read_text(encoding="utf-8").split("\n## ")[1:]
    )
    common = set(re.findall(r"^\| `(\w+)` \| \S", everywhere, re.MULTILINE))
    for section in sections:
        name = re.search(r"\(`(\w+)`\)", section)[1]
        own = re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE)
        assert common.union(own) == set(tables.pop(name).columns), name
    assert not tables
