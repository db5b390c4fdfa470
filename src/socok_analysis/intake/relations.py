"""What the tables say of each other: courses need an agreement that had begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from socok_analysis.intake.columns import Parsed
from socok_analysis.problems import Problem


def check_relations(parsed: Mapping[str, Parsed]) -> list[Problem]:
    """Return a warning for each partner with courses outside its agreements."""
    if "courses" not in parsed or "agreements" not in parsed:
        return []
    courses, starts = parsed["courses"], list_first_days(parsed["agreements"])
    return [
        warn_outside(courses, places, partner, starts.get(partner))
        for partner, places in list_outside(courses, starts).items()
    ]


def list_first_days(agreements: Parsed) -> dict[object, date]:
    """Return the day each partner's first agreement began."""
    first: dict[object, date] = {}
    for place in agreements.kept():
        partner, day = (agreements.values[n][place] for n in ("enterprise_id", "starts_on"))
        if isinstance(day, date):
            first[partner] = min(first.get(partner, day), day)
    return first


def list_outside(courses: Parsed, starts: Mapping[object, date]) -> dict[object, list[int]]:
    """Return the positions of courses that began before any agreement, by partner."""
    outside: dict[object, list[int]] = {}
    for place in courses.kept():
        partner, day = (courses.values[n][place] for n in ("enterprise_id", "started_on"))
        if partner not in starts or (isinstance(day, date) and day < starts[partner]):
            outside.setdefault(partner, []).append(place)
    return outside


def warn_outside(
    courses: Parsed, places: list[int], partner: object, first: date | None
) -> Problem:
    """Return the warning for one partner, at its first such row."""
    table = courses.table
    what = f"før den første aftale ({first})" if first else "uden at der er en aftale"
    rows = f"{len(places)} {'række' if len(places) == 1 else 'rækker'}"
    return Problem(
        "warning", "course.outside_agreement", f"{rows} med forløb hos {partner} {what}.",
        file=table.sheet.file, sheet=table.sheet.name, column="enterprise_id",
        cell=table.name_cell(table.data_rows[places[0]], "enterprise_id"),
        advice="De er talt med. Mangler aftalen, så tilføj den i udtrækket med samarbejdsaftaler.",
    )  # fmt: skip
