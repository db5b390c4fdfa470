"""The engine `socok-fork` gives what papermill's own engine gives, cell for cell, and faster."""

import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from conftest import KILL, start, wait_until
from pages import write_code
from socok_analysis.run import engine
from socok_analysis.run.execute import side_by_side

NAME = "socok-fork"
pytestmark = pytest.mark.skipif(not engine.can_fork(), reason="no forking on this machine")
CELLS = (
    "import sys, warnings, logging, os\n"
    "print('ud'); print('fejl', file=sys.stderr); print('ud igen')",
    "1 + 1",
    "print('før'); display('vist'); print('efter'); 'resultat'",
    "import pandas as pd\npd.DataFrame({'a': [1, None], 'b': ['æ', 'ø']})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]); plt.title('å')\nplt.show()\n"
    "plt.plot([2, 1]);",
    "warnings.warn('pas på')\nlogging.warning('logget')",
    "def inner():\n    return {}['nøgle']\n\ndef outer():\n    return inner()\n\nouter()",
    "print('stadig her', _, _2)",
    "if True print('skrevet forkert')",
    "from IPython.display import HTML, JSON, Markdown, clear_output, update_display\n"
    "display(HTML('<b>x</b>'), Markdown('**x**'), JSON({'a': (1, 2)}))",
    "handle = display('første', display_id='fast')\nprint('imellem')",
    "update_display('rettet', display_id='fast')",
    "print('væk'); clear_output(); print('tilbage')",
    "print('væk'); clear_output(wait=True); print('efter vent')",
    "import asyncio, sys\nawait asyncio.sleep(0.01)\n'ventet'",
    "%%capture taken\nprint('fanget')",
    "taken.stdout, In[1][:6], len(Out), __name__",
    "!echo fra skallen",
    "os.system('echo direkte; echo direkte fejl >&2')",
    "import multiprocessing\nfork = multiprocessing.get_context('fork')\n"
    "p = fork.Process(target=print, args=('barn',))\np.start(); p.join()",
    "%%writefile skrevet.txt\nindhold",
    "class Thing:\n    def _repr_html_(self):\n        raise ValueError('nej')\n\nThing()",
    "float('nan'), None, b'bytes'",
    "%unknown_magic",
    "raise SystemExit('slut')",
    "from IPython import get_ipython\ntype(get_ipython()), sys.argv[0][-20:]",
    "import pickle\nclass Local: pass\npickle.loads(pickle.dumps(Local())).__class__ is Local",
    "print('x' * 200_000)",
    "for n in range(3):\n    print(n, flush=True)\n    print(-n, file=sys.stderr, flush=True)",
    "None",
    "",
    "raise ExceptionGroup('flere', [ValueError(1), KeyError('b')])",
    "%%bash\necho fra bash; echo fejl >&2; exit 3",
    "import signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)",
    "%matplotlib inline\nfig, ax = plt.subplots(figsize=(2, 1)); ax.bar([1], [2]); fig",
)
VOLATILE = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x"),
    (re.compile(r"ipykernel_\d+"), "ipykernel_"),
    (re.compile(r"/tmp/\S+"), "/tmp/"),
    (re.compile(r"DeprecationWarning: This process \(pid=\d+\).*"), ""),
)


def run(path, target, name, **options):
    options = {"progress_bar": False, "kernel_name": "python3"} | options
    folder = {"metadata": {"path": str(target.parent)}}
    return papermill.execute_notebook(
        str(path), str(target), engine_name=name, resources=folder, **options
    )


def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    for pattern, instead in VOLATILE:
        value = pattern.sub(instead, value) if isinstance(value, str) else value
    return value


def gather(path):
    """Return each cell's source, count, outputs, papermill status and times.

    A cell's streams are joined by name: where one is cut in two is a matter of milliseconds.
    """
    cells = []
    for cell in nbformat.read(path, as_version=4).cells:
        status = {k: cell.metadata.get("papermill", {}).get(k) for k in ("status", "exception")}
        streams, outputs = {}, []
        for output in map(plain, cell.get("outputs", [])):
            if output["output_type"] == "stream":
                held = streams.setdefault(output["name"], {**output, "text": ""})
                held["text"] += output["text"]
            else:
                outputs.append(output)
        outputs += [streams[name] for name in sorted(streams)]
        timed = sorted(cell.metadata.get("execution", {}))
        cells.append((cell.source, cell.get("execution_count"), outputs, status, timed))
    return cells


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("motor")


