"""The page of data quality: what was received, what the checks found, and what it means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from socok_analysis.checks import CHECKS, list_run
from socok_analysis.checks.declaration import find_check
from socok_analysis.checks.deviations import read_deviations
from socok_analysis.core.danish import format_day
from socok_analysis.core.problems import Problem, read_problems
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.run.build import gather_evidence
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import name_value, note_hidden, show_value

STATES = {"error": "fejl", "warning": "skal forklares", "info": "forklaret"}
GOOD, NOT_RUN = "i orden", "ikke udført"
NUMBERS = re.compile(r"\d")
PARTS = ("rows", "set_aside", "passed_over")


def make_received(page: Page) -> Table:
    """Return the rows of each kind of export: used, set aside, passed over."""
    kinds = [kind for kind in KIND_DA if f"intake.{kind}.rows" in page.figures]
    rows = [
        [
            KIND_DA[kind][0].upper() + KIND_DA[kind][1:],
            *(show_value(page, page.figure(f"intake.{kind}.{part}")) for part in PARTS),
        ]
        for kind in kinds
    ]
    header = ["Udtræk", "Brugt", "Sat til side", "Sprunget over"]
    caption = "Rækker i udtrækkene, og hvad der blev af dem"
    return Table("modtaget", caption, header, rows, "lrrr", note_hidden(rows))


def list_absent(page: Page) -> str:
    """Return which exports were not received, and what follows."""
    kinds = [
        name
        for kind, name in KIND_DA.items()
        if f"intake.{kind}.rows" not in page.figures and kind != "facts"
    ]
    if not kinds:
        return "Alle slags udtræk er modtaget."
    return (
        f"Der er ikke modtaget udtræk med {join(kinds)}. De nøgletal, der bygger på dem, "
        "er ikke med i rapporten; de er ikke nul."
    )


def join(words: Iterable[str]) -> str:
    """Return words as "a, b og c"."""
    *most, last = words
    return f"{', '.join(most)} og {last}" if most else last


def make_checks(page: Page) -> Table:
    """Return every check of the year: what should hold, and whether it does."""
    evidence = gather_evidence(page.year.root, page.year.year)
    found = [p for p in read_problems(page.year.processed_dir) if find_check(p.check)]
    was_run = list_run(evidence)
    rows = [
        show_check(name, [p for p in found if is_of(p, name)], name in was_run) for name in CHECKS
    ]
    header = ["Kontrol", "Resultat"]
    return Table("kontroller", "Kontrollerne, og hvad de fandt", header, rows, "ll")


def is_of(problem: Problem, name: str) -> bool:
    """Tell whether a finding is a check's own, or of its family."""
    return problem.check == name or problem.check.startswith(f"{name}.")


def show_check(name: str, found: list[Problem], was_run: bool) -> list[str]:
    """Return a check's title and its worst result."""
    check = find_check(name)
    assert check is not None, f"{name} is declared in checks.csv"
    worst = min((list(STATES).index(p.severity) for p in found), default=None)
    state = (GOOD if was_run else NOT_RUN) if worst is None else list(STATES.values())[worst]
    return [escape(check.title), state]


def make_deviations(page: Page) -> Table | None:
    """Return the accepted deviations with their reasons; nothing where there is none."""
    deviations, _ = read_deviations(page.year.raw_dir)
    rows = []
    for deviation in deviations:
        check = find_check(deviation.check)
        where = name_concern(page, deviation.concerns)
        title = check.title if check else deviation.check
        rows.append(
            [escape(title), where, escape(deviation.reason), format_day(deviation.accepted_on)]
        )
    header = ["Det, der ikke holder", "Hvor", "Hvorfor det er i orden", "Accepteret"]
    caption = "Kendte afvigelser og deres forklaring"
    return Table("afvigelser", caption, header, rows, "llll") if rows else None


def name_concern(page: Page, concerns: str) -> str:
    """Return in words what a finding is about: a figure's label, an enterprise's name."""
    if concerns in page.figures:
        figure = page.figures[concerns]
        names = [page.names[part] for part in concerns.split(".") if part in page.names]
        return escape(": ".join([*names, figure.label]))
    words = {"year.toml": "Rapportens datoer"}
    return escape(page.names.get(concerns, words.get(concerns, concerns)))


def list_findings(page: Page) -> str:
    """Return what the checks found with numbers and rows, in the internal edition only."""
    if page.edition != "internal":
        return ""
    found = [p for p in read_problems(page.year.processed_dir) if find_check(p.check)]
    items = [f"- {show_finding(page, problem)}" for problem in found]
    return "\n".join(["## Fundene med tal og rækker", "", *items]) if items else ""


def show_finding(page: Page, problem: Problem) -> str:
    """Return one finding: where, what, and which figure it is about."""
    place = " › ".join(part for part in (problem.file, problem.sheet, problem.cell) if part)
    text = escape(f"{place}: {problem.message}" if place else problem.message)
    figure = page.figures.get(problem.column) or page.figures.get(guess(page, problem.column))
    return name_value(text, figure) if figure and NUMBERS.search(text) else text


def guess(page: Page, concerns: str) -> str:
    """Return the figure a finding about a partner is nearest to."""
    return f"outcomes.{concerns}.completed" if concerns in page.names else "jobs.total"
