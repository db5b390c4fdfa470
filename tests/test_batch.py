"""A batch runs notebooks with many sets of parameters; its results are those of today's run."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from conftest import KILL, start, wait_until
from pages import write_code
from socok_analysis.cli import main
from socok_analysis.run.batch import list_sets, plan_tasks, run_batch
from socok_analysis.run.engine import can_fork
from workbooks import read_csv


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_code(tmp_path / "del.ipynb", "tal = 1\nnavn = 'ingen'", "print(navn, 12 // tal)")
    return tmp_path


def batch(*options):
    return main(["batch", "del.ipynb", "--out", "ud", "--jobs", "2", *options])


def shown(path):
    outputs = [out for cell in nbformat.read(path, 4).cells for out in cell.get("outputs", ())]
    return "".join(out.get("text", "") for out in outputs)


def list_results(place):
    return {path.name: shown(path) for path in (place / "ud").glob("*.ipynb")}


def read_failures(place):
    return read_csv(place / "ud/fejl.csv")


def test_every_combination_of_the_listed_values_and_every_row_of_a_grid_is_run(place):
    assert batch("--set", "tal=2,3", "--set", "navn=a,Ærø By") == 0
    told = {"2-a": "a 6", "2-aeroe-by": "Ærø By 6", "3-a": "a 4", "3-aeroe-by": "Ærø By 4"}
    assert list_results(place) == {f"del-{name}.ipynb": f"{s}\n" for name, s in told.items()}
    shutil.rmtree(place / "ud")
    (place / "gitter.csv").write_text("tal;navn\n4;b\n6;\n", encoding="utf-8-sig")
    assert batch("--params", "gitter.csv", "--quiet") == 0
    assert {*list_results(place).values()} == {"b 3\n", "ingen 2\n"}  # a blank: the default


def test_a_failure_stops_no_other_and_is_told_in_a_table_and_no_older_result_stands(place, capsys):
    assert batch("--set", "tal=2,0,3") == 3
    said = capsys.readouterr()
    assert "2 kørt, 0 uændret, 1 fejlet" in said.out
    assert "· celle 2 · ZeroDivisionError" in said.err and "Traceback" not in said.err
    (row,) = read_failures(place)
    assert (row["notebook"], row["parameters"], row["cell"]) == ("del.ipynb", "tal=0", "2")
    assert re.match("ZeroDivisionError: .*by zero", row["error"])
    assert "ZeroDivisionError" in Path(row["saved"]).read_text("utf-8")
    assert {*list_results(place)} == {"del-2.ipynb", "del-3.ipynb"}
    write_code(place / "del.ipynb", "tal = 1", "1 / 0")
    assert batch("--set", "tal=2", "--quiet") == 3
    assert not (place / "ud/del-2.ipynb").exists() and (place / "ud/fejl/del-2.ipynb").exists()
    write_code(place / "del.ipynb", "tal = 1", "print(tal)")
    assert batch("--set", "tal=0,2", "--quiet") == 0
    assert not (place / "ud/fejl.csv").exists() and not (place / "ud/fejl").exists()


def test_a_batch_reads_the_project_it_is_told_of_wherever_its_results_lie(place):
    for other in ("data/raw", "vores/data/raw"):
        (place / other).mkdir(parents=True)
    told = "from pathlib import Path\nfrom socok_analysis.core.year import find_project\n"
    write_code(place / "del.ipynb", "tal = 1", f"{told}print(find_project(Path.cwd()).name)")
    assert batch("--set", "tal=1", "--project", "vores", "--quiet") == 0
    assert list_results(place) == {"del-1.ipynb": "vores\n"}


def test_no_thread_of_a_batch_moves_the_folder_all_of_them_stand_in(place, monkeypatch):
    monkeypatch.setattr(os, "chdir", lambda folder: pytest.fail(f"moved to {folder}"))
    assert batch("--set", "tal=2,3") == 0
    monkeypatch.undo()


def test_pages_of_a_project_get_a_folder_each(project, socok, tmp_path):
    out = tmp_path / "andet sted"
    options = ("--set", "year=2018,2019", "--set", "partner=sumak", "--out", out, "--quiet")
    assert socok("batch", project / "notebooks/partner.ipynb", *options) == 0
    for year in (2018, 2019):
        folder = out / f"partner-{year}-sumak"
        assert (folder / f"partner-{year}-sumak.ipynb").is_file()
        assert (folder / "figures/sumak-afgange.svg").is_file()
    (project / "data/raw/2019/ansaettelser.xlsx").write_text("kaffe")
    options = ("--set", "year=2019", "--out", tmp_path / "ud", "--quiet")
    assert socok("batch", project / "notebooks/job.ipynb", *options) == 1


WRONG = """
--set tla=2 | har ingen parameter tla. Mente du “tal”
--set tal | navn=værdi
--set tal=1 --set tal=2 | angivet to gange
--set 1x=2 | kan ikke være navnet
--params findes-ikke.csv | Filen findes-ikke.csv findes ikke
--params tom.csv | ingen rækker
--params skæv.csv | Rækken har flere celler
--params dobbelt.csv | Kolonnen “tal” står to gange
--params ansi.csv | CSV UTF-8 i Excel
--input væk.csv | findes ikke
--jobs 0 | mindst 1
--out . | ville overskrive
"""


@pytest.mark.parametrize("wrong", WRONG.strip().splitlines())
def test_wrong_use_is_told_before_anything_runs(place, capsys, wrong):
    options, said = wrong.split(" | ")
    (place / "tom.csv").write_text("tal\n")
    (place / "skæv.csv").write_text("tal\n1,2\n")
    (place / "dobbelt.csv").write_text("tal;tal \n1;2\n")
    (place / "ansi.csv").write_text("navn\nSøren\n", encoding="cp1252")
    assert batch(*options.split()) == 2
    told = capsys.readouterr().err
    assert said in told and "Traceback" not in told
    assert not list(place.glob("ud/*.ipynb"))


def test_a_cell_over_time_is_a_failure_that_names_the_cell(place):
    write_code(place / "del.ipynb", "tal = 1", "1", "while True: pass")
    assert batch("--timeout", "1", "--quiet") == 3
    (row,) = read_failures(place)
    assert row["cell"] == "2" and row["error"].startswith("CellTimeoutError")


# What the parameters are


def sets(place, *lists, parameters="x = None", grid=""):
    """Return the first value of each set a notebook with these parameters is run with."""
    write_code(place / "x.ipynb", parameters)
    name, _, text = grid.partition("|")
    if grid:
        (place / name).write_text(text, encoding="utf-8")
    found = list_sets(place / "x.ipynb", place / name if grid else None, lists)
    return [value if len(chosen) == 1 else chosen for chosen in found for _, value in chosen[:1]]


def test_values_keep_what_they_are_written_as_where_nothing_is_declared(place):
    values = sets(place, 'x=7,-2,1.5,true,00142,"1,5",1e5,a,"","7"')
    assert values == [7, -2, 1.5, True, "00142", "1,5", "1e5", "a", ""]


def test_one_true_and_one_point_nought_are_three_runs_with_a_file_each(place):
    write_code(place / "del.ipynb", "x = 0", "print(repr(x))")
    assert batch("--set", "x=1,true,1.0", "--quiet") == 0
    told = {"1": "1", "true": "True", "1.0": "1.0"}
    assert list_results(place) == {f"del-{name}.ipynb": f"{text}\n" for name, text in told.items()}


@pytest.mark.parametrize(
    ("default", "cells", "values"),
    [
        ("False", "SAND;FALSK;sand;true;nej", [True, False]),
        ("0.5", "0,15;1.5;2;-3,0", [0.15, 1.5, 2, -3.0]),
        ("2019", "02018;2,5", [2018, 2.5]),
        ("'001'", "00142;true;1,5;SAND", ["00142", "true", "1,5", "SAND"]),
        ("None", "SAND;1,5;7", ["SAND", "1,5", 7]),
    ],
)
def test_a_grids_cell_is_read_by_the_type_of_the_default(place, default, cells, values):
    rows = "\n".join(f'"{cell}";' for cell in cells.split(";"))
    assert sets(place, parameters=f"x = {default}\ny = 1", grid=f"g.csv|x;y\n{rows}\n") == values


def test_none_lists_quoted_commas_and_empty_text_stand_in_a_yaml_grid(place):
    assert sets(place, 'x="a, b",c') == ["a, b", "c"]
    grid = "- x: null\n- x: [1, b]\n- x: 'a, b'\n- x: ''\n- x: 1\n- x: true\n"
    (place / "g.yaml").write_text(grid, encoding="utf-8")
    write_code(place / "del.ipynb", "x = 0", "print(repr(x))")
    assert batch("--params", "g.yaml", "--quiet") == 0
    told = {f"{value!r}\n" for value in (None, [1, "b"], "a, b", "", 1, True)}
    assert {*list_results(place).values()} == told


def test_a_grid_and_lists_together_give_every_pair(place):
    (place / "g.csv").write_bytes('a;b\r\nx y;"1;2"\r\n3;4\r\n'.encode("utf-8-sig"))
    write_code(place / "x.ipynb", "a = None\nb = None\nc = None")
    found = list_sets(place / "x.ipynb", place / "g.csv", ["c=x,y,z"])
    assert len(found) == 6 and found[0] == (("a", "x y"), ("b", "1;2"), ("c", "x"))


@pytest.mark.parametrize(("cells", "told"), [(0, "ingen celle"), (2, "2 celler")])
def test_parameters_need_the_one_cell_for_them(place, capsys, cells, told):
    write_code(place / "del.ipynb", "tal = 1", "print(tal)")
    book = nbformat.read(place / "del.ipynb", 4)
    book.cells = [*book.cells[:1] * cells, book.cells[1]]
    nbformat.write(book, place / "del.ipynb")
    assert batch("--set", "tal=2017,2018") == 2
    assert f"{told} mærket “parameters”" in capsys.readouterr().err and not (place / "ud").exists()
    nbformat.write(nbformat.v4.new_notebook(cells=[], metadata=book.metadata), place / "del.ipynb")
    assert batch("--quiet") == 0


def test_a_notebook_of_another_kernel_needs_one_named_or_is_a_failure(place, capsys):
    for name, spec in (("uden", {}), ("anden", {"kernelspec": {"name": "ir", "language": "R"}})):
        book = nbformat.read(write_code(place / f"{name}.ipynb", "tal = 1", "print(tal)"), 4)
        book.metadata = nbformat.from_dict(spec)
        nbformat.write(book, place / f"{name}.ipynb")
    options = ("--set", "tal=3", "--out", "ud")
    assert main(["batch", "del.ipynb", "uden.ipynb", "anden.ipynb", *options]) == 3
    said = capsys.readouterr()
    assert "1 kørt, 0 uændret, 2 fejlet" in said.out and "Traceback" not in said.err
    rows = read_failures(place)
    assert [row["notebook"] for row in rows] == ["anden.ipynb", "uden.ipynb"]
    assert "No kernel name found" in rows[1]["error"] and "NoSuchKernel" in rows[0]["error"]
    assert main(["batch", "uden.ipynb", "anden.ipynb", *options, "--kernel", "python3"]) == 0
    assert shown(place / "ud/uden-3.ipynb") == shown(place / "ud/anden-3.ipynb") == "3\n"


# Fresh or run again


def test_what_a_notebook_reads_is_not_known_so_it_is_run_again(place, capsys):
    for _ in range(2):
        assert batch("--set", "tal=2") == 0 and "1 kørt, 0 uændret" in capsys.readouterr().out


def test_with_all_it_reads_named_a_run_stands_until_some_of_that_changes(place, capsys):
    (place / "tabel.csv").write_text("1")
    (place / "andetsteds").mkdir()
    (place / "mappe").symlink_to(place / "andetsteds")
    options = ("--set", "tal=2,3", "--input", "tabel.csv", "--input", "mappe")
    batch(*options)
    for changed in ("del.ipynb", "tabel.csv", "mappe/ny.csv", "ud/del-2.ipynb", "kode.py"):
        assert batch(*options) == 0
        path = place / changed
        text = path.read_text("utf-8") if path.exists() else "2"
        path.write_text(text[:-1] + "2" if changed == "tabel.csv" else text + " ", "utf-8")
        assert batch(*options) == 0
        *_, before, after = re.findall(r"\d+ kørt, \d+ uændret", capsys.readouterr().out)
        assert before == "0 kørt, 2 uændret", changed
        is_result = changed.startswith("ud/")
        assert after == ("1 kørt, 1 uændret" if is_result else "2 kørt, 0 uændret"), changed


def test_results_that_lie_where_the_batch_is_started_are_known_again(place, capsys):
    for told in ("1 kørt, 0 uændret", "0 kørt, 1 uændret"):
        assert batch("--out", ".", "--set", "tal=2", "--input", "del.ipynb") == 0
        assert told in capsys.readouterr().out


def test_an_input_saved_while_its_notebook_runs_makes_it_run_again(place, capsys):
    (place / "tabel.csv").write_text("1")
    write_code(place / "del.ipynb", "tal = 1", "open('tabel.csv', 'a').write('2')")
    for _ in range(2):
        batch("--input", "tabel.csv")
        assert "1 kørt, 0 uændret" in capsys.readouterr().out


@pytest.mark.skipif(not can_fork(), reason="no forking on this machine")
@pytest.mark.parametrize("number", [KILL, signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_batch_goes_on_where_it_was(place, number):
    cell = (
        "import os, time\nif tal == 9: open('begyndt', 'w').close()\n"
        "while tal == 9 and not os.path.exists('videre'): time.sleep(0.01)"
    )
    write_code(place / "del.ipynb", "tal = 1", cell)
    command = [sys.executable, "-m", "socok_analysis", "batch", "del.ipynb", "--out", "ud"]
    values = ["--set", "tal=1,2,3,9,4", "--jobs", "1", "--quiet"]
    process = start([*command, *values], place)
    assert wait_until((place / "begyndt").exists)
    process.send_signal(number)
    try:
        assert b"Traceback" not in process.communicate(timeout=30)[1]
    finally:
        process.kill()
    assert len(list((place / "ud").glob("*.ipynb"))) == 3
    (place / "videre").touch()
    tasks = plan_tasks([place / "del.ipynb"], None, ["tal=1,2,3,9,4"], place / "ud")
    assert [outcome.error for outcome in run_batch(tasks, 2)] == [None] * 5


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(told)]
    alone = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(folder)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen([*command, *options, "--scheduler-file", str(told)], **quiet),
        *(subprocess.Popen([*worker, *alone, "--no-nanny"], **quiet) for _ in range(2)),
    ]
    assert wait_until(told.exists)
    yield json.loads(told.read_text())["address"]
    for process in started:
        process.kill()
        process.wait()


def test_a_batch_runs_on_a_dask_cluster_as_it_does_here(place, scheduler, capsys):
    distributed = pytest.importorskip("distributed")
    cell = "import os\nprint(12 // tal, os.environ['DASK_PID'])"
    write_code(place / "del.ipynb", "tal = 1", cell)
    with distributed.Client(scheduler) as client:
        client.wait_for_workers(2, timeout=60)
        client.run(lambda: os.environ.__setitem__("DASK_PID", str(os.getpid())))
    assert batch("--set", "tal=1,2,3,4,6,0", "--scheduler", scheduler) == 3
    said = capsys.readouterr()
    assert "5 kørt, 0 uændret, 1 fejlet" in said.out and "ZeroDivisionError" in said.err
    lines = [text.split() for text in list_results(place).values()]
    assert sorted(int(line[0]) for line in lines) == [2, 3, 4, 6, 12]
    assert len({line[1] for line in lines}) == 2, "both workers ran some"


def test_without_a_scheduler_there_it_is_said(place, capsys, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("socok_analysis.run.execute.WAIT", "1s")
    assert batch("--scheduler", "tcp://127.0.0.1:9") == 3
    assert "ingen Dask-scheduler" in capsys.readouterr().err