@pytest.fixture(scope="module")
def both(folder):
    source = write_code(folder / "alt.ipynb", *CELLS, tags=["raises-exception"])
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # ipykernel leaves descriptors alone under it
    results = []
    for number, name in enumerate((None, NAME)):
        target = folder / str(number) / "alt.ipynb"
        target.parent.mkdir()
        with pytest.raises(PapermillExecutionError):
            run(source, target, name)
        results.append(gather(target))
    assert len(results[0]) == len(results[1]) == len(CELLS) + 2
    return results


@pytest.mark.parametrize("place", range(len(CELLS)))
def test_a_cell_gives_the_same_in_a_fork_as_in_a_kernel(both, place):
    # Two cells of papermill's stand before: the mark of the first error and its anchor.
    standard, forked = (cells[place + 2] for cells in both)
    assert forked == standard


def test_an_error_stops_the_notebook_at_its_cell_as_papermill_does(folder):
    source = write_code(folder / "fejl.ipynb", "x = 1", "print('før')\n1 / 0", "x = 2")
    raised = []
    for name in (None, NAME):
        with pytest.raises(PapermillExecutionError) as caught:
            run(source, folder / f"fejl-{name}.ipynb", name)
        raised.append(caught.value)
    standard, forked = (gather(folder / f"fejl-{name}.ipynb") for name in (None, NAME))
    assert forked == standard
    assert [error.cell_index for error in raised] == [1, 1]
    assert plain(raised[0].traceback) == plain(raised[1].traceback)


SLOW = (
    "print('i gang')\nwhile True: pass",
    "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('i gang')\n"
    "time.sleep(99)",
    "import subprocess\nprint('i gang')\n_ = subprocess.run(['sh', '-c', 'sleep 60'])",
)
DEADLY = ("os.kill(os.getpid(), 9)", "os._exit(3)", "os.abort()")
FLOODS = ("while True: print('x' * 99)", "import os\n_ = os.system('yes')", "'x' * 60_000_000")


def stop(folder, error, said, *cells, **options):
    """Run cells that end in an error; return what the notebook holds then."""
    with pytest.raises(error, match=said):
        run(write_code(folder / "x.ipynb", *cells), folder / "ud.ipynb", NAME, **options)
    return gather(folder / "ud.ipynb")


@pytest.mark.parametrize("cell", SLOW)
def test_a_cell_over_time_is_stopped_and_keeps_what_it_said(folder, cell):
    begun = time.monotonic()
    cells = stop(folder, CellTimeoutError, "timed out", "1", cell, "'aldrig'", execution_timeout=1)
    assert time.monotonic() - begun < 30
    assert [output["text"] for output in cells[1][2]] == ["i gang\n"] and cells[2][1] is None


@pytest.mark.parametrize("how", DEADLY)
def test_a_process_that_dies_is_a_dead_kernel_and_what_it_wrote_is_kept(folder, how):
    cells = stop(folder, DeadKernelError, None, "1", f"import os\nprint('så langt')\n{how}", "2")
    assert cells[1][2][0]["text"] == "så langt\n" and cells[2][4] == []


@pytest.mark.parametrize("cell", FLOODS)
def test_a_cell_that_floods_its_output_is_stopped_and_named(folder, cell):
    stop(folder, DeadKernelError, "Celle 1 skrev mere end", "1", cell)
    assert (folder / "ud.ipynb").stat().st_size < 200_000


LEFT = (
    "_ = subprocess.Popen(['sleep', '60'])",
    "_ = subprocess.Popen(['sleep', '60'], start_new_session=True)",
    "_ = subprocess.run(['sh', '-c', 'sleep 60 &'])",
)


@pytest.mark.parametrize("started", LEFT)
def test_a_process_that_outlives_its_notebook_is_ended_and_named(folder, started):
    cells = ("1", f"import subprocess\n{started}", "!echo videre")
    found = stop(folder, DeadKernelError, "Notebooken efterlod en proces: sleep", *cells)
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "60"]]
    assert found[-1][2][0]["text"].startswith("videre")


def test_a_process_that_a_notebook_ends_itself_is_no_fault(folder):
    cells = (
        "import subprocess, atexit\nbarn = subprocess.Popen(['sleep', '60'])",
        "andet = subprocess.Popen(['sleep', '60'])\natexit.register(andet.kill)",
        "barn.kill()",
    )
    run(write_code(folder / "pæn.ipynb", *cells), folder / "pæn-ud.ipynb", NAME)


