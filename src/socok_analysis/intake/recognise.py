"""Find the table on a sheet by its headings, and its end by its content.

The headings are the row, or the two rows, with the most known headings of one kind. One below a
group is known by its own text or by both together ("Periode" over "fra" is "Periode fra"). What is
missing, unknown, repeated or can mean two things is a problem. Every row of the sheet is then data,
a total, or skipped (title, heading, blank, note below the table). A sheet is to have one table:
what else stands there is set aside.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
from openpyxl.utils.cell import coordinate_to_tuple

from socok_analysis.core.danish import clean_text, find_within, fold, mask_cpr, nearest
from socok_analysis.core.problems import Problem, Proposal, Severity
from socok_analysis.intake.maps import LAYOUT, PARTED, TO_TELL, HeaderMap
from socok_analysis.intake.parse import describe_lookalikes, simplify
from socok_analysis.intake.tables import KIND_DA, read_columns
from socok_analysis.workbook.cells import CellValue, Sheet, is_blank, name_cell

LEAST_SHARE = 0.5
LEAST_HELD, MOST_HELD = 4, 0.8
LEAST_BESIDE, MOST_PLACES = 2, 5
CELL = re.compile(r"[A-Z]{1,3}\d+")
FIRST_ROWS, MOST_HEADINGS, LONGEST_HEADING = 20, 500, 60
TOTAL = re.compile(
    r"(?:i alt|total|subtotal)\b.*|(?:ialt|(?:hoved|grand )total|total(?:er|t)|tilsammen|"
    r"(?:del|mellem)?sum(?:mer)?|samlet(?: sum| antal)?|(?:sum|antal|samlet) i ?alt|Σ)"
    r"\s*[:.]?(?:\s*\(.*\))?",
    re.I,
)
OF_PART = re.compile(r".*\S (?:i ?alt|total)\s*:?", re.I)
PART_START, ALL_START = ("subtotal", "delsum", "mellemsum"), ("hovedtotal", "grand total")
NOTE = re.compile(r"[*†‡(¹²³]|\d\)|(?:noter?|bemærk(?:ning)?|kilde|anm|obs|nb)\b", re.I)
WORDS, DIGIT = re.compile(r"\D*[^\W\d_]{2}"), re.compile(r"\d")
NAMED, SUMMED = ("text", "id", "enterprise"), ("number", "whole", "percent")
MEASURED = ("date", "number", "percent", "whole", "week", "person")
LONGEST_NAME = 40
STATES = ("data", "total", "group", "page", "outside", "note")
OTHER_KIND = ("Arket har en tabel af en anden slags.", "Flyt den til sit eget ark, eller slet den.")
AGAIN = (
    "Overskrifterne står en gang til på arket.",
    "Hører rækkerne under dem med i tabellen, så slet de gentagne overskrifter. Er det et "
    "andet år, så flyt tabellen til sin egen årsmappe.",
)
OUTSIDE = ("Her står noget, som ikke er læst.", "Slet det, eller giv kolonnen en overskrift.")
NAMELESS = ("Kolonnen er uden overskrift og ikke læst.", "Giv den en, eller slet den.", "warning")
BESIDE = (
    "Kolonnen er uden overskrift og ikke læst, og den ved siden af er tom.",
    "Flyt værdierne ind under deres overskrift. Hører de ikke til den, så slet kolonnen.",
)
DISPLACED = ("Rækken har for mange felter.", "Sæt anførselstegn om en værdi med skilletegn i.")
MOVED = "Værdierne står ved siden af deres overskrift. De er læst som dens."
UNKNOWN_BELOW = (
    "Under tabellen begynder noget med egne overskrifter. Det er ikke læst.",
    "Flyt det til sit eget ark. Er det rækker i tabellen, så slet den tomme række over dem.",
)
PAGE = re.compile(
    r"(?:side|page)[ :]*\d+(?:\s*(?:af|of|/)\s*\d+)?|"
    r"(?:udskrevet|udskriftsdato|dannet|kørt)\b.{0,60}|"
    r"(?:filt(?:er|re)|anvendte filtre|applied filters|udvalgskriterier)\b.*",
    re.I | re.DOTALL,
)
Cells = Mapping[int, CellValue]


@dataclass(frozen=True)
class Headings:
    """Heading texts by column on a sheet, the rows they stand in, and the map they are held to."""

    sheet: Sheet
    header: HeaderMap
    texts: Mapping[int, str]
    first_row: int
    last_row: int

    @cached_property
    def folded(self) -> dict[int, str]:
        """The texts as they are compared, by column."""
        return {column: fold(text) for column, text in self.texts.items()}

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each tidy column whose heading is there."""
        columns: dict[str, int] = {}
        for column, text in self.folded.items():
            if name := self.header.find(text):
                columns.setdefault(name, column)
        return columns

    @cached_property
    def unknown(self) -> dict[int, str]:
        """The texts that are not known, by column."""
        known = self.header.is_known
        return {c: text for c, text in self.texts.items() if not known(self.folded[c])}

    @cached_property
    def score(self) -> float:
        """How well they fit the kind: wanted ones found of all wanted and all unknown."""
        found, texts = len(self.columns), {*self.folded.values()}
        foreign = len({self.folded[column] for column in self.unknown})
        is_enough = found > 1 or (self.header.spread and len(texts) - foreign > 1)
        return found / (len({*self.header.headings.values()}) + foreign) if is_enough else 0.0

    def join(self, lower: Headings) -> Headings:
        """Return these and the row below as one: joined where that is known, else the lower."""
        texts: dict[int, str] = {}
        group = ""
        for column in sorted({*self.texts, *lower.texts}):
            group = self.texts.get(column, group)
            own = lower.texts.get(column, group)
            is_joined = column in lower.texts and self.header.is_known(fold(f"{group} {own}"))
            texts[column] = f"{group} {own}" if is_joined else own
        return replace(self, texts=texts, last_row=lower.last_row)

    def tell(self, check: str, place: int, *told: Any, **more: Any) -> Problem:
        """Return a problem at the lowest heading of a column of the sheet, as `tell`."""
        return self.sheet.tell(check, name_cell(self.last_row, place), *told, **more)


