"""Maps as data: what an export's columns are called, what its values mean, and what counts.

How a header map, `layout.csv` and a code list are written stands in `docs/vejledning/udtraek.md`.
"""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from socok_analysis.core import lists
from socok_analysis.core.danish import clean_text, did_you_mean, fold, split_cell
from socok_analysis.core.lists import Filled, ListError, ListFile, YearNumber, must_be, read_rows
from socok_analysis.core.problems import DataError, Problem, Proposal
from socok_analysis.core.year import maps_dir
from socok_analysis.intake.parse import ParseError, parse_date, parse_week
from socok_analysis.intake.tables import read_columns
from socok_analysis.workbook.cells import CellValue
from socok_analysis.workbook.read import UNIT

TO_TELL = "(teksten i cellen)"  # what only a person can fill in
EXTRA, LAYOUT, PARTED = ("ignored", "personal"), "layout.csv", ("join", "codes")
PERIOD = re.compile(r"pr\.? ?(?:dag|måned|md|år|kvartal)|daglig|månedlig|årlig", re.IGNORECASE)
OTHER_UNITS = {
    "_dkk": (UNIT, "tusinder, millioner eller en anden valuta", "hele kroner"),
    "hours_per_week": (PERIOD, "en anden periode", "timer pr. uge"),
}
FIRST_DAY, LAST_DAY = "første dag", "sidste dag"
MONTH_PARTS = re.compile(r"\d+|[^\W\d_]{2,}")
# The further columns of code lists: what they ask of a new code, and what they may hold if not all.
YES_NO, WAYS = ("ja", "nej"), ("jobcentre", "other")
GROUPS = (
    *("job", "uddannelse", "stoettet_job", "undervisning", "videre_indsats", "afventer"),
    *("stoppet", "stoppet_af_myndighed", "stoppet_af_andre", "andet", "forlaenget"),
)
FURTHER: dict[str, tuple[str, tuple[str, ...]]] = {
    "group": (f"hvilken gruppe hører den til ({', '.join(GROUPS)})?", GROUPS),
    "success_narrow": ("er det job, fleksjob eller uddannelse (ja eller nej)?", YES_NO),
    "success_wide": ("tæller den som succes (ja eller nej)?", YES_NO),
    "sensitive": ("er den følsom (health, benefit, family, criminal, death; ellers tom)?", ()),
    "never_publish_alone": ("må den aldrig vises for sig selv (ja eller nej)?", YES_NO),
    "channel_group": ("kom jobbet gennem jobcentret (jobcentre) eller ej (other)?", WAYS),
}
QUESTIONS = {name: f"{name}: {question}" for name, (question, _) in FURTHER.items()}
NEEDED: dict[str, tuple[str, ...]] = {"channels": ("channel_group",)}
NEEDED |= {"exit_reasons": ("group", "success_narrow", "success_wide")}
OTHER, EXTENDED = "other", "forlaenget"
GROUPED = ("success_wide", "stopped", "awaiting")
Slug = Annotated[str, must_be("[a-z0-9]+(-[a-z0-9]+)*", "små bogstaver a-z, tal og bindestreger")]


@dataclass(frozen=True)
class HeadingRow:
    """A row of a header map."""

    valid_from: YearNumber
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass
class LayoutRow:
    """A row of `layout.csv`: how a column is found that no one heading names."""

    kind: Filled
    valid_from: YearNumber
    column: str = ""
    how: Literal["fill_down", "group_row", "unpivot", "join", "codes", "nothing", ""] = ""
    argument: str = ""

    def __post_init__(self) -> None:
        is_one, kinds = self.how == "group_row", read_columns()
        self.words = words = [clean_text(self.argument)] if is_one else split_cell(self.argument)
        if self.kind not in kinds:
            raise ListError(f"“{self.kind}” er ikke et udtræk.{did_you_mean(self.kind, kinds)}")
        types = {column.name: column.type for column in kinds[self.kind]}
        if self.column not in types and (self.column or self.how != "nothing"):
            near = did_you_mean(self.column, types)
            raise ListError(f"“{self.column}” er ikke en kolonne i {self.kind}.{near}")
        if self.how in ("unpivot", "nothing", *PARTED) and not words:
            raise ListError(f"{self.how} skal have noget i argument.", "Se vejledningen om udtræk.")
        if self.how == "unpivot" and (words[0] not in types or words[0] == self.column):
            near = did_you_mean(words[0], types)
            raise ListError(f"unpivot skal nævne kolonnen, overskrifterne fortæller.{near}")
        if self.how == "codes" and types[self.column] != "codes":
            raise ListError(f"{self.column} har kun én værdi: codes passer ikke til den.")


