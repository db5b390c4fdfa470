"""What the registers hold in the period or at its end: jobs, enterprises, meetings, grants, facts.

Facts are told in the exports, not counted from rows: a number about an enterprise of the register,
or one a text names, is a figure; any other stays a row of the table. `units.csv` says what a unit
counts. Facts whose unit belongs to one person are not told, nor those the export itself marks as
disputed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from socok_analysis.core.danish import fold, make_slug, split_aliases
from socok_analysis.core.lists import read_declaration
from socok_analysis.core.year import Year
from socok_analysis.figures.counting import (
    count_months,
    is_true,
    list_month_ends,
    on_or_before,
    valid_at,
    within,
)
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import Maps, list_codes
from socok_analysis.intake.texts import STATUSES, list_recommending, list_statuses, list_text_files

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
JOBS, ENTERPRISES, TEXTS = ("jobs",), ("enterprises",), ("texts",)
VOLUNTEER = "frivilligt"
MEETINGS = {"held": "afholdt", "cancelled": "aflyst"}
SINGLE, PERSONS = "one person", "persons"
COUNTRY = "registrerede-socialoekonomiske-virksomheder"
NUMBER = re.compile(r"\d+([.,]\d{1,2})?")
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
TOLD = re.compile(r"\bfakta\(\s*([\"'])(?P<owner>.+?)\1\s*,\s*([\"'])(?P<fact>.+?)\3\s*\)")


def measure_jobs(
    tables: Tables, earlier: Sequence[pd.DataFrame], year: Year, maps: Maps
) -> list[Figure]:
    """Return jobs by channel and type, in all, cumulative and per twelve months.

    `earlier`: the jobs tables of earlier years' exports, oldest first.
    """
    jobs, period = tables["jobs"], (year.period_start, year.period_end)
    new = jobs[within(jobs["started_on"], *period)]
    channels, types = (list_codes(maps.codes[name]) for name in ("channels", "job_types"))
    own = [code for code, entry in channels.items() if entry.extra["channel_group"] == "jobcentre"]
    is_own = new["channel"].isin(own)
    counts = {"jobcentre": is_own.sum(), "other": (~is_own).sum(), "total": len(new)}
    figures = [Figure(f"jobs.{name}", int(n), JOBS, *period) for name, n in counts.items()]
    for name, values, codes in (
        ("type", new.loc[is_own, "job_type"], types),
        ("other_type", new.loc[~is_own, "job_type"], types),
        ("channel", new["channel"], channels),
    ):
        figures += [
            Figure(f"jobs.{name}.{c}", int((values == c).sum()), JOBS, *period, label=entry.label)
            for c, entry in codes.items()
        ]
    figures += count_returned(new, tables["courses"], year)
    figures += count_cumulative([jobs, *reversed(earlier)], year)
    scaled = len(new) * 12 / count_months(*period)
    return [*figures, Figure("jobs.total_per_12_months", scaled, JOBS, *period)]


def count_returned(new: pd.DataFrame, courses: pd.DataFrame, year: Year) -> Iterator[Figure]:
    """Yield, for each partner, its new jobs to people who had completed a course there."""
    stays = courses[["person_key", "enterprise_id", "ended_on"]]
    pairs = new.merge(stays, on=["person_key", "enterprise_id"], suffixes=("", "_course"))
    after = pairs[is_true(pairs["ended_on_course"] <= pairs["started_on"])]
    started = courses[on_or_before(courses["started_on"], year.evaluation_date)]
    fields = (("jobs", "courses"), year.period_start, year.period_end)
    for partner in sorted(started["enterprise_id"].unique()):
        number = after.loc[after["enterprise_id"] == partner, "job_id"].nunique()
        yield Figure(f"jobs.returned.{partner}", number, *fields)


def count_cumulative(exports: Sequence[pd.DataFrame], year: Year) -> list[Figure]:
    """Return the jobs since the strategy began, each once (by job id) over all exports.

    In all, and by the end of each month. `exports` has the newest first: what it says of a job
    holds against an earlier one.
    """
    newest: dict[str, date] = {}
    for jobs in exports:
        for job_id, day in zip(jobs["job_id"], jobs["started_on"], strict=True):
            newest.setdefault(job_id, day)
    first, last = year.strategy_start, year.period_end
    ends = {f".{end:%Y-%m}": end for end in list_month_ends(first, last)}
    return [
        Figure(
            f"jobs.cumulative{month}",
            sum(first <= d <= end for d in newest.values()),
            JOBS,
            first,
            end,
        )
        for month, end in {"": last, **ends}.items()
    ]


def measure_enterprises(tables: Tables, year: Year, maps: Maps) -> list[Figure]:
    """Return how many there are at the period's end, how many are registered, and of each type."""
    register, period = tables["enterprises"], (year.period_start, year.period_end)
    active = valid_at(register["active_from"], register["active_to"], year.period_end)
    registered = on_or_before(register["registered_on"], year.period_end)
    registered &= ~on_or_before(register["deregistered_on"], year.period_end)
    recent = within(register["registered_on"], *period)
    volunteer = active & is_true(register["enterprise_type"] == VOLUNTEER)
    counts = {
        "total": active & is_true(register["is_counted_in_goal"]),
        "registered": registered,
        "registered_in_period": recent,
        "registered_earlier": registered & ~recent,
        "volunteer": volunteer,
        "volunteer_new": volunteer & within(register["active_from"], *period),
    }
    figures = [
        Figure(f"enterprises.{name}", int(mask.sum()), ENTERPRISES, *period)
        for name, mask in counts.items()
    ]
    years = Counter(day.year for day in register.loc[registered, "registered_on"])
    for number in sorted(years):
        last = min(date(number, 12, 31), year.period_end)
        span = (date(number, 1, 1), last)
        name = f"enterprises.registered_in.{number}"
        figures.append(Figure(name, years[number], ENTERPRISES, *span))
    types = register.loc[active, "enterprise_type"]
    return figures + [
        Figure(
            f"enterprises.type.{code}",
            int((types == code).sum()),
            ENTERPRISES,
            period_end=year.period_end,
            label=entry.label,
        )
        for code, entry in list_codes(maps.codes["enterprise_types"]).items()
    ]


