"""The report's tables, each by a name that notebooks use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from socok_analysis.core.danish import format_number, format_share
from socok_analysis.disclosure.protection import join_hidden
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.goals import MEASURED_BY
from socok_analysis.intake.maps import Code, list_codes, read_maps
from socok_analysis.show import activities, partners, registers
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.recommendations import make_recommendations
from socok_analysis.show.scaled import is_whole_year
from socok_analysis.show.status import STATUS_TABLES
from socok_analysis.show.trust import TABLES as TRUST_TABLES
from socok_analysis.show.values import (
    format_both_forms,
    format_figure,
    format_fraction,
    format_interval,
    name_value,
    note_hidden,
    show_value,
    show_values,
)

GROUPS = {
    "success_wide": "Videre i job, uddannelse, støttet job eller undervisning",
    "awaiting": "Afventer afklaring",
    "stopped": "Stoppet pga. massive udfordringer",
    "other": "Andre årsager",
}
NONE_OR_FEW = "–: ingen, eller så få, at tallet ikke vises."
LEFT_OUT = "Årsager uden tal er ikke med."
RATES = {
    "success_wide": "Videre i job, uddannelse, støttet job eller undervisning",
    "success_narrow": "Heraf videre i job, fleksjob eller uddannelse",
    "awaiting": "Afventer afklaring",
    "stopped": "Stoppet pga. massive udfordringer",
}


def make_goals(page: Page) -> Table | None:
    """Return the goals, the actual figures and whether they are met; nothing without goals."""
    labels = {
        "jobs_per_year": "Ansættelser, mål pr. år",
        "jobs_in_strategy": "Ansættelser, hele strategien",
        "enterprises": "Virksomheder og initiativer",
    }
    rows = [
        [
            labels[goal],
            *(
                show_value(page, page.figure(name))
                for name in (f"goals.{goal}", actual, f"goals.{goal}.met")
            ),
        ]
        for goal, actual in MEASURED_BY.items()
        if f"goals.{goal}" in page.figures
    ]
    header = ["Mål for", "Mål", "Resultat", "Nået"]
    return Table("maal", "Mål og resultater", header, rows, "lrrl") if rows else None


def make_years(page: Page) -> Table:
    """Return the main figures of this and earlier reports side by side."""
    years = sorted(page.by_year, reverse=True)
    names = [*MEASURED_BY.values()]
    labels = [
        "Ansættelser i rapportens periode",
        "Ansættelser siden strategiens start",
        "Virksomheder og initiativer",
    ]
    for partner in page.partners():
        names.append(f"outcomes.{partner}.success_wide")
        labels.append(f"{escape(page.name(partner))}: videre efter forløbet")
    rows = [
        [label, *(show_year(page, name, year) for year in years)]
        for label, name in zip(labels, names, strict=True)
    ]
    header = ["Nøgletal", *(f"Rapport {year}" for year in years)]
    caption = "Hovedtal i denne og tidligere rapporter"
    return Table("aar", caption, header, rows, "l" + "r" * len(years), note_hidden(rows))


def show_year(page: Page, name: str, year: int) -> str:
    """Return a year's figure, a rate with its fraction; a dash where it does not exist."""
    figure = page.by_year[year].get(name)
    if figure is None:
        return "–"
    form = format_both_forms if figure.unit == "andel" else format_figure
    return show_value(page, figure, form)


def count_groups(page: Page) -> list[tuple[str, int]]:
    """Return the page's partner's completed courses by what became of them.

    Groups that may not be shown are taken together where their sum follows from the others;
    elsewhere, and where success may not be shown, they are left out. A course with several
    reasons is in each of their groups.
    """
    figures = {name: page.figure(f"outcomes.{page.partner}.{name}") for name in GROUPS}
    completed = page.figure(f"outcomes.{page.partner}.completed")
    may_tell = page.may_show(completed) and page.may_show(figures["success_wide"])
    if not count_completed(page) or not may_tell:
        return []
    counts = {name: figure.numerator or 0 for name, figure in figures.items()}
    hidden = {name for name, figure in figures.items() if not page.may_show(figure)}
    grouped = join_hidden(counts, hidden, count_completed(page))
    return [(join_labels([GROUPS[name] for name in names]), n) for names, n in grouped]


