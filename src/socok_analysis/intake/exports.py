"""Read every export of a year folder: which workbook, which sheet, which kind of table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.problems import Problem
from socok_analysis.intake.files import (
    OTHER_SUFFIXES,
    OWN_LISTS,
    SUFFIXES,
    is_passed_over,
    list_exports,
    list_files,
    list_unopenable,
)
from socok_analysis.intake.findings import Finding, report_findings
from socok_analysis.intake.health import inspect_sheets
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.readers import read_files
from socok_analysis.intake.recognise import FoundTable, find_table, guess_headings
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS, read_columns
from socok_analysis.workbook.cells import MASK, mask_cpr
from socok_analysis.workbook.sheet import Sheet


@dataclass(frozen=True)
class Exports:
    """What the year folder holds: a table of each kind, further ones, all sheets, refused files.

    `health` lists what each workbook gives reason to say beside its tables.
    """

    tables: Mapping[str, FoundTable]
    doubles: tuple[FoundTable, ...]
    sheets: tuple[Sheet, ...]
    refused: tuple[str, ...]
    problems: tuple[Problem, ...]
    health: tuple[Finding, ...] = ()


def read_exports(folder: Path, headers: Mapping[str, HeaderMap]) -> Exports:
    """Read all exports of a folder. Nothing is raised: every fault is a problem."""
    paths = list_exports(folder)
    problems = [*check_names(folder, paths)]
    files = read_files(paths)
    sheets = [sheet for file in files for sheet in file.sheets]
    problems += [problem for file in files for problem in file.problems]
    refused = [mask_cpr(path.name) for path in list_old(folder)]
    refused += [mask_cpr(path.name) for path in list_unopenable(folder)]
    refused += [problem.file for file in files for problem in file.problems]
    found = [(sheet, find_table(sheet, headers)) for sheet in sheets]
    tables, more = choose_tables([table for _, table in found if table])
    doubles = tuple(t for _, t in found if t and t is not tables[t.kind])
    health = [finding for file in files for finding in file.findings]
    health += inspect_sheets(found)
    problems += [report_personal_sheet(s) for s in sheets if MASK in s.name]
    problems += more + report_unrelated(found, headers) + report_missing_kinds(tables, headers)
    problems += report_findings(health)
    return Exports(tables, doubles, tuple(sheets), tuple(refused), tuple(problems), tuple(health))


def check_names(folder: Path, paths: Iterable[Path]) -> list[Problem]:
    """Return what the names of the files in the folder give reason to say."""
    problems = [
        Problem(
            "info",
            "file.passed_over",
            "Filen er en låsefil eller skjult og er ikke læst.",
            file=mask_cpr(path.name),
        )
        for path in list_files(folder, SUFFIXES + OTHER_SUFFIXES)
        if is_passed_over(path)
    ]
    problems += [
        Problem(
            "error",
            "file.personal_name",
            "Filnavnet ligner et CPR-nummer.",
            file=mask_cpr(path.name),
            advice="Giv filen et navn uden personoplysninger.",
        )
        for path in paths
        if mask_cpr(path.name) != path.name
    ]
    problems += [
        Problem(
            "error",
            "file.unreadable",
            "Det er en mappe eller en genvej, der ikke fører til en fil.",
            file=mask_cpr(path.name),
            advice="Læg selve filen i årsmappen.",
        )
        for path in list_unopenable(folder)
    ]
    return problems + [report_old(path) for path in list_old(folder)]


def list_old(folder: Path) -> list[Path]:
    """Return the spreadsheets of other formats, which are refused unread."""
    return [
        path
        for path in list_files(folder, OTHER_SUFFIXES)
        if not is_passed_over(path) and path.name not in OWN_LISTS
    ]


def report_old(path: Path) -> Problem:
    """Return the error for a spreadsheet of another format, or a list under another name."""
    near = did_you_mean(path.name, OWN_LISTS) if path.suffix.lower() == ".csv" else ""
    return Problem(
        "error",
        "file.old_format",
        f"Filen er gemt i et gammelt eller andet format.{near}",
        file=mask_cpr(path.name),
        advice="Åbn den i Excel, og gem den som .xlsx."
        + (" Er den en af årsmappens egne lister, så ret navnet." if near else ""),
    )


def choose_tables(found: Iterable[FoundTable]) -> tuple[dict[str, FoundTable], list[Problem]]:
    """Return a table for each kind, and an error for each further one and each hidden one."""
    tables: dict[str, FoundTable] = {}
    problems: list[Problem] = []
    for table in found:
        problems += table.problems
        if tables.setdefault(table.kind, table) is not table:
            problems.append(report_double(table, tables[table.kind]))
        if table.sheet.is_hidden:
            problems.append(report_hidden(table.sheet))
    return tables, problems


def report_double(table: FoundTable, first: FoundTable) -> Problem:
    """Return the error for a second table of a kind: a copy, a part, or another export."""
    is_same = is_copy(table, first)
    other = f"{first.sheet.file}, arket {first.sheet.name}"
    message = (
        f"Tabellen er den samme som i {other}."
        if is_same
        else f"Der er to tabeller med {KIND_DA[table.kind]}: også i {other}."
    )
    advice = "Behold den rigtige, og flyt den anden ud af årsmappen."
    if table.sheet.file == first.sheet.file:
        advice = "Behold det rigtige ark, og slet det andet."
    parts = " Er de hver sin del, for eksempel et kvartal, så saml rækkerne på ét ark."
    return Problem(
        "error",
        "table.double",
        message,
        file=table.sheet.file,
        sheet=table.sheet.name,
        advice=advice + ("" if is_same else parts),
    )


def is_copy(table: FoundTable, other: FoundTable) -> bool:
    """Tell whether two tables hold the same rows."""
    return table.columns.keys() == other.columns.keys() and all(
        table.cells(name) == other.cells(name) for name in table.columns
    )


def report_hidden(sheet: Sheet) -> Problem:
    """Return the error for a table on a hidden sheet."""
    return Problem(
        "error",
        "sheet.hidden",
        "Arket med tabellen er skjult.",
        file=sheet.file,
        sheet=sheet.name,
        advice="Vis arket i Excel, hvis det skal med, eller slet det.",
    )


def report_personal_sheet(sheet: Sheet) -> Problem:
    """Return the error for a sheet whose name looks like a personal number."""
    return Problem(
        "error",
        "sheet.personal_name",
        "Arkets navn ligner et CPR-nummer.",
        file=sheet.file,
        sheet=sheet.name,
        advice="Giv arket et navn uden personoplysninger.",
    )


def report_unrelated(
    found: list[tuple[Sheet, FoundTable | None]], headers: Mapping[str, HeaderMap]
) -> list[Problem]:
    """Return an error for each workbook without a known table, and what other sheets were left."""
    related = {sheet.file for sheet, table in found if table}
    unrelated = dict.fromkeys(sheet.file for sheet, _ in found if sheet.file not in related)
    problems = [
        Problem(
            "error",
            "file.unrelated",
            "Ingen af arkene har nok kendte overskrifter.",
            file=name,
            advice="Fjern filen fra årsmappen, eller ret kortet i data/raw/maps.",
        )
        for name in unrelated
    ]
    likely = list_likely({table.kind for _, table in found if table}, headers)
    for sheet in (sheet for sheet, _ in found if sheet.file in unrelated):
        problems += guess_headings(sheet, likely)
    return problems + [
        Problem(
            "info",
            "sheet.not_a_table",
            "Arket har ingen kendte overskrifter: ikke brugt.",
            file=sheet.file,
            sheet=sheet.name,
        )
        for sheet, table in found
        if table is None and sheet.file in related
    ]


def list_likely(held: Set[str], headers: Mapping[str, HeaderMap]) -> list[HeaderMap]:
    """Return the kinds an unread sheet may be: those that lack, the needed ones before others."""
    lacking = [kind for kind in KIND_DA if kind not in held]
    needed = [kind for kind in lacking if kind in NEEDED_KINDS]
    return [headers[kind] for kind in needed or lacking if kind in headers]


def report_missing_kinds(
    tables: Mapping[str, FoundTable], headers: Mapping[str, HeaderMap]
) -> list[Problem]:
    """Return an error for each needed export that is not there, information for the others."""
    problems = []
    for kind in KIND_DA:
        if kind in tables:
            continue
        if kind in NEEDED_KINDS:
            problems.append(report_missing_kind(kind, headers.get(kind)))
        elif kind != "facts":
            text = f"Der er intet udtræk med {KIND_DA[kind]}; de nøgletal udgår."
            problems.append(Problem("info", "export.absent", text))
    return problems


def report_missing_kind(kind: str, header: HeaderMap | None) -> Problem:
    """Return the error for a needed export that is not there, with the headings it is known by."""
    shown = header.shown if header else {}
    needed = [shown[c.name] for c in read_columns()[kind] if c.is_required and c.name in shown]
    advice = "Læg filen i årsmappen som .xlsx."
    if needed:
        advice += (
            f" Den skal mindst have {', '.join(needed)}; hedder de noget andet hos jer, så "
            f"ret data/raw/maps/{kind}.csv."
        )
    return Problem(
        "error",
        "export.missing",
        f"Et nødvendigt udtræk mangler: {KIND_DA[kind]}.",
        expected=", ".join(text for text in shown.values() if text),
        advice=advice,
    )
