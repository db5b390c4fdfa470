"""A year's pages are made anew when something they could have read has changed, and only then."""

import hashlib
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from conftest import copy_made, edit, hash_folder
from pages import write_code
from socok_analysis.core.folders import read_manifest
from socok_analysis.run import make
from socok_analysis.run.build import Options, is_plain, plan_pages, prepare_year
from socok_analysis.run.report import make_stale, prepare_pages

QUICK = Options(jobs=2)
KEPT = ("overblik", "job", "kilder", "partner", "resume", "forside")


@pytest.fixture(scope="module")
def made(prepared, tmp_path_factory):
    root = copy_made(prepared, tmp_path_factory.mktemp("sider") / "projekt").resolve()
    for path in (root / "notebooks").glob("*.ipynb"):
        if path.stem not in KEPT:
            path.unlink()
    prepare_pages(root, options=QUICK)
    return root


@pytest.fixture
def project(made, tmp_path):
    root = (tmp_path / "projekt").resolve()
    shutil.copytree(made, root)
    return root


def plan(root, number):
    return plan_pages(prepare_year(root, number).year, "public")


def list_stale(root):
    return [number for number in (2018, 2019) if plan(root, number).is_stale]


def remake(root, number=2019):
    said = []
    make_stale([plan(root, number)], QUICK, said.append)
    return said


STALE = """
notebooks/partner.ipynb 2018 2019
notebooks/resume.ipynb 2018 2019
notebooks/egen.ipynb
notebooks/pandas.py 2018 2019
data/raw/2018/tekst/bemaerkning.md 2018 2019
data/raw/2019/tekst/bemaerkning.md 2019
data/raw/2019/tekst/ny.md 2019
data/raw/2018/year.toml 2018 2019
data/raw/2019/year.toml 2019
data/raw/maps/sections.csv 2018 2019
data/raw/maps/jobs.csv 2018 2019
"""


@pytest.mark.parametrize("case", STALE.strip().splitlines())
def test_what_a_years_pages_are_made_of_makes_them_and_those_of_later_years(project, case):
    name, *years = case.split()
    assert list_stale(project) == []
    path = project / name
    text = path.read_text("utf-8") if path.exists() else "" if path.suffix != ".ipynb" else "{}"
    path.write_text(text + "\n", "utf-8")
    assert list_stale(project) == [*map(int, years)]


def test_a_year_folder_that_is_a_link_is_read_through_it(project):
    folder = project / "data/raw/2019"
    shutil.move(folder, project.parent / "2019")
    folder.symlink_to(project.parent / "2019")
    assert list_stale(project) == []
    (project.parent / "2019/tekst/bemaerkning.md").write_text("Kort.\n", "utf-8")
    assert list_stale(project) == [2019]


def spoil(folder, name):
    """Swap a byte of a file, or remove one."""
    if name.startswith("-"):
        (folder / name[1:]).unlink()
        return
    data = bytearray((folder / name).read_bytes())
    data[-2] ^= 1
    (folder / name).write_bytes(data)


@pytest.mark.parametrize("name", ["job.ipynb", "figures/former.svg", "-job.ipynb"])
def test_a_page_or_chart_of_the_same_size_and_another_content_is_made_again(project, made, name):
    folder = project / "report/2019"
    spoil(folder, name)
    assert list_stale(project) == [2019]
    assert any("PDF" in line for line in remake(project)) and list_stale(project) == []
    assert hash_folder(folder) == hash_folder(made / "report/2019")


@pytest.mark.parametrize("name", ["jobs.parquet", "figures.json", "problems.csv", "-jobs.parquet"])
def test_a_table_that_is_gone_or_of_the_same_size_and_another_content_is_made_again(project, name):
    spoil(project / "data/processed/2019", name)
    assert prepare_year(project, 2019).is_new and not prepare_year(project, 2019).is_new
    assert (project / "data/processed/2019/jobs.parquet").exists() and list_stale(project) == []


def test_a_year_is_made_once_and_its_manifest_names_what_it_is_made_of(project):
    assert not prepare_year(project, 2019).is_new
    prepared = prepare_year(project, 2019, force=True)
    manifest = read_manifest(prepared.year.processed_dir)
    files, workbook = manifest["inputs"]["files"], "data/raw/2019/ansaettelser.xlsx"
    assert prepared.is_new and "data/raw/maps/codes/exit_reasons.csv" in files
    assert files[workbook] == hashlib.sha256((project / workbook).read_bytes()).hexdigest()
    assert manifest["rows"]["jobs"] == 193 and manifest["inputs"]["library"]["version"]


