"""The guide: every command in it is run, in order, and gives the output it shows.

`...` stands for what may vary. A comment `<!-- prøve: FILE | OLD | NEW -->` does to the copy what
the guide tells the analyst to do: replaces a cell's text in a workbook, or text in a CSV file;
`FILE!CELL | TEXT` adds a text to a cell, after a semicolon where something stands.
"""

import ast
import re
import shlex

from openpyxl import load_workbook

from conftest import ROOT, copy_project
from socok_analysis.checks.declaration import read_checks
from socok_analysis.cli import main
from socok_analysis.figures.figure import read_meanings
from socok_analysis.show.notebook import CHARTS, TABLES, TILES

GUIDE = ROOT / "docs/vejledning"
PAGE = (GUIDE / "README.md").read_text(encoding="utf-8")
STEP = re.compile(r"<!-- prøve: (?P<edit>.*?) -->|```console\n(?P<console>.*?)```", re.DOTALL)
NAME = re.compile(r"[a-zæøå_]+\.[a-zæøå_]+")
MAKERS = {"Problem", "fault", "find", "at_line", "report_job", "check_same_rows"}


def edit_file(raw, edit):
    name, old, *new = (part.strip() for part in edit.split(" | "))
    file, _, cell = name.partition("!")
    if not file.endswith(".xlsx"):
        text = (raw / file).read_text(encoding="utf-8")
        assert old in text, f"{file} har ikke {old}"
        (raw / file).write_text(text.replace(old, new[0], 1), encoding="utf-8")
        return
    book = load_workbook(raw / file)
    if cell:
        stands = book.worksheets[0][cell].value
        book.worksheets[0][cell] = f"{stands}; {old}" if stands else old
    else:
        cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value == old]
        assert cells, f"{file} har ikke {old}"
        for found in cells:
            found.value = new[0]
    book.save(raw / file)


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


def list_raised(source, families):
    """Yield a source's names of messages: what its makers are given, and any of these families."""
    for node in ast.walk(ast.parse(source)):
        called = getattr(node, "func", None)
        is_made = getattr(called, "id", getattr(called, "attr", "")) in MAKERS
        given = [*node.args, *(word.value for word in node.keywords)] if is_made else [node]
        for value in given:
            if is_made and isinstance(value, ast.JoinedStr):
                value = value.values[0]
                if isinstance(value, ast.Constant) and re.fullmatch(r"[a-z_]+\.", value.value):
                    yield f"{value.value}*"
            elif isinstance(value, ast.Constant) and NAME.fullmatch(str(value.value)):
                yield from [value.value] * (is_made or value.value.partition(".")[0] in families)


def test_every_message_has_an_entry_in_the_guide_and_no_entry_is_of_one_that_is_no_more():
    files = (ROOT / "src/socok_analysis").rglob("*.py")
    sources = [path.read_text(encoding="utf-8") for path in files]
    text = (GUIDE / "beskeder.md").read_text(encoding="utf-8")
    entries = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))  # first cells of tables
    others = {*read_checks(), *(meaning.pattern[0] for meaning in read_meanings())}
    families = {e.partition(".")[0] for e in entries} - {n.partition(".")[0] for n in others}
    raised = {name for source in sources for name in list_raised(source, families)}
    raised.remove("file.*")  # these are told by one function, which is given the rest of the name
    raised |= {f"file.{n}" for n in re.findall(r'report_file\(\s*"(\w+)"', "".join(sources))}
    names = {n for n in raised | {*read_checks()} if not n.endswith((".csv", ".md", ".toml"))}
    assert len(names) > 60
    assert {n for n in names if not {n, f"{n.partition('.')[0]}.*"} & entries} == set()
    known = "\n".join([*sources, *raised, *read_checks()])
    stale = {entry for entry in entries if entry.removesuffix("*") not in known}
    # Of some a file's only maker is given the last part: `fault("status", ...)`.
    assert {e for e in stale if f'("{e.partition(".")[2]}", ' not in known} == set()


def test_what_the_guide_says_a_section_can_show_is_known():
    known = {"charts": {*CHARTS}, "tables": {*TABLES}, "tiles": {*TILES}}
    rows = re.findall(r"^\| `(charts|tables|tiles)`[^|]*\| (.*) \|$", PAGE, re.MULTILINE)
    named = [(kind, name) for kind, cell in rows for name in re.findall(r"`(\w+)`", cell)]
    assert len(named) > 20
    assert [pair for pair in named if pair[1] not in known[pair[0]]] == []


def test_every_picture_of_the_guide_is_used_described_and_small():
    used = re.findall(r"!\[([^\]]+)\]\(billeder/(\w+)\.png\)", PAGE)
    sizes = {path.stem: path.stat().st_size for path in (GUIDE / "billeder").iterdir()}
    assert {name for _, name in used} == set(sizes) and all(len(alt) > 20 for alt, _ in used)
    assert max(sizes.values()) < 80 * 1024
