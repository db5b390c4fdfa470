"""Header maps and the layout of exports: what each kind's columns are called, as data.

A header map is a CSV for each kind of export: a row for each year from which it holds, a column
for each tidy column, in the cell the heading of that year, `|` between accepted spellings, blank
where it is not exported, `=VALUE` where all rows have the same (`=[ark]`, `=[fil]`: the sheet's or
file's name). `ignored` and `personal` hold headings that are known and not wanted.

What a heading cannot say stands in `layout.csv`: `kind,valid_from,column,how,argument`. From
`valid_from` on, the rows of the newest year hold for a column; one without `how` ends it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from socok_analysis.core.danish import clean_text, did_you_mean, fold
from socok_analysis.core.lists import Filled, ListFile, YearNumber, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.intake.parse import MONTH, MONTHS, ParseError, parse_date, parse_week
from socok_analysis.intake.tables import read_columns
from socok_analysis.workbook.cells import CellValue
from socok_analysis.workbook.read import UNIT

EXTRA = ("ignored", "personal")
LAYOUT = "layout.csv"
OTHER_UNITS = {
    "_dkk": (UNIT, "tusinder, millioner eller en anden valuta", "hele kroner"),
    "hours_per_week": (
        re.compile(r"pr\.? ?(?:dag|måned|md|år|kvartal)|daglig|månedlig|årlig", re.IGNORECASE),
        "en anden periode",
        "timer pr. uge",
    ),
}
FIRST_DAY, LAST_DAY = "første dag", "sidste dag"
MONTH_HEADING = re.compile(
    rf"(?:(?P<name>{MONTH})\.?|(?P<number>0?[1-9]|1[0-2]))[ ./-]*(?P<year>(?:19|20)\d\d)"
    rf"|(?P<first>(?:19|20)\d\d)[ ./-]*(?:(?P<after>{MONTH})\.?|M?(?P<digits>0?[1-9]|1[0-2]))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class HeadingRow:
    """A row of a header map: the cells of its columns from a report year."""

    valid_from: YearNumber
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LayoutRow:
    """A row of `layout.csv`: how a column is found that no one heading names.

    `fill_down`: a blank is as the cell above; `group_row`: the value stands alone in a row above
    its rows, after the argument; `unpivot`: the values stand under many headings, which tell the
    column the argument begins with; `join`, `codes`: the column's parts, or several values, stand
    under the headings of the argument; `nothing`: its words mean that there is no value.
    """

    kind: Filled
    valid_from: YearNumber
    column: str = ""
    how: Literal["fill_down", "group_row", "unpivot", "join", "codes", "nothing", ""] = ""
    argument: str = ""
    row: int = 0


@dataclass(frozen=True)
class HeaderMap:
    """One kind's headings for one year: folded heading to tidy column, and those not wanted.

    `shown` and `cells` are by tidy column: the headings as read aloud, and as the map has them.
    `constants` are the values the map gives; `layout` has the words of each argument by (how,
    column).
    """

    kind: str
    headings: Mapping[str, str]
    shown: Mapping[str, str]
    ignored: frozenset[str]
    personal: frozenset[str]
    valid_from: str
    cells: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    layout: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The tidy columns that have headings."""
        return frozenset(self.headings.values())

    @cached_property
    def spread(self) -> tuple[str, str, tuple[str, ...]] | None:
        """The column whose values stand under many headings, the one they tell, and what else."""
        found = ((name, *words) for (how, name), words in self.layout.items() if how == "unpivot")
        return next(((name, told, tuple(rest)) for name, told, *rest in found), None)

    def find(self, text: str) -> str | None:
        """Return the tidy column a folded heading names."""
        name = self.headings.get(text)
        return self.spread[0] if name is None and self.spread and self.read_spread(text) else name

    def is_known(self, text: str) -> bool:
        """Tell whether a folded heading is known."""
        return text in self.ignored or text in self.personal or self.find(text) is not None

    def read_spread(self, text: str) -> CellValue:
        """Return what one of many headings tells: a week, a day or a text; None if it is none."""
        if self.spread is None or text in self.ignored or text in self.personal:
            return None
        _, told, rest = self.spread
        kind = next(c.type for c in read_columns()[self.kind] if c.name == told)
        if kind not in ("week", "date"):
            return next((each for each in rest if fold(each) == text), None)
        years = [each for each in rest if each.isdigit()]
        parse = parse_week if kind == "week" else parse_date
        forms = ("{0} {1}", "uge {0}, {1}") if kind == "week" else ("{0} {1}",)
        for tried in (text, *(form.format(text, year) for year in years for form in forms)):
            day = _read_month(tried, rest) if kind == "date" else None
            try:
                if value := day or parse(tried):
                    return value
            except ParseError:
                continue
        return None

    def is_given(self, name: str) -> bool:
        """Tell whether a column has its values without a heading of its own."""
        told = {self.spread[1]} if self.spread else set()
        return name in self.constants or name in told or ("group_row", name) in self.layout

    def is_nothing(self, name: str, value: CellValue) -> bool:
        """Tell whether a cell holds a word that is declared to mean nothing."""
        words = {*self.layout.get(("nothing", name), ()), *self.layout.get(("nothing", ""), ())}
        if not words or value is None:
            return False
        texts = {fold(value)}
        if isinstance(value, date):
            texts |= {f"{value:%d-%m-%Y}", f"{value.year:04d}-{value:%m-%d}"}
        return not texts.isdisjoint(map(fold, words))


