"""The source notebooks are thin and clean, and run by themselves with plain papermill."""

import ast
import json
import subprocess
import sys

import nbformat
import pytest

from conftest import ROOT
from socok_analysis import hide_small
from socok_analysis.core.errors import MissingError
from socok_analysis.run.clean_notebook import clean_notebook
from socok_analysis.run.notebooks import finish_page, list_runs, read_purpose

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGE_SOURCES = [path for path in NOTEBOOKS if read_purpose(path)]
EXAMPLE = ROOT / "notebooks" / "eksempel-egen-analyse.ipynb"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_a_source_notebook_has_no_outputs_and_no_counts(notebook):
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_a_source_notebook_starts_with_its_parameters(notebook):
    assert notebook.cells[0].metadata.get("tags") == ["parameters"]


@pytest.mark.parametrize("notebook", PAGE_SOURCES, ids=lambda path: path.stem, indirect=True)
def test_a_notebook_is_thin(notebook):
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


def list_pages(year):
    return [run.page for run in list_runs(ROOT, year, ["sumak", "veteranhaven"], "public")]


def test_a_report_runs_every_notebook_that_says_what_it_is_for_in_the_sources_order():
    pages = list_pages(2019)
    assert [page for page in pages if page in PAGES] == PAGES
    assert len(pages) == len(set(pages))


def test_a_section_that_is_not_part_of_a_years_report_has_no_page():
    assert {"netvaerk", "historier"} & set(list_pages(2018)) == set()
    assert "6-1-csr" in list_pages(2018)


def test_a_section_that_is_taken_out_of_the_list_has_no_page(project):
    path = project / "data/raw/maps/sections.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [line for line in lines if not line.startswith(("frivillige,", "6-1-csr,"))]
    path.write_text("".join(left), encoding="utf-8")
    runs = list_runs(project, 2019, ["sumak"], "public")
    assert {"frivillige", "6-1-csr"} & {run.page for run in runs} == set()
    assert {"netvaerk", "6-2-fondsmidler", "job"} <= {run.page for run in runs}


def test_a_notebook_for_each_of_something_unknown_is_named_with_the_nearest(project):
    path = project / "notebooks/partner.ipynb"
    text = path.read_text(encoding="utf-8").replace('"for_each": "partner"', '"for_each": "patner"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MissingError, match="“patner”.*partner"):
        list_runs(project, 2019, ["sumak"], "public")


def run_papermill(project, *options):
    command = [sys.executable, "-m", "papermill", "notebooks/partner.ipynb", "out.ipynb"]
    return subprocess.run(
        [*command, "--no-progress-bar", "--engine", "socok-fork", *options],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def shown(path):
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output["data"]["text/markdown"] for output in outputs if "data" in output]


def test_plain_papermill_on_a_fresh_project_gives_the_page_of_the_report(project):
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


def test_outputs_are_markdown_only(project):
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
def test_wrong_parameters_are_refused_with_the_nearest_right_name(project, options, said):
    done = run_papermill(project, *options)
    assert done.returncode != 0 and said in done.stderr


def test_a_finished_page_has_its_title_in_front_and_no_trace_of_the_run(tmp_path):
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


def test_the_example_is_an_analysts_own_notebook_and_runs_by_plain_papermill(project):
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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_git_filter_leaves_a_clean_notebook_as_it_is(path):
    text = path.read_text(encoding="utf-8")
    assert clean_notebook(text) == text


def test_the_git_filter_removes_outputs_and_passes_what_is_no_notebook():
    dirty = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    dirty["cells"][0] |= {
        "outputs": [{"output_type": "stream", "text": "010260-0000"}],
        "execution_count": 7,
    }
    dirty["cells"][0]["metadata"]["execution"] = {"iopub.status.busy": "2020"}
    command = [sys.executable, "-m", "socok_analysis.run.clean_notebook"]
    given = json.dumps(dirty, ensure_ascii=False, indent=1).encode()
    done = subprocess.run(command, input=given, capture_output=True)
    assert done.stdout == EXAMPLE.read_bytes()
    assert subprocess.run(command, input=b"ikke json", capture_output=True).stdout == b"ikke json"


def test_own_counts_below_the_threshold_are_hidden_and_zero_is_not(project, monkeypatch):
    import pandas as pd

    monkeypatch.chdir(project)
    counts = hide_small(pd.Series({"a": 12, "b": 4, "c": 0, "d": 5}), 2018)
    assert counts.isna().to_dict() == {"a": False, "b": True, "c": False, "d": False}
