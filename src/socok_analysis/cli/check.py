"""`socok check`: what is left to do before a year's report can be made, and what is installed.

Each step gathers the problems that belong to it from the very code that makes the report; nothing
is checked in another way here. A step that needs an earlier one waits for it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from socok_analysis.cli.parser import (
    Commands,
    Say,
    add_command,
    add_format,
    add_year,
    find_root,
    speaking,
    write_json,
)
from socok_analysis.core.errors import DataError, UsageError

if TYPE_CHECKING:
    from socok_analysis.core.problems import Problem
    from socok_analysis.core.year import Year
    from socok_analysis.disclosure import Edition

State = Literal["ready", "note", "todo", "waiting"]
MARKS: dict[State, str] = {"ready": "[x]", "note": "[x]", "todo": "[ ]", "waiting": "[-]"}
# In the order to work down; a problem belongs to the step that `name_step` says.
STEPS = ("year.toml", "Kort og kodelister", "Tidligere år", "Udtræk", "Kontroller")
STARTS = {"year_toml.": STEPS[0], "earlier_year.": STEPS[2]}
TEXTS, MACHINE, PROTECTION = "Tekster", "Computeren", "Beskyttelse af få personer"
OLD = "undtagelser.csv"
OLD_SAID = "Listen bruges ikke mere: tal, der er trykt, står i offentliggjort.csv."
MOST = 5
LEAST_FREE_BYTES = 500_000_000
REINSTALL = "Kør “make report” igen, eller “pip install .” i projektets mappe."


class Step(NamedTuple):
    """One line of the checklist: what it is about, how it stands, and what was found."""

    subject: str
    state: State
    detail: str
    problems: tuple[Problem, ...] = ()


def add_commands(commands: Commands) -> None:
    """Add the command to the parser."""
    text = "er årets mappe klar til en rapport? en tjekliste, det vigtigste først"
    examples = """
        socok check 2020                       hvad der mangler, det vigtigste først
        socok check                            kun hvad der er installeret
        socok check 2020 --edition internal    også de tekster, der må mangle"""
    command = add_command(commands, "check", run_check, text, examples)
    add_year(command, nargs="?")
    add_format(command, "json")
    command.add_argument("--all", action="store_true", help="vis alle fund, ikke kun de første")


def run_check(options: argparse.Namespace) -> int:
    """Print the checklist: 0 where the report can be made, 1 where something is left to do.

    Return 3 where the machine itself lacks something. Without a year only the machine is looked at.
    """
    try:
        root: Path | None = find_root(options)
    except UsageError:
        if options.year is not None or options.project:
            raise
        root = None
    steps: list[Step] = []
    if root and options.year is not None:
        with speaking(options) as say:
            steps = check_year(root, options.year, options.edition, say)
    machine = check_machine(root)
    steps.append(machine)
    is_ready = all(step.state in ("ready", "note") for step in steps)
    if options.format == "json":
        facts = {"year": options.year, "edition": options.edition, "ready": is_ready}
        problems = ([vars(problem) for problem in step.problems] for step in steps)
        told = [{**s._asdict(), "problems": p} for s, p in zip(steps, problems, strict=True)]
        write_json({**facts, "steps": told})
    elif not (options.quiet and is_ready):
        most = None if options.all or options.year is None else MOST
        print("\n".join(describe_steps(steps, options.year, most)))
    return 3 if machine.state == "todo" else 0 if is_ready else 1


def check_year(root: Path, number: int, edition: Edition, say: Say) -> list[Step]:
    """Return the checklist of a year; raise UsageError where it has no folder.

    Making the year's tables is tried: what it gives reason to say is sorted into the steps.
    """
    from socok_analysis.core.problems import Problem, count_problems, has_errors, sort_problems
    from socok_analysis.core.year import check_year_exists, raw_dir, read_year
    from socok_analysis.run.build import prepare_year
    from socok_analysis.run.edition import find_faults, find_gaps

    check_year_exists(root, number)
    problems: Sequence[Problem]
    try:
        problems, has_tables = prepare_year(root, number, say=say).problems, True
    except DataError as error:
        problems = error.problems or (Problem("error", "export", str(error)),)
        has_tables = False
    if (raw_dir(root, number) / OLD).exists():
        facts = {"file": OLD, "advice": "Slet filen."}
        problems = [*problems, Problem("warning", "project.old", OLD_SAID, **facts)]

    def make_step(name: str, own: Sequence[Problem]) -> Step:
        told = [problem for problem in sort_problems(own) if problem.severity != "info"]
        told.sort(key=lambda problem: problem.check != "export.missing")
        if name == "Kontroller" and not has_tables:
            return Step(name, "waiting", "kan først ses, når udtrækkene er i orden", tuple(told))
        if not told:
            return Step(name, "ready", "i orden")
        named = (problem.file.partition(" linje ")[0] for problem in told)
        files = Counter(file for file in named if file).most_common()
        listed = ", ".join(f"{file} {count}" for file, count in files)
        detail = f"{count_problems(told)} ({listed})" if listed else count_problems(told)
        return Step(name, "todo" if has_errors(told) else "note", detail, tuple(told))

    steps = [make_step(name, [p for p in problems if name_step(p) == name]) for name in STEPS]
    try:
        year = read_year(root, number) if has_tables else None
        told = list(find_faults(year, edition) if year else find_gaps(root, number, edition))
    except DataError as error:
        told = list(error.problems)
    texts = make_step(TEXTS, told)
    gaps = sum(p.message.count("\n") for p in texts.problems if p.check == "text.gap")
    if texts.state == "ready" and not has_tables:
        detail = "skrevet; tallene i dem kan først ses, når udtrækkene er i orden"
        texts = Step(TEXTS, "waiting", detail)
    elif gaps:
        places = "ét sted" if gaps == 1 else f"{gaps} steder"
        texts = texts._replace(detail=f"{places} mangler der tekst; {texts.detail}")
    return [*steps, texts, *([weigh_protection(year)] if year and edition == "public" else [])]


def weigh_protection(year: Year) -> Step:
    """Return what protection costs a year: what is not told by itself, why, and the way out."""
    from socok_analysis.core.problems import Problem
    from socok_analysis.disclosure.public import REASONS, read_public

    public = read_public(year.processed_dir, year.year)
    reasons: dict[tuple[str, str], list[str]] = {}
    for name, each in public.withheld.items():
        if each.why != REASONS["internal"]:
            reasons.setdefault((each.why, each.way_out), []).append(name)
    told = [
        Problem("info", "disclosure", f"{', '.join(names)}: {why}", advice=way_out)
        for (why, way_out), names in reasons.items()
    ]
    headline = [
        n for names in reasons.values() for n in names if n.count(".") == 2 and "success" in n
    ]
    merged = sum("+" in name for name in public.figures)
    detail = f"{len(public.figures)} tal vises, {merged} af dem lagt sammen af små"
    if headline:
        detail += f"; {len(headline)} af hovedtallene står fra før eller vises ikke"
    return Step(PROTECTION, "note" if headline else "ready", detail, tuple(told))


def name_step(problem: Problem) -> str:
    """Return the step a problem belongs to; the exports get what is nobody else's."""
    from socok_analysis.checks.declaration import find_check
    from socok_analysis.checks.deviations import FILE

    if problem.check == "maps" and problem.file.startswith("maps/"):
        return STEPS[1]
    is_check = problem.file == FILE or find_check(problem.check) is not None
    named = (step for start, step in STARTS.items() if problem.check.startswith(start))
    return next(named, STEPS[4] if is_check else STEPS[3])


