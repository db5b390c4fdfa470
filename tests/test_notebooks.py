"""The source notebooks are thin and clean, and run by themselves with plain papermill."""

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from conftest import ROOT, copy_project, edit
from pages import PAGES, write_code
from socok_analysis.core.problems import DataError, MissingError, UsageError
from socok_analysis.run.build import is_plain
from socok_analysis.run.execute import NotebookError
from socok_analysis.run.make import explain_failure, finish_page, run_notebook
from socok_analysis.run.notebooks import Run, list_runs, read_purpose
from socok_analysis.show.notebook import count_groups, show_bars, show_counts

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXAMPLE = ROOT / "notebooks" / "eksempel-egen-analyse.ipynb"


CALLS = "title narrative text say table chart points question"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_source_notebook_is_clean_starts_with_its_parameters_and_a_pages_is_thin(path):
    """One call a cell, but for the folded check of the main number; prose is Markdown."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r'"(outputs": \[\s*\{|execution_count": \d)', text), "made by running it"
    notebook = nbformat.reads(text, as_version=4)
    assert notebook.cells[0].metadata.get("tags") == ["parameters"]
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds.count("markdown") * 3 >= len(kinds)
    typed = re.findall(r"^\w+: (?:int|str) = \S+  # \S", code[0], re.MULTILINE)
    assert not read_purpose(path) or len(typed) == len(code[0].splitlines())
    assert is_plain(path) or not read_purpose(path), "it reads what it is handed"
    checks = [cell for cell in notebook.cells if "check" in cell.metadata.get("tags", ())]
    assert len(checks) == (path.stem in ("job", "partner"))
    for check in checks:
        assert len(check.source.splitlines()) <= 12 and "page.hold(" in check.source
        assert check.metadata["jupyter"]["source_hidden"]
    called = set(code[2:] if read_purpose(path) else ()) - {check.source for check in checks}
    for source in called:
        (statement,) = ast.parse(source).body
        assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        assert ast.unparse(statement.value.func).removeprefix("page.") in CALLS.split()


def list_pages(root, year, *partners):
    return [run.page for run in list_runs(root, year, partners, "public")]


def test_a_report_runs_the_notebooks_of_its_sections_in_the_sources_order(project):
    pages = list_pages(ROOT, 2019, "sumak", "veteranhaven")
    assert [page for page in pages if page in PAGES.split()] == PAGES.split()
    assert len(pages) == len(set(pages)) and "netvaerk" not in list_pages(ROOT, 2018, "sumak")
    path = project / "data/raw/maps/sections.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [line for line in lines if not re.search("^netvaerk|,netvaerk,|^tilfoeje", line)]
    path.write_text("".join(left), encoding="utf-8")
    pages = {*list_pages(project, 2019, "sumak")}
    assert {"virksomheder", "indsatser", "job"} <= pages - {"netvaerk", "tilfoejelser"} == pages
    each = '"for_each": "partner"'
    edit(project / "notebooks/partner.ipynb", each, each.replace("partner", "patner"))
    with pytest.raises(MissingError, match="“patner”.*partner"):
        list_pages(project, 2019, "sumak")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A project nothing has been made in before the first notebook runs."""
    return copy_project(tmp_path_factory.mktemp("nyt") / "Årets projekt")


def run_papermill(root, name, *options):
    """Run papermill's own command in the project's folder; return how it ended."""
    command = [sys.executable, "-m", "papermill", f"notebooks/{name}.ipynb", "out.ipynb"]
    said = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
    return subprocess.run([*command, "--no-progress-bar", *options], cwd=root, **said)


def list_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    return [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]


def test_plain_papermill_on_a_fresh_project_gives_the_page_of_the_report(fresh, built):
    done = run_papermill(fresh, "partner", "-p", "year", "2019", "-p", "partner", "veteranhaven")
    assert done.returncode == 0, done.stderr
    finish_page(fresh / "out.ipynb", 0, "public")
    text = (fresh / "out.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"papermill|duration|/home|text/plain|execution_count\": \d", text)
    page, chart = built / "report/2019/partner-veteranhaven.ipynb", "veteranhaven-afgange.svg"
    assert list_outputs(fresh / "out.ipynb") == list_outputs(page)
    charts = (folder / "figures" / chart for folder in (fresh, page.parent))
    assert len({path.read_bytes() for path in charts}) == 1


def test_the_example_is_an_analysts_own_notebook_and_runs_by_plain_papermill(fresh):
    assert not read_purpose(EXAMPLE)
    done = run_papermill(fresh, EXAMPLE.stem, "-p", "year", "2018")
    assert done.returncode == 0, done.stderr
    kinds = {kind for output in list_outputs(fresh / "out.ipynb") for kind in output}
    assert "text/markdown" in kinds and any(fresh.rglob("figures/egen-*.svg"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"partner": "sumka"}, "Mente du “sumak”"),
        ({"year": 2031}, "2018, 2019"),
        ({"partner": "affald-plus"}, "Partnere med forløb: sumak, veteranhaven"),
    ],
)
def test_wrong_parameters_are_refused_with_the_nearest_right_name(fresh, given, said):
    source, target = fresh / "notebooks/partner.ipynb", fresh / "out.ipynb"
    options = {"engine_name": "socok-fork", "cwd": str(fresh), "progress_bar": False}
    with pytest.raises(PapermillExecutionError, match=said):
        papermill.execute_notebook(str(source), str(target), given, **options)


