"""A year's tables and figures, made from its exports unless they stand and nothing has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.core.errors import DataError
from socok_analysis.core.folders import lock_project, replace_folder
from socok_analysis.core.manifest import describe_library, hash_files, is_fresh, write_manifest
from socok_analysis.core.problems import (
    Problem,
    has_errors,
    read_problems,
    write_problems,
    write_rows,
)
from socok_analysis.core.year import (
    Year,
    check_year_exists,
    list_exports,
    list_years,
    maps_dir,
    processed_dir,
    raw_dir,
    read_year,
)

if TYPE_CHECKING:
    import pandas as pd

    from socok_analysis.figures.evidence import Evidence
    from socok_analysis.intake.tidy import TidyYear

Say = Callable[[str], None]
PREPARED = "SOCOK_PREPARED"  # names the project whose tables a notebook's process need not check
ACCOUNT = ["file", "sheet", "kind", "rows_seen", "rows_kept", "rows_quarantined", "rows_skipped"]


@dataclass(frozen=True)
class Prepared:
    """A year whose tables and figures stand, and whether they were made just now.

    `problems` has what the checks found in them, errors too: they stop the public edition only.
    """

    year: Year
    is_new: bool
    problems: tuple[Problem, ...] = ()


def silent(_: str) -> None:
    """Say nothing."""


def prepare_year(root: Path, number: int, *, force: bool = False, say: Say = silent) -> Prepared:
    """Make a year's tables and figures unless they are up to date.

    Raise UsageError for an unknown year, DataError for errors in the data. `problems.csv`,
    `intake.csv` and `health.csv` are written in either case; after errors nothing else is left
    in the folder.
    """
    check_year_exists(root, number)
    if os.environ.get(PREPARED) == str(root) and not force:
        return Prepared(read_year(root, number), False)
    folder, inputs = processed_dir(root, number), list_inputs(root, number)
    if not force and is_fresh(folder, inputs):
        return Prepared(read_year(root, number), False, tuple(read_problems(folder)))
    say(f"{number}: læser udtrækkene")
    with lock_project(root, f"tabeller for {number}", say), replace_folder(folder) as fresh:
        problems, is_sound = make_year(root, number, fresh, inputs)
    if not is_sound:
        listed = f"{folder / 'udtraek.html'} eller problems.csv sammesteds"
        raise DataError(f"Udtrækkene for {number} har fejl: se {listed}.", problems)
    return Prepared(read_year(root, number), True, tuple(problems))


def check_publishable(prepared: Iterable[Prepared]) -> None:
    """Raise DataError, naming all of them, where figures of the years contradict each other.

    The internal edition is made all the same: it is where the analyst looks for the cause.
    """
    faulty = [each for each in prepared if has_errors(each.problems)]
    if faulty:
        numbers = " og ".join(str(each.year.year) for each in faulty)
        raise DataError(
            f"Tallene for {numbers} modsiger hinanden, så den offentlige udgave bliver ikke lavet. "
            "Ret udtrækkene, eller skriv i afvigelser.csv, hvorfor afvigelsen er i orden. "
            "Den interne udgave kan laves: --edition internal.",
            [
                replace(p, file=f"{each.year.year}/{p.file}".rstrip("/"))
                for each in faulty
                for p in each.problems
                if p.severity == "error"
            ],
        )


def hash_sources(root: Path, number: int) -> dict[str, str]:
    """Return the SHA-256 of all that a year's report could be made from: the exports, settings,
    lists and texts of the year and those before it, and the maps.
    """
    years = (year for year in list_years(root) if year <= number)
    folders = (maps_dir(root), *(raw_dir(root, year) for year in years))
    return hash_files(root, (path for folder in folders for path in walk(folder)))


def walk(folder: Path, hidden: bool = False) -> Iterator[Path]:
    """Yield the files below a folder, through links too, hidden and lock files where wanted."""
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(place, n) for n in names if hidden or not n.startswith((".", "~$")))


def list_inputs(root: Path, number: int) -> dict[str, object]:
    """Return what a year's tables are made from: all but its texts, the library and the key.

    Figures know a few facts of the texts: words may change and figures stand.
    """
    from socok_analysis.figures.registers import list_told
    from socok_analysis.intake.people import name_key, read_key
    from socok_analysis.intake.texts import FOLDER, list_recommending, list_statuses

    files = hash_sources(root, number)
    recommending = [section.id for section in list_recommending(root, number)]
    told = [" ".join(fact) for fact in sorted(list_told(root, number))]
    return {
        "files": {name: known for name, known in files.items() if f"/{FOLDER}/" not in name},
        "library": describe_library(),
        "person_key": name_key(read_key(root)),
        "texts": [recommending, list_statuses(root, number), told],
    }


def make_year(
    root: Path, number: int, folder: Path, inputs: dict[str, object]
) -> tuple[list[Problem], bool]:
    """Write a year's problems and account, and where it can be read its tables and figures.

    Return the problems, and whether there are tables: what the checks find does not stop them.
    """
    from socok_analysis.disclosure.rules import read_exempted
    from socok_analysis.intake.rules import check_reused_jobs
    from socok_analysis.intake.tidy import account_unread, tidy_year
    from socok_analysis.intake.view import FILE, render_overview
    from socok_analysis.publish.gate import check_folder, make_secrets
    from socok_analysis.workbook.health import COLUMNS

    year, tidy, problems = None, None, list[Problem]()
    try:
        year = read_year(root, number)
    except DataError as error:
        problems += error.problems
    try:
        tidy = tidy_year(root, number)
    except DataError as error:
        problems += error.problems
    if tidy:
        earlier, more = read_earlier_jobs(root, number)
        problems += [*tidy.problems, *read_exempted(root, number)[1], *more]
        problems += check_reused_jobs(tidy.tables.get("jobs"), earlier)
    is_sound = bool(year and tidy and not has_errors(problems))
    if year and tidy and is_sound:
        problems += write_tables(folder, year, tidy, earlier)
        write_plan(folder, year)
    accounts = tidy.accounts if tidy else account_unread(raw_dir(root, number))
    write_problems(folder / "problems.csv", problems)
    write_rows(folder / "intake.csv", ACCOUNT, accounts)
    write_rows(folder / "health.csv", COLUMNS, tidy.health if tidy else ())
    page = render_overview(number, problems, accounts, tidy.sheets if tidy else ())
    (folder / FILE).write_text(page, encoding="utf-8", newline="\n")
    if tidy and is_sound:
        rows = {name: len(table) for name, table in tidy.tables.items()}
        write_manifest(folder, inputs, year=number, rows=rows, corrections=tidy.corrections)
    if tidy:
        check_folder(folder, make_secrets(tidy.exports))
    return problems, is_sound


def read_earlier_jobs(root: Path, number: int) -> tuple[list[pd.DataFrame], list[Problem]]:
    """Return the jobs tables of earlier years' exports, and what is wrong with those years."""
    from socok_analysis.intake.tables import read_table

    tables: list[pd.DataFrame] = []
    problems = []
    for year in (y for y in list_years(root) if y < number):
        if not list_exports(raw_dir(root, year)):
            text = f"Årsmappen {year} er tom; ansættelser derfra tælles ikke med."
            problems.append(Problem("info", "earlier_year.empty", text))
            continue
        try:
            prepared = prepare_year(root, year)
            tables.append(read_table(prepared.year.processed_dir / "jobs.parquet"))
        except DataError:
            text = f"Udtrækkene for {year} har fejl, og deres ansættelser skal tælles med."
            advice = f"Ret dem først: kør “socok tidy {year}”."
            problems.append(Problem("error", "earlier_year.errors", text, advice=advice))
    return tables, problems


