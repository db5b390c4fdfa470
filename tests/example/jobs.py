"""The jobs since the strategy began: `jobs.csv` holds how many of each kind, by channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from example.courses import COPY_STEP, Course
from example.material import (
    Row,
    draw,
    draw_one,
    find_drawn,
    invent_person,
    move_to_weekday,
    parse_day,
    read_rows,
    read_settings,
)

JOBS_FROM = 120
FIRST_JOB_ID = 101
PREVIOUS = ("Ressourceforløb", "Sygedagpenge", "Jobafklaring", "Aktivitetsparat kontanthjælp")


@dataclass(frozen=True)
class Job:
    """A planned hiring; `course` is the key of the course it came through, if any."""

    enterprise: str
    job_type: str
    channel: str
    started_on: date
    course: str


def plan_jobs() -> list[Job]:
    """Return every hiring in the order of its start, an enterprise and a day drawn for each."""
    jobs = [plan_job(row, n) for row in read_rows("jobs") for n in range(int(row["count"]))]
    return sorted(jobs, key=lambda job: (job.started_on, job.enterprise, job.job_type, job.channel))


def plan_job(row: dict[str, str], number: int) -> Job:
    """Return hiring `number` of those a row of the plan counts."""
    key = (*list(row.values())[:4], number)
    started = parse_day(row["started_on"]) or draw_start(row, number)
    enterprise = row["enterprise"] or draw_enterprise(row["job_type"], started, key)
    return Job(enterprise, row["job_type"], row["channel"], started, row["course"])


def draw_start(row: dict[str, str], number: int) -> date:
    """Return a start day; those of a row are spread over its days."""
    first, last = (date.fromisoformat(row[end]) for end in ("first_on", "last_on"))
    share = ((last - first).days + 1) / int(row["count"])
    within = draw(1000, "start", *row.values(), number) / 1000
    return max(first, move_to_weekday(first + timedelta(int(share * (number + within)))))


def draw_enterprise(job_type: str, day: date, key: tuple[object, ...]) -> str:
    """Return an enterprise that hires in this way, at times by another of its names."""
    able = [
        row
        for row in read_rows("enterprises")
        if job_type in row["hires"].split(";") and date.fromisoformat(row["active_from"]) <= day
    ]
    row = draw_one(able, "enterprise", *key)
    return draw_one((row["name"],) * 3 + split_aliases(row), "spelling", *key)


def split_aliases(row: dict[str, str]) -> tuple[str, ...]:
    """Return the other spellings of an enterprise's name."""
    return tuple(text.strip() for text in row["aliases"].split(";") if text.strip())


def list_jobs(courses: list[Course], year: int, scale: int) -> list[Row]:
    """Return the rows of a year's job export: the hirings by the day it is drawn."""
    drawn, planned = find_drawn("jobs", year), plan_jobs()
    by_key = {(course.copy, course.key): course for course in courses}
    rows = [
        show_job(job, copy, number, by_key.get((copy, job.course)), drawn)
        | {"Løbenr.": f"{FIRST_JOB_ID + copy * len(planned) + number:05d}"}
        for copy in range(scale)
        for number, job in enumerate(planned)
        if job.started_on <= drawn
    ]
    return sorted(rows, key=lambda row: (row["Ansættelsesdato"], row["Løbenr."]))


def show_job(job: Job, copy: int, number: int, course: Course | None, drawn: date) -> Row:
    """Return one row of the export but its number: published facts and invented filler."""
    key = (copy, number)
    low, high, intensity = read_settings("persons")["job_hours"][job.job_type]
    hours = low + draw(2 * (high - low) + 1, "hours", *key) / 2
    person = course.person if course else invent_person(copy * COPY_STEP + JOBS_FROM + number)
    is_supported = job.job_type in ("Fleksjob", "Løntilskud", "Hybrid")
    return {
        "CPR-nr.": person.cpr,
        "Virksomhed": job.enterprise,
        "Ansættelsesform": job.job_type,
        "Ansættelsesdato": job.started_on,
        "Slutdato": draw_end(job, key, drawn),
        "Timer pr. uge": int(hours) if hours == int(hours) else hours,
        "Arbejdsintensitet (%)": min(100, intensity + 10 * draw(5, "intensity", *key)),
        "Kanal": job.channel,
        "Målgruppe før ansættelse": draw_one(PREVIOUS, "before", *key) if is_supported else "",
        "Via forløb (J/N)": "J" if course else "N",
    }


def draw_end(job: Job, key: tuple[int, int], drawn: date) -> date | None:
    """Return the day the job ended: a wage subsidy after half a year, some others later."""
    if job.job_type != "Løntilskud" and draw(5, "ends", *key):
        return None
    days = 182 if job.job_type == "Løntilskud" else 120 + draw(400, "length", *key)
    ended = move_to_weekday(job.started_on + timedelta(days))
    return ended if ended <= drawn else None
