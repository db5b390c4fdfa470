"""Find the table on a sheet by its headings, and its end by its content.

The headings are the row, or the two rows, with the most known headings of one kind; one below a
group is known alone or with it ("Periode" over "fra" is "Periode fra"). Every row of the sheet is
data, a total, or skipped. A sheet is to have one table: what else stands there is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from itertools import product
from typing import Any, TypeGuard

import pandas as pd
from openpyxl.utils.cell import coordinate_to_tuple

from socok_analysis.core.danish import clean_text, fold, mask_cpr, nearest
from socok_analysis.core.problems import Problem, Proposal, Severity
from socok_analysis.intake.maps import EXTRA, LAYOUT, TO_TELL, HeaderMap
from socok_analysis.intake.parse import describe_lookalikes, find_within, simplify
from socok_analysis.intake.tables import KIND_DA, read_columns
from socok_analysis.workbook.cells import CellValue, Sheet, is_blank, name_cell

LEAST_SHARE, LEAST_HELD, MOST_HELD = 0.5, 4, 0.8
FIRST_ROWS, MOST_HEADINGS, LONGEST_HEADING, LONGEST_NAME, MOST_PLACES = 20, 500, 60, 40, 5
TOTAL = re.compile(
    r"(?:i alt|total|subtotal)\b.*|(?:ialt|(?:hoved|grand )total|total(?:er|t)|tilsammen|"
    r"(?:del|mellem)?sum(?:mer)?|samlet(?: sum| antal)?|(?:sum|antal|samlet) i ?alt|Σ)"
    r"\s*[:.]?(?:\s*\(.*\))?",
    re.I,
)
OF_PART = re.compile(r".*\S (?:i ?alt|total)\s*:?", re.I)
NOTE = re.compile(r"[*†‡(¹²³]|\d\)|(?:noter?|bemærk(?:ning)?|kilde|anm|obs|nb)\b", re.I)
PAGE = re.compile(
    r"(?:side|page)[ :]*\d+(?:\s*(?:af|of|/)\s*\d+)?|"
    r"(?:udskrevet|udskriftsdato|dannet|kørt)\b.{0,60}|"
    r"(?:filt(?:er|re)|anvendte filtre|applied filters|udvalgskriterier)\b.*",
    re.I | re.DOTALL,
)
WORDS, DIGIT, CELL = re.compile(r"\D*[^\W\d_]{2}"), re.compile(r"\d"), re.compile(r"[A-Z]{1,3}\d+")
SUMMED = ("number", "whole", "percent")
MEASURED = (*SUMMED, "date", "week", "person")
OTHER_KIND = ("Arket har en tabel af en anden slags.", "Flyt den til sit eget ark, eller slet den.")
AGAIN = (
    "Overskrifterne står en gang til på arket.",
    "Slet dem, hvis rækkerne under dem hører med. Er det et andet år, så flyt det til årets mappe.",
)
OUTSIDE = ("Her står noget, som ikke er læst.", "Slet det, eller giv kolonnen en overskrift.")
NAMELESS = ("Kolonnen er uden overskrift og ikke læst.", "Giv den en, eller slet den.", "warning")
BESIDE = (
    "Kolonnen er uden overskrift og ikke læst, og den ved siden af er tom.",
    "Flyt værdierne ind under deres overskrift. Hører de ikke til den, så slet kolonnen.",
)
DISPLACED = ("Rækken har for mange felter.", "Sæt anførselstegn om en værdi med skilletegn i.")
MOVED = ("Værdierne står ved siden af deres overskrift. De er læst som dens.", "", "info")
UNKNOWN_BELOW = (
    "Under tabellen begynder noget med egne overskrifter. Det er ikke læst.",
    "Flyt det til sit eget ark. Er det rækker i tabellen, så slet den tomme række over dem.",
)
Cells = Mapping[int, CellValue]
Headers = Mapping[str, HeaderMap]


@dataclass(eq=False)
class FoundTable:
    """One table on a sheet: its headings by column, in one or two rows, and what its rows are.

    `states` are heading, data, total, group (a name alone above its rows), other (set aside), page
    and note. `moved` columns stand beside their heading; `told` is what a column's heading tells of
    all its rows; a double is not read. `folded` are the headings as compared, `columns` the place
    of each tidy column, `parts` the places of one with several, `given` what all rows have alike,
    `personal` columns are not read. `score`: wanted headings found of all wanted and unknown.
    """

    sheet: Sheet
    header: HeaderMap
    headings: Mapping[int, str]
    heading_rows: tuple[int, ...]
    moved: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[int, str] = field(default_factory=dict)
    told: Mapping[str, CellValue] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_double: bool = False

    def __post_init__(self) -> None:
        sheet, header, self.kind = self.sheet, self.header, self.header.kind
        self.folded = {column: fold(text) for column, text in self.headings.items()}
        self.names = {column: header.find(text) for column, text in self.folded.items()}
        self.columns, self.parts = dict[str, int](), dict[str, list[int]]()
        for column, name in self.names.items():
            if name and name not in EXTRA:
                self.columns.setdefault(name, column)
                if self.folded[column] in map(fold, header.parted.get(name, ())):
                    self.parts.setdefault(name, []).append(column)
        self.columns |= self.moved
        special = {"[ark]": sheet.name, "[fil]": sheet.file.rpartition(".")[0]}
        fixed = {name: special.get(text, text) for name, text in header.constants.items()}
        self.given = {n: v for n, v in fixed.items() if n not in self.columns} | {**self.told}
        self.personal = [c for c, name in self.names.items() if name == "personal"]
        self.unknown = {c: text for c, text in self.headings.items() if self.names[c] is None}
        foreign = len({self.folded[column] for column in self.unknown})
        named, count = len({*self.folded.values()}) - foreign, len(self.columns)
        is_enough = count > 1 or (header.spread and named > 1)
        wanted = len({*header.headings.values()})
        self.score = count / (wanted + foreign) if is_enough else 0.0
        self.data_rows, self.total_rows = self.list_rows("data"), self.list_rows("total")

    def list_rows(self, state: str) -> list[int]:
        """Return the rows that are one thing."""
        return [row for row, own in self.states.items() if own == state]

    @cached_property
    def below(self) -> Mapping[int, Cells]:
        """All rows below the headings."""
        return {n: row for n, row in self.sheet.rows.items() if n > self.heading_rows[-1]}

    @cached_property
    def data(self) -> pd.DataFrame:
        """The raw cells of the data rows, by row and column number as on the sheet."""
        return self.sheet.cells.loc[self.data_rows]

    def has(self, name: str) -> bool:
        """Tell whether the table has a tidy column, on its rows or otherwise."""
        return name in {*self.columns, *self.given, *self.header.layout["group_row"]}

    def cells(self, name: str) -> pd.Series[Any]:
        """Return a tidy column's raw cells by row number; blank where not exported."""
        values, layout = [self.given.get(name)] * len(self.data_rows), self.header.layout
        if name in self.parts:
            kind = self.header.declared[name].type
            sign = {"codes": "; ", "week": " uge "}.get(kind, "-")
            rows = self.data[[*self.parts[name]]].itertuples(index=False)
            texts = ([clean_text(simplify(v)) for v in row if not is_blank(v)] for row in rows)
            values = [sign.join(each) or None for each in texts]
        elif name in self.columns and self.columns[name] in self.data:
            values = self.data[self.columns[name]].tolist()
        elif name in layout["group_row"]:
            named = dict[int, CellValue](dict.fromkeys(self.states))
            for row in self.list_rows("group"):
                text = clean_text(*self.sheet.row(row).values())
                named[row] = text[len(self.header.start or "") :].strip()
            values = pd.Series(named, dtype=object).ffill()[self.data_rows].tolist()
        if name in layout["fill_down"]:
            values = pd.Series(values, dtype=object).ffill().tolist()
        nothing = {*self.header.list_nothing(name, {*values})}
        values = [None if value in nothing else value for value in values]
        return pd.Series(values, self.data_rows, dtype=object)

    def tell_spread(self) -> dict[int, Any]:
        """Return what each of the many headings tells, by its place."""
        told = {column: self.header.read_spread(text) for column, text in self.folded.items()}
        return {column: value for column, value in told.items() if value is not None}

    def spread(self) -> Iterator[FoundTable]:
        """Yield a part for each heading that tells a column, without its blank rows; else all."""
        if self.header.spread is None:
            yield self
            return
        name, told, _ = self.header.spread
        for column, value in self.tell_spread().items():
            moved, known = {**self.moved, name: column}, {**self.told, told: value}
            own = replace(self, moved=moved, told=known, problems=())
            held = {*own.cells(name).dropna().index}
            states = {r: s for r, s in self.states.items() if s != "data" or r in held}
            yield replace(own, states=states)

    def name_cell(self, row: Any, name: str) -> str:
        """Return the name of a tidy column's cell in a row."""
        return name_cell(row, self.columns.get(name, 1))

    def tell(self, row: Any, name: str, check: str, *told: Any, **more: Any) -> Problem:
        """Return a problem at a tidy column's cell: message, advice and severity."""
        return self.sheet.tell(check, self.name_cell(row, name), *told, column=name, **more)

    def tell_heading(self, check: str, place: int, *told: Any, **more: Any) -> Problem:
        """Return a problem at the lowest heading of a column of the sheet."""
        return self.sheet.tell(check, name_cell(self.heading_rows[-1], place), *told, **more)


