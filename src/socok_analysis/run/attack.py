"""The attack on a year's public edition, before its pages are made."""

from __future__ import annotations

from socok_analysis.core.errors import DataError
from socok_analysis.core.year import Year
from socok_analysis.disclosure.protection import (
    audit_years,
    describe_audit,
    list_disclosed,
    name_cells,
)
from socok_analysis.figures.figure import read_figures
from socok_analysis.run.build import Say, list_measured


def attack_year(year: Year, say: Say) -> dict[str, object]:
    """Return what the audit found; raise DataError where a protected number can be worked out."""
    years = [*list_measured(year.root, year.year), year]
    by_year = {each.year: read_figures(each.processed_dir, each.year) for each in years}
    audit = audit_years(years, by_year)
    say(f"{year.year}: {describe_audit(audit)}")
    if audit.disclosed:
        text = f"Rapporten for {year.year} kan ikke udgives: beskyttede tal kan regnes ud."
        raise DataError(text, list_disclosed(audit))
    return {"protected": len(audit.findings), "public_before": name_cells(audit.known)}
