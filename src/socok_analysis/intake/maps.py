"""Header maps and code lists: how this jobcentre's exports look. Data, edited by analysts.

A header map is a CSV for each kind of export: a row for each year from which it holds, a column
for each tidy column, in the cell the heading of that year, `|` between accepted spellings, blank
where it is not exported. `ignored` and `personal` hold headings that are known and not wanted.
A code list is a CSV of `label,code,valid_from,valid_to` and what else the list needs; both dates
are inclusive. The first label of a code is the one shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.intake.rows import fault, read_rows
from socok_analysis.intake.tables import read_columns
from socok_analysis.workbook.cells import clean_text, fold
from socok_analysis.workbook.formats import UNIT

COLUMNS = (
    "definition",
    "valid_from",
    "partner",
    "column",
    "value",
    "is_compared",
    "is_comparable",
    "label",
    "reason",
)
OTHER = "other"
GROUPED = ("success_wide", "stopped", "awaiting")
YES = "ja"


@dataclass(frozen=True)
class Definition:
    """One version of what a rate counts."""

    definition: str
    valid_from: int
    partner: str
    column: str
    value: str
    is_compared: bool
    is_comparable: bool
    label: str
    reason: str


@dataclass(frozen=True)
class Break:
    """A change of definition between two reports. `label` is what the rate is called since."""

    definition: str
    partner: str
    year: int
    label: str
    reason: str


def declare_definition(row: Mapping[str, str]) -> Definition:
    """Return the version a row declares; raise ValueError or KeyError for one that does not."""
    is_rest = row["definition"] == OTHER and not row["column"]
    if not (row["definition"] and row["label"] and (is_rest or row["column"] and row["value"])):
        raise ValueError("incomplete")
    return Definition(
        row["definition"],
        int(row["valid_from"]),
        row["partner"],
        row["column"],
        row["value"],
        row["is_compared"] == YES,
        row["is_comparable"] == YES,
        row["label"],
        row["reason"],
    )


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
    definitions: Sequence[Definition],
    name: str,
    year: int,
    partner: str,
    reasons: Mapping[str, Code],
) -> list[str]:
    """Return the codes of the exit reasons a rate counts."""
    chosen = choose(definitions, name, year, partner)
    if chosen is None:
        return []
    if not chosen.column:
        grouped = {
            c for group in GROUPED for c in list_reasons(definitions, group, year, partner, reasons)
        }
        return [code for code in reasons if code not in grouped]
    return [
        code for code, entry in reasons.items() if entry.extra.get(chosen.column) == chosen.value
    ]


def find_breaks(
    definitions: Iterable[Definition], earlier: int, later: int, partner: str | None = None
) -> list[Break]:
    """Return what is not comparable between two report years, for one partner or for all."""
    return [
        Break(d.definition, d.partner, d.valid_from, d.label, d.reason)
        for d in definitions
        if earlier < d.valid_from <= later
        and not d.is_comparable
        and (partner is None or d.partner in ("", partner))
    ]


EXTRA = ("ignored", "personal")
LIST_COLUMNS = ("label", "code", "valid_from", "valid_to")
CHOICES = {
    "success_narrow": ("ja", "nej"),
    "success_wide": ("ja", "nej"),
    "never_publish_alone": ("ja", "nej"),
    "channel_group": ("jobcentre", "other"),
    "group": (
        "job",
        "uddannelse",
        "stoettet_job",
        "undervisning",
        "videre_indsats",
        "afventer",
        "stoppet",
        "stoppet_af_myndighed",
        "stoppet_af_andre",
        "andet",
        "forlaenget",
    ),
}
NEEDED = {
    "exit_reasons": ("group", "success_narrow", "success_wide"),
    "channels": ("channel_group",),
}
OTHER_UNITS = {
    "_dkk": (UNIT, "tusinder, millioner eller en anden valuta", "hele kroner"),
    "hours_per_week": (
        re.compile(r"pr\.? ?(?:dag|måned|md|år|kvartal)|daglig|månedlig|årlig", re.IGNORECASE),
        "en anden periode",
        "timer pr. uge",
    ),
}
CODE = re.compile(r"[a-z0-9_]+")
ENTERPRISE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class HeaderMap:
    """One kind's headings for one year: folded heading to tidy column, and those not wanted.

    `shown` and `cells` are by tidy column: the headings as read aloud, and as the map has them.
    """

    kind: str
    headings: Mapping[str, str]
    shown: Mapping[str, str]
    ignored: frozenset[str]
    personal: frozenset[str]
    valid_from: str
    cells: Mapping[str, str]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every heading that is known, folded."""
        return frozenset(self.headings) | self.ignored | self.personal


