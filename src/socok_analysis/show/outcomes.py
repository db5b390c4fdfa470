"""The partners' outcomes: what became of the courses, the rates, and partners beside each other.

Partners are compared by definitions that count the same at all, and never ranked. That chart is
of their differences, pairs in the order of their names, or from five partners a funnel that shows
which shares chance explains (Spiegelhalter 2005).
"""

from __future__ import annotations

from functools import partial
from itertools import product
from math import sqrt

from socok_analysis.checks.declaration import read_checks
from socok_analysis.core.danish import MINUS, format_day, format_number, format_points, format_share
from socok_analysis.disclosure.protection import join_hidden
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import choose, find_breaks, list_names
from socok_analysis.show.drawing import (
    BLUE,
    DARK_ORANGE,
    DASHED,
    GREY,
    INK,
    ORANGE,
    PALE,
    QUARTERS,
    SAND,
    TEAL,
    Axes,
    Chart,
    hide_scale,
    wrap,
)
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    DASH,
    format_counted,
    format_figure,
    format_fraction,
    format_interval,
    join_labels,
    list_differences,
    list_shown,
    name_value,
    note_hidden,
    show_difference,
    show_value,
    show_values,
)

WIDE = "Videre i job, uddannelse, støttet job eller undervisning"
NARROW = "Heraf videre i job, fleksjob eller uddannelse"
STOPPED, AWAITING = "Stoppet pga. massive udfordringer", "Afventer afklaring"
GROUPS = {"success_wide": WIDE, "awaiting": AWAITING, "stopped": STOPPED, "other": "Andre årsager"}
FILLS = {WIDE: BLUE, AWAITING: SAND, STOPPED: ORANGE, "Andre årsager": GREY}
RATES = {"success_wide": WIDE, "success_narrow": NARROW, "awaiting": AWAITING, "stopped": STOPPED}
NONE_OR_FEW = "–: ingen, eller så få, at tallet ikke vises."
LEFT_OUT = "Årsager uden tal er ikke med."
TITLES_AT = -0.36
LINE_HEIGHT = 0.058
Groups = list[tuple[str, int, list[Figure]]]
Rates = list[tuple[str, list[tuple[str, Figure]]]]
RATE = "success_narrow"
FEW_NOTE = "Tallene er små: under {few} forløb hos mindst én partner, så intervallerne er brede."
MOST_PAIRED = 4
LIMITS = {"95 %": 1.96, "99,8 %": 3.09}
STEPS = 100


def _pick(page: Page, name: str) -> Figure:
    return page.figure(f"outcomes.{page.partner}.{name}")


def _count_completed(page: Page) -> int:
    return int(_pick(page, "completed").value or 0)


def _count_groups(page: Page) -> Groups:
    """Return the page's partner's completed courses by what became of them.

    Groups that may not be shown are taken together where their sum follows from the others;
    elsewhere, and where success may not be shown, they are left out. A course with several
    reasons is in each of their groups.
    """
    figures, completed = {name: _pick(page, name) for name in GROUPS}, _pick(page, "completed")
    if not completed.value or not all(map(page.may_show, (completed, figures["success_wide"]))):
        return []
    counts = {name: figure.numerator or 0 for name, figure in figures.items()}
    hidden = {name for name, figure in figures.items() if not page.may_show(figure)}
    groups = []
    for names, count in join_hidden(counts, hidden, _count_completed(page)):
        label = join_labels([GROUPS[name] for name in names])
        groups.append((label, count, [figures[name] for name in names]))
    return groups


def make_reasons(page: Page) -> Table | None:
    """Return what became of the partner's completed courses; nothing where it may not be told."""
    groups, completed = _count_groups(page), _count_completed(page)
    rows, note = [], ""
    for label, count, figures in groups:
        texts = (format_number(count), format_share(count / completed))
        rows.append([label, *(name_value(text, *figures) for text in texts)])
    if sum(count for _, count, _ in groups) > completed:
        ended = f"de {show_value(page, _pick(page, 'completed'))} afsluttede forløb"
        note = f"Et forløb kan have flere årsager, så {ended} giver mere end 100 %."
    caption = f"Hvad der blev af de afsluttede forløb hos {escape(page.name(page.partner))}"
    header = ["Efter forløbet", "Forløb", "Andel"]
    return Table("aarsager", caption, header, rows, "lrr", note) if rows else None


def make_exits(page: Page) -> Table | None:
    """Return the reasons for exit that may be told, in this report and earlier ones.

    A reason is listed only where its number is shown: a row of hidden ones would tell that
    there are some.
    """
    years, rows = sorted(page.by_year, reverse=True), []
    for name, figure in page.figures.items():
        if not name.startswith(f"outcomes.{page.partner}.exit."):
            continue
        own = (page.by_year[year].get(name) for year in years)
        shown = [show_value(page, f) if f and f.value and page.may_show(f) else DASH for f in own]
        if {*shown} != {DASH}:
            rows.append([escape(figure.label), *shown])
    header = ["Afgangsårsag", *(f"Rapport {year}" for year in years)]
    caption = f"Afgangsårsager hos {escape(page.name(page.partner))} siden aftalens start"
    note = f"{NONE_OR_FEW} {LEFT_OUT}" if any(DASH in row for row in rows) else LEFT_OUT
    align = "l" + "r" * len(years)
    return Table("afgangsaarsager", caption, header, rows, align, note) if rows else None