def make_exits(page: Page) -> Table | None:
    """Return the reasons for exit that may be told, in this report and earlier ones.

    A reason is listed only where its number is shown: a row of hidden ones would tell that
    there are some.
    """
    years, prefix = sorted(page.by_year, reverse=True), f"outcomes.{page.partner}.exit."
    shown = {
        (name, year): figure
        for year in years
        for name, figure in page.by_year[year].items()
        if name.startswith(prefix) and figure.value and page.may_show(figure)
    }
    names = [n for n in page.figures if any((n, year) in shown for year in years)]
    rows = [
        [
            escape(page.figure(name).label),
            *(show_value(page, shown[name, y]) if (name, y) in shown else "–" for y in years),
        ]
        for name in names
    ]
    header = ["Afgangsårsag", *(f"Rapport {year}" for year in years)]
    caption = f"Afgangsårsager hos {escape(page.name(page.partner))} siden aftalens start"
    align = "l" + "r" * len(years)
    note = f"{NONE_OR_FEW} {LEFT_OUT}" if any("–" in row for row in rows) else LEFT_OUT
    return Table("afgangsaarsager", caption, header, rows, align, note) if rows else None


def count_completed(page: Page) -> int:
    """Return the page's partner's completed courses."""
    return int(page.figure(f"outcomes.{page.partner}.completed").value or 0)


def join_labels(labels: list[str]) -> str:
    """Return labels as one: "A, b og c"."""
    first, *rest = labels
    lower = [first, *(text[0].lower() + text[1:] for text in rest)]
    return " og ".join([", ".join(lower[:-1]), lower[-1]]) if rest else first


def make_reasons(page: Page) -> Table | None:
    """Return what became of the partner's completed courses; nothing where it may not be told."""
    groups, completed = count_groups(page), count_completed(page)
    if not groups:
        return None
    named = {text: page.figure(f"outcomes.{page.partner}.{name}") for name, text in GROUPS.items()}
    rows = [
        [
            label,
            *(
                name_value(text, *find_parts(label, named))
                for text in (format_number(count), format_share(count / completed))
            ),
        ]
        for label, count in groups
    ]
    whole = page.figure(f"outcomes.{page.partner}.completed")
    note = (
        f"Et forløb kan have flere årsager, så de {show_value(page, whole)} afsluttede forløb "
        "giver mere end 100 %."
        if sum(count for _, count in groups) > completed
        else ""
    )
    caption = f"Hvad der blev af de afsluttede forløb hos {escape(page.name(page.partner))}"
    return Table("aarsager", caption, ["Efter forløbet", "Forløb", "Andel"], rows, "lrr", note)


def find_parts(label: str, named: Mapping[str, Figure]) -> list[Figure]:
    """Return the figures taken together under a joined label, by their own labels."""
    return [figure for text, figure in named.items() if text.casefold() in label.casefold()]


def make_rates(page: Page) -> Table | None:
    """Return the partner's rates since the start and since the last evaluation."""
    if not count_completed(page):
        return None
    prefix = f"outcomes.{page.partner}"
    header = ["Efter forløbet", "Andel", "Forløb", "95 %-interval"]
    forms = (format_figure, format_fraction, format_interval)
    rows = [
        [label, *show_values(page, page.figure(f"{prefix}.{name}"), forms)]
        for name, label in RATES.items()
    ]
    if page.year.previous_evaluation_date:
        header.append("Siden sidste opgørelse")
        for row, name in zip(rows, RATES, strict=True):
            figure = page.figure(f"{prefix}.period.{name}")
            row.append(show_value(page, figure, format_both_forms))
    caption = f"Andele af de afsluttede forløb hos {escape(page.name(page.partner))}"
    align = "l" + "r" * (len(header) - 1)
    return Table("andele", caption, header, rows, align, note_hidden(rows))


def group_job_types(page: Page) -> list[tuple[str, dict[int, int]]]:
    """Return jobcentre jobs by type for this report and the one before, rare types together."""
    years = [year for year in (page.year.year, page.earlier_year) if year]
    codes = list_codes(read_maps(page.year.root, page.year.year).codes["job_types"])
    counts = {code: {y: count_jobs(page, code, y) for y in years} for code in codes}
    used = {code: by_year for code, by_year in counts.items() if any(by_year.values())}
    is_rare = {code for code in used if not all(may_show_type(page, code, y) for y in years)}
    if len(is_rare) == 1:
        is_rare |= set(sorted(used.keys() - is_rare, key=lambda c: sum(used[c].values()))[:1])
    shown = [(codes[code].label, n) for code, n in used.items() if code not in is_rare]
    return shown + join_rare(
        [used[code] for code in used if code in is_rare],
        [codes[code] for code in used if code in is_rare],
    )


def may_show_type(page: Page, code: str, year: int) -> bool:
    """Tell whether a year's jobs of one type may be shown; true where they are not counted."""
    figure = page.by_year[year].get(f"jobs.type.{code}")
    return figure is None or page.may_show(figure)


