"""The tables and blocks by which readers can judge the numbers, each by a name notebooks use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from socok_analysis.show import comparison, ledger, quality, scaled, sources
from socok_analysis.show.markdown import Table
from socok_analysis.show.page import Page

TABLES: Mapping[str, Callable[[Page], Table | None]] = {
    "revisions": ledger.make_revisions,
    "definition_changes": ledger.make_definitions,
    "ledger": ledger.make_entries,
    "changes": ledger.make_changes,
    "files": sources.make_files,
    "received": quality.make_received,
    "checks": quality.make_checks,
    "deviations": quality.make_deviations,
    "definitions": comparison.make_definition_list,
    "comparison": comparison.make_comparison,
    "differences": comparison.make_differences,
    "jobs_per_year": scaled.make_jobs_per_year,
    "decided": scaled.make_decided,
}
BLOCKS: Mapping[str, Callable[[Page], str]] = {
    "sources": sources.list_sources,
    "fingerprints": sources.show_fingerprints,
    "breaks": comparison.tell_breaks,
    "absent": quality.list_absent,
    "findings": quality.list_findings,
    "first_report": ledger.tell_first,
}
