"""A notebook's parameters: known, of their type and among their values, or refused in Danish."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import UsageError
from socok_analysis.disclosure import EDITIONS

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

PARAMETERS: Mapping[str, type] = {
    "year": int,
    "partner": str,
    "section": str,
    "family": str,
    "edition": str,
    "as_of": str,
}
SHELL_NAMES = ("In", "Out")


def read_parameters(namespace: Mapping[str, Any], parameters: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters' values; raise UsageError for unknown, missing and ill-typed ones.

    What the analyst has set beside them in Jupyter is left alone, unless it is a near miss.
    """
    given = {name: value for name, value in namespace.items() if is_parameter(name, value)}
    injected = list_injected(namespace.get("In", ()))
    for name in given:
        near = did_you_mean(name, parameters)
        if name not in parameters and (name in injected or near):
            raise UsageError(f"Notebooken har ingen parameter {name}.{near}")
    for name in parameters:
        check_parameter(name, given.get(name))
    return given


def list_injected(cells: Iterable[str]) -> set[str]:
    """Return the names papermill set: the cell it puts in begins with `# Parameters`."""
    sources = (cell for cell in cells if cell.startswith("# Parameters"))
    return {name for source in sources for name in re.findall(r"^(\w+) = ", source, re.MULTILINE)}


def is_parameter(name: str, value: object) -> bool:
    """Tell whether a name of a notebook was set as a plain value."""
    kinds = (str, int, float, bool, list, dict, type(None))
    return not name.startswith("_") and name not in SHELL_NAMES and isinstance(value, kinds)


def check_parameter(name: str, value: object) -> None:
    """Raise UsageError where a parameter is not of its type or not among its values."""
    kind = PARAMETERS[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        what = "et helt tal" if kind is int else "en tekst"
        raise UsageError(f"Parameteren {name} skal være {what}.")
    if name == "edition" and value not in EDITIONS:
        near = did_you_mean(str(value), EDITIONS)
        raise UsageError(f"edition skal være en af {', '.join(EDITIONS)}.{near}")


def check_partner(page: Page, parameters: tuple[str, ...]) -> None:
    """Raise UsageError where a notebook takes a partner and this one has no courses."""
    known = page.partners()
    if "partner" in parameters and page.partner not in known:
        near = did_you_mean(page.partner, known)
        raise UsageError(
            f"Der er ingen forløb hos {page.partner} i {page.year.year}.{near} "
            f"Partnere med forløb: {', '.join(known)}."
        )


def check_section(page: Page, parameters: tuple[str, ...]) -> None:
    """Raise UsageError where a notebook takes a section and this one is not of section 6."""
    from socok_analysis.intake.texts import list_sections, pick_section

    if "section" in parameters:
        pick_section(list_sections(page.year.root, page.year.year, "indsats"), page.section)


def check_family(page: Page, parameters: tuple[str, ...]) -> None:
    """Raise UsageError where a notebook takes a family of figures and the year has none such."""
    known = sorted({name.partition(".")[0] for name in page.figures})
    if "family" in parameters and page.family not in known:
        near = did_you_mean(page.family, known)
        raise UsageError(f"Der er ingen nøgletal {page.family} i {page.year.year}.{near}")
