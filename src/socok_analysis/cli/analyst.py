"""The analyst's year: `socok new`, `check`, `fix`, and the door, which is `socok` alone.

A checklist has its problems from the very code that makes the report; nothing is checked anew here.
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
import sys
import webbrowser
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from socok_analysis.checks import findings as checked
from socok_analysis.cli import YES, Answer, Say, find_root
from socok_analysis.cli.commands import MADE_BY, run_release
from socok_analysis.core import folders, lists
from socok_analysis.core import problems as findings
from socok_analysis.core.danish import fold
from socok_analysis.core.problems import DataError, MissingError, Problem, Proposal, UsageError
from socok_analysis.core.year import Year, check_year_exists, list_years, processed_dir, raw_dir
from socok_analysis.disclosure import Edition, public
from socok_analysis.figures.figure import to_json
from socok_analysis.intake import corrections, maps, tables, tidy, view
from socok_analysis.publish.documents import find_fonts
from socok_analysis.publish.source import find_pandoc, find_quarto, read_version
from socok_analysis.run import build, make, template
from socok_analysis.run.faults import find_page_faults
from socok_analysis.run.prepare import list_releases
from socok_analysis.run.report import make_report

State = Literal["todo", "note", "ready"]
# In the order to work down; a problem belongs to the step that `_name_step` says.
STEPS = ("year.toml", "Kort og kodelister", "Tidligere år", "Udtræk", "Kontroller")
STARTS = {"year_toml": STEPS[0], "earlier_year": STEPS[2]}
TEXTS, PAGES, MACHINE, PROTECTION = "Tekster", "Sider", "Computeren", "Beskyttelse af få personer"
OLD, OLD_SAID = "undtagelser.csv", "Listen bruges ikke mere: trykte tal står i offentliggjort.csv."
READY = "i orden"
NO_YEARS = "Der er ingen år endnu. Lav det første: socok new ÅR"
MOST, LEAST_FREE = 5, 500_000_000

# What the cells of a proposal in parentheses ask.
TO_FILL = (*corrections.TO_FILL, *checked.TO_FILL, maps.TO_TELL, "(kode)")
ASKED = {gap: gap.strip("()") for gap in TO_FILL}
ASKED |= {f"({name})": question for name, question in maps.QUESTIONS.items()}


class Step(NamedTuple):
    """One line of the checklist: what it is about, how it stands, and what was found."""

    subject: str
    state: State
    detail: str
    problems: tuple[Problem, ...] = ()


def run_check(options: Namespace, say: Say) -> Answer:
    """Tell the checklist, without a year the machine's; 1 if not ready, 3 if the machine is not."""
    root, number = None, options.year
    try:
        root = find_root(options)
    except UsageError:
        if number is not None or options.project:
            raise
    code, steps = check_all(root, number, options.edition, say)
    if options.format == "json":
        told = [step._asdict() for step in steps]
        for step in told:
            step["problems"] = [vars(p) | {"proposal": p.edit} for p in step["problems"]]
        return code, to_json({"year": number, "ready": not code, "steps": told})
    most = None if options.all or number is None else MOST
    return code, "\n".join(describe_steps(steps, number, most))


def check_all(
    root: Path | None, number: int | None, edition: Edition, say: Say
) -> tuple[int, list[Step]]:
    """Return the exit code and the checklist, what is to be done first; the machine's if faulty."""
    steps = [check_machine(root)]
    if steps[0].state == "todo":
        return 3, steps
    if root and number:
        steps = [*check_year(root, number, edition, say), *steps]
        steps.sort(key=lambda step: ("todo", "note", "ready").index(step.state))
    return int(steps[0].state == "todo"), steps


def check_year(
    root: Path, number: int, edition: Edition, say: Say, force: bool = False
) -> Iterator[Step]:
    """Yield a year's checklist: making its tables is tried, and what is found sorted into steps."""
    check_year_exists(root, number)
    year, problems = None, list[Problem]()
    try:
        prepared = build.prepare_year(root, number, force=force, say=say)
        year, problems = prepared.year, [*prepared.problems]
    except DataError as error:
        problems += error.problems or [Problem("error", "export", str(error))]
    if (raw_dir(root, number) / OLD).exists():
        problems.append(Problem("warning", "project.old", OLD_SAID, OLD, advice="Slet filen."))
    for name in STEPS:
        own = [problem for problem in problems if _name_step(problem) == name]
        if own or year or name != STEPS[-1]:
            yield make_step(name, own)
    say(f"{number}: læser teksterne")
    texts, pages, stale = list[Problem](), [*find_page_faults(root)], READY
    try:
        stale = build.plan_pages(year, edition).tell_stale() if year else READY
        found = make.find_faults(year, edition) if year else make.find_gaps(root, number, edition)
        texts = [*found]
    except DataError as error:
        texts = [problem for problem in error.problems if problem not in problems]
    except MissingError as error:  # a notebook nobody can run
        pages.append(Problem("error", "page.run", str(error), "notebooks"))
        texts = make.find_gaps(root, number, edition)
    if year or texts:
        yield make_step(TEXTS, texts)
    yield make_step(PAGES, pages, stale)
    if year and edition == "public":
        yield weigh_protection(year)


