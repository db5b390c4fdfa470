"""Rules about the rows of a table beside each other: nothing stands twice, no number lost zeros.

A person who is unknown is nobody else: such rows are never the same as others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.courses import is_extended
from socok_analysis.intake.distinct import Keys, change
from socok_analysis.intake.parsed import NO_DAY, Parsed, find_repeated, key_rows, key_whole_rows
from socok_analysis.workbook.cells import fold
from socok_analysis.workbook.sheet import BLANK, CellColumn

Finding = tuple[int, Problem]
DELETE = "Er det den samme? Så slet den ene række. Ellers ret den i udtrækket."


def find(
    parsed: Parsed,
    place: int,
    column: str,
    check: str,
    message: str,
    advice: str,
    severity: Severity = "error",
) -> Finding:
    """Return a problem at one row's cell."""
    table = parsed.table
    row = table.data_rows[place]
    return row, Problem(
        severity,
        check,
        message,
        file=table.sheet.file,
        sheet=table.sheet.name,
        cell=table.name_cell(row, column),
        column=column,
        advice=advice,
    )


def check_same_course(parsed: Parsed) -> list[Finding]:
    """Return rows with the same person, partner and start, and second open rows."""
    is_same = find_repeated(key_rows(parsed, ("person_key", "enterprise_id", "started_on")))
    is_open = find_open_twice(parsed, ("person_key", "enterprise_id"), "ended_on") & ~is_same
    text_same = "Samme person har samme start hos samme virksomhed i en anden række."
    text_open = "Samme person er allerede i forløb hos samme virksomhed i en anden række."
    return [
        find(parsed, place, "person_key", check, text, DELETE)
        for check, text, chosen in (
            ("course.repeated", text_same, is_same),
            ("course.open_twice", text_open, is_open),
        )
        for place in parsed.pick(chosen)
    ]


def check_overlap(parsed: Parsed) -> list[Finding]:
    """Return courses that begin while the same person's last one at the partner still runs."""
    keys = key_rows(parsed, ("person_key", "enterprise_id"))
    starts, ends = parsed.days("started_on"), parsed.days("ended_on")
    goes_on = parsed.column("exit_reasons").map(is_extended, np.bool_)
    order = np.lexsort((starts, keys))
    now, before = order[1:], order[:-1]
    is_next = (keys[now] == keys[before]) & (keys[now] != BLANK) & ~goes_on[before]
    is_running = (ends[before] == NO_DAY) | (ends[before] > starts[now])
    is_told = (starts[now] == starts[before]) | ((ends[before] == NO_DAY) & (ends[now] == NO_DAY))
    is_over = np.zeros(len(keys), np.bool_)
    is_over[now] = is_next & is_running & ~is_told
    text = "Samme persons forrige forløb hos virksomheden er ikke slut, når dette begynder."
    return [
        find(
            parsed,
            place,
            "started_on",
            "course.overlap",
            f"{text} Begge er talt med.",
            "Ret datoerne, hvis forløbene ikke lå oven i hinanden.",
            "warning",
        )
        for place in parsed.pick(is_over)
    ]


def check_same_job(parsed: Parsed) -> list[Finding]:
    """Return jobs that another number has: the same person, enterprise and first day."""
    is_same = find_repeated(key_rows(parsed, ("person_key", "enterprise_id", "started_on")))
    text = "Samme person begynder samme dag hos samme virksomhed under et andet løbenummer."
    return [
        find(parsed, place, "job_id", "job.same", f"{text} Begge er talt med.", DELETE, "warning")
        for place in parsed.pick(is_same)
    ]


def find_open_twice(parsed: Parsed, names: Iterable[str], end: str) -> NDArray[np.bool_]:
    """Tell for each row without an end whether an earlier one without an end has its key."""
    is_open = parsed.column(end).codes == BLANK
    return find_repeated(np.where(is_open, key_rows(parsed, names), BLANK))


def check_unique(name: str, what: str) -> Callable[[Parsed], list[Finding]]:
    """Return a rule: no value of a column stands twice."""

    def check(parsed: Parsed) -> list[Finding]:
        return [
            find(
                parsed,
                place,
                name,
                "row.repeated",
                f"{what} står også i en anden række.",
                "Slet den ene række, eller ret nummeret.",
            )
            for place in parsed.pick(find_repeated(key_spellings(parsed.column(name))))
        ]

    return check


