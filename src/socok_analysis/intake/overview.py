"""`udtraek.html`: one page that shows what was read, what became of it, and what to do.

It is a file of its own: no script, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from socok_analysis.core.problems import (
    SEVERITY_DA,
    Problem,
    count_problems,
    group_problems,
)
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.intake.view import STATES, SheetView

FILE = "udtraek.html"
MOST_LINKS = 8
COUNTS = ("rows_seen", "rows_kept", "rows_quarantined", "rows_skipped")
Account = Mapping[str, object]


@dataclass(frozen=True)
class Group:
    """Like problems: the first, its place, how many, and (cell, anchor) of the first of them."""

    first: Problem
    place: str
    count: int
    cells: tuple[tuple[str, str], ...]
    more: int

    @property
    def severity(self) -> str:
        """How bad they are."""
        return self.first.severity


def write_overview(
    path: Path,
    year: int,
    problems: Iterable[Problem],
    accounts: Iterable[Account],
    sheets: Sequence[SheetView],
) -> None:
    """Write the page. The same exports give the same bytes."""
    page = render_overview(year, list(problems), list(accounts), sheets)
    path.write_text(page, encoding="utf-8", newline="\n")


def render_overview(
    year: int,
    problems: Sequence[Problem],
    accounts: Sequence[Account],
    sheets: Sequence[SheetView],
) -> str:
    """Return the page as HTML; every text in it is escaped."""
    from jinja2 import Environment, StrictUndefined

    folder = files("socok_analysis.intake")
    style = folder.joinpath("overview.css").read_text(encoding="utf-8")
    template = folder.joinpath("overview.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    anchors = list_anchors(sheets)
    groups = [describe(group, anchors) for group in group_problems(problems)]
    return environment.from_string(template).render(
        year=year,
        style=style,
        style_hash=hash_style(style),
        counted=count_problems(problems),
        groups=[group for group in groups if group.severity != "info"],
        told=[group for group in groups if group.severity == "info"],
        accounts=[describe_account(account, sheets) for account in accounts],
        sums=[sum_counts(accounts, name) for name in COUNTS],
        sheets=sheets,
        states=STATES,
        severities=SEVERITY_DA,
    )


def hash_style(style: str) -> str:
    """Return the hash by which the page's policy knows its one style sheet."""
    return base64.b64encode(hashlib.sha256(f"\n{style}".encode()).digest()).decode()


def list_anchors(sheets: Iterable[SheetView]) -> dict[tuple[str, str, str], str]:
    """Return the anchor of each cell shown, by file, sheet and cell."""
    return {
        (sheet.file, sheet.sheet, cell.name): f"ark{number}-{cell.name}"
        for number, sheet in enumerate(sheets, 1)
        for row in sheet.rows
        for cell in row.cells
        if cell.is_faulty
    }


def describe(group: Sequence[Problem], anchors: Mapping[tuple[str, str, str], str]) -> Group:
    """Return like problems as the page lists them."""
    first = group[0]
    places = [(p.cell, anchors.get((p.file, p.sheet, p.cell), "")) for p in group if p.cell]
    return Group(
        first,
        " › ".join(filter(None, (first.file, first.sheet))),
        len(group),
        tuple(places[:MOST_LINKS]),
        max(len(places) - MOST_LINKS, 0),
    )


def describe_account(account: Account, sheets: Sequence[SheetView]) -> dict[str, object]:
    """Return one line of the account, with the number of the sheet's view; 0 where it has none."""
    same = [
        number
        for number, view in enumerate(sheets, 1)
        if (view.file, view.sheet) == (account["file"], account["sheet"])
    ]
    kind = KIND_DA.get(str(account["kind"]), "ikke brugt")
    return {**account, "kind": kind, "number": same[0] if same else 0}


def sum_counts(accounts: Iterable[Account], name: str) -> int:
    """Return the sum of one count over all sheets."""
    return sum(int(str(account[name])) for account in accounts)