def write_tables(
    folder: Path, year: Year, tidy: TidyYear, earlier: list[pd.DataFrame]
) -> list[Problem]:
    """Write the tidy tables and the figures; return what the checks find in them."""
    from socok_analysis.checks import check_year
    from socok_analysis.figures.evidence import Evidence
    from socok_analysis.figures.figure import write_figures
    from socok_analysis.figures.measure import measure_received, measure_year
    from socok_analysis.intake.tables import write_table

    for name, table in tidy.tables.items():
        write_table(table, folder / f"{name}.parquet")
    figures = measure_year(tidy.tables, earlier, year, tidy.maps)
    figures += measure_received(tidy.accounts, year)
    write_figures(folder, figures)
    named = {figure.figure: figure for figure in figures}
    before = read_before(year.root, year.year)
    return check_year(Evidence(year, tidy.tables, named, tidy.maps, before))


def write_plan(folder: Path, year: Year) -> None:
    """Write which of the year's figures the public edition does not show."""
    from socok_analysis.disclosure.protection import write_protection
    from socok_analysis.figures.figure import read_figures

    earlier = list_measured(year.root, year.year)
    folders = {**{each.year: each.processed_dir for each in earlier}, year.year: folder}
    by_year = {number: read_figures(place, number) for number, place in folders.items()}
    write_protection(folder, [*earlier, year], by_year)


def read_before(root: Path, number: int) -> Evidence | None:
    """Return the tables and figures of the report before a year's, where there is one."""
    from socok_analysis.figures.evidence import read_evidence

    earlier = [y for y in list_years(root) if y < number and list_exports(raw_dir(root, y))]
    return read_evidence(prepare_year(root, max(earlier)).year) if earlier else None


def gather_evidence(root: Path, number: int, *, force: bool = False, say: Say = silent) -> Evidence:
    """Return a year's tables and figures with the report before it, made first where needed."""
    from socok_analysis.figures.evidence import read_evidence

    year = prepare_year(root, number, force=force, say=say).year
    return replace(read_evidence(year), earlier=read_before(root, number))


def list_measured(root: Path, before: int) -> list[Year]:
    """Return the earlier years that have figures, oldest first."""
    numbers = (number for number in list_years(root) if number < before)
    has_figures = (n for n in numbers if (processed_dir(root, n) / "figures.json").is_file())
    return [read_year(root, number) for number in has_figures]


def choose_years(root: Path, numbers: Sequence[int]) -> list[int]:
    """Return the years asked for, or all found; raise UsageError or DataError where none is."""
    for number in numbers:
        check_year_exists(root, number)
    years = sorted(set(numbers)) or list_years(root)
    if not years:
        raise DataError("Der er ingen årsmapper i data/raw. Opret fx data/raw/2019.")
    return years
