"""Lists: every CSV and TOML an analyst edits is read here, through a model, all faults at once.

A model is a frozen dataclass with annotations that pydantic checks. Each field is a column, by its
alias or its name; a blank cell leaves one with a default at that. A field `row` gets the row's
number as a person counts (the heading is 1), a field `extra` the cells of the other columns; one
that is not compared is no column.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from socok_analysis.core.danish import clean_text, did_you_mean, fold, mask_cpr
from socok_analysis.core.problems import Problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")
Settings = TypeVar("Settings", bound=BaseModel)
SIGNS = {",": "komma", ";": "semikolon", "\t": "tabulator"}
EXPECTED = {
    "int": "et helt tal",
    "greater": "et helt tal",
    "float": "et tal",
    "date": "en dato som 2019-12-31",
    "str": "en tekst i anførselstegn",
    "string": "en tekst i anførselstegn",
}


class ListError(ValueError):
    """What a model finds wrong, as a whole sentence, and what to do about it.

    A plain ValueError in a model says what is expected instead, such as "et årstal".
    """

    def __init__(self, message: str, advice: str = "", kind: str = "type") -> None:
        super().__init__(message)
        self.advice = advice
        self.kind = kind


def fits(pattern: str, expected: str) -> BeforeValidator:
    """Return a check that a cell's whole text fits a pattern, with what is expected in Danish."""

    def check(text: object) -> object:
        if not re.fullmatch(pattern, str(text)):
            raise ValueError(expected)
        return text

    return BeforeValidator(check)


def _read_yes(text: object) -> str:
    if text not in ("ja", "nej"):
        raise ValueError("ja eller nej")
    return str(text == "ja")


Filled = Annotated[str, fits(".+", "udfyldt")]
Day = Annotated[date, fits(r"\d{4}-\d\d-\d\d", EXPECTED["date"])]
YearNumber = Annotated[int, fits(r"\d{4}", "et årstal")]
YesNo = Annotated[bool, BeforeValidator(_read_yes)]


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

    def fault(self, kind: str, message: str, advice: str = "", **facts: str) -> Problem:
        """Return an error found in the file; `facts` are further fields of the problem."""
        folders = {"codes": "maps/codes/", "maps": "maps/"}
        place = folders.get(self.path.parent.name, "") + self.path.name
        facts["found"] = mask_cpr(facts.get("found", "")) if self.may_quote else ""
        check = self.check.format(kind)
        return Problem("error", check, message, file=place, advice=advice, **facts)

    def read(self, problems: list[Problem], advice: str) -> str:
        """Return the file's text; add a problem and return nothing where it cannot be read."""
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            if self.is_needed:
                problems.append(self.fault("mangler", "Filen mangler.", advice))
        except UnicodeDecodeError:
            kind = "CSV UTF-8" if self.path.suffix == ".csv" else "UTF-8"
            text = "Filen er ikke gemt som UTF-8."
            problems.append(self.fault("tegnsæt", text, f"Gem den som {kind}."))
        return ""


# CSV


@cache
def read_declaration(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV by its path inside the package, such as `checks/checks.csv`."""
    text = files("socok_analysis").joinpath(name).read_text(encoding="utf-8")
    (_, heading), *rows = split_text(text, ",")
    return tuple(dict(zip(heading, cells, strict=True)) for _, cells in rows)


def split_text(text: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and cells of each row of a CSV that is not blank."""
    for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=sign, strict=True), 1):
        if any(cells):
            yield number, cells


def choose_sign(text: str) -> str:
    """Return what stands between the cells of a CSV: a Danish Excel saves with semicolons."""
    first = text.lstrip().partition("\n")[0]
    return max(SIGNS, key=first.count)


def align_lines(text: str, sign: str) -> str:
    """Return a CSV with one sign throughout: a line pasted with commas fits what Excel saved."""
    first, *others = text.splitlines(keepends=True) or [""]
    width, lines = first.count(sign) + 1, [first]
    for line in others:
        cells = next(csv.reader([line]), []) if sign != "," and sign not in line else []
        if len(cells) == width:
            file = io.StringIO()
            csv.writer(file, delimiter=sign, lineterminator="\n").writerow(cells)
            line = file.getvalue()
        lines.append(line)
    return "".join(lines)


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
    text = file.read(problems, "Hent den fra projektets udgave.")
    sign, number, table = choose_sign(text), 0, []
    try:
        for number, cells in split_text(align_lines(text, sign), sign):
            table.append((number, [clean_text(cell) for cell in cells]))
    except csv.Error:
        advice = "Sæt anførselstegn om hele teksten, og skriv dem dobbelt inde i den."
        cell = f"A{number + 1}"
        problems.append(file.fault("tegn", "Et anførselstegn står alene.", advice, cell=cell))
        return []
    if not table:
        return []
    (first, heading), *rows = table
    wanted = [*list_columns(model), *needed]
    is_open = "extra" in get_type_hints(model) and known is None
    allowed = heading if is_open else [*wanted, *(known or ())]
    if faults := check_heading(file, heading, wanted, allowed):
        found = f"{', '.join(heading)} (adskilt af {SIGNS[sign]})"
        told, advice = ",".join(wanted), f"Første linje skal have: {', '.join(wanted)}."
        facts = {"cell": f"A{first}", "found": found, "expected": told}
        problems.append(file.fault("column", " ".join(faults), advice, **facts))
    if set(wanted) - set(heading):
        return []
    seen: dict[str, int] = {}
    models: list[Row] = []
    for number, cells in rows:
        padded = cells + [""] * (len(heading) - len(cells))
        row = {name: cell for name, cell in zip(heading, padded, strict=False) if name}
        if len(cells) > len(heading) or sum(map(bool, cells)) > sum(map(bool, row.values())):
            advice = "Sæt anførselstegn om en tekst med skilletegn i."
            text = "Rækken har flere celler end overskrifter."
            problems.append(file.fault("type", text, advice, cell=f"A{number}"))
            continue
        own = row.get(key, "")
        if own and seen.setdefault(fold(own), number) != number:
            told = f"“{mask_cpr(own)}”" if file.may_quote else key
            text, advice = f"{told} står to gange.", f"Se række {seen[fold(own)]}."
            problems.append(file.fault("type", text, advice, cell=f"A{number}", column=key))
        try:
            models.append(make_row(model, number, row))
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


