"""People who do not exist: invented names and CPR numbers in replacement form.

A replacement number has 60 added to the day of birth, so it can belong to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from socok_analysis.reconstruction.material import draw, draw_one, read_settings

FIRST_BIRTHDAY = date(1956, 1, 1)
BIRTHDAYS = 15_000
STRIDE = 7_919
SERIALS = 2_000


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
