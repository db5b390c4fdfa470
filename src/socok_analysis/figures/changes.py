"""What changed between two reports that no row shows: definitions, and which reasons they count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.intake.maps import choose, find_breaks, list_names, list_reasons


@dataclass(frozen=True)
class DefinitionChange:
    """A rate whose definition is another in the later report. Blank `partner` is all of them."""

    definition: str
    label: str
    partner: str
    is_comparable: bool
    text: str


def list_definition_changes(old: Evidence, new: Evidence) -> list[DefinitionChange]:
    """Return the declared breaks, then the rates that count other reasons than before."""
    declared = find_breaks(new.maps.definitions, old.year.year, new.year.year)
    return [
        *(DefinitionChange(b.definition, b.label, b.partner, False, b.reason) for b in declared),
        *list_code_changes(old, new),
    ]


def list_code_changes(old: Evidence, new: Evidence) -> Iterator[DefinitionChange]:
    """Yield the rates for which an exit reason was opened or closed between the evaluations."""
    for name in list_names(new.maps.definitions):
        then, now = list_valid(name, old), list_valid(name, new)
        definition = choose(new.maps.definitions, name, new.year.year)
        parts = {"tæller nu også": now - then, "tæller ikke længere": then - now}
        texts = [
            f"{words} ”{'” og ”'.join(sorted(labels))}”"
            for words, labels in parts.items()
            if labels
        ]
        if texts and definition:
            text = " og ".join(texts)
            text = f"{text[0].upper()}{text[1:]}."
            yield DefinitionChange(name, definition.label, "", True, text)


def list_valid(name: str, evidence: Evidence) -> set[str]:
    """Return the labels of the reasons a rate counts that are valid on the evaluation date."""
    reasons = list_exit_reasons(evidence.maps)
    codes = list_reasons(evidence.maps.definitions, name, evidence.year.year, "", reasons)
    day = evidence.year.evaluation_date
    return {reasons[code].label for code in codes if reasons[code].is_valid(day)}
