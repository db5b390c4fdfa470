"""Disclosure control: what the public edition may show of small numbers of people.

The internal edition shows everything. docs/disclosure.md tells the method and its sources.
"""

from __future__ import annotations

from typing import Literal

Edition = Literal["public", "internal"]
EDITIONS: tuple[Edition, ...] = ("public", "internal")
