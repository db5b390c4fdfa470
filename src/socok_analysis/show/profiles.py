"""A profile of each enterprise: kind, registration, target group, agreement, focus, key facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import HARD_SPACE, format_day
from socok_analysis.figures.facts import Fact, list_facts
from socok_analysis.intake.maps import list_codes, read_maps
from socok_analysis.show.markdown import escape, lead_in
from socok_analysis.show.page import Page
from socok_analysis.show.registers import (
    is_known,
    read_active,
    show_places,
    show_registration,
    split_volunteers,
)
from socok_analysis.show.values import note_hidden, show_value
from socok_analysis.show.words import render_part

if TYPE_CHECKING:
    import pandas as pd

FOCUS = ("I år", "Næste år")
DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
LEAST, MOST = (
    re.compile(rf" \({word}\)$| {word}$|^{age} alder$")
    for word, age in (("fra", "Yngste"), ("til", "Højeste"))
)
HEDGE = re.compile(r" \((ca\.|mere end|op til)\)$")
COLON = re.compile(r"\\?:(?= )")
UNITS_IN_WORDS = ("årstal", "dato", "måned", "tid", "nummer")


def show_enterprises(page: Page) -> str:
    """Return the profiles of the enterprises and initiatives, by name."""
    return join_profiles(page, split_volunteers(read_active(page), volunteers=False))


def show_volunteers(page: Page) -> str:
    """Return the profiles of the volunteer places, by name."""
    return join_profiles(page, split_volunteers(read_active(page), volunteers=True))


def join_profiles(page: Page, register: pd.DataFrame) -> str:
    """Return the profiles of a register's rows, with the legend of what is hidden."""
    facts = group_facts(page)
    types = list_codes(read_maps(page.year.root, page.year.year).codes["enterprise_types"])
    labels = {code: entry.label for code, entry in types.items()}
    profiles = [
        show_profile(page, row, labels, facts.get(str(row.enterprise_id), []))
        for row in register.itertuples(index=False)
    ]
    return "\n\n".join([*profiles, note_hidden([profiles])]).strip()


def group_facts(page: Page) -> Mapping[str, list[Fact]]:
    """Return the key facts that may be told, by the enterprise they are about."""
    read = {kind: page.read(kind) for kind in ("facts", "enterprises")}
    tables = {kind: table for kind, table in read.items() if table is not None}
    grouped: dict[str, list[Fact]] = {}
    for fact in list_facts(tables):
        grouped.setdefault(fact.owner, []).append(fact)
    return grouped


def show_profile(page: Page, row: Any, types: Mapping[str, str], facts: Iterable[Fact]) -> str:
    """Return one enterprise's profile."""
    texts = (
        render_part(page, f"virksomheder/{row.enterprise_id}", part) for part in ("Om", *FOCUS)
    )
    about, *focus = texts
    heads = (
        lead_in(f"{name_focus(page, part)}:", text) if text else ""
        for part, text in zip(FOCUS, focus, strict=True)
    )
    blocks = [
        f"### {escape(row.name)} {{#{row.enterprise_id}}}",
        about,
        list_details(page, row, types, facts),
        *heads,
    ]
    return "\n\n".join(block for block in blocks if block)


def name_focus(page: Page, part: str) -> str:
    """Return a focus text's heading with its year: "Fokus i 2019"."""
    return f"Fokus i {page.year.year + FOCUS.index(part)}"


def list_details(page: Page, row: Any, types: Mapping[str, str], facts: Iterable[Fact]) -> str:
    """Return what the exports tell of an enterprise as a list."""
    registered = show_registration(row.registered_on, page.year.period_end)
    details = [
        ("Type", escape(types[str(row.enterprise_type)])),
        ("Registreret", registered),
        ("Målgruppe", escape(row.target_group) if is_known(row.target_group) else ""),
        *(detail(page, str(row.enterprise_id)) for detail in DETAILS),
        *show_facts(page, facts),
    ]
    return list_pairs(details)