def measure_network(tables: Tables, year: Year) -> list[Figure]:
    """Return the meetings held and cancelled, and how many took part in those held."""
    if "meetings" not in tables:
        return []
    meetings, period = tables["meetings"], (year.period_start, year.period_end)
    recent = meetings[within(meetings["held_on"], *period)]
    attended = recent.loc[recent["status"] == MEETINGS["held"], "participants"].dropna()
    values = {
        **{name: int((recent["status"] == code).sum()) for name, code in MEETINGS.items()},
        "participants": int(attended.sum()) if len(attended) else None,
        "participants_per_meeting": float(attended.mean()) if len(attended) else None,
    }
    return [Figure(f"network.{n}", v, ("meetings",), *period) for n, v in values.items()]


def measure_grants(tables: Tables, year: Year, maps: Maps) -> list[Figure]:
    """Return the amounts granted (kr.), and how many grants, recipients and givers there are.

    Amounts are not summed by kind of giver: one amount may stand for several givers.
    """
    if "grants" not in tables:
        return []
    grants, period = tables["grants"], (year.period_start, year.period_end)
    new = grants[within(grants["granted_on"], *period)]
    values: dict[str, float | int | None] = {
        "total": sum_amounts(new),
        "count": len(new),
        "without_amount": int(new["amount_dkk"].isna().sum()),
        "recipients": new["enterprise_id"].nunique(),
    }
    for recipient, own in new.groupby("enterprise_id", sort=True):
        values |= {f"recipient.{recipient}": sum_amounts(own)}
        values |= {f"recipient.{recipient}.count": len(own)}
    kinds = list_codes(maps.codes["grant_kinds"])
    values |= {f"kind.{code}": int((new["grant_kind"] == code).sum()) for code in kinds}
    values |= {"kind.unknown": int(new["grant_kind"].isna().sum())}
    labels = {f"kind.{code}": entry.label for code, entry in kinds.items()}
    return [
        Figure(f"grants.{name}", value, ("grants",), *period, label=labels.get(name, ""))
        for name, value in values.items()
    ]