def make_step(name: str, problems: Iterable[Problem], ready: str = READY) -> Step:
    """Return a step with what was found, what is missing first; its detail where nothing was."""
    told = [problem for problem in findings.sort_problems(problems) if problem.severity != "info"]
    told.sort(key=lambda problem: problem.check != "export.missing")
    if not told:
        return Step(name, "ready", ready)
    listed = findings.count_files(problem for problem in told if problem.file)
    detail = findings.count_problems(told) + (f" ({listed})" if listed else "")
    return Step(name, "todo" if findings.has_errors(told) else "note", detail, tuple(told))


def _name_step(problem: Problem) -> str:
    if problem.check == "maps" and problem.file.startswith("maps/"):
        return STEPS[1]
    is_check = problem.file == checked.FILE or problem.check in checked.read_checks()
    return STARTS.get(problem.check.partition(".")[0], STEPS[4 if is_check else 3])


def weigh_protection(year: Year) -> Step:
    """Return what protection costs a year: what is not told by itself, why, and the way out."""
    shown = public.read_public(year.processed_dir, year.year)
    known = (pair for pair in shown.withheld.items() if pair[1].why != public.REASONS["internal"])
    told = [Problem("info", "disclosure", w.why, cell=n, advice=w.way_out) for n, w in known]
    headline = sum(p.cell.count(".") == 2 and "success" in p.cell for p in told)
    merged = sum("+" in name for name in shown.figures)
    detail = f"{len(shown.figures)} tal vises, {merged} af dem lagt sammen af små"
    detail += f"; {headline} af hovedtallene står fra før eller vises ikke" if headline else ""
    return Step(PROTECTION, "note" if headline else "ready", detail, tuple(told))


def check_machine(root: Path | None) -> Step:
    """Return the step of the machine: what is missing with what to do, or what is installed."""
    faults, program, told = dict[str, str](), find_quarto(), f"Python {platform.python_version()}"
    try:
        find_fonts()
        told += f", pandoc {read_version(find_pandoc())}, Quarto "
        told += read_version(program) if program else "ikke installeret (indbygget udgiver)"
        if root:
            tables.read_key(root)
    except MissingError as error:
        faults[str(error)] = ""
    except OSError:
        advice = "Geninstallér Quarto, eller brug --publisher embedded."
        faults[f"Quarto: {program} kan ikke køres."] = advice
    key = tables.key_path(root) if root else None
    if key and key.exists() and os.name == "posix" and key.stat().st_mode & 0o077:
        faults["Personnøgle: kan læses af andre."] = f"Luk {key}: chmod 600."
    if root and shutil.disk_usage(root).free < LEAST_FREE:
        faults[findings.explain_os_error(OSError(errno.ENOSPC, "", str(root)))] = ""
    problems = (Problem("error", "machine", what, advice=way) for what, way in faults.items())
    return make_step(MACHINE, problems, told)


def describe_steps(steps: Sequence[Step], year: int | None, most: int | None) -> Iterator[str]:
    """Yield the checklist line by line, what is to be done first, like problems once."""
    told = [s for s in steps if s.state != "ready" or (most is None and s.problems)]
    for number, step in enumerate(told, 1):
        yield f"{number}. {step.subject}: {'kan vente: ' * (step.state == 'note')}{step.detail}"
        for text in findings.describe_groups(step.problems, most, " (--all viser dem)"):
            yield from (f"   {line}" for line in text.splitlines())
        if any(problem.proposal for problem in step.problems):
            yield f"   → socok fix {year} skriver de foreslåede linjer, når du siger ja."
    if len(told) < len(steps):
        yield "I orden:"
    for step in (step for step in steps if step not in told):
        yield f"   {step.subject}{f': {step.detail}' * (step.detail != READY)}"
    again = f"socok check {year or ''}".rstrip()
    ready = f"Alt er klar. Kør “socok report {year}”." if year else "Alt nødvendigt er på plads."
    todo = (f"Begynd med: {s.subject}. Kør så “{again}” igen." for s in told if s.state == "todo")
    yield f"\n{next(todo, ready)}"


