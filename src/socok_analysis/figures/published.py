"""What has been published before, set beside what the exports give.

`offentliggjort.csv` in a year's folder has a row for each printed number: the figure's name
(`felt` for another column of it than the value) or a sum of printed numbers (`udtryk`), the
number as printed, its unit, where it stands, and why it differs where it does. `intern` keeps a
row's numbers out of the public edition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import AfterValidator, Field

from socok_analysis.core.danish import round_half_up
from socok_analysis.core.lists import ListError, ListFile, YesNo, must_be, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.figures.figure import Figure

FILE = "offentliggjort.csv"
FIELDS = {"tæller": "numerator", "nævner": "denominator"}
PERCENT = "%"
Status = Literal["equal", "rounded", "contradicted", "unknown"]
SUM = re.compile(r"(?!.*\*\s*\*)[\d\s.+*/()-]+")  # the four operations, no powers


@dataclass(frozen=True, kw_only=True)
class Published:
    """One printed number, with the row of the file it stands in."""

    name: Annotated[str, Field(alias="navn")] = ""
    field: Annotated[
        str,
        Field(alias="felt"),
        must_be("tæller|nævner", "tæller eller nævner"),
        AfterValidator(FIELDS.__getitem__),
    ] = "value"
    expression: Annotated[str, Field(alias="udtryk")] = ""
    printed: Annotated[str, Field(alias="offentliggjort")] = ""
    unit: Annotated[str, Field(alias="enhed")] = ""
    place: Annotated[str, Field(alias="sted")] = ""
    note: str = ""
    is_internal: Annotated[YesNo, Field(alias="intern")] = False
    row: int

    def __post_init__(self) -> None:
        try:
            if not (self.name or self.expression) or not (self.number.is_finite()):
                raise ValueError("neither name nor sum")
            if self.expression:
                evaluate(self.expression)
        except (ArithmeticError, ValueError, SyntaxError) as error:
            text = "Rækken skal have navn eller udtryk, og et tal i offentliggjort."
            raise ListError(text) from error

    @property
    def number(self) -> Decimal:
        """The printed number."""
        return Decimal(self.printed.replace(".", "").replace(",", "."))

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


def evaluate(expression: str) -> Decimal:
    """Return the value of a sum such as "70 - 66 - 3"; raise ValueError for any other text."""
    text = expression.replace(",", ".")
    if not SUM.fullmatch(text):
        raise ValueError("not a sum of numbers")
    return Decimal(str(pd.eval(text, engine="python")))


def compare(published: Published, figures: Mapping[str, Figure]) -> Comparison:
    """Return a printed number beside what the exports, or its printed parts, give."""
    figure, is_share = figures.get(published.name), published.unit == PERCENT
    value = getattr(figure, published.field) if figure else None
    if published.expression:
        computed = evaluate(published.expression)
    elif value is None:
        return Comparison(published, None, "unknown")
    else:
        is_fraction = is_share and published.field == "value"
        computed = Decimal(repr(float(value))) * (100 if is_fraction else 1)
    if round_half_up(float(computed), published.decimals) == published.number:
        return Comparison(published, computed, "equal")
    unit = Decimal(1).scaleb(-published.decimals)
    is_near = is_share and abs(computed - published.number) < unit
    return Comparison(published, computed, "rounded" if is_near else "contradicted")


def compare_year(
    folder: Path, figures: Mapping[str, Figure]
) -> tuple[list[Comparison], list[Problem]]:
    """Return every printed number of a year's folder beside the computed one, and the faults."""
    problems: list[Problem] = []
    printed = read_rows(ListFile(folder / FILE), Published, problems)
    return [compare(each, figures) for each in printed], problems