def find_table(sheet: Sheet, headers: Headers) -> FoundTable | None:
    """Return the sheet's table, or None where no row looks like the headings of any kind. A page's
    foot, and what stands above the table when it comes again, is skipped, but for headings below a
    title of their own.
    """
    rows = list_heading_rows(sheet, headers)
    table = _choose_headings(sheet, rows, headers)
    if table is None:
        return None
    first, last, before = table.heading_rows[0], table.heading_rows[-1], dict[int, CellValue]()
    above = [cells for row, cells in sheet.rows.items() if row <= last]
    pages, titled = set[int](), set[int]()  # titled: below a row of one cell that is no total
    for row, cells in table.below.items():
        texts = [clean_text(v) for v in cells.values() if isinstance(v, str)]
        is_foot = len(cells) < 4 and all(map(PAGE.fullmatch, texts))
        pages |= {row} if texts and (is_foot or cells in above) else set()
        titled |= {row} if len(before) == 1 and not _is_total(before) else set()
        before = before if row in pages else dict(cells)
    others = {
        row: AGAIN if each.kind == table.kind else OTHER_KIND
        for row in rows
        if not first <= row <= last and row not in pages - titled
        for each in headers.values()
        if _read_headings(sheet, row, each).score >= LEAST_SHARE
    }
    end = min((row for row in others if row > last), default=sheet.last_row + 1)
    more = [sheet.tell("table.second", name_cell(row, 1), *told) for row, told in others.items()]
    return _describe(table, end, pages, more)


