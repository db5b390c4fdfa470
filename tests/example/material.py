"""What the exports are made from: the tables beside this file, numbers drawn by name, and people.

`draw` stands where chance would: it turns the name of what is drawn into a number, so the same
row gets the same number on every machine, whatever rows stand before it. The people do not exist:
a CPR number in replacement form has 60 added to the day of birth, so it can belong to nobody.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Row = dict[str, Any]
HERE = Path(__file__).parent
SEED = "slagelse-2019"
FIRST_BIRTHDAY = date(1956, 1, 1)
BIRTHDAYS = 15_000
STRIDE = 7_919
SERIALS = 2_000


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV beside this file."""
    text = (HERE / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def read_settings(name: str) -> dict[str, Any]:
    """Return a TOML beside this file."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def draw(below: int, *name: object) -> int:
    """Return a number from 0 up to `below`, always the same for the same name."""
    text = "|".join(map(str, (SEED, *name)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % below


def draw_one(options: Sequence[T], *name: object) -> T:
    """Return one of the options, always the same for the same name."""
    return options[draw(len(options), *name)]


def parse_day(text: str) -> date | None:
    """Return a date written year-month-day, None for a blank."""
    return date.fromisoformat(text) if text else None


def parse_whole(text: str) -> int | None:
    """Return a whole number, None for a blank."""
    return int(text) if text else None


def move_to_weekday(day: date) -> date:
    """Return the day, or the Friday before where it falls in a weekend."""
    return day - timedelta(max(0, day.weekday() - 4))


def find_drawn(kind: str, year: int) -> date:
    """Return the day on which a year's export of a kind is drawn."""
    days = read_settings("layouts")["drawn"]
    drawn: date = days.get(kind, days["other"])[str(year)]
    return drawn


@dataclass(frozen=True)
class Person:
    """An invented person."""

    cpr: str
    name: str


def invent_person(number: int, sex: str = "") -> Person:
    """Return person `number`; two numbers never share a CPR number. `sex` is women or men."""
    sex = sex or draw_one(("women", "men"), "sex", number)
    settings = read_settings("persons")
    first = draw_one(settings[f"first_names_{sex}"], "first", number)
    last = draw_one(settings["surnames"], "last", number)
    return Person(make_cpr(number, sex), f"{first} {last}")


def make_cpr(number: int, sex: str) -> str:
    """Return a replacement number: the day plus 60, the last digit even for women."""
    block, place = divmod(number, BIRTHDAYS)
    offset = place * STRIDE % BIRTHDAYS
    born = FIRST_BIRTHDAY + timedelta(offset)
    serial = 2 * ((draw(SERIALS, "serial", offset) + block) % SERIALS) + (sex == "men")
    return f"{born.day + 60}{born:%m%y}-{serial:04d}"
