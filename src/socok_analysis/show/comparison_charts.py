"""The chart of partners beside each other: their difference, or from five partners a funnel.

Neither ranks: pairs stand in the order of their names, and a funnel shows which shares chance
explains (Spiegelhalter 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt

from socok_analysis.core.danish import MINUS, format_points, format_share
from socok_analysis.figures.figure import Figure
from socok_analysis.show.charts.drawing import BLUE, GREY, INK, Axes, Chart, Draw, wrap
from socok_analysis.show.comparison import RATE
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import format_both_forms, format_interval

MOST_PAIRED = 4
LIMITS = {"95 %": 1.96, "99,8 %": 3.09}
STEPS = 100


def chart_comparison(page: Page) -> Chart | None:
    """Return the partners' chart: nothing where fewer than two may be shown."""
    rates = [
        (page.name(partner), page.figures.get(f"outcomes.{partner}.{RATE}"))
        for partner in page.partners()
    ]
    shown = [(name, f) for name, f in rates if f and f.denominator and page.may_show(f)]
    if len(shown) > MOST_PAIRED:
        return chart_funnel(shown)
    return chart_differences(page)


def chart_differences(page: Page) -> Chart | None:
    """Return the difference of each pair of partners with its interval, beside no difference."""
    pairs = [
        (" minus ".join(map(page.name, name.split(".")[1:3])), figure)
        for name, figure in page.figures.items()
        if name.startswith("compare.")
        and name.endswith(f".{RATE}")
        and name.count(".") == 3
        and figure.value is not None
        and page.may_show(figure)
    ]
    if not pairs:
        return None
    told = [
        f"{name}: {format_points(float(f.value or 0))} procentpoint ({format_interval(f)})"
        for name, f in pairs
    ]
    is_clear = all((f.low or 0) > 0 or (f.high or 0) < 0 for _, f in pairs)
    caption = "Forskellen i andelen videre i job, fleksjob eller uddannelse " + (
        "er ikke tilfældig" if is_clear else "kan være tilfældig"
    )
    alt = f"Forskelle mellem partnere med 95\u00a0%-intervaller. {'; '.join(told)}."
    return Chart(
        "forskelle",
        caption,
        alt,
        0.6 * len(pairs) + 0.9,
        draw_differences(pairs),
        tuple(figure for _, figure in pairs),
        "#tbl-forskel",
    )


def draw_differences(pairs: list[tuple[str, Figure]]) -> Draw:
    """Return a drawing of differences as dots with intervals and a line at none."""

    def draw(axes: Axes) -> None:
        for place, (_, figure) in enumerate(pairs[::-1]):
            axes.plot(
                [figure.low, figure.high],
                [place, place],
                color=GREY,
                linewidth=4,
                solid_capstyle="round",
            )
            axes.plot(figure.value, place, "o", color=BLUE, markersize=9)
        axes.axvline(0, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_yticks(range(len(pairs)), [wrap(name, 14) for name, _ in pairs[::-1]])
        axes.set_ylim(-0.6, len(pairs) - 0.4)
        ticks = [-0.4, -0.2, 0, 0.2, 0.4]
        signs = [f"{100 * tick:+.0f}".replace("+0", "0").replace("-", MINUS) for tick in ticks]
        axes.set_xticks(ticks, signs)
        axes.set_xlabel("procentpoint")

    return draw


def chart_funnel(rates: list[tuple[str, Figure]]) -> Chart:
    """Return each partner's share by its number of courses, within the limits of chance."""
    cases = sum(figure.numerator or 0 for _, figure in rates)
    mean = cases / sum(figure.denominator or 0 for _, figure in rates)
    outside = [name for name, figure in rates if is_outside(figure, mean)]
    caption = (
        f"{escape(', '.join(outside))}: andelen ligger uden for det, tilfældet forklarer"
        if outside
        else "Partnernes andele ligger inden for det, tilfældet forklarer"
    )
    told = [f"{name}: {format_both_forms(figure)}" for name, figure in rates]
    alt = (
        f"Tragtdiagram over partnernes andele om gennemsnittet {format_share(mean)}. "
        f"{'; '.join(told)}."
    )
    figures, draw = tuple(figure for _, figure in rates), draw_funnel(rates, mean)
    return Chart("tragt", caption, alt, 3.6, draw, figures, "#tbl-sammenligning")


def is_outside(figure: Figure, mean: float) -> bool:
    """Tell whether a share lies outside the wider limits."""
    spread = max(LIMITS.values()) * sqrt(mean * (1 - mean) / (figure.denominator or 1))
    return abs(float(figure.value or 0) - mean) > spread


def draw_funnel(rates: list[tuple[str, Figure]], mean: float) -> Draw:
    """Return a drawing of shares by size with the mean and both limits, names beside the dots."""

    def draw(axes: Axes) -> None:
        most = max(figure.denominator or 1 for _, figure in rates) * 1.15
        sizes = [most * step / STEPS for step in range(2, STEPS + 1)]
        for z in LIMITS.values():
            spread = [z * sqrt(mean * (1 - mean) / size) for size in sizes]
            for sign in (-1, 1):
                axes.plot(
                    sizes,
                    [min(max(mean + sign * s, 0), 1) for s in spread],
                    color=GREY,
                    linewidth=1.4,
                )
        axes.axhline(mean, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        for name, figure in rates:
            axes.plot(figure.denominator, figure.value, "o", color=BLUE, markersize=8)
            axes.annotate(
                name, (figure.denominator, figure.value), xytext=(6, 4), textcoords="offset points"
            )
        axes.set_ylim(0, 1)
        axes.set_xlim(0, most)
        ticks = [0, 0.25, 0.5, 0.75, 1]
        axes.set_yticks(ticks, [format_share(tick, 0) for tick in ticks])
        axes.set_xlabel("afsluttede forløb")

    return draw


CHARTS: Mapping[str, Callable[[Page], Chart | None]] = {"comparison": chart_comparison}
