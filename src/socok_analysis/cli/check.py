"""`socok check`: what is left to do before a year's report can be made, and what is installed.

Each step gathers the problems that belong to it from the very code that makes the report; nothing
is checked in another way here. A step that needs an earlier one waits for it.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import sys
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

from packaging.requirements import Requirement

from socok_analysis.checks.declaration import find_check
from socok_analysis.checks.deviations import FILE as DEVIATIONS
from socok_analysis.cli.parser import Answer, Say, find_root
from socok_analysis.core.folders import read_manifest
from socok_analysis.core.problems import (
    DataError,
    MissingError,
    Problem,
    UsageError,
    count_problems,
    describe_group,
    group_problems,
    has_errors,
    sort_problems,
)
from socok_analysis.core.year import Year, check_year_exists, raw_dir, read_year
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.public import REASONS, read_public
from socok_analysis.figures.figure import to_json
from socok_analysis.intake.people import key_path, read_key
from socok_analysis.publish.documents import find_fonts
from socok_analysis.publish.project import PublishError, find_pandoc, find_quarto, read_version
from socok_analysis.run.build import plan_pages, prepare_year
from socok_analysis.run.make import find_faults, find_gaps
from socok_analysis.run.notebooks import read_notebook, read_purpose

State = Literal["ready", "note", "todo", "waiting"]
WORDS: dict[State, str] = {"todo": "", "note": "kan vente: ", "waiting": "venter: ", "ready": ""}
# In the order to work down; a problem belongs to the step that `name_step` says.
STEPS = ("year.toml", "Kort og kodelister", "Tidligere år", "Udtræk", "Kontroller")
STARTS = {"year_toml.": STEPS[0], "earlier_year.": STEPS[2]}
TEXTS, PAGES, MACHINE, PROTECTION = "Tekster", "Sider", "Computeren", "Beskyttelse af få personer"
OLD = "undtagelser.csv"
OLD_SAID = "Listen bruges ikke mere: tal, der er trykt, står i offentliggjort.csv."
WAITING = "kan først ses, når udtrækkene er i orden"
MOST, MOST_NAMES, LONGEST = 5, 3, 40
LEAST_FREE_BYTES = 500_000_000
REINSTALL = "Kør “make report” igen, eller “pip install .” i projektets mappe."
IGNORED = (".socok", "data/processed", "_site")
SHOWING = ("page", "show_counts", "show_bars")
WRITING = ("page.text", "page.title")  # with a number computed in the call
WHY = {"library": "programmet", "installed": "det, der er installeret"}


class Step(NamedTuple):
    """One line of the checklist: what it is about, how it stands, and what was found."""

    subject: str
    state: State
    detail: str
    problems: tuple[Problem, ...] = ()


def run_check(options: Namespace, say: Say) -> Answer:
    """Tell the checklist: 0 where the report can be made, 1 where something is left to do.

    Return 3 where the machine itself lacks something. Without a year only the machine is looked at.
    """
    try:
        root: Path | None = find_root(options)
    except UsageError:
        if options.year is not None or options.project:
            raise
        root = None
    steps = check_all(root, options.year, options.edition, say)
    is_ready = all(step.state in ("ready", "note") for step in steps)
    code = 0 if is_ready else 3 if steps[0].subject == MACHINE else 1
    if options.format == "json":
        told = [
            {**s._asdict(), "problems": [describe_fields(p) for p in s.problems]} for s in steps
        ]
        facts = {"year": options.year, "edition": options.edition, "ready": is_ready}
        return code, to_json({**facts, "steps": told})
    most = None if options.all or options.year is None else MOST
    lines = [] if options.quiet and is_ready else describe_steps(steps, options.year, most)
    return code, "\n".join(lines)


def describe_fields(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON has it: what is proposed in words."""
    fields = {name: value for name, value in vars(problem).items() if name != "proposal"}
    return {**fields, "edit": problem.edit}


def check_all(root: Path | None, number: int | None, edition: Edition, say: Say) -> list[Step]:
    """Return the checklist of a year, what is to be done first; of the machine alone without a
    year, or where it lacks something.
    """
    machine = check_machine(root)
    if root is None or number is None or machine.state == "todo":
        return [machine]
    steps = [*check_year(root, number, edition, say), machine]
    return sorted(steps, key=lambda step: [*WORDS].index(step.state))


