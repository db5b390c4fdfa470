"""The tables of enterprises, volunteer places, registered enterprises and agreements."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.figures.counting import is_true, on_or_before, valid_at
from socok_analysis.figures.registers import VOLUNTEER
from socok_analysis.intake.maps import list_codes, read_maps
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import show_value

if TYPE_CHECKING:
    import pandas as pd


def is_known(value: object) -> bool:
    """Tell whether a table's cell holds a value."""
    import pandas as pd

    return not pd.isna(value)  # type: ignore[call-overload]


def read_active(page: Page) -> pd.DataFrame:
    """Return the register's rows that are active at the period's end, by name."""
    register = page.read("enterprises")
    assert register is not None, "enterprises are needed in every year"
    day = page.year.period_end
    active = register[valid_at(register["active_from"], register["active_to"], day)]
    order = active["name"].map(danish_key)
    return active.iloc[order.argsort(kind="stable")]


def split_volunteers(register: pd.DataFrame, *, volunteers: bool) -> pd.DataFrame:
    """Return the volunteer places of a register, or all others."""
    is_volunteer = is_true(register["enterprise_type"] == VOLUNTEER)
    return register[is_volunteer if volunteers else ~is_volunteer]


def danish_key(text: str) -> str:
    """Return a sorting key in which æ, ø and å come last, whatever the machine's locale."""
    return str(text).casefold().translate(str.maketrans("æøå", "{|}"))


def make_register(page: Page) -> Table:
    """Return the enterprises and initiatives with kind, registration and target group."""
    codes = list_codes(read_maps(page.year.root, page.year.year).codes["enterprise_types"])
    rows = [
        [
            link_profile(row.name, row.enterprise_id),
            name_type(
                codes[str(row.enterprise_type)].label, row.registered_on, page.year.period_end
            ),
            escape(row.target_group) if is_known(row.target_group) else "",
        ]
        for row in split_volunteers(read_active(page), volunteers=False).itertuples(index=False)
    ]
    header = ["Navn", "Type", "Målgruppe"]
    caption = "Virksomheder og initiativer"
    note = "Årstallet er året for registrering."
    return Table("virksomheder", caption, header, rows, "lll", note)


def name_type(label: str, registered_on: object, last: date) -> str:
    """Return an enterprise's type, with the year it registered."""
    year = show_registration(registered_on, last)
    return f"{escape(label)} ({year})" if year else escape(label)


def link_profile(name: object, enterprise: object) -> str:
    """Return an enterprise's name as a link to its profile on the same page."""
    return f"[{escape(name)}](#{enterprise})"


def make_volunteers(page: Page) -> Table | None:
    """Return the volunteer places with since when and for whom."""
    places = split_volunteers(read_active(page), volunteers=True)
    rows = [
        [
            link_profile(row.name, row.enterprise_id),
            show_registration(row.active_from, page.year.period_end),
            escape(row.target_group) if is_known(row.target_group) else "",
        ]
        for row in places.itertuples(index=False)
    ]
    header = ["Sted", "Siden", "Målgruppe"]
    return Table("frivillige", "Frivillige steder", header, rows, "lrl") if rows else None


def make_registered(page: Page) -> Table | None:
    """Return the registered enterprises with the year they registered, newest first."""
    register, day = read_active(page), page.year.period_end
    registered = register[
        on_or_before(register["registered_on"], day)
        & ~on_or_before(register["deregistered_on"], day)
    ]
    rows = [
        [escape(name), str(registration.year)]
        for name, registration in registered[["name", "registered_on"]].to_numpy().tolist()
    ]
    rows.sort(key=lambda row: row[1], reverse=True)
    caption = "Registrerede socialøkonomiske virksomheder"
    return Table("registrerede", caption, ["Navn", "Registreret"], rows, "lr") if rows else None


def show_registration(day: object, last: date) -> str:
    """Return the year of a registration that was made by a day."""
    return str(day.year) if isinstance(day, date) and is_known(day) and day <= last else ""


def read_agreements(page: Page) -> pd.DataFrame:
    """Return the agreements that hold on the evaluation day, oldest first."""
    agreements = page.read("agreements")
    assert agreements is not None, "agreements are needed in every year"
    day = page.year.evaluation_date
    begun = on_or_before(agreements["starts_on"], day)
    held = agreements[begun & valid_at(agreements["starts_on"], agreements["ends_on"], day)]
    return held.sort_values(["starts_on", "enterprise_id"])


def make_agreements(page: Page) -> Table | None:
    """Return the agreements that hold on the evaluation day, with places and target group."""
    held = read_agreements(page)
    numbers = {"held": "Aftaler", "held_places": "pladser", "held_extra_places": "ekstra pladser"}
    parts = [
        f"{label}: {show_value(page, page.figure(f'agreements.{name}'))}"
        for name, label in numbers.items()
    ]
    caption = "Samarbejdsaftaler om forløb"
    return make_agreement_table("aftaler", caption, page, held, f"{'; '.join(parts)}.")


def make_agreement_table(
    anchor: str, caption: str, page: Page, agreements: pd.DataFrame, note: str = ""
) -> Table | None:
    """Return agreements as a table with partner, year, places and target group."""
    columns = ["starts_on", "enterprise_id", "target_group"]
    rows = [
        [
            escape(page.name(partner)),
            str(start.year),
            show_places(page, partner),
            escape(group) if is_known(group) else "",
        ]
        for start, partner, group in agreements[columns].to_numpy(dtype=object).tolist()
    ]
    header = ["Partner", "Siden", "Pladser", "Målgruppe"]
    return Table(anchor, caption, header, rows, "lrrl", note) if rows else None


def show_places(page: Page, partner: str) -> str:
    """Return a partner's places as "8" or "8 + 2"."""
    places, extra = (page.figure(f"agreements.{partner}.{n}") for n in ("places", "extra_places"))
    more = f" + {show_value(page, extra)}" if extra.value else ""
    return show_value(page, places) + more
