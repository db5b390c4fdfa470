"""Lists: every CSV an analyst edits is read here, through a model, all faults at once.

A model is a frozen dataclass with annotations that pydantic checks. Each field is a column, by its
alias or its name; a blank cell leaves one with a default at that. A field `row` gets the row's
number as a person counts (the heading is 1), a field `extra` the cells of the other columns; one
that is not compared is no column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from socok_analysis.core.danish import clean_text, did_you_mean, fold, mask_cpr
from socok_analysis.core.problems import Problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PACKAGE = Path(__file__).parents[1]
Row = TypeVar("Row", bound="DataclassInstance")
SIGNS = {",": "komma", ";": "semikolon", "\t": "tabulator"}
EXPECTED = {
    "int": "et helt tal",
    "greater": "et helt tal",
    "float": "et tal",
    "date": "en dato som 2019-12-31",
    "str": "en tekst i anførselstegn",
    "string": "en tekst i anførselstegn",
    "tuple": 'en liste som ["Byrådet"]',
}


class ListError(ValueError):
    """What a model finds wrong, as a whole sentence, and what to do about it.

    A plain ValueError in a model says what is expected instead, such as "et årstal", or has a
    whole sentence of its own, such as "Begrundelsen mangler."
    """

    def __init__(self, message: str, advice: str = "", kind: str = "type") -> None:
        super().__init__(message)
        self.advice = advice
        self.kind = kind


def must_be(pattern: str, expected: str) -> BeforeValidator:
    """Return a check that a cell's whole text fits a pattern, with what is expected in Danish."""

    def check(text: object) -> object:
        if not re.fullmatch(pattern, str(text)):
            raise ValueError(expected)
        return text

    return BeforeValidator(check)


DAY = r"\d{4}-\d\d-\d\d"
Filled = Annotated[str, must_be(".+", "udfyldt")]
Day = Annotated[date, must_be(DAY, EXPECTED["date"])]
YearNumber = Annotated[int, must_be(r"\d{4}", "et årstal")]
YesNo = Annotated[
    bool, BeforeValidator(lambda text: str(text == "ja")), must_be("ja|nej", "ja eller nej")
]


@dataclass(frozen=True)
class ListFile:
    """A file that is read, and how its faults are told.

    `check` may hold `{}` for the kind of fault. Where `may_quote` is false nothing that stands in
    the file is repeated, for it may be personal. A file that need not be there is empty without.
    """

    path: Path
    check: str = "maps"
    may_quote: bool = True
    is_needed: bool = False

    def fault(self, kind: str, message: str, advice: str = "", **facts: Any) -> Problem:
        """Return an error found in the file; `facts` are further fields of the problem."""
        folders = {"codes": "maps/codes/", "maps": "maps/"}
        place = folders.get(self.path.parent.name, "") + self.path.name
        facts["found"] = mask_cpr(facts.get("found", "")) if self.may_quote else ""
        check = self.check.format(kind)
        return Problem("error", check, message, file=place, advice=advice, **facts)

    def read(self, problems: list[Problem]) -> str:
        """Return the file's text; add a problem and return nothing where it cannot be read."""
        is_table = self.path.suffix == ".csv"
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            source = (
                "Hent den fra projektets udgave." if is_table else "Kopiér den fra et tidligere år."
            )
            if self.is_needed:
                problems.append(self.fault("mangler", "Filen mangler.", source))
        except UnicodeDecodeError:
            advice = f"Gem den som {'CSV ' if is_table else ''}UTF-8."
            problems.append(self.fault("tegnsæt", "Filen er ikke gemt som UTF-8.", advice))
        return ""


