"""The tables of the enterprises page: the register and the agreements."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.intake.maps import list_codes, read_maps
from socok_analysis.measures.counting import on_or_before, valid_at
from socok_analysis.rounding import format_number
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page

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


def danish_key(text: str) -> str:
    """Return a sorting key in which æ, ø and å come last, whatever the machine's locale."""
    return str(text).casefold().translate(str.maketrans("æøå", "{|}"))


def make_register(page: Page) -> Table:
    """Return the enterprises and initiatives with kind, registration and target group."""
    codes = list_codes(read_maps(page.year.root, page.year.year).codes["enterprise_types"])
    rows = [
        [escape(row.name), escape(codes[str(row.enterprise_type)].label),
         show_registration(row.registered_on, page.year.period_end),
         escape(row.target_group) if is_known(row.target_group) else ""]
        for row in read_active(page).itertuples(index=False)
    ]  # fmt: skip
    header = ["Navn", "Type", "Registreret", "Målgruppe"]
    caption = "Virksomheder, initiativer og frivillige steder"
    return Table("virksomheder", caption, header, rows, "llrl")


def show_registration(day: object, last: date) -> str:
    """Return the year of a registration that was made by a day."""
    return str(day.year) if isinstance(day, date) and is_known(day) and day <= last else ""


def make_agreements(page: Page) -> Table | None:
    """Return the agreements that hold on the evaluation day, with places and target group."""
    agreements = page.read("agreements")
    assert agreements is not None, "agreements are needed in every year"
    day = page.year.evaluation_date
    begun = on_or_before(agreements["starts_on"], day)
    held = agreements[begun & valid_at(agreements["starts_on"], agreements["ends_on"], day)]
    columns = ["starts_on", "enterprise_id", "places", "extra_places", "target_group"]
    cells = held.sort_values(columns[:2])[columns].to_numpy(dtype=object).tolist()
    rows = [
        [escape(page.name(partner)), str(start.year), show_places(places, extra),
         escape(group) if is_known(group) else ""]
        for start, partner, places, extra, group in cells
    ]  # fmt: skip
    header = ["Partner", "Siden", "Pladser", "Målgruppe"]
    return Table("aftaler", "Samarbejdsaftaler om forløb", header, rows, "lrrl")


def show_places(places: int, extra: object) -> str:
    """Return places as "8" or "8 + 2"."""
    more = f" + {format_number(int(str(extra)))}" if is_known(extra) and extra else ""
    return format_number(places) + more
