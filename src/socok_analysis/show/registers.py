"""The registers as tables and profiles, and what was done: meetings, grants and progression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from socok_analysis.core.danish import HARD_SPACE, format_day, shorten_month
from socok_analysis.figures.counting import is_true, on_or_before, valid_at, within
from socok_analysis.figures.facts import Fact, list_facts
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import BLUE, INK, ORANGE, TEAL, Axes, Chart
from socok_analysis.show.markdown import Table, escape, lead_in
from socok_analysis.show.page import Page
from socok_analysis.show.text import render_part
from socok_analysis.show.values import (
    format_figure,
    list_shown,
    note_figures,
    note_hidden,
    show_value,
)

if TYPE_CHECKING:
    import pandas as pd

DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
LEAST, MOST = (
    re.compile(rf" \({word}\)$| {word}$|^{age} alder$")
    for word, age in (("fra", "Yngste"), ("til", "Højeste"))
)
HEDGE = re.compile(r" \((ca\.|mere end|op til)\)$")
COLON = re.compile(r"\\?:(?= )")
UNITS_IN_WORDS = ("årstal", "dato", "måned", "tid", "nummer")


def _is_known(value: object) -> bool:
    import pandas as pd

    return not pd.isna(value)  # type: ignore[call-overload]


def _show_known(value: object) -> str:
    return escape(value) if _is_known(value) else ""


def _show_year(day: object, last: date) -> str:
    """Return the year of what happened by a day, "" where it did not."""
    return str(day.year) if isinstance(day, date) and _is_known(day) and day <= last else ""


def _read_active(page: Page, *, volunteers: bool | None = None) -> pd.DataFrame:
    """Return what is active at the period's end by name: the volunteer places, all others, or all.

    æ, ø and å come last, whatever the machine's locale.
    """
    register = page.proof.tables["enterprises"]
    is_active = valid_at(register["active_from"], register["active_to"], page.year.period_end)
    if volunteers is not None:
        is_active &= is_true(register["enterprise_type"] == "frivilligt") == volunteers
    active, danish = register[is_active], str.maketrans("æøå", "{|}")
    order = active["name"].map(lambda name: str(name).casefold().translate(danish))
    return active.iloc[order.argsort(kind="stable")]


def make_register(page: Page, *, volunteers: bool = False) -> Table | None:
    """Return the enterprises and initiatives, or the volunteer places, with their target group."""
    codes, last, rows = page.codes("enterprise_types"), page.year.period_end, []
    for row in _read_active(page, volunteers=volunteers).itertuples(index=False):
        year = _show_year(row.active_from if volunteers else row.registered_on, last)
        kind = f"{escape(codes[str(row.enterprise_type)].label)}{f' ({year})' if year else ''}"
        name = f"[{escape(row.name)}](#{row.enterprise_id})"
        rows.append([name, year if volunteers else kind, _show_known(row.target_group)])
    if volunteers:
        header = ["Sted", "Siden", "Målgruppe"]
        return Table("frivillige", "Frivillige steder", header, rows, "lrl") if rows else None
    header, note = ["Navn", "Type", "Målgruppe"], "Årstallet er året for registrering."
    return Table("virksomheder", "Virksomheder og initiativer", header, rows, "lll", note)


def make_registered(page: Page) -> Table | None:
    """Return the registered enterprises with the year they registered, newest first."""
    register, day = _read_active(page), page.year.period_end
    is_held = ~on_or_before(register["deregistered_on"], day)
    registered = register[on_or_before(register["registered_on"], day) & is_held]
    cells = registered[["name", "registered_on"]].to_numpy().tolist()
    rows = [[escape(name), str(day.year)] for name, day in cells]
    rows.sort(key=lambda row: row[1], reverse=True)
    caption = "Registrerede socialøkonomiske virksomheder"
    return Table("registrerede", caption, ["Navn", "Registreret"], rows, "lr") if rows else None


def make_registrations(page: Page) -> Table:
    """Return how many of the registered enterprises registered in each year."""
    prefix = "enterprises.registered_in."
    years = sorted(name.removeprefix(prefix) for name in page.figures if name.startswith(prefix))
    rows = [[year, show_value(page, page.figure(f"{prefix}{year}"))] for year in years]
    rows.append(["I alt", show_value(page, page.figure("enterprises.registered"))])
    caption = "Registrerede socialøkonomiske virksomheder efter år"
    return Table("registreringer", caption, ["År", "Registreret"], rows, "lr")


def make_agreements(page: Page, *, new: bool = False) -> Table | None:
    """Return the agreements that hold on the evaluation day, oldest first, or the new of them."""
    agreements, year = page.proof.tables["agreements"], page.year
    starts, day = agreements["starts_on"], year.evaluation_date
    is_listed = on_or_before(starts, day) & valid_at(starts, agreements["ends_on"], day)
    anchor, caption, kind = "aftaler", "Samarbejdsaftaler om forløb", "held"
    words = ("Aftaler", "pladser", "ekstra pladser")
    if new:
        is_listed &= within(starts, year.period_start, year.period_end)
        anchor, caption, kind = "nyeaftaler", "Nye samarbejdsaftaler i perioden", "new"
        words = ("Nye aftaler", "pladser", "ekstra pladser efter behov")
    columns, rows = ["starts_on", "enterprise_id", "target_group"], []
    cells = agreements[is_listed].sort_values(columns[:2])[columns].to_numpy(dtype=object)
    for start, partner, group in cells.tolist():
        name, places = escape(page.name(partner)), _show_places(page, partner)
        rows.append([name, str(start.year), places, _show_known(group)])
    names = (f"agreements.{kind}{what}" for what in ("", "_places", "_extra_places"))
    note = note_figures(page, dict(zip(names, words, strict=True)))
    header = ["Partner", "Siden", "Pladser", "Målgruppe"]
    return Table(anchor, caption, header, rows, "lrrl", note) if rows else None


def _show_places(page: Page, partner: str) -> str:
    places, extra = (page.figure(f"agreements.{partner}.{n}") for n in ("places", "extra_places"))
    more = f" + {show_value(page, extra)}" if extra.value else ""
    return show_value(page, places) + more


# Profiles


def show_profiles(page: Page, *, volunteers: bool) -> str:
    """Return the profiles of the volunteer places, or of all others, by name."""
    facts: dict[str, list[Fact]] = {}
    read = {kind: page.read(kind) for kind in ("facts", "enterprises")}
    for fact in list_facts({kind: table for kind, table in read.items() if table is not None}):
        facts.setdefault(fact.owner, []).append(fact)
    types, profiles = page.codes("enterprise_types"), []
    for row in _read_active(page, volunteers=volunteers).itertuples(index=False):
        enterprise, name = str(row.enterprise_id), f"virksomheder/{row.enterprise_id}"
        has_places = f"agreements.{enterprise}.places" in page.figures
        granted = page.figures.get(f"grants.recipient.{enterprise}")
        is_told = granted and granted.value is not None
        amount = f"{show_value(page, granted)}{HARD_SPACE}kr\\." if granted and is_told else ""
        details = [
            ("Type", escape(types[str(row.enterprise_type)].label)),
            ("Registreret", _show_year(row.registered_on, page.year.period_end)),
            ("Målgruppe", _show_known(row.target_group)),
            ("Samarbejdsaftale, pladser", _show_places(page, enterprise) if has_places else ""),
            ("Bevilget i perioden", amount),
            *show_facts(page, facts.get(enterprise, [])),
        ]
        # A colon within a label becomes a comma: the one before the text is the only one.
        items = "\n".join(f"- {COLON.sub(',', label)}: {text}" for label, text in details if text)
        blocks = [
            f"### {escape(row.name)} {{#{enterprise}}}",
            render_part(page, name, "Om"),
            f"::: {{.facts}}\n{items}\n:::",
        ]
        for head, year in (("I år", page.year.year), ("Næste år", page.year.year + 1)):
            text = render_part(page, name, head)
            blocks.append(lead_in(f"Fokus i {year}:", text) if text else "")
        profiles.append("\n\n".join(filter(None, blocks)))
    return "\n\n".join([*profiles, note_hidden([profiles])]).strip()


def show_facts(page: Page, facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """Yield facts as label and text: a least and a most that follow each other as one span."""
    rest = list(facts)
    while rest:
        fact, *rest = rest
        name, text = HEDGE.sub("", fact.fact), _show_fact(page, fact)
        if rest and (rest[0].unit, rest[0].as_of) == (fact.unit, fact.as_of):
            first, last = LEAST.sub("", fact.fact), MOST.sub("", rest[0].fact)
            if first == last and first != fact.fact and last != rest[0].fact:
                name = first or "Alder"
                text = f"{_show_number(page, fact)}–{_show_fact(page, rest.pop(0))}"
        yield escape(name), text


def _show_fact(page: Page, fact: Fact) -> str:
    """Return a fact's value with its time, and its unit where no word says it."""
    hedge, unit = HEDGE.search(fact.fact), fact.unit.casefold()
    is_said = unit in ("", *UNITS_IN_WORDS) or unit in fact.fact.casefold()
    before = f"{escape(hedge[1])} " if hedge else ""
    after = "" if is_said else f" {escape(fact.unit)}"
    when = f" ({_show_plain(fact.as_of)})" if fact.as_of else ""
    return f"{before}{_show_number(page, fact)}{after}{when}"


