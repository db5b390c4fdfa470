"""Whether a partner's agreed places were used, month by month."""

from __future__ import annotations

from datetime import date

from socok_analysis.core.danish import format_number, shorten_month
from socok_analysis.disclosure import HIDDEN
from socok_analysis.show.charts.drawing import (
    BLUE,
    DARK_ORANGE,
    INK,
    ORANGE,
    WHITE,
    Axes,
    Chart,
    Draw,
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.series import (
    OccupancyMonths,
    list_months,
    list_shown,
    pick_month,
    read_months,
)
from socok_analysis.show.values import HIDDEN_CELL, count_nouns

LOWEST_LABELLED = 8  # a bar of an eighth of the highest is as high as its number


def chart_occupancy(page: Page) -> Chart | None:
    """Return the courses running at each month's end against the places agreed."""
    months = read_months(page)
    if not any(shown for _, shown, _ in months):
        return None
    name = page.name(page.partner)
    parts = [f"{shorten_month(day)}: {tell(shown)} af {places}" for day, shown, places in months]
    alt = f"Søjler over forløb i gang ved hver måneds slut hos {name}. {'; '.join(parts)}."
    figures = [
        pick_month(page, month, kind)
        for month in list_months(page)
        for kind in ("in_use", "places")
    ]
    caption = describe_use(page)
    if any(shown is None for _, shown, _ in months):
        caption = f"{caption} ({HIDDEN_CELL}: tallet vises ikke)"
    return Chart(
        "brug",
        caption,
        alt,
        2.7,
        draw_months(months),
        tuple(list_shown(page, figures)),
        f"partner-{page.partner}.ipynb#tbl-brug",
    )


def tell(shown: int | None) -> str:
    """Return a count, or the sign that it may not be shown."""
    return HIDDEN if shown is None else format_number(shown)


def describe_use(page: Page) -> str:
    """Return what is seen: in how many months more were in course than agreed, and the most."""
    prefix, name = f"occupancy.{page.partner}", escape(page.name(page.partner))
    over, months = page.figure(f"{prefix}.months_over"), page.figure(f"{prefix}.months")
    if not page.may_show(over):
        return f"Forløb i gang hos {name} ved månedens slut"
    if not over.value:
        return f"Der var på intet tidspunkt flere i forløb hos {name} end aftalt"
    return (
        f"I {format_number(over.value)} af {count_nouns(months, 'måned', 'måneder')} var der "
        f"flere i forløb hos {name} end aftalt"
    )


def draw_months(months: OccupancyMonths) -> Draw:
    """Return a drawing of a bar a month and the agreed places as a line, both labelled."""

    def draw(axes: Axes) -> None:
        agreed = [places for _, _, places in months]
        highest = max(*agreed, *(shown or 0 for _, shown, _ in months))
        for place, (_, shown, _) in enumerate(months):
            if shown is None:
                axes.text(place, 0.15, HIDDEN, ha="center", va="bottom", color=INK)
            else:
                axes.bar(place, shown, width=0.74, color=BLUE)
                label_bar(axes, place, shown, highest)
        axes.step(range(len(months)), agreed, where="mid", color=ORANGE, linestyle=(0, (4, 2)))
        axes.text(
            -0.4, highest + 1.3, f"Aftalte pladser: {agreed[-1]} (stiplet)", color=DARK_ORANGE
        )
        label_months(axes, [day for day, _, _ in months])
        axes.set_ylim(0, highest + 2.2)
        axes.set_yticks([])
        axes.grid(visible=False, axis="both")

    return draw


def label_bar(axes: Axes, place: int, count: int, highest: int) -> None:
    """Write a bar's count in its top, clear of the line of agreed places; above one too low."""
    if count * LOWEST_LABELLED < highest:
        axes.text(place, count + 0.1, count, ha="center", va="bottom", color=INK)
    else:
        axes.text(place, count - 0.15, count, ha="center", va="top", color=WHITE)


def label_months(axes: Axes, days: list[date]) -> None:
    """Label each quarter's first month, with its year where the year is new."""
    starts = [n for n, day in enumerate(days) if day.month % 3 == 1 or len(days) < 4]
    labels = [shorten_month(days[n]).replace(" ", "\n") for n in starts]
    axes.set_xticks(starts, labels)
    axes.set_xlim(-0.6, len(days) - 0.4)
