"""The enterprises, volunteer places and agreements, as tables and as profiles.

A profile tells kind, registration, target group, agreement, focus and the stated key facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.danish import HARD_SPACE, format_day
from socok_analysis.figures.counting import is_true, on_or_before, valid_at, within
from socok_analysis.figures.registers import VOLUNTEER, Fact, list_facts
from socok_analysis.show.markdown import Table, escape, lead_in
from socok_analysis.show.page import Page
from socok_analysis.show.text import render_part
from socok_analysis.show.values import note_figures, note_hidden, show_value

if TYPE_CHECKING:
    import pandas as pd

DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
LEAST, MOST = (
    re.compile(rf" \({word}\)$| {word}$|^{age} alder$")
    for word, age in (("fra", "Yngste"), ("til", "Højeste"))
)
HEDGE = re.compile(r" \((ca\.|mere end|op til)\)$")
COLON = re.compile(r"\\?:(?= )")
UNITS_IN_WORDS = ("årstal", "dato", "måned", "tid", "nummer")


def is_known(value: object) -> bool:
    """Tell whether a table's cell holds a value."""
    import pandas as pd

    return not pd.isna(value)  # type: ignore[call-overload]


def show_known(value: object) -> str:
    """Return a table's cell as text, nothing where it holds no value."""
    return escape(value) if is_known(value) else ""


def _show_year(day: object, last: date) -> str:
    """Return the year of what happened by a day, "" where it did not."""
    return str(day.year) if isinstance(day, date) and is_known(day) and day <= last else ""


def _read_active(page: Page, *, volunteers: bool | None = None) -> pd.DataFrame:
    """Return what is active at the period's end by name: the volunteer places, all others, or all.

    æ, ø and å come last, whatever the machine's locale.
    """
    register = page.read("enterprises")
    assert register is not None, "enterprises are needed in every year"
    day = page.year.period_end
    active = register[valid_at(register["active_from"], register["active_to"], day)]
    danish = str.maketrans("æøå", "{|}")
    order = active["name"].map(lambda name: str(name).casefold().translate(danish))
    active = active.iloc[order.argsort(kind="stable")]
    is_volunteer = is_true(active["enterprise_type"] == VOLUNTEER)
    return active if volunteers is None else active[is_volunteer == volunteers]


def make_register(page: Page) -> Table:
    """Return the enterprises and initiatives with kind, registration and target group."""
    codes, rows = page.codes("enterprise_types"), []
    for row in _read_active(page, volunteers=False).itertuples(index=False):
        year = _show_year(row.registered_on, page.year.period_end)
        kind = f"{escape(codes[str(row.enterprise_type)].label)}{f' ({year})' if year else ''}"
        name = f"[{escape(row.name)}](#{row.enterprise_id})"
        rows.append([name, kind, show_known(row.target_group)])
    header = ["Navn", "Type", "Målgruppe"]
    note = "Årstallet er året for registrering."
    return Table("virksomheder", "Virksomheder og initiativer", header, rows, "lll", note)


def make_volunteers(page: Page) -> Table | None:
    """Return the volunteer places with since when and for whom."""
    rows = []
    for row in _read_active(page, volunteers=True).itertuples(index=False):
        since = _show_year(row.active_from, page.year.period_end)
        name = f"[{escape(row.name)}](#{row.enterprise_id})"
        rows.append([name, since, show_known(row.target_group)])
    header = ["Sted", "Siden", "Målgruppe"]
    return Table("frivillige", "Frivillige steder", header, rows, "lrl") if rows else None


def make_registered(page: Page) -> Table | None:
    """Return the registered enterprises with the year they registered, newest first."""
    register, day = _read_active(page), page.year.period_end
    is_held = ~on_or_before(register["deregistered_on"], day)
    registered = register[on_or_before(register["registered_on"], day) & is_held]
    cells = registered[["name", "registered_on"]].to_numpy().tolist()
    rows = [[escape(name), str(day.year)] for name, day in cells]
    rows.sort(key=lambda row: row[1], reverse=True)
    caption = "Registrerede socialøkonomiske virksomheder"
    return Table("registrerede", caption, ["Navn", "Registreret"], rows, "lr") if rows else None


