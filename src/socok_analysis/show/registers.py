"""The enterprises as a table and profiles, the network's meetings in words, and the grants."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.danish import HARD_SPACE, format_day
from socok_analysis.figures.figure import is_true, valid_at
from socok_analysis.figures.measure import Fact, list_facts
from socok_analysis.show.markdown import Table, escape, fold, lead_in, say, show_value
from socok_analysis.show.page import Page
from socok_analysis.show.text import render_part

if TYPE_CHECKING:
    import pandas as pd

DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
COLON = re.compile(r"\\?:(?= )")
NAMED = re.compile(r'data-figure="([^"]*)"')
UNITS_IN_WORDS = ("årstal", "dato", "måned", "tid", "nummer")


def _read_active(page: Page, *, volunteers: bool | None = None) -> pd.DataFrame:
    """Return what is active at the period's end by name: the volunteer places, all others, or all.

    æ, ø and å come last, whatever the machine's locale.
    """
    register = page.proof.tables["enterprises"]
    is_active = valid_at(register["active_from"], register["active_to"], page.year.period_end)
    if volunteers is not None:
        is_active &= is_true(register["enterprise_type"] == "frivilligt") == volunteers
    active, danish = register[is_active], str.maketrans("æøå", "{|}")
    order = active["name"].map(lambda name: str(name).casefold().translate(danish))
    return active.iloc[order.argsort(kind="stable")]


def make_enterprises(page: Page) -> Table:
    """Return enterprises, initiatives and volunteer places: kind, registration, target group.

    The year a place was registered in is told where that is in the report's period.
    """
    codes, rows = page.codes("enterprise_types"), []
    first, last = page.year.period_start, page.year.period_end
    for row in _read_active(page).itertuples(index=False):
        day, group = row.registered_on, row.target_group
        registered = ""
        if isinstance(day, date) and day == day and day <= last:
            registered = str(day.year) if day >= first else "tidligere"
        name = f"[{escape(row.name)}](#{row.enterprise_id})"
        kind = escape(codes[str(row.enterprise_type)].label)
        rows.append([name, kind, registered, escape(group) if isinstance(group, str) else ""])
    header = ["Navn", "Slags", "Registreret", "Målgruppe"]
    caption = "Virksomheder og initiativer"
    return Table("virksomheder", caption, header, rows, "llll")


def tell_register(page: Page) -> str:
    """Return how many enterprises and initiatives there are, of which kinds."""
    kinds = (
        "{enterprises.registered!} er registreret",
        "{enterprises.type.socialoekonomisk!} er socialøkonomiske uden at være registreret",
        "{enterprises.type.initiativ!} driver et socialøkonomisk initiativ",
    )
    told = ", ".join(filter(None, (say(page, kind) for kind in kinds)))
    return say(
        page,
        "Ved periodens slutning var der "
        f"{{enterprises.total|virksomhed og initiativ/virksomheder og initiativer}}: {told}.",
        "Dertil kommer {enterprises.volunteer|frivilligt sted/frivillige steder!}"
        "< ({enterprises.volunteer_new!} af dem nye)>, der ikke tæller med i strategiens mål.",
    )


def tell_registered(page: Page) -> str:
    """Return how many of the registered were registered in the period, and in the country."""
    country = "facts.registrerede-socialoekonomiske-virksomheder."
    return say(
        page,
        "Af de registrerede kom {enterprises.registered_in_period} til i perioden; "
        "{enterprises.registered_earlier} var registreret i forvejen.",
        f"I hele landet er {{{country}registreret-i-danmark}} virksomheder registreret, og omkring "
        f"{{{country}nye-registreringer-om-aaret-i-danmark-ca}} kommer til om året.",
    )


def tell_profiles(page: Page, *, volunteers: bool = False) -> str:
    """Return the profiles of the enterprises and initiatives by name, folded away."""
    facts: dict[str, list[Fact]] = {}
    for fact in list_facts(page.proof.tables):
        facts.setdefault(fact.owner, []).append(fact)
    profiles = []
    for row in _read_active(page, volunteers=volunteers).itertuples(index=False):
        enterprise, name = str(row.enterprise_id), f"virksomheder/{row.enterprise_id}"
        own = f"agreements.{enterprise}."
        details = [
            (
                "Pladser i aftalen om forløb",
                say(page, f"{{{own}places}}< + {{{own}extra_places!}}>"),
            ),
            ("Bevilget i perioden", say(page, f"{{grants.recipient.{enterprise}}}{HARD_SPACE}kr.")),
            *((escape(f.fact), _show_fact(page, f)) for f in facts.get(enterprise, [])),
        ]
        texts = [render_part(page, name, "Om")]
        for head, year in (("I år", page.year.year), ("Næste år", page.year.year + 1)):
            text = render_part(page, name, head)
            texts.append(lead_in(f"Fokus i {year}:", text) if text else "")
        said = set(NAMED.findall(" ".join(texts)))
        # A colon within a label becomes a comma: the one before the text is the only one.
        items = [
            f"- {COLON.sub(',', label)}: {text}"
            for label, text in details
            if text and not (said & {*NAMED.findall(text)})
        ]
        facts_list = f"::: {{.facts}}\n{chr(10).join(items)}\n:::" if items else ""
        blocks = [f"### {escape(row.name)} {{#{enterprise}}}", texts[0], facts_list, *texts[1:]]
        profiles.append("\n\n".join(filter(None, blocks)))
    names = "frivillige steder" if volunteers else "virksomheder og initiativer"
    return fold(f"Mød årets {names}", "\n\n".join(profiles)) if profiles else ""


def tell_volunteers(page: Page) -> str:
    """Return the profiles of the volunteer places."""
    return tell_profiles(page, volunteers=True)


def _show_fact(page: Page, fact: Fact) -> str:
    """Return a fact's value with its time, a date in words, its unit where no word says it."""
    unit, figure = fact.unit.casefold(), page.find(fact.figure) if fact.number is not None else None
    is_said = unit in ("", *UNITS_IN_WORDS) or unit in fact.fact.casefold()
    value = show_value(figure) if figure else _show_plain(fact.value)
    after = "" if is_said else f" {escape(fact.unit)}"
    return f"{value}{after}{f' ({_show_plain(fact.as_of)})' if fact.as_of else ''}"