def list_heading_rows(sheet: Sheet, headers: Headers) -> list[int]:
    """Return the first rows that hold at least two headings of some kind, days among them."""
    texts = {value for cells in sheet.rows.values() for value in cells.values()}
    named = {text for header in headers.values() for text in header.headings}
    known = {text for text in texts if type(text) is str and fold(text) in named}
    rows = {row for row, cells in sheet.rows.items() if sum(v in known for v in cells.values()) > 1}
    for header in (header for header in headers.values() if header.spread):
        for row in [*sheet.rows][:FIRST_ROWS]:
            found = _read_headings(sheet, row, header).names.values()
            rows |= {row} if sum(map(bool, found)) > 1 else set()
    return sorted(rows)[:MOST_HEADINGS]


def _choose_headings(sheet: Sheet, rows: list[int], headers: Headers) -> FoundTable | None:
    """Return the headings that fit a kind best: a row, or two where that is better; or None."""
    near = {near for row in rows for near in (row - 1, row, row + 1)} & sheet.rows.keys()
    tops = [top for top in sorted(near) if top + 1 in near and {top, top + 1} & {*rows}]
    tried = list[FoundTable]()
    for header in headers.values():
        read = {row: _read_headings(sheet, row, header) for row in near}
        tried += [*(read[row] for row in rows), *(_join(read[t], read[t + 1]) for t in tops)]
    if not tried:
        return None
    told = {id(t): len("".join(t.headings.values())) for t in tried if t.header.spread}
    best = max(tried, key=lambda t: (t.score, told.get(id(t), 0), -len(t.heading_rows)))
    least = max(LEAST_HELD, MOST_HELD * len({*best.header.headings.values()}))
    return best if best.score >= LEAST_SHARE or len(best.columns) >= least else None