@dataclass(frozen=True)
class Code:
    """One label of a code list, with the days it is valid and the list's further columns."""

    label: str
    code: str
    valid_from: date
    valid_to: date
    extra: Mapping[str, str]

    @property
    def is_dated(self) -> bool:
        """Tell whether there are days on which the label must not be used."""
        return self.valid_from > date.min or self.valid_to < date.max

    def is_valid(self, day: date | None) -> bool:
        """Tell whether the label may be used on a day (both ends inclusive)."""
        return day is None or self.valid_from <= day <= self.valid_to


CodeList = Mapping[str, Code]


@dataclass(frozen=True)
class Maps:
    """Everything the intake knows of a year's exports."""

    headers: Mapping[str, HeaderMap]
    codes: Mapping[str, CodeList]
    enterprise_ids: Mapping[str, str]
    definitions: tuple[Definition, ...] = ()


def read_maps(root: Path, year: int) -> Maps:
    """Read the maps that hold for a year; raise DataError listing every fault in them."""
    problems: list[Problem] = []
    folder = maps_dir(root)
    kinds = read_columns()
    headers = [read_header_map(folder / f"{kind}.csv", kind, year, problems) for kind in kinds]
    names = sorted({c.detail for cs in kinds.values() for c in cs if c.type in ("code", "codes")})
    codes = {name: read_code_list(folder / "codes" / f"{name}.csv", problems) for name in names}
    ids = read_enterprise_ids(folder / "enterprise_ids.csv", problems)
    definitions = read_definitions(folder / "definitions.csv", problems)
    problems += check_columns(folder / "definitions.csv", definitions, codes["exit_reasons"])
    if problems:
        raise DataError("Kortene i data/raw/maps har fejl.", problems)
    return Maps({header.kind: header for header in headers if header}, codes, ids, definitions)


def read_header_map(path: Path, kind: str, year: int, problems: list[Problem]) -> HeaderMap | None:
    """Return a kind's headings for a year; None where no row of the map holds for it."""
    rows = read_rows(path, problems)
    names = [column.name for column in read_columns()[kind]]
    problems += check_header(path, rows, ("valid_from", *names, *EXTRA))
    dated = [(int(row["valid_from"]), row) for row in rows if row.get("valid_from", "").isdigit()]
    held = [pair for pair in dated if pair[0] <= year]
    if not held:
        return None
    row = max(held, key=lambda pair: pair[0])[1]
    return make_header_map(kind, row, names, path, problems)


def check_header(path: Path, rows: list[dict[str, str]], known: Iterable[str]) -> list[Problem]:
    """Return the columns of a map that nobody knows, and rows without a year."""
    unknown = [name for name in (rows[0] if rows else ()) if name not in set(known)]
    years = [row.get("valid_from", "") for row in rows]
    bad_rows = [n for n, year in enumerate(years, 2) if not year.isdigit()]
    doubles = [n for n, year in enumerate(years, 2) if year and year in years[: n - 2]]
    return [
        fault(path, f"Kolonnen “{name}” er ikke kendt.{did_you_mean(name, known)}", row=1)
        for name in unknown
    ] + [
        fault(path, text, row=row)
        for text, numbers in (
            ("valid_from skal være et årstal.", bad_rows),
            ("Året står i flere rækker.", doubles),
        )
        for row in numbers
    ]


def make_header_map(
    kind: str, row: dict[str, str], names: list[str], path: Path, problems: list[Problem]
) -> HeaderMap:
    """Return the map a row declares; add what is wrong with it to `problems`."""
    spellings = {name: split_cell(row.get(name, "")) for name in (*names, *EXTRA)}
    problems += [*check_needed(kind, spellings, path), *check_units(spellings, path)]
    headings: dict[str, str] = {}
    for name, texts in spellings.items():
        for text in texts:
            if headings.setdefault(fold(text), name) != name:
                message = f"“{text}” er overskrift for både {headings[fold(text)]} og {name}."
                problems.append(fault(path, message, "Lad den stå i én kolonne."))
    wanted = {key: name for key, name in headings.items() if name not in EXTRA}
    shown = {name: " eller ".join(f"“{t}”" for t in spellings[name]) for name in names}
    ignored, personal = (frozenset(map(fold, spellings[name])) for name in EXTRA)
    cells = {name: row.get(name, "") for name in names}
    return HeaderMap(kind, wanted, shown, ignored, personal, row["valid_from"], cells)


def check_needed(kind: str, spellings: Mapping[str, list[str]], path: Path) -> list[Problem]:
    """Return an error for each column without a heading that every row needs.

    A kind without any heading is not exported at all, which is no error here.
    """
    names = [column.name for column in read_columns()[kind] if column.is_required]
    is_exported = any(spellings[name] for name in spellings if name not in EXTRA)
    return [
        fault(path, f"Kolonnen {name} skal have en overskrift: alle rækker skal bruge den.")
        for name in names
        if is_exported and not spellings[name]
    ]