def make_rates(page: Page) -> Table | None:
    """Return the partner's rates since the start and since the last evaluation."""
    if not _count_completed(page):
        return None
    header = ["Efter forløbet", "Andel", "Forløb", "95 %-interval"]
    forms = (format_figure, format_fraction, format_interval)
    rows = [[label, *show_values(page, _pick(page, n), forms)] for n, label in RATES.items()]
    if page.year.previous_evaluation_date:
        header.append("Siden sidste opgørelse")
        for row, name in zip(rows, RATES, strict=True):
            row.append(show_value(page, _pick(page, f"period.{name}"), format_counted))
    caption = f"Andele af de afsluttede forløb hos {escape(page.name(page.partner))}"
    align = "l" + "r" * (len(header) - 1)
    return Table("andele", caption, header, rows, align, note_hidden(rows))


def make_status(page: Page) -> Table | None:
    """Return what became of the courses that ended since the last evaluation, by partner."""
    partners, day = page.partners(), page.year.previous_evaluation_date
    if not partners or day is None:
        return None
    names = {"completed": "Afsluttede forløb", "success_wide": WIDE}
    rows = []
    for name, label in {**names, "stopped": STOPPED, "awaiting": AWAITING}.items():
        figures = (page.figure(f"outcomes.{partner}.period.{name}") for partner in partners)
        rows.append([label, *(show_value(page, figure, format_counted) for figure in figures)])
    header = ["Siden sidste opgørelse", *(escape(page.name(partner)) for partner in partners)]
    caption, align = f"Forløb afsluttet efter {format_day(day)}", "l" + "r" * len(partners)
    return Table("forloeb", caption, header, rows, align, note_hidden(rows))


def make_decided(page: Page) -> Table | None:
    """Return the partner's rates of the decided courses; nothing where all are, or all hidden."""
    undecided = page.figures.get(f"outcomes.{page.partner}.undecided")
    if not undecided or not undecided.value:
        return None
    rows = []
    for name in ("success_wide", "success_narrow", "stopped"):
        forms = (format_counted, format_interval)
        rows.append([RATES[name], *show_values(page, _pick(page, f"resolved.{name}"), forms)])
    completed = show_value(page, _pick(page, "resolved.completed"))
    rows.append(["Forløb med en afgørelse", completed, ""])
    rows.append(["Forløb, der afventer en afgørelse", show_value(page, undecided), ""])
    if all(note_hidden([row]) for row in rows):
        return None
    caption = f"Kun de afgjorte forløb hos {escape(page.name(page.partner))}"
    header = ["Efter forløbet", "Andel eller antal", "95 %-interval"]
    return Table("afgjorte", caption, header, rows, "lrr", note_hidden(rows))


def chart_outcomes(page: Page) -> Chart | None:
    """Return what became of the partner's completed courses as one stacked bar."""
    groups, completed = _count_groups(page), _count_completed(page)
    if not groups:
        return None
    name = page.name(page.partner)
    parts = "; ".join(f"{label}: {_describe_part(n, completed)}" for label, n, _ in groups)
    caption = (
        f"{format_number(groups[0][1])} af {format_number(completed)} afsluttede forløb hos "
        f"{escape(name)} førte videre til job, uddannelse, støttet job eller undervisning"
    )
    alt = f"Stablet søjle over afsluttede forløb hos {name}. {parts}."
    shown = tuple(list_shown(page, [_pick(page, name) for name in ("completed", *GROUPS)]))
    data = f"partner-{page.partner}.ipynb#tbl-aarsager"
    return Chart("afgange", caption, alt, 3.4, partial(_draw_stack, groups, completed), shown, data)


def _describe_part(count: int, completed: int) -> str:
    return f"{format_number(count)} ({format_share(count / completed)})"


def _draw_stack(groups: Groups, completed: int, axes: Axes) -> None:
    """Draw one upright stacked bar, each part labelled to its right.

    A part's number, bold, stands above its label, the two as one block round the middle. A group
    has the same colour in every chart; groups taken together have their own.
    """
    everything = sum(count for _, count, _ in groups)
    shares = [count / everything for _, count, _ in groups]
    labels = [wrap(label, 30) for label, _, _ in groups]
    heights = [LINE_HEIGHT * (label.count("\n") + 3) for label in labels]
    middles, top = place_labels(shares, heights), 1.0
    for (name, count, _), share, label, middle in zip(groups, shares, labels, middles, strict=True):
        fill = FILLS.get(name, TEAL)
        axes.bar(0, share, bottom=top - share, width=0.8, color=fill, edgecolor="white")
        axes.plot([0.42, 0.52], [top - share / 2, middle], color=GREY, linewidth=1)
        at = middle + LINE_HEIGHT * (label.count("\n") + 2) / 2
        number = _describe_part(count, completed)
        axes.text(0.57, at, number, va="top", color=INK, fontweight="bold")
        axes.text(0.57, at - LINE_HEIGHT, label, va="top", color=INK)
        top -= share
    axes.set_xlim(-0.45, 2.35)
    axes.set_ylim(-0.02, 1.02)
    axes.set_yticks([])
    hide_scale(axes)


