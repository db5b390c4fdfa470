"""A partner's outcomes: what became of each completed course, and the rates with intervals."""

from __future__ import annotations

from socok_analysis.core.danish import format_number, format_share
from socok_analysis.figures.figure import Figure
from socok_analysis.show.charts.drawing import (
    BLUE,
    DARK_ORANGE,
    GREY,
    INK,
    ORANGE,
    PALE,
    SAND,
    TEAL,
    Axes,
    Chart,
    Draw,
    hide_scale,
    wrap,
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.series import list_shown
from socok_analysis.show.tables import GROUPS, count_completed, count_groups
from socok_analysis.show.values import format_both_forms

FILLS = {"success_wide": BLUE, "awaiting": SAND, "stopped": ORANGE, "other": GREY}
TITLES_AT = -0.36
LINE_HEIGHT = 0.058
RATE_LABELS = {
    "success_wide": "Videre i job, uddannelse, støttet job eller undervisning",
    "success_narrow": "Heraf job, fleksjob eller uddannelse",
    "stopped": "Stoppet pga. massive udfordringer",
}


def chart_outcomes(page: Page) -> Chart | None:
    """Return what became of the partner's completed courses as one stacked bar."""
    groups, completed = count_groups(page), count_completed(page)
    if not groups:
        return None
    name = page.name(page.partner)
    parts = [f"{label}: {describe_part(n, completed)}" for label, n in groups]
    caption = (
        f"{format_number(groups[0][1])} af {format_number(completed)} afsluttede forløb hos "
        f"{escape(name)} førte videre til job, uddannelse, støttet job eller undervisning"
    )
    alt = f"Stablet søjle over afsluttede forløb hos {name}. {'; '.join(parts)}."
    figures = [page.figure(f"outcomes.{page.partner}.{name}") for name in ("completed", *GROUPS)]
    return Chart(
        "afgange",
        caption,
        alt,
        3.4,
        draw_stack(groups, completed),
        tuple(list_shown(page, figures)),
        f"partner-{page.partner}.ipynb#tbl-aarsager",
    )


def describe_part(count: int, completed: int) -> str:
    """Return "11 (27,5 %)"."""
    return f"{format_number(count)} ({format_share(count / completed)})"


def draw_stack(groups: list[tuple[str, int]], completed: int) -> Draw:
    """Return a drawing of one upright stacked bar, each part labelled to its right."""

    def draw(axes: Axes) -> None:
        everything = sum(count for _, count in groups)
        shares = [count / everything for _, count in groups]
        labels = [wrap(label, 30) for label, _ in groups]
        middles = place_labels(shares, [LINE_HEIGHT * (label.count("\n") + 3) for label in labels])
        top = 1.0
        for share, (label, _), middle in zip(shares, groups, middles, strict=True):
            axes.bar(
                0, share, bottom=top - share, width=0.8, color=choose_fill(label), edgecolor="white"
            )
            axes.plot([0.42, 0.52], [top - share / 2, middle], color=GREY, linewidth=1)
            top -= share
        for label, (_, count), middle in zip(labels, groups, middles, strict=True):
            label_part(axes, middle, describe_part(count, completed), label)
        axes.set_xlim(-0.45, 2.35)
        axes.set_ylim(-0.02, 1.02)
        axes.set_yticks([])
        hide_scale(axes)

    return draw


def choose_fill(label: str) -> str:
    """Return a group's colour, the same in every chart; groups taken together have their own."""
    fills = {GROUPS[name]: fill for name, fill in FILLS.items()}
    return fills.get(label, TEAL)


def label_part(axes: Axes, middle: float, number: str, label: str) -> None:
    """Write a part's number, bold, above its label, the two as one block round the middle."""
    top = middle + LINE_HEIGHT * (label.count("\n") + 2) / 2
    axes.text(0.57, top, number, va="top", color=INK, fontweight="bold")
    axes.text(0.57, top - LINE_HEIGHT, label, va="top", color=INK)


def place_labels(shares: list[float], heights: list[float]) -> list[float]:
    """Return where the labels of a stack stand, from above: at their parts' middles, each free.

    `heights` are the labels'; all is in parts of the stack's height.
    """
    tops = [1 - sum(shares[:place]) for place in range(len(shares))]
    middles = [top - share / 2 for top, share in zip(tops, shares, strict=True)]
    ceiling = 1.0
    for place, height in enumerate(heights):
        middles[place] = min(middles[place], ceiling - height / 2)
        ceiling = middles[place] - height / 2
    floor = 0.0
    for place in reversed(range(len(middles))):
        middles[place] = max(middles[place], floor + heights[place] / 2)
        floor = middles[place] + heights[place] / 2
    return middles


def chart_rates(page: Page) -> Chart | None:
    """Return the partner's rates with 95 % intervals, since the start and for the last period."""
    rows = [(label, figures) for label, figures in list_rates(page) if figures]
    if not rows:
        return None
    name = page.name(page.partner)
    parts = [
        f"{label}: " + ", ".join(f"{format_both_forms(f)} {tell_when(when)}" for when, f in figures)
        for label, figures in rows
    ]
    alt = f"Punkter med 95\u00a0%-intervaller for {name}. {'; '.join(parts)}."
    dots = sum(len(figures) for _, figures in rows)
    return Chart(
        "andele",
        describe_rates(page, rows),
        alt,
        0.3 * dots + 0.5 * len(rows) + 0.5,
        draw_intervals(rows),
        tuple(figure for _, figures in rows for _, figure in figures),
        f"partner-{page.partner}.ipynb#tbl-andele",
    )


def tell_when(when: str) -> str:
    """Return when a rate was counted, as running text has it."""
    return f"i {when}" if when.startswith("rapport") else when


Rates = list[tuple[str, list[tuple[str, Figure]]]]


def list_rates(page: Page) -> Rates:
    """Return the rates that may be shown: each report's since the start, then the period's."""
    rows: Rates = []
    for name, label in RATE_LABELS.items():
        wanted: list[tuple[str, Figure | None]] = [
            (f"rapport {year}", page.by_year[year].get(f"outcomes.{page.partner}.{name}"))
            for year in sorted(page.by_year)
        ]
        period = page.figures.get(f"outcomes.{page.partner}.period.{name}")
        wanted.append(("siden sidste opgørelse", period))
        rows.append((label, [(when, f) for when, f in wanted if f and list_shown(page, [f])]))
    return rows


def describe_rates(page: Page, rows: Rates) -> str:
    """Return the caption: the first rate in this report, and that the interval is wide."""
    when, figure = next(
        ((when, f) for when, f in rows[0][1] if when == f"rapport {page.year.year}"), rows[0][1][-1]
    )
    return (
        f"{rows[0][0]} hos {escape(page.name(page.partner))}: {format_share(figure.value or 0)} "
        f"({when}); stregerne er 95\u00a0%-intervaller"
    )


def draw_intervals(rows: Rates) -> Draw:
    """Return a drawing of rates as dots with their intervals, a group of lines for each rate."""

    def draw(axes: Axes) -> None:
        height, places, labels = 0.0, [], []
        for label, figures in rows:
            lines = wrap(label, 40)
            height -= 0.5 * lines.count("\n")
            axes.text(TITLES_AT, height, lines, va="center", fontweight="bold", color=INK)
            for when, figure in figures:
                height -= 0.85
                draw_interval(axes, height, figure, is_period=when.startswith("siden"))
                places.append(height)
                labels.append(wrap(when, 14))
            height -= 1.1
        axes.set_yticks(places, labels)
        axes.set_xlim(0, 1)
        axes.set_ylim(height + 0.4, 0.6)
        ticks = [0, 0.25, 0.5, 0.75, 1]
        axes.set_xticks(ticks, [format_share(tick, 0) for tick in ticks])

    return draw


def draw_interval(axes: Axes, height: float, figure: Figure, *, is_period: bool) -> None:
    """Draw one rate: filled since the start, hollow for a period."""
    colour = DARK_ORANGE if is_period else BLUE
    low, high, value = figure.low or 0, figure.high or 0, figure.value or 0
    axes.plot([low, high], [height, height], color=PALE, linewidth=5, solid_capstyle="round")
    face = "white" if is_period else colour
    axes.plot(value, height, "o", color=colour, markerfacecolor=face, markersize=8)
    side, at = ("left", high + 0.03) if high < 0.8 else ("right", low - 0.03)
    axes.text(at, height, format_share(value), va="center", ha=side, color=INK)