def _read_headings(sheet: Sheet, row: int, header: HeaderMap) -> FoundTable:
    texts = {column: clean_text(simplify(value)) for column, value in sheet.row(row).items()}
    return FoundTable(sheet, header, texts, (row,))


def _join(upper: FoundTable, lower: FoundTable) -> FoundTable:
    """Return two rows of headings as one: joined where that is known, else the lower."""
    texts, group = dict[int, str](), ""
    for column in sorted({*upper.headings, *lower.headings}):
        group = upper.headings.get(column, group)
        own = lower.headings.get(column, group)
        both = f"{group} {own}"
        is_joined = column in lower.headings and lower.header.find(fold(both))
        texts[column] = both if is_joined else own
    return replace(lower, headings=texts, heading_rows=upper.heading_rows + lower.heading_rows)


def _describe(table: FoundTable, end: int, pages: set[int], more: list[Problem]) -> FoundTable:
    """Return the table below its headings and above row `end`, with what is wrong around it."""
    sheet = table.sheet
    columns = [c for c in read_columns()[table.kind] if c.name in table.columns]
    needed = {table.columns[c.name]: c.type for c in columns if c.is_required}
    summed = {table.columns[c.name] for c in columns if c.type in SUMMED}
    states = _sort_rows(table, needed, end, pages)
    is_beside = "data" not in states.values()
    rows = [row for row, state in states.items() if state == ("other" if is_beside else "data")]
    moved = _find_moved(table, needed, rows)
    states |= dict.fromkeys(rows, "data") if moved else {}
    table = replace(table, states=states)
    above = [row for row in sheet.rows if row < table.heading_rows[0]]
    tops = [r for r in above if summed & {*sheet.row(r)} and _is_total(sheet.row(r))]
    rest = [row for row in table.below if row not in states]
    told = [("row.outside", row, OUTSIDE) for row in table.list_rows("other")]
    told += [("table.below", row, UNKNOWN_BELOW) for row in rest[:1] if row < end]
    problems = [
        *check_headings(table),
        *(_report_note(sheet, row) for row in table.list_rows("note")),
        *_report_nameless(table, {*moved.values()}),
        *more,
        *(sheet.tell(c, name_cell(row, min(sheet.row(row))), *text) for c, row, text in told),
    ]
    states = dict.fromkeys(table.heading_rows, "heading") | states | dict.fromkeys(rest, "other")
    states = dict.fromkeys(tops, "total") | states
    return replace(table, moved=moved, states=states, problems=tuple(problems))


