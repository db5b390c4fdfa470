"""Recommendations: each section's own, and what became of last year's.

A section's file answers last year's recommendation under `## Opfølgning`, whose first line is
its status: `Status: fulgt`, `Status: delvist fulgt` or `Status: ikke fulgt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from socok_analysis.core.problems import Problem
from socok_analysis.core.suggest import did_you_mean
from socok_analysis.core.year import list_years
from socok_analysis.intake.sections import RECOMMENDATION, REPLY, Section, list_sections
from socok_analysis.intake.texts import Text, read_text

STATUSES = {
    "fulgt": "followed",
    "delvist fulgt": "partly",
    "ikke fulgt": "not_followed",
}


def find_last_year(root: Path, year: int) -> int | None:
    """Return the report year before a year, None for the first."""
    return max((other for other in list_years(root) if other < year), default=None)


def answers_last_year(root: Path, year: int, section: Section) -> bool:
    """Tell whether a section had a recommendation last year, which this year must answer."""
    last = find_last_year(root, year)
    if last is None or not section.recommends:
        return False
    text = read_text(root, last, section.id)
    return text is not None and text.find(RECOMMENDATION) is not None


def check_reply(text: Text, place: str) -> Iterator[Problem]:
    """Yield what is wrong with the status of last year's recommendation."""
    reply = text.find(REPLY)
    if reply is None:
        return
    status = reply.labels.get("Status", "")
    if status.casefold() not in STATUSES:
        near = did_you_mean(status, STATUSES) if status else ""
        found = f"“{status}” er ikke en kendt status.{near}" if status else "Status mangler."
        advice = f"Skriv som første linje under ## {REPLY}: Status: {' / '.join(STATUSES)}"
        where = f"{place} linje {reply.heading_line}"
        yield Problem("error", "text.status", found, file=where, advice=advice)


def list_statuses(root: Path, year: int) -> dict[str, str]:
    """Return the status of each of last year's recommendations by section; blank if not stated."""
    last = find_last_year(root, year)
    if last is None:
        return {}
    return {
        section.id: read_status(root, year, section)
        for section in list_sections(root, last)
        if has_recommendation(root, last, section)
    }


def read_status(root: Path, year: int, section: Section) -> str:
    """Return a code of `STATUSES` for last year's recommendation, blank where none is stated."""
    text = read_text(root, year, section.id)
    reply = text.find(REPLY) if text else None
    return STATUSES.get(reply.labels.get("Status", "").casefold(), "") if reply else ""


def list_recommending(root: Path, year: int) -> list[Section]:
    """Return the sections of a year whose recommendation is written, in order."""
    return [s for s in list_sections(root, year) if has_recommendation(root, year, s)]


def has_recommendation(root: Path, year: int, section: Section) -> bool:
    """Tell whether a section's recommendation is written."""
    text = read_text(root, year, section.id) if section.recommends else None
    return text is not None and text.find(RECOMMENDATION) is not None
