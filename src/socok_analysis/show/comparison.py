"""Partners beside each other, by definitions that count the same at all: never a ranking.

The chart is of their differences, pairs in the order of their names, or from five partners a
funnel that shows which shares chance explains (Spiegelhalter 2005).
"""

from __future__ import annotations

from functools import partial
from math import sqrt

from socok_analysis.checks.declaration import read_checks
from socok_analysis.core.danish import MINUS, format_number, format_points, format_share
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import choose, find_breaks, list_names
from socok_analysis.show.drawing import BLUE, DASHED, GREY, INK, QUARTERS, Axes, Chart, wrap
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_counted,
    format_interval,
    list_differences,
    note_hidden,
    show_difference,
    show_value,
)

RATE = "success_narrow"
FEW_NOTE = "Tallene er små: under {few} forløb hos mindst én partner, så intervallerne er brede."
MOST_PAIRED = 4
LIMITS = {"95 %": 1.96, "99,8 %": 3.09}
STEPS = 100


def make_definition_list(page: Page) -> Table:
    """Return each rate's definition, and whether partners may be compared by it."""
    definitions, rows = page.proof.maps.definitions, []
    for name in list_names(definitions):
        definition = choose(definitions, name, page.year.year)
        if definition:
            is_compared = "ja" if definition.is_compared else "nej"
            rows.append([escape(definition.label), escape(definition.reason), is_compared])
    header = ["Andel", "Hvad der tæller", "Partnere kan sammenlignes"]
    return Table("definitionsliste", "Andelene og deres definitioner", header, rows, "lll")


def tell_breaks(page: Page) -> str:
    """Return a callout for each rate of the page's partner whose series is broken."""
    first, last = min(page.by_year), page.year.year
    breaks = find_breaks(page.proof.maps.definitions, first, last, page.partner)
    told = (f"## Serien er brudt: {escape(b.label)}\n\n{escape(b.reason)}" for b in breaks)
    return "\n\n".join(f"::: {{.callout-warning}}\n{text}\n:::" for text in told)


def make_comparison(page: Page) -> Table | None:
    """Return the partners' rates by the common definition: of all, the decided, the period."""
    forms = {
        RATE: "Af alle afsluttede",
        f"resolved.{RATE}": "Af de afgjorte",
        f"period.{RATE}": "Siden sidste opgørelse",
    }
    rows, sizes = [], []
    for partner in page.partners():
        rates = [page.figures.get(f"outcomes.{partner}.{form}") for form in forms]
        shown = (show_value(page, rate, format_counted) for rate in rates)
        rows.append([escape(page.name(partner)), *shown])
        sizes += [rates[0].denominator] if rates[0] else []
    few = read_checks()["compare.few"].limit
    is_few = any(size and size < few for size in sizes)
    few_note = FEW_NOTE.format(few=format_number(few)) if is_few else ""
    note = " ".join(filter(None, [note_hidden(rows), few_note]))
    caption = "Videre i job, fleksjob eller uddannelse, efter samme definition"
    header = ["Partner", *forms.values()]
    return Table("sammenligning", caption, header, rows, "lrrr", note) if rows else None


def make_differences(page: Page) -> Table | None:
    """Return the difference between each pair of partners, with interval and p-value."""
    rows = []
    for name, figure in list_differences(page, "compare."):
        decided = " (af de afgjorte)" if ".resolved." in name else ""
        label = escape(f"{' mod '.join(map(page.name, name.split('.')[1:3]))}{decided}")
        rows.append([label, *show_difference(page, figure)])
    header = ["Partnere", "Forskel", "95 %-interval", "p"]
    caption = "Forskellen mellem partnerne i procentpoint"
    return Table("forskel", caption, header, rows, "lrrr", note_hidden(rows)) if rows else None


def chart_comparison(page: Page) -> Chart | None:
    """Return the partners' chart: nothing where fewer than two may be shown."""
    rates = ((page.name(p), page.figures.get(f"outcomes.{p}.{RATE}")) for p in page.partners())
    shown = [(name, f) for name, f in rates if f and f.denominator and page.may_show(f)]
    return _chart_funnel(shown) if len(shown) > MOST_PAIRED else _chart_differences(page)