def _show_number(page: Page, fact: Fact) -> str:
    figure = page.figures.get(fact.figure) if fact.number is not None else None
    return show_value(page, figure) if figure else _show_plain(fact.value)


def _show_plain(value: str) -> str:
    """Return a stated value as text; a date in words."""
    match = DAY.fullmatch(value)
    if not match:
        return escape(value)
    day, month, year = map(int, match.groups())
    return format_day(date(year, month, day))


def _read_period(page: Page, table: str, column: str) -> pd.DataFrame | None:
    """Return a table's rows of the report's period by day; None where there are none."""
    rows = page.read(table)
    if rows is None:
        return None
    is_recent = within(rows[column], page.year.period_start, page.year.period_end)
    recent = rows[is_recent].sort_values(column, kind="stable")
    return recent if len(recent) else None


def make_meetings(page: Page) -> Table | None:
    """Return the network's meetings of the period with status, topic and participants."""
    meetings = _read_period(page, "meetings", "held_on")
    if meetings is None:
        return None
    codes, columns = page.codes("meeting_statuses"), ["held_on", "topic", "status"]
    rows = [
        [format_day(day), _show_known(topic), escape(codes[status].label)]
        for day, topic, status in meetings[columns].astype(object).to_numpy().tolist()
    ]
    labels = {
        "network.participants": "Deltagere i alt i de holdte møder",
        "network.participants_per_meeting": "i gennemsnit pr. møde",
    }
    header, note = ["Dato", "Emne", "Status"], note_figures(page, labels)
    return Table("moeder", "Møder i socialøkonomisk netværk", header, rows, "lll", note)


