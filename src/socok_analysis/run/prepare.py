"""A year's tables and figures are made, and what has been handed out of it is kept.

What has been handed out cannot be recalled (`data/released/<year>/<day>/`): the numbers a public
report or status showed, its PDF, who approved it, when, and what it corrects. Later editions are
planned with its numbers as known, and one that differs from it by fewer persons than the threshold
is not handed out without a reason: it would tell of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from socok_analysis.checks.findings import check_settings, check_year
from socok_analysis.core import year as years
from socok_analysis.core.danish import format_day, format_share
from socok_analysis.core.folders import replace_folder, write_manifest
from socok_analysis.core.lists import adapt
from socok_analysis.core.problems import DataError, Problem, has_errors, write_problems, write_rows
from socok_analysis.core.year import Year, list_earlier, list_measured, list_years, raw_dir
from socok_analysis.disclosure.public import find_close, plan_public, read_public, write_public
from socok_analysis.figures.evidence import Evidence, read_evidence
from socok_analysis.figures.figure import Figure, read_figures, to_json, write_figures
from socok_analysis.figures.measure import measure_year
from socok_analysis.figures.rows import find_row, read_rows
from socok_analysis.intake import view
from socok_analysis.intake.tables import read_table
from socok_analysis.intake.texts import Words
from socok_analysis.intake.tidy import account_unread, check_reused_jobs, tidy_year
from socok_analysis.publish.gate import check_folder, make_secrets

ACCOUNT = ["file", "sheet", "kind", "rows_seen", "rows_kept", "rows_quarantined", "rows_skipped"]
CARD, MOST = "release.json", 5
Prepare = Callable[[Path, int], Any]


def make_year(
    root: Path, number: int, folder: Path, inputs: dict[str, object], prepare: Prepare
) -> tuple[list[Problem], bool]:
    """Write a year's problems and account, and where it can be read its tables and figures; return
    the problems, and whether there are tables. `prepare` makes an earlier year's.
    """
    problems = list[Problem]()

    def attempt(read: Callable[..., Any], *given: object) -> Any:
        try:
            return read(*given)
        except DataError as error:
            problems.extend(error.problems)
            return None

    year, tidy = attempt(years.read_year, root, number), attempt(tidy_year, root, number)
    attempt(read_rows, root)
    if tidy:
        earlier, more = read_earlier_jobs(root, number, prepare)
        problems += [*tidy.problems, *more]
        problems += check_reused_jobs(tidy.tables.get("jobs"), earlier)
        problems += check_settings(year, tidy.tables) if year else ()
    is_sound = bool(year and tidy and not has_errors(problems))
    if is_sound:
        chain = [*map(read_evidence, list_measured(root, number))]
        for name, table in tidy.tables.items():
            table.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
        before = chain[-1] if chain else None
        evidence = Evidence(year, tidy.tables, {}, tidy.maps, before, tuple(earlier))
        evidence = measure_year(evidence)
        write_figures(folder, evidence.figures.values())
        problems += check_year(evidence)
        numbers = [*list_earlier(root, number), number]
        released = [each.figures for each in list_releases(root, numbers)]
        write_public(folder, plan_public([*chain, evidence], released))
    accounts = tidy.accounts if tidy else account_unread(raw_dir(root, number))
    write_problems(folder / "problems.csv", problems)
    write_rows(folder / "intake.csv", ACCOUNT, accounts)
    if is_sound:
        rows = {name: len(table) for name, table in tidy.tables.items()}
        write_manifest(folder, inputs, year=number, rows=rows, corrections=tidy.corrections)
    # not of the manifest: a checklist may come to stand in it
    page = view.render_overview(number, problems, accounts, tidy.sheets if tidy else ())
    (folder / view.FILE).write_text(page, encoding="utf-8", newline="\n")
    if tidy:
        check_folder(folder, make_secrets(tidy.exports))
    return problems, is_sound


def read_earlier_jobs(root: Path, number: int, prepare: Prepare) -> tuple[list[Any], list[Problem]]:
    """Return the jobs tables of earlier years' exports, and what is wrong with those years."""
    tables, problems, filled = list[Any](), list[Problem](), list_earlier(root, number)
    for year in (y for y in list_years(root) if y < number):
        if year not in filled:
            text = f"Årsmappen {year} er tom; ansættelser derfra tælles ikke med."
            problems.append(Problem("info", "earlier_year.empty", text))
            continue
        try:
            tables.append(read_table(prepare(root, year).year.processed_dir / "jobs.parquet"))
        except DataError:
            text = f"Udtrækkene for {year} har fejl, og deres ansættelser skal tælles med."
            advice = f"Ret dem først: kør “socok tidy {year}”."
            problems.append(Problem("error", "earlier_year.errors", text, advice=advice))
    return tables, problems