def sum_amounts(grants: pd.DataFrame) -> float | int | None:
    """Return the sum of the amounts; None where grants are made and none states an amount."""
    amounts = grants["amount_dkk"]
    return None if len(amounts) and amounts.isna().all() else as_whole(float(amounts.sum()))


def as_whole(number: float) -> float | int:
    """Return a number without decimals as a whole one."""
    return int(number) if number.is_integer() else number


def measure_recommendations(year: Year) -> list[Figure]:
    """Return the recommendations of the year, and last year's by status; none without sections."""
    total = len(list_recommending(year.root, year.year))
    statuses = list_statuses(year.root, year.year)
    names = {"total": total}
    if statuses:
        by_status = Counter(statuses.values())
        names |= {"previous": len(statuses)}
        names |= {f"previous.{code}": by_status[code] for code in STATUSES.values()}
        names |= {"previous.not_stated": by_status[""]}
    return [Figure(f"recommendations.{n}", v, TEXTS) for n, v in names.items() if total]


class Fact(NamedTuple):
    """A row of the key facts with its figure's name, and its value where that is a number.

    `owner` is the enterprise it is about, or the slug of another subject. Dates and other values
    that are no number are told, but are no figures.
    """

    figure: str
    owner: str
    subject: str
    fact: str
    value: str
    number: float | int | None
    unit: str
    as_of: str


def measure_facts(tables: Tables, year: Year) -> list[Figure]:
    """Return the numeric facts that the report tells; nothing without the sheet."""
    told = list_told(year.root, year.year)
    owners = {COUNTRY, *tables["enterprises"]["enterprise_id"]}
    return [
        Figure(
            each.figure,
            each.number,
            ("facts",),
            label=f"{each.subject}: {each.fact}",
            unit=each.unit,
        )
        for each in list_facts(tables)
        if each.number is not None
        and (each.owner in owners or (each.owner, make_slug(each.fact)) in told)
    ]


def list_told(root: Path, year: int) -> set[tuple[str, str]]:
    """Return the facts that a year's texts name with `fakta`, as (owner, slug of the fact)."""
    texts = (
        path.read_text(encoding="utf-8-sig", errors="replace")
        for path in list_text_files(root, year)
    )
    return {(m["owner"], make_slug(m["fact"])) for text in texts for m in TOLD.finditer(text)}


def list_facts(tables: Tables) -> list[Fact]:
    """Return the facts that may be told, in the order of the sheet; a name told twice gets none."""
    if "facts" not in tables:
        return []
    owners = list_owners(tables["enterprises"])
    units = {row["unit"]: row["counts"] for row in read_declaration("figures/units.csv")}
    columns = tables["facts"][["subject", "fact", "value", "unit", "as_of"]].astype(object)
    facts = []
    for row in columns.where(columns.notna(), "").to_numpy().tolist():
        subject, fact, value, unit, as_of = map(str, row)
        counts = units.get(unit)
        if counts == SINGLE or "(som oplyst)" in fact:
            continue
        owner = owners.get(fold(subject)) or make_slug(subject)
        family = "facts.persons" if counts == PERSONS else "facts"
        name = f"{family}.{owner}.{make_slug(fact)}"
        facts.append(Fact(name, owner, subject, fact, value, read_number(value), unit, as_of))
    times = Counter(each.figure for each in facts)
    return [f if times[f.figure] == 1 else f._replace(number=None) for f in facts]


def list_owners(register: pd.DataFrame) -> Mapping[str, str]:
    """Return the enterprises' ids by the folded spellings of their names."""
    owners: dict[str, str] = {}
    texts = register[["name", "aliases", "enterprise_id"]].fillna("").to_numpy().tolist()
    for name, aliases, enterprise in texts:
        owners |= {fold(spelling): enterprise for spelling in (name, *split_aliases(aliases))}
    return owners


def read_number(text: str) -> float | int | None:
    """Return a value as a number where it is one: 40, 3.5, 3,5 and 24.000."""
    if THOUSANDS.fullmatch(text):
        return int(text.replace(".", ""))
    return as_whole(float(text.replace(",", "."))) if NUMBER.fullmatch(text) else None
