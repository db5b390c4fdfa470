"""Notebooks at several sizes: own work, the batch and papermill's command, turn about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import batches
from rows import Row, Run, add_up, show_table, take_median, take_turns, times_as
from timing import Measured

TITLE = "Notebooks with a table and three charts, two at a time"
TURNS = {10: 5, 50: 5, 100: 4, 1000: 2}
WITH_KERNELS = 50


def measure_notebooks(folder: Path, quick: bool, up_to: int) -> str:
    """Measure one notebook, then 10, 50 and 100."""
    notebook = batches.make_notebook(folder)
    one = take_turns(
        {
            "papermill": lambda: batches.run_papermill(notebook, range(1)),
            "engine": lambda: batches.run_engine_once(notebook),
        },
        2 if quick else 9,
    )
    rows = [
        Row("one notebook, `papermill`", one["papermill"]),
        Row(
            "one notebook, `papermill --engine socok-fork`",
            one["engine"],
            f"papermill {times_as(one['engine'], one['papermill'])} times as long",
            "at least 1",
        ),
    ]
    for count in (10,) if quick else (10, 50, 100):
        rows += compare_size(notebook, count, up_to)
    return show_table(TITLE, rows)


def measure_thousand(folder: Path, quick: bool, up_to: int) -> str:
    """Measure the largest batch, and beside it a tenth of it: does one cost as much, in both?"""
    notebook = batches.make_notebook(folder)
    count = 50 if quick else 1000
    tenth = take_turns({"batch": lambda: batches.run_batch(notebook, count // 10)}, 3)["batch"]
    rows = list(compare_size(notebook, count, up_to))
    whole = next(row.measured for row in rows if "socok batch" in row.what)
    growth = Measured(whole.seconds / count, whole.peak_mb - tenth.peak_mb)
    return show_table(
        f"{count} notebooks",
        [
            *rows,
            Row(f"{count // 10} notebooks again, `socok batch`", tenth),
            Row(
                f"each of {count} against each of {count // 10}; memory more",
                growth,
                f"{growth.seconds / tenth.seconds * (count // 10):.2f} times",
                "at most 1.1",
            ),
        ],
    )


def compare_size(notebook: Path, count: int, up_to: int) -> Iterator[Row]:
    """Measure one size in every way there is, turn about; papermill's share in each turn.

    papermill's command is a process a notebook, so its runs may stand between those of others, and
    of a large batch it may run some: each takes as long as the next.
    """
    turns, some = TURNS.get(count, 2), min(count, up_to)
    shares = [range(some * n // turns, some * (n + 1) // turns) for n in range(turns)]
    taken: dict[str, list[Measured]] = {}
    for share in shares:
        for name, run in list_ways(notebook, count, share).items():
            taken.setdefault(name, []).append(run())
    yield from show_ways(count, some, taken)


def list_ways(notebook: Path, count: int, share: range) -> dict[str, Run]:
    """Return the ways to run a size: whole runs, and papermill's share of the notebooks."""
    ways: dict[str, Run] = {
        "own": partial(batches.run_bare, notebook, count),
        "batch": partial(batches.run_batch, notebook, count),
    }
    if count == WITH_KERNELS:
        ways["kernels"] = partial(batches.run_batch, notebook, count, "kernel")
    if share:
        ways["papermill"] = partial(batches.run_papermill, notebook, share)
    return ways


def show_ways(count: int, some: int, taken: dict[str, list[Measured]]) -> Iterator[Row]:
    """Yield the rows of a size; where papermill's command ran only some of it, that is said."""
    own, batch = take_median(taken["own"]), take_median(taken["batch"])
    is_goal = count == WITH_KERNELS
    yield Row(f"{count} notebooks, own work only (`exec`)", own, describe(own, count))
    yield Row(
        f"{count} notebooks, `socok batch`",
        batch,
        f"{times_as(own, batch)} times own work; {describe(batch, count)}",
        "at most 1.4" if is_goal else "",
    )
    if "papermill" not in taken:
        yield Row(
            f"{count} notebooks, `papermill` one by one", Measured(float("nan"), 0), "not run"
        )
        return
    papermill = add_up(taken["papermill"])
    times = papermill.seconds / some / (batch.seconds / count)
    part = f", {some} of them" if some < count else ""
    yield Row(
        f"{count} notebooks, `papermill` one by one{part}",
        papermill,
        f"{times:.2f} times the batch a notebook; {describe(papermill, some)}",
        "at least 12" if is_goal else "",
    )
    if "kernels" in taken:
        kernels = take_median(taken["kernels"])
        yield Row(
            f"{count} notebooks, `socok batch` with kernels",
            kernels,
            f"papermill {times_as(kernels, papermill)} times as long",
            "at least 6",
        )


def describe(measured: Measured, count: int) -> str:
    """Return what each notebook took."""
    return f"{measured.seconds / count * 1000:.0f} ms each"