@dataclass
class HeaderMap:
    """One kind's headings for one year: the map's `cells` by column, `layout` by how and column.

    A tidy column has `spellings` of its heading, in `parted` those of its parts, in `constants`
    the value of all rows. `names` are the columns by folded heading, `headings` those but `EXTRA`;
    `start` begins rows that name a group. `spread`: a column under many headings, the one they
    tell, and what else. Columns are `given` that have values without a heading of their own, and
    `wanted` that have one.
    """

    kind: str
    valid_from: str
    cells: Mapping[str, str]
    layout: Mapping[str, Mapping[str, tuple[str, ...]]]

    def __post_init__(self) -> None:
        self.declared = {column.name: column for column in read_columns()[self.kind]}
        cells = {name: split_cell(cell) for name, cell in self.cells.items()}
        told = ((name, text) for name, texts in cells.items() for text in texts if text[0] == "=")
        self.constants = {name: text[1:].strip() for name, text in told}
        self.parted = {name: texts for how in PARTED for name, texts in self.layout[how].items()}
        self.spellings = {
            name: [*(text for text in texts if text[0] != "="), *self.parted.get(name, ())]
            for name, texts in cells.items()
        }
        spelt = self.spellings.items()
        self.names = {fold(text): name for name, texts in spelt for text in texts}
        self.headings = {text: name for text, name in self.names.items() if name not in EXTRA}
        self.start = next((fold("".join(w)) for w in self.layout["group_row"].values()), None)
        spread = ((name, told, rest) for name, (told, *rest) in self.layout["unpivot"].items())
        self.spread = next(spread, None)
        self.given = {*self.constants, *self.layout["group_row"], *(self.spread or ())[1:2]}
        self.wanted = {*self.headings.values(), *(self.spread or ())[:1]}

    def propose(self, name: str, how: str, argument: str = "") -> Proposal:
        """Return the line of the layout that says how a column is read."""
        cells = (self.kind, self.valid_from, name, how, argument)
        return Proposal(f"maps/{LAYOUT}", cells, (*lists.list_columns(LayoutRow),))

    def show(self, name: str) -> str:
        """Return the headings of a tidy column as they are read aloud."""
        texts = self.spellings[name] or [self.declared[name].label]
        return " eller ".join(f"“{text}”" for text in texts)

    def find(self, text: str) -> str | None:
        """Return the column a folded heading names, also among `EXTRA`; None if it is unknown."""
        is_told = self.spread and self.read_spread(text)
        return self.spread[0] if self.spread and is_told else self.names.get(text)

    def read_spread(self, text: str) -> CellValue:
        """Return what one of many headings tells: a week, a day or a text; None if it is none."""
        if self.spread is None or text in self.names:
            return None
        _, told, rest = self.spread
        kind = self.declared[told].type
        if kind not in ("week", "date"):
            return next((each for each in rest if fold(each) == text), None)
        years = [each for each in rest if each.isdigit()]
        forms = [form.format(text, y) for y in years for form in ("{0} {1}", "uge {0}, {1}")]
        for tried in (text, *forms):
            with suppress(ParseError):
                value = parse_week(tried) if kind == "week" else _read_day(tried, rest)
                if value:
                    return value
        return None

    def list_nothing(self, name: str, values: Iterable[CellValue]) -> Iterator[CellValue]:
        """Yield the cells that hold a word that is declared to mean nothing."""
        layout = self.layout["nothing"]
        words = {*map(fold, (*layout.get(name, ()), *layout.get("", ())))}
        for value in values if words else ():
            texts = {fold(value)}
            if isinstance(value, date):
                texts |= {f"{value:%d-%m-%Y}", f"{value.year:04d}-{value:%m-%d}"}
            if texts & words:
                yield value


def _read_day(text: str, rest: Iterable[str]) -> date | None:
    """Return the day a heading names, of a month the first or last; raise ParseError for none."""
    parts = sorted(MONTH_PARTS.findall(text), key=lambda part: len(part) == 4 and part.isdigit())
    if len(parts) != 2 or not {FIRST_DAY, LAST_DAY} & {*rest}:
        return parse_date(text)
    day = parse_date(f"1. {parts[0]} {parts[1]}")
    is_last = day and LAST_DAY in rest
    return day.replace(day=calendar.monthrange(day.year, day.month)[1]) if day and is_last else day


