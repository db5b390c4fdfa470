"""The guide: every command in it is run, in order, and gives the output it shows.

`...` stands for what may vary. A comment `<!-- prøve: FILE | OLD | NEW -->` does to the copy what
the guide tells the analyst to do: replaces a cell's text in a workbook, or text in a CSV file;
`FILE!CELL | TEXT` adds a text to a cell, after a semicolon where something stands.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook

from conftest import ROOT, copy_project
from socok_analysis.checks.declaration import read_checks
from socok_analysis.cli import main
from socok_analysis.show.notebook import CHARTS, TABLES, TILES

GUIDE = ROOT / "docs/vejledning"
STEP = re.compile(r"<!-- prøve: (?P<edit>.*?) -->|```console\n(?P<console>.*?)```", re.DOTALL)
NAME = re.compile(r"[a-zæøå_]+\.[a-zæøå_]+")
MAKERS = {"Problem", "fault", "find", "at_line", "report_job", "check_same_rows"}


def split_console(block: str) -> Iterator[tuple[list[str], str]]:
    """Yield each command of a block with the output shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield shlex.split(command), output


def as_pattern(shown: str) -> re.Pattern[str]:
    """Return what output must match: `...` is anything, the rest is itself."""
    return re.compile(".*".join(map(re.escape, shown.strip().split("..."))), re.DOTALL)


def edit_file(raw: Path, edit: str) -> None:
    """Do what a comment says to a file."""
    name, old, *new = (part.strip() for part in edit.split(" | "))
    file, _, cell = name.partition("!")
    if cell:
        add_to_cell(raw / file, cell, old)
    elif file.endswith(".xlsx"):
        rename_cells(raw / file, old, new[0])
    else:
        text = (raw / file).read_text(encoding="utf-8")
        assert old in text, f"{file} har ikke {old}"
        (raw / file).write_text(text.replace(old, new[0], 1), encoding="utf-8")


def rename_cells(path: Path, old: str, new: str) -> None:
    """Replace a cell's whole text wherever it stands in a workbook."""
    book = load_workbook(path)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value == old]
    assert cells, f"{path.name} har ikke {old}"
    for cell in cells:
        cell.value = new
    book.save(path)


def add_to_cell(path: Path, cell: str, text: str) -> None:
    """Add a text to a cell of the first sheet."""
    book = load_workbook(path)
    stands = book.worksheets[0][cell].value
    book.worksheets[0][cell] = f"{stands}; {text}" if stands else text
    book.save(path)


def test_every_command_of_the_guide_gives_what_the_guide_shows(tmp_path, monkeypatch, capsys):
    root = copy_project(tmp_path / "Årets projekt")
    monkeypatch.chdir(root)
    count = 0
    for step in STEP.finditer(read_guide()):
        if step["edit"]:
            edit_file(root / "data/raw", step["edit"])
            continue
        for command, shown in split_console(step["console"]):
            main(command[1:])
            told = "".join(capsys.readouterr()).replace("\xa0", " ").strip()
            assert as_pattern(shown).fullmatch(told), f"{command}\n{told}"
            count += 1
    assert count >= 8


def list_names() -> set[str]:
    """Return the names of checks the code and its declarations can raise."""
    return set(read_checks()) | {
        name
        for path in (ROOT / "src/socok_analysis").rglob("*.py")
        for name in list_raised(ast.parse(path.read_text(encoding="utf-8")))
    }


def list_raised(tree: ast.Module) -> Iterator[str]:
    """Yield the names written where a problem is made; of an f-string its first part."""
    for call in ast.walk(tree):
        called = getattr(call, "func", None)
        if getattr(called, "id", getattr(called, "attr", "")) not in MAKERS:
            continue
        for value in (*call.args, *(word.value for word in call.keywords)):  # type: ignore[attr-defined]
            if isinstance(value, ast.Constant) and NAME.fullmatch(str(value.value)):
                yield value.value
            elif isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant):
                start = str(value.values[0].value)
                if re.fullmatch(r"[a-z_]+\.", start):
                    yield f"{start}*"


def list_entries() -> set[str]:
    """Return the names the guide has an entry for: the first cell of its tables."""
    text = (GUIDE / "beskeder.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def test_every_message_has_an_entry_in_the_guide():
    names = {name for name in list_names() if not name.endswith((".csv", ".md", ".toml"))}
    assert len(names) > 60
    missing = {name for name in names if not {name, f"{name.partition('.')[0]}.*"} & list_entries()}
    assert missing == set()


def test_no_entry_is_of_a_message_that_is_no_more():
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src/socok_analysis").rglob("*.py")
    )
    source += "\n".join(read_checks())
    stale = {name for name in list_entries() if name.removesuffix("*") not in source}
    assert stale == set()


def test_what_the_guide_says_a_section_can_show_is_known():
    known = {"charts": {*CHARTS}, "tables": {*TABLES}, "tiles": {*TILES}}
    rows = re.findall(r"^\| `(charts|tables|tiles)`[^|]*\| (.*) \|$", read_guide(), re.MULTILINE)
    named = [(kind, name) for kind, cell in rows for name in re.findall(r"`(\w+)`", cell)]
    assert len(named) > 20
    assert [pair for pair in named if pair[1] not in known[pair[0]]] == []


def test_every_picture_of_the_guide_is_used_described_and_small():
    used = re.findall(r"!\[([^\]]+)\]\(billeder/(\w+)\.png\)", read_guide())
    sizes = {path.stem: path.stat().st_size for path in (GUIDE / "billeder").iterdir()}
    assert {name for _, name in used} == set(sizes) and all(len(alt) > 20 for alt, _ in used)
    assert max(sizes.values()) < 80 * 1024


def read_guide() -> str:
    """Return the guide's first page."""
    return (GUIDE / "README.md").read_text(encoding="utf-8")