def check_units(spellings: Mapping[str, list[str]], path: Path) -> list[Problem]:
    """Return an error for each heading that says another unit than its column is stored in."""
    return [
        fault(
            path,
            f"Overskriften “{text}” siger {said}, men kolonnen {name} er {wanted}.",
            f"Lad udtrækket skrive {wanted}, eller regn tallene om i Excel.",
        )
        for ending, (pattern, said, wanted) in OTHER_UNITS.items()
        for name, texts in spellings.items()
        if name.endswith(ending)
        for text in texts
        if pattern.search(text)
    ]


def split_cell(text: str) -> list[str]:
    """Return the accepted spellings of a map's cell."""
    return [part for part in map(clean_text, text.split("|")) if part]


def read_code_list(path: Path, problems: list[Problem]) -> CodeList:
    """Return a code list by folded label."""
    codes: dict[str, Code] = {}
    rows = read_rows(path, problems)
    needed = [*LIST_COLUMNS, *NEEDED.get(path.stem, ())]
    missing = [name for name in needed if rows and name not in rows[0]]
    problems += [fault(path, f"Kolonnen {name} mangler.", row=1) for name in missing]
    for number, row in enumerate(() if missing else rows, 2):
        try:
            code = make_code(row)
        except ValueError:
            text = "Rækken skal have label, code (a-z, 0-9, _) og datoer som 2019-12-31."
            problems.append(fault(path, text, row=number))
            continue
        problems += check_code(path, number, code, codes)
        codes.setdefault(fold(code.label), code)
    return codes


def check_code(path: Path, row: int, code: Code, before: CodeList) -> list[Problem]:
    """Return the faults of a code: a value not to choose from, a repeat, a contradiction."""
    texts = [
        f"{name} skal være {' eller '.join(filter(None, choices))}.{did_you_mean(value, choices)}"
        for name, choices in CHOICES.items()
        if (value := code.extra.get(name, choices[0])) not in choices
    ]
    same = [other for other in before.values() if other.code == code.code]
    if fold(code.label) in before:
        texts.append(f"“{code.label}” står to gange.")
    if any(other.extra != code.extra for other in same):
        texts.append(f"Koden {code.code} står med andre oplysninger i en tidligere række.")
    return [fault(path, text, row=row) for text in texts]


def make_code(row: dict[str, str]) -> Code:
    """Return the code a row declares; raise ValueError where it is not complete."""
    if not (row["label"] and CODE.fullmatch(row["code"])):
        raise ValueError("label or code")
    first = date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    extra = {key: value for key, value in row.items() if key not in LIST_COLUMNS}
    return Code(row["label"], row["code"], first, last, extra)


def read_enterprise_ids(path: Path, problems: list[Problem]) -> dict[str, str]:
    """Return the ids that are not the slug of a name, by folded name; none without the file."""
    rows = read_rows(path, problems) if path.exists() else []
    problems += [
        fault(
            path,
            "Rækken skal have name og id; et id er små bogstaver, tal og bindestreger.",
            row=number,
        )
        for number, row in enumerate(rows, 2)
        if not (row.get("name") and ENTERPRISE_ID.fullmatch(row.get("id", "")))
    ]
    return {fold(row.get("name", "")): row.get("id", "") for row in rows}


def read_definitions(path: Path, problems: list[Problem]) -> tuple[Definition, ...]:
    """Return the versions of the rates' definitions."""
    rows = read_rows(path, problems)
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    problems += [fault(path, f"Kolonnen {name} mangler.", row=1) for name in missing]
    definitions = []
    for number, row in enumerate(() if missing else rows, 2):
        try:
            definitions.append(declare_definition(row))
        except ValueError:
            text = "Rækken skal have definition, årstal i valid_from, column, value og label."
            problems.append(fault(path, text, row=number))
    return tuple(definitions)


def check_columns(
    path: Path, definitions: Iterable[Definition], reasons: CodeList
) -> list[Problem]:
    """Return an error for each definition whose column or value no exit reason has."""
    values: dict[str, set[str]] = {}
    for code in reasons.values():
        for name, value in code.extra.items():
            values.setdefault(name, set()).add(value)
    return [
        fault(
            path,
            f"{d.definition} fra {d.valid_from}: ingen årsag i exit_reasons.csv har "
            f"“{d.value}” i en kolonne {d.column}.{did_you_mean(d.column, values)}",
            "Ret navnet, eller lav kolonnen i codes/exit_reasons.csv.",
        )
        for d in definitions
        if d.column and d.value not in values.get(d.column, ())
    ]


def list_codes(codes: CodeList) -> dict[str, Code]:
    """Return each code once, with its first label."""
    first: dict[str, Code] = {}
    for code in codes.values():
        first.setdefault(code.code, code)
    return first
