"""Code lists, ids and definitions: what values mean and what counts, as data.

A code list is a CSV of `label,code,valid_from,valid_to` and what else the list needs; both dates
are inclusive. The first label of a code is the one shown. A label may stand for two codes, each in
its own time. `definitions.csv` has a row for each version of what a rate counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from socok_analysis.core.danish import did_you_mean, fold
from socok_analysis.core.lists import (
    Day,
    Filled,
    ListError,
    ListFile,
    YearNumber,
    YesNo,
    must_be,
    read_rows,
)
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.intake.headers import HeaderMap, read_headers
from socok_analysis.intake.tables import read_columns

# What a column of a code list may hold; the columns that a list must have.
CHOICES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("success_narrow", "success_wide", "never_publish_alone"), ("ja", "nej")),
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
# What the further columns of a code list ask, where a new code is to be written.
QUESTIONS = {
    "group": f"group: hvilken gruppe hører den til ({', '.join(CHOICES['group'])})?",
    "success_narrow": "success_narrow: er det job, fleksjob eller uddannelse (ja eller nej)?",
    "success_wide": "success_wide: tæller den som succes (ja eller nej)?",
    "sensitive": "sensitive: er den følsom (health, benefit, family, criminal, death; ellers tom)?",
    "never_publish_alone": "never_publish_alone: må den aldrig vises for sig selv (ja eller nej)?",
    "channel_group": "channel_group: kom jobbet gennem jobcentret (jobcentre) eller ej (other)?",
}
NEEDED = {
    "exit_reasons": ("group", "success_narrow", "success_wide"),
    "channels": ("channel_group",),
}
OTHER, EXTENDED = "other", "forlaenget"
GROUPED = ("success_wide", "stopped", "awaiting")
Slug = Annotated[str, must_be("[a-z0-9]+(-[a-z0-9]+)*", "små bogstaver a-z, tal og bindestreger")]


@dataclass(frozen=True)
class Code:
    """One label of a code list, with the days it is valid and the list's further columns.

    `others` are the codes the label stands for at other times.
    """

    label: Filled
    code: Annotated[str, must_be("[a-z0-9_]+", "små bogstaver a-z, tal og _")]
    valid_from: Day = date.min
    valid_to: Day = date.max
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

    Counted are the exit reasons with `value` in `column`; `other` without a column counts the
    rest. One that is not comparable with the version before breaks the series.
    """

    definition: str
    valid_from: YearNumber
    partner: str = ""
    column: str = ""
    value: str = ""
    is_comparable: YesNo = False
    label: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        is_rest = self.definition == OTHER and not self.column
        is_counted = is_rest or (self.column and self.value)
        if not (self.definition and self.label and is_counted):
            text = "Rækken skal have definition, årstal i valid_from, column, value og label."
            raise ListError(text)


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
    kinds = read_columns()
    headers = read_headers(root, year, problems)
    names = sorted({c.detail for cs in kinds.values() for c in cs if c.type in ("code", "codes")})
    codes = {name: read_code_list(root, name, problems) for name in names}
    ids_file = ListFile(maps_dir(root) / "enterprise_ids.csv")
    ids = {fold(r.name): r.id for r in read_rows(ids_file, EnterpriseId, problems, key="name")}
    definitions = read_definitions(root, problems)
    problems += _check_definitions(root, definitions, codes["exit_reasons"])
    if problems:
        raise DataError("Kortene i data/raw/maps har fejl.", problems)
    return Maps(headers, codes, ids, definitions)


def read_code_list(root: Path, name: str, problems: list[Problem]) -> CodeList:
    """Return a code list by folded label."""
    file = ListFile(maps_dir(root) / "codes" / f"{name}.csv", is_needed=True)
    codes: dict[str, Code] = {}
    extras: dict[str, Mapping[str, str]] = {}
    for code in read_rows(file, Code, problems, needed=NEEDED.get(name, ())):
        place = {"cell": f"A{code.row}"}
        for column, choices in CHOICES.items():
            found = code.extra.get(column, choices[0])
            if found not in choices:
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


def _check_definitions(
    root: Path, definitions: Iterable[Definition], reasons: CodeList
) -> list[Problem]:
    """Return an error for each definition whose column or value no exit reason has."""
    file, values = ListFile(maps_dir(root) / "definitions.csv"), dict[str, set[str]]()
    for code in list_codes(reasons).values():
        for name, value in code.extra.items():
            values.setdefault(name, set()).add(value)
    return [
        file.fault(
            "type",
            f"{d.definition} fra {d.valid_from}: ingen årsag i exit_reasons.csv har "
            f"“{d.value}” i en kolonne {d.column}.{did_you_mean(d.column, values)}",
            "Ret navnet, eller lav kolonnen i codes/exit_reasons.csv.",
            column=d.column,
        )
        for d in definitions
        if values and d.column and d.value not in values.get(d.column, ())
    ]


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
    """Return the codes of the exit reasons a rate counts; `reasons` are by code."""
    chosen = choose(definitions, name, year, partner)
    if chosen is None:
        return []
    if column := chosen.column:
        return [code for code, each in reasons.items() if each.extra.get(column) == chosen.value]
    grouped = [list_reasons(definitions, group, year, partner, reasons) for group in GROUPED]
    return [code for code in reasons if not any(code in group for group in grouped)]


def find_breaks(
    definitions: Iterable[Definition], earlier: int, later: int, partner: str | None = None
) -> list[Definition]:
    """Return the versions that break the series between two report years, for a partner or all."""
    return [
        each
        for each in definitions
        if earlier < each.valid_from <= later
        and not each.is_comparable
        and (partner is None or each.partner in ("", partner))
    ]