def read_headers(root: Path, year: int, problems: list[Problem]) -> dict[str, HeaderMap]:
    """Return every kind's headings for a year; a kind no row of whose map holds is not there."""
    layout = read_rows(ListFile(maps_dir(root) / LAYOUT), LayoutRow, problems)
    layout = sorted((r for r in layout if r.valid_from <= year), key=lambda row: row.valid_from)
    headers = {}
    for kind, columns in read_columns().items():
        known = [*(column.name for column in columns), *EXTRA]
        file = ListFile(maps_dir(root) / f"{kind}.csv", is_needed=True)
        rows = read_rows(file, HeadingRow, problems, known=known, key="valid_from")
        rows = sorted((r for r in rows if r.valid_from <= year), key=lambda row: row.valid_from)
        if not rows:
            continue
        row, own = rows[-1], [each for each in layout if each.kind == kind]
        newest = {each.column: each.valid_from for each in own}
        words = defaultdict[str, dict[str, tuple[str, ...]]](dict)
        for each in (each for each in own if each.valid_from == newest[each.column]):
            told = words[each.how].get(each.column, ())
            words[each.how][each.column] = (*told, *each.words)
        cells = {name: row.extra.get(name, "") for name in known}
        header = headers[kind] = HeaderMap(kind, str(row.valid_from), cells, words)
        for name, message, advice in _check_map(header):
            facts = {"cell": f"A{row.row}", "column": name, "found": cells[name]}
            problems.append(file.fault("type", message, advice, **facts))
    return headers


def _check_map(header: HeaderMap) -> Iterator[tuple[str, str, str]]:
    """Yield column, message and advice of what is wrong; a row without headings is right."""
    seen: dict[str, str] = {}
    for name, texts in header.spellings.items():
        for text in texts:
            for ending, (pattern, said, wanted) in OTHER_UNITS.items():
                if name.endswith(ending) and pattern.search(text):
                    told = f"Overskriften “{text}” siger {said}, men kolonnen {name} er {wanted}."
                    yield name, told, f"Lad udtrækket skrive {wanted}, eller regn om i Excel."
            if (other := seen.setdefault(fold(text), name)) != name:
                told = f"“{text}” er overskrift for både {other} og {name}."
                yield name, told, "Lad den stå i én kolonne."
    columns, spread = header.declared.items(), {*(header.spread or ())[:1]}
    found = {name for name in header.declared if header.spellings[name] or name in header.given}
    needed = [name for name, c in columns if c.is_required and name not in found | spread]
    for name in needed if found else ():
        told = f"Kolonnen {name} skal have en overskrift: alle rækker skal bruge den."
        yield name, told, "Har alle rækker det samme, så skriv =VÆRDI."


@dataclass(frozen=True)
class Code:
    """One label of a code list; `others` are the codes it stands for at other times."""

    label: Filled
    code: Annotated[str, must_be("[a-z0-9_]+", "små bogstaver a-z, tal og _")]
    valid_from: lists.Day = date.min
    valid_to: lists.Day = date.max
    extra: Mapping[str, str] = field(default_factory=dict)
    row: int = 0
    others: tuple[Code, ...] = field(default=(), compare=False)

    def is_valid(self, day: date | None) -> bool:
        """Tell whether the label may be used for this code on a day (both ends inclusive)."""
        return day is None or self.valid_from <= day <= self.valid_to

    def on(self, day: date | None) -> Code:
        """Return what the label stands for on a day; this code where it stands for none."""
        return next((code for code in (self, *self.others) if code.is_valid(day)), self)


CodeList = Mapping[str, Code]


@dataclass(frozen=True)
class EnterpriseId:
    """A row of `enterprise_ids.csv`: the id that is not the slug of a name."""

    name: Filled
    id: Slug


@dataclass(frozen=True)
class Definition:
    """One version of what a rate counts: from which report year, for which partner (blank: all).

    Counted are the exit reasons with `value` in `column`; `other` without a column counts the rest.
    """

    definition: str
    valid_from: YearNumber
    partner: str = ""
    column: str = ""
    value: str = ""
    is_comparable: lists.YesNo = False
    label: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        is_rest = self.definition == OTHER and not self.column
        is_counted = is_rest or (self.column and self.value)
        if not (self.definition and self.label and is_counted):
            raise ListError("Rækken skal have definition, valid_from, column, value og label.")


@dataclass(frozen=True)
class Maps:
    """Everything the intake knows of a year's exports."""

    headers: Mapping[str, HeaderMap]
    codes: Mapping[str, CodeList]
    enterprise_ids: Mapping[str, str]
    definitions: tuple[Definition, ...] = ()