@cache
def read_declaration(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV by its path inside the package, such as `checks/checks.csv`."""
    return tuple(csv.DictReader(io.StringIO((PACKAGE / name).read_text(encoding="utf-8"))))


def choose_sign(text: str) -> str:
    """Return what stands between the cells of a CSV: a Danish Excel saves with semicolons."""
    return max(SIGNS, key=text.partition("\n")[0].count)


def read_table(file: ListFile, problems: list[Problem]) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return what stands between a CSV's cells, and its rows, clean: none where it has no sense.

    A line pasted with commas fits a file with semicolons.
    """
    first, *others = file.read(problems).splitlines(keepends=True) or [""]
    sign = choose_sign(first)
    width, lines, rows = first.count(sign) + 1, [first], []
    for line in others:
        cells = next(csv.reader([line]), []) if sign != "," and sign not in line else []
        aligned = io.StringIO()
        csv.writer(aligned, delimiter=sign, lineterminator="\n").writerow(cells)
        lines.append(aligned.getvalue() if len(cells) == width else line)
    try:
        reader = csv.reader(io.StringIO("".join(lines)), delimiter=sign, strict=True)
        for number, cells in enumerate(reader, 1):
            if any(cleaned := [clean_text(cell) for cell in cells]):
                rows.append((number, cleaned))
    except csv.Error:
        advice = "Sæt anførselstegn om hele teksten, og skriv dem dobbelt inde i den."
        cell = f"A{rows[-1][0] + 1 if rows else 1}"
        problems.append(file.fault("tegn", "Et anførselstegn står alene.", advice, cell=cell))
        return sign, []
    return sign, rows


def read_rows(
    file: ListFile,
    model: type[Row],
    problems: list[Problem],
    *,
    known: Iterable[str] | None = None,
    needed: Sequence[str] = (),
    key: str = "",
) -> list[Row]:
    """Return the sound rows of a CSV as models, and add every fault of the file to `problems`.

    Beside the model's columns those `needed` must be there; those `known` may be, any others too
    where the model has a field `extra` and none are named. No two rows may have the same `key`.
    """
    sign, table = read_table(file, problems)
    if not table:
        return []
    (line, heading), *rows = table
    columns = list_columns(model)
    wanted = [*columns, *needed]
    is_open = "extra" in get_type_hints(model) and known is None
    allowed = heading if is_open else [*wanted, *(known or ())]
    problems += check_heading(file, line, sign, heading, wanted, allowed)
    if set(wanted) - set(heading):
        return []
    models, seen = [], dict[str, int]()
    for number, cells in rows:
        padded = cells + [""] * (len(heading) - len(cells))
        row = {name: cell for name, cell in zip(heading, padded, strict=False) if name}
        if len(cells) > len(heading) or sum(map(bool, cells)) > sum(map(bool, row.values())):
            text = "Rækken har flere celler end overskrifter."
            advice = "Sæt anførselstegn om en tekst med skilletegn i."
            problems.append(file.fault("type", text, advice, cell=f"A{number}"))
            continue
        own = row.get(key, "")
        if own and (same := seen.setdefault(fold(own), number)) != number:
            text = f"“{mask_cpr(own)}” står to gange." if file.may_quote else "Rækken er en kopi."
            facts = {"cell": f"A{number}", "column": key}
            problems.append(file.fault("type", text, f"Se række {same}.", **facts))
        held = {name: row[name] for name, must in columns.items() if row[name] or must}
        extra = {name: cell for name, cell in row.items() if name not in columns}
        try:
            made = adapt(model).validate_strings({**held, "row": str(number), "extra": extra})
            models.append(made)
        except ValidationError as error:
            problems += [report_cell(file, number, row, each) for each in error.errors()]
    return models


@cache
def adapt(model: Any) -> TypeAdapter[Any]:
    """Return what checks values against a model; made once."""
    return TypeAdapter(model)


@cache
def list_columns(model: Any) -> dict[str, bool]:
    """Return the columns of a model's rows, and whether a cell must hold something."""
    hints = get_type_hints(model, include_extras=True)
    columns = {}
    for field in fields(model):
        if field.name in ("row", "extra") or not field.compare:
            continue
        marks = getattr(hints[field.name], "__metadata__", ())
        name = next((m.alias for m in marks if getattr(m, "alias", None)), field.name)
        columns[name] = field.default is MISSING
    return columns


def check_heading(
    file: ListFile,
    line: int,
    sign: str,
    heading: Sequence[str],
    wanted: Sequence[str],
    allowed: Sequence[str],
) -> Iterator[Problem]:
    """Yield one problem that tells all that is wrong with a CSV's first line, if anything is."""
    texts = []
    for number, name in enumerate(heading, 1):
        told = f"Kolonnen “{mask_cpr(name)}”" if file.may_quote else f"Kolonne nr. {number}"
        if name and name not in allowed:
            texts.append(f"{told} er ikke kendt.{did_you_mean(name, allowed)}")
        if name and name in heading[: number - 1]:
            texts.append(f"{told} står to gange.")
    missing = [name for name in dict.fromkeys(wanted) if name not in heading]
    if len(missing) == 1:
        texts.append(f"Kolonnen {missing[0]} mangler.")
    if len(missing) > 1:
        texts.append(f"Filen mangler kolonner: {', '.join(missing)}.")
    if texts:
        expected = ", ".join(wanted)
        facts = {"found": f"{', '.join(heading)} (adskilt af {SIGNS[sign]})", "expected": expected}
        advice = f"Første linje skal have: {expected}."
        yield file.fault("column", " ".join(texts), advice, cell=f"A{line}", **facts)


def report_cell(
    file: ListFile, number: int, row: Mapping[str, str], error: ErrorDetails
) -> Problem:
    """Return the error for what a model refused in a row."""
    column = str(error["loc"][0]) if error["loc"] else ""
    facts = {"cell": f"A{number}", "column": column, "found": row.get(column, "")}
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ListError):
        return file.fault(cause.kind, str(cause), cause.advice, **facts)
    expected, choices = name_expected(error)
    near = did_you_mean(facts["found"], choices) if facts["found"] else ""
    kind = "type" if facts["found"] else "incomplete"
    if expected.endswith("."):
        return file.fault(kind, expected, **facts)
    message = f"{column} skal være {expected}.{near}"
    return file.fault(kind, message, **facts, expected=expected)


def name_expected(error: ErrorDetails) -> tuple[str, list[str]]:
    """Return what was expected in Danish, and what may be chosen from."""
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return str(cause), []
    if error["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return " eller ".join(choices), choices
    return EXPECTED[error["type"].partition("_")[0]], []