def check_year(root: Path, number: int, edition: Edition, say: Say) -> list[Step]:
    """Return the checklist of a year; raise UsageError where it has no folder.

    Making the year's tables is tried: what it gives reason to say is sorted into the steps.
    """
    check_year_exists(root, number)
    try:
        problems, has_tables = [*prepare_year(root, number, say=say).problems], True
    except DataError as error:
        problems = [*error.problems] or [Problem("error", "export", str(error))]
        has_tables = False
    if (raw_dir(root, number) / OLD).exists():
        problems.append(Problem("warning", "project.old", OLD_SAID, OLD, advice="Slet filen."))
    steps = [make_step(name, [p for p in problems if name_step(p) == name]) for name in STEPS]
    if not has_tables:
        steps[-1] = steps[-1]._replace(state="waiting", detail=WAITING)
    say(f"{number}: læser teksterne")
    year = None
    try:
        year = read_year(root, number) if has_tables else None
        told = [*(find_faults(year, edition) if year else find_gaps(root, number, edition))]
    except DataError as error:
        told = [*error.problems]
    texts = make_step(TEXTS, told)
    if gaps := sum(p.message.count("\n") for p in texts.problems if p.check == "text.gap"):
        places = "ét sted" if gaps == 1 else f"{gaps} steder"
        texts = texts._replace(detail=f"{places} mangler der tekst; {texts.detail}")
    elif texts.state == "ready" and not year:
        texts = Step(TEXTS, "waiting", f"skrevet; tallene i dem {WAITING}")
    pages = make_step(PAGES, [*find_page_faults(root)])
    if year and pages.state == "ready":
        pages = pages._replace(detail=tell_stale(year, edition))
    protection = [weigh_protection(year)] if year and edition == "public" else []
    return [*steps, texts, pages, *protection]


def make_step(name: str, problems: Sequence[Problem]) -> Step:
    """Return a step with what was found that is more than information, what is missing first."""
    told = [problem for problem in sort_problems(problems) if problem.severity != "info"]
    told.sort(key=lambda problem: problem.check != "export.missing")
    if not told:
        return Step(name, "ready", "i orden")
    files = Counter(problem.file.partition(" linje ")[0] for problem in told if problem.file)
    listed = ", ".join(f"{file} {count}" for file, count in files.most_common())
    detail = count_problems(told) + (f" ({listed})" if listed else "")
    return Step(name, "todo" if has_errors(told) else "note", detail, tuple(told))


def name_step(problem: Problem) -> str:
    """Return the step a problem belongs to; the exports get what is nobody else's."""
    if problem.check == "maps" and problem.file.startswith("maps/"):
        return STEPS[1]
    is_check = problem.file == DEVIATIONS or find_check(problem.check) is not None
    named = (step for start, step in STARTS.items() if problem.check.startswith(start))
    return next(named, STEPS[4] if is_check else STEPS[3])


def find_page_faults(root: Path) -> Iterator[Problem]:
    """Yield what will stop the pages of the notebooks, and cells that may show what no page can."""
    pages = dict[str, str]()
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        place, advice = f"notebooks/{path.name}", "Giv hver side sit eget navn."
        page, cells = str(read_purpose(path).get("page", "")), read_notebook(path).get("cells", ())
        if page and pages.setdefault(page, place) != place:
            text = f"Siden {page} laves også af {pages[page]}."
            yield Problem("error", "page.name", text, file=place, advice=advice)
        for number, cell in enumerate(cells if page else (), 1):
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and (text := find_output(source)):
                advice = "Vis optællinger med show_counts og søjler med show_bars."
                where = f"celle {number}"
                yield Problem("warning", "page.output", text, file=place, cell=where, advice=advice)


def find_output(source: str) -> str:
    """Return in words what a cell will show that no public page can; empty where it seems not."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return f"Cellen kan ikke læses som Python: linje {error.lineno}."
    last, shown = tree.body[-1] if tree.body else None, list[ast.AST]()
    if isinstance(last, ast.Expr) and not source.rstrip().endswith(";"):
        name = re.split(r"\W", ast.unparse(last), maxsplit=1)[0]
        shown = [] if isinstance(last.value, ast.Call) and name in SHOWING else [last]
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in calls:
        name, is_fixed = ast.unparse(call.func), all(isinstance(a, ast.Constant) for a in call.args)
        if name in ("print", "display", "plt.show") or (name in WRITING and not is_fixed):
            shown.append(call)
    return f"Cellen viser måske “{ast.unparse(shown[0])[:LONGEST]}”." if shown else ""


def tell_stale(year: Year, edition: Edition) -> str:
    """Return whether a year's pages will be made anew, and what has changed since."""
    pages = plan_pages(year, edition)
    if not pages.is_stale:
        return "alle er lavet, og intet er ændret"
    before = read_manifest(pages.path).get("inputs", {})
    known, files = before.get("files", {}), pages.files
    changed = [name for name in {**known, **files} if known.get(name) != files.get(name)]
    names = [name.rpartition("/")[2] for name in changed if "data/processed" not in name]
    names += [told for name, told in WHY.items() if before.get(name) != pages.inputs[name]]
    if not pages.is_all:
        names.append("en notebook, der læser mere end årets tabeller, køres hver gang")
    why = [*dict.fromkeys(names)] if before else ["de er ikke lavet før"]
    more = f" og {len(why) - MOST_NAMES} til" if len(why) > MOST_NAMES else ""
    return f"{len(pages.runs)} laves på ny: {', '.join(why[:MOST_NAMES])}{more}"


