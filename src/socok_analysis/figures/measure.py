"""Measures: tidy tables in, figures out. Knows nothing of Excel, notebooks or publishing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.agreements import measure_agreements
from socok_analysis.figures.cohorts import measure_cohorts
from socok_analysis.figures.comparisons import compare_partners
from socok_analysis.figures.enterprises import measure_enterprises
from socok_analysis.figures.facts import measure_facts
from socok_analysis.figures.figure import Figure, explain
from socok_analysis.figures.followup import measure_attendance, measure_followup
from socok_analysis.figures.goals import measure_goals
from socok_analysis.figures.grants import measure_grants
from socok_analysis.figures.jobs import measure_jobs
from socok_analysis.figures.network import measure_network
from socok_analysis.figures.occupancy import measure_occupancy
from socok_analysis.figures.outcomes import measure_outcomes
from socok_analysis.figures.progression import measure_progression
from socok_analysis.figures.recommendations import SOURCE as TEXTS
from socok_analysis.figures.recommendations import measure_recommendations
from socok_analysis.figures.scaled import scale_jobs
from socok_analysis.intake.maps import Maps

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]


def measure_year(
    tables: Tables, earlier_jobs: Sequence[pd.DataFrame], year: Year, maps: Maps
) -> list[Figure]:
    """Return every figure of a year. `earlier_jobs`: the jobs tables of earlier years' exports."""
    figures = [
        *measure_outcomes(tables, year, maps),
        *measure_cohorts(tables, year, maps),
        *measure_jobs(tables, earlier_jobs, year, maps),
        *measure_enterprises(tables, year, maps),
        *measure_agreements(tables, year),
        *measure_occupancy(tables, year),
        *measure_followup(tables, year),
        *measure_attendance(tables, year),
        *measure_progression(tables, year),
        *measure_network(tables, year),
        *measure_grants(tables, year, maps),
        *measure_facts(tables),
        *measure_recommendations(year),
    ]
    sources = {kind: name_sources(table) for kind, table in tables.items()}
    sources |= {"exits": sources["courses"], "texts": TEXTS}
    figures += [*scale_jobs(figures, year), *compare_partners(figures, year, maps)]
    return [explain(figure, sources) for figure in [*figures, *measure_goals(figures, year)]]


def name_sources(table: pd.DataFrame) -> str:
    """Return the file, sheet and number of rows a table came from (a course may have several)."""
    if not len(table):
        return "ingen rækker"
    first = table.iloc[0]
    joined = table["source_rows"].str.count(";").sum() if "source_rows" in table else 0
    return f"{first.source_file} › {first.source_sheet} ({len(table) + int(joined)} rækker)"