def make_recipients(page: Page) -> Table | None:
    """Return what each recipient was granted, the largest sum first."""
    prefix, shown = "grants.recipient.", []
    for name in page.figures:
        if name.startswith(prefix) and name.count(".") == 2:
            shown.append((escape(page.name(name.removeprefix(prefix))), name, f"{name}.count"))
    if not shown:
        return None
    shown.sort(key=lambda row: -(page.figures[row[1]].value or 0))
    rows = []
    for label, total, count in (*shown, ("I alt", "grants.total", "grants.count")):
        is_told = page.figure(total).value is not None
        form = format_figure if is_told else lambda _: "Ikke oplyst"
        amount = show_value(page, page.figure(total), form)
        rows.append([label, amount, show_value(page, page.figure(count))])
    note = note_figures(page, {"grants.without_amount": "Bevillinger uden oplyst beløb"})
    header = ["Modtager", "Kr.", "Bevillinger"]
    return Table("midler", "Bevilget efter modtager", header, rows, "lrr", note)


def make_givers(page: Page) -> Table | None:
    """Return the grants of the period: recipient, giver, kind of giver and purpose."""
    grants = _read_period(page, "grants", "granted_on")
    if grants is None:
        return None
    codes, rows = page.codes("grant_kinds"), []
    columns = ["enterprise_id", "giver", "grant_kind", "purpose"]
    cells = grants.sort_values(columns[:2])[columns].astype(object).to_numpy().tolist()
    for recipient, giver, code, purpose in cells:
        kind = codes[code].label if _is_known(code) else ""
        rows.append([*map(escape, (page.name(recipient), giver, kind)), _show_known(purpose)])
    header = ["Modtager", "Giver", "Slags", "Formål"]
    note = note_figures(page, {f"grants.kind.{code}": entry.label for code, entry in codes.items()})
    said = f"Bevillinger efter slags. {note}" if note else ""
    return Table("givere", "Givere og formål", header, rows, "llll", said)


