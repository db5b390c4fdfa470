"""`python protect.py PARTNERS YEARS`: what protecting the newest of so many invented reports takes.

Prints seconds and CPU seconds of the rest of `tidy`, of the plan and of the attack.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import municipalities
from socok_analysis.core.year import read_year
from socok_analysis.disclosure.public import audit_years
from socok_analysis.run import prepare
from socok_analysis.run.build import prepare_year

SPENT = [0.0, 0.0]


def take(work: Callable[[], Any]) -> tuple[Any, list[float]]:
    """Return what something gives, and its seconds and CPU seconds."""
    begun = time.perf_counter(), time.process_time()
    made = work()
    ended = time.perf_counter(), time.process_time()
    return made, [end - start for start, end in zip(begun, ended, strict=True)]


def plan(*arguments: Any, whole: Callable[..., Any] = prepare.plan_public) -> Any:
    """Plan as the library does, and note what it takes."""
    made, SPENT[:] = take(lambda: whole(*arguments))
    return made


def main(partners: int, years: int) -> None:
    """Print what the three take."""
    municipalities.NAMES += [f"Sted {number}" for number in range(partners)]
    prepare.plan_public = plan
    with tempfile.TemporaryDirectory() as folder:
        made = municipalities.make_municipality(Path(folder) / "kommune", 5, years, partners)
        took = [take(lambda year=year: prepare_year(made.root, year))[1] for year in made.rows]
        rest = [all_ - own for all_, own in zip(took[-1], SPENT, strict=True)]
        chain = [read_year(made.root, year) for year in made.rows]
        attack = take(lambda: audit_years(chain))[1]
    print(*rest, *SPENT, *attack)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
