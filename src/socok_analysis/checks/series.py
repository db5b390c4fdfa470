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
    for partner in sorted(gone["enterprise_id"].unique()):
        own = gone[gone["enterprise_id"] == partner]
        problem = report(
            "series.vanished_courses",
            f"{evidence.name(partner)}: {len(own)} forløb i sidste rapports udtræk mangler nu.",
            partner,
            found=len(own),
            expected=0,
            rows=own,
        )
        yield in_folder(problem, evidence.earlier)


def check_vanished_jobs(evidence: Evidence) -> Iterator[Problem]:
    """Yield that jobs are no longer in the export."""
    if evidence.earlier is None:
        return
    old, new = evidence.earlier.tables["jobs"], evidence.tables["jobs"]
    gone = old[~old["job_id"].isin(new["job_id"])]
    if len(gone):
        problem = report(
            "series.vanished_jobs",
            f"{len(gone)} ansættelser i sidste rapports udtræk er ikke i dette.",
            "jobs.cumulative",
            found=len(gone),
            expected=0,
            rows=gone,
        )
        yield in_folder(problem, evidence.earlier)


def in_folder(problem: Problem, evidence: Evidence) -> Problem:
    """Return a problem whose file lies in an earlier year's folder."""
    return replace(problem, file=f"{evidence.year.year}/{problem.file}")


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
    for partner in evidence.partners if earlier else []:
        assert earlier is not None
        if partner not in earlier.partners:
            continue
        name = f"outcomes.{partner}.completed"
        courses = (evidence.value(name) or 0) - (earlier.value(name) or 0)
        reasons = sum_reasons(evidence, partner) - sum_reasons(earlier, partner)
        if courses != reasons:
            yield report(
                "series.reasons_and_courses",
                f"{evidence.name(partner)}: {courses:.0f} flere afsluttede forløb end i sidste "
                f"rapport, men {reasons:.0f} flere årsager.",
                partner,
                found=f"{reasons:.0f}",
                expected=f"{courses:.0f}",
            )


def sum_reasons(evidence: Evidence, partner: str) -> float:
    """Return the sum of a partner's exit reasons."""
    prefix = f"outcomes.{partner}.exit."
    return sum(evidence.value(name) or 0 for name in evidence.figures if name.startswith(prefix))


def check_recoded(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners with courses whose reasons are others than in the report before."""
    if evidence.earlier is None:
        return
    changed = find_recoded(evidence.earlier.tables, evidence.tables)
    courses = evidence.tables["courses"]
    rows = courses[courses["course_id"].isin([recoding.course_id for recoding in changed])]
    for partner in sorted(rows["enterprise_id"].unique()):
        own: pd.DataFrame = rows[rows["enterprise_id"] == partner]
        yield report(
            "series.recoded",
            f"{evidence.name(partner)}: afgangsårsagen er ændret bagud for {len(own)} forløb.",
            partner,
            found=len(own),
            expected=0,
            rows=own,
        )