def make_progression(page: Page) -> Table | None:
    """Return the mean effective hours then and now; nothing where too few were measured."""
    people = page.figures.get("progression.people")
    if people is None or not people.value or not page.may_show(people):
        return None
    rows = [
        [label, show_value(page, page.figure(f"progression.{name}.effective_hours"))]
        for name, label in (("first", "Første måling"), ("last", "Seneste måling"))
    ]
    note = note_figures(page, {"progression.people": "Personer med mindst to målinger"})
    header = ["Måling", "Effektive timer om ugen"]
    caption = "Effektive timer om ugen, gennemsnit"
    return Table("progression", caption, header, rows, "lr", f"{note} {note_hidden(rows)}".strip())


def chart_progression(page: Page) -> Chart | None:
    """Return the effective hours of each case that may be shown as steps, oldest first."""
    cases: dict[str, list[Figure]] = {}
    for name in sorted(page.figures):
        if name.startswith("progression.case.") and name.endswith(".effective_hours"):
            cases.setdefault(name.split(".")[2], []).append(page.figures[name])
    cases = {n: own for n, own in cases.items() if len(list_shown(page, own)) == len(own) > 1}
    if not cases:
        return None
    parts = []
    for number, own in cases.items():
        told = (f"{format_figure(f)} den {format_day(f.period_end)}" for f in own if f.period_end)
        parts.append(f"Sag {number}: {', '.join(told)}")
    number, own = next(iter(cases.items()))
    first, last = format_figure(own[0]), format_figure(own[-1])
    caption = f"Fra {first} til {last} effektive timer om ugen i sag {number}"
    alt = f"Trappelinje over effektive timer om ugen. {'; '.join(parts)}."
    named = tuple(figure for figures in cases.values() for figure in figures)
    return Chart("progression", caption, alt, 2.6, partial(_draw_cases, cases), named)


def _draw_cases(cases: dict[str, list[Figure]], axes: Axes) -> None:
    """Draw a step line a case, each step labelled with its hours."""
    colours, near = (BLUE, ORANGE, TEAL) * len(cases), {"textcoords": "offset points"}
    for (number, own), colour in zip(cases.items(), colours, strict=False):
        steps, values = [f.period_end for f in own], [float(f.value or 0) for f in own]
        axes.step(steps, values, where="post", color=colour, marker="o", markersize=6)
        for figure, step in zip(own, zip(steps, values, strict=True), strict=True):
            axes.annotate(format_figure(figure), step, (0, 6), ha="center", color=INK, **near)
        end = (steps[-1], values[-1])
        axes.annotate(f"Sag {number}", end, (0, -14), ha="right", color=colour, **near)
    figures = [figure for own in cases.values() for figure in own]
    days = [figure.period_end for figure in figures if figure.period_end]
    ends = sorted({min(days), max(days)})
    axes.set_xticks(ends, [shorten_month(day) for day in ends])
    axes.set_ylim(0, max(float(figure.value or 0) for figure in figures) * 1.2)
    axes.margins(x=0.12)
    axes.grid(axis="y")
    axes.grid(visible=False, axis="x")
