"""The courses at VeteranHaven and Sumak, and what follows from them: attendance, waiting list.

`courses.csv` plans them: a row per course with its place, days, exit reasons as each year's
extract has them, plan and veteran. Counting its rows gives the published figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from example.material import (
    Person,
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

COPY_STEP = 400
WAITING_FROM = 350
LAST_FULL_WEEK = date(2020, 3, 2)
ABSENCES = ("Sygdom", "Sygdom", "Lægelig behandling", "Aftalt fri", "Udeblevet")
REMARKS = (
    "Har selv transport til stedet.",
    "Ønsker opgaver i formiddagstimerne.",
    "Opfølgning sker på stedet sammen med mentor.",
)


@dataclass(frozen=True)
class Course:
    """A planned course and the person in it; the days are those of the whole course."""

    copy: int
    key: str
    person: Person
    partner: str
    started_on: date
    extended_on: date | None
    ended_on: date | None
    exits: dict[int, str]
    plan: str
    veteran: str
    remark: str

    def is_active(self, day: date) -> bool:
        """Tell whether the course runs on a day: started, and not ended by it."""
        return self.started_on <= day and (self.ended_on is None or self.ended_on > day)


def plan_courses(scale: int) -> list[Course]:
    """Return every course `scale` times, each time with new people."""
    rows = read_rows("courses")
    return [plan_course(row, n, copy) for copy in range(scale) for n, row in enumerate(rows)]


def plan_course(row: dict[str, str], number: int, copy: int) -> Course:
    """Return the course a row of the plan describes."""
    partner, started = row["partner"], date.fromisoformat(row["started_on"])
    sex = read_settings("persons")["partners"][partner]["sex"]
    exits = {2018: row["exits_2018"], 2019: row["exits_2019"]}
    return Course(
        copy,
        f"{partner}/{row['place']}/{started}",
        invent_person(copy * COPY_STEP + number, sex),
        partner,
        started,
        parse_day(row["extended_on"]),
        parse_day(row["ended_on"]),
        exits,
        row["plan"],
        row["veteran"],
        row["remark"],
    )


def list_courses(courses: list[Course], year: int) -> list[Row]:
    """Return the rows of a year's course extract, in the order of their start."""
    drawn = find_drawn("courses", year)
    rows = [row for course in courses for row in show_course(course, year, drawn)]
    return sorted(rows, key=lambda row: (row["Startdato"], row["CPR-nr."]))


def show_course(course: Course, year: int, drawn: date) -> Iterator[Row]:
    """Yield a course's rows as they stand on the day the extract is drawn: two if extended."""
    started, ended = course.started_on, course.ended_on
    if course.extended_on and course.extended_on < drawn:
        yield show_stay(course, started, course.extended_on, "Forlænget", drawn)
        started = course.extended_on + timedelta(3)
    if started <= drawn:
        is_over = ended is not None and ended <= drawn
        reasons = course.exits[year] if is_over else ""
        yield show_stay(course, started, ended if is_over else None, reasons, drawn)


def show_stay(course: Course, started: date, ended: date | None, reasons: str, drawn: date) -> Row:
    """Return one row of the extract: published facts and invented filler."""
    key, persons = course.key + course.person.cpr, read_settings("persons")
    partner = persons["partners"][course.partner]
    situation = draw_one(persons["situations"][course.partner], "group", key)
    followed = min(ended or drawn, started + timedelta(60 + draw(120, "followed", key)))
    remark = course.remark or (draw_one(REMARKS, "remark", key) if not draw(5, "any", key) else "")
    return {
        "CPR-nr.": course.person.cpr,
        "Navn": course.person.name,
        "Målgruppe": situation[0],
        "Ydelse": situation[1],
        "Sagsbehandler": draw_one(persons["caseworkers"], "caseworker", key),
        "Afdeling": "Jobcenter Slagelse",
        "Aktivitetstype": "Vejledning og opkvalificering",
        "Virksomhed": course.partner,
        "Startdato": started,
        "Forventet slutdato": move_to_weekday(started + timedelta(weeks=partner["weeks"])),
        "Slutdato": ended,
        "Timer pr. uge": 6 + draw(14, "hours", key),
        "Minutter pr. uge": (0, 0, 30, 45)[draw(4, "minutes", key)],
        "Afslutningsårsag": reasons,
        "Plan udarbejdet": show_plan(course, drawn),
        "Seneste opfølgning": move_to_weekday(followed) if followed < drawn else None,
        "Slutevaluering modtaget": show_final_evaluation(key, ended, reasons, drawn),
        "Veteran": course.veteran,
        "Tolk": draw_one(partner["needs_interpreter"], "interpreter", key),
        "Bemærkning": remark,
    }