def _sort_rows(
    table: FoundTable, needed: Mapping[int, str], end: int, pages: Collection[int]
) -> dict[int, str]:
    """Return what each row below the headings is.

    A row of short words after a blank one, though every row needs more, begins another table. Where
    the `needed` columns are texts, a row with them all is data. Rows of one text at the end are
    notes, from the first after a blank row or a total, or as notes begin; no personal number is.
    """
    sheet, before, states = table.sheet, table.heading_rows[-1], dict[int, str]()
    start = table.header.start
    is_of_texts, is_measured = {*needed.values()} <= {"text"}, {*needed.values()} & {*MEASURED}
    for row, cells in ((row, cells) for row, cells in table.below.items() if row < end):
        (first, *others), is_apart, before = cells.values(), row - before > 1, row
        are_words = is_apart and all(is_short(v) and not DIGIT.search(v) for v in cells.values())
        is_lacking, is_label = not needed.keys() <= cells.keys(), isinstance(first, str)
        is_part = is_label and others and not any(isinstance(v, (str, date)) for v in others)
        is_total = (is_lacking or not is_of_texts) and _is_total(cells)
        if is_total or (is_lacking and is_part and OF_PART.fullmatch(clean_text(first))):
            states[row] = "total"
        elif row in pages:
            states[row] = "page"
        elif start is not None and is_label and not others and fold(first).startswith(start):
            states[row] = "group"
        elif are_words and is_measured and others and sheet.row(row + 1):
            break
        else:
            states[row] = "data" if table.headings.keys() & cells.keys() else "other"
    notes = list[int]()
    for row in [row for row, state in reversed(states.items()) if state != "total"]:
        first, *others = sheet.row(row).values()
        if others or not isinstance(first, str) or mask_cpr(first) != first:
            break
        notes.append(row)
        is_apart = states.get(row - 1) == "total" or not sheet.row(row - 1)
        if is_apart or NOTE.match(clean_text(first)):
            states |= {each: "note" for each in notes if states[each] != "page"}
    return states


def is_short(value: CellValue) -> TypeGuard[str]:
    """Tell whether a cell holds a text no longer than a heading."""
    return isinstance(value, str) and len(value) <= LONGEST_HEADING


def _find_moved(table: FoundTable, needed: Collection[int], rows: Iterable[int]) -> dict[str, int]:
    """Return where the columns stand whose values are all beside their heading: below its merged
    cells, else to one side, if only that side explains every nameless column and every needed one,
    and none may be a column of persons or hold the values of another of its type.
    """
    sheet, last = table.sheet, table.heading_rows[-1]
    filled = {column for row in rows for column in sheet.row(row)}
    nameless = filled - table.headings.keys()
    empty = {name: place for name, place in table.columns.items() if place not in filled}
    ends = {
        left: right for top, left, bottom, right in sheet.traits.merged if top <= last <= bottom
    }
    below = {n: [c for c in nameless if p < c <= ends.get(p, p)] for n, p in empty.items()}
    found = {name: places[0] for name, places in below.items() if len(places) == 1}
    rest = nameless - {*found.values()}
    must = {name for name, place in empty.items() if place in needed} - found.keys()
    sides = [
        (step, {n: p + step for n, p in empty.items() if p + step in rest}) for step in (1, -1)
    ]
    fitting = [s for s in sides if must and must <= s[1].keys() and rest == {*s[1].values()}]
    if len(fitting) != 1:
        return found
    ((step, side),) = fitting
    types = {c.name: "number" if c.type in SUMMED else c.type for c in read_columns()[table.kind]}
    known = {place: types[name] for name, place in table.columns.items()}
    left = [place for name, place in empty.items() if name not in found | side]
    persons = {*table.personal} - filled
    is_open = any(p + step in filled and known[p] == known.get(p + step) for p in left)
    is_open |= any(not persons.isdisjoint({p - 1, p + 1}) for p in side.values())
    return found if is_open else found | side


def is_total_name(text: str) -> bool:
    """Tell whether a text begins as the label of a total row does."""
    return not text[:1].isdecimal() and bool(TOTAL.fullmatch(clean_text(text)))


