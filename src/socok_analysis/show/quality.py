"""The page of data quality: what was received, what the checks found, and what it means."""

from __future__ import annotations

import re

from socok_analysis.checks import CHECKS, list_run
from socok_analysis.checks.declaration import find_check
from socok_analysis.core.danish import format_day
from socok_analysis.core.problems import Problem
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import join_words, name_value, note_hidden, show_value

STATES = {"error": "fejl", "warning": "skal forklares", "info": "forklaret"}
GOOD, NOT_RUN = "i orden", "ikke udført"
NUMBERS = re.compile(r"\d")


def make_received(page: Page) -> Table:
    """Return the rows of each kind of export: used, set aside, passed over."""
    rows = []
    for kind, name in KIND_DA.items():
        if f"intake.{kind}.rows" in page.figures:
            parts = (f"intake.{kind}.{part}" for part in ("rows", "set_aside", "passed_over"))
            shown = (show_value(page, page.figure(part)) for part in parts)
            rows.append([name[0].upper() + name[1:], *shown])
    header = ["Udtræk", "Brugt", "Sat til side", "Sprunget over"]
    caption = "Rækker i udtrækkene, og hvad der blev af dem"
    return Table("modtaget", caption, header, rows, "lrrr", note_hidden(rows))


def list_absent(page: Page) -> str:
    """Return which exports were not received, and what follows."""
    known = {kind: name for kind, name in KIND_DA.items() if kind != "facts"}
    kinds = [name for kind, name in known.items() if f"intake.{kind}.rows" not in page.figures]
    if not kinds:
        return "Alle slags udtræk er modtaget."
    return (
        f"Der er ikke modtaget udtræk med {join_words(kinds)}. De nøgletal, der bygger på dem, "
        "er ikke med i rapporten; de er ikke nul."
    )


def make_checks(page: Page) -> Table:
    """Return every check of the year: what should hold, and the worst that was found."""
    was_run, states, rows = list_run(page.proof), list(STATES), []
    for name in CHECKS:
        check = find_check(name)
        assert check is not None, f"{name} is declared in checks.csv"
        own = [p for p in page.problems if f"{p.check}.".startswith(f"{name}.")]
        worst = min((states.index(p.severity) for p in own if find_check(p.check)), default=None)
        unfound = GOOD if name in was_run else NOT_RUN
        rows.append([escape(check.title), unfound if worst is None else STATES[states[worst]]])
    caption = "Kontrollerne, og hvad de fandt"
    return Table("kontroller", caption, ["Kontrol", "Resultat"], rows, "ll")


def make_deviations(page: Page) -> Table | None:
    """Return the accepted deviations with their reasons; nothing where there is none."""
    rows = []
    for deviation in page.deviations:
        check, concerns = find_check(deviation.check), deviation.concerns
        title = check.title if check else deviation.check
        words = {"year.toml": "Rapportens datoer"} | page.names
        where = words.get(concerns, concerns)
        if concerns in page.figures:
            names = [page.names[part] for part in concerns.split(".") if part in page.names]
            where = ": ".join([*names, page.figures[concerns].label])
        day = format_day(deviation.accepted_on)
        rows.append([escape(title), escape(where), escape(deviation.reason), day])
    header = ["Det, der ikke holder", "Hvor", "Hvorfor det er i orden", "Accepteret"]
    caption = "Kendte afvigelser og deres forklaring"
    return Table("afvigelser", caption, header, rows, "llll") if rows else None


def list_findings(page: Page) -> str:
    """Return what the checks found with numbers and rows, in the internal edition only."""
    found = [p for p in page.problems if find_check(p.check)]
    if page.edition != "internal" or not found:
        return ""
    items = (f"- {_show_finding(page, problem)}" for problem in found)
    return "\n".join(["## Fundene med tal og rækker", "", *items])


def _show_finding(page: Page, problem: Problem) -> str:
    """Return one finding: where, what, and the figure it is about or is nearest to."""
    place = " › ".join(part for part in (problem.file, problem.sheet, problem.cell) if part)
    text = escape(f"{place}: {problem.message}" if place else problem.message)
    concerns = problem.column
    near = f"outcomes.{concerns}.completed" if concerns in page.names else "jobs.total"
    figure = page.figures.get(concerns) or page.figures.get(near)
    return name_value(text, figure) if figure and NUMBERS.search(text) else text