@dataclass(frozen=True)
class Release:
    """One release; `as_of` is the day of a status, None for a year's report."""

    year: int
    day: date
    approved_by: str
    because: str
    as_of: date | None
    figures: Mapping[str, Figure]


def list_releases(root: Path, numbers: Iterable[int]) -> list[Release]:
    """Return what has been handed out of some years, oldest first."""
    releases, homes = list[Release](), (years.released_dir(root, number) for number in numbers)
    for path in (path for home in homes for path in home.glob(f"*/{CARD}")):
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            known["figures"] = read_figures(path.parent, int(known["year"]))
            releases.append(adapt(Release).validate_python(known))
        except (OSError, ValueError, KeyError, TypeError) as error:
            text = f"{path} kan ikke læses. Den siger, hvad der er delt ud: hent den fra en kopi."
            raise DataError(text, [Problem("error", "release.card", text)]) from error
    return sorted(releases, key=lambda release: release.day)


def write_release(root: Path, release: Release) -> Path:
    """Keep a release's card and numbers, whole or not at all; return its folder."""
    home, day = years.released_dir(root, release.year), release.day.isoformat()
    names = (day, *(f"{day}-{number}" for number in range(2, 1000)))
    folder = next(home / name for name in names if not (home / name).exists())
    facts = adapt(Release).dump_python(release, mode="json", exclude={"figures"})
    with replace_folder(folder) as fresh:
        (fresh / CARD).write_text(to_json(facts), encoding="utf-8", newline="\n")
        write_figures(fresh, release.figures.values())
    return folder


def check_close(year: Year, release: Release) -> None:
    """Raise DataError where handing a release out would tell of few persons, without a reason."""
    figures = release.figures
    rows = read_rows(year.root)
    found = {name: find_row(name.partition("+")[0], rows) for name in figures}
    persons = {n: f for n, f in figures.items() if (row := found[n]) and row.about != "thing"}
    released = [each.figures for each in list_releases(year.root, [year.year])]
    close = find_close(released, persons, year.threshold)
    if close and not release.because:
        way = "Lad den gamle udgave stå, eller skriv hvorfor: --because “TEKST”."
        told, least = "afviger fra det, der er delt ud", f"færre end {year.threshold} personer"
        raise DataError(
            f"Udgaven {told}, med {least}: forskellen ville handle om dem.",
            [Problem("error", "release.close", f"{n} {told}.", advice=way) for n in sorted(close)],
        )


def review(year: Year, figures: Mapping[str, Figure]) -> list[str]:
    """Return what to look at before a release: what moved most, and what is out of the ordinary."""
    moved, lines, earlier = [], list[str](), dict[str, Figure]()
    for last in list_measured(year.root, year.year)[-1:]:
        earlier |= read_public(last.processed_dir, last.year).figures
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
    words = Words(year.root, year.year)
    claims = {name: words.read(name).count("paastand(") for name in words.paths}
    said = {name: f"{n} påstand{'e' * (n > 1)} om tallene" for name, n in claims.items() if n}
    lines += [f"{name}.md: {text}" for name, text in said.items()]
    if released := list_releases(year.root, [year.year]):
        new = [name for name in figures if name not in released[-1].figures]
        lines.append(f"nye for offentligheden siden {format_day(released[-1].day)}: {len(new)} tal")
    return lines