def _read_month(text: str, rest: Iterable[str]) -> date | None:
    """Return the first or last day of the month a heading names, as the layout says."""
    found = MONTH_HEADING.fullmatch(text)
    if not found or not {FIRST_DAY, LAST_DAY} & {*rest}:
        return None
    name, digits = found["name"] or found["after"], found["number"] or found["digits"]
    month = MONTHS.index(name[:3].lower()) + 1 if name else int(digits)
    year = int(found["year"] or found["first"])
    return date(year, month, calendar.monthrange(year, month)[1] if LAST_DAY in rest else 1)


def split_cell(text: str) -> list[str]:
    """Return the parts of a map's cell that `|` separates."""
    return [part for part in map(clean_text, text.split("|")) if part]


def list_heading_rows(root: Path, kind: str, problems: list[Problem]) -> list[HeadingRow]:
    """Return the rows of a kind's header map, oldest first."""
    known = [*(column.name for column in read_columns()[kind]), *EXTRA]
    file = ListFile(maps_dir(root) / f"{kind}.csv", is_needed=True)
    rows = read_rows(file, HeadingRow, problems, known=known, key="valid_from")
    return sorted(rows, key=lambda row: row.valid_from)


def read_headers(root: Path, year: int, problems: list[Problem]) -> dict[str, HeaderMap]:
    """Return every kind's headings for a year; a kind no row of whose map holds is not there."""
    file = ListFile(maps_dir(root) / LAYOUT)
    rows = read_rows(file, LayoutRow, problems)
    for row in rows:
        problems += (file.fault("type", *told, cell=f"A{row.row}") for told in _check_layout(row))
    headers = (_read_header_map(root, kind, year, rows, problems) for kind in read_columns())
    return {header.kind: header for header in headers if header}


def _check_layout(row: LayoutRow) -> Iterable[tuple[str, str]]:
    """Yield what is wrong with a row of the layout: message and advice."""
    kinds = read_columns()
    if row.kind not in kinds:
        yield f"“{row.kind}” er ikke et udtræk.{did_you_mean(row.kind, kinds)}", ""
        return
    types = {column.name: column.type for column in kinds[row.kind]}
    if row.column not in types and (row.column or row.how != "nothing"):
        near = did_you_mean(row.column, types)
        yield f"“{row.column}” er ikke en kolonne i {row.kind}.{near}", ""
    words = split_cell(row.argument)
    if row.how in ("unpivot", "join", "codes", "nothing") and not words:
        yield f"{row.how} skal have noget i argument.", "Se vejledningen om udtræk."
    if row.how == "unpivot" and words and (words[0] not in types or words[0] == row.column):
        near = did_you_mean(words[0], types)
        yield f"unpivot skal nævne kolonnen, overskrifterne fortæller.{near}", ""
    if row.how == "codes" and types.get(row.column) != "codes":
        yield f"{row.column} kan ikke have flere værdier: codes passer ikke til den.", ""


