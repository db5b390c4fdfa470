"""Checks of a year's tables and figures against each other; each names the rows it concerns.

Stated facts add up as `data/raw/maps/fact_sums.csv` (optional) says: a row names the subject, the
fact that is the total, and its parts between `|`. A part may be `=` and the name of a figure, or
`=timer*intensitet` for the effective hours of a single person's first measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from socok_analysis.checks.declaration import read_checks, report
from socok_analysis.core.danish import format_share
from socok_analysis.core.lists import Filled, ListFile, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.figures.counting import (
    is_true,
    list_month_ends,
    on_or_before,
    running_at,
    valid_at,
    within,
)
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.figures.published import FILE, compare_year
from socok_analysis.figures.relations import Equation, count, list_equations, measure_gap
from socok_analysis.intake.maps import list_names, list_reasons

if TYPE_CHECKING:
    import pandas as pd

REGISTERED, MUNICIPAL = "rsv", "kommune"
FACT_SUMS = "fact_sums.csv"
FIGURE, FIRST_HOURS = "=", "=timer*intensitet"
CALLED = {
    "contradicted": "et andet tal",
    "rounded": "en anden afrunding",
    "unknown": "intet tal at sammenligne med",
}


def in_period(evidence: Evidence, table: str, column: str) -> pd.DataFrame:
    """Return the rows of a table whose day lies in the report's period."""
    rows, year = evidence.tables[table], evidence.year
    return rows[within(rows[column], year.period_start, year.period_end)]


def check_relations(evidence: Evidence) -> Iterator[Problem]:
    """Yield the relations of `relations.csv` that this year's figures do not fulfil."""
    by_year = evidence.by_year
    for equation in list_equations(by_year):
        gap, name = measure_gap(equation, by_year), equation.total.figure
        is_own = equation.total.year == evidence.year.year
        if gap and is_own and not is_redefined(equation, evidence):
            figure = evidence.figures[name]
            total = count(figure) or 0
            yield report(
                f"relation.{equation.relation.name}",
                f"{equation.relation.meaning} {figure.label} ({name}) er {total}, delene giver "
                f"{total - gap}.",
                name,
                found=total,
                expected=total - gap,
            )


def is_redefined(equation: Equation, evidence: Evidence) -> bool:
    """Tell whether a relation is between two years in which a rate counts different reasons."""
    years = {term.year for term in (equation.total, *equation.parts)}
    _, partner, name, *_ = f"{equation.total.figure}...".split(".")
    if len(years) == 1 or name not in list_names(evidence.maps.definitions):
        return False
    definitions, reasons = evidence.maps.definitions, list_exit_reasons(evidence.maps)
    then, now = (
        list_reasons(definitions, name, year, partner, reasons) for year in (min(years), max(years))
    )
    return then != now


