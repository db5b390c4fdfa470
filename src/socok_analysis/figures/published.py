"""What has been published before, set beside what the exports give.

`offentliggjort.csv` in a year's folder has a row for each printed number: the figure's name
(`felt` for another column of it than the value) or a sum of printed numbers (`udtryk`), the
number as printed, its unit, where it stands, and why it differs where it does. `intern` keeps a
row's numbers out of the public edition.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from socok_analysis.core.danish import round_half_up
from socok_analysis.core.lists import ListError, ListFile, YesNo, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.figures.figure import Figure

FILE = "offentliggjort.csv"
FIELDS = {"": "value", "tæller": "numerator", "nævner": "denominator"}
PERCENT = "%"
Status = Literal["equal", "rounded", "contradicted", "unknown"]
OPERATORS: Mapping[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _name_field(text: str) -> str:
    if text not in FIELDS:
        raise ValueError(" eller ".join(filter(None, FIELDS)))
    return FIELDS[text]


@dataclass(frozen=True, kw_only=True)
class Published:
    """One printed number, with the row of the file it stands in."""

    name: Annotated[str, Field(alias="navn")] = ""
    field: Annotated[str, Field(alias="felt"), BeforeValidator(_name_field)] = "value"
    expression: Annotated[str, Field(alias="udtryk")] = ""
    printed: Annotated[str, Field(alias="offentliggjort")] = ""
    unit: Annotated[str, Field(alias="enhed")] = ""
    place: Annotated[str, Field(alias="sted")] = ""
    note: str = ""
    is_internal: Annotated[YesNo, Field(alias="intern")] = False
    row: int

    def __post_init__(self) -> None:
        try:
            if not (self.name or self.expression):
                raise ValueError("neither name nor sum")
            read_number(self.printed)
            if self.expression:
                evaluate(self.expression)
        except (ArithmeticError, ValueError, SyntaxError) as error:
            text = "Rækken skal have navn eller udtryk, og et tal i offentliggjort."
            raise ListError(text) from error

    @property
    def number(self) -> Decimal:
        """The printed number."""
        return read_number(self.printed)

    @property
    def decimals(self) -> int:
        """How many decimals are printed."""
        return max(0, -int(self.number.as_tuple().exponent))


@dataclass(frozen=True)
class Comparison:
    """A printed number and what the exports give. `computed` is in the printed unit."""

    published: Published
    computed: Decimal | None
    status: Status

    @property
    def is_explained(self) -> bool:
        """Tell whether the two agree, or a note says why not."""
        return self.status == "equal" or bool(self.published.note)


def read_published(folder: Path) -> tuple[list[Published], list[Problem]]:
    """Return the printed numbers of a year's folder, and what is wrong with the file."""
    problems: list[Problem] = []
    return read_rows(ListFile(folder / FILE), Published, problems), problems


def read_number(text: str) -> Decimal:
    """Return a number with a decimal comma."""
    return Decimal(text.replace(".", "").replace(",", "."))


def evaluate(expression: str) -> Decimal:
    """Return the value of a sum of numbers such as "70 - 66 - 3"; raise ValueError for any other.

    Nothing but the four operations on numbers is understood.
    """

    def work_out(node: ast.expr) -> Decimal:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return Decimal(str(node.value))
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](work_out(node.left), work_out(node.right))
        raise ValueError("not a sum of numbers")

    return work_out(ast.parse(expression.replace(",", "."), mode="eval").body)


def compare(published: Published, figures: Mapping[str, Figure]) -> Comparison:
    """Return a printed number beside the computed one, and how they relate."""
    computed = compute(published, figures)
    if computed is None:
        return Comparison(published, None, "unknown")
    rounded = round_half_up(float(computed), published.decimals)
    if rounded == published.number:
        return Comparison(published, computed, "equal")
    unit = Decimal(1).scaleb(-published.decimals)
    is_near = published.unit == PERCENT and abs(computed - published.number) < unit
    return Comparison(published, computed, "rounded" if is_near else "contradicted")


def compute(published: Published, figures: Mapping[str, Figure]) -> Decimal | None:
    """Return what the exports, or the printed parts, give; in the printed unit."""
    if published.expression:
        return evaluate(published.expression)
    figure = figures.get(published.name)
    value = getattr(figure, published.field) if figure else None
    if value is None:
        return None
    number = Decimal(repr(float(value)))
    is_share = published.unit == PERCENT and published.field == "value"
    return number * 100 if is_share else number


def compare_year(
    folder: Path, figures: Mapping[str, Figure]
) -> tuple[list[Comparison], list[Problem]]:
    """Return every printed number of a year's folder beside the computed one."""
    printed, problems = read_published(folder)
    return [compare(each, figures) for each in printed], problems
