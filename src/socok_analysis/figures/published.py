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
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from socok_analysis.core.danish import round_half_up
from socok_analysis.core.problems import Problem
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.rows import fault, read_rows

FILE = "offentliggjort.csv"
COLUMNS = ("navn", "felt", "udtryk", "offentliggjort", "enhed", "sted", "note", "intern")
FIELDS = {"": "value", "tæller": "numerator", "nævner": "denominator"}
PERCENT, YES = "%", "ja"
Status = Literal["equal", "rounded", "contradicted", "unknown"]
OPERATORS: Mapping[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class Published:
    """One printed number, with the row of the file it stands in."""

    name: str
    field: str
    expression: str
    printed: str
    unit: str
    place: str
    note: str
    is_internal: bool
    row: int

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
    from dataclasses import replace

    path, problems = folder / FILE, list[Problem]()
    rows = read_rows(path, problems) if path.exists() else []
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    problems += [fault(path, f"Kolonnen {name} mangler.", row=1) for name in missing]
    printed = []
    for number, row in enumerate(() if missing else rows, 2):
        try:
            printed.append(declare_published(row, number))
        except (InvalidOperation, ValueError, SyntaxError):
            text = "Rækken skal have navn eller udtryk, og et tal i offentliggjort."
            problems.append(fault(path, text, row=number))
    return printed, [replace(problem, file=FILE) for problem in problems]


def declare_published(row: Mapping[str, str], number: int) -> Published:
    """Return the printed number a row declares; raise an error where it is not sound."""
    if not (row["navn"] or row["udtryk"]) or row["felt"] not in FIELDS:
        raise ValueError("neither name nor sum")
    read_number(row["offentliggjort"])
    if row["udtryk"]:
        evaluate(row["udtryk"])
    return Published(
        row["navn"],
        FIELDS[row["felt"]],
        row["udtryk"],
        row["offentliggjort"],
        row["enhed"],
        row["sted"],
        row["note"],
        row["intern"] == YES,
        number,
    )


def read_number(text: str) -> Decimal:
    """Return a number with a decimal comma."""
    return Decimal(text.replace(".", "").replace(",", "."))


def evaluate(expression: str) -> Decimal:
    """Return the value of a sum of numbers such as "70 - 66 - 3"; raise ValueError for any other.

    Nothing but the four operations on numbers is understood.
    """
    tree = ast.parse(expression.replace(",", "."), mode="eval").body
    return evaluate_node(tree)


def evaluate_node(node: ast.expr) -> Decimal:
    """Return the value of one part of a sum."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Decimal(str(node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        apply = OPERATORS[type(node.op)]
        return apply(evaluate_node(node.left), evaluate_node(node.right))
    raise ValueError("not a sum of numbers")


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
