"""The commands that make and tell; each imports its rooms when called: no change, no arrays."""

from __future__ import annotations

import os
import shutil
from argparse import Namespace
from dataclasses import replace
from datetime import date
from pathlib import Path

from socok_analysis.cli import Answer, Say, find_root, warn
from socok_analysis.core import problems as found
from socok_analysis.core.folders import read_manifest
from socok_analysis.core.problems import UsageError, read_problems
from socok_analysis.core.year import find_project, pages_dir
from socok_analysis.figures.figure import read_figures, to_json
from socok_analysis.run.build import Options, choose_years, prepare_year
from socok_analysis.run.moves import describe_run, read_made
from socok_analysis.run.report import make_report, prepare_pages

TOLD_INFOS = ("export.absent", "file.passed_over")
MADE_BY = {
    "": "Intet er ændret siden sidst.",
    "quarto": "Sitet er lavet med Quarto.",
    "embedded": "Sitet er lavet med den indbyggede udgiver (uden Quarto).",
}


def run_report(options: Namespace, say: Say) -> Answer:
    """Make the report; tell what was read, what moved, and where it lies."""
    root, out = find_root(options), options.out and options.out.resolve()
    facts = (options.edition, options.publisher, options.jobs, options.force, out, options.page)
    if options.no_site:
        prepare_pages(root, options.year, Options(*facts), say)
        return 0, ""
    before = {number: read_made(root, number) for number in choose_years(root, options.year)}
    report = make_report(root, options.year, Options(*facts), say)
    told = [describe_run(root, number, figures) for number, figures in before.items()]
    link = (report.site / "index.html").resolve().as_uri()
    return 0, "\n".join([*told, MADE_BY[report.publisher], f"Åbn {link}"])


def run_tidy(options: Namespace, say: Say) -> Answer:
    """Make a year's tables and tell what was found; 1 where figures contradict each other."""
    from socok_analysis.intake.tables import KIND_DA

    root, number = find_root(options), options.year
    before = read_made(root, number)
    prepared = prepare_year(root, number, force=options.force, say=say)
    folder, is_faulty = prepared.year.processed_dir, found.has_errors(prepared.problems)
    rows = read_manifest(folder)["rows"].items()
    lines = [f"{KIND_DA.get(name, 'afgangsårsager'):<22}{count:>7}" for name, count in rows]
    for problem in read_problems(folder):
        if problem.severity != "info" or problem.check in TOLD_INFOS:
            severity = found.SEVERITY_DA[problem.severity].capitalize()
            lines.append(": ".join(filter(None, (severity, problem.place, problem.message))))
    lines.append(f"Tabellerne er {'lavet' if prepared.is_new else 'uændrede'}: {folder}")
    if is_faulty:
        warn(f"Fejl i tallene standser den offentlige rapport. Se “socok check {number}”.")
    return int(is_faulty), "\n".join([*lines, describe_run(root, number, before)])


def run_figures(options: Namespace, say: Say) -> Answer:
    """Tell the figures of an edition, and on standard error what contradicts what."""
    from socok_analysis.disclosure.public import FOLDER
    from socok_analysis.show.markdown import format_figure, format_fraction

    prepared = prepare_year(find_root(options), options.year, force=options.force, say=say)
    if errors := [problem for problem in prepared.problems if problem.severity == "error"]:
        warn(found.describe_problems(errors))
    folder = prepared.year.processed_dir
    if options.edition == "internal":
        warn("Intern udgave: må ikke offentliggøres.")
    else:
        folder /= FOLDER
    if options.format != "table":
        return 0, (folder / f"figures.{options.format}").read_text(encoding="utf-8")
    lines = []
    for name, figure in read_figures(folder).items():
        of = f"({format_fraction(figure)})" if figure.numerator is not None else ""
        lines.append(f"{name:<46}{format_figure(figure):>12} {of:<14} {figure.label}".rstrip())
    return 0, "\n".join(lines)


def run_trace(options: Namespace, say: Say) -> Answer:
    """Tell the way back from one figure; with row numbers in the internal edition."""
    from socok_analysis.figures.ledger import trace_figure
    from socok_analysis.run.open import gather_evidence, make_page
    from socok_analysis.show import sources

    root = find_root(options)
    say(f"{options.year}: finder vejen tilbage")
    _, evidence = gather_evidence(root, options.year)
    page = make_page(root, options.year, options.edition)
    stem, _, last = options.figure.rpartition(".")
    told = page.find(options.figure) if "+" in last else None
    parts = [f"{stem}.{part}" for part in last.split("+")] if told else [options.figure]
    trace, *others = (trace_figure(part, evidence) for part in parts)
    if told:  # small groups told as one
        reasons = dict.fromkeys(r for each in (trace, *others) for r in each.reasons)
        trace = replace(trace, figure=told, formula="", reasons=(*reasons,), parents=(*parts,))
    if options.format == "json":
        return 0, to_json(sources.record_trace(trace, page))
    return 0, sources.describe_trace(trace, page)


