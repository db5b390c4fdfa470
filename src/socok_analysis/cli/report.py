"""`socok report`: everything. `socok status` and `socok brief`: one page for a committee."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from socok_analysis.cli.parser import Commands, Parser, add_command, add_year, find_root, speaking

MADE_BY = {
    "": "Intet er ændret siden sidst.",
    "quarto": "Sitet er lavet med Quarto.",
    "embedded": "Sitet er lavet med den indbyggede udgiver (uden Quarto).",
}


def add_commands(commands: Commands) -> None:
    """Add the commands to the parser."""
    text = "hele rapporten: tabeller, tal, sider, PDF, Word og site"
    examples = """
        socok report                           alle år i data/raw, og sitet
        socok report 2019                      lav 2019 på ny; andre år på sitet står
        socok report 2019 --page job           lav én side på ny, mens du skriver på den
        socok report 2019 --edition internal   med alle tal, kun til eget brug"""
    command = add_command(commands, "report", run_report, text, examples)
    text = "rapportens årstal, fx 2019; alle, hvis ingen nævnes"
    command.add_argument("years", type=int, nargs="*", metavar="ÅR", help=text)
    text = "kun denne side, fx job eller partner-sumak"
    command.add_argument("--page", metavar="SIDE", help=text)
    text = "lav siderne, og lad sitet til quarto render"
    command.add_argument("--no-site", action="store_true", help=text)
    add_out(command, "sitets mappe (ellers _site i projektet)")

    text = "status på årets ansættelser til en dato: én side til udvalget"
    examples = "socok status 2019 --as-of 2020-06-30   ansættelser til og med 30. juni"
    command = add_command(commands, "status", run_page, text, examples)
    add_year(command)
    text = "statusdagen, fx 2020-06-30"
    command.add_argument(
        "--as-of", type=date.fromisoformat, required=True, metavar="DATO", help=text
    )
    add_out(command, "hvor siden lægges (ellers i notater)")

    text = "årsrapporten på én side til udvalget"
    examples = "socok brief 2019                       rapporten på én side"
    command = add_command(commands, "brief", run_page, text, examples)
    add_year(command)
    add_out(command, "hvor siden lægges (ellers i notater)")

    text = "gem den offentlige udgave som delt ud"
    examples = """
        socok release 2019 --approved-by "Navn"            rapporten er givet fra jer
        socok release 2019 --as-of 2019-06-30 --approved-by "Navn"   en status er"""
    command = add_command(commands, "release", run_release, text, examples)
    add_year(command)
    text = "hvem der har godkendt udgaven"
    command.add_argument("--approved-by", required=True, metavar="NAVN", help=text)
    text = "hvorfor en udgave rettes, der er delt ud; står på siderne"
    command.add_argument("--because", default="", metavar="TEKST", help=text)
    text = "en status på denne dag, ikke årsrapporten"
    command.add_argument("--as-of", type=date.fromisoformat, metavar="DATO", help=text)


def add_out(command: Parser, text: str) -> None:
    """Add the folder to write to."""
    command.add_argument("--out", type=Path, metavar="MAPPE", help=text)


def run_report(options: argparse.Namespace) -> int:
    """Make the report; tell what was read, what moved, and where it lies."""
    from socok_analysis.cli.tables import describe_run, read_made
    from socok_analysis.run.build import choose_years
    from socok_analysis.run.report import Options, make_report, prepare_pages

    root = find_root(options)
    out = options.out.resolve() if options.out else None
    how = (options.edition, options.publisher, options.jobs, options.force, out, options.page)
    chosen = Options(*how)
    if options.no_site:
        with speaking(options) as say:
            prepare_pages(root, options.years, chosen, say)
        return 0
    before = {number: read_made(root, number) for number in choose_years(root, options.years)}
    with speaking(options) as say:
        report = make_report(root, options.years, chosen, say)
    if not options.quiet:
        for number, figures in before.items():
            print(describe_run(root, number, figures))
        print(f"{MADE_BY[report.publisher]}\nÅbn {report.site / 'index.html'}")
    return 0


def run_page(options: argparse.Namespace) -> int:
    """Run a brief's notebook, write its page as PDF and Word, and tell where it lies."""
    from socok_analysis.run.build import prepare_year
    from socok_analysis.run.pages import make_brief

    year = prepare_year(find_root(options), options.year, force=options.force).year
    out = options.out.resolve() if options.out else None
    notebook, name, parameters = "resume", f"resume-{options.year}", {"year": options.year}
    if options.command == "status":
        day = options.as_of.isoformat()
        notebook, name, parameters = "status", f"status-{day}", {**parameters, "as_of": day}
    made = make_brief(year, notebook, name, parameters, options.edition, out)
    if not options.quiet:
        print("\n".join(map(str, made)))
    return 0


def run_release(options: argparse.Namespace) -> int:
    """Keep a public report or status as handed out, and tell what to look at once more."""
    import shutil

    from socok_analysis.core.errors import UsageError
    from socok_analysis.core.year import list_measured, pages_dir
    from socok_analysis.disclosure.public import read_public
    from socok_analysis.run.build import prepare_year
    from socok_analysis.run.open import make_status_page
    from socok_analysis.run.release import (
        Release,
        check_close,
        choose_folder,
        review,
        write_release,
    )
    from socok_analysis.run.report import Options, make_report
    from socok_analysis.show.page import name_document

    root, number, day = find_root(options), options.year, options.as_of
    if options.edition == "internal":
        raise UsageError("Kun den offentlige udgave kan deles ud. Udelad --edition internal.")
    year = prepare_year(root, number).year
    values = {"year": number, "as_of": str(day), "edition": "public"}
    page = make_status_page(root, values) if day else None
    figures = page.figures if page else read_public(year.processed_dir, number).figures
    check_close(year, figures, options.because)
    release = Release(number, date.today(), options.approved_by, options.because, day, figures)
    folder = choose_folder(root, release)
    write_release(folder, release)
    try:
        if not page:
            with speaking(options) as say:
                make_report(root, [number], Options(publisher=options.publisher), say)
            name = f"{name_document(number)}.pdf"
            shutil.copyfile(pages_dir(root, "public") / str(number) / name, folder / name)
    except BaseException:
        shutil.rmtree(folder)
        raise
    if not options.quiet:
        before = [y.year for y in list_measured(root, number)]
        known = (
            read_public(root / "data" / "processed" / str(before[-1]), before[-1]).figures
            if before
            else {}
        )
        print("Se efter en gang til, før den sendes:")
        print("\n".join(f"  {line}" for line in review(year, figures, known)))
        print(f"Gemt som delt ud: {folder}")
    return 0