def _chart_differences(page: Page) -> Chart | None:
    """Return the difference of each pair of partners with its interval, beside no difference."""
    pairs, told = [], []
    for name, figure in list_differences(page, "compare."):
        _, *ids, form = name.split(".")
        if len(ids) == 2 and form == RATE and page.may_show(figure):
            pair, value = " minus ".join(map(page.name, ids)), float(figure.value or 0)
            pairs.append((pair, figure))
            told.append(f"{pair}: {format_points(value)} procentpoint ({format_interval(figure)})")
    if not pairs:
        return None
    is_clear = all((f.low or 0) > 0 or (f.high or 0) < 0 for _, f in pairs)
    caption = "Forskellen i andelen videre i job, fleksjob eller uddannelse " + (
        "er ikke tilfældig" if is_clear else "kan være tilfældig"
    )
    alt = f"Forskelle mellem partnere med 95\u00a0%-intervaller. {'; '.join(told)}."

    def draw(axes: Axes) -> None:
        for place, (_, figure) in enumerate(pairs[::-1]):
            line = {"color": GREY, "linewidth": 4, "solid_capstyle": "round"}
            axes.plot([figure.low, figure.high], [place, place], **line)
            axes.plot(figure.value, place, "o", color=BLUE, markersize=9)
        axes.axvline(0, color=INK, linewidth=1, linestyle=DASHED)
        axes.set_yticks(range(len(pairs)), [wrap(name, 14) for name, _ in pairs[::-1]])
        axes.set_ylim(-0.6, len(pairs) - 0.4)
        signs = [f"{MINUS}40", f"{MINUS}20", "0", "+20", "+40"]
        axes.set_xticks([-0.4, -0.2, 0, 0.2, 0.4], signs)
        axes.set_xlabel("procentpoint")

    height, figures = 0.6 * len(pairs) + 0.9, tuple(figure for _, figure in pairs)
    return Chart("forskelle", caption, alt, height, draw, figures, "#tbl-forskel")


def _chart_funnel(rates: list[tuple[str, Figure]]) -> Chart:
    """Return each partner's share by its number of courses, within the limits of chance."""
    cases = sum(figure.numerator or 0 for _, figure in rates)
    mean = cases / sum(figure.denominator or 0 for _, figure in rates)
    outside, told = [], []
    for name, figure in rates:
        spread = max(LIMITS.values()) * sqrt(mean * (1 - mean) / (figure.denominator or 1))
        outside += [name] if abs(float(figure.value or 0) - mean) > spread else []
        told.append(f"{name}: {format_counted(figure)}")
    caption = "Partnernes andele ligger inden for det, tilfældet forklarer"
    if outside:
        names = escape(", ".join(outside))
        caption = f"{names}: andelen ligger uden for det, tilfældet forklarer"
    about = f"Tragtdiagram over partnernes andele om gennemsnittet {format_share(mean)}."
    figures, draw = tuple(figure for _, figure in rates), partial(_draw_funnel, rates, mean)
    alt = f"{about} {'; '.join(told)}."
    return Chart("tragt", caption, alt, 3.6, draw, figures, "#tbl-sammenligning")


def _draw_funnel(rates: list[tuple[str, Figure]], mean: float, axes: Axes) -> None:
    """Draw shares by size with the mean and both limits, names beside the dots."""
    most = max(figure.denominator or 1 for _, figure in rates) * 1.15
    sizes = [most * step / STEPS for step in range(2, STEPS + 1)]
    for z in LIMITS.values():
        spread = [z * sqrt(mean * (1 - mean) / size) for size in sizes]
        for sign in (-1, 1):
            limit = [min(max(mean + sign * s, 0), 1) for s in spread]
            axes.plot(sizes, limit, color=GREY, linewidth=1.4)
    axes.axhline(mean, color=INK, linewidth=1, linestyle=DASHED)
    for name, figure in rates:
        place = (figure.denominator, figure.value)
        axes.plot(*place, "o", color=BLUE, markersize=8)
        axes.annotate(name, place, xytext=(6, 4), textcoords="offset points")
    axes.set_ylim(0, 1)
    axes.set_xlim(0, most)
    axes.set_yticks(QUARTERS, [format_share(tick, 0) for tick in QUARTERS])
    axes.set_xlabel("afsluttede forløb")