def _is_total(cells: Cells) -> bool:
    """Tell whether a row's first cell labels a total; a firm with words after it may be Total."""
    first, *others = cells.values()
    words = [v for v in others if isinstance(v, date) or (isinstance(v, str) and WORDS.match(v))]
    return isinstance(first, str) and is_total_name(first) and len(words) < 2


def locate(problem: Problem) -> tuple[int, int]:
    """Return the numbers of the row and the column a problem is about; 0 for none."""
    return coordinate_to_tuple(problem.cell) if CELL.fullmatch(problem.cell) else (0, 0)


def check_headings(table: FoundTable) -> Iterator[Problem]:
    """Yield the headings that are missing, unknown, repeated or below a group. An unknown,
    maybe a stray value, is not quoted; if it may be a missing one, it is told there.
    """
    header, folded, seen = table.header, table.folded, table.columns
    places, alike = {text: column for column, text in table.unknown.items()}, dict[str, str]()
    for name in sorted(header.wanted - seen.keys() - header.given):
        ways = product((nearest, find_within), header.spellings[name])
        alike[name] = next(filter(None, (find(text, places) for find, text in ways)), "")
    renamed = {places[text] for text in alike.values() if text}
    left = [column for column in table.unknown if column not in renamed]
    lost = [name for name, text in alike.items() if not text]
    is_last = len(left) == len(lost) == 1
    for name, text in alike.items():
        yield _report_missing(table, name, text, places.get(text, left[0] if is_last else 0))
    for name, texts in header.parted.items():
        gone = [text for text in texts if fold(text) not in folded.values()]
        for text in gone if len(gone) < len(texts) else ():
            message = f"Overskriften “{text}” mangler ({KIND_DA[table.kind]})."
            advice = f"Ret den i udtrækket eller i data/raw/maps/{LAYOUT}."
            yield table.tell_heading("heading.missing", 1, message, advice, column=name)
    spellings = [spelling for spelling, name in header.headings.items() if name in alike]
    advice = f"Tilføj den i data/raw/maps/{table.kind}.csv: ved sin kolonne, i ignored "
    advice += "(kendt og ikke ønsket) eller i personal (personoplysning)."
    for column in () if is_last else left:
        text = table.unknown[column]
        near = nearest(text, spellings) or nearest(text, header.headings)
        hint = f" Den ligner {header.show(header.headings[near])}." if near else ""
        message = f"Overskriften i cellen er ikke kendt.{hint}{describe_lookalikes(text)}"
        told = ("heading.unknown", column, message, advice)
        yield table.tell_heading(*told, expected="en overskrift fra kortet")
    several = {None, *EXTRA, *header.parted, *header.layout["unpivot"]}
    named = {column: name or "" for column, name in table.names.items() if name not in several}
    repeated = {column: name for column, name in named.items() if seen[name] != column}
    if header.spread and (heads := table.tell_spread()):
        values, is_of_year = [*heads.values()], any(map(str.isdigit, header.spread[2]))
        is_turned = values not in (sorted(values), sorted(values, reverse=True))
        if len({*values}) < len(values) or (is_of_year and is_turned):
            repeated[max(heads)] = header.spread[0]
    if repeated:
        cell = partial(name_cell, table.heading_rows[-1])
        twice = [f"{header.show(n)} ({cell(seen[n])} og {cell(c)})" for c, n in repeated.items()]
        message = f"Overskrifter, der står to gange: {', '.join(twice)}."
        advice = "Slet den ene kolonne, eller giv den en anden overskrift, uger og måneder med "
        advice += "årstal, når et nyt år begynder. Står to år ved siden af "
        advice += "hinanden, så flyt det ene til sin egen årsmappe."
        yield table.tell_heading("heading.repeated", min(repeated), message, advice)
    yield from _check_groups(table)


