"""`socok report`: everything. `socok status` and `socok brief`: one page for a committee."""

from __future__ import annotations

import shutil
from argparse import Namespace
from datetime import date

from socok_analysis.cli.parser import Answer, Say, find_root
from socok_analysis.cli.tables import describe_run, read_made
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import list_measured, pages_dir
from socok_analysis.disclosure.public import read_public
from socok_analysis.run.build import choose_years, prepare_year
from socok_analysis.run.open import make_status_page
from socok_analysis.run.pages import make_brief
from socok_analysis.run.release import Release, check_close, choose_folder, review, write_release
from socok_analysis.run.report import Options, make_report, prepare_pages
from socok_analysis.show.page import name_document

MADE_BY = {
    "": "Intet er ændret siden sidst.",
    "quarto": "Sitet er lavet med Quarto.",
    "embedded": "Sitet er lavet med den indbyggede udgiver (uden Quarto).",
}


def run_report(options: Namespace, say: Say) -> Answer:
    """Make the report; tell what was read, what moved, and where it lies."""
    root = find_root(options)
    out = options.out.resolve() if options.out else None
    how = (options.edition, options.publisher, options.jobs, options.force, out, options.page)
    if options.no_site:
        prepare_pages(root, options.years, Options(*how), say)
        return 0, ""
    before = {number: read_made(root, number) for number in choose_years(root, options.years)}
    report = make_report(root, options.years, Options(*how), say)
    told = [describe_run(root, number, figures) for number, figures in before.items()]
    link = (report.site / "index.html").resolve().as_uri()
    told += [MADE_BY[report.publisher], f"Åbn {link}"]
    return 0, "" if options.quiet else "\n".join(told)


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
    folder = choose_folder(root, release)
    write_release(folder, release)
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