def _show_plain(value: str) -> str:
    """Return a stated value as text; a date in words."""
    if match := DAY.fullmatch(value):
        day, month, year = map(int, match.groups())
        return format_day(date(year, month, day))
    return escape(value)


def tell_meetings(page: Page) -> str:
    """Return how many meetings the network held, and how many were cancelled."""
    held = "I perioden blev der afholdt {network.held|netværksmøde/netværksmøder}"
    told = say(page, f"{held}<; {{network.cancelled!}} blev aflyst>.")
    return told or "Der er intet udtræk over netværksmøder i denne rapport."


def make_recipients(page: Page) -> Table:
    """Return what each recipient was granted, the largest sum first."""
    prefix = "grants.recipient."
    known = (name.removeprefix(prefix) for name in page.figures if name.startswith(prefix))
    ids = sorted(
        (who for who in known if "." not in who),
        key=lambda who: -(page.figures[f"{prefix}{who}"].value or 0),
    )
    shown = [(escape(page.name(who)), f"{prefix}{who}", f"{prefix}{who}.count") for who in ids]
    rows = []
    for label, total, count in (*shown, ("I alt", "grants.total", "grants.count")) if ids else ():
        figure = page.find(total)
        amount = show_value(figure) if figure and figure.value is not None else "ikke oplyst"
        rows.append([label, amount, show_value(page.find(count))])
    note = say(page, "Bevillinger uden oplyst beløb: {grants.without_amount}.")
    header = ["Modtager", "Kr.", "Bevillinger"]
    return Table("midler", "Bevilget efter modtager", header, rows, "lrr", note)
