"""A batch runs what has changed, goes on after failures and after interruptions, and tells all."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from socok_analysis.cli import main
from socok_analysis.core.errors import UsageError
from socok_analysis.run import batch as batches
from socok_analysis.run import tasks as batch_tasks
from socok_analysis.run.batch import is_later, plan_tasks, run_batch, split_done
from socok_analysis.run.engine import can_fork
from socok_analysis.run.grids import list_parameters, name_sets, read_value
from socok_analysis.run.tasks import Outcome, run_task

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has none


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the analyst's own, outside any project, with a notebook in it."""
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path / "del.ipynb", "tal = 1\nnavn = 'ingen'", "print(navn, 12 // tal)")
    return tmp_path


def write_notebook(path: Path, parameters: str, *cells: str) -> Path:
    """Write a notebook with a parameters cell."""
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    rest = [nbformat.v4.new_code_cell(source) for source in cells]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=[first, *rest], metadata={"kernelspec": spec})
    nbformat.write(book, path)
    return path


def batch(*options: str) -> int:
    """Run `socok batch` on the notebook."""
    return main(["batch", "del.ipynb", "--out", "ud", "--jobs", "2", *options])


def shown(path: Path) -> str:
    """Return what a notebook printed."""
    outputs = [out for cell in nbformat.read(path, 4).cells for out in cell.get("outputs", ())]
    return "".join(out.get("text", "") for out in outputs)


def test_every_combination_of_the_listed_values_is_run(place: Path) -> None:
    assert batch("--set", "tal=2,3", "--set", "navn=a,Ærø By") == 0
    made = {path.stem: shown(path) for path in (place / "ud").glob("*.ipynb")}
    assert made == {
        "del-2-a": "a 6\n",
        "del-2-aeroe-by": "Ærø By 6\n",
        "del-3-a": "a 4\n",
        "del-3-aeroe-by": "Ærø By 4\n",
    }


def test_every_row_of_a_grid_is_run_and_a_blank_cell_leaves_the_default(place: Path) -> None:
    (place / "gitter.csv").write_text("tal;navn\n4;b\n6;\n", encoding="utf-8-sig")
    assert batch("--params", "gitter.csv", "--quiet") == 0
    assert {shown(path) for path in (place / "ud").glob("*.ipynb")} == {"b 3\n", "ingen 2\n"}