def run_diff(options: Namespace, say: Say) -> Answer:
    """Tell what changed from one year's report to another's, the earlier first."""
    from socok_analysis.run.open import gather_evidence
    from socok_analysis.show import sources

    root, is_internal = find_root(options), options.edition == "internal"
    years = choose_years(root, options.year)
    if len(years) < 2:
        raise UsageError("Skriv to forskellige år.")
    say(f"sammenligner {years[0]} med {years[1]}")
    _, new = gather_evidence(root, *years, edition=options.edition)
    old = new.earlier or new
    if options.format == "json":
        return 0, to_json(sources.record_changes(old, new, is_internal))
    return 0, sources.describe_changes(old, new, is_internal)


def run_page(options: Namespace, say: Say) -> Answer:
    """Run a brief's notebook, write its page as PDF and Word, and tell where it lies."""
    from socok_analysis.run.make import make_brief
    from socok_analysis.run.open import check_day

    year = prepare_year(find_root(options), options.year, force=options.force, say=say).year
    notebook, of = "resume", str(options.year)
    parameters = {"year": options.year, "edition": options.edition}
    if options.command == "status":
        notebook, of = "status", options.as_of.isoformat()
        parameters["as_of"] = check_day(of, year).isoformat()
    name, out = f"{notebook}-{of}", options.out and options.out.resolve()
    say(f"skriver {name}")
    made = make_brief(year, notebook, name, parameters, out)
    return 0, "\n".join(map(str, made))


run_status = run_brief = run_page


def run_release(options: Namespace, say: Say) -> Answer:
    """Keep a public report or status as handed out, and tell what to look at once more."""
    from socok_analysis.disclosure.public import read_public
    from socok_analysis.run.open import make_status_page
    from socok_analysis.run.prepare import Release, check_close, review, write_release
    from socok_analysis.show.page import name_document

    root, number, day = find_root(options), options.year, options.as_of
    if options.edition == "internal":
        raise UsageError("Kun den offentlige udgave kan deles ud. Udelad --edition internal.")
    if not (approved_by := options.approved_by.strip()):
        raise UsageError("Den, der har godkendt udgaven, skal nævnes: --approved-by “Navn”.")
    year = prepare_year(root, number, say=say).year
    values = {"year": number, "as_of": str(day), "edition": "public"}
    page = make_status_page(root, values) if day else None
    figures = page.figures if page else read_public(year.processed_dir, number).figures
    release = Release(number, date.today(), approved_by, options.because or "", day, figures)
    check_close(year, release)
    looked_at = [f"  {line}" for line in review(year, figures)]
    folder = write_release(root, release)
    try:
        if not page:
            make_report(root, [number], Options(publisher=options.publisher), say)
            name = f"{name_document(number)}.pdf"
            shutil.copyfile(pages_dir(root, "public") / str(number) / name, folder / name)
    except BaseException:
        shutil.rmtree(folder)
        raise
    told = ["Se efter en gang til, før den sendes:", *looked_at, f"Gemt som delt ud: {folder}"]
    return 0, "\n".join(told)


def run_batch(options: Namespace, say: Say) -> Answer:
    """Run notebooks with many sets of parameters, in their project if any; tell what failed."""
    from socok_analysis.run import batch, execute
    from socok_analysis.run.notebooks import get_ready

    notebooks, out = [path.resolve() for path in options.notebooks], options.out.resolve()
    root = None
    try:
        root = find_root(options) if options.project else find_project(notebooks[0].parent)
        get_ready(root)
    except UsageError:
        if options.project:
            raise
    inputs = [Path(os.path.abspath(path)) for path in options.input]  # noqa: PTH100
    sets, how = (options.params, options.set), (options.kernel, options.timeout)
    tasks = batch.plan_tasks(notebooks, *sets, out, root, inputs, *how)
    out.mkdir(parents=True, exist_ok=True)
    to_run = [task for task in tasks if options.force or not task.is_done()]
    say("kører 1 notebook" if len(to_run) == 1 else f"kører {len(to_run)} notebooks")
    failures = list[execute.NotebookError]()
    outcomes = batch.run_batch(to_run, options.jobs, options.scheduler or "")
    for count, outcome in enumerate(outcomes, 1):
        say(f"notebooks {count} af {len(to_run)}: {outcome.saved.name}")
        failures += [outcome.error] if outcome.error else []
    for failure in failures:
        row = {name: told for name, told in failure.as_row().items() if told != ""}
        warn(" · ".join(f"celle {row[name]}" if name == "cell" else str(row[name]) for name in row))
    if table := batch.write_failures(out, failures):
        warn(f"Fejlene står også i {table}.")
    made, kept = len(to_run) - len(failures), len(tasks) - len(to_run)
    told = f"{made} kørt, {kept} uændret, {len(failures)} fejlet. Resultater: {options.out}"
    return max((failure.exit_code for failure in failures), default=0), told
