"""Workbooks read beside each other are read as they are one by one."""

from pathlib import Path
from threading import Event, Thread

import pytest

from socok_analysis.intake import helpers, readers
from workbooks import as_cells, checks, course, job, make_project, tidy, write_book


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Four workbooks with texts of every kind; the third is damaged."""
    odd = [["\n", "_x001F__x001E_", "æøå"], [7, True, "=1+1"]]
    found = [
        write_book(tmp_path / f"{n}.xlsx", {"A": as_cells("jobs", [job(n), job(9)]), "Ø": odd})
        for n in range(1, 5)
    ]
    found[2].write_bytes(b"no workbook")
    return found


def describe(files):
    return [
        (
            [
                (sheet.name, {row: dict(cells) for row, cells in sheet.rows.items()}, sheet.traits)
                for sheet in file.sheets
            ],
            file.findings,
            file.problems,
        )
        for file in files
    ]


@pytest.fixture(params=["fork", "own Python"])
def way(request, monkeypatch) -> str:
    """How helpers are started, each way in turn."""
    monkeypatch.setattr(helpers, "can_fork", lambda: request.param == "fork")
    return request.param


@pytest.fixture
def own_python(monkeypatch) -> None:
    """Helpers are Pythons of their own."""
    monkeypatch.setattr(helpers, "can_fork", lambda: False)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("count", [2, 3])
def test_helpers_read_what_one_process_reads_and_in_the_same_order(paths, count):
    alone = [readers.read_file(path) for path in paths]
    shared = readers.read_shared({path: path.stat().st_size for path in paths}, count)
    assert describe(shared) == describe(alone) and len(alone[0].sheets[0].rows) == 3


@pytest.mark.usefixtures("own_python")
@pytest.mark.parametrize("serve", ["raise SystemExit(1)", "pass", "import no_such_module"])
def test_what_a_helper_does_not_manage_is_read_here(paths, monkeypatch, serve):
    monkeypatch.setattr(readers, "SERVE", serve)
    shared = readers.read_shared({path: path.stat().st_size for path in paths}, 2)
    assert describe(shared) == describe([readers.read_file(path) for path in paths])


@pytest.mark.usefixtures("own_python")
def test_where_no_helper_can_be_started_all_is_read_here(paths, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    shared = readers.read_shared({path: path.stat().st_size for path in paths}, 2)
    assert describe(shared) == describe([readers.read_file(path) for path in paths])


@pytest.mark.usefixtures("own_python")
def test_the_largest_are_read_first_and_each_once(paths, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    seen = []
    monkeypatch.setattr(readers, "read_file", lambda path: seen.append(path) or path)
    sizes = {path: size for path, size in zip(paths, (5, 9, 1, 7), strict=True)}
    assert readers.read_shared(sizes, 2) == paths
    assert seen == [paths[1], paths[3], paths[0], paths[2]]


@pytest.mark.usefixtures("own_python")
def test_a_helper_that_ends_amid_its_work_leaves_the_rest_to_this_process(paths, monkeypatch):
    stop = "import sys, pickle\nsys.stdin.buffer.readline()\nsys.stdout.buffer.write(b'\\x80\\x05')"
    monkeypatch.setattr(readers, "SERVE", stop)
    monkeypatch.setattr(readers, "read_queue", wait_for_helpers(readers.read_queue))
    shared = readers.read_shared({path: path.stat().st_size for path in paths}, 2)
    assert describe(shared) == describe([readers.read_file(path) for path in paths])


def wait_for_helpers(read_queue):
    """Return the reading of the queue that first leaves it all to the helpers."""
    calls = []

    def read(queue, found):
        if calls:
            read_queue(queue, found)
        calls.append(1)

    return read


@pytest.mark.usefixtures("way")
def test_helpers_alone_can_read_everything(paths, monkeypatch):
    monkeypatch.setattr(readers, "read_queue", wait_for_helpers(readers.read_queue))
    shared = readers.read_shared({path: path.stat().st_size for path in paths}, 3)
    assert describe(shared) == describe([readers.read_file(path) for path in paths])


def test_a_process_with_threads_is_not_forked():
    held, go = Event(), Event()
    thread = Thread(target=lambda: (held.set(), go.wait()))
    thread.start()
    held.wait()
    can_fork = helpers.can_fork()
    go.set()
    thread.join()
    assert not can_fork


def test_a_helper_that_is_ended_is_gone(way):
    helper = helpers.start_helper(len, "import sys; sys.stdin.read()")
    helper.end()
    with pytest.raises((OSError, ValueError)):
        helper.order("x")


@pytest.mark.usefixtures("way")
def test_a_year_read_by_helpers_is_the_year_read_alone(tmp_path, monkeypatch):
    root = make_project(tmp_path, courses=[course(Virksomhed="Sumakk")])
    alone = tidy(root)
    monkeypatch.setattr(readers, "SHARED_FROM", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    shared = tidy(root)
    assert shared.problems == alone.problems and checks(shared) == [("cell.enterprise", "H2")]
    assert all(shared.tables[name].equals(alone.tables[name]) for name in alone.tables)
