"""The page of recomputation: what was published before beside what the exports give."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from socok_analysis.disclosure import HIDDEN
from socok_analysis.figures import Figure
from socok_analysis.published import PERCENT, Comparison, Published, compare_year
from socok_analysis.rounding import HARD_SPACE, format_number
from socok_analysis.show.markdown import Table, escape, site_only
from socok_analysis.show.page import Page
from socok_analysis.show.values import name_value, note_hidden

STATUS_DA = {
    "equal": "ens", "rounded": "afrundet anderledes", "contradicted": "modsagt",
    "unknown": "kan ikke genberegnes",
}  # fmt: skip
LEFT_OUT = "Tal, der ikke vises, fordi de handler om få personer, er ikke med i tabellen."
FIELDS_DA = {"numerator": "tæller", "denominator": "nævner", "value": ""}


def list_comparisons(page: Page) -> list[Comparison]:
    """Return the year's printed numbers beside the computed ones."""
    return compare_year(page.year.raw_dir, page.figures)[0]


def make_differences(page: Page) -> Table | None:
    """Return the printed numbers that differ, each with the reason."""
    differing = [c for c in list_comparisons(page) if c.status != "equal"]
    rows = [[*show_comparison(page, c), explain(c)] for c in differing]
    header = ["Nøgletal", "Sted", "Trykt", "Genberegnet", "Hvorfor"]
    caption = "Tal, der ikke er dem, udtrækkene giver"
    return Table("forskelle", caption, header, rows, "llrrl", note_hidden(rows)) if rows else None


def explain(comparison: Comparison) -> str:
    """Return why a number differs; before it how, where it is not contradicted."""
    how = "" if comparison.status == "contradicted" else f"{STATUS_DA[comparison.status]}. "
    return f"{how.capitalize()}{escape(comparison.published.note)}"


def make_equals(page: Page) -> Table | None:
    """Return the printed numbers that are what the exports give, those that may be shown.

    A row of hidden numbers would tell nothing but that there were some.
    """
    same = [show_comparison(page, c) for c in list_comparisons(page) if c.status == "equal"]
    rows = [row for row in same if not note_hidden([row])]
    header = ["Nøgletal", "Sted", "Trykt", "Genberegnet"]
    caption = "Tal, der er dem, udtrækkene giver"
    note = LEFT_OUT if len(rows) < len(same) else ""
    return Table("ens", caption, header, rows, "llrr", note) if rows else None


def show_comparison(page: Page, comparison: Comparison) -> list[str]:
    """Return what was printed where, and both numbers, unless they may not be shown."""
    published = comparison.published
    printed = show_number(published.number, published)
    computed = "–" if comparison.computed is None else show_number(comparison.computed, published)
    name = published.name or published.expression
    label = name_published(page, published)
    return [label, escape(published.place), *(guard(page, published, name, text)
                                              for text in (printed, computed))]  # fmt: skip


def name_published(page: Page, published: Published) -> str:
    """Return the label of a printed number's figure with the partner's name."""
    figure = page.figures.get(published.name)
    if figure is None:
        return "Sum af trykte tal"
    names = [page.names[part] for part in published.name.split(".") if part in page.names]
    field = FIELDS_DA[published.field]
    return escape(": ".join([*names, figure.label]) + (f" ({field})" if field else ""))


def guard(page: Page, published: Published, name: str, text: str) -> str:
    """Return a number with its figure's name, or the sign of a hidden one."""
    figure = page.figures.get(name)
    is_hidden = published.is_internal and page.edition != "internal"
    if is_hidden or figure and not page.may_show(figure):
        text = escape(HIDDEN)
    return name_value(text, figure or stand_in(page, published))


def stand_in(page: Page, published: Published) -> Figure:
    """Return a figure that lends its name to a printed number that is none itself."""
    return Figure(f"published.{published.row}", None, year=page.year.year)


def list_unnamed(page: Page) -> str:
    """Return where the printed numbers stand that are no figures, each with its anchor."""
    unnamed = [c.published for c in list_comparisons(page) if c.published.name not in page.figures]
    entries = [f"[{escape(p.place)}, række {p.row}]{{#published.{p.row}}}" for p in unnamed]
    text = "Sammenholdt med summer af andre trykte tal, se offentliggjort\\.csv: "
    told = f"## Trykte tal, der ikke er nøgletal\n\n{text}{' · '.join(entries)}"
    return site_only(told) if entries else ""


def show_number(number: Decimal, published: Published) -> str:
    """Return a number with the printed unit; a computed share with one decimal at least."""
    if published.unit != PERCENT:
        return format_number(float(number), published.decimals)
    decimals = max(1, published.decimals) if number != published.number else published.decimals
    return f"{format_number(float(number), decimals)}{HARD_SPACE}%"


def order_status(item: tuple[str, int]) -> int:
    """Return the place of a result in what is told."""
    return list(STATUS_DA).index(item[0])


def count_results(page: Page) -> str:
    """Return in words how many printed numbers are equal, rounded otherwise or contradicted."""
    counts = Counter(comparison.status for comparison in list_comparisons(page))
    if not counts:
        return "Der er ingen offentliggjorte tal at genberegne for dette år."
    parts = [f"{n} {STATUS_DA[status]}" for status, n in sorted(counts.items(), key=order_status)]
    return f"{sum(counts.values())} trykte tal er genberegnet: {', '.join(parts)}."
