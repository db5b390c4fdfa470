"""Lists: every CSV an analyst edits is read here, through a model, all faults at once.

A model is a frozen dataclass with annotations that pydantic checks. Each field is a column, by its
alias or its name; a blank cell leaves one with a default at that. A field `row` gets the row's
number as a person counts (the heading is 1), a field `extra` the cells of the other columns; one
that is not compared is no column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from socok_analysis.core.danish import clean_text, did_you_mean, fold, mask_cpr
from socok_analysis.core.problems import DataError, Problem, Proposal, write_line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")
SIGNS = {",": "komma", ";": "semikolon", "\t": "tabulator"}
EXPECTED = {
    "int": "et helt tal",
    "greater": "et helt tal, mindst {ge}",
    "float": "et tal",
    "date": "en dato som 2019-12-31",
    "str": "en tekst i anførselstegn",
    "string": "en tekst i anførselstegn",
    "tuple": 'en liste som ["Byrådet"]',
}


class ListError(ValueError):
    """What a model finds wrong, as a whole sentence, and what to do about it.

    A plain ValueError says what is expected instead ("et årstal"), or a sentence with a stop.
    """

    def __init__(self, message: str, advice: str = "", kind: str = "type") -> None:
        super().__init__(message)
        self.advice, self.kind = advice, kind


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
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            if self.is_needed:
                source = "Hent den fra projektets udgave, eller kopiér den fra et tidligere år."
                problems.append(self.fault("mangler", "Filen mangler.", source))
        except UnicodeDecodeError:
            advice = "Gem den som UTF-8 (CSV UTF-8 i Excel)."
            problems.append(self.fault("tegnsæt", "Filen er ikke gemt som UTF-8.", advice))
        return ""

    def refuse(self, error: ErrorDetails, name: str, found: str, **facts: Any) -> Problem:
        """Return the error for a value of the file that a model refused; `name` is its column."""
        cause = error.get("ctx", {}).get("error")
        if isinstance(cause, ListError):
            return self.fault(cause.kind, str(cause), cause.advice, found=found, **facts)
        told, near = EXPECTED.get(error["type"].partition("_")[0], ""), ""
        told = told.format(**error.get("ctx", {}))
        if error["type"] == "literal_error":
            choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            told, near = " eller ".join(choices), did_you_mean(found, choices)
        told = str(cause) if isinstance(cause, ValueError) else told
        if not told.endswith("."):
            facts["expected"], told = told, f"{name} skal være {told}.{near}"
        return self.fault("type" if found else "incomplete", told, found=found, **facts)


@cache
def read_declaration(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV by its path inside the package, such as `checks/checks.csv`."""
    with (Path(__file__).parents[1] / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def choose_sign(text: str) -> str:
    """Return what stands between the cells of a CSV: a Danish Excel saves with semicolons."""
    return max(SIGNS, key=text.partition("\n")[0].count)


def _read_cells(file: ListFile, problems: list[Problem]) -> tuple[str, dict[int, list[str]]]:
    """Return what stands between a CSV's cells, and its rows, clean; commas may be pasted in."""
    first, *others = file.read(problems).splitlines(keepends=True) or [""]
    sign, lines, rows = choose_sign(first), [first], dict[int, list[str]]()
    for line in others:
        cells = next(csv.reader([line]), []) if sign != "," and sign not in line else []
        is_whole = len(cells) == first.count(sign) + 1
        lines.append(write_line(cells, sign) + "\n" if is_whole else line)
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=sign, strict=True), 1):
            if any(cleaned := [clean_text(cell) for cell in cells]):
                rows[number] = cleaned
    except csv.Error:
        advice = "Sæt anførselstegn om hele teksten, og skriv dem dobbelt inde i den."
        cell = f"A{max(rows, default=0) + 1}"
        problems.append(file.fault("tegn", "Et anførselstegn står alene.", advice, cell=cell))
        return sign, {}
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
    sign, rows = _read_cells(file, problems)
    if not rows:
        return []
    line = min(rows)
    heading, columns = rows.pop(line), list_columns(model)
    wanted = [*columns, *needed]
    is_open = "extra" in get_type_hints(model) and known is None
    allowed = heading if is_open else [*wanted, *(known or ())]
    problems += _check_heading(file, line, sign, heading, wanted, allowed)
    if set(wanted) - set(heading):
        return []
    models, seen = [], dict[str, int]()
    for number, cells in rows.items():
        place = {"cell": f"A{number}"}
        row = {name: cell for name, cell in zip_longest(heading, cells, fillvalue="") if name}
        if sum(map(bool, cells)) > sum(map(bool, row.values())) or len(cells) > len(heading):
            text = "Rækken har flere celler end overskrifter."
            advice = "Sæt anførselstegn om en tekst med skilletegn i."
            problems.append(file.fault("type", text, advice, **place))
            continue
        own = row.get(key, "")
        if own and (same := seen.setdefault(fold(own), number)) != number:
            text = f"“{mask_cpr(own)}” står to gange." if file.may_quote else "Rækken er en kopi."
            problems.append(file.fault("type", text, f"Se række {same}.", **place, column=key))
        held = {name: row[name] for name, must in columns.items() if row[name] or must}
        extra = {name: cell for name, cell in row.items() if name not in columns}
        try:
            made = adapt(model).validate_strings({**held, "row": str(number), "extra": extra})
            models.append(made)
        except ValidationError as errors:
            for error in errors.errors():
                column = str(next(iter(error["loc"]), ""))
                facts = {**place, "column": column}
                problems.append(file.refuse(error, column, row.get(column, ""), **facts))
    return models