def run_door(options: Namespace, say: Say) -> Answer:
    """Open what the newest year lacks, or make the report, open it and offer the next year."""
    root, following = find_root(options), date.today().year
    while list_years(root) or begin_year(root, options, following):
        number = list_years(root)[-1]
        code, steps = check_all(root, number, options.edition, say)
        if code:
            shown = [show(write_page(root, number, steps, say))] if code == 1 else []
            *told, _ = describe_steps(steps, number, 1)
            return code, "\n".join([*told, "\nRet det øverste først, gem, og start igen.", *shown])
        how = build.Options(options.edition, options.publisher, options.jobs, options.force)
        made = make_report(root, [], how, say)
        options.stop()
        print(f"{MADE_BY[made.publisher]}\n{show(made.site / 'index.html')}")
        offer_release(root, options, number, say)
        if not begin_year(root, options, number + 1):
            return 0, ""
    return 1, NO_YEARS


def show(page: Path) -> str:
    """Open a page in the browser, and tell where it lies."""
    link = page.as_uri()
    return f"{'Åbnet i browseren' if webbrowser.open(link) else 'Åbn selv i en browser'}: {link}"


def ask(options: Namespace, question: str) -> str:
    """Return what is answered; nothing where nobody can answer."""
    options.stop()
    return input(f"\n{question} ").strip() if sys.stdin and sys.stdin.isatty() else ""


def offer_release(root: Path, options: Namespace, number: int, say: Say) -> None:
    """Offer to keep a year's report as handed out, where none of it is."""
    if options.edition == "internal" or list_releases(root, [number]):
        return
    if ask(options, f"Er rapport {number} klar til at blive delt ud? (ja/nej)").lower() in YES:
        facts = {"year": number, "because": "", "as_of": None}
        facts["approved_by"] = ask(options, "Hvem har godkendt den?")
        print(run_release(Namespace(**(vars(options) | facts)), say)[1])


def begin_year(root: Path, options: Namespace, number: int) -> bool:
    """Offer to make the folder of a year; tell whether it was made."""
    told = f"Begynd på rapport {number}? Skriv årstallet, eller tryk Enter for nej:"
    answer = ask(options, told).lower()
    if is_wanted := answer.isdigit() or answer in YES:
        template.add_year(root, int(answer) if answer.isdigit() else number)
    return is_wanted


def write_page(root: Path, number: int, steps: Sequence[Step], say: Say) -> Path:
    """Write the page of a year's checklist beside its tables, and return it."""
    say(f"{number}: viser arkene")
    problems = [problem for step in steps for problem in step.problems]
    try:
        year = tidy.tidy_year(root, number)
        accounts, sheets = year.accounts, year.sheets
        problems += year.problems
    except DataError:
        accounts, sheets = (*tidy.account_unread(raw_dir(root, number)),), ()
    page = processed_dir(root, number) / view.FILE
    text = view.render_overview(number, [*dict.fromkeys(problems)], accounts, sheets, steps)
    page.write_text(text, encoding="utf-8", newline="\n")
    return page.resolve()


def run_fix(options: Namespace, say: Say) -> Answer:
    """Write what problems with a word asked for propose, until nothing new is; 1 if not all was."""
    root = find_root(options)
    years = [options.year] if options.year else list_years(root)
    if not years:
        raise UsageError(NO_YEARS)
    number, seen, answers = years[-1], set[tuple[Problem, ...]](), list[bool]()
    words = [*map(fold, options.what)] or [""]
    while True:
        alike = dict[Proposal | None, tuple[Problem, ...]]()
        for step in check_year(root, number, options.edition, say, force=True):  # stored: words
            for problem in (each for each in step.problems if each.proposal):
                alike[problem.proposal] = (*alike.get(problem.proposal, ()), problem)
        # two new codes may ask for the same: one by one
        found = [group for group in alike.values() if group not in seen]
        seen |= {*found}
        texts = [(first, fold(findings.describe_group([first]))) for first, *_ in found]
        wanted = [p for p, text in texts if any(word in text for word in words)]
        if not wanted:
            break
        options.stop()
        with folders.lock_project(root, "socok fix", say):
            answers += [offer(problem, root, number) for problem in wanted]
    if not answers:
        about = f" om {', '.join(options.what)}" if options.what else ""
        return 2 if about else 0, f"Ingen besked{about} foreslår en linje, der kan skrives."
    written, left = answers.count(True), answers.count(False)
    return int(left > 0), f"Skrevet: {written}, ikke skrevet: {left}. Kør “socok check {number}”."