def count_jobs(page: Page, code: str, year: int) -> int:
    """Return a year's jobcentre jobs of one type."""
    figure = page.by_year[year].get(f"jobs.type.{code}")
    return figure.value if figure and isinstance(figure.value, int) else 0


def join_rare(counts: list[dict[int, int]], codes: list[Code]) -> list[tuple[str, dict[int, int]]]:
    """Return the rare types as one."""
    if not counts:
        return []
    label = join_labels([code.label for code in codes])
    return [(label, {year: sum(c[year] for c in counts) for year in counts[0]})]


def make_job_types(page: Page) -> Table:
    """Return jobcentre jobs by type, in this report and the one before."""
    groups = group_job_types(page)
    years = list(groups[0][1]) if groups else [page.year.year]
    named = {year: name_job_types(page, year) for year in years}
    rows = [
        [
            escape(label),
            *(
                name_value(format_number(counts[year]), *find_parts(label, named[year]))
                for year in years
            ),
        ]
        for label, counts in groups
    ]
    sums = [show_value(page, page.by_year[year]["jobs.jobcentre"]) for year in years]
    rows.append(["I alt", *sums])
    header = ["Form", *(f"Rapport {year}" for year in years)]
    caption = "Ansættelser gennem jobcentret efter form"
    return Table("jobformer", caption, header, rows, "l" + "r" * len(years))


def name_job_types(page: Page, year: int) -> Mapping[str, Figure]:
    """Return a year's jobcentre jobs by type, by the types' labels."""
    prefix, figures = "jobs.type.", page.by_year[year]
    return {f.label: f for name, f in figures.items() if name.startswith(prefix) and f.label}


def make_channels(page: Page) -> Table:
    """Return jobs by channel in this and earlier reports."""
    years = sorted(page.by_year, reverse=True)
    codes = list_codes(read_maps(page.year.root, page.year.year).codes["channels"])
    labels = {
        "jobs.jobcentre": "Gennem jobcentret",
        "jobs.other": "Opslag, netværk og uopfordrede ansøgninger",
        **{
            f"jobs.channel.{code}": f"Heraf: {entry.label}"
            for code, entry in codes.items()
            if entry.extra["channel_group"] != "jobcentre"
        },
        "jobs.total": "I alt",
    }
    if not all(is_whole_year(page, year) for year in years):
        labels["jobs.total_per_12_months"] = "Omregnet til tolv måneder"
    rows = [[label, *(show_year(page, name, y) for y in years)] for name, label in labels.items()]
    header = ["Vej til jobbet", *(f"Rapport {year}" for year in years)]
    caption = "Ansættelser efter vej til jobbet"
    return Table("kanaler", caption, header, rows, "l" + "r" * len(years), note_hidden(rows))


def make_other_types(page: Page) -> Table | None:
    """Return the jobs in other ways than through the jobcentre by type, in all reports."""
    years = sorted(page.by_year, reverse=True)
    codes = list_codes(read_maps(page.year.root, page.year.year).codes["job_types"])
    named = {f"jobs.other_type.{code}": entry.label for code, entry in codes.items()}
    used = [n for n in named if any(f and f.value for f in (page.by_year[y].get(n) for y in years))]
    labels = {**{name: named[name] for name in used}, "jobs.other": "I alt"}
    rows = [[label, *(show_year(page, name, y) for y in years)] for name, label in labels.items()]
    header = ["Form", *(f"Rapport {year}" for year in years)]
    caption = "Ansættelser ad andre veje efter form"
    align = "l" + "r" * len(years)
    return Table("andreformer", caption, header, rows, align, note_hidden(rows)) if used else None


TABLES: dict[str, Callable[[Page], Table | None]] = {
    "goals": make_goals,
    "years": make_years,
    "reasons": make_reasons,
    "rates": make_rates,
    "job_types": make_job_types,
    "channels": make_channels,
    "other_types": make_other_types,
    "exits": make_exits,
    "places": partners.make_places,
    "occupancy": partners.make_occupancy,
    "plans": partners.make_plans,
    "followup": partners.make_followup,
    "veterans": partners.make_veterans,
    "terms": partners.make_terms,
    "enterprises": registers.make_register,
    "volunteers": registers.make_volunteers,
    "registered": registers.make_registered,
    "agreements": registers.make_agreements,
    "registrations": activities.make_registrations,
    "new_agreements": activities.make_new_agreements,
    "meetings": activities.make_meetings,
    "recipients": activities.make_recipients,
    "givers": activities.make_givers,
    "jobs_over_time": activities.make_jobs_over_time,
    "progression": activities.make_progression,
    "recommendations": make_recommendations,
    **STATUS_TABLES,
    **TRUST_TABLES,
}
