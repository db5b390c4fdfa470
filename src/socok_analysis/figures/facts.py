"""What is told and not counted: stated facts, recommendations in the texts, single cases.

A number about an enterprise of the register, or one a text names, is a figure; any other fact
stays a row of the table. Facts whose unit belongs to one person are not told, nor those the
export itself marks as disputed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from socok_analysis.core.danish import fold, make_slug
from socok_analysis.figures.counting import is_true
from socok_analysis.figures.evidence import Evidence, list_owners, list_steps, read_number
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.texts import STATUSES, Words

Tables = Mapping[str, pd.DataFrame]
OF_PERSONS = ("borgere", "deltagere", "elever", "personer", "unge")  # units that count people
OF_ONE = ("timer pr. uge",)  # units that belong to one person
COUNTRY = "registrerede-socialoekonomiske-virksomheder"


def measure_cases(evidence: Evidence) -> Iterator[Figure]:
    """Yield one consenting person's hours, intensity and effective hours at each measurement.

    Numbers follow the first measurement; consent that is ever missing holds for all.
    """
    if "progression" not in evidence.tables:
        return
    people = [own for _, own in list_steps(evidence).groupby("person_key", sort=False)]
    consented = [own for own in people if is_true(own["has_consent"]).all()]
    told = ["measured_on", "hours_per_week", "intensity_pct"]
    for number, own in enumerate(consented, 1):
        for day, hours, pct in own[told].astype(object).to_numpy().tolist():
            values = {"hours": hours, "intensity": pct / 100, "effective_hours": hours * pct / 100}
            for name, value in values.items():
                name = f"progression.case.{number}.{day}.{name}"
                yield Figure(name, float(value), ("progression",), day, day)


def measure_recommendations(evidence: Evidence) -> Iterator[Figure]:
    """Yield the recommendations of the year, and last year's by status; none without sections."""
    words = Words(evidence.year.root, evidence.year.year)
    total, statuses = len(words.list_recommending()), words.list_statuses()
    names = {"total": total}
    if statuses:
        by_status = Counter(statuses.values())
        names |= {"previous": len(statuses)}
        names |= {f"previous.{code}": by_status[code] for code in STATUSES.values()}
        names |= {"previous.not_stated": by_status[""]}
    for name, value in names.items() if total else ():
        yield Figure(f"recommendations.{name}", value, ("texts",))


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


def measure_facts(evidence: Evidence) -> Iterator[Figure]:
    """Yield the numeric facts that the report tells; nothing without the sheet."""
    tables, year = evidence.tables, evidence.year
    told = Words(year.root, year.year).list_named()
    owners = {COUNTRY, *tables["enterprises"]["enterprise_id"]}
    for each in list_facts(tables):
        is_told = each.owner in owners or (each.owner, make_slug(each.fact)) in told
        if each.number is not None and is_told:
            label = f"{each.subject}: {each.fact}"
            yield Figure(each.figure, each.number, ("facts",), label=label, unit=each.unit)


def list_facts(tables: Tables) -> list[Fact]:
    """Return the facts that may be told, in the order of the sheet; a name told twice gets none."""
    if "facts" not in tables:
        return []
    owners = list_owners(tables["enterprises"])
    columns = tables["facts"][["subject", "fact", "value", "unit", "as_of"]].astype(object)
    facts = []
    for row in columns.where(columns.notna(), "").to_numpy().tolist():
        subject, fact, value, unit, as_of = map(str, row)
        if unit in OF_ONE or "(som oplyst)" in fact:
            continue
        owner = owners.get(fold(subject)) or make_slug(subject)
        family = "facts.persons" if unit in OF_PERSONS else "facts"
        name = f"{family}.{owner}.{make_slug(fact)}"
        facts.append(Fact(name, owner, subject, fact, value, read_number(value), unit, as_of))
    times = Counter(each.figure for each in facts)
    return [f if times[f.figure] == 1 else f._replace(number=None) for f in facts]