def key_spellings(column: CellColumn) -> Keys:
    """Return for each row a number that spellings differing by blanks and capitals share."""
    odd = {text: fold(text).replace(" ", "") for text in column.values if not is_digits(text)}
    if len({*odd.values()}) < len(odd) or any(map(str.isdigit, odd.values())):
        column = change(column, lambda text: odd.get(text, text))
    return column.codes.astype(np.int64)


def is_digits(text: object) -> bool:
    """Tell whether a number is written with digits alone."""
    return isinstance(text, str) and text.isdigit()


def check_same_rows(severity: Severity) -> Callable[[Parsed], list[Finding]]:
    """Return a rule: no row says the same as an earlier one in every column.

    A warning leaves the row in, since two equal grants or meetings can be right.
    """

    def check(parsed: Parsed) -> list[Finding]:
        counted = "" if severity == "error" else " Begge er talt med."
        return [
            find(
                parsed,
                place,
                first_column(parsed),
                "row.same",
                f"Rækken er magen til en tidligere række.{counted}",
                DELETE,
                severity,
            )
            for place in parsed.pick(find_repeated(key_whole_rows(parsed)))
        ]

    return check


def first_column(parsed: Parsed) -> str:
    """Return the tidy column that stands first on the sheet."""
    return min(parsed.table.columns, key=parsed.table.columns.__getitem__)


def check_listed_twice(parsed: Parsed) -> list[Finding]:
    """Return second rows of a person who already waits for the same agreement."""
    is_open = find_open_twice(parsed, ("person_key", "agreement_id"), "left_on")
    text = "Samme person venter allerede på samme aftale i en anden række."
    is_whole = find_repeated(key_whole_rows(parsed))
    return [
        find(parsed, place, "person_key", "waiting.twice", text, DELETE)
        for place in parsed.pick(is_open & ~is_whole)
    ]


def check_measured_twice(parsed: Parsed) -> list[Finding]:
    """Return second measurements of a person at a partner on one day."""
    is_again = find_repeated(key_rows(parsed, ("person_key", "enterprise_id", "measured_on")))
    text = "Samme person har en anden måling samme sted og dag."
    is_whole = find_repeated(key_whole_rows(parsed))
    return [
        find(parsed, place, "measured_on", "progression.twice", text, DELETE)
        for place in parsed.pick(is_again & ~is_whole)
    ]


def check_zeros(name: str, what: str) -> Callable[[Parsed], list[Finding]]:
    """Return a rule: where numbers are written with zeros in front, none is shorter."""

    def check(parsed: Parsed) -> list[Finding]:
        column = parsed.column(name)
        texts = [text for text in column.present() if isinstance(text, str)]
        if len(set(map(len, texts))) < 2:
            return []
        is_short = column.map(find_odd_lengths(texts).__contains__, np.bool_)
        return [
            find(
                parsed,
                place,
                name,
                "id.lost_zeros",
                f"{what} er ikke så langt som de andre, der har nuller foran: er nuller gået "
                "tabt eller kommet til?",
                "Giv kolonnen formatet Tekst, og skriv nummeret helt ud.",
            )
            for place in parsed.pick(is_short)
        ]

    return check


def find_odd_lengths(texts: Iterable[str]) -> set[str]:
    """Return the numbers shorter than most that have zeros in front, and longer ones of those."""
    digits = [text for text in texts if text.isdigit()]
    widths = Counter(len(text) for text in digits if text[0] == "0")
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    return {text for text in digits if len(text) < usual or (text[0] == "0" and len(text) > usual)}


def check_extra_places(parsed: Parsed) -> list[Finding]:
    """Return one information: agreements without a number of extra places have none."""
    if "extra_places" not in parsed.table.columns:
        return []
    blank = parsed.pick(parsed.column("extra_places").codes == BLANK)
    text = f"Ekstra pladser er tom i {len(blank)} af {len(parsed.kept())} aftaler: læst som ingen."
    return [
        find(parsed, place, "extra_places", "agreement.no_extra_places", text, "", "info")
        for place in blank[:1]
    ]
