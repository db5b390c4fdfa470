"""Make a year's tables and figures: read, check, measure, and plan what may be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from socok_analysis.checks import check_settings, check_year
from socok_analysis.core.folders import write_manifest
from socok_analysis.core.problems import DataError, Problem, has_errors, write_problems, write_rows
from socok_analysis.core.year import list_earlier, list_measured, list_years, raw_dir, read_year
from socok_analysis.disclosure.public import plan_public, write_public
from socok_analysis.figures.evidence import Evidence, read_evidence
from socok_analysis.figures.figure import write_figures
from socok_analysis.figures.measure import measure_year
from socok_analysis.figures.rows import read_rows
from socok_analysis.intake.rules import check_reused_jobs
from socok_analysis.intake.tables import read_table, write_table
from socok_analysis.intake.tidy import account_unread, tidy_year
from socok_analysis.intake.view import FILE, render_overview
from socok_analysis.publish.gate import check_folder, make_secrets
from socok_analysis.run.release import list_releases

ACCOUNT = ["file", "sheet", "kind", "rows_seen", "rows_kept", "rows_quarantined", "rows_skipped"]
Prepare = Callable[[Path, int], Any]


def make_year(
    root: Path, number: int, folder: Path, inputs: dict[str, object], prepare: Prepare
) -> tuple[list[Problem], bool]:
    """Write a year's problems and account, and where it can be read its tables and figures.

    `prepare` makes an earlier year's tables where they are not up to date. Return the problems,
    and whether there are tables: what the checks find does not stop them.
    """
    year, tidy, problems = None, None, list[Problem]()
    try:
        year = read_year(root, number)
    except DataError as error:
        problems += error.problems
    try:
        read_rows(root)
    except DataError as error:
        problems += error.problems
    try:
        tidy = tidy_year(root, number)
    except DataError as error:
        problems += error.problems
    if tidy:
        earlier, more = read_earlier_jobs(root, number, prepare)
        problems += [*tidy.problems, *more]
        problems += check_reused_jobs(tidy.tables.get("jobs"), earlier)
        problems += check_settings(year, tidy.tables) if year else ()
    is_sound = bool(year and tidy and not has_errors(problems))
    if year and tidy and is_sound:
        chain = [*map(read_evidence, list_measured(root, number))]
        for name, table in tidy.tables.items():
            write_table(table, folder / f"{name}.parquet")
        before = chain[-1] if chain else None
        evidence = Evidence(year, tidy.tables, {}, tidy.maps, before, tuple(earlier))
        evidence = measure_year(evidence)
        write_figures(folder, evidence.figures.values())
        problems += check_year(evidence)
        numbers = [*list_earlier(root, number), number]
        released = [each.figures for each in list_releases(root, numbers)]
        write_public(folder, plan_public([*chain, evidence], released))
    accounts = tidy.accounts if tidy else account_unread(raw_dir(root, number))
    write_problems(folder / "problems.csv", problems)
    write_rows(folder / "intake.csv", ACCOUNT, accounts)
    if tidy and is_sound:
        rows = {name: len(table) for name, table in tidy.tables.items()}
        write_manifest(folder, inputs, year=number, rows=rows, corrections=tidy.corrections)
    # not of the manifest: a checklist may come to stand in it
    page = render_overview(number, problems, accounts, tidy.sheets if tidy else ())
    (folder / FILE).write_text(page, encoding="utf-8", newline="\n")
    if tidy:
        check_folder(folder, make_secrets(tidy.exports))
    return problems, is_sound


def read_earlier_jobs(root: Path, number: int, prepare: Prepare) -> tuple[list[Any], list[Problem]]:
    """Return the jobs tables of earlier years' exports, and what is wrong with those years."""
    tables, problems, filled = list[Any](), list[Problem](), list_earlier(root, number)
    for year in (y for y in list_years(root) if y < number):
        if year not in filled:
            text = f"Årsmappen {year} er tom; ansættelser derfra tælles ikke med."
            problems.append(Problem("info", "earlier_year.empty", text))
            continue
        try:
            tables.append(read_table(prepare(root, year).year.processed_dir / "jobs.parquet"))
        except DataError:
            text = f"Udtrækkene for {year} har fejl, og deres ansættelser skal tælles med."
            advice = f"Ret dem først: kør “socok tidy {year}”."
            problems.append(Problem("error", "earlier_year.errors", text, advice=advice))
    return tables, problems
