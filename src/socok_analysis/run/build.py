"""The spine: from a year's exports to its tables, figures, pages and documents, and to the site.

Each step writes a folder of its own with a manifest; a step whose inputs are unchanged is
skipped, and a step that fails leaves what stood before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.core.errors import DataError
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.manifest import describe_library, hash_files, is_fresh, write_manifest
from socok_analysis.core.problems import (
    Problem,
    has_errors,
    read_problems,
    write_problems,
    write_rows,
)
from socok_analysis.core.year import (
    FILE,
    Year,
    check_year_exists,
    list_exports,
    list_years,
    maps_dir,
    processed_dir,
    raw_dir,
    read_year,
)
from socok_analysis.run.reads import is_prepared

if TYPE_CHECKING:
    import pandas as pd

    from socok_analysis.figures.evidence import Evidence
    from socok_analysis.intake.tidy import TidyYear
    from socok_analysis.intake.view import SheetView

Say = Callable[[str], None]
Account = Mapping[str, object]
ACCOUNT_COLUMNS = (
    "file",
    "sheet",
    "kind",
    "rows_seen",
    "rows_kept",
    "rows_quarantined",
    "rows_skipped",
)


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
    if is_prepared(root) and not force:
        return Prepared(read_year(root, number), False)
    inputs = list_inputs(root, number)
    folder = processed_dir(root, number)
    if not force and is_fresh(folder, inputs):
        return Prepared(read_year(root, number), False, tuple(read_problems(folder)))
    say(f"{number}: læser udtrækkene")
    with replace_folder(folder) as fresh:
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


def list_inputs(root: Path, number: int) -> dict[str, object]:
    """Return what a year's tables are made from: exports, settings, maps, library and key."""
    from socok_analysis.intake.people import name_key, read_key

    years = [year for year in list_years(root) if year <= number]
    files = [path for year in years for path in list_exports(raw_dir(root, year))]
    files += [path for year in years if (path := raw_dir(root, year) / FILE).is_file()]
    files += [path for year in years for path in raw_dir(root, year).glob("*.csv")]
    files += sorted(maps_dir(root).rglob("*.csv"))
    return {
        "files": hash_files(root, files),
        "library": describe_library(),
        "person_key": name_key(read_key(root)),
        "texts": describe_texts(root, number),
    }


def describe_texts(root: Path, number: int) -> list[object]:
    """Return what the figures know of a year's texts: words may change and figures stand."""
    from socok_analysis.figures.registers import list_told
    from socok_analysis.intake.texts import list_recommending, list_statuses

    recommending = [section.id for section in list_recommending(root, number)]
    told = [" ".join(fact) for fact in sorted(list_told(root, number))]
    return [recommending, list_statuses(root, number), told]


def make_year(
    root: Path, number: int, folder: Path, inputs: dict[str, object]
) -> tuple[list[Problem], bool]:
    """Write a year's problems and account, and where it can be read its tables and figures.

    Return the problems, and whether there are tables: what the checks find does not stop them.
    """
    from socok_analysis.intake.rules import check_reused_jobs
    from socok_analysis.intake.tidy import account_unread, tidy_year
    from socok_analysis.publish.gate import check_folder, make_secrets

    year, problems = try_year(root, number)
    try:
        tidy = tidy_year(root, number)
    except DataError as error:
        accounts = account_unread(raw_dir(root, number))
        faults = [*problems, *error.problems]
        write_health(folder, ())
        return write_faults(folder, number, faults, accounts), False
    problems += tidy.problems
    problems += check_exceptions(root, number)
    write_health(folder, tidy.health)
    earlier, more = read_earlier_jobs(root, number)
    problems = [*problems, *more, *check_reused_jobs(tidy.tables.get("jobs"), earlier)]
    is_sound = year is not None and not has_errors(problems)
    if year and is_sound:
        problems += write_tables(folder, year, tidy, earlier)
        write_plan(folder, year)
    write_faults(folder, number, problems, tidy.accounts, tidy.sheets)
    if year and is_sound:
        rows = {name: len(table) for name, table in tidy.tables.items()}
        write_manifest(folder, inputs, year=year.year, rows=rows, corrections=tidy.corrections)
    check_folder(folder, make_secrets(tidy.exports))
    return problems, is_sound


def check_exceptions(root: Path, number: int) -> list[Problem]:
    """Return what is wrong with the year's list of figures that are public already."""
    from socok_analysis.disclosure.rules import read_exempted

    return read_exempted(root, number)[1]


def try_year(root: Path, number: int) -> tuple[Year | None, list[Problem]]:
    """Return the year's settings, or what is wrong with them."""
    try:
        return read_year(root, number), []
    except DataError as error:
        return None, list(error.problems)


def write_faults(
    folder: Path,
    number: int,
    problems: Sequence[Problem],
    accounts: Sequence[Account],
    sheets: Sequence[SheetView] = (),
) -> list[Problem]:
    """Write `problems.csv`, `intake.csv` and the page of both; return the problems."""
    from socok_analysis.intake.view import FILE, render_overview

    write_problems(folder / "problems.csv", problems)
    write_rows(folder / "intake.csv", ACCOUNT_COLUMNS, accounts)
    page = render_overview(number, problems, accounts, sheets)
    (folder / FILE).write_text(page, encoding="utf-8", newline="\n")
    return list(problems)


def write_health(folder: Path, findings: Iterable[Mapping[str, object]]) -> None:
    """Write `health.csv`: what each workbook gives reason to say beside its tables."""
    from socok_analysis.workbook.health import COLUMNS

    write_rows(folder / "health.csv", COLUMNS, findings)


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
            problems.append(
                Problem(
                    "error",
                    "earlier_year.errors",
                    f"Udtrækkene for {year} har fejl, og deres ansættelser skal tælles med.",
                    advice=f"Ret dem først: kør “socok tidy {year}”.",
                )
            )
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


def write_plan(folder: Path, year: Year) -> None:
    """Write which of the year's figures the public edition does not show."""
    from socok_analysis.disclosure.protection import write_protection
    from socok_analysis.figures.figure import read_figures

    earlier = list_measured(year.root, year.year)
    folders = {**{each.year: each.processed_dir for each in earlier}, year.year: folder}
    by_year = {number: read_figures(place, number) for number, place in folders.items()}
    write_protection(folder, [*earlier, year], by_year)


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
