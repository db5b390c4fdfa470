"""What has been handed out, and cannot be recalled: `data/released/<year>/<day>/`.

A release is the numbers a public report or status showed, its PDF, who approved it, when, and
what it corrects. Later editions are planned with its numbers as known, and one that differs from
it by fewer persons than the threshold is not handed out without a reason: it would tell of them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socok_analysis.core.danish import format_day, format_share
from socok_analysis.core.errors import DataError, MissingError
from socok_analysis.core.folders import lock_project, replace_folder
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import Year
from socok_analysis.disclosure.public import Public, find_close
from socok_analysis.figures.figure import Figure, read_figures, write_figures
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


def released_dir(root: Path, year: int) -> Path:
    """Return the folder of what has been handed out of a year."""
    return root / "data" / "released" / str(year)


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
        text = f"{path} kan ikke læses. Hent mappen fra sikkerhedskopien: den siger, hvad der er delt ud."
        raise DataError(text) from error


def hand_out(release: Release, root: Path, pdf: Path) -> Path:
    """Keep a release, its PDF beside it; return its folder.

    One a day: what was kept of a report the same day gets a number after the day.
    """
    if not pdf.is_file():
        raise MissingError(f"{pdf.name} mangler. Kør “socok report {release.year}” først.")
    home, day = released_dir(root, release.year), release.day.isoformat()
    names = [day, *(f"{day}-{number}" for number in range(2, 100))]
    folder = next(home / name for name in names if not (home / name).exists())
    facts = {key: getattr(release, key) for key in ("year", "approved_by", "because")}
    facts |= {"day": day, "as_of": release.as_of.isoformat() if release.as_of else None}
    with lock_project(root, "socok release"), replace_folder(folder) as fresh:
        text = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
        (fresh / FILE).write_text(text, encoding="utf-8", newline="\n")
        write_figures(fresh, release.figures.values())
        shutil.copyfile(pdf, fresh / pdf.name)
    return folder


def check_release(year: Year, public: Public, because: str) -> None:
    """Raise DataError where a release would tell of few persons by differing from an earlier."""
    rows = read_rows(year.root)
    found = {name: find_row(name.partition("+")[0], rows) for name in public.figures}
    persons = {
        n: f for n, f in public.figures.items() if (row := found[n]) and row.about != "thing"
    }
    released = [r.figures for r in list_releases(year.root, [year.year])]
    close = find_close(released, persons, year.threshold)
    if close and not because:
        advice = "Lad den gamle udgave stå, eller skriv hvorfor: --because “TEKST”."
        problems = [
            Problem(
                "error", "release.close", f"{name} afviger fra det, der er delt ud.", advice=advice
            )
            for name in close
        ]
        text = f"Udgaven afviger med færre end {year.threshold} personer fra en, der er delt ud."
        raise DataError(text, problems)


def review(year: Year, public: Public, earlier: Mapping[str, Figure]) -> list[str]:
    """Return what to look at before a release: what moved most, and what is out of the ordinary."""
    lines = []
    moved = []
    for name, figure in public.figures.items():
        before = earlier.get(name)
        if (
            before
            and before.value
            and figure.value is not None
            and not isinstance(figure.value, bool)
        ):
            moved.append((abs(figure.value - before.value) / abs(before.value), name))
        if before and before.low is not None and figure.value is not None:
            if not before.low <= figure.value <= (before.high or 0):
                lines.append(
                    f"{figure.label}: {format_share(figure.value)}, uden for sidste usikkerhed."
                )
    lines += [
        f"{name}: ændret {format_share(size, 0)}." for size, name in sorted(moved)[::-1][:MOST]
    ]
    lines += [f"Lagt sammen: {f.label}." for name, f in public.figures.items() if "+" in name]
    released = list_releases(year.root, [year.year])
    if released:
        new = [name for name in public.figures if name not in released[-1].figures]
        day = format_day(released[-1].day)
        lines.append(f"Nye for offentligheden siden {day}: {len(new)} tal {' '.join(new[:MOST])}.")
    return lines
