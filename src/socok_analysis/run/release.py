"""What has been handed out, and cannot be recalled: `data/released/<year>/<day>/`.

A release is the numbers a public report or status showed, its PDF, who approved it, when, and
what it corrects. Later editions are planned with its numbers as known, and one that differs from
it by fewer persons than the threshold is not handed out without a reason: it would tell of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socok_analysis.core.danish import format_day, format_share
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import Year, released_dir
from socok_analysis.disclosure.public import find_close
from socok_analysis.figures.figure import Figure, read_figures, to_json, write_figures
from socok_analysis.figures.rows import find_row, read_rows

FILE, MOST = "release.json", 5


@dataclass(frozen=True)
class Release:
    """One release; `as_of` is the day of a status, None for a year's report."""

    year: int
    day: date
    approved_by: str
    because: str
    as_of: date | None
    figures: Mapping[str, Figure]


def list_releases(root: Path, years: Iterable[int]) -> list[Release]:
    """Return what has been handed out of some years, oldest first."""
    paths = (path for year in years for path in released_dir(root, year).glob(f"*/{FILE}"))
    return sorted(map(read_release, paths), key=lambda release: release.day)


def read_release(path: Path) -> Release:
    """Return one release; raise DataError where its card cannot be read."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        as_of = date.fromisoformat(known["as_of"]) if known["as_of"] else None
        day, year = date.fromisoformat(known["day"]), int(known["year"])
        figures = read_figures(path.parent, year)
        return Release(year, day, known["approved_by"], known["because"], as_of, figures)
    except (OSError, ValueError, KeyError, TypeError) as error:
        text = f"{path} kan ikke læses. Den siger, hvad der er delt ud: hent den fra en kopi."
        raise DataError(text) from error


def choose_folder(root: Path, release: Release) -> Path:
    """Return the folder of a release: its day, and a number where that day has one already."""
    home, day = released_dir(root, release.year), release.day.isoformat()
    names = [day, *(f"{day}-{number}" for number in range(2, 1000))]
    return next(home / name for name in names if not (home / name).exists())


def write_release(folder: Path, release: Release) -> None:
    """Write a release's card and numbers, whole or not at all."""
    facts = {
        "year": release.year,
        "day": release.day.isoformat(),
        "as_of": release.as_of.isoformat() if release.as_of else None,
        "approved_by": release.approved_by,
        "because": release.because,
    }
    with replace_folder(folder) as fresh:
        (fresh / FILE).write_text(to_json(facts), encoding="utf-8", newline="\n")
        write_figures(fresh, release.figures.values())


def check_close(year: Year, figures: Mapping[str, Figure], because: str) -> None:
    """Raise DataError where handing figures out would tell of few persons, for want of a reason."""
    rows = read_rows(year.root)
    found = {name: find_row(name.partition("+")[0], rows) for name in figures}
    persons = {n: f for n, f in figures.items() if (row := found[n]) and row.about != "thing"}
    released = [each.figures for each in list_releases(year.root, [year.year])]
    close = find_close(released, persons, year.threshold)
    if close and not because:
        advice = "Lad den gamle udgave stå, eller skriv hvorfor: --because “TEKST”."
        told = "afviger fra det, der er delt ud"
        problems = [
            Problem("error", "release.close", f"{name} {told}.", advice=advice)
            for name in sorted(close)
        ]
        least = f"færre end {year.threshold} personer"
        raise DataError(f"Udgaven {told}, med {least}: forskellen ville handle om dem.", problems)


def review(year: Year, figures: Mapping[str, Figure], earlier: Mapping[str, Figure]) -> list[str]:
    """Return what to look at before a release: what moved most, and what is out of the ordinary."""
    moved, lines = [], list[str]()
    for name, figure in figures.items():
        now, before = figure.value, earlier.get(name)
        if before is None or not before.value or now is None or isinstance(now, bool):
            continue
        moved.append((abs(now - before.value) / abs(before.value), name))
        if before.low is not None and not before.low <= now <= (before.high or 0):
            lines.append(f"{name}: {format_share(now)}, uden for usikkerheden i sidste rapport")
    moved.sort(reverse=True)
    lines += [f"{name}: ændret {format_share(size, 0)}" for size, name in moved[:MOST]]
    lines += [f"{name}: lagt sammen, fordi de er få" for name in figures if "+" in name]
    if released := list_releases(year.root, [year.year]):
        new = [name for name in figures if name not in released[-1].figures]
        lines.append(f"nye for offentligheden siden {format_day(released[-1].day)}: {len(new)} tal")
    return lines