def weigh_protection(year: Year) -> Step:
    """Return what protection costs a year: what is not told by itself, why, and the way out."""
    public = read_public(year.processed_dir, year.year)
    reasons: dict[tuple[str, str], list[str]] = {}
    for name, each in public.withheld.items():
        if each.why != REASONS["internal"]:
            reasons.setdefault((each.why, each.way_out), []).append(name)
    told = [
        Problem("info", "disclosure", f"{', '.join(names)}: {why}", advice=way_out)
        for (why, way_out), names in reasons.items()
    ]
    hidden = [name for names in reasons.values() for name in names]
    headline = sum(name.count(".") == 2 and "success" in name for name in hidden)
    merged = sum("+" in name for name in public.figures)
    detail = f"{len(public.figures)} tal vises, {merged} af dem lagt sammen af små"
    if headline:
        detail += f"; {headline} af hovedtallene står fra før eller vises ikke"
    return Step(PROTECTION, "note" if headline else "ready", detail, tuple(told))


def check_machine(root: Path | None) -> Step:
    """Return the step of the machine: what is missing with what to do, or what is installed."""
    found = [*find_installation_faults(), *(find_folder_faults(root) if root else ())]
    if found:
        faults = [Problem("error", "machine", f"{what}.", advice=advice) for what, advice in found]
        return Step(MACHINE, "todo", "noget mangler", tuple(faults))
    program = find_quarto()
    quarto = read_version(program) if program else "ikke installeret (indbygget udgiver)"
    python = ".".join(map(str, sys.version_info[:3]))
    told = f"Python {python}, pandoc {read_version(find_pandoc())}, Quarto {quarto}"
    return Step(MACHINE, "ready", told)


def find_installation_faults() -> Iterator[tuple[str, str]]:
    """Yield packages that are absent or older than declared, programs that do not run; advice."""
    for needed in map(Requirement, metadata.requires("socok-analysis") or ()):
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            try:
                installed = metadata.version(needed.name)
            except metadata.PackageNotFoundError:
                yield f"Python-pakker: {needed.name} mangler", REINSTALL
                continue
            if not needed.specifier.contains(installed, prereleases=True):
                wanted = f"{installed} skal være {needed.specifier}"
                yield f"Python-pakker: {needed.name} {wanted}", REINSTALL
    program = find_quarto()
    needs: tuple[tuple[str, Callable[[], object], str], ...] = (
        ("pandoc: ikke fundet", find_pandoc, "Geninstallér pakken pypandoc_binary."),
        ("Skrifttyper: DejaVu Sans ikke fundet", find_fonts, "Geninstallér pakken matplotlib."),
        (
            f"Quarto: {program} kan ikke køres",
            lambda: program and read_version(program),
            "Geninstallér Quarto, eller brug --publisher embedded.",
        ),
    )
    for lacking, find, advice in needs:
        try:
            find()
        except (PublishError, OSError):
            yield lacking, advice


def find_folder_faults(root: Path) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the project's folder, and advice: rights, room, key, git."""
    try:
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        advice = "Flyt projektet til en mappe, du må skrive i."
        yield f"Projektets mappe: {root}: {error.strerror}", advice
    free = shutil.disk_usage(root).free
    if free < LEAST_FREE_BYTES:
        told = f"Plads på disken: {free // 1_000_000} MB ledig"
        yield told, "Frigør mindst en halv gigabyte."
    key = key_path(root)
    if key.exists() or any(root.glob("data/processed/*/manifest.json")):
        try:
            read_key(root)
        except MissingError as error:
            yield f"Personnøgle: {str(error).rstrip('.')}", ""
    if key.exists() and os.name == "posix" and key.stat().st_mode & 0o077:
        yield "Personnøgle: kan læses af andre", f"Andre kan læse {key}. Luk den: chmod 600."
    listed = root / ".gitignore"
    text = listed.read_text(encoding="utf-8") if listed.is_file() else ""
    missing = [name for name in IGNORED if name not in text]
    if (root / ".git").exists() and missing:
        advice = f"Skriv {', '.join(missing)} i .gitignore, før du gemmer noget i git."
        yield "git: noget fortroligt kan komme med i git", advice


def describe_steps(steps: Sequence[Step], year: int | None, most: int | None) -> Iterator[str]:
    """Yield the checklist line by line, what is to be done first, like problems once."""
    again = f"socok check {year or ''}".rstrip()
    told = [s for s in steps if s.state != "ready" or (most is None and s.problems)]
    for number, step in enumerate(told, 1):
        yield f"{number}. {step.subject}: {WORDS[step.state]}{step.detail}"
        groups = group_problems(step.problems)
        for group in groups[:most]:
            yield from (f"   {line}" for line in describe_group(group).splitlines())
        if most is not None and len(groups) > most:
            yield f"   ... og {len(groups) - most} slags mere (--all viser dem)"
        if any(problem.edit for problem in step.problems):
            yield f"   → socok fix {year} skriver de foreslåede linjer, når du siger ja."
    yield "I orden:"
    for step in steps:
        if step not in told:
            yield f"   {step.subject}" + (f": {step.detail}" if step.detail != "i orden" else "")
    ready = f"Alt er klar. Kør “socok report {year}”." if year else "Alt nødvendigt er på plads."
    todo = (f"Begynd med: {s.subject}. Kør så “{again}” igen." for s in told if s.state == "todo")
    yield f"\n{next(todo, ready)}"