def offer(problem: Problem, root: Path, number: int) -> bool:
    """Show a problem's proposal, or next the other one, and ask; tell whether it was written."""
    if not (proposal := problem.proposal):
        return False
    print(f"\n{findings.describe_group([problem])}")
    home = raw_dir(root, number)
    path = (home.parent if "/" in proposal.file else home) / proposal.file
    try:
        proposal = replace(proposal, cells=tuple(map(_ask, proposal.cells)))
        print(f"→ {path.relative_to(root).as_posix()}: {proposal.line}")
        if input("Skriv den? (ja/nej) ").strip().lower() not in YES:
            message = f"“{proposal.cells[0]}” som en ny kode."
            other = replace(problem, message=message, advice="", proposal=proposal.otherwise)
            return offer(other, root, number)
        write_safely(proposal, path, root, number)
    except findings.SocokError as error:
        told = [p.message for p in getattr(error, "problems", ())] or [str(error)]
        print(f"Ikke skrevet: {' '.join(told)}", file=sys.stderr)
        return False
    print("Skrevet.")
    return True


def _ask(cell: str) -> str:
    """Return a cell, or the answer to what it asks; raise UsageError where there is none."""
    if cell not in ASKED:
        return cell
    default = date.today().isoformat() if cell.startswith("(dato") else ""
    answer = input(f"  {ASKED[cell]}{f' [{default}]' if default else ''}: ").strip() or default
    if not answer and "tom)" not in ASKED[cell]:
        raise UsageError(f"{cell.strip('()')} mangler.")
    return answer


def write_safely(proposal: Proposal, path: Path, root: Path, number: int) -> None:
    """Write a proposal as its file is written; DataError, and undone, where it is refused."""
    there = path.read_bytes() if path.exists() else b""
    try:
        text = lists.add_to_list(there.decode(), proposal, template.OWN.get(path.name, ()))
    except UnicodeDecodeError as error:
        told = f"{path.name} er ikke gemt som UTF-8. Gem den sådan, og prøv igen."
        raise DataError(told) from error
    before = _find_faults(root, number)
    folders.replace_file(path, text.encode())
    if faults := [problem for problem in _find_faults(root, number) if problem not in before]:
        folders.replace_file(path, there)
        raise DataError(f"{path.name} kunne ikke læses med linjen.", faults)


def _find_faults(root: Path, number: int) -> list[Problem]:
    """Return what is wrong with the files that lines are written in."""
    folder = raw_dir(root, number)
    found = [*checked.read_deviations(folder)[1], *corrections.read_corrections(folder)[1]]
    try:
        maps.read_maps(root, number)
    except DataError as error:
        found += error.problems
    return found


def run_new(options: Namespace, say: Say) -> Answer:
    """Make a new year's folder, a new project or a page, and tell what to do next."""
    year, page, name = options.year, options.page, options.municipality
    if bool(name) != bool(options.out):
        raise UsageError("--municipality og --out hører sammen: kommunens navn og en ny mappe.")
    if bool(year or name) == bool(page):
        raise UsageError("Skriv et årstal eller en side: socok new 2020, socok new --page NAVN.")
    if page:
        told = f"Siden {template.add_page(find_root(options), page)} er lavet. Ret den i Jupyter."
        return 0, f"{told}\n“socok check” siger, hvad der standser den."
    root = template.make_project(options.out.resolve(), name) if name else find_root(options)
    told = ""
    if name:
        told = f"Projektet {root} er lavet. Ret kort og kodelister i {root / template.MAPS}.\n"
        told += f"Vejledningen ligger i {root / 'docs' / 'vejledning'}.\n"
    if not year:
        return 0, f"{told}Gå til mappen, og lav det første år: socok new ÅR"
    told += f"Mappen {template.add_year(root, year)} er lavet. Begynd med datoerne i {STEPS[0]}.\n"
    return 0, f"{told}Kør “socok check {year}”: den siger, hvad der stadig mangler."