LEAVE = """import os, random, sys, numpy, pandas
os.environ['SPOR'] = 'x'; os.chdir('/'); sys.path.append('spor'); pandas.spor = 1; spor = 1"""
LOOK = """import os, random, sys, numpy, pandas, threading
print('SPOR' in os.environ, os.getcwd() == '/', 'spor' in sys.path, hasattr(pandas, 'spor'),
      'spor' in globals(), '' in sys.path[:-1], threading.current_thread().name)
print(random.random(), numpy.random.random())"""


def test_nothing_is_left_from_one_notebook_to_the_next(folder):
    run(write_code(folder / "lad.ipynb", LEAVE), folder / "lad-ud.ipynb", NAME)
    look = write_code(folder / "se.ipynb", LOOK)
    made = [run(look, folder / "se-ud.ipynb", NAME) for _ in range(2)]
    said = [book.cells[0].outputs[0]["text"].splitlines() for book in made]
    assert [lines[0] for lines in said] == ["False False False False False True MainThread"] * 2
    assert not set(said[0][1].split()) & set(said[1][1].split()), "random numbers repeat"


def test_what_a_notebook_leaves_open_is_written_and_its_last_wishes_are_done(folder):
    source = (
        f"import atexit, os\nos.chdir({str(folder)!r})\n"
        "kept = open('åben.txt', 'w'); kept.write('alt')\n"
        "atexit.register(lambda: open('til sidst.txt', 'w').write('gjort'))"
    )
    run(write_code(folder / "åben.ipynb", source), folder / "åben-ud.ipynb", NAME)
    assert (folder / "åben.txt").read_text() == "alt"
    assert (folder / "til sidst.txt").read_text() == "gjort"


def test_a_script_without_a_guard_is_not_run_again_by_its_notebooks(folder):
    source = write_code(folder / "ny.ipynb", "1 + 1")
    script = folder / "uden_vagt.py"
    run_it = f"run({str(source)!r}, None, engine_name={NAME!r}, progress_bar=False)"
    text = f"from papermill import execute_notebook as run\nprint('begynder')\n{run_it}\n"
    script.write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "begynder\n"


def is_running(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [KILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_is_left_when_papermill_is_killed(folder, number):
    cell = "import subprocess\nsubprocess.Popen(['sleep', '99'])\n"
    cell += "open('begyndt', 'w').close()\nwhile True: pass"
    source = write_code(folder / "evig2.ipynb", cell)
    (folder / "begyndt").unlink(missing_ok=True)
    command = [sys.executable, "-m", "papermill", "--engine", NAME, "--no-progress-bar"]
    process = start([*command, str(source), "ud.ipynb"], folder)
    try:
        assert wait_until((folder / "begyndt").exists)
        left = psutil.Process(process.pid).children(recursive=True)
        assert len(left) >= 3
        process.send_signal(number)
        process.communicate(timeout=30)
        assert wait_until(lambda: not any(map(is_running, left)), 10)
    finally:
        process.kill()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_work_beside_what_fails_ends_and_is_cleared_away_before_the_error_is_told(error):
    done = []

    def work(fails):
        try:
            time.sleep(0.2 if fails else 0.5)
            if fails:
                raise error
        finally:
            done.append(fails)

    with pytest.raises(error):
        list(side_by_side(work, [True] + [False] * 20, 2))
    assert done[0] and 2 <= len(done) <= 3  # one may have begun before the error was seen
    assert list(side_by_side(str, [1], 1)) == ["1"], "the next is not held back"


def test_a_notebook_that_talks_to_its_kernel_or_asks_for_another_gets_a_kernel(folder, monkeypatch):
    needs = engine.NEEDS_KERNEL.search
    assert all(map(needs, ("import ipywidgets as widgets", "%gui qt", "x = input('?')")))
    assert not any(map(needs, ("import pandas", "inputs = (1)", "read_input(1)")))
    monkeypatch.setenv("SOCOK_ENGINE", "papermill")
    source = write_code(folder / "kerne.ipynb", "import os\nprint(os.getppid())")
    made = run(source, folder / "kerne-ud.ipynb", NAME)
    assert made.cells[0].outputs[0]["text"] == f"{os.getpid()}\n"