def _report_missing(table: FoundTable, name: str, found: str, place: int) -> Problem:
    """Return the error for a heading that is not there, with the unknown one it may have become."""
    header, expected = table.header, table.header.show(name)
    facts: dict[str, Any] = {"column": name, "found": found, "expected": expected}
    places = [place] if place else [*table.unknown][:MOST_PLACES]
    cells = ", ".join(name_cell(table.heading_rows[-1], each) for each in places)
    where = f"i kolonnen {name} i data/raw/maps/{table.kind}.csv, eller ret den i udtrækket"
    new = found or (TO_TELL if place else "")
    if name in header.layout["unpivot"]:
        advice, new = f"Overskrifterne passer ikke med unpivot i {LAYOUT}. Skriv årstallet i ", ""
        advice += "dem eller linjen, og i linjen “første dag” eller “sidste dag” for måneder."
    elif describe_lookalikes(found):
        advice, new = "Slet overskriften, og skriv den igen på et dansk tastatur.", ""
    elif found:
        advice = f"Er den omdøbt til “{found}”? Så skriv “|{found}” {where}."
    elif places:
        advice = f"Er den omdøbt til teksten i {cells}? Så skriv “|” og teksten {where}."
    elif header.declared[name].is_required or {*table.sheet.cells} - table.headings.keys():
        advice, new = f"Ret overskriften til {expected} i udtrækket.", ""
    else:
        advice, new = f"Er kolonnen her ikke mere, så skriv “|=”, tom, {where}.", "="
    if new:
        file, spelt = f"maps/{table.kind}.csv", (header.cells[name], new)
        facts["proposal"] = Proposal(file, spelt, row=header.valid_from, column=name)
    message = f"Overskriften {expected} mangler ({KIND_DA[table.kind]})."
    return table.tell_heading("heading.missing", place or 1, message, advice, **facts)


def _check_groups(table: FoundTable) -> Iterator[Problem]:
    """Yield an error for each wanted heading right below a group that may change its meaning. Texts
    in the two first columns are titles; what joins to a known heading is settled.
    """
    sheet, header, last = table.sheet, table.header, table.heading_rows[-1]
    groups = {column for column, value in sheet.row(last - 1).items() if isinstance(value, str)}
    own = _read_headings(sheet, last, header)
    for column, text in [*own.headings.items()][2:]:
        name = header.headings.get(own.folded[column])
        if name and column in groups and table.headings[column] == text:
            message = f"Teksten lige over overskriften “{text}” kan ændre dens betydning."
            advice = f"Skriv begge i én celle, eller tilføj dem i data/raw/maps/{header.kind}.csv "
            advice += "med et mellemrum imellem. Er det en titel, så sæt en tom række under den."
            told = ("heading.group", name_cell(last - 1, column), message, advice)
            yield sheet.tell(*told, column=name)


def _report_note(sheet: Sheet, row: int) -> Problem:
    """Return that a row was read as a note; a short one may be a row to complete."""
    place, value = next(iter(sheet.row(row).items()))
    text, advice = clean_text(value), ""
    if len(text) <= LONGEST_NAME and text[-1:].isalnum() and not NOTE.match(text):
        advice = "Er det en række i tabellen, så udfyld den. Ellers skriv “Note:” foran."
    severity: Severity = "warning" if advice else "info"
    message = "Rækken under tabellen er læst som en note."
    return sheet.tell("row.note", name_cell(row, place), message, advice, severity)


def _report_nameless(table: FoundTable, moved: set[int]) -> Iterator[Problem]:
    """Yield the columns with values but no heading; those `moved` have another's."""
    sheet, rows, first = table.sheet, table.data_rows, dict[int, int]()
    for row in rows:
        for column in sheet.row(row).keys() - table.headings.keys():
            first.setdefault(column, row)
    empty = {*table.columns.values()}.difference(*(sheet.row(row) for row in rows))
    for column, row in sorted(first.items()):
        told = NAMELESS if empty.isdisjoint({column - 1, column + 1}) else BESIDE
        told = DISPLACED if sheet.traits.read_as else told
        check, told = ("column.moved", MOVED) if column in moved else ("column.nameless", told)
        yield sheet.tell(check, name_cell(row, column), *told)
