"""What the exports are made from: the tables beside this file, and numbers drawn by name.

`draw` stands where chance would: it turns the name of what is drawn into a number, so the same
row gets the same number on every machine, whatever rows stand before it.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

T = TypeVar("T")
SEED = "slagelse-2019"


@cache
def read_text(name: str) -> str:
    """Return a file of this package as text."""
    return files("socok_analysis.reconstruction").joinpath(name).read_text(encoding="utf-8")


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV of this package."""
    return tuple(csv.DictReader(read_text(f"{name}.csv").splitlines()))


@cache
def read_settings(name: str) -> dict[str, Any]:
    """Return a TOML of this package."""
    return tomllib.loads(read_text(f"{name}.toml"))


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
