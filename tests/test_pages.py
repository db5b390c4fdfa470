"""A page is made anew when something it could have read has changed, and only then."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys

import nbformat
import pandas as pd
import pytest

from conftest import ROOT, copy_made
from socok_analysis.core.manifest import read_manifest
from socok_analysis.run import pages, report
from socok_analysis.run.build import prepare_year
from socok_analysis.run.notebooks import read_purpose
from socok_analysis.run.pages import is_plain, make_pages, place_year
from socok_analysis.run.report import Options, make_years
from test_batch import write_notebook

QUICK = Options(jobs=2)
KEPT = (
    "overblik.ipynb",
    "job.ipynb",
    "kilder.ipynb",
    "partner.ipynb",
    "resume.ipynb",
    "forside.ipynb",
)


@pytest.fixture(scope="module")
def made(prepared, tmp_path_factory):
    root = copy_made(prepared, tmp_path_factory.mktemp("sider") / "projekt").resolve()
    for path in (root / "notebooks").glob("*.ipynb"):
        if path.name not in KEPT:
            path.unlink()
    report.prepare_pages(root, options=QUICK)
    return root


@pytest.fixture
def project(made, tmp_path):
    root = (tmp_path / "projekt").resolve()
    shutil.copytree(made, root)
    return root


def place(root, number):
    return place_year(prepare_year(root, number).year, "public")


def list_pages(root, number):
    return {page.run.page for page in place(root, number)}


def list_stale(root, number):
    return {page.run.page for page in place(root, number) if page.is_stale()}


def are_all_stale(root, number):
    return list_stale(root, number) == list_pages(root, number) != set()


def remake(root, number=2019):
    said = []
    make_years([prepare_year(root, number).year], QUICK, said.append)
    return said


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_notebook_makes_its_own_pages_and_a_changed_title_all_that_name_it(project):
    assert list_stale(project, 2018) == list_stale(project, 2019) == set()
    edit(project / "notebooks/partner.ipynb", "De stemmer.", "De passer.")
    assert list_stale(project, 2019) == {"partner-sumak", "partner-veteranhaven"}
    edit(project / "notebooks/job.ipynb", 'page.title(\\"Job', 'page.title(\\"Jobs')
    assert are_all_stale(project, 2019)


@pytest.mark.parametrize(
    "name", ["2019/tekst/bemaerkning.md", "2019/tekst/ny.md", "2019/year.toml"]
)
def test_what_a_later_year_is_made_of_makes_its_pages_and_leaves_the_earlier_year_alone(
    project, name
):
    path = project / "data/raw" / name
    text = path.read_text("utf-8") if path.exists() else ""
    path.write_text(text.replace("threshold = 5", "threshold = 6") + "\n", "utf-8")
    assert list_stale(project, 2018) == set()
    assert are_all_stale(project, 2019)


def test_a_year_folder_that_is_a_link_is_read_through_it(project):
    folder = project / "data/raw/2019"
    shutil.move(folder, project.parent / "2019")
    folder.symlink_to(project.parent / "2019")
    assert list_stale(project, 2019) == set()
    (project.parent / "2019/tekst/bemaerkning.md").write_text("Kort.\n", "utf-8")
    assert are_all_stale(project, 2019)


def swap_byte(path):
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["job.ipynb", "figures/job-ansaettelsesformer.svg"])
def test_a_page_or_chart_of_the_same_size_and_another_content_is_made_again(project, name):
    path = project / ".socok/sider/public/2019/job" / name
    if not path.exists():
        path = next(path.parent.glob("*.svg"))
    swap_byte(path)
    assert list_stale(project, 2019) == {"job"}
    shutil.rmtree(path.parent)
    assert list_stale(project, 2019) == {"job"}


@pytest.mark.parametrize("name", ["jobs.parquet", "figures.json", "problems.csv", "gone"])
def test_a_table_that_is_gone_or_of_the_same_size_and_another_content_is_made_again(project, name):
    folder = project / "data/processed/2019"
    if name == "gone":
        (folder / "jobs.parquet").unlink()
    else:
        swap_byte(folder / name)
    assert prepare_year(project, 2019).is_new and (folder / "jobs.parquet").exists()
    assert not prepare_year(project, 2019).is_new and list_stale(project, 2019) == set()


def test_a_finished_folder_of_the_same_size_and_another_content_is_put_together_again(project):
    path = project / "report/2019/job.ipynb"
    before = path.read_bytes()
    swap_byte(path)
    assert any("PDF" in line for line in remake(project))
    assert path.read_bytes() == before


def test_another_version_of_a_package_or_a_module_of_the_projects_own_makes_every_page(
    project, monkeypatch
):
    (project / "pakker/pakke-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(project / "pakker"))
    assert are_all_stale(project, 2018)
    make_pages(place(project, 2018), 2, False, print)
    assert list_stale(project, 2018) == set()
    (project / "pakker/pakke-1.0.dist-info").rename(project / "pakker/pakke-1.1.dist-info")
    assert are_all_stale(project, 2018)
    (project / "pakker/pakke-1.1.dist-info").rename(project / "pakker/pakke-1.0.dist-info")
    (project / "notebooks/pandas.py").write_text("")
    assert are_all_stale(project, 2018)


def test_a_file_saved_while_its_page_runs_makes_the_page_again(project, monkeypatch):
    text = project / "data/raw/2018/tekst/bemaerkning.md"
    run = pages.run_notebook

    def save_and_run(*given):
        text.write_text("Gemt imens.\n", encoding="utf-8")
        return run(*given)

    monkeypatch.setattr(pages, "run_notebook", save_and_run)
    make_pages(place(project, 2018)[:1], 1, True, print)
    assert "index" in list_stale(project, 2018)


def write_page(root, name, *cells):
    path = write_notebook(
        root / f"notebooks/{name}.ipynb", "year = 2019\nedition = 'public'", *cells
    )
    book = nbformat.read(path, 4)
    book.metadata["socok"] = {"page": name, "order": 95}
    nbformat.write(book, path)
    return path


READERS = {
    "module": "import hjaelp; print(hjaelp.x)",
    "parquet": "import pandas; print(pandas.read_parquet('d.parquet').x[0])",
    "sqlite": "import sqlite3\nprint(sum(*sqlite3.connect('d.db').execute('select x from t')))",
    "process": "import subprocess; print(subprocess.check_output(['cat', 'd.txt'], text=True))",
    "glob": "import glob; print(len(glob.glob('mappe/*')))",
    "outside": "print(open('../udenfor.txt').read())",
    "environment": "import os; print(os.environ['VALG'])",
}


def write_data(place, value):
    (place / "hjaelp.py").write_text(f"x = {value}\n")
    os.utime(place / "hjaelp.py", (value, value))
    pd.DataFrame({"x": [value]}).to_parquet(place / "d.parquet")
    (place / "d.db").unlink(missing_ok=True)
    with sqlite3.connect(place / "d.db") as base:
        base.execute(f"create table t as select {value} as x")
    (place / "d.txt").write_text(str(value))
    (place / "mappe").mkdir(exist_ok=True)
    for number in range(value):
        (place / f"mappe/{number}").touch()
    (place.parent / "udenfor.txt").write_text(str(value))


MAKE = (
    "from pathlib import Path\nfrom socok_analysis.run.build import prepare_year\n"
    "from socok_analysis.run.pages import make_pages, place_year\n"
    "year = prepare_year(Path.cwd(), 2019).year\n"
    "make_pages(place_year(year, 'public'), 2, False, print)"
)


def test_a_page_that_could_read_more_than_it_is_handed_is_made_again_each_time(project):
    for name, cell in READERS.items():
        told = cell.replace("print(", "told = str(").replace("'../", f"'{project.parent}/")
        told = f"import os; os.chdir({str(project)!r})\n{told}\n"
        show = "from socok_analysis.show.notebook import show\nshow(told)"
        write_page(project, f"egen-{name}", "import sys; sys.path.insert(0, '.')", told + show)
    environ = dict(os.environ)
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for value in (3, 4):
        write_data(project, value)
        environ["VALG"] = str(value)
        subprocess.run([sys.executable, "-c", MAKE], cwd=project, env=environ, check=True)
        for name in READERS:
            page = project / f".socok/sider/public/2019/egen-{name}/egen-{name}.ipynb"
            outputs = [c.get("outputs") for c in nbformat.read(page, 4).cells if c.get("outputs")]
            assert outputs[0][0]["data"]["text/markdown"].strip() == str(value)
    assert list(project.glob("__pycache__/hjaelp*.pyc")), "byte code was on"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_the_reports_own_notebooks_read_nothing_but_what_they_are_handed(path):
    assert is_plain(path) or not read_purpose(path)


READING = """import requests | from socok_analysis.core import year | from .hjaelp import x
import pandas as pd; pd.read_parquet('x') | from pandas import read_csv as r
import pandas.io.common as c | import numpy as np; np.genfromtxt('x') | open('x')
__import__('os') | getattr(page, 'x') | globals()['x'] | %run andet.py | !cat x
open_tables(2031) | open_tables(year + 1) | year = 2031 | pd.Timestamp('now')
for year in (2018, 2031): page.show(year) | page.year.root.iterdir() | pd.Timestamp.today()
plt.style.use('x') | eval('x')"""
ALLOWED = (
    "import matplotlib.pyplot as plt\nimport pandas as pd\nfrom socok_analysis import open_page",
    "page = open_page(globals(), 'year', 'edition')",
    "jobs = open_tables(year)['jobs']\nhide_small(jobs.groupby('x').size(), year).plot.bar()",
)


@pytest.mark.parametrize("cell", [None, *re.split(r" \| |\n", READING)])
def test_what_may_read_more_than_the_years_own_tables_is_known_by_its_words(tmp_path, cell):
    (tmp_path / "notebooks").mkdir()
    cells = ALLOWED if cell is None else [cell.replace("; ", "\n")]
    assert is_plain(write_page(tmp_path, "x", *cells)) is (cell is None)


def test_only_what_is_stale_is_run_and_documents_are_made_where_a_page_comes_out_otherwise(project):
    job = (project / "report/2019/job.ipynb").read_bytes()
    edit(project / "notebooks/overblik.ipynb", "Tabellen samler alle", "Tabellen rummer alle")
    ran = remake(project)
    assert [re.split(": | [(]", line)[1] for line in ran if "færdig" in line] == ["overblik.ipynb"]
    assert (project / "report/2019/job.ipynb").read_bytes() == job
    assert "rummer alle" in (project / "report/2019/index.ipynb").read_text(encoding="utf-8")
    notebook = project / "notebooks/job.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    said = remake(project)
    assert any("job.ipynb" in line for line in said) and not any("PDF" in line for line in said)


def test_pages_made_before_an_interruption_are_not_made_again(project):
    done = []

    def say(text):
        done.append(text)
        if len([line for line in done if "færdig" in line]) == 2:
            raise KeyboardInterrupt

    year = prepare_year(project, 2019).year
    shutil.rmtree(project / ".socok/sider/public/2019")
    with pytest.raises(KeyboardInterrupt):
        make_years([year], Options(jobs=1), say)
    assert 0 < len(list_stale(project, 2019)) < len(list_pages(project, 2019))


def test_a_page_that_goes_away_is_removed(project):
    (project / "notebooks/job.ipynb").unlink()
    remake(project)
    assert not (project / "report/2019/job.ipynb").exists()
    assert not (project / ".socok/sider/public/2019/job").exists()


def test_what_a_page_could_have_read_is_in_its_manifest_by_hash(made):
    inputs = read_manifest(made / ".socok/sider/public/2018/job")["inputs"]
    files = inputs["files"]
    assert {"data/processed/2018/manifest.json", "data/raw/2018/tekst/bemaerkning.md"} <= {*files}
    assert not [name for name in files if "2019" in name]
