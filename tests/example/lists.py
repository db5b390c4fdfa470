"""The small exports, row by row: agreements, enterprises, key facts, grants, meetings, progression.

They stand as published in the CSVs beside this file; a year's export holds what had happened on
the day it is drawn.
"""

from __future__ import annotations

from datetime import date

from example.material import (
    Row,
    find_drawn,
    invent_person,
    parse_day,
    parse_whole,
    read_rows,
    read_settings,
)

REGISTERED_TYPE = "Registreret socialøkonomisk virksomhed"
PROGRESSION_PERSON = 390


def list_agreements(year: int) -> list[Row]:
    """Return the agreements that had begun."""
    drawn = find_drawn("agreements", year).isoformat()
    return [show_agreement(row) for row in read_rows("agreements") if row["starts_on"] <= drawn]


def show_agreement(row: dict[str, str]) -> Row:
    """Return one agreement; prices are not published."""
    return {
        "Aftale-id": row["id"],
        "Virksomhed": row["enterprise"],
        "Pladser": parse_whole(row["places"]),
        "Ekstra pladser": parse_whole(row["extra_places"]),
        "Gælder fra": parse_day(row["starts_on"]),
        "Målgruppe": row["target_group"],
        "Max uger": parse_whole(row["max_weeks"]),
        "Plan efter (uger)": parse_whole(row["plan_after_weeks"]),
        "Måltal": parse_whole(row["target_pct"]),
    }


def list_enterprises(year: int) -> list[Row]:
    """Return the register: the enterprises that existed, registered ones by their date."""
    drawn = find_drawn("enterprises", year).isoformat()
    rows = [row for row in read_rows("enterprises") if row["active_from"] <= drawn]
    return [show_enterprise(row, drawn) for row in rows]


def show_enterprise(row: dict[str, str], drawn: str) -> Row:
    """Return one enterprise; CVR and P numbers are left out."""
    is_registered = "" < row["registered_on"] <= drawn
    return {
        "Navn": row["name"],
        "Alias": row["aliases"],
        "Type": REGISTERED_TYPE if is_registered else row["type"],
        "RSV-dato": parse_day(row["registered_on"]) if is_registered else None,
        "Målgruppe": row["target_group"],
        "Aktiv fra": parse_day(row["active_from"]),
        "Tæller i mål (J/N)": row["counts"],
    }


def list_facts(year: int) -> list[Row]:
    """Return the single facts stated of a year."""
    return [
        {
            "Emne": row["subject"],
            "Oplysning": row["fact"],
            "Værdi": parse_value(row["value"]),
            "Enhed": row["unit"],
            "Gælder": row["as_of"],
        }
        for row in read_rows("facts")
        if str(year) in row["years"].split()
    ]


def parse_value(text: str) -> int | float | str:
    """Return a number where the text is one."""
    if text.isdigit():
        return int(text)
    return float(text) if text.replace(".", "", 1).isdigit() else text


def list_grants(year: int) -> list[Row]:
    """Return the grants of a report's year, in the order of their date."""
    rows = [show_grant(row) for row in read_rows("grants") if row["year"] == str(year)]
    return sorted(rows, key=lambda row: (row["Bevilget dato"], row["Modtager"], row["Giver"]))


def show_grant(row: dict[str, str]) -> Row:
    """Return one grant; most amounts are not published."""
    return {
        "Modtager": row["recipient"],
        "Giver": row["giver"],
        "Beløb": parse_whole(row["amount"]),
        "Bevilget dato": parse_day(row["granted_on"]),
        "Periode fra": parse_day(row["period_from"]),
        "Periode til": parse_day(row["period_to"]),
        "Art (fond/stat/kommune/privat)": row["kind"],
        "Formål": row["purpose"],
    }


def list_meetings(year: int) -> list[Row]:
    """Return the network's meetings of the year."""
    return [
        {
            "Dato": parse_day(row["held_on"]),
            "Status (afholdt/aflyst)": row["status"],
            "Emne": row["topic"],
            "Oplægsholder": row["presenter"],
            "Antal deltagere": parse_whole(row["participants"]),
        }
        for row in read_rows("meetings")
        if row["held_on"].startswith(str(year))
    ]


def list_progression(year: int) -> list[Row]:
    """Return the steps of the single published case up to the day the export is drawn."""
    settings, person = read_settings("persons")["progression"], invent_person(PROGRESSION_PERSON)
    steps: list[tuple[date, float, int]] = settings["steps"]
    return [
        {
            "CPR-nr.": person.cpr,
            "Virksomhed": settings["enterprise"],
            "Dato": day,
            "Timer pr. uge": hours,
            "Arbejdsintensitet (%)": intensity,
            "Samtykke (J/N)": settings["consent"],
        }
        for day, hours, intensity in steps
        if day <= find_drawn("progression", year)
    ]
