"""A page is made anew when something it read has changed, and only then."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import copy_project
from socok_analysis.core.errors import MissingError
from socok_analysis.run import pages as page_folders
from socok_analysis.run import report
from socok_analysis.run.build import prepare_year
from socok_analysis.run.pages import place_year
from socok_analysis.run.reads import hash_reads, name_file, read_notes
from socok_analysis.run.report import Options, make_years

QUICK = Options(jobs=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose pages are made once."""
    root = copy_project(tmp_path_factory.mktemp("sider") / "projekt").resolve()
    report.prepare_pages(root, options=QUICK)
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of the project with its pages."""
    root = (tmp_path / "projekt").resolve()
    shutil.copytree(made, root)
    return root


def list_stale(root: Path, number: int) -> set[str]:
    """Return the names of a year's pages that must be made."""
    year = prepare_year(root, number).year
    return {page.run.page for page in page_folders.find_stale(place_year(year, "public"), False)}


def list_pages(root: Path, number: int) -> set[str]:
    """Return the names of a year's pages."""
    return {page.run.page for page in place_year(prepare_year(root, number).year, "public")}


def test_nothing_is_stale_after_a_report(project: Path) -> None:
    assert list_stale(project, 2018) == list_stale(project, 2019) == set()


def test_a_changed_notebook_makes_its_own_pages_and_those_that_name_them(project: Path) -> None:
    notebook = project / "notebooks/partner.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("Med få forløb", "Når der er få forløb,"), encoding="utf-8")
    stale = list_stale(project, 2019)
    assert stale >= {"partner-sumak", "partner-veteranhaven"}
    assert not stale & {"job", "maal"}


def test_a_changed_text_makes_the_pages_that_show_it(project: Path) -> None:
    (project / "data/raw/2019/tekst/bemaerkning.md").write_text("Kort.\n", encoding="utf-8")
    stale = list_stale(project, 2019)
    assert stale and stale < list_pages(project, 2019)
    assert list_stale(project, 2018) == set()


def test_a_new_text_is_found(project: Path) -> None:
    (project / "data/raw/2019/tekst/ny.md").write_text("Ny.\n", encoding="utf-8")
    assert list_stale(project, 2019) == list_pages(project, 2019)
    assert list_stale(project, 2018) == set()


def test_changed_settings_of_a_later_year_leave_the_earlier_year_alone(project: Path) -> None:
    path = project / "data/raw/2019/year.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("threshold = 5", "threshold = 6"), encoding="utf-8")
    assert list_stale(project, 2018) == set()
    assert list_stale(project, 2019) == list_pages(project, 2019)


def test_a_page_whose_chart_is_gone_is_made_again(project: Path) -> None:
    shutil.rmtree(project / ".socok/sider/public/2019/job/figures")
    assert list_stale(project, 2019) == {"job"}


def test_only_what_is_stale_is_run_and_the_rest_is_as_before(project: Path) -> None:
    (project / "data/raw/2019/tekst/bemaerkning.md").write_text("Kort.\n", encoding="utf-8")
    stale = list_stale(project, 2019)
    job = (project / "report/2019/job.ipynb").read_bytes()
    ran: list[str] = []
    make_years([prepare_year(project, 2019).year], QUICK, ran.append)
    assert {line.split(" (")[0] for line in ran if "færdig" in line} <= {"aaret.ipynb"}
    assert len([line for line in ran if "færdig" in line]) == len(stale)
    assert (project / "report/2019/job.ipynb").read_bytes() == job
    assert "Kort." in (project / "report/2019/index.ipynb").read_text(encoding="utf-8")


def test_a_page_that_comes_out_the_same_leaves_the_documents_alone(project: Path) -> None:
    notebook = project / "notebooks/job.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    said: list[str] = []
    make_years([prepare_year(project, 2019).year], QUICK, said.append)
    assert any("job.ipynb" in line for line in said)
    assert not any("PDF" in line for line in said)


def test_pages_made_before_an_interruption_are_not_made_again(project: Path) -> None:
    year = prepare_year(project, 2019).year
    shutil.rmtree(project / ".socok/sider/public/2019")
    with pytest.raises(KeyboardInterrupt):
        make_years([year], Options(jobs=1), interrupt_after(2))
    left = list_stale(project, 2019)
    assert 0 < len(left) < len(list_pages(project, 2019))


def interrupt_after(pages: int) -> Callable[[str], None]:
    """Return a voice that interrupts the run once so many pages are done."""
    done: list[str] = []

    def say(text: str) -> None:
        done.append(text)
        if len([line for line in done if "færdig" in line]) == pages:
            raise KeyboardInterrupt

    return say


def test_a_page_that_goes_away_is_removed(project: Path) -> None:
    (project / "notebooks/job.ipynb").unlink()
    make_years([prepare_year(project, 2019).year], QUICK, lambda _: None)
    assert not (project / "report/2019/job.ipynb").exists()
    assert not (project / ".socok/sider/public/2019/job").exists()


def test_a_page_that_fails_leaves_the_pages_as_they_were(project: Path) -> None:
    before = (project / "report/2019/job.ipynb").read_bytes()
    notebook = project / "notebooks/job.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace('page.chart(\\"job_types\\")', "1 / 0"), encoding="utf-8")
    with pytest.raises(MissingError, match="ZeroDivisionError"):
        make_years([prepare_year(project, 2019).year], QUICK, lambda _: None)
    assert (project / "report/2019/job.ipynb").read_bytes() == before


def test_what_a_page_read_is_in_its_manifest_by_hash(made: Path) -> None:
    from socok_analysis.core.manifest import read_manifest

    manifest = read_manifest(made / ".socok/sider/public/2019/job")
    reads = manifest["inputs"]["reads"]  # type: ignore[index]
    assert "data/processed/2019/figures.json" in reads
    assert not [name for name in reads if name.endswith((".xlsx", ".py", ".ipynb"))]


def test_names_outside_the_project_hidden_ones_and_the_librarys_are_not_noted(
    tmp_path: Path,
) -> None:
    assert name_file(tmp_path, str(tmp_path / "data/x.csv")) == "data/x.csv"
    assert name_file(tmp_path, str(tmp_path / ".socok/x")) == ""
    assert name_file(tmp_path, "/etc/hosts") == ""
    assert name_file(tmp_path, str(tmp_path / "data/../../x")) == ""


def test_a_file_that_is_gone_has_a_sign_for_its_hash(tmp_path: Path) -> None:
    assert hash_reads(tmp_path, ["væk.csv"]) == {"væk.csv": "-"}
    assert read_notes(tmp_path / "ingen") == []
