"""What figures are called where they stand among others: whom, what and when they are about."""

from __future__ import annotations

from datetime import date

from socok_analysis.core.danish import shorten_month
from socok_analysis.figures.figure import Figure, Meaning, read_meanings
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.show.page import Page
from socok_analysis.show.series import MONTH

OTHERS_DA = {"unknown": "ikke oplyst", "unused": "ark uden kendte overskrifter"}


def find_meaning(figure: Figure) -> Meaning:
    """Return what a figure means: the first declared pattern its name fits."""
    return next(meaning for meaning in read_meanings() if meaning.fits(figure.figure))


def split_name(page: Page, meaning: Meaning, figure: Figure) -> tuple[str, str]:
    """Return what tells a figure from the others of its definition, names instead of ids.

    First what several of them share (the partner), then what is its own. A label that says both,
    as stated facts have, is divided at its first colon.
    """
    pairs = zip(meaning.pattern, figure.figure.split("."), strict=True)
    parts = [name_part(page, part) for hole, part in pairs if hole == "*"]
    if ": " in figure.label and figure.label != meaning.label:
        first, _, own = figure.label.partition(": ")
        return first, own
    if not parts:
        return "", ""
    if len(parts) > 1 and {*parts} <= {*page.names.values()}:
        return "", " mod ".join(parts)
    own = parts[-1] if figure.label in ("", meaning.label) else figure.label
    return ", ".join(parts[:-1]), own


def tell_apart(page: Page, figure: Figure) -> str:
    """Return what a figure's label does not say of whom or when it is about: "Sumak, 2018".

    One that is a kind of something is told from others by that: "Ansættelser ad andre veje".
    """
    meaning = find_meaning(figure)
    parts = [part for part in split_name(page, meaning, figure) if part not in figure.label]
    is_kind = not parts and figure.label != meaning.label and ": " not in figure.label
    return meaning.label if is_kind else ", ".join(parts)


def name_part(page: Page, part: str) -> str:
    """Return a part of a figure's name as readers know it: an enterprise, an export, a month."""
    if MONTH.fullmatch(part):
        return shorten_month(date.fromisoformat(f"{part}-01"))
    return page.names.get(part) or KIND_DA.get(part) or OTHERS_DA.get(part, part)