@cache
def adapt(model: Any) -> TypeAdapter[Any]:
    """Return what checks values against a model; made once."""
    return TypeAdapter(model)


@cache
def list_columns(model: Any) -> dict[str, bool]:
    """Return the columns of a model's rows, and whether a cell must hold something."""
    hints, columns = get_type_hints(model, include_extras=True), {}
    for field in fields(model):
        if field.name not in ("row", "extra") and field.compare:
            marks = getattr(hints[field.name], "__metadata__", ())
            name = next((m.alias for m in marks if getattr(m, "alias", None)), field.name)
            columns[name] = field.default is MISSING
    return columns


def _check_heading(
    file: ListFile, line: int, sign: str, heading: list[str], wanted: list[str], allowed: list[str]
) -> Iterator[Problem]:
    """Yield one problem that tells all that is wrong with a CSV's first line, if anything is."""
    texts, missing = [], [name for name in dict.fromkeys(wanted) if name not in heading]
    for number, name in enumerate(heading, 1):
        told = f"Kolonnen “{mask_cpr(name)}”" if file.may_quote else f"Kolonne nr. {number}"
        if name and name not in allowed:
            texts.append(f"{told} er ikke kendt.{did_you_mean(name, allowed)}")
        if name and name in heading[: number - 1]:
            texts.append(f"{told} står to gange.")
    if missing:
        what = "Kolonnen" if len(missing) == 1 else "Kolonnerne"
        texts.append(f"{what} {', '.join(missing)} mangler.")
    if texts:
        found = f"{', '.join(heading)} (adskilt af {SIGNS[sign]})"
        facts = {"cell": f"A{line}", "found": found, "expected": ", ".join(wanted)}
        advice = f"Første linje skal have: {facts['expected']}."
        yield file.fault("column", " ".join(texts), advice, **facts)


def add_to_list(text: str, proposal: Proposal, columns: Sequence[str] = ()) -> str:
    """Return a list's text with what is proposed: a line more, or spellings in one of its cells.

    `columns` are what the cells of a line are called, and the heading where there is none: a list
    may have them in another order. Raise DataError where it holds them, or has no such cell.
    """
    lines, end = text.splitlines(), "\r\n" if "\r\n" in text else "\n"
    lines = lines if text.strip() else [",".join(columns)]
    before, top = [*lines], next(filter(str.strip, lines), "").lstrip("\ufeff")
    sign, cells = choose_sign(top), proposal.cells
    (heading,) = csv.reader([top], delimiter=sign)
    if not proposal.row:
        if names := proposal.names or columns:
            known = dict(zip(names, cells, strict=True))
            cells = tuple(known.pop(name, "") for name in heading)
            if lost := [name for name, cell in known.items() if cell]:
                raise DataError(f"{proposal.file} mangler kolonnen {', '.join(lost)}: tilføj den.")
        lines.append(write_line(cells, sign))
    for index, line in enumerate(lines if proposal.row else ()):
        row = next(csv.reader([line], delimiter=sign), [])
        row += [""] * (len(heading) - len(row))
        if row[heading.index("valid_from")] == proposal.row:
            place = heading.index(proposal.column)
            spellings = [*row[place].split("|"), *"|".join(cells).split("|")]
            row[place] = "|".join(dict.fromkeys(filter(None, spellings)))
            lines[index] = write_line(row, sign)
    if lines == before:
        raise DataError(f"{proposal.file} har det, eller mangler stedet. Ret den i Notesblok.")
    return end.join(lines) + end
