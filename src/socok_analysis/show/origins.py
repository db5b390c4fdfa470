"""The way back from a figure as text for the terminal and as a record."""

from __future__ import annotations

from socok_analysis.core.danish import format_day, join_numbers
from socok_analysis.disclosure import HIDDEN
from socok_analysis.figures.figure import Figure, as_record
from socok_analysis.figures.trace import Origin, Trace
from socok_analysis.show.page import Page
from socok_analysis.show.values import format_both_forms, format_figure, format_interval

WIDTH = 13
SHORT = 12


def describe_trace(trace: Trace, page: Page) -> str:
    """Return the way back in lines; the row numbers only in the internal edition."""
    figure = trace.figure
    lines = [
        f"{figure.figure} ({page.year.year})",
        figure.label,
        "",
        line("Værdi", show_whole(figure) if page.may_show(figure) else HIDDEN),
        line("Periode", show_period(figure)),
        line("Definition", figure.definition),
        line("Formel", trace.formula),
    ]
    lines += [line("Årsager", ", ".join(trace.reasons))] if trace.reasons else []
    lines += [line("Regnet af", ", ".join(trace.parents))] if trace.parents else []
    for origin in trace.origins:
        lines += list_origin(origin, page)
    lines += [line("Kort", f"{path} {digest[:SHORT]}") for path, digest in trace.maps.items()]
    library = f"socok_analysis {trace.library['version']} {trace.library['sha256'][:SHORT]}"
    return "\n".join([*lines, line("Bibliotek", library)])


def line(name: str, text: str) -> str:
    """Return one line: a word and what it is."""
    return f"{name:<{WIDTH}}{text}"


def show_whole(figure: Figure) -> str:
    """Return a figure with its fraction and interval where it has them."""
    if figure.numerator is None:
        return format_figure(figure)
    interval = f", 95 %-interval {format_interval(figure)}" if figure.low is not None else ""
    return f"{format_both_forms(figure)}{interval}"


def show_period(figure: Figure) -> str:
    """Return the days a figure counts, in words."""
    last = format_day(figure.period_end) if figure.period_end else ""
    if figure.period_start is None:
        return f"pr. {last}" if last else "–"
    return f"{format_day(figure.period_start)} til {last}"


def list_origin(origin: Origin, page: Page) -> list[str]:
    """Return one sheet: its name, its rows, its file's SHA-256 and, internally, which rows."""
    lines = [
        line("Kilde", f"{origin.file} › {origin.sheet} ({origin.rows} rækker)"),
        line("SHA-256", origin.sha256),
    ]
    if page.edition == "internal" and origin.base:
        lines.append(line("Rækker", join_numbers(origin.counted)))
        if origin.base != origin.counted:
            lines.append(line("  ud af", join_numbers(origin.base)))
    return lines


def record_trace(trace: Trace, page: Page) -> dict[str, object]:
    """Return the way back as a record; no number that may not be shown, no rows in public."""
    figure, is_shown = as_record(trace.figure), page.may_show(trace.figure)
    if not is_shown:
        figure |= dict.fromkeys(("value", "numerator", "denominator", "low", "high"))
    return {
        **figure,
        "is_shown": is_shown,
        "formula": trace.formula,
        "reasons": list(trace.reasons),
        "derived_from": list(trace.parents),
        "origins": [record_origin(origin, page) for origin in trace.origins],
        "maps": dict(trace.maps),
        "library": dict(trace.library),
    }


def record_origin(origin: Origin, page: Page) -> dict[str, object]:
    """Return one sheet as a record."""
    record: dict[str, object] = {
        "file": origin.file,
        "sheet": origin.sheet,
        "rows": origin.rows,
        "sha256": origin.sha256,
    }
    if page.edition == "internal":
        record |= {"counted_rows": list(origin.counted), "base_rows": list(origin.base)}
    return record
