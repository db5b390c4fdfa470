"""What a project protects: thresholds, sensitive exit reasons, and what is public already.

Thresholds are `year.toml`'s; which reasons are sensitive is said by the code list of exit reasons,
and which of the four published groups each belongs to by the year's definitions. What the
municipality has published itself is declared in `data/raw/<year>/undtagelser.csv`:
`figure,reason,date,who`, a row a figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError
from socok_analysis.core.lists import DAY, ListError, ListFile, must_be, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import Year, raw_dir
from socok_analysis.disclosure.cells import Rules
from socok_analysis.disclosure.relations import Relation
from socok_analysis.intake.maps import GROUPED, OTHER, Code, Definition, list_names, list_reasons

FILE = "undtagelser.csv"
NEVER_ALONE = frozenset({"criminal", "death", "health", "family"})
GROUPS = (*GROUPED, OTHER)


@dataclass(frozen=True, kw_only=True)
class Exempted:
    """A figure the municipality has published itself, and who decided so, why and when."""

    figure: str = ""
    reason: str = ""
    date: Annotated[date, must_be(DAY, "Linjen har ingen dato som 2020-06-01.")]
    who: str = ""

    def __post_init__(self) -> None:
        if not (self.figure and self.reason and self.who):
            raise ListError("Linjen mangler nøgletal, grund eller navn.", "Udfyld linjen.")


def make_rules(
    year: Year,
    names: Collection[str],
    reasons: Mapping[str, Code],
    definitions: Sequence[Definition],
) -> Rules:
    """Return what a year protects among figures of these names, and what its groups tell."""
    partners = sorted({n.split(".")[1] for n in names if n.startswith("outcomes.")})
    counted = {p: list_members(reasons, definitions, year.year, p) for p in partners}
    never = frozenset(
        name
        for partner, members in counted.items()
        for name in names
        if name.startswith(f"outcomes.{partner}.")
        and name.endswith(tuple(f".exit.{c}" for c in list_never_alone(reasons, members)))
    )
    return Rules(year.threshold, year.job_threshold, never, make_groups(counted))


def list_members(
    reasons: Mapping[str, Code], definitions: Sequence[Definition], year: int, partner: str
) -> dict[str, list[str]]:
    """Return the reasons that each of a partner's rates counts in a year, by the rate."""
    counted = {
        name: set(list_reasons(definitions, name, year, partner, reasons))
        for name in list_names(definitions)
    }
    members: dict[str, list[str]] = {}
    for code in reasons:
        for name in counted:
            if code in counted[name]:
                members.setdefault(name, []).append(code)
    return members


def list_never_alone(
    reasons: Mapping[str, Code], members: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the sensitive reasons: prison, death, health and family.

    A reason that makes up one of the four groups by itself is that group.
    """
    alone = {members[group][0] for group in GROUPS if len(members.get(group, ())) == 1}
    return [c for c, code in reasons.items() if is_sensitive(code) and c not in alone]


def is_sensitive(code: Code) -> bool:
    """Tell whether the code list marks a reason as one that is never shown alone."""
    is_marked = code.extra.get("never_publish_alone") == "ja"
    return is_marked or code.extra.get("sensitive") in NEVER_ALONE


def make_groups(counted: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[Relation, ...]:
    """Return the relation of each partner's rates to the reasons they count."""
    names = dict.fromkeys(name for members in counted.values() for name in members)
    return tuple(
        Relation(
            f"group_{name}",
            f"outcomes.{partner}.{name}",
            tuple(f"outcomes.{partner}.exit.{code}" for code in members[name]),
            "covers",
            "Hvert forløb i gruppen har mindst én af dens årsager.",
        )
        for name in names
        for partner, members in counted.items()
        if name in members
    )


def read_exempted(root: Path, year: int) -> tuple[list[Exempted], list[Problem]]:
    """Return the figures a year declares as public already, and what is wrong with the file."""
    problems: list[Problem] = []
    file = ListFile(raw_dir(root, year) / FILE, "exceptions.file")
    return read_rows(file, Exempted, problems), problems


def check_exempted(exempted: Iterable[Exempted], names: Collection[str]) -> list[Problem]:
    """Return an error for each exception that names no figure of its year."""
    return [
        Problem(
            "error",
            "exceptions.file",
            f"Der er intet nøgletal {each.figure}.{did_you_mean(each.figure, names)}",
            file=FILE,
            advice="Ret navnet, eller slet linjen.",
        )
        for each in exempted
        if each.figure not in names
    ]


def read_declared(root: Path, year: int, names: Collection[str]) -> list[Exempted]:
    """Return a year's declared figures; raise DataError listing what is wrong with the file."""
    exempted, problems = read_exempted(root, year)
    problems += check_exempted(exempted, names)
    if problems:
        raise DataError(f"data/raw/{year}/{FILE} har fejl.", problems)
    return exempted