def check_several_reasons(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners whose completed courses have more reasons than there are courses."""
    for partner in evidence.partners:
        completed, exits = evidence.completed(partner), evidence.tables["exits"]
        own = exits[exits["course_id"].isin(completed["course_id"])]
        several = own[own["course_id"].duplicated(keep=False)]
        if len(several):
            courses = several["course_id"].nunique()
            yield report(
                "exits.several_reasons",
                f"{evidence.name(partner)}: {len(own)} afgangsårsager på {len(completed)} "
                f"afsluttede forløb. Forløb med flere årsager: {courses}.",
                partner,
                found=courses,
                expected=0,
                rows=several,
            )


def check_plans(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners where plans made and plans missing do not give the courses started."""
    courses = evidence.tables["courses"]
    started = courses[on_or_before(courses["started_on"], evidence.year.evaluation_date)]
    for partner in evidence.partners:
        own = started[started["enterprise_id"] == partner]
        unknown = own[own["has_plan"].isna()]
        answered = len(own) - len(unknown)
        if answered and len(unknown):
            made = int(is_true(own["has_plan"]).sum())
            yield report(
                "plans.unanswered",
                f"{evidence.name(partner)}: {made} med plan og {answered - made} uden er "
                f"{answered}, men {len(own)} forløb er startet.",
                partner,
                found=len(unknown),
                expected=0,
                rows=unknown,
            )


def check_overused(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners with more people in course than places, extra ones too, at a month's end.

    The months are those that end within the period and by the evaluation date.
    """
    ends = list_month_ends(evidence.year.period_start, evidence.year.evaluation_date)
    months = [day for day in ends if (day + timedelta(days=1)).day == 1]
    agreements, courses = evidence.tables["agreements"], evidence.tables["courses"]
    for partner in evidence.partners:
        own = courses[courses["enterprise_id"] == partner]
        agreed, over = agreements[agreements["enterprise_id"] == partner], []
        for day in months:
            held = agreed[valid_at(agreed["starts_on"], agreed["ends_on"], day)]
            places = int(held["places"].sum()) + int(held["extra_places"].sum())
            running = own[running_at(own["started_on"], own["ended_on"], day)]
            if 0 < places < len(running):
                over.append((running, places))
        if over:
            running, places = max(over, key=lambda month: len(month[0]))
            yield report(
                "places.overused",
                f"{evidence.name(partner)}: flere i forløb end aftalte pladser ved slutningen af "
                f"{len(over)} måneder, højst {len(running)} på {places} pladser.",
                partner,
                found=len(running),
                expected=f"højst {places}",
                rows=running,
            )


def check_unused(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners with courses of whose places half or more stand empty."""
    limit = read_checks()["places.unused"].limit
    for partner in evidence.partners:
        places = evidence.value(f"agreements.{partner}.places")
        used = evidence.value(f"agreements.{partner}.in_use")
        if places and used is not None and used / places <= limit:
            yield report(
                "places.unused",
                f"{evidence.name(partner)}: {used:.0f} af {places:.0f} aftalte pladser er i brug.",
                partner,
                found=f"{used:.0f}",
                expected=f"over {format_share(limit, 0)}",
            )


def check_register(evidence: Evidence) -> Iterator[Problem]:
    """Yield that enterprises are called registered without a date, or have one without being so."""
    register = evidence.tables["enterprises"]
    is_called = is_true(register["enterprise_type"] == REGISTERED)
    is_dated = register["registered_on"].notna()
    is_out = register["deregistered_on"].notna()
    for wrong, text in (
        (register[is_called & ~is_dated], "har typen registreret, men ingen RSV-dato"),
        (register[is_dated & ~is_out & ~is_called], "har en RSV-dato, men en anden type"),
    ):
        if len(wrong):
            yield report(
                "register.type_and_date",
                f"{', '.join(sorted(wrong['name']))}: {text}.",
                "enterprises.registered",
                found=int(is_called.sum()),
                expected=int((is_dated & ~is_out).sum()),
                rows=wrong,
            )


def check_amounts(evidence: Evidence) -> Iterator[Problem]:
    """Yield that grants of the period have no amount."""
    grants = in_period(evidence, "grants", "granted_on")
    missing = grants[grants["amount_dkk"].isna()]
    if len(missing):
        yield report(
            "grants.without_amount",
            f"{len(missing)} af {len(grants)} bevillinger i perioden er uden beløb; summen er "
            "derfor ikke hele beløbet.",
            "grants.total",
            found=len(missing),
            expected=0,
            rows=missing,
        )


def check_municipal(evidence: Evidence) -> Iterator[Problem]:
    """Yield that grants of the period come from the municipality itself."""
    grants = in_period(evidence, "grants", "granted_on")
    own = grants[is_true(grants["grant_kind"] == MUNICIPAL)]
    if len(own):
        yield report(
            "grants.municipal",
            f"{len(own)} af {len(grants)} bevillinger er kommunens egne penge.",
            "grants.total",
            found=len(own),
            expected=0,
            rows=own,
        )


def check_hired_later(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners that hired people whose course with them did not end in success."""
    new, exits = in_period(evidence, "jobs", "started_on"), evidence.tables["exits"]
    maps, reasons = evidence.maps, list_exit_reasons(evidence.maps)
    for partner in evidence.partners:
        hired = new[new["enterprise_id"] == partner].dropna(subset=["person_key"])
        year = evidence.year.year
        codes = list_reasons(maps.definitions, "success_wide", year, partner, reasons)
        succeeded = exits.loc[exits["exit_reason"].isin(codes), "course_id"]
        left = evidence.completed(partner)
        left = left[~left["course_id"].isin(succeeded)]
        own = left[left["person_key"].isin(hired["person_key"])]
        if len(own):
            people = own["person_key"].nunique()
            yield report(
                "outcomes.hired_later",
                f"{evidence.name(partner)} har ansat {people}, hvis forløb der ikke er talt som "
                "videre i job.",
                partner,
                found=people,
                expected=0,
                rows=own,
            )


def check_against_jobs(evidence: Evidence) -> Iterator[Problem]:
    """Yield the job types in which more courses ended, in the jobs' period, than jobs began.

    An exit reason belongs to the job type whose code it begins with: hybridpraktik to hybrid.
    """
    recent = in_period(evidence, "exits", "ended_on")
    new = in_period(evidence, "jobs", "started_on")
    for code in sorted({code.code for code in evidence.maps.codes["job_types"].values()}):
        ended = recent[recent["exit_reason"].str.startswith(code)]
        begun = int((new["job_type"] == code).sum())
        if len(ended) > begun:
            yield report(
                "jobs.against_exits",
                f"{len(ended)} forløb i perioden endte i {code}, men der er kun {begun} "
                "ansættelser af den form.",
                f"jobs.type.{code}",
                found=begun,
                expected=f"mindst {len(ended)}",
                rows=ended,
            )


@dataclass(frozen=True)
class FactSum:
    """A row of `fact_sums.csv`."""

    subject: Filled
    total: Filled
    parts: Filled


def check_facts(evidence: Evidence) -> Iterator[Problem]:
    """Yield the stated totals that are not the sum of their parts, and faults of their list."""
    facts, problems = evidence.tables["facts"], list[Problem]()
    for row in read_rows(ListFile(maps_dir(evidence.year.root) / FACT_SUMS), FactSum, problems):
        names = [row.total, *row.parts.split("|")]
        numbers = [find_number(evidence, row.subject, name) for name in names]
        known = [number for number in numbers if number is not None]
        if len(known) == len(names) and round(known[0] - sum(known[1:]), 6):
            total, parts = (f"{n:g}".replace(".", ",") for n in (known[0], sum(known[1:])))
            yield report(
                "facts.sum",
                f"{row.subject}: “{row.total}” er {total}, men delene giver {parts}.",
                row.subject,
                found=total,
                expected=parts,
                rows=facts[(facts["subject"] == row.subject) & facts["fact"].isin(names)],
            )
    yield from problems


def find_number(evidence: Evidence, subject: str, name: str) -> float | None:
    """Return a stated fact or a figure as a number; None where it is none."""
    if name == FIRST_HOURS:
        steps = evidence.tables.get("progression")
        if steps is None or steps["person_key"].nunique() != 1:
            return None
        first = steps.sort_values("measured_on").iloc[0]
        return float(first["hours_per_week"] * first["intensity_pct"] / 100)
    if name.startswith(FIGURE):
        return evidence.value(name.removeprefix(FIGURE))
    facts = evidence.tables["facts"]
    stated = facts.loc[(facts["subject"] == subject) & (facts["fact"] == name), "value"]
    try:
        return float(str(stated.iloc[0]).replace(",", ".")) if len(stated) else None
    except ValueError:
        return None


def check_published(evidence: Evidence) -> Iterator[Problem]:
    """Yield the printed numbers that differ from the computed ones without a note."""
    comparisons, problems = compare_year(evidence.year.raw_dir, evidence.figures)
    yield from problems
    for comparison in comparisons:
        if not comparison.is_explained:
            printed = comparison.published
            what = printed.name or printed.expression
            problem = report(
                "published.differs",
                f"{what}: trykt {printed.printed} ({printed.place}); udtrækkene giver "
                f"{CALLED[comparison.status]}.",
                what,
                found=printed.printed,
                expected=comparison.computed or "",
            )
            yield replace(problem, file=FILE, cell=f"D{printed.row}")
