"""The report's recommendations, and what became of last year's: counted in the texts."""

from __future__ import annotations

from collections import Counter

from socok_analysis.figures import Figure
from socok_analysis.texts.recommendations import STATUSES, list_recommending, list_statuses
from socok_analysis.year import Year

TABLES = ("texts",)
SOURCE = "tekst: Anbefaling og Opfølgning"
NOT_STATED = "not_stated"


def measure_recommendations(year: Year) -> list[Figure]:
    """Return the recommendations of the year, and last year's by status; none without sections."""
    total, statuses = count_recommendations(year)
    if not total:
        return []
    figures = [Figure("recommendations.total", total, TABLES)]
    if statuses:
        by_status = Counter(statuses.values())
        codes = {**dict.fromkeys(STATUSES.values()), "": None}
        figures.append(Figure("recommendations.previous", len(statuses), TABLES))
        figures += [Figure(f"recommendations.previous.{code or NOT_STATED}", by_status[code], TABLES)
                    for code in codes]  # fmt: skip
    return figures


def count_recommendations(year: Year) -> tuple[int, dict[str, str]]:
    """Return the number of recommendations, and the status of each of last year's by section."""
    number = len(list_recommending(year.root, year.year))
    return number, list_statuses(year.root, year.year)
