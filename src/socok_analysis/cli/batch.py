"""`socok batch`: notebooks of the analyst's own, each with many parameter sets."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.cli.parser import Commands, add_command, find_root, warn
from socok_analysis.core.errors import UsageError

if TYPE_CHECKING:
    from socok_analysis.run.batch import Outcome

STEPS = 20
WIDTH = 160


def add_commands(commands: Commands) -> None:
    """Add the command to the parser."""
    text = "kør notebooks med mange sæt parametre, flere ad gangen"
    examples = """
        socok batch notebooks/partner.ipynb --set year=2018,2019 --set partner=sumak --out ud
        socok batch min.ipynb --params gitter.csv --out ud     en kørsel for hver række"""
    command = add_command(commands, "batch", run_batch, text, examples)
    add = command.add_argument
    add("notebooks", type=Path, nargs="+", metavar="NOTEBOOK")
    add(
        "--params",
        type=Path,
        metavar="FIL",
        help="en kørsel for hver række af en CSV eller hvert punkt i en YAML-liste",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAVN=VÆRDI,...",
        help="en kørsel for hver værdi; kan gentages",
    )
    add("--out", type=Path, required=True, metavar="MAPPE", help="mappen til resultaterne")
    add(
        "--input",
        type=Path,
        action="append",
        default=[],
        metavar="STI",
        help="alt, hvad notebooken læser (fil eller mappe): så køres der kun, når det er ændret",
    )
    add("--timeout", type=int, metavar="SEKUNDER", help="det længste, en celle må tage")
    add("--kernel", metavar="NAVN", help="kernen, der køres med, i stedet for notebookens egen")
    add("--scheduler", default="", metavar="ADRESSE", help="en Dask-scheduler, fx tcp://vært:8786")


def run_batch(options: argparse.Namespace) -> int:
    """Run the batch, show its failures and return the gravest exit code."""
    from socok_analysis.run import batch

    notebooks = [path.resolve() for path in options.notebooks]
    root, out = find_project_of(options, notebooks), options.out.resolve()
    inputs = [Path(os.path.abspath(path)) for path in options.input]  # noqa: PTH100
    sets, how = (options.params, options.set), (options.kernel, options.timeout)
    tasks = batch.plan_tasks(notebooks, *sets, out, root, inputs, *how)
    out.mkdir(parents=True, exist_ok=True)
    to_run = [task for task in tasks if options.force or not task.is_done()]
    failures: list[Outcome] = []
    with follow(len(to_run), options.quiet) as done:
        for outcome in batch.run_batch(to_run, options.jobs, options.scheduler):
            done()
            failures += [outcome] if outcome.error else []
    table = batch.write_failures(out, failures)
    made, kept = len(to_run) - len(failures), len(tasks) - len(to_run)
    tell(options, made, kept, failures, table)
    return max((failure.exit_code for failure in failures), default=0)


def find_project_of(options: argparse.Namespace, notebooks: Sequence[Path]) -> Path | None:
    """Return the project the notebooks lie in, None where they lie in none."""
    from socok_analysis.core.year import find_project
    from socok_analysis.run.notebooks import keep_inside

    try:
        root = find_root(options) if options.project else find_project(notebooks[0].parent)
    except UsageError:
        if options.project:
            raise
        return None
    keep_inside(root)
    return root


@contextmanager
def follow(total: int, is_quiet: bool) -> Iterator[Callable[[], None]]:
    """Yield what is told of each outcome: a bar on a terminal, now and then a line elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    show = not is_quiet and console.is_terminal
    with Progress(*columns, console=console, disable=not show) as progress:
        bar = progress.add_task("", total=total)
        count = 0

        def done() -> None:
            nonlocal count
            count += 1
            progress.advance(bar)
            is_step = count == total or count % max(1, total // STEPS) == 0
            if is_step and not (is_quiet or show):
                warn(f"{count} af {total} notebooks er kørt")

        yield done


def tell(
    options: argparse.Namespace,
    made: int,
    kept: int,
    failures: Sequence[Outcome],
    table: Path | None,
) -> None:
    """Tell what was made, what stood already, and what failed."""
    if failures:
        show_failures(failures)
    if not options.quiet:
        print(f"{made} kørt, {kept} uændret, {len(failures)} fejlet. Resultater: {options.out}")
    if table:
        warn(f"Fejlene står også i {table}.")


def show_failures(failures: Sequence[Outcome]) -> None:
    """Show the failures as one table."""
    from rich.console import Console
    from rich.table import Table

    shown = Table("år", "notebook", "parametre", "celle", "fejl", "gemt", title="Fejlede notebooks")
    for failure in failures:
        shown.add_row(*(escape(value) for value in failure.as_row().values()))
    console = Console(stderr=True)
    width = None if console.is_terminal else WIDTH
    Console(stderr=True, width=width).print(shown)


def escape(value: object) -> str:
    """Return a cell's text without rich taking brackets in it for markup."""
    from rich.markup import escape as escape_markup

    return escape_markup(str(value))