def make_row(model: type[Row], number: int, row: Mapping[str, str]) -> Row:
    """Return a row as a model; raise ValidationError where the model refuses it."""
    columns = list_columns(model)
    own = {name: row[name] for name, is_needed in columns.items() if row[name] or is_needed}
    extra = {name: cell for name, cell in row.items() if name not in columns}
    made: Row = adapt(model).validate_strings({**own, "row": str(number), "extra": extra})
    return made


def check_heading(
    file: ListFile, heading: Sequence[str], wanted: Sequence[str], allowed: Sequence[str]
) -> list[str]:
    """Return what is wrong with a CSV's first line, a sentence for each fault."""
    texts = []
    for number, name in enumerate(heading, 1):
        told = f"Kolonnen “{mask_cpr(name)}”" if file.may_quote else f"Kolonne nr. {number}"
        if name and name not in allowed:
            texts.append(f"{told} er ikke kendt.{did_you_mean(name, allowed)}")
        if name and name in heading[: number - 1]:
            texts.append(f"{told} står to gange.")
    missing = [name for name in dict.fromkeys(wanted) if name not in heading]
    if len(missing) > 1:
        texts.append(f"Filen mangler kolonner: {', '.join(missing)}.")
    return texts + ([f"Kolonnen {missing[0]} mangler."] if len(missing) == 1 else [])


def report_cell(
    file: ListFile, number: int, row: Mapping[str, str], error: ErrorDetails
) -> Problem:
    """Return the error for what a model refused in a row."""
    column = str(error["loc"][0]) if error["loc"] else ""
    cause = error.get("ctx", {}).get("error")
    facts = {"cell": f"A{number}", "column": column, "found": row.get(column, "")}
    if isinstance(cause, ListError):
        return file.fault(cause.kind, str(cause), cause.advice, **facts)
    expected, near = name_expected(error, row.get(column, ""))
    kind = "type" if facts["found"] else "incomplete"
    message = f"{column} skal være {expected}.{near}"
    return file.fault(kind, message, **facts, expected=expected)


def name_expected(error: ErrorDetails, found: str = "") -> tuple[str, str]:
    """Return what was expected in Danish, and the nearest of what may be chosen from."""
    cause = error.get("ctx", {}).get("error")
    if cause:
        return str(cause), ""
    if error["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return " eller ".join(choices), did_you_mean(found, choices) if found else ""
    return EXPECTED[error["type"].partition("_")[0]], ""


# TOML


def read_settings(
    file: ListFile, model: type[Settings], problems: list[Problem]
) -> Settings | None:
    """Return a TOML file as a model of its groups; None where it has faults, all in `problems`."""
    before = len(problems)
    text = file.read(problems, "Kopiér den fra et tidligere år.")
    if len(problems) > before:
        return None
    try:
        groups = {name: {} for name in model.model_fields} | tomllib.loads(text)
        return model.model_validate(groups, strict=True)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = f" Se linje {place[1]}." if place else ""
        problems.append(file.fault("toml", f"Filen kan ikke læses som TOML.{line}"))
    except ValidationError as error:
        found = [(find_line(text, each["loc"]), each) for each in error.errors()]
        found.sort(key=lambda pair: (len(pair[1]["loc"]), pair[1]["type"] == "missing", pair[0]))
        problems += [report_key(file, line, model, each) for line, each in found]
    return None


def find_line(text: str, place: Sequence[object]) -> int:
    """Return the line of a TOML file on which a group, or a key of a group, stands; 0 for none."""
    group = ""
    for number, line in enumerate(text.splitlines(), 1):
        head, key = re.match(r"\s*\[+\s*([\w-]+)", line), re.match(r"\s*\"?([\w-]+)\"?\s*=", line)
        group = head[1] if head else group
        if place in ((group,), (key and key[1],), (group, key and key[1])):
            return number
    return 0


def report_key(file: ListFile, line: int, model: type[BaseModel], error: ErrorDetails) -> Problem:
    """Return the error for what a model refused in a TOML file."""
    group, *keys = map(str, error["loc"])
    facts = {"cell": f"linje {line}" if line else "", "column": (keys or [group])[0]}
    if not keys:
        if group in model.model_fields:
            return file.fault("ukendt", f"[{group}] skal være en gruppe.", **facts)
        near = did_you_mean(group, model.model_fields)
        return file.fault("ukendt", f"{group} er ikke en kendt gruppe.{near}", **facts)
    key, inner = keys[0], model.model_fields[group].annotation
    known: Mapping[str, Any] = inner.model_fields if inner else {}
    if error["type"] == "extra_forbidden":
        message = f"{key} er ikke kendt i [{group}].{did_you_mean(key, known)}"
        return file.fault("ukendt", message, **facts, expected=", ".join(known))
    if error["type"] == "missing":
        expected = EXPECTED[known[key].annotation.__name__]
        return file.fault("mangler", f"[{group}] mangler {key}.", **facts, expected=expected)
    expected, _ = name_expected(error)
    message = f"{key} i [{group}] skal være {expected}."
    return file.fault("type", message, **facts, expected=expected)