def show_plan(course: Course, drawn: date) -> date | str:
    """Return the day the plan was made, ja where only that is known, nej, or blank."""
    if course.plan != "ja":
        return course.plan
    after = read_settings("persons")["partners"][course.partner]["plan_after_days"]
    days = max(1, after - 9 + draw(14, "plan", course.key))  # most within the agreement's weeks
    made = course.started_on + timedelta(days)
    made = move_to_weekday(min(made, course.ended_on or made))
    return "ja" if made > drawn or not draw(3, "plan ja", course.key) else made


def show_final_evaluation(key: str, ended: date | None, reasons: str, drawn: date) -> date | str:
    """Return the day the final evaluation came, ja, nej, or blank where none is due."""
    if ended is None or reasons in ("Forlænget", "Afgået ved døden"):
        return ""
    came = move_to_weekday(ended + timedelta(7 + draw(21, "evaluation", key)))
    if came > drawn:
        return "nej"
    options: tuple[date | str, ...] = (came,) * 6 + ("ja", "ja", "nej")
    return draw_one(options, "evaluation kind", key)


def list_attendance(courses: list[Course], year: int) -> list[Row]:
    """Return twelve weeks of attendance for those in course when the extract is drawn."""
    mondays = [LAST_FULL_WEEK - timedelta(weeks=week) for week in range(11, -1, -1)]
    active = [course for course in courses if course.is_active(find_drawn("attendance", year))]
    return [
        show_week(course, monday)
        for course in active
        for monday in mondays
        if course.started_on <= monday
    ]


def show_week(course: Course, monday: date) -> Row:
    """Return one person's week: the hours agreed and attended, and why some were missed."""
    agreed = (7.5, 10, 12, 15)[draw(4, "agreed", course.person.cpr)]
    missed = (0, 0, 0, 2, 2.5, 4, agreed)[draw(7, "missed", course.person.cpr, monday)]
    cause = draw_one(ABSENCES, "absence", course.person.cpr, monday) if missed else ""
    iso = monday.isocalendar()
    return {
        "CPR-nr.": course.person.cpr,
        "Uge": f"{iso.year}-W{iso.week:02d}",
        "Aftalte timer": agreed,
        "Fremmødte timer": agreed - missed,
        "Fraværsårsag": cause,
    }


def list_waiting(courses: list[Course], year: int) -> list[Row]:
    """Return who waited for a place: those who started since January 2019, and those who wait."""
    since, drawn = date(year, 1, 1), find_drawn("waiting_list", year)
    started = [c for c in courses if since <= c.started_on <= drawn and was_listed(c)]
    waiting = [
        (agreement, day)
        for agreement, days in read_settings("persons")["waiting"].items()
        for day in days
    ]
    rows = [show_started(course) for course in started] + [
        {
            "CPR-nr.": invent_person(WAITING_FROM + number).cpr,
            "Aftale-id": agreement,
            "Skrevet op": listed_on,
        }
        for number, (agreement, listed_on) in enumerate(waiting)
    ]
    return sorted(rows, key=lambda row: (row["Skrevet op"], row["CPR-nr."]))


def was_listed(course: Course) -> bool:
    """Tell whether the person stood on the waiting list before the start."""
    return is_delayed(course) or bool(draw(2, "listed", course.key))


def is_delayed(course: Course) -> bool:
    """Tell whether the course began later than agreed."""
    return course.remark.startswith("Opstart forsinket")


def show_started(course: Course) -> Row:
    """Return the waiting list's row of someone who started; long where the start was delayed."""
    days = 90 if is_delayed(course) else 14 + draw(28, "wait", course.key)
    agreement = read_settings("persons")["partners"][course.partner]["agreement"]
    listed_on = move_to_weekday(course.started_on - timedelta(days))
    return {
        "CPR-nr.": course.person.cpr,
        "Aftale-id": agreement,
        "Skrevet op": listed_on,
        "Startet/afmeldt": course.started_on,
    }