def make_registrations(page: Page) -> Table:
    """Return how many of the registered enterprises registered in each year."""
    prefix = "enterprises.registered_in."
    years = sorted(name.removeprefix(prefix) for name in page.figures if name.startswith(prefix))
    rows = [[year, show_value(page, page.figure(f"{prefix}{year}"))] for year in years]
    rows.append(["I alt", show_value(page, page.figure("enterprises.registered"))])
    caption = "Registrerede socialøkonomiske virksomheder efter år"
    return Table("registreringer", caption, ["År", "Registreret"], rows, "lr")


def _read_agreements(page: Page) -> pd.DataFrame:
    """Return the agreements that hold on the evaluation day, oldest first."""
    agreements = page.read("agreements")
    assert agreements is not None, "agreements are needed in every year"
    starts, day = agreements["starts_on"], page.year.evaluation_date
    held = agreements[on_or_before(starts, day) & valid_at(starts, agreements["ends_on"], day)]
    return held.sort_values(["starts_on", "enterprise_id"])


def make_agreements(page: Page) -> Table | None:
    """Return the agreements that hold on the evaluation day, with places and target group."""
    numbers = {"held": "Aftaler", "held_places": "pladser", "held_extra_places": "ekstra pladser"}
    parts = (
        f"{label}: {show_value(page, page.figure(f'agreements.{name}'))}"
        for name, label in numbers.items()
    )
    held, note = _read_agreements(page), f"{'; '.join(parts)}."
    return _make_agreement_table("aftaler", "Samarbejdsaftaler om forløb", page, held, note)


def make_new_agreements(page: Page) -> Table | None:
    """Return the agreements that began in the period, with the places they gave."""
    agreements, year = _read_agreements(page), page.year
    new = agreements[within(agreements["starts_on"], year.period_start, year.period_end)]
    labels = {
        "agreements.new": "Nye aftaler",
        "agreements.new_places": "pladser",
        "agreements.new_extra_places": "ekstra pladser efter behov",
    }
    caption, note = "Nye samarbejdsaftaler i perioden", note_figures(page, labels)
    return _make_agreement_table("nyeaftaler", caption, page, new, note)


def _make_agreement_table(
    anchor: str, caption: str, page: Page, agreements: pd.DataFrame, note: str
) -> Table | None:
    """Return agreements as a table with partner, year, places and target group."""
    columns = ["starts_on", "enterprise_id", "target_group"]
    rows = [
        [
            escape(page.name(partner)),
            str(start.year),
            _show_places(page, partner),
            show_known(group),
        ]
        for start, partner, group in agreements[columns].to_numpy(dtype=object).tolist()
    ]
    header = ["Partner", "Siden", "Pladser", "Målgruppe"]
    return Table(anchor, caption, header, rows, "lrrl", note) if rows else None


def _show_places(page: Page, partner: str) -> str:
    """Return a partner's places as "8" or "8 + 2"."""
    places, extra = (page.figure(f"agreements.{partner}.{n}") for n in ("places", "extra_places"))
    more = f" + {show_value(page, extra)}" if extra.value else ""
    return show_value(page, places) + more


# Profiles


def show_enterprises(page: Page) -> str:
    """Return the profiles of the enterprises and initiatives, by name."""
    return _join_profiles(page, _read_active(page, volunteers=False))


def show_volunteers(page: Page) -> str:
    """Return the profiles of the volunteer places, by name."""
    return _join_profiles(page, _read_active(page, volunteers=True))