def _read_header_map(
    root: Path, kind: str, year: int, rows: Iterable[LayoutRow], problems: list[Problem]
) -> HeaderMap | None:
    """Return a kind's headings for a year; None where no row of the map holds for it.

    A kind without any heading is not exported at all, which is no error.
    """
    held = [row for row in list_heading_rows(root, kind, problems) if row.valid_from <= year]
    if not held:
        return None
    row, columns = held[-1], read_columns()[kind]
    own = [each for each in rows if each.kind == kind and each.valid_from <= year]
    newest = {c: max(r.valid_from for r in own if r.column == c) for c in {r.column for r in own}}
    own = [each for each in own if each.how and each.valid_from == newest[each.column]]
    layout: dict[tuple[str, str], tuple[str, ...]] = {}
    for each in own:
        place = (each.how, each.column)
        words = (
            [clean_text(each.argument)] if each.how == "group_row" else split_cell(each.argument)
        )
        layout[place] = (*layout.get(place, ()), *words)
    parts = {n: split_cell(row.extra.get(n, "")) for n in (*(c.name for c in columns), *EXTRA)}
    constants = {n: each[1:] for n, texts in parts.items() for each in texts if each[0] == "="}
    spellings = {n: [t for t in texts if t[0] != "="] for n, texts in parts.items()}
    for (how, name), texts in layout.items():
        if how in ("join", "codes") and name in spellings:
            spellings[name] += texts
    headings, faults = _check_spellings(spellings)
    header = HeaderMap(
        kind,
        headings,
        {name: " eller ".join(f"“{text}”" for text in spellings[name]) for name in spellings},
        frozenset(map(fold, spellings["ignored"])),
        frozenset(map(fold, spellings["personal"])),
        str(row.valid_from),
        {name: row.extra.get(name, "") for name in spellings},
        {name: text.strip() for name, text in constants.items()},
        layout,
    )
    is_used = any(spellings[column.name] or header.is_given(column.name) for column in columns)
    spread = header.spread[0] if header.spread else ""
    for column in columns if is_used else ():
        is_found = spellings[column.name] or header.is_given(column.name) or column.name == spread
        if column.is_required and not is_found:
            told = f"Kolonnen {column.name} skal have en overskrift: alle rækker skal bruge den."
            faults.append((column.name, told, "Har alle rækker det samme, så skriv =VÆRDI."))
    file = ListFile(maps_dir(root) / f"{kind}.csv")
    for name, message, advice in faults:
        facts = {"cell": f"A{row.row}", "column": name, "found": row.extra.get(name, "")}
        problems.append(file.fault("type", message, advice, **facts))
    return header


def _check_spellings(
    spellings: Mapping[str, Iterable[str]],
) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Return the tidy column of each folded heading, and what is wrong: column, message, advice."""
    headings, faults = dict[str, str](), list[tuple[str, str, str]]()
    for name, texts in spellings.items():
        for text in texts:
            for ending, (pattern, said, wanted) in OTHER_UNITS.items():
                if name.endswith(ending) and pattern.search(text):
                    told = f"Overskriften “{text}” siger {said}, men kolonnen {name} er {wanted}."
                    advice = f"Lad udtrækket skrive {wanted}, eller regn tallene om i Excel."
                    faults.append((name, told, advice))
            if (other := headings.setdefault(fold(text), name)) != name:
                told = f"“{text}” er overskrift for både {other} og {name}."
                faults.append((name, told, "Lad den stå i én kolonne."))
    return {text: name for text, name in headings.items() if name not in EXTRA}, faults