def read_headings(sheet: Sheet, row: int, header: HeaderMap) -> Headings:
    """Return a row's cells as headings."""
    texts = {column: clean_text(simplify(value)) for column, value in sheet.row(row).items()}
    return Headings(sheet, header, texts, row, row)


def list_heading_rows(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> list[int]:
    """Return the first rows that hold at least two texts known as headings of some kind.

    Where headings may be days, those cells of the first rows that are none but known count too.
    """
    texts = {value for cells in sheet.rows.values() for value in cells.values()}
    named = {text for header in headers.values() for text in header.headings}
    known = {text for text in texts if type(text) is str and fold(text) in named}
    rows = {row for row, cells in sheet.rows.items() if sum(v in known for v in cells.values()) > 1}
    for header in (header for header in headers.values() if header.spread):
        for row in [*sheet.rows][:FIRST_ROWS]:
            found = map(header.find, read_headings(sheet, row, header).folded.values())
            rows |= {row} if sum(map(bool, found)) > 1 else set()
    return sorted(rows)[:MOST_HEADINGS]


def choose_headings(
    sheet: Sheet, rows: Collection[int], headers: Mapping[str, HeaderMap]
) -> Headings | None:
    """Return the headings that fit a kind best: a row, or two where that is better; or None."""
    near = {near for row in rows for near in (row - 1, row, row + 1)} & sheet.rows.keys()
    tops = [top for top in sorted(near) if top + 1 in near and {top, top + 1} & {*rows}]
    tried = list[Headings]()
    for header in headers.values():
        read = {row: read_headings(sheet, row, header) for row in near}
        tried += [*(read[row] for row in rows), *(read[t].join(read[t + 1]) for t in tops)]
    best = max(tried, key=lambda h: (h.score, h.first_row - h.last_row, -h.first_row), default=None)
    if best is None:
        return None
    least = max(LEAST_HELD, MOST_HELD * len({*best.header.headings.values()}))
    return best if best.score >= LEAST_SHARE or len(best.columns) >= least else None


def locate(problem: Problem) -> tuple[int, int]:
    """Return the numbers of the row and the column a problem is about; 0 for none."""
    return coordinate_to_tuple(problem.cell) if CELL.fullmatch(problem.cell) else (0, 0)


def check_headings(headings: Headings) -> Iterator[Problem]:
    """Yield the headings that are missing, unknown, repeated or below a group.

    An unknown one is not quoted, as it may be a stray value; the known one most like it is. One
    that seems to be a missing one renamed is told there alone; so is the last of either.
    """
    header, folded, seen = headings.header, headings.folded, headings.columns
    missing = [
        n for n in sorted({*header.headings.values()} - seen.keys()) if not header.is_given(n)
    ]
    told = {name: _report_missing(headings, name) for name in missing}
    renamed = {locate(problem)[1] for problem in told.values() if problem.found}
    left = [column for column in headings.unknown if column not in renamed]
    lost = [name for name, problem in told.items() if not problem.found]
    if len(left) == len(lost) == 1:
        told |= {lost[0]: _report_missing(headings, lost[0], left[0])}
        left = []
    yield from told.values()
    for (how, name), texts in header.layout.items():
        lost = [text for text in texts if fold(text) not in folded.values()]
        for text in lost if how in PARTED and len(lost) < len(texts) else ():
            message = f"Overskriften “{text}” mangler ({KIND_DA[header.kind]})."
            advice = f"Ret den i udtrækket eller i data/raw/maps/{LAYOUT}."
            yield headings.tell("heading.missing", 1, message, advice, column=name)
    wanted = [spelling for spelling, name in header.headings.items() if name in missing]
    for column in left:
        text = headings.unknown[column]
        near = nearest(text, wanted) or nearest(text, header.headings)
        hint = f" Den ligner {header.show(header.headings[near])}." if near else ""
        message = f"Overskriften i cellen er ikke kendt.{hint}{describe_lookalikes(text)}"
        advice = f"Tilføj den i data/raw/maps/{header.kind}.csv: ved sin kolonne, i ignored "
        advice += "(kendt og ikke ønsket) eller i personal (personoplysning)."
        expected = "en overskrift fra kortet"
        yield headings.tell("heading.unknown", column, message, advice, expected=expected)
    several = {name for how, name in header.layout if how in (*PARTED, "unpivot")}
    names = {column: header.find(text) or "" for column, text in folded.items()}
    repeated = {c: n for c, n in names.items() if n and n not in several and seen[n] != c}
    if len(repeated) >= max(LEAST_BESIDE, len(seen) / 2):
        message = "To tabeller af samme slags står ved siden af hinanden."
        advice = "Er det flere år? Lad arket have én tabel: flyt den anden til sin egen årsmappe."
        yield headings.tell("table.beside", min(repeated), message, advice)
        repeated = {}
    for column, name in repeated.items():
        place = name_cell(headings.last_row, seen[name])
        message = f"Overskriften {header.show(name)} står også i {place}."
        advice = "Slet den ene kolonne, eller giv den en anden overskrift."
        yield headings.tell("heading.repeated", column, message, advice, column=name)
    yield from _check_groups(headings)


def _report_missing(headings: Headings, name: str, renamed: int = 0) -> Problem:
    """Return the error for a heading that is not there, with the unknown one most like it.

    `renamed` is the column of one that is not like it; only a person can tell what it says.
    """
    header, columns = headings.header, {text: c for c, text in headings.unknown.items()}
    spellings = [text for text, column in header.headings.items() if column == name]
    near = (find(t, columns) for find in (nearest, find_within) for t in spellings)
    found, expected, spelling = next(filter(None, near), ""), header.show(name), ""
    where = f"i kolonnen {name} i data/raw/maps/{header.kind}.csv, eller ret den i udtrækket."
    if describe_lookalikes(found):
        advice = "Slet overskriften, og skriv den igen på et dansk tastatur."
    elif found:
        advice = f"Er den omdøbt til “{found}”? Så skriv “|{found}” {where}"
        spelling = found
    elif renamed:
        place = name_cell(headings.last_row, renamed)
        advice = f"Er den omdøbt til teksten i {place}? Så skriv “|” og teksten {where}"
        spelling = TO_TELL
    elif columns:
        places = [name_cell(headings.last_row, column) for column in headings.unknown]
        told = ", ".join(places[:MOST_PLACES])
        advice = f"Er den omdøbt? Det ukendte står i {told}. Så skriv “|” og den nye {where}"
    else:
        advice = f"Ret overskriften til {expected} i udtrækket."
    message = f"Overskriften {expected} mangler ({KIND_DA[header.kind]})."
    facts: dict[str, Any] = {"column": name, "found": found, "expected": expected}
    if spelling:
        file, cells = f"maps/{header.kind}.csv", (header.cells[name], spelling)
        facts["proposal"] = Proposal(file, cells, row=header.valid_from, column=name)
    return headings.tell(
        "heading.missing", columns.get(found, renamed or 1), message, advice, **facts
    )


def _check_groups(headings: Headings) -> Iterator[Problem]:
    """Yield an error for each wanted heading right below a group that may change its meaning.

    Texts in the two first columns are titles, and what joins to a known heading is settled. The
    group is not quoted: it may be a value.
    """
    sheet, header, above = headings.sheet, headings.header, headings.last_row - 1
    groups = {column for column, value in sheet.row(above).items() if isinstance(value, str)}
    own = read_headings(sheet, headings.last_row, header)
    for column, text in [*own.texts.items()][2:]:
        name = header.headings.get(own.folded[column])
        if name and column in groups and headings.texts[column] == text:
            message = f"Teksten lige over overskriften “{text}” kan ændre dens betydning."
            advice = f"Skriv begge i én celle, eller tilføj dem i data/raw/maps/{header.kind}.csv "
            advice += "med et mellemrum imellem. Er det en titel, så sæt en tom række under den."
            cell = name_cell(above, column)
            yield sheet.tell("heading.group", cell, message, advice, column=name)


@dataclass(frozen=True)
class FoundTable:
    """One table on a sheet: where its headings stand and which rows hold what.

    `heading_rows` are one or two; `other_rows` those of a further table below or outside the
    headings, which are set aside. `columns` has one place for each tidy column that has one,
    `parts` those of one that has several; `groups` are the names that stand alone above their
    rows; `given` are the values of columns that stand on no row.
    """

    sheet: Sheet
    header: HeaderMap
    heading_rows: tuple[int, ...]
    columns: Mapping[str, int]
    parts: Mapping[str, tuple[int, ...]]
    headings: Mapping[int, str]
    data_rows: tuple[int, ...]
    total_rows: tuple[int, ...]
    other_rows: tuple[int, ...]
    groups: Mapping[int, str]
    given: Mapping[str, CellValue]
    problems: tuple[Problem, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of export the table is."""
        return self.header.kind

    @cached_property
    def personal(self) -> tuple[int, ...]:
        """The columns that are known to hold what is personal and are not read."""
        unwanted = self.header.unwanted
        return tuple(c for c, t in self.headings.items() if unwanted.get(fold(t)) == "personal")

    @cached_property
    def data(self) -> pd.DataFrame:
        """The raw cells of the data rows, by row and column number as on the sheet."""
        return self.sheet.cells.loc[[*self.data_rows]]

    def has(self, name: str) -> bool:
        """Tell whether the table has a tidy column, on its rows or otherwise."""
        grouped = ("group_row", name) in self.header.layout
        return name in self.columns or name in self.given or grouped

    def cells(self, name: str) -> pd.Series[Any]:
        """Return a tidy column's raw cells by row number; blank where not exported."""
        values, layout = [self.given.get(name)] * len(self.data_rows), self.header.layout
        if name in self.parts:
            week = next(c.type for c in read_columns()[self.kind] if c.name == name) == "week"
            sign = "; " if ("codes", name) in layout else " uge " if week else "-"
            rows = self.data[[*self.parts[name]]].itertuples(index=False)
            texts = ([clean_text(simplify(v)) for v in row if not is_blank(v)] for row in rows)
            values = [sign.join(each) or None for each in texts]
        elif name in self.columns and self.columns[name] in self.data:
            values = self.data[self.columns[name]].tolist()
        elif ("group_row", name) in layout:
            starts = [*self.groups]
            before = [bisect_left(starts, row) for row in self.data_rows]
            values = [self.groups[starts[n - 1]] if n else None for n in before]
        if ("fill_down", name) in layout:
            last = None
            for number, value in enumerate(values):
                values[number] = last = last if is_blank(value) else value
        nothing = {value for value in {*values} if self.header.is_nothing(name, value)}
        values = [None if value in nothing else value for value in values]
        return pd.Series(values, [*self.data_rows], dtype=object)

    def spread(self) -> Iterator[FoundTable]:
        """Yield a part for each heading that tells a column, without its blank rows; else all."""
        if self.header.spread is None:
            yield self
            return
        name, told, _ = self.header.spread
        for column, text in self.headings.items():
            value = self.header.read_spread(fold(text))
            if value is not None and fold(text) not in self.header.headings:
                columns, given = {**self.columns, name: column}, {**self.given, told: value}
                own = replace(self, columns=columns, given=given, problems=())
                yield replace(own, data_rows=tuple(own.cells(name).dropna().index.tolist()))

    def name_cell(self, row: Any, name: str) -> str:
        """Return the name of a tidy column's cell in a row."""
        return name_cell(row, self.columns[name]) if name in self.columns else f"A{row}"

    def tell(self, row: Any, name: str, check: str, *told: Any, **more: Any) -> Problem:
        """Return a problem at a tidy column's cell: message, advice and severity, as `tell`."""
        return self.sheet.tell(check, self.name_cell(row, name), *told, column=name, **more)


def find_table(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> FoundTable | None:
    """Return the sheet's table, or None where no row looks like the headings of any kind.

    The same headings again, as on each page of a report, are skipped; others are a second table,
    and so are the same ones below a title of their own.
    """
    rows = list_heading_rows(sheet, headers)
    headings = choose_headings(sheet, rows, headers)
    if headings is None:
        return None
    first, last, problems = headings.first_row, headings.last_row, list[Problem]()
    above = [sheet.row(row) for row in _list_between(sheet, 0, last + 1)]
    pages = {row for row, cells in sheet.rows.items() if row > last and _is_page(cells, above)}
    others = {
        row: each.kind
        for row in rows
        if not first <= row <= last
        for each in headers.values()
        if read_headings(sheet, row, each).score >= LEAST_SHARE
        and not (row in pages and _is_repeat(sheet, row, last, pages))
    }
    for row, kind in others.items():
        told = AGAIN if kind == headings.header.kind else OTHER_KIND
        problems.append(sheet.tell("table.second", name_cell(row, 1), *told))
    end = min((row for row in others if row > last), default=sheet.last_row + 1)
    return _describe_table(headings, end, pages, problems)


def _is_page(cells: Cells, above: Collection[Cells]) -> bool:
    """Tell whether a row is the foot of a page, or one of those above the table again."""
    texts = [v for v in cells.values() if isinstance(v, str)]
    is_foot = len(cells) < 4 and all(PAGE.fullmatch(clean_text(text)) for text in texts)
    return bool(texts) and (is_foot or cells in above)


def _is_repeat(sheet: Sheet, row: int, header_row: int, pages: Collection[int]) -> bool:
    above = [each for each in _list_between(sheet, header_row, row) if each not in pages]
    before = sheet.row(above[-1]) if above else {}
    return len(before) != 1 or _is_total(before)


def _describe_table(
    headings: Headings, end: int, pages: Collection[int], more: Iterable[Problem]
) -> FoundTable:
    """Return the table below its headings and above row `end`, with what is wrong around it."""
    sheet, header, columns = headings.sheet, headings.header, headings.columns
    layout = header.layout
    held = {columns[c.name]: c for c in read_columns()[header.kind] if c.name in columns}
    needed = {place: c.type for place, c in held.items() if c.is_required}
    start = next((fold(words[0]) for (how, _), words in layout.items() if how == "group_row"), "")
    states = _sort_rows(headings, needed, start, end, pages)
    rows = {state: [row for row, own in states.items() if own == state] for state in STATES}
    rest = [row for row in sheet.rows if row > headings.last_row and row not in states]
    moved = _find_moved(headings, needed, rows["data"] or rows["outside"])
    if moved and not rows["data"]:
        rows |= {"data": rows["outside"], "outside": []}
    data = rows["data"]
    summed = {place for place, c in held.items() if c.type in SUMMED}
    above = _list_between(sheet, 0, headings.first_row)
    tops = [r for r in above if summed & {*sheet.row(r)} and _is_total(sheet.row(r))]
    names = [place for place, kind in needed.items() if kind in NAMED]
    outside = [name_cell(row, min(sheet.row(row))) for row in rows["outside"]]
    below = [name_cell(row, min(sheet.row(row))) for row in rest[:1] if row < end]
    beside = [name_cell(data[0], column) for column in moved.values()]
    problems = [
        *check_headings(headings),
        *(_report_note(sheet, row, names) for row in rows["note"]),
        *(sheet.tell("row.outside", cell, *OUTSIDE) for cell in outside),
        *_report_nameless(headings, data, moved.values()),
        *(sheet.tell("column.moved", cell, MOVED, severity="info") for cell in beside),
        *more,
        *(sheet.tell("table.below", cell, *UNKNOWN_BELOW) for cell in below),
    ]
    parts = {
        name: tuple(c for c, t in headings.folded.items() if t in {*map(fold, words)})
        for (how, name), words in layout.items()
        if how in PARTED
    }
    names_of = {"[ark]": sheet.name, "[fil]": sheet.file.rpartition(".")[0]}
    return FoundTable(
        sheet,
        header,
        tuple(range(headings.first_row, headings.last_row + 1)),
        columns | moved,
        {name: places for name, places in parts.items() if places},
        headings.texts,
        tuple(data),
        (*tops, *rows["total"]),
        (*rows["outside"], *rest),
        {row: clean_text(*sheet.row(row).values())[len(start) :].strip() for row in rows["group"]},
        {n: names_of.get(t, t) for n, t in header.constants.items() if n not in columns},
        tuple(problems),
    )


def _sort_rows(
    headings: Headings, needed: Mapping[int, str], start: str, end: int, pages: Collection[int]
) -> dict[int, str]:
    """Return what each row below the headings is: one of `STATES`.

    They end above row `end`, or where a row after a blank one has short words alone though every
    row needs more: there another table begins. Where the `needed` columns are texts, a row that has
    them all is data, whatever it says. `start` stands before a group's name. Rows of one text at
    the end are notes, from the first after a blank row or a total, or that begins as notes do; a
    lone personal number is a row of data.
    """
    sheet, before, states = headings.sheet, headings.last_row, dict[int, str]()
    is_of_texts, is_measured = {*needed.values()} <= {"text"}, {*needed.values()} & {*MEASURED}
    for row in _list_between(sheet, before, end):
        cells, is_apart, before = sheet.row(row), row - before > 1, row
        first, *others = cells.values()
        is_lacking, is_label = not needed.keys() <= cells.keys(), isinstance(first, str)
        is_part = is_label and others and not any(isinstance(v, (str, date)) for v in others)
        if ((is_lacking or not is_of_texts) and _is_total(cells)) or (
            is_lacking and is_part and OF_PART.fullmatch(clean_text(first))
        ):
            states[row] = "total"
        elif row in pages:
            states[row] = "page"
        elif start and not others and fold(first).startswith(start):
            states[row] = "group"
        elif is_apart and is_measured and others and sheet.row(row + 1) and _are_words(cells):
            break
        else:
            states[row] = "data" if headings.texts.keys() & cells.keys() else "outside"
    notes = list[int]()
    for row in [row for row, state in reversed(states.items()) if state != "total"]:
        first, *others = sheet.row(row).values()
        if others or not isinstance(first, str) or mask_cpr(first) != first:
            break
        notes.append(row)
        if (
            states.get(row - 1) == "total"
            or not sheet.row(row - 1)
            or NOTE.match(clean_text(first))
        ):
            states |= {each: "note" for each in notes if states[each] != "page"}
    return states


def _find_moved(headings: Headings, needed: Collection[int], rows: Iterable[int]) -> dict[str, int]:
    """Return where the columns stand whose values are all beside their heading.

    That is below its merged cells; else to one side of all empty ones, if only that side explains
    every nameless column and every needed one. Not where a column may be that of a heading of
    persons, nor where another's values may have moved into one of the same type.
    """
    sheet, columns = headings.sheet, read_columns()[headings.header.kind]
    types = {c.name: "number" if c.type in SUMMED else c.type for c in columns}
    filled = {column for row in rows for column in sheet.row(row)}
    nameless = filled - headings.texts.keys()
    empty = {name: place for name, place in headings.columns.items() if place not in filled}
    merged = [each for each in sheet.traits.merged if each[0] <= headings.last_row <= each[2]]
    spans = {left: right for _, left, _, right in merged}
    below = {n: [c for c in nameless if p < c <= spans.get(p, p)] for n, p in empty.items()}
    found = {name: places[0] for name, places in below.items() if len(places) == 1}
    rest = nameless - {*found.values()}
    must = {name for name, place in empty.items() if place in needed} - found.keys()
    sides = [{n: p + step for n, p in empty.items() if p + step in rest} for step in (1, -1)]
    sides = [side for side in sides if must and must <= side.keys() and rest == {*side.values()}]
    side = sides[0] if len(sides) == 1 else {}
    known = {place: types[name] for name, place in headings.columns.items()}
    unwanted = headings.header.unwanted
    personal = {p for p, t in headings.folded.items() if unwanted.get(t) == "personal"} - filled
    if any(not {place - 1, place + 1}.isdisjoint(personal) for place in side.values()):
        return found
    step = next((place - headings.columns[name] for name, place in side.items()), 0)
    left = [place for name, place in empty.items() if name not in found | side]
    if any(p + step in filled and known[p] == known.get(p + step) for p in left):
        return found
    return found | side


def _are_words(cells: Cells) -> bool:
    texts = [v for v in cells.values() if isinstance(v, str) and len(v) <= LONGEST_HEADING]
    return len(texts) == len(cells) and not any(map(DIGIT.search, texts))


def _list_between(sheet: Sheet, above: int, end: int) -> list[int]:
    return [row for row in sheet.rows if above < row < end]


def is_total_name(text: str) -> bool:
    """Tell whether a text begins as the label of a total row does."""
    return not text[:1].isdecimal() and bool(TOTAL.fullmatch(clean_text(text)))


def _is_total(cells: Cells) -> bool:
    """Tell whether a row's first cell labels a total.

    A row with several words or dates after it is data all the same: a firm may be named Total.
    """
    first, *others = cells.values()
    words = [v for v in others if isinstance(v, date) or (isinstance(v, str) and WORDS.match(v))]
    return isinstance(first, str) and is_total_name(first) and len(words) < 2


def list_scopes(label: CellValue, before: int) -> Sequence[int]:
    """Return the rows after which a total may begin to count; `before` is the total above it.

    A part's total counts from there. A plain one may count all rows or, among totals of parts
    that are named no better, those since the one above it.
    """
    text = fold(label)
    if text.startswith(PART_START) or not is_total_name(text):
        return (before,)
    return (0,) if text.startswith(ALL_START) else (0, before)


def _report_note(sheet: Sheet, row: int, names: Collection[int]) -> Problem:
    """Return that a row was read as a note; a short one below `names` may be one to complete."""
    place, value = next(iter(sorted(sheet.row(row).items())))
    text, advice = clean_text(value), ""
    is_short = len(text) <= LONGEST_NAME and text[-1:].isalnum()
    if place in names and is_short and not NOTE.match(text):
        advice = "Er det en række i tabellen, så udfyld den. Ellers skriv “Note:” foran."
    severity: Severity = "warning" if advice else "info"
    message = "Rækken under tabellen er læst som en note."
    return sheet.tell("row.note", name_cell(row, place), message, advice, severity)


def _report_nameless(
    headings: Headings, rows: Sequence[int], known: Collection[int]
) -> Iterator[Problem]:
    """Yield the columns with values but no heading; in a CSV there is a separator too many.

    One beside an empty column that is wanted may well hold its values.
    """
    sheet, first = headings.sheet, dict[int, int]()
    for row in rows:
        for column in sheet.row(row).keys() - headings.texts.keys() - {*known}:
            first.setdefault(column, row)
    empty = {*headings.columns.values()}.difference(*(sheet.row(row) for row in rows))
    for column, row in sorted(first.items()):
        told = NAMELESS if empty.isdisjoint({column - 1, column + 1}) else BESIDE
        told = DISPLACED if sheet.traits.read_as else told
        yield sheet.tell("column.nameless", name_cell(row, column), *told)