def place_labels(shares: list[float], heights: list[float]) -> list[float]:
    """Return where labels of these heights stand, from above: at their parts' middles, free."""
    middles = [1 - sum(shares[:place]) - share / 2 for place, share in enumerate(shares)]
    ceiling, floor = 1.0, 0.0
    for place, height in enumerate(heights):
        middles[place] = min(middles[place], ceiling - height / 2)
        ceiling = middles[place] - height / 2
    for place, height in reversed([*enumerate(heights)]):
        middles[place] = max(middles[place], floor + height / 2)
        floor = middles[place] + height / 2
    return middles


def chart_rates(page: Page) -> Chart | None:
    """Return the partner's rates with 95 % intervals: by report, and of the period."""
    labels = {
        "success_wide": WIDE,
        "success_narrow": "Heraf job, fleksjob eller uddannelse",
        "stopped": STOPPED,
    }
    rows: Rates = []
    for rate, label in labels.items():
        prefix = f"outcomes.{page.partner}"
        reports = ((y, page.by_year[y].get(f"{prefix}.{rate}")) for y in sorted(page.by_year))
        wanted = {f"rapport {year}": figure for year, figure in reports}
        wanted["siden sidste opgørelse"] = page.figures.get(f"{prefix}.period.{rate}")
        if shown := [(when, f) for when, f in wanted.items() if f and list_shown(page, [f])]:
            rows.append((label, shown))
    if not rows:
        return None
    this = (pair for pair in rows[0][1] if pair[0] == f"rapport {page.year.year}")
    when, now = next(this, rows[0][1][-1])
    name = page.name(page.partner)
    caption = (
        f"{rows[0][0]} hos {escape(name)}: {format_share(now.value or 0)} "
        f"({when}); stregerne er 95\u00a0%-intervaller"
    )
    parts = []
    for label, figures in rows:
        told = (
            f"{format_counted(f)} {when}".replace(" rapport", " i rapport") for when, f in figures
        )
        parts.append(f"{label}: {', '.join(told)}")
    alt = f"Punkter med 95\u00a0%-intervaller for {name}. {'; '.join(parts)}."
    named = tuple(figure for _, figures in rows for _, figure in figures)
    height = 0.3 * len(named) + 0.5 * len(rows) + 0.5
    data = f"partner-{page.partner}.ipynb#tbl-andele"
    return Chart("andele", caption, alt, height, partial(_draw_intervals, rows), named, data)


def _draw_intervals(rows: Rates, axes: Axes) -> None:
    """Draw rates as dots with intervals, a group of lines a rate; hollow for a period."""
    height, places, labels = 0.0, [], []
    for label, figures in rows:
        lines = wrap(label, 40)
        height -= 0.5 * lines.count("\n")
        axes.text(TITLES_AT, height, lines, va="center", fontweight="bold", color=INK)
        for when, figure in figures:
            height -= 0.85
            low, high, value = figure.low or 0, figure.high or 0, figure.value or 0
            at = [height, height]
            axes.plot([low, high], at, color=PALE, linewidth=5, solid_capstyle="round")
            is_period = when.startswith("siden")
            colour = DARK_ORANGE if is_period else BLUE
            face = "white" if is_period else colour
            axes.plot(value, height, "o", color=colour, markerfacecolor=face, markersize=8)
            side, x = ("left", high + 0.03) if high < 0.8 else ("right", low - 0.03)
            axes.text(x, height, format_share(value), va="center", ha=side, color=INK)
            places.append(height)
            labels.append(wrap(when, 14))
        height -= 1.1
    axes.set_yticks(places, labels)
    axes.set_xlim(0, 1)
    axes.set_ylim(height + 0.4, 0.6)
    axes.set_xticks(QUARTERS, [format_share(tick, 0) for tick in QUARTERS])


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
    most = max(figure.denominator or 1 for _, figure in rates) * 1.15
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

    def draw(axes: Axes) -> None:
        sizes = [most * step / STEPS for step in range(2, STEPS + 1)]
        for z, sign in product(LIMITS.values(), (-1, 1)):
            spread = [sign * z * sqrt(mean * (1 - mean) / size) for size in sizes]
            limit = [min(max(mean + each, 0), 1) for each in spread]
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

    alt, figures = f"{about} {'; '.join(told)}.", tuple(figure for _, figure in rates)
    return Chart("tragt", caption, alt, 3.6, draw, figures, "#tbl-sammenligning")
