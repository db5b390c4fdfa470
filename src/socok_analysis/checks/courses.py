"""Checks of courses, reasons and plans against each other; each names the rows it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from socok_analysis.checks.declaration import report
from socok_analysis.core.problems import Problem
from socok_analysis.figures.counting import is_true, on_or_before, within
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.intake.maps import list_reasons

if TYPE_CHECKING:
    import pandas as pd


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


def check_hired_later(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners that hired people whose course with them did not end in success."""
    jobs, year = evidence.tables["jobs"], evidence.year
    new = jobs[within(jobs["started_on"], year.period_start, year.period_end)]
    for partner in evidence.partners:
        own = new[new["enterprise_id"] == partner].dropna(subset=["person_key"])
        left = leave_without_success(evidence, partner)
        hired = left[left["person_key"].isin(own["person_key"])]
        if len(hired):
            yield report(
                "outcomes.hired_later",
                f"{evidence.name(partner)} har ansat {hired['person_key'].nunique()}, hvis forløb "
                "der ikke er talt som videre i job.",
                partner,
                found=hired["person_key"].nunique(),
                expected=0,
                rows=hired,
            )


def leave_without_success(evidence: Evidence, partner: str) -> pd.DataFrame:
    """Return a partner's completed courses without a reason that counts as success."""
    completed, exits = evidence.completed(partner), evidence.tables["exits"]
    reasons = list_exit_reasons(evidence.maps)
    codes = list_reasons(
        evidence.maps.definitions, "success_wide", evidence.year.year, partner, reasons
    )
    succeeded = exits.loc[exits["exit_reason"].isin(codes), "course_id"]
    return completed[~completed["course_id"].isin(succeeded)]


def check_against_jobs(evidence: Evidence) -> Iterator[Problem]:
    """Yield the job types in which more courses ended, in the jobs' period, than jobs began.

    An exit reason belongs to the job type whose code it begins with: hybridpraktik to hybrid.
    """
    year, exits, jobs = evidence.year, evidence.tables["exits"], evidence.tables["jobs"]
    recent = exits[within(exits["ended_on"], year.period_start, year.period_end)]
    new = jobs[within(jobs["started_on"], year.period_start, year.period_end)]
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