def list_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Return labels and texts as a list, which stands in columns where there is room.

    A colon within a label becomes a comma: the one before the text is the only one.
    """
    items = "\n".join(f"- {re.sub(COLON, ',', label)}: {text}" for label, text in pairs if text)
    return f"::: {{.facts}}\n{items}\n:::" if items else ""


def describe_agreement(page: Page, enterprise: str) -> tuple[str, str]:
    """Return the places agreed with an enterprise, if any."""
    has_places = f"agreements.{enterprise}.places" in page.figures
    return "Samarbejdsaftale, pladser", show_places(page, enterprise) if has_places else ""


def describe_grants(page: Page, enterprise: str) -> tuple[str, str]:
    """Return what an enterprise was granted in the period, if an amount is told."""
    figure = page.figures.get(f"grants.recipient.{enterprise}")
    is_told = figure is not None and figure.value is not None
    amount = f"{show_value(page, figure)}{HARD_SPACE}kr\\." if figure and is_told else ""
    return "Bevilget i perioden", amount


DETAILS: tuple[Callable[[Page, str], tuple[str, str]], ...] = (describe_agreement, describe_grants)


def show_facts(page: Page, facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """Yield facts as label and text: a least and a most that follow each other as one span."""
    rest = list(facts)
    while rest:
        fact, *rest = rest
        span = name_span(fact, rest[0]) if rest else ""
        if span:
            yield escape(span), f"{show_number(page, fact)}–{show_fact(page, rest.pop(0))}"
        else:
            yield escape(HEDGE.sub("", fact.fact)), show_fact(page, fact)


def name_span(least: Fact, most: Fact) -> str:
    """Return what a least and a most are the ends of; "" where two facts are not."""
    alike = (least.unit, least.as_of) == (most.unit, most.as_of)
    first, last = LEAST.sub("", least.fact), MOST.sub("", most.fact)
    is_pair = alike and first == last and first != least.fact and last != most.fact
    return (first or "Alder") if is_pair else ""


def show_fact(page: Page, fact: Fact) -> str:
    """Return a fact's value with its unit and time."""
    hedge = HEDGE.search(fact.fact)
    unit = "" if is_said(fact) else f" {escape(fact.unit)}"
    when = f" ({show_plain(fact.as_of)})" if fact.as_of else ""
    return f"{f'{escape(hedge[1])} ' if hedge else ''}{show_number(page, fact)}{unit}{when}"


def show_number(page: Page, fact: Fact) -> str:
    """Return a fact's value; a number carries the name of its figure."""
    figure = page.figures.get(fact.figure) if fact.number is not None else None
    return show_value(page, figure) if figure else show_plain(fact.value)


def is_said(fact: Fact) -> bool:
    """Tell whether a fact's unit stands in its label, or its value needs none."""
    unit = fact.unit.casefold()
    return unit in ("", *UNITS_IN_WORDS) or unit in fact.fact.casefold()


def show_plain(value: str) -> str:
    """Return a stated value as text; a date in words."""
    match = DAY.fullmatch(value)
    if not match:
        return escape(value)
    day, month, year = map(int, match.groups())
    return format_day(date(year, month, day))


def show_others(page: Page) -> str:
    """Return the key facts about other subjects than enterprises, a list for each subject."""
    blocks = [
        f"## {escape(facts[0].subject)}\n\n{list_facts_of(page, facts)}"
        for owner, facts in group_facts(page).items()
        if owner not in page.names
    ]
    return "\n\n".join([*blocks, note_hidden([blocks])]).strip()


def list_facts_of(page: Page, facts: Iterable[Fact]) -> str:
    """Return facts as a list."""
    return list_pairs(show_facts(page, facts))


PROFILES: Mapping[str, Callable[[Page], str]] = {
    "enterprises": show_enterprises,
    "volunteers": show_volunteers,
    "others": show_others,
}