BREATH = (
    "Den 8. oktober er 95 %-intervallet efter § 11 bredt. Den 9.\nmaj. Punkt 8. Oktober kom, og "
    "3 % (1 af 4) blev. Ved slutningen af 2020 var 3 af dem her."
)


def test_a_finished_page_has_its_title_in_front_and_keeps_a_breath_together(tmp_path):
    path, ours = write_code(tmp_path / "side.ipynb", "x"), {"metadata": {"socok": True}}
    book = nbformat.read(path, 4)
    shown = ({"text/markdown": "# A \\<b\\> \\*B"}, {"text/markdown": BREATH, "text/html": "<b>"})
    outputs = [nbformat.v4.new_output("display_data", each, **ours) for each in shown]
    book.cells[0].outputs = outputs
    outputs.append(nbformat.v4.new_output("stream", name="stderr", text="/home/en/sti"))
    nbformat.write(book, path)
    finish_page(path, 4, "public")
    front = nbformat.read(path, 4).cells[0].source
    assert front == '---\ntitle: "A ‹b› \\\\*B"\norder: 4\n---'
    held = BREATH.replace("9.\n", "9.\u00a0")
    for parted in ("8. oktober", "95 %", "§ 11", "3 %", "1 af 4"):
        held = held.replace(parted, parted.replace(" ", "\u00a0"))
    assert list_outputs(path) == [{"text/markdown": held}]


OWN = (
    "import pandas as pd\nrows = pd.DataFrame({'n': ['en'] * 3})\nrows",
    "print(len(rows))",
    "rows['n'].value_counts().plot.bar();",
    "from IPython.display import Markdown\nMarkdown(f'Der er {len(rows)}')",
    "from socok_analysis import show_bars, show_counts\nshow_counts(rows, 'n', 'Fordeling')",
    "show_bars(rows, 'n', 'Tre i alt')",
    "rows['n'].value_counts().plot.barh();",
)


def test_own_output_is_shown_inside_and_names_its_cell_on_a_public_page(tmp_path):
    write_code(tmp_path / "egen.ipynb", *OWN)
    (tmp_path / "ud").mkdir()
    run = Run(tmp_path / "egen.ipynb", "egen", 1, (("edition", "public"),))
    with pytest.raises(DataError) as stopped:
        run_notebook((run, tmp_path / "ud"))
    named = [f"celle {n} ({OWN[n - 1].splitlines()[-1]})" for n in (1, 2, 3, 4, 7)]
    assert "; ".join(named) in str(stopped.value) and "celle 5" not in str(stopped.value)
    run_notebook((replace(run, parameters=(("edition", "internal"),)), tmp_path / "ud"))
    frame, printed, plot, told, _, bars, last = (
        o["text/markdown"] for o in list_outputs(tmp_path / "ud/egen.ipynb")
    )
    assert "    0  en" in frame and printed.strip() == "3" and told == "Der er 3"
    for image in (plot, bars, last):
        assert (tmp_path / "ud" / re.search(r"figures/[\w.-]+", image)[0]).is_file()


def test_an_error_of_our_own_in_a_notebook_names_the_notebook_and_the_cell():
    run = Run(Path("notebooks/egen.ipynb"), "egen", 1, (("year", 2019),))
    error = explain_failure(NotebookError(run, "DataError", "Siden har et tal.", 3, Path("x")))
    assert isinstance(error, DataError) and str(error) == "egen.ipynb, celle 3: Siden har et tal."


def test_own_counts_take_small_groups_together_and_refuse_what_is_sensitive():
    rows = pd.DataFrame({"form": [*"aaaaaaaaaaaa", *"bbbb", *"ccccc", "d"], "benefit": ["x"] * 22})
    told = {"a": 12, "c": 5, "Øvrige, lagt sammen": 5}
    assert count_groups(rows, "form").to_dict() == told
    assert count_groups(rows[:16], "form").to_dict() == {"Øvrige, lagt sammen": 16}
    for column, said in (("benefit", "er følsom"), ("from", "Mente du “form”")):
        with pytest.raises(UsageError, match=said):
            count_groups(rows, column)


def test_own_tables_and_charts_described_alike_are_two_and_of_no_rows_there_is_none(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    rows = pd.DataFrame({"form": [*"aaaaaaaaaaaa", *"cccccc"]})
    alike = "Søjler: ansættelser gennem jobcentret efter form"
    show_bars(rows[:0], "form", alike)
    assert not (tmp_path / "figures").exists()
    for shown, end in ((rows, "i 2018"), (rows[:15], "i 2019"), (rows[:15], "i 2019")):
        show_bars(shown, "form", f"{alike} {end}")
    assert len([*tmp_path.rglob("*.png")]) == 2
    told = list[str]()
    monkeypatch.setattr("socok_analysis.show.notebook.show", told.append)
    for caption in (alike, f"{alike} og køn"):
        show_counts(rows, "form", caption)
    anchors = [re.search(r"#tbl-[\w-]+", text)[0] for text in told]
    assert anchors[0] != anchors[1], "a label that stands twice stops the report"
