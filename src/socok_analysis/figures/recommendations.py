"""The report's recommendations, and what became of last year's: counted in the texts."""

from __future__ import annotations

from collections import Counter

from socok_analysis.core.year import Year
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.texts import STATUSES, list_recommending, list_statuses

TABLES = ("texts",)
SOURCE = "tekst: Anbefaling og Opfølgning"


def measure_recommendations(year: Year) -> list[Figure]:
    """Return the recommendations of the year, and last year's by status; none without sections."""
    total, statuses = count_recommendations(year)
    if not total:
        return []
    figures = [Figure("recommendations.total", total, TABLES)]
    if statuses:
        by_status = Counter(statuses.values())
        names = {"previous": len(statuses)}
        names |= {f"previous.{code}": by_status[code] for code in STATUSES.values()}
        names["previous.not_stated"] = by_status[""]
        figures += [Figure(f"recommendations.{name}", n, TABLES) for name, n in names.items()]
    return figures


def count_recommendations(year: Year) -> tuple[int, dict[str, str]]:
    """Return the number of recommendations, and the status of each of last year's by section."""
    number = len(list_recommending(year.root, year.year))
    return number, list_statuses(year.root, year.year)