def read_maps(root: Path, year: int) -> Maps:
    """Read the maps that hold for a year; raise DataError listing every fault in them."""
    problems, columns = list[Problem](), [c for cs in read_columns().values() for c in cs]
    headers = read_headers(root, year, problems)
    names = sorted({c.detail for c in columns if c.type in ("code", "codes")})
    codes = {name: read_code_list(root, name, problems) for name in names}
    ids_file = ListFile(maps_dir(root) / "enterprise_ids.csv")
    ids = {fold(r.name): r.id for r in read_rows(ids_file, EnterpriseId, problems, key="name")}
    definitions, told = read_definitions(root, problems), codes["exit_reasons"]
    held = {(n, v) for code in list_codes(told).values() for n, v in code.extra.items()}
    for each in definitions if held else ():
        if each.column and (each.column, each.value) not in held:
            text = f"{each.definition} fra {each.valid_from}: ingen årsag i exit_reasons.csv har "
            text += f"“{each.value}” i en kolonne {each.column}."
            near = did_you_mean(each.column, {name for name, _ in held})
            advice = "Ret navnet, eller lav kolonnen i codes/exit_reasons.csv."
            file = ListFile(maps_dir(root) / "definitions.csv")
            problems.append(file.fault("type", text + near, advice, column=each.column))
    if problems:
        raise DataError("Kortene i data/raw/maps har fejl.", problems)
    return Maps(headers, codes, ids, definitions)


def read_code_list(root: Path, name: str, problems: list[Problem]) -> CodeList:
    """Return a code list by folded label."""
    file = ListFile(maps_dir(root) / "codes" / f"{name}.csv", is_needed=True)
    codes, extras = dict[str, Code](), dict[str, Mapping[str, str]]()
    for code in read_rows(file, Code, problems, needed=NEEDED.get(name, ())):
        place = {"cell": f"A{code.row}"}
        for column, (_, choices) in FURTHER.items():
            found = code.extra.get(column)
            if found is not None and choices and found not in choices:
                expected = " eller ".join(choices)
                text = f"{column} skal være {expected}.{did_you_mean(found, choices)}"
                facts = {**place, "column": column, "found": found, "expected": expected}
                problems.append(file.fault("type", text, **facts))
        if extras.setdefault(code.code, code.extra) != code.extra:
            text = f"Koden {code.code} står med andre oplysninger i en tidligere række."
            problems.append(file.fault("type", text, **place, column="code", found=code.code))
        first = codes.setdefault(fold(code.label), code)
        if first is code:
            continue
        same = (first, *first.others)
        if any(c.valid_from <= code.valid_to and code.valid_from <= c.valid_to for c in same):
            advice = "Slet den ene række, eller lad dem gælde hver sin tid."
            text = f"“{code.label}” står to gange."
            problems.append(file.fault("type", text, advice, **place, column="label"))
        codes[fold(code.label)] = replace(first, others=(*first.others, code))
    return codes


def list_codes(codes: CodeList) -> dict[str, Code]:
    """Return each code once, with its first label."""
    first: dict[str, Code] = {}
    for code in codes.values():
        for each in (code, *code.others):
            first.setdefault(each.code, each)
    return first


def read_definitions(root: Path, problems: list[Problem]) -> tuple[Definition, ...]:
    """Return the versions of the rates' definitions."""
    file = ListFile(maps_dir(root) / "definitions.csv", is_needed=True)
    return tuple(read_rows(file, Definition, problems))


def list_names(definitions: Iterable[Definition]) -> list[str]:
    """Return the names of the rates in the order they are declared."""
    return list(dict.fromkeys(definition.definition for definition in definitions))


def choose(
    definitions: Sequence[Definition], name: str, year: int, partner: str = ""
) -> Definition | None:
    """Return the version that holds for a report year, the partner's own before the common one."""
    held = [d for d in definitions if d.definition == name and d.valid_from <= year]
    own = [d for d in held if d.partner in ("", partner)]
    return max(own, key=lambda d: (d.valid_from, bool(d.partner)), default=None)


def list_reasons(
    definitions: Sequence[Definition], name: str, year: int, partner: str, reasons: CodeList
) -> list[str]:
    """Return the codes of the exit reasons a rate counts; `reasons` are by code."""
    chosen = choose(definitions, name, year, partner)
    if chosen is None:
        return []
    if column := chosen.column:
        return [code for code, each in reasons.items() if each.extra.get(column) == chosen.value]
    grouped = [list_reasons(definitions, group, year, partner, reasons) for group in GROUPED]
    return [code for code in reasons if not any(code in group for group in grouped)]


def find_breaks(definitions: Iterable[Definition], earlier: int, later: int) -> list[Definition]:
    """Return the versions that break the series between two report years."""
    held = (each for each in definitions if earlier < each.valid_from <= later)
    return [each for each in held if not each.is_comparable]
