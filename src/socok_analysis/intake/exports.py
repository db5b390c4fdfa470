"""Read every export of a year folder: which workbook, which sheet, which kind of table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import EXPORT_SUFFIXES, is_passed_over, list_exports
from socok_analysis.intake.headings import guess_headings, tell
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.people import Guard, make_guard
from socok_analysis.intake.recognise import FoundTable, find_table
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS, read_columns
from socok_analysis.workbook.cells import MASK, mask_cpr
from socok_analysis.workbook.health import (
    Area,
    Finding,
    inspect_package,
    inspect_sheet,
    report_findings,
    report_refusal,
)
from socok_analysis.workbook.read import WorkbookError, read_workbook
from socok_analysis.workbook.sheet import Sheet

OTHER_SUFFIXES = frozenset({".xls", ".xlsb", ".xlt", ".xltx", ".xltm", ".ods", ".ots", ".fods"})
OTHER_SUFFIXES |= {".numbers", ".csv", ".tsv", ".zip"}
OWN_LISTS = ("afvigelser.csv", "offentliggjort.csv", "rettelser.csv", "undtagelser.csv")
HIDDEN, NAMELESS = "(navn skjult)", "Giv {} et navn uden personoplysninger."
UNCLEAR = ("table.second", "table.beside")


@dataclass(frozen=True)
class Exports:
    """What the year folder holds: a table of each kind, further ones, all sheets, refused files.

    `health` lists what each workbook gives reason to say beside its tables; `guard` knows the
    persons in them.
    """

    tables: Mapping[str, FoundTable]
    doubles: tuple[FoundTable, ...]
    sheets: tuple[Sheet, ...]
    refused: tuple[str, ...]
    problems: tuple[Problem, ...]
    health: tuple[Finding, ...]
    guard: Guard

    @property
    def found(self) -> tuple[FoundTable, ...]:
        """Every table found: those that are read, then the further ones."""
        return (*self.tables.values(), *self.doubles)


def read_exports(folder: Path, headers: Mapping[str, HeaderMap]) -> Exports:
    """Read all exports of a folder. Nothing is raised: every fault is a problem.

    Files and sheets that are named after a person in them lose their names here, once for all.
    """
    problems, refused = check_files(folder)
    sheets, health = list[Sheet](), list[Finding]()
    for path in list_exports(folder):
        shown = mask_cpr(path.name)
        try:
            sheets += read_workbook(path, shown)
            health += inspect_package(path, shown)
        except WorkbookError as error:
            refused.append(shown)
            health.append(report_refusal(shown, error))
            problems.append(report_file("unreadable", shown, str(error), error.advice))
    found = [(sheet, find_table(sheet, headers)) for sheet in sheets]
    guard = make_guard(
        (value, "person_key" in table.columns)
        for table in (table for _, table in found if table)
        for column in table.personal
        for value in table.data[column].dropna().unique()
    )
    names = {name for sheet in sheets for name in (sheet.file, sheet.name)} | {*refused}
    hidden = {name: HIDDEN for name in names if guard.is_in_name(name)}
    if hidden:
        show = {name: hidden.get(name, name) for name in names}
        sheets = [replace(s, file=show[s.file], name=show[s.name]) for s in sheets]
        found = [(sheet, find_table(sheet, headers)) for sheet in sheets]
        health = [replace(each, file=show.get(each.file, each.file)) for each in health]
        problems = [replace(each, file=show.get(each.file, each.file)) for each in problems]
        refused = [show[name] for name in refused]
        message = "En fil eller et ark er opkaldt efter en person."
        told = report_file("personal_name", HIDDEN, message, NAMELESS.format("filen eller arket"))
        problems = [*[told] * len(hidden), *problems]
    tables, doubles, more = read_tables(found)
    health += inspect_tables(found)
    message, advice = "Arkets navn ligner et CPR-nummer.", NAMELESS.format("arket")
    problems += [
        tell(sheet, "sheet.personal_name", "", message, advice)
        for sheet in sheets
        if MASK in sheet.name
    ]
    problems += [*more, *report_unrelated(found, headers), *report_missing_kinds(tables, headers)]
    problems += report_findings(health)
    parts = (tuple(doubles), tuple(sheets), tuple(refused), tuple(problems), tuple(health), guard)
    return Exports(tables, *parts)


def report_file(check: str, shown: str, message: str, advice: str) -> Problem:
    """Return the error for a file as a whole."""
    return Problem("error", f"file.{check}", message, shown, advice=advice)


def check_files(folder: Path) -> tuple[list[Problem], list[str]]:
    """Return what the files give reason to say before any is read, and those refused unread."""
    problems, refused = list[Problem](), list[str]()
    for path in sorted(folder.iterdir()):
        suffix, shown, is_file = path.suffix.lower(), mask_cpr(path.name), path.is_file()
        if suffix not in {*EXPORT_SUFFIXES, *OTHER_SUFFIXES} or path.name in OWN_LISTS:
            continue
        if is_file and is_passed_over(path):
            message = "Filen er en låsefil eller skjult og er ikke læst."
            problems.append(Problem("info", "file.passed_over", message, shown))
        elif suffix in EXPORT_SUFFIXES and not is_file:
            refused.append(shown)
            message = "Det er en mappe eller en genvej, der ikke fører til en fil."
            advice = "Læg selve filen i årsmappen."
            problems.append(report_file("unreadable", shown, message, advice))
        elif suffix in OTHER_SUFFIXES and is_file:
            refused.append(shown)
            near = did_you_mean(path.name, OWN_LISTS) if suffix == ".csv" else ""
            message = f"Filen er gemt i et gammelt eller andet format.{near}"
            own = " Er den en af årsmappens egne lister, så ret navnet." if near else ""
            advice = f"Åbn den i Excel, og gem den som .xlsx.{own}"
            problems.append(report_file("old_format", shown, message, advice))
        elif shown != path.name and is_file:
            message, advice = "Filnavnet ligner et CPR-nummer.", NAMELESS.format("filen")
            problems.append(report_file("personal_name", shown, message, advice))
    return problems, refused


def read_tables(
    found: Sequence[tuple[Sheet, FoundTable | None]],
) -> tuple[dict[str, FoundTable], list[FoundTable], list[Problem]]:
    """Return a table of each kind, the further ones, and what is wrong with any of them."""
    tables: dict[str, FoundTable] = {}
    doubles, problems = list[FoundTable](), list[Problem]()
    for table in (table for _, table in found if table):
        problems += table.problems
        if tables.setdefault(table.kind, table) is not table:
            doubles.append(table)
            problems.append(report_double(table, tables[table.kind]))
        if table.sheet.is_hidden:
            message = "Arket med tabellen er skjult."
            advice = "Vis arket i Excel, hvis det skal med, eller slet det."
            problems.append(tell(table.sheet, "sheet.hidden", "", message, advice))
    return tables, doubles, problems


def report_double(table: FoundTable, first: FoundTable) -> Problem:
    """Return the error for a second table of a kind: a copy, a part, or another export."""
    message = f"Der er to tabeller med {KIND_DA[table.kind]}: også i {{}}."
    advice = "Behold den rigtige, og flyt den anden ud af årsmappen."
    if table.sheet.file == first.sheet.file:
        advice = "Behold det rigtige ark, og slet det andet."
    cells = [{name: each.cells(name).tolist() for name in each.columns} for each in (table, first)]
    if cells[0] == cells[1]:
        message = "Tabellen er den samme som i {}."
    else:
        advice += " Er de hver sin del, for eksempel et kvartal, så saml rækkerne på ét ark."
    message = message.format(f"{first.sheet.file}, arket {first.sheet.name}")
    return tell(table.sheet, "table.double", "", message, advice)


def inspect_tables(found: Sequence[tuple[Sheet, FoundTable | None]]) -> list[Finding]:
    """Return the health of every sheet, and of the table on it where there is one."""
    related = {sheet.file for sheet, table in found if table}
    findings: list[Finding] = []
    for sheet, table in found:
        area = None
        if table:
            is_clear = not any(problem.check in UNCLEAR for problem in table.problems)
            area = Area(table.data_rows, table.columns.values(), table.personal, is_clear)
        findings += inspect_sheet(sheet, area, sheet.file in related)
    return findings


def report_unrelated(
    found: Sequence[tuple[Sheet, FoundTable | None]], headers: Mapping[str, HeaderMap]
) -> list[Problem]:
    """Return an error for each workbook without a known table, and what other sheets were left.

    An unread sheet may be of a kind that lacks, a needed one before others.
    """
    related = {sheet.file for sheet, table in found if table}
    strangers = [sheet for sheet, _ in found if sheet.file not in related]
    message = "Ingen af arkene har nok kendte overskrifter."
    advice = "Fjern filen fra årsmappen, eller ret kortet i data/raw/maps."
    problems = [
        Problem("error", "file.unrelated", message, name, advice=advice)
        for name in dict.fromkeys(sheet.file for sheet in strangers)
    ]
    held = {table.kind for _, table in found if table}
    lacking = [kind for kind in KIND_DA if kind not in held]
    likely = [kind for kind in lacking if kind in NEEDED_KINDS] or lacking
    maps = [headers[kind] for kind in likely if kind in headers]
    for sheet in strangers:
        problems += guess_headings(sheet, maps)
    message = "Arket har ingen kendte overskrifter: ikke brugt."
    return problems + [
        tell(sheet, "sheet.not_a_table", "", message, "", "info")
        for sheet, table in found
        if table is None and sheet.file in related
    ]


def report_missing_kinds(held: Iterable[str], headers: Mapping[str, HeaderMap]) -> list[Problem]:
    """Return an error for each needed export that is not there, information for the others."""
    problems = []
    for kind in (kind for kind in KIND_DA if kind not in held):
        if kind in NEEDED_KINDS:
            shown = headers[kind].shown if kind in headers else {}
            needed = [
                shown[c.name] for c in read_columns()[kind] if c.is_required and c.name in shown
            ]
            advice = "Læg filen i årsmappen som .xlsx."
            if needed:
                advice += f" Den skal mindst have {', '.join(needed)}; hedder de noget andet hos "
                advice += f"jer, så ret data/raw/maps/{kind}.csv."
            message = f"Et nødvendigt udtræk mangler: {KIND_DA[kind]}."
            expected = ", ".join(filter(None, shown.values()))
            told = {"expected": expected, "advice": advice}
            problems.append(Problem("error", "export.missing", message, **told))
        elif kind != "facts":
            text = f"Der er intet udtræk med {KIND_DA[kind]}; de nøgletal udgår."
            problems.append(Problem("info", "export.absent", text))
    return problems
