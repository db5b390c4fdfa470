"""The source notebooks are thin and clean, and run by themselves with plain papermill."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from conftest import ROOT
from socok_analysis import hide_small
from socok_analysis.core.errors import MissingError
from socok_analysis.run.notebooks import finish_page, list_runs, read_purpose

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGE_SOURCES = [path for path in NOTEBOOKS if read_purpose(path)]
EXAMPLE = ROOT / "notebooks" / "eksempel-egen-analyse.ipynb"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    """Each source notebook in turn."""
    return nbformat.read(request.param, as_version=4)


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the code cells' sources."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_a_source_notebook_has_no_outputs_and_no_counts(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_a_source_notebook_starts_with_its_parameters(notebook: nbformat.NotebookNode) -> None:
    assert notebook.cells[0].metadata.get("tags") == ["parameters"]


@pytest.mark.parametrize("notebook", PAGE_SOURCES, ids=lambda path: path.stem, indirect=True)
def test_a_notebook_is_thin(notebook: nbformat.NotebookNode) -> None:
    """One call a cell after the first two; no definitions, loops or imports of other libraries."""
    for source in code_of(notebook)[2:]:
        (statement,) = ast.parse(source).body
        assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        assert ast.unparse(statement.value.func).startswith("page.")


PAGES = [
    "index",
    "maal",
    "virksomheder",
    "netvaerk",
    "historier",
    "afrapportering",
    "6-1-csr",
    "6-2-fondsmidler",
    "6-3-boligomraader",
    "6-4-maalgruppe",
    "6-5-lokale-indkoeb",
    "partner-sumak",
    "partner-veteranhaven",
    "6-6-in-house",
    "6-7-sammenhaeng",
    "6-8-ansaettelser",
    "job",
    "6-9-progression",
    "6-10-aftaler",
    "anbefalinger",
]


def list_pages(year: int) -> list[str]:
    """Return the pages of a year's report in order."""
    return [run.page for run in list_runs(ROOT, year, ["sumak", "veteranhaven"], "public")]


def test_a_report_runs_every_notebook_that_says_what_it_is_for_in_the_sources_order() -> None:
    pages = list_pages(2019)
    assert [page for page in pages if page in PAGES] == PAGES
    assert len(pages) == len(set(pages))


def test_a_section_that_is_not_part_of_a_years_report_has_no_page() -> None:
    assert {"netvaerk", "historier"} & set(list_pages(2018)) == set()
    assert "6-1-csr" in list_pages(2018)


def test_a_section_that_is_taken_out_of_the_list_has_no_page(project: Path) -> None:
    path = project / "data/raw/maps/sections.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [line for line in lines if not line.startswith(("frivillige,", "6-1-csr,"))]
    path.write_text("".join(left), encoding="utf-8")
    runs = list_runs(project, 2019, ["sumak"], "public")
    assert {"frivillige", "6-1-csr"} & {run.page for run in runs} == set()
    assert {"netvaerk", "6-2-fondsmidler", "job"} <= {run.page for run in runs}


def test_a_notebook_for_each_of_something_unknown_is_named_with_the_nearest(project: Path) -> None:
    path = project / "notebooks/partner.ipynb"
    text = path.read_text(encoding="utf-8").replace('"for_each": "partner"', '"for_each": "patner"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MissingError, match="“patner”.*partner"):
        list_runs(project, 2019, ["sumak"], "public")


def run_papermill(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run papermill's own command in the project's folder, with our engine as the others do."""
    command = [sys.executable, "-m", "papermill", "notebooks/partner.ipynb", "out.ipynb"]
    return subprocess.run(
        [*command, "--no-progress-bar", "--engine", "socok-fork", *options],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def shown(path: Path) -> list[str]:
    """Return the Markdown a run notebook shows."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output["data"]["text/markdown"] for output in outputs if "data" in output]


def test_plain_papermill_on_a_fresh_project_gives_the_page_of_the_report(project: Path) -> None:
    command = [sys.executable, "-m", "papermill", "notebooks/partner.ipynb", "out.ipynb"]
    done = subprocess.run(
        [*command, "-p", "year", "2019", "-p", "partner", "veteranhaven"],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    assert done.returncode == 0, done.stderr
    text = "\n".join(shown(project / "out.ipynb"))
    assert text.startswith("# Forløb hos VeteranHaven")
    assert "27,5\u00a0%" in text and "11 af 40" in text
    assert (project / "figures/veteranhaven-afgange.svg").is_file()


def test_outputs_are_markdown_only(project: Path) -> None:
    run_papermill(project, "-p", "year", "2019", "-p", "partner", "sumak")
    cells = nbformat.read(project / "out.ipynb", as_version=4).cells
    kinds = {kind for cell in cells for out in cell.get("outputs", []) for kind in out["data"]}
    assert kinds <= {"text/markdown", "text/plain"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-p", "partner", "sumka"), "Mente du “sumak”"),
        (("-p", "yaer", "2019"), "Mente du “year”"),
        (("-r", "year", "2019"), "year skal være et helt tal"),
        (("-p", "year", "2031"), "2018, 2019"),
        (("-p", "partner", "affald-plus"), "Partnere med forløb: sumak, veteranhaven"),
    ],
)
def test_wrong_parameters_are_refused_with_the_nearest_right_name(
    project: Path, options: tuple[str, ...], said: str
) -> None:
    done = run_papermill(project, *options)
    assert done.returncode != 0 and said in done.stderr


def test_a_finished_page_has_its_title_in_front_and_no_trace_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "side.ipynb"
    cell = nbformat.v4.new_code_cell("x", execution_count=3)
    cell.metadata = {"papermill": {"duration": 1.2}, "tags": []}
    cell.outputs = [
        nbformat.v4.new_output(
            "display_data", {"text/markdown": "# A \\<b\\> \\*B", "text/plain": "<M>"}
        ),
        nbformat.v4.new_output("stream", name="stderr", text="/home/en/sti"),
        nbformat.v4.new_output("display_data", {"text/markdown": "Tekst", "text/html": "<b>"}),
    ]
    book = nbformat.v4.new_notebook(cells=[cell], metadata={"papermill": {"duration": 2}})
    nbformat.write(book, path)
    finish_page(path, 4)
    finished = nbformat.read(path, as_version=4)
    assert finished.cells[0].source == '---\ntitle: "A ‹b› \\\\*B"\norder: 4\n---'
    assert shown(path) == ["Tekst"]
    text = path.read_text(encoding="utf-8")
    for trace in ("papermill", "duration", "/home", "text/html", "text/plain", ": 3"):
        assert trace not in text


def test_the_example_is_an_analysts_own_notebook_and_runs_by_plain_papermill(
    project: Path,
) -> None:
    assert not read_purpose(EXAMPLE) and EXAMPLE not in PAGE_SOURCES
    command = [
        sys.executable,
        "-m",
        "papermill",
        "notebooks/eksempel-egen-analyse.ipynb",
        "ud.ipynb",
        "--no-progress-bar",
        "-p",
        "year",
        "2018",
    ]
    done = subprocess.run(
        command, cwd=project, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 0, done.stderr
    outputs = [
        o for c in nbformat.read(project / "ud.ipynb", 4).cells for o in c.get("outputs", ())
    ]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"text/markdown", "image/png"} <= kinds


def test_own_counts_below_the_threshold_are_hidden_and_zero_is_not(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd

    monkeypatch.chdir(project)
    counts = hide_small(pd.Series({"a": 12, "b": 4, "c": 0, "d": 5}), 2018)
    assert counts.isna().to_dict() == {"a": False, "b": True, "c": False, "d": False}
