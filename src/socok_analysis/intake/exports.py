"""Read every export of a year folder: which workbook, which sheet, which kind of table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from socok_analysis.core.danish import did_you_mean, show_unseen
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import EXPORT_SUFFIXES, OWN_LISTS, is_passed_over, list_exports
from socok_analysis.intake.headers import HeaderMap
from socok_analysis.intake.headings import guess_headings, tell
from socok_analysis.intake.maps import CodeList
from socok_analysis.intake.parts import Table, gather_tables
from socok_analysis.intake.people import Guard, make_guard
from socok_analysis.intake.propose import propose_map
from socok_analysis.intake.recognise import FoundTable, find_table
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS, read_columns
from socok_analysis.workbook.cells import MASK, mask_cpr, name_cell
from socok_analysis.workbook.health import (
    Area,
    Finding,
    inspect_package,
    inspect_sheet,
    report_findings,
    report_refusal,
)
from socok_analysis.workbook.read import WorkbookError, read_file
from socok_analysis.workbook.sheet import Sheet
from socok_analysis.workbook.text import BROKEN_LETTERS, GARBLED

OTHER_SUFFIXES = frozenset({".xls", ".xlsb", ".xlt", ".xltx", ".xltm", ".ods", ".ots", ".fods"})
OTHER_SUFFIXES |= {".numbers", ".zip"}
HIDDEN, NAMELESS = "(navn skjult)", "Giv {} et navn uden personoplysninger."
FIRST_ROWS = 20
UNCLEAR = ("table.second", "table.beside")


@dataclass(frozen=True)
class Exports:
    """What the year folder holds: a table of each kind, doubles, all sheets, refused files.

    `health` lists what each workbook gives reason to say beside its tables; `guard` knows the
    persons in them.
    """

    tables: Mapping[str, Table]
    doubles: tuple[FoundTable, ...]
    sheets: tuple[Sheet, ...]
    refused: tuple[str, ...]
    problems: tuple[Problem, ...]
    health: tuple[Finding, ...]
    guard: Guard

    @property
    def found(self) -> tuple[FoundTable, ...]:
        """Every table found: the parts that are read, then those set aside."""
        return (*(part for table in self.tables.values() for part in table.parts), *self.doubles)


def read_exports(
    folder: Path, headers: Mapping[str, HeaderMap], codes: Mapping[str, CodeList] | None = None
) -> Exports:
    """Read all exports of a folder. Nothing is raised: every fault is a problem.

    With `codes`, a map is proposed for an export of unknown headings by what its cells hold. Files
    and sheets that are named after a person in them lose their names here, once for all.
    """
    problems, refused = check_files(folder)
    sheets, health = list[Sheet](), list[Finding]()
    for path in list_exports(folder):
        shown = show_unseen(mask_cpr(path.name))
        try:
            sheets += read_file(path, shown)
            if sheets[-1].traits.read_as:
                problems.append(Problem("info", "file.text", sheets[-1].traits.read_as, shown))
            else:
                health += inspect_package(path, shown)
        except WorkbookError as error:
            refused.append(shown)
            health.append(report_refusal(shown, error))
            problems.append(report_file("unreadable", shown, str(error), error.advice))
    opened = [report_opened(sheet) for sheet in sheets]
    found = [
        (s, None if o else find_table(s, headers)) for s, o in zip(sheets, opened, strict=True)
    ]
    problems += (problem for told in opened for problem in told)
    guard = make_guard(
        (value, table.has("person_key"))
        for table in (table for _, table in found if table)
        for column in table.personal
        for value in table.data[column].dropna().unique()
    )
    names = {name for sheet in sheets for name in (sheet.file, sheet.name)} | {*refused}
    hidden = {name: HIDDEN for name in names if guard.is_in_name(name)}
    if hidden:
        show = {name: hidden.get(name, name) for name in names}
        sheets = [replace(s, file=show[s.file], name=show[s.name]) for s in sheets]
        found = [
            (s, find_table(s, headers) if table else None)
            for s, (_, table) in zip(sheets, found, strict=True)
        ]
        health = [replace(each, file=show.get(each.file, each.file)) for each in health]
        problems = [replace(each, file=show.get(each.file, each.file)) for each in problems]
        refused = [show[name] for name in refused]
        message = "En fil eller et ark er opkaldt efter en person."
        told = report_file("personal_name", HIDDEN, message, NAMELESS.format("filen eller arket"))
        problems = [*[told] * len(hidden), *problems]
    tables, doubles, more = gather_tables(table for _, table in found if table)
    health += inspect_tables(found)
    message, advice = "Arkets navn ligner et CPR-nummer.", NAMELESS.format("arket")
    problems += [
        tell(sheet, "sheet.personal_name", "", message, advice)
        for sheet in sheets
        if MASK in sheet.name
    ]
    problems += [
        *more,
        *report_unrelated(found, headers, folder.name, codes or {}),
        *report_missing_kinds(tables, headers),
    ]
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
        suffix, is_file = path.suffix.lower(), path.is_file()
        shown = show_unseen(mask_cpr(path.name))
        if suffix not in {*EXPORT_SUFFIXES, *OTHER_SUFFIXES} or path.name.lower() in OWN_LISTS:
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
            message = "Filen er gemt i et gammelt eller andet format."
            advice = "Åbn den i Excel, og gem den som .xlsx."
            problems.append(report_file("old_format", shown, message, advice))
        elif not path.name.isprintable():
            message = "Filnavnet har tegn, der ikke kan vises. Det kommer ofte af et gammelt arkiv."
            problems.append(report_file("name", shown, message, "Giv filen et nyt navn."))
        elif shown != path.name and is_file:
            message, advice = "Filnavnet ligner et CPR-nummer.", NAMELESS.format("filen")
            problems.append(report_file("personal_name", shown, message, advice))
    return problems, refused


def inspect_tables(found: Sequence[tuple[Sheet, FoundTable | None]]) -> list[Finding]:
    """Return the health of every sheet, and of the table on it where there is one."""
    related = {sheet.file for sheet, table in found if table}
    findings: list[Finding] = []
    for sheet, table in found:
        area = None
        if table:
            is_clear = not any(problem.check in UNCLEAR for problem in table.problems)
            filled = [table.columns[n] for how, n in table.header.layout if how == "fill_down"]
            places = (table.data_rows, table.columns.values(), table.personal, is_clear, filled)
            area = Area(*places)
        findings += inspect_sheet(sheet, area, sheet.file in related)
    return findings


def report_unrelated(
    found: Sequence[tuple[Sheet, FoundTable | None]],
    headers: Mapping[str, HeaderMap],
    year: str,
    codes: Mapping[str, CodeList],
) -> list[Problem]:
    """Return an error for each workbook without a known table, and what other sheets were left.

    An unread sheet may be of a kind that lacks, a needed one before others.
    """
    related = {sheet.file for sheet, table in found if table}
    strangers = [sheet for sheet, _ in found if sheet.file not in related]
    strangers = [sheet for sheet in strangers if not report_opened(sheet)]
    edits = set[str]()
    message = "Ingen af arkene har nok kendte overskrifter."
    advice = "Fjern filen fra årsmappen, eller ret kortet i data/raw/maps."
    problems = []
    for name in dict.fromkeys(sheet.file for sheet in strangers):
        near = did_you_mean(name, OWN_LISTS) if name.lower().endswith(".csv") else ""
        own = " Er den en af årsmappens egne lister, så ret navnet." if near else ""
        problems.append(report_file("unrelated", name, message + near, advice + own))
    held = {table.kind for _, table in found if table}
    lacking = [kind for kind in KIND_DA if kind not in held]
    likely = [kind for kind in lacking if kind in NEEDED_KINDS] or lacking
    maps = [headers[kind] for kind in likely if kind in headers]
    for sheet in strangers:
        told = guess_headings(sheet, maps) or propose_map(sheet, year, headers, codes)
        problems += (each for each in told if not each.edit or each.edit not in edits)
        edits |= {each.edit for each in told}
    message = "Arket har ingen kendte overskrifter: ikke brugt."
    return problems + [
        tell(sheet, "sheet.not_a_table", "", message, "", "info")
        for sheet, table in found
        if table is None and sheet.file in related
    ]


def report_opened(sheet: Sheet) -> list[Problem]:
    """Return what tells that a sheet is a CSV that Excel opened with other signs than its own."""
    rows = sheet.cells.iloc[:FIRST_ROWS]
    texts = [str(value) for value in rows.to_numpy().ravel() if isinstance(value, str)]
    if any(map(GARBLED.search, texts)):
        return [tell(sheet, "sheet.garbled", "", *BROKEN_LETTERS)]
    if [*sheet.cells.columns] == [1] and sum(max(map(t.count, ";,\t")) > 1 for t in texts) > 1:
        message = (
            "Alt står i kolonne A: en CSV er åbnet i Excel med et andet skilletegn end sit eget."
        )
        advice = "Læg selve CSV-filen i årsmappen i stedet for den, der er gemt fra Excel."
        return [tell(sheet, "sheet.one_column", name_cell(1, 1), message, advice)]
    return []


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
