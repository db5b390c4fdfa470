"""Disclosure control: what the public edition may show of small numbers of people.

    chain    what became of a partner's people, as a chain of reports knows it
    attack   how narrowly a protected number is known from all that is shown
    plan     the level on which each result is told
    public   the figures the public edition tells, and why others are not

The internal edition shows everything. docs/disclosure.md tells the method and its sources.
"""

from __future__ import annotations

from typing import Literal

Edition = Literal["public", "internal"]
EDITIONS: tuple[Edition, ...] = ("public", "internal")
