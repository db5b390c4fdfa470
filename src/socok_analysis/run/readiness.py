"""Whether a year's folder is ready for a report: a checklist in the order to work it down.

Each step gathers the problems that belong to it from the very code that makes the report; nothing
is checked in another way here. A step that needs an earlier one waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from socok_analysis.core.errors import DataError
from socok_analysis.core.problems import Problem, has_errors, sort_problems
from socok_analysis.core.year import check_year_exists
from socok_analysis.disclosure import Edition
from socok_analysis.run.build import Say, prepare_year, silent

State = Literal["ready", "note", "todo", "waiting"]
MAPS, EXCEPTIONS, EARLIER = "maps", "exceptions.", "earlier_year."
MISSING, GAP = "export.missing", "text.gap"


@dataclass(frozen=True)
class Step:
    """One line of the checklist: what it is about, how it stands, and what was found."""

    subject: str
    state: State
    detail: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Found:
    """What making the year's tables gave: its problems, and whether there are tables now."""

    problems: tuple[Problem, ...]
    has_tables: bool


def check_readiness(
    root: Path, number: int, edition: Edition = "public", say: Say = silent
) -> list[Step]:
    """Return the checklist of a year; raise UsageError where it has no folder."""
    check_year_exists(root, number)
    found = try_tables(root, number, say)
    sorted_in = {name: [p for p in found.problems if find_step(p) == name] for name in ORDER}
    steps = [make_step(name, sorted_in[name], found.has_tables) for name in ORDER]
    return [*steps, check_texts(root, number, edition, found), check_machine(root)]


def try_tables(root: Path, number: int, say: Say) -> Found:
    """Return what making the year's tables gives reason to say; nothing is raised for the data."""
    try:
        prepared = prepare_year(root, number, say=say)
    except DataError as error:
        return Found(tuple(error.problems) or (Problem("error", "export", str(error)),), False)
    exempted = check_exceptions(root, number)
    return Found((*prepared.problems, *exempted), True)


def check_exceptions(root: Path, number: int) -> list[Problem]:
    """Return an error for each declared exception that names no figure of the year."""
    from socok_analysis.core.year import processed_dir
    from socok_analysis.disclosure.rules import check_exempted, read_exempted
    from socok_analysis.figures.figure import read_figures

    figures = read_figures(processed_dir(root, number), number)
    return check_exempted(read_exempted(root, number)[0], figures)


def is_settings(problem: Problem) -> bool:
    """Tell whether a problem is one of `year.toml`."""
    return problem.check.startswith("year_toml.")


def is_maps(problem: Problem) -> bool:
    """Tell whether a problem is one of the header maps and code lists."""
    return problem.check == MAPS and problem.file.startswith("maps/")


def is_check(problem: Problem) -> bool:
    """Tell whether a problem is that figures or tables contradict each other."""
    from socok_analysis.checks.declaration import find_check
    from socok_analysis.checks.deviations import FILE

    return problem.file == FILE or find_check(problem.check) is not None


def always(_: Problem) -> bool:
    """Tell that a problem belongs: the exports get what is nobody else's."""
    return True


# In the order to work down; a problem belongs to the first step that `KINDS` gives it to.
ORDER = (
    "year.toml",
    "Kort og kodelister",
    "Tidligere år",
    "Udtræk",
    "Kontroller",
    "Undtagelser",
)
KINDS: dict[str, Callable[[Problem], bool]] = {
    "year.toml": is_settings,
    "Kort og kodelister": is_maps,
    "Tidligere år": lambda problem: problem.check.startswith(EARLIER),
    "Undtagelser": lambda problem: problem.check.startswith(EXCEPTIONS),
    "Kontroller": is_check,
    "Udtræk": always,
}
NEEDS_TABLES = ("Kontroller",)


def find_step(problem: Problem) -> str:
    """Return the step a problem belongs to."""
    return next(name for name, fits in KINDS.items() if fits(problem))


def make_step(name: str, problems: Sequence[Problem], has_tables: bool) -> Step:
    """Return a step with its problems: needed exports first, then errors before warnings."""
    told = [problem for problem in sort_problems(problems) if problem.severity != "info"]
    told.sort(key=lambda problem: problem.check != MISSING)
    if name in NEEDS_TABLES and not has_tables:
        return Step(name, "waiting", "kan først ses, når udtrækkene er i orden", tuple(told))
    if not told:
        return Step(name, "ready", "i orden")
    return Step(name, "todo" if has_errors(told) else "note", count_files(told), tuple(told))


def count_files(problems: Sequence[Problem]) -> str:
    """Return how many errors and warnings there are, and how many in which file."""
    from socok_analysis.core.problems import count_problems

    named = (problem.file.partition(" linje ")[0] for problem in problems)
    files = Counter(name for name in named if name)
    listed = ", ".join(f"{file} {count}" for file, count in files.most_common())
    return f"{count_problems(problems)} ({listed})" if listed else count_problems(problems)


def check_texts(root: Path, number: int, edition: Edition, found: Found) -> Step:
    """Return the step of the texts: gaps always, and what they claim where there are figures."""
    step = make_step("Tekster", list(find_texts(root, number, edition, found)), True)
    if step.state == "ready" and not found.has_tables:
        detail = "skrevet; tallene i dem kan først ses, når udtrækkene er i orden"
        return Step(step.subject, "waiting", detail)
    gaps = sum(p.message.count("\n") for p in step.problems if p.check == GAP)
    places = "ét sted" if gaps == 1 else f"{gaps} steder"
    return replace(step, detail=f"{places} mangler der tekst; {step.detail}") if gaps else step


def find_texts(root: Path, number: int, edition: Edition, found: Found) -> Iterator[Problem]:
    """Yield what is wrong with the texts, as far as it can be seen."""
    from socok_analysis.core.year import read_year
    from socok_analysis.run.texts import find_faults, find_gaps

    try:
        if found.has_tables:
            yield from find_faults(read_year(root, number), edition)
        else:
            yield from find_gaps(root, number, edition)
    except DataError as error:
        yield from error.problems


def check_machine(root: Path) -> Step:
    """Return the step of the machine: what `socok doctor` finds missing or worth a note."""
    from socok_analysis.run.doctor import examine

    told = [finding for finding in examine(root) if finding.state != "ok"]
    problems = tuple(
        Problem(
            "error" if f.state == "missing" else "info",
            "doctor",
            f"{f.subject}: {f.detail}.",
            advice=f.advice,
        )
        for f in told
    )
    is_missing = has_errors(problems)
    detail = "noget mangler: kør “socok doctor”" if is_missing else "i orden"
    return Step(
        "Computeren", "todo" if is_missing else "ready", detail, problems if is_missing else ()
    )


def is_ready(steps: Sequence[Step]) -> bool:
    """Tell whether the report can be made."""
    return all(step.state in ("ready", "note") for step in steps)