def test_another_version_of_a_package_makes_every_page(project, monkeypatch):
    (project / "pakker/pakke-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(project / "pakker"))
    remake(project, 2018)
    assert list_stale(project) == [2019]
    (project / "pakker/pakke-1.0.dist-info").rename(project / "pakker/pakke-1.1.dist-info")
    assert list_stale(project) == [2018, 2019]


def test_a_file_saved_while_its_page_runs_makes_the_page_again(project, monkeypatch):
    text = project / "data/raw/2018/tekst/bemaerkning.md"
    run = make.run_notebook

    def save_and_run(*given):
        text.write_text("Gemt imens.\n", encoding="utf-8")
        return run(*given)

    monkeypatch.setattr(make, "run_notebook", save_and_run)
    edit(project / "notebooks/job.ipynb", "Sådan fandt", "Sådan kom")
    remake(project, 2018)
    assert 2018 in list_stale(project)


def write_page(root, name, *cells):
    given = "year = 2019\nedition = 'public'"
    path = write_code(root / f"notebooks/{name}.ipynb", given, *cells)
    book = nbformat.read(path, 4)
    book.metadata["socok"] = {"page": name, "order": 95}
    nbformat.write(book, path)
    return path


READERS = {
    "module": "import hjaelp; print(hjaelp.x)",
    "process": "import subprocess; print(subprocess.check_output(['cat', 'd.txt'], text=True))",
    "outside": "print(open('../udenfor.txt').read())",
    "environment": "import os; print(os.environ['VALG'])",
}


def write_data(place, value):
    (place / "hjaelp.py").write_text(f"x = {value}\n")
    os.utime(place / "hjaelp.py", (value, value))
    (place / "d.txt").write_text(str(value))
    (place.parent / "udenfor.txt").write_text(str(value))


MAKE = (
    "from pathlib import Path\nfrom socok_analysis.run.build import prepare_year\n"
    "from socok_analysis.run.make import run_pages\n"
    "from socok_analysis.run.build import plan_pages\n"
    "pages = plan_pages(prepare_year(Path.cwd(), 2019).year, 'public')\n"
    "assert pages.is_stale\n"
    "own = [(run, Path('ud').resolve()) for run in pages.runs if 'egen' in run.page]\n"
    "assert len([*run_pages(own, 2, print)]) == len(own)"
)


def test_a_page_that_could_read_more_than_it_is_handed_is_made_again_each_time(project):
    for name, cell in READERS.items():
        told = cell.replace("print(", "told = str(").replace("'../", f"'{project.parent}/")
        told = f"import os; os.chdir({str(project)!r})\n{told}\n"
        show = "from socok_analysis.show.notebook import show\nshow(told)"
        write_page(project, f"egen-{name}", "import sys; sys.path.insert(0, '.')", told + show)
    (project / "ud").mkdir()
    environ = dict(os.environ)
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for value in (3, 4):
        write_data(project, value)
        environ["VALG"] = str(value)
        subprocess.run([sys.executable, "-c", MAKE], cwd=project, env=environ, check=True)
        for name in READERS:
            page = project / f"ud/egen-{name}.ipynb"
            outputs = [c.get("outputs") for c in nbformat.read(page, 4).cells if c.get("outputs")]
            assert outputs[0][0]["data"]["text/markdown"].strip() == str(value)
    assert list(project.glob("__pycache__/hjaelp*.pyc")), "byte code was on"


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
    "jobs = open_tables(year)['jobs']\njobs.groupby('x').size().plot.bar()",
)


@pytest.mark.parametrize("cell", [None, *re.split(r" \| |\n", READING)])
def test_what_may_read_more_than_the_years_own_tables_is_known_by_its_words(tmp_path, cell):
    (tmp_path / "notebooks").mkdir()
    cells = ALLOWED if cell is None else [cell.replace("; ", "\n")]
    assert is_plain(write_page(tmp_path, "x", *cells)) is (cell is None)


@pytest.mark.parametrize("name", ["egen", "resume"])
def test_pages_that_could_read_more_are_run_each_time_and_the_same_comes_of_the_same(project, name):
    if name == "egen":
        write_page(project, name, "import sys")
    else:
        edit(project / "notebooks/resume.ipynb", '"page.table(', '"import sys\\n", "page.table(')
    remake(project)
    before = hash_folder(project / "report/2019")
    assert any("kører" in line for line in remake(project))
    assert hash_folder(project / "report/2019") == before


def test_a_notebook_changes_its_page_alone_or_takes_it_away_and_years_beside_are_made(project):
    before = hash_folder(project / "report/2019")
    edit(project / "notebooks/overblik.ipynb", "Tabellen samler alle", "Tabellen rummer alle")
    remake(project)
    after = hash_folder(project / "report/2019")
    changed = {n for n in before if before[n] != after[n] and "rapport-" not in n}
    assert changed - {"manifest.json"} == {"index.ipynb"}
    assert "rummer alle" in (project / "report/2019/index.ipynb").read_text(encoding="utf-8")
    (project / "notebooks/job.ipynb").unlink()
    (project / "data/raw/2018/tekst/bemaerkning.md").write_text("Kort.\n", "utf-8")
    prepare_pages(project, [2019], QUICK)
    assert not (project / "report/2019/job.ipynb").exists() and list_stale(project) == []
