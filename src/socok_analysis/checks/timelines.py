"""Checks of this year's cumulative tables against last year's: nothing vanishes or shrinks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from socok_analysis.checks.declaration import report
from socok_analysis.core.problems import Problem
from socok_analysis.figures.changes import find_recoded, match_courses
from socok_analysis.figures.evidence import Evidence

if TYPE_CHECKING:
    import pandas as pd


def check_vanished_courses(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners some of whose courses are no longer in the export."""
    if evidence.earlier is None:
        return
    old, new = evidence.earlier.tables["courses"], evidence.tables["courses"]
    gone = old[~old["course_id"].isin(match_courses(old, new))]
    for partner, own in gone.groupby("enterprise_id", sort=True):
        name = evidence.name(str(partner))
        text = f"{name}: {len(own)} forløb i sidste rapports udtræk mangler nu."
        yield report_gone("series.vanished_courses", text, str(partner), own, evidence.earlier)


def check_vanished_jobs(evidence: Evidence) -> Iterator[Problem]:
    """Yield that jobs are no longer in the export."""
    if evidence.earlier is None:
        return
    old, new = evidence.earlier.tables["jobs"], evidence.tables["jobs"]
    gone = old[~old["job_id"].isin(new["job_id"])]
    if len(gone):
        text = f"{len(gone)} ansættelser i sidste rapports udtræk er ikke i dette."
        yield report_gone("series.vanished_jobs", text, "jobs.cumulative", gone, evidence.earlier)


def report_gone(
    name: str, text: str, concerns: str, rows: pd.DataFrame, earlier: Evidence
) -> Problem:
    """Return what is gone of the earlier export, whose file lies in an earlier year's folder."""
    problem = report(name, text, concerns, found=len(rows), expected=0, rows=rows)
    return replace(problem, file=f"{earlier.year.year}/{problem.file}")


def check_fallen(evidence: Evidence) -> Iterator[Problem]:
    """Yield the cumulative counts that are smaller than in the report before."""
    for name in [name for name in evidence.figures if is_cumulative(name)]:
        before = evidence.earlier.value(name) if evidence.earlier else None
        now = evidence.value(name)
        if before is not None and now is not None and now < before:
            label = evidence.figures[name].label
            where = evidence.name(name.split(".")[1]) if name.startswith("outcomes.") else "Job"
            yield report(
                "series.fell",
                f"{where}: “{label}” er {now:.0f}, men var {before:.0f} i sidste rapport.",
                name,
                found=f"{now:.0f}",
                expected=f"mindst {before:.0f}",
            )


def is_cumulative(name: str) -> bool:
    """Tell whether a figure counts everything since the start."""
    parts = name.split(".")
    is_count = parts[2:] in (["started"], ["completed"]) or parts[2:3] == ["exit"]
    return name == "jobs.cumulative" or parts[0] == "outcomes" and is_count


def check_growth(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners whose reasons grew by another number than their completed courses."""
    earlier = evidence.earlier
    for partner in evidence.partners:
        if earlier is None or partner not in earlier.partners:
            continue
        name, prefix = f"outcomes.{partner}.completed", f"outcomes.{partner}.exit."
        courses = (evidence.value(name) or 0) - (earlier.value(name) or 0)
        now, then = (
            sum(e.value(name) or 0 for name in e.figures if name.startswith(prefix))
            for e in (evidence, earlier)
        )
        if courses != now - then:
            yield report(
                "series.reasons_and_courses",
                f"{evidence.name(partner)}: {courses:.0f} flere afsluttede forløb end i sidste "
                f"rapport, men {now - then:.0f} flere årsager.",
                partner,
                found=f"{now - then:.0f}",
                expected=f"{courses:.0f}",
            )


def check_recoded(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners with courses whose reasons are others than in the report before."""
    if evidence.earlier is None:
        return
    changed = {each.course_id for each in find_recoded(evidence.earlier.tables, evidence.tables)}
    courses = evidence.tables["courses"]
    for partner, own in courses[courses["course_id"].isin(changed)].groupby("enterprise_id"):
        yield report(
            "series.recoded",
            f"{evidence.name(str(partner))}: afgangsårsagen er ændret bagud for {len(own)} forløb.",
            str(partner),
            found=len(own),
            expected=0,
            rows=own,
        )
