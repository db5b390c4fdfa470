"""`socok` alone, and a double-click: the newest year is checked, and shown in the browser.

With something left to do it is one page, `udtraek.html`: what is to be done, in order, which
exports were found, and the sheets. With nothing left the report is made and its site opened.
"""

from __future__ import annotations

import sys
import webbrowser
from argparse import Namespace
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from socok_analysis.cli.check import MACHINE, Step, check_all, describe_steps
from socok_analysis.cli.fix import YES
from socok_analysis.cli.new import make_year
from socok_analysis.cli.parser import Answer, Say, find_root
from socok_analysis.cli.report import MADE_BY
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.core.year import list_years, processed_dir, raw_dir
from socok_analysis.intake.tidy import account_unread, tidy_year
from socok_analysis.intake.view import FILE, render_overview
from socok_analysis.run.build import Options
from socok_analysis.run.report import make_report


def run_door(options: Namespace, say: Say) -> Answer:
    """Open what the newest year lacks, or make the report, open it and offer the next year."""
    root = find_root(options)
    if not list_years(root) and not begin_year(root, options, date.today().year):
        return 1, "Der er ingen år endnu. Lav det første: socok new ÅR"
    while True:
        number = list_years(root)[-1]
        steps = check_all(root, number, options.edition, say)
        if steps[0].subject == MACHINE and steps[0].state == "todo":
            return 3, "\n".join(describe_steps(steps, number, None))
        if steps[0].state == "todo":
            link = write_page(root, number, steps, say).as_uri()
            return 1, "\n".join([*describe_steps(steps, number, 1), show(link)])
        how = (options.edition, options.publisher, options.jobs, options.force)
        report = make_report(root, [], Options(*how), say)
        link = (report.site / "index.html").as_uri()
        told = f"{MADE_BY[report.publisher]}\n{show(link)}"
        options.stop()
        print(told)
        if not begin_year(root, options, number + 1):
            return 0, ""


def show(link: str) -> str:
    """Open a page in the browser, and tell where it lies."""
    return f"{'Åbnet i browseren' if webbrowser.open(link) else 'Åbn selv i en browser'}: {link}"


def begin_year(root: Path, options: Namespace, number: int) -> bool:
    """Offer to make the folder of a year where somebody can answer; tell whether it was made."""
    options.stop()
    if not sys.stdin or not sys.stdin.isatty():
        return False
    try:
        answer = input(f"\nBegynd på rapport {number}? Skriv årstallet, eller tryk Enter for nej: ")
    except EOFError:
        return False
    answer = str(number) if answer.strip().lower() in YES else answer.strip()
    if answer.lower() in ("", "n", "nej"):
        return False
    if not answer.isdigit():
        raise UsageError(f"“{answer}” er ikke et årstal.")
    make_year(root, int(answer))
    return True


def write_page(root: Path, number: int, steps: Sequence[Step], say: Say) -> Path:
    """Write the page of a year's checklist beside its tables, and return it."""
    say(f"{number}: viser arkene")
    try:
        tidy = tidy_year(root, number)
        accounts, sheets, problems = tidy.accounts, tidy.sheets, tidy.problems
    except DataError:
        accounts, sheets, problems = (*account_unread(raw_dir(root, number)),), (), ()
    every = [*(p for step in steps for p in step.problems), *problems]
    page = processed_dir(root, number) / FILE
    page.write_text(
        render_overview(number, [*dict.fromkeys(every)], accounts, sheets, steps),
        encoding="utf-8",
        newline="\n",
    )
    return page.resolve()
