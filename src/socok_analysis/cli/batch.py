"""`socok batch`: notebooks of the analyst's own, each with many parameter sets."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from socok_analysis.cli.parser import Answer, Say, find_root, warn
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import find_project
from socok_analysis.run import batch
from socok_analysis.run.notebooks import get_ready

WIDTH = 160
HEADINGS = ("år", "notebook", "parametre", "celle", "fejl", "gemt")


def run_batch(options: Namespace, say: Say) -> Answer:
    """Run the batch, show its failures and return the gravest exit code."""
    notebooks = [path.resolve() for path in options.notebooks]
    root, out = find_project_of(options, notebooks), options.out.resolve()
    inputs = [Path(os.path.abspath(path)) for path in options.input]  # noqa: PTH100
    sets, how = (options.params, options.set), (options.kernel, options.timeout)
    tasks = batch.plan_tasks(notebooks, *sets, out, root, inputs, *how)
    out.mkdir(parents=True, exist_ok=True)
    to_run = [task for task in tasks if options.force or not task.is_done()]
    failures = list[batch.Outcome]()
    say("kører 1 notebook" if len(to_run) == 1 else f"kører {len(to_run)} notebooks")
    outcomes = batch.run_batch(to_run, options.jobs, options.scheduler)
    for count, outcome in enumerate(outcomes, 1):
        say(f"notebooks {count} af {len(to_run)}: {outcome.saved.name}")
        failures += [outcome] if outcome.error else []
    if failures:
        shown = Table(*HEADINGS, title="Fejlede notebooks")
        for failure in failures:
            shown.add_row(*(escape(str(value)) for value in failure.as_row().values()))
        console = Console(stderr=True)
        Console(stderr=True, width=None if console.is_terminal else WIDTH).print(shown)
    if table := batch.write_failures(out, failures):
        warn(f"Fejlene står også i {table}.")
    made, kept = len(to_run) - len(failures), len(tasks) - len(to_run)
    told = f"{made} kørt, {kept} uændret, {len(failures)} fejlet. Resultater: {options.out}"
    code = max((failure.exit_code for failure in failures), default=0)
    return code, "" if options.quiet else told


def find_project_of(options: Namespace, notebooks: Sequence[Path]) -> Path | None:
    """Return the project the notebooks lie in, None where they lie in none."""
    try:
        root = find_root(options) if options.project else find_project(notebooks[0].parent)
    except UsageError:
        if options.project:
            raise
        return None
    get_ready(root)
    return root