def _join_profiles(page: Page, register: pd.DataFrame) -> str:
    """Return the profiles of a register's rows, with the legend of what is hidden."""
    facts: dict[str, list[Fact]] = {}
    read = {kind: page.read(kind) for kind in ("facts", "enterprises")}
    for fact in list_facts({kind: table for kind, table in read.items() if table is not None}):
        facts.setdefault(fact.owner, []).append(fact)
    types, profiles = page.codes("enterprise_types"), []
    for row in register.itertuples(index=False):
        enterprise, name = str(row.enterprise_id), f"virksomheder/{row.enterprise_id}"
        has_places = f"agreements.{enterprise}.places" in page.figures
        granted = page.figures.get(f"grants.recipient.{enterprise}")
        is_told = granted and granted.value is not None
        amount = f"{show_value(page, granted)}{HARD_SPACE}kr\\." if granted and is_told else ""
        details = [
            ("Type", escape(types[str(row.enterprise_type)].label)),
            ("Registreret", _show_year(row.registered_on, page.year.period_end)),
            ("Målgruppe", show_known(row.target_group)),
            ("Samarbejdsaftale, pladser", _show_places(page, enterprise) if has_places else ""),
            ("Bevilget i perioden", amount),
            *show_facts(page, facts.get(enterprise, [])),
        ]
        # A colon within a label becomes a comma: the one before the text is the only one.
        items = "\n".join(f"- {COLON.sub(',', label)}: {text}" for label, text in details if text)
        focus = {f"Fokus i {page.year.year}": "I år", f"Fokus i {page.year.year + 1}": "Næste år"}
        told = {head: render_part(page, name, part) for head, part in focus.items()}
        blocks = [
            f"### {escape(row.name)} {{#{enterprise}}}",
            render_part(page, name, "Om"),
            f"::: {{.facts}}\n{items}\n:::",
            *(lead_in(f"{head}:", text) for head, text in told.items() if text),
        ]
        profiles.append("\n\n".join(block for block in blocks if block))
    return "\n\n".join([*profiles, note_hidden([profiles])]).strip()


def show_facts(page: Page, facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """Yield facts as label and text: a least and a most that follow each other as one span."""
    rest = list(facts)
    while rest:
        fact, *rest = rest
        span = _name_span(fact, rest[0]) if rest else ""
        if span:
            yield escape(span), f"{_show_number(page, fact)}–{_show_fact(page, rest.pop(0))}"
        else:
            yield escape(HEDGE.sub("", fact.fact)), _show_fact(page, fact)


def _name_span(least: Fact, most: Fact) -> str:
    """Return what a least and a most are the ends of; "" where two facts are not."""
    alike = (least.unit, least.as_of) == (most.unit, most.as_of)
    first, last = LEAST.sub("", least.fact), MOST.sub("", most.fact)
    is_pair = alike and first == last and first != least.fact and last != most.fact
    return (first or "Alder") if is_pair else ""


def _show_fact(page: Page, fact: Fact) -> str:
    """Return a fact's value with its time, and its unit where no word says it."""
    hedge, unit = HEDGE.search(fact.fact), fact.unit.casefold()
    is_said = unit in ("", *UNITS_IN_WORDS) or unit in fact.fact.casefold()
    when = f" ({_show_plain(fact.as_of)})" if fact.as_of else ""
    before, after = (
        f"{escape(hedge[1])} " if hedge else "",
        "" if is_said else f" {escape(fact.unit)}",
    )
    return f"{before}{_show_number(page, fact)}{after}{when}"


def _show_number(page: Page, fact: Fact) -> str:
    figure = page.figures.get(fact.figure) if fact.number is not None else None
    return show_value(page, figure) if figure else _show_plain(fact.value)


def _show_plain(value: str) -> str:
    """Return a stated value as text; a date in words."""
    match = DAY.fullmatch(value)
    if not match:
        return escape(value)
    day, month, year = map(int, match.groups())
    return format_day(date(year, month, day))