def check_machine(root: Path | None) -> Step:
    """Return the step of the machine: what is missing with what to do, or what is installed."""
    from socok_analysis.publish.pandoc import read_pandoc_version
    from socok_analysis.publish.quarto import find_quarto, read_quarto_version

    faults = [*find_installation_faults(), *(find_folder_faults(root) if root else ())]
    if faults:
        return Step(MACHINE, "todo", "noget mangler", tuple(faults))
    program = find_quarto()
    quarto = read_quarto_version(program) if program else "ikke installeret"
    python = ".".join(map(str, sys.version_info[:3]))
    detail = f"Python {python}, pandoc {read_pandoc_version()}, Quarto {quarto}"
    return Step(MACHINE, "ready", detail if program else f"{detail} (indbygget udgiver)")


def fault(subject: str, detail: str, advice: str) -> Problem:
    """Return the error for something the machine or the project's folder lacks."""
    from socok_analysis.core.problems import Problem

    return Problem("error", "machine", f"{subject}: {detail}.", advice=advice)


def find_installation_faults() -> Iterator[Problem]:
    """Yield packages that are absent or older than declared, and programs that do not run."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    from socok_analysis.publish.documents import find_fonts
    from socok_analysis.publish.pandoc import PublishError, find_pandoc
    from socok_analysis.publish.quarto import find_quarto, read_quarto_version

    for needed in map(Requirement, requires("socok-analysis") or ()):
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            try:
                installed = version(needed.name)
            except PackageNotFoundError:
                yield fault("Python-pakker", f"{needed.name} mangler", REINSTALL)
                continue
            if not needed.specifier.contains(installed, prereleases=True):
                detail = f"{needed.name} {installed} skal være {needed.specifier}"
                yield fault("Python-pakker", detail, REINSTALL)
    program = find_quarto()
    pandoc = "Uden pandoc kan intet udgives. Geninstallér pakken pypandoc_binary."
    fonts = "PDF'en mangler tegn. Geninstallér pakken matplotlib."
    quarto = "Geninstallér Quarto, eller brug --publisher embedded."
    needs: list[tuple[Callable[[], object], str, str, str]] = [
        (find_pandoc, "pandoc", "ikke fundet", pandoc),
        (find_fonts, "Skrifttyper", "DejaVu Sans ikke fundet", fonts),
        (
            lambda: program and read_quarto_version(program),
            "Quarto",
            f"{program} kan ikke køres",
            quarto,
        ),
    ]
    for find, *told in needs:
        try:
            find()
        except (PublishError, OSError):
            yield fault(*told)


def find_folder_faults(root: Path) -> Iterator[Problem]:
    """Yield what is wrong with the project's folder: rights, room, the person key, git."""
    import shutil
    import tempfile

    from socok_analysis.intake.people import key_path

    try:
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        advice = "Flyt projektet til en mappe, du må skrive i."
        yield fault("Projektets mappe", f"{root}: {error.strerror}", advice)
    free = shutil.disk_usage(root).free
    if free < LEAST_FREE_BYTES:
        detail = f"{free // 1_000_000} MB ledig"
        yield fault("Plads på disken", detail, "Frigør mindst en halv gigabyte.")
    key = key_path(root)
    if key.exists() and os.name == "posix" and key.stat().st_mode & 0o077:
        advice = f"Andre kan læse {key}. Luk den: chmod 600."
        yield fault("Personnøgle", "kan læses af andre", advice)
    listed = root / ".gitignore"
    text = listed.read_text(encoding="utf-8") if listed.is_file() else ""
    missing = [name for name in (".socok", "data/processed", "_site") if name not in text]
    if (root / ".git").exists() and missing:
        advice = f"Skriv {', '.join(missing)} i .gitignore, før du gemmer noget i git."
        yield fault("git", "noget fortroligt kan komme med i git", advice)


