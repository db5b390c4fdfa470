"""What has been handed out, and cannot be recalled: `data/released/<year>/<day>/`.

A release is the numbers a public report or status showed, who approved it, when, and what it
corrects. Later editions are planned with its numbers as known, and one that differs from it by
fewer persons than the threshold is not handed out without a reason: it would tell of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socok_analysis.figures.figure import Figure, read_figures, write_figures

FILE = "release.json"


@dataclass(frozen=True)
class Release:
    """One release; `as_of` is the day of a status, None for a year's report."""

    year: int
    day: date
    approved_by: str
    because: str
    as_of: date | None
    figures: Mapping[str, Figure]


def released_dir(root: Path, year: int) -> Path:
    """Return the folder of what has been handed out of a year."""
    return root / "data" / "released" / str(year)


def list_releases(root: Path, years: Iterable[int]) -> list[Release]:
    """Return what has been handed out of some years, oldest first."""
    folders = [released_dir(root, year) for year in years]
    paths = sorted(path for folder in folders for path in folder.glob(f"*/{FILE}"))
    return sorted(map(read_release, paths), key=lambda release: release.day)


def read_release(path: Path) -> Release:
    """Return one release."""
    known = json.loads(path.read_text(encoding="utf-8"))
    as_of = date.fromisoformat(known["as_of"]) if known["as_of"] else None
    day, year = date.fromisoformat(known["day"]), known["year"]
    figures = read_figures(path.parent, year)
    return Release(year, day, known["approved_by"], known["because"], as_of, figures)


def write_release(folder: Path, release: Release) -> None:
    """Write a release's numbers and its card into a folder."""
    facts = {
        "year": release.year,
        "day": release.day.isoformat(),
        "as_of": release.as_of.isoformat() if release.as_of else None,
        "approved_by": release.approved_by,
        "because": release.because,
    }
    text = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
    write_figures(folder, release.figures.values())


def find_close(
    released: Sequence[Release], figures: Mapping[str, Figure], least: int
) -> dict[str, Release]:
    """Return the figures that differ by fewer persons than `least` from one handed out.

    Things (places, meetings, amounts) may differ by one; `figures` are those about persons.
    """
    close = {}
    for release in released:
        for name, figure in figures.items():
            known = release.figures.get(name)
            for now, then in zip(count(figure), count(known), strict=True) if known else ():
                if now is not None and then is not None and 0 < abs(now - then) < least:
                    close[name] = release
    return close


def count(figure: Figure) -> tuple[float | None, float | None]:
    """Return the persons a figure counts, and those it is of."""
    value = figure.value if figure.numerator is None else figure.numerator
    return value, figure.denominator