def test_a_failure_does_not_stop_the_others_and_is_told_in_one_table(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch("--set", "tal=2,0,3") == 3
    said = capsys.readouterr()
    assert "2 kørt, 0 uændret, 1 fejlet" in said.out
    assert "ZeroDivisionError" in said.err and "Traceback" not in said.err
    (row,) = csv.DictReader((place / "ud/fejl.csv").read_text("utf-8").splitlines())
    assert row["notebook"] == "del.ipynb" and row["parameters"] == "tal=0" and row["cell"] == "2"
    assert row["error"].startswith("ZeroDivisionError: integer division")
    assert "ZeroDivisionError" in Path(row["saved"]).read_text("utf-8")
    assert len(list((place / "ud").glob("*.ipynb"))) == 2


def test_the_table_goes_when_the_failure_does(place: Path) -> None:
    batch("--set", "tal=0", "--quiet")
    write_notebook(place / "del.ipynb", "tal = 1", "print(tal)")
    assert batch("--set", "tal=0", "--quiet") == 0
    assert not (place / "ud/fejl.csv").exists() and not (place / "ud/fejl").exists()


def test_what_is_unchanged_is_skipped_and_force_runs_it_again(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch("--set", "tal=2,3")
    times = {path: path.stat().st_mtime_ns for path in (place / "ud").glob("*.ipynb")}
    assert batch("--set", "tal=2,3,4") == 0
    assert "1 kørt, 2 uændret" in capsys.readouterr().out
    assert all(path.stat().st_mtime_ns == old for path, old in times.items())
    assert batch("--set", "tal=2", "--force") == 0
    assert "1 kørt, 0 uændret" in capsys.readouterr().out


@pytest.mark.parametrize("changed", ["del.ipynb", "tabel.csv", "ud/del-2.ipynb"])
def test_a_changed_notebook_input_or_result_is_run_again(
    place: Path, changed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "tabel.csv").write_text("1")
    options = ("--set", "tal=2", "--input", "tabel.csv")
    batch(*options)
    if changed == "del.ipynb":
        write_notebook(place / changed, "tal = 1", "print('ny')")
    else:
        (place / changed).write_text("{}")
    batch(*options)
    assert capsys.readouterr().out.count("1 kørt, 0 uændret") == 2


def test_only_the_years_up_to_a_runs_own_count_as_its_sources() -> None:
    assert is_later("data/raw/2019/job.xlsx", 2018)
    assert not is_later("data/raw/2018/job.xlsx", 2018)
    assert not is_later("data/raw/maps/jobs.csv", 2018) and not is_later("notebook", 2018)


def test_pages_of_a_project_get_a_folder_each_with_their_charts(
    project: Path, socok: Callable[..., int], tmp_path: Path
) -> None:
    out = tmp_path / "andet sted"
    options = ("--set", "year=2018,2019", "--set", "partner=sumak", "--out", out, "--quiet")
    assert socok("batch", project / "notebooks/partner.ipynb", *options) == 0
    for year in (2018, 2019):
        folder = out / f"partner-{year}-sumak"
        assert (folder / f"partner-{year}-sumak.ipynb").is_file()
        assert (folder / "figures/sumak-afgange.svg").is_file()


def test_an_error_in_the_data_gives_the_exit_code_of_one(
    project: Path, socok: Callable[..., int], tmp_path: Path
) -> None:
    (project / "data/raw/2019/ansaettelser.xlsx").write_text("kaffe")
    options = ("--set", "year=2019", "--out", tmp_path / "ud", "--quiet")
    assert socok("batch", project / "notebooks/job.ipynb", *options) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "tla=2"), "har ingen parameter tla. Mente du “tal”"),
        (("--set", "tal"), "navn=værdi"),
        (("--set", "tal=1", "--set", "tal=2"), "angivet to gange"),
        (("--set", "1x=2"), "kan ikke være navnet"),
        (("--params", "findes-ikke.csv"), "kan ikke læses"),
        (("--params", "tom.csv"), "ingen rækker"),
        (("--params", "skæv.csv"), "linje 2: der er flere celler"),
        (("--params", "dobbelt.csv"), "Parameteren tal er angivet to gange"),
        (("--params", "ansi.csv"), "Gem den i Excel som “CSV UTF-8"),
        (("--input", "væk.csv"), "findes ikke"),
        (("--jobs", "0"), "mindst 1"),
    ],
)
def test_wrong_use_is_told_before_anything_runs(
    place: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    (place / "tom.csv").write_text("tal\n")
    (place / "skæv.csv").write_text("tal\n1,2\n")
    (place / "dobbelt.csv").write_text("tal;tal \n1;2\n")
    (place / "ansi.csv").write_text("navn\nSøren\n", encoding="cp1252")
    assert batch(*options) == 2
    captured = capsys.readouterr().err
    assert said in captured and "Traceback" not in captured
    assert not list(place.glob("ud/*.ipynb"))


def test_values_keep_what_they_are_written_as() -> None:
    values = [read_value(text) for text in ("7", "-2", "1.5", "true", "00142", "1,5", "1e5", "a")]
    assert values == [7, -2, 1.5, True, "00142", "1,5", "1e5", "a"]


def test_a_cell_of_a_grid_may_hold_more_lines_and_the_sign_between_cells(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_bytes('a;b\r\n"x\ny";"1;2"\r\n'.encode("utf-8-sig"))
    assert list_parameters(tmp_path / "g.csv", []) == [(("a", "x\ny"), ("b", "1;2"))]


def test_no_two_results_have_one_name() -> None:
    names = list(name_sets("x", [(("a", "Å b"),), (("a", "aa-b"),), (("a", 1),)]))
    assert names[0] == "x-aa-b" and names[2] == "x-1" and len(set(names)) == 3


def test_a_grid_and_lists_together_give_every_pair(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("a,b\n1,2\n3,4\n")
    assert len(list_parameters(tmp_path / "g.csv", ["c=x,y,z"])) == 6
    with pytest.raises(UsageError, match="to gange"):
        list_parameters(tmp_path / "g.csv", ["a=1"])


@pytest.mark.parametrize(("failures", "error"), [(1, ""), (2, "RuntimeError: Kernel died")])
def test_a_kernel_that_does_not_start_is_tried_once_more_and_it_is_said(
    place: Path, monkeypatch: pytest.MonkeyPatch, failures: int, error: str
) -> None:
    tried: list[str] = []

    def execute(source: str, target: str, *_: object, **__: object) -> None:
        tried.append(source)
        if len(tried) <= failures:
            raise RuntimeError("Kernel died before replying")
        Path(target).write_bytes(Path(source).read_bytes())

    monkeypatch.setattr("papermill.execute_notebook", execute)
    (task,) = plan_tasks([place / "del.ipynb"], [()], place / "ud")
    outcome = run_task(task)
    assert outcome.error.startswith(error) and bool(outcome.error) is bool(error)
    assert outcome.tries == 2 and len(tried) == 2


def test_a_cell_over_time_is_a_failure_that_names_the_cell(place: Path) -> None:
    write_notebook(place / "del.ipynb", "tal = 1", "1", "while True: pass")
    assert batch("--timeout", "1", "--quiet") == 3
    (row,) = csv.DictReader((place / "ud/fejl.csv").read_text("utf-8").splitlines())
    assert row["cell"] == "2" and row["error"].startswith("CellTimeoutError")


def heed_interrupts() -> None:
    """Heed Ctrl-C also where the tests were started so as to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(not can_fork(), reason="no forking on this machine")
@pytest.mark.parametrize("number", [KILL, signal.SIGINT])
def test_an_interrupted_batch_goes_on_where_it_was(place: Path, number: signal.Signals) -> None:
    cell = (
        "import os, time\nif tal == 9: open('begyndt', 'w').close()\n"
        "while tal == 9 and not os.path.exists('videre'): time.sleep(0.01)"
    )
    write_notebook(place / "del.ipynb", "tal = 1", cell)
    command = [sys.executable, "-m", "socok_analysis", "batch", "del.ipynb", "--out", "ud"]
    values = ["--set", "tal=1,2,3,9,4", "--jobs", "1", "--quiet"]
    process = subprocess.Popen(
        [*command, *values], cwd=place, stderr=subprocess.PIPE, preexec_fn=heed_interrupts
    )
    end = time.monotonic() + 60
    while not (place / "begyndt").exists() and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(number)
    try:
        assert b"Traceback" not in process.communicate(timeout=30)[1]
    finally:
        process.kill()
    assert len(list((place / "ud").glob("*.ipynb"))) == 3
    (place / "videre").touch()
    sets = list_parameters(None, ["tal=1,2,3,9,4"])
    tasks = plan_tasks([place / "del.ipynb"], sets, place / "ud")
    to_run, kept = split_done(tasks, force=False)
    assert len(to_run) == 2 and len(kept) == 3
    assert run_batch(to_run, 1, lambda _: None) == []


def test_no_more_is_submitted_than_soon_will_run(place: Path) -> None:
    from concurrent.futures import Future

    from socok_analysis.run.batch import work

    waiting: list[Future[Outcome]] = []
    most = 0

    def submit(task: batch_tasks.Task) -> Future[Outcome]:
        nonlocal most
        future: Future[Outcome] = Future()
        future.set_result(Outcome("x", (), Path("x")))
        waiting.append(future)
        most = max(most, len(waiting) - taken)
        return future

    taken = 0
    tasks = plan_tasks([place / "del.ipynb"], [(("tal", n),) for n in range(50)], place / "ud")
    for _ in work(submit, tasks, 4):
        taken += 1
    assert taken == 50 and most <= 8


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Dask scheduler with two workers, processes of their own on this machine."""
    pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(told)]
    alone = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(folder)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen([*command, *options, "--scheduler-file", str(told)], **quiet),  # type: ignore[call-overload]
        *(subprocess.Popen([*worker, *alone, "--no-nanny"], **quiet) for _ in range(2)),  # type: ignore[call-overload]
    ]
    end = time.monotonic() + 60
    while not told.exists() and time.monotonic() < end:
        time.sleep(0.05)
    yield json.loads(told.read_text())["address"]
    for process in started:
        process.kill()
        process.wait()


def test_a_batch_runs_on_a_dask_cluster_as_it_does_here(
    place: Path, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from distributed import Client

    write_notebook(
        place / "del.ipynb", "tal = 1", "import os\nprint(12 // tal, os.environ['DASK_PID'])"
    )
    with Client(scheduler) as client:
        client.wait_for_workers(2, timeout=60)
        client.run(lambda: os.environ.__setitem__("DASK_PID", str(os.getpid())))
    assert batch("--set", "tal=1,2,3,4,6,0", "--scheduler", scheduler) == 3
    said = capsys.readouterr()
    assert "5 kørt, 0 uændret, 1 fejlet" in said.out and "ZeroDivisionError" in said.err
    lines = [shown(path).split() for path in (place / "ud").glob("*.ipynb")]
    assert sorted(int(line[0]) for line in lines) == [2, 3, 4, 6, 12]
    assert len({line[1] for line in lines}) == 2, "both workers ran some"


def test_without_a_scheduler_there_it_is_said(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("socok_analysis.run.cluster.WAIT", "1s")
    assert batch("--scheduler", "tcp://127.0.0.1:9") == 3
    assert "ingen Dask-scheduler" in capsys.readouterr().err


def test_a_batch_imports_papermill_without_arrow_and_leaves_arrow_to_who_wants_it() -> None:
    script = (
        "import sys; from socok_analysis.run.batch import load_papermill; load_papermill(); "
        "assert 'papermill' in sys.modules and 'pyarrow' not in sys.modules; import pyarrow.fs"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_an_unchanged_report_needs_no_reader_and_no_arrays() -> None:
    script = (
        "import sys; import socok_analysis.run.report, socok_analysis.publish; "
        "heavy = {'numpy', 'pandas', 'pyarrow', 'openpyxl', 'papermill', 'matplotlib'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_notebooks_import_is_asked_for_before_the_first_is_run(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook(place / "a.ipynb", "x = 1", "import pandas as pd\nimport os")
    write_notebook(place / "b.ipynb", "x = 1", "%time x\n", "from matplotlib import pyplot")
    asked: list[str] = []
    monkeypatch.setattr(batches, "warm_up", asked.extend)
    batches.warm_up_for([place / "b.ipynb", place / "a.ipynb"])
    assert asked == ["pandas", "matplotlib"]
