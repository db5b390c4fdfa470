"""What was received: the rows of each export that were used, set aside and passed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from socok_analysis.core.year import Year
from socok_analysis.figures.figure import Figure, explain

UNUSED = "unused"
PARTS = {"rows_kept": "rows", "rows_quarantined": "set_aside", "rows_skipped": "passed_over"}


def measure_received(accounts: Iterable[Mapping[str, object]], year: Year) -> list[Figure]:
    """Return the rows of each kind of export; sheets of no known kind together."""
    counts: dict[str, int] = {}
    files: dict[str, str] = {}
    for account in accounts:
        kind = str(account["kind"] or UNUSED)
        for column, name in PARTS.items():
            key = f"intake.{kind}.{name}"
            counts[key] = counts.get(key, 0) + int(str(account[column]))
            files[key] = f"{account['file']} › {account['sheet']}"
    return [
        explain(Figure(name, number, (name,), period_end=year.period_end), {name: files[name]})
        for name, number in counts.items()
    ]
