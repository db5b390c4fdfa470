"""What was read, the numbers, whence they come; a page for a committee, what was handed out."""

from __future__ import annotations

import shutil
from argparse import Namespace
from dataclasses import replace
from datetime import date

from socok_analysis.cli.parser import Answer, Say, find_root, warn
from socok_analysis.cli.report import describe_run, read_made
from socok_analysis.core.folders import read_manifest
from socok_analysis.core.problems import (
    SEVERITY_DA,
    UsageError,
    describe_problems,
    has_errors,
    read_problems,
)
from socok_analysis.core.year import list_measured, pages_dir
from socok_analysis.disclosure.public import FOLDER, read_public
from socok_analysis.figures.figure import read_figures, to_json
from socok_analysis.figures.ledger import trace_figure
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.run.build import Options, prepare_year
from socok_analysis.run.make import make_brief
from socok_analysis.run.open import (
    Release,
    check_close,
    gather_evidence,
    gather_pair,
    make_page,
    make_status_page,
    review,
    write_release,
)
from socok_analysis.run.report import make_report
from socok_analysis.show import sources
from socok_analysis.show.markdown import format_figure, format_fraction
from socok_analysis.show.page import name_document

TOLD_INFOS = ("export.absent", "file.passed_over")


def run_tidy(options: Namespace, say: Say) -> Answer:
    """Make a year's tables and tell what was found; 1 where figures contradict each other."""
    root, number = find_root(options), options.year
    before = read_made(root, number)
    prepared = prepare_year(root, number, force=options.force, say=say)
    folder = prepared.year.processed_dir
    rows: dict[str, int] = read_manifest(folder)["rows"]
    lines = [f"{KIND_DA.get(name, 'afgangsårsager'):<22}{rows[name]:>7}" for name in rows]
    for problem in read_problems(folder):
        if problem.severity != "info" or problem.check in TOLD_INFOS:
            told = (SEVERITY_DA[problem.severity].capitalize(), problem.place, problem.message)
            lines.append(": ".join(filter(None, told)))
    lines.append(f"Tabellerne er {'lavet' if prepared.is_new else 'uændrede'}: {folder}")
    lines.append(describe_run(root, number, before))
    if is_faulty := has_errors(prepared.problems):
        count = sum(problem.severity == "error" for problem in prepared.problems)
        warn(
            f"{count} fejl i tallene standser den offentlige rapport. "
            f"Kør “socok check {number}”: den siger, hvad der skal gøres."
        )
    return int(is_faulty), "" if options.quiet else "\n".join(lines)


def run_figures(options: Namespace, say: Say) -> Answer:
    """Tell the figures of an edition, and on standard error what contradicts what."""
    prepared = prepare_year(find_root(options), options.year, force=options.force, say=say)
    if errors := [problem for problem in prepared.problems if problem.severity == "error"]:
        warn(describe_problems(errors))
    folder = prepared.year.processed_dir
    if options.edition == "internal":
        warn("Intern udgave: må ikke offentliggøres.")
    else:
        folder /= FOLDER
    if options.format != "table":
        return 0, (folder / f"figures.{options.format}").read_text(encoding="utf-8")
    lines = []
    for name, figure in read_figures(folder).items():
        fraction = f"({format_fraction(figure)})" if figure.numerator is not None else ""
        lines.append(
            f"{name:<46}{format_figure(figure):>12} {fraction:<14} {figure.label}".rstrip()
        )
    return 0, "\n".join(lines)


def run_trace(options: Namespace, say: Say) -> Answer:
    """Tell the way back from one figure; with row numbers in the internal edition."""
    root = find_root(options)
    say(f"{options.year}: finder vejen tilbage")
    evidence = gather_evidence(root, options.year)
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
    first, last = sorted(options.years)
    if first == last:
        raise UsageError("Skriv to forskellige år.")
    root, is_internal = find_root(options), options.edition == "internal"
    say(f"sammenligner {first} med {last}")
    old, new = gather_pair(root, first, last, options.edition)
    if options.format == "json":
        return 0, to_json(sources.record_changes(old, new, is_internal))
    return 0, sources.describe_changes(old, new, is_internal)


def run_page(options: Namespace, say: Say) -> Answer:
    """Run a brief's notebook, write its page as PDF and Word, and tell where it lies."""
    year = prepare_year(find_root(options), options.year, force=options.force, say=say).year
    out = options.out.resolve() if options.out else None
    notebook, name, parameters = "resume", f"resume-{options.year}", {"year": options.year}
    if options.command == "status":
        day = options.as_of.isoformat()
        notebook, name, parameters = "status", f"status-{day}", {**parameters, "as_of": day}
    say(f"skriver {name}")
    made = make_brief(year, notebook, name, parameters, options.edition, out)
    return 0, "" if options.quiet else "\n".join(map(str, made))


def run_release(options: Namespace, say: Say) -> Answer:
    """Keep a public report or status as handed out, and tell what to look at once more."""
    root, number, day = find_root(options), options.year, options.as_of
    if options.edition == "internal":
        raise UsageError("Kun den offentlige udgave kan deles ud. Udelad --edition internal.")
    year = prepare_year(root, number, say=say).year
    values = {"year": number, "as_of": str(day), "edition": "public"}
    page = make_status_page(root, values) if day else None
    figures = page.figures if page else read_public(year.processed_dir, number).figures
    check_close(year, figures, options.because)
    before = list_measured(root, number)[-1:]
    known = read_public(before[0].processed_dir, before[0].year).figures if before else {}
    looked_at = [f"  {line}" for line in review(year, figures, known)]
    release = Release(number, date.today(), options.approved_by, options.because, day, figures)
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
    return 0, "" if options.quiet else "\n".join(told)
