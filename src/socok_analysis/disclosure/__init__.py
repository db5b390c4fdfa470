"""Disclosure control: what the public edition may show of small numbers of people.

    rules       what a project protects: thresholds, sensitive reasons, what is public already
    cells       everything published as cells of whole numbers, and what an attacker knows of them
    bounds      how narrowly a cell can be bounded from what is known
    plan        which figures are not shown, so that no protected cell can be bounded too narrowly
    protection  the plan as a table beside the figures, what pages ask it, and the attack

The internal edition shows everything. docs/disclosure.md tells the methods and why.
"""

from __future__ import annotations

from typing import Literal

Edition = Literal["public", "internal"]
EDITIONS: tuple[Edition, ...] = ("public", "internal")
HIDDEN = "[c]"