def describe_steps(steps: Sequence[Step], year: int | None, most: int | None) -> Iterator[str]:
    """Yield the checklist line by line, like problems once, and what to do next."""
    from socok_analysis.core.problems import (
        SEVERITY_DA,
        count_cells,
        describe_values,
        group_problems,
    )

    for number, step in enumerate(steps, 1):
        yield f"{MARKS[step.state]} {number}. {step.subject:<28}{step.detail}"
        groups = group_problems(step.problems)
        for first, *others in groups[:most]:
            kind = f"{SEVERITY_DA[first.severity].capitalize()} ({first.check})"
            more = f" (og {count_cells(len(others))} til)" if others else ""
            head, *rest = f"{first.place}{more}: {first.message}".removeprefix(": ").splitlines()
            yield f"      - {kind}: {head}"
            yield from (f"        {line}" for line in rest)
            told = (describe_values(first), first.advice, first.edit)
            yield from (f"        → {text}" for text in told if text)
        if most is not None and len(groups) > most:
            yield f"        ... og {len(groups) - most} slags mere (--all viser dem)"
    ready = f"Alt er klar. Kør “socok report {year}”." if year else "Alt nødvendigt er på plads."
    again = f"socok check {year or ''}".rstrip()
    todo = (f"Begynd med: {s.subject}. Kør så “{again}” igen." for s in steps if s.state == "todo")
    yield f"\n{next(todo, ready)}"
