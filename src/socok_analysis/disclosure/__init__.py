"""Disclosure control: what the public edition may show of small numbers of people.

    subjects    what each figure counts, and which threshold applies
    cells       everything published as cells of whole numbers, and what an attacker knows of them
    bounds      how narrowly a cell can be bounded from what is known
    plan        which figures are not shown, so that no protected cell can be bounded too narrowly
    audit       the attack: what follows from all that is shown
    protection  the plan as a table beside the figures, and what pages ask it

The internal edition shows everything. docs/disclosure.md tells the methods and why.
"""

from __future__ import annotations

from typing import Literal

Edition = Literal["public", "internal"]
EDITIONS: tuple[Edition, ...] = ("public", "internal")
HIDDEN = "[c]"
