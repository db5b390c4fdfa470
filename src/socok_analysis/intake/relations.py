"""What the tables say of each other: courses need an agreement, a job number is one job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.parsed import NO_DAY, Parsed

if TYPE_CHECKING:
    import pandas as pd

JOB_FACTS = {"person_key": "person", "enterprise_id": "virksomhed", "started_on": "ansættelsesdato"}


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
    first = {partner: day.toordinal() for partner, day in starts.items()}
    partners, days = courses.column("enterprise_id"), courses.days("started_on")
    has_none = partners.map(lambda partner: partner not in first, np.bool_)
    is_early = (days != NO_DAY) & (days < partners.map(lambda p: first.get(p, NO_DAY), np.int64))
    for place in courses.pick(has_none | is_early):
        outside.setdefault(courses.values["enterprise_id"][place], []).append(place)
    return outside


def warn_outside(
    courses: Parsed, places: list[int], partner: object, first: date | None
) -> Problem:
    """Return the warning for one partner, at its first such row."""
    table = courses.table
    what = f"før den første aftale ({first})" if first else "uden at der er en aftale"
    rows = f"{len(places)} {'række' if len(places) == 1 else 'rækker'}"
    return Problem(
        "warning",
        "course.outside_agreement",
        f"{rows} med forløb hos {partner} {what}.",
        file=table.sheet.file,
        sheet=table.sheet.name,
        column="enterprise_id",
        cell=table.name_cell(table.data_rows[places[0]], "enterprise_id"),
        advice="De er talt med. Mangler aftalen, så tilføj den i udtrækket med samarbejdsaftaler.",
    )


def check_reused_jobs(jobs: pd.DataFrame | None, earlier: Iterable[pd.DataFrame]) -> list[Problem]:
    """Return what earlier years' exports say otherwise of a job number, the newest first.

    One changed fact is a correction and is told; two are another job under the same number, and a
    number that differs by zeros in front would count the job twice.
    """
    if jobs is None:
        return []
    known: dict[str, dict[str, Any]] = {}
    for table in reversed([*earlier]):
        for row in list_jobs(table):
            known.setdefault(row["job_id"].lstrip("0"), row)
    pairs = ((row, known.get(row["job_id"].lstrip("0"))) for row in list_jobs(jobs))
    found = (compare_jobs(now, before) for now, before in pairs if before)
    return [problem for problem in found if problem]


def list_jobs(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield what identifies each job and where it stands."""
    names = ("job_id", *JOB_FACTS, "source_file", "source_sheet", "source_row")
    columns = [table[name].tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def compare_jobs(now: Mapping[str, Any], before: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong where a job number stands for something else than before."""
    import pandas as pd

    changed = [
        label
        for name, label in JOB_FACTS.items()
        if not pd.isna(now[name]) and not pd.isna(before[name]) and now[name] != before[name]
    ]
    if now["job_id"] != before["job_id"]:
        text = "Løbenummeret er skrevet med andre nuller foran end i et tidligere år."
        return report_job(now, "error", "job.lost_zeros", text, "Skriv det ens i alle år.")
    if len(changed) > 1:
        text = f"Løbenummeret stod for et andet job i et tidligere år ({', '.join(changed)})."
        return report_job(now, "error", "job.reused", text, "Giv jobbet sit eget nummer.")
    if changed:
        text = f"Jobbet er rettet siden et tidligere år ({changed[0]}): det nyeste gælder."
        return report_job(now, "info", "job.changed", text, "")
    return None


def report_job(
    job: Mapping[str, Any], severity: Severity, check: str, message: str, advice: str
) -> Problem:
    """Return a problem at a job's row."""
    return Problem(
        severity,
        check,
        message,
        file=job["source_file"],
        sheet=job["source_sheet"],
        cell=f"A{job['source_row']}",
        column="job_id",
        advice=advice,
    )
