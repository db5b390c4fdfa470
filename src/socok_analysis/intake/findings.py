"""Findings of a workbook's health: what they are, and those its package alone tells.

A finding names a place and never what stands there. All are written to `health.csv`; those that
ask something of the analyst are told as problems too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from socok_analysis.intake.archive import WorkbookError, open_archive
from socok_analysis.problems import Problem, Severity


@dataclass(frozen=True)
class Finding:
    """One finding of a workbook's health: what, where first, how often, and what to do."""

    file: str
    finding: str
    sheet: str
    place: str
    count: int
    severity: Severity
    message: str
    advice: str


COLUMNS = tuple(field.name for field in fields(Finding))
PARTS: Mapping[str, tuple[re.Pattern[str], str, str]] = {
    "macros": (
        re.compile(r"xl/(vbaProject\.bin|macrosheets/.+\.xml)$"),
        "Filen har makroer. De er ikke kørt.",
        "Gem udtrækket som .xlsx, som ingen makroer har.",
    ),
    "external_links": (
        re.compile(r"xl/externalLinks/[^/]+\.xml$"),
        "Filen henter tal fra andre filer. De sidst gemte tal er læst; de kan være forældede.",
        "Kopiér cellerne, og indsæt dem som værdier, før filen lægges i årsmappen.",
    ),
    "connections": (
        re.compile(r"xl/(connections\.xml|queryTables/.+\.xml)$"),
        "Filen henter data udefra. De sidst hentede data er læst.",
        "Opdatér data i Excel, og gem filen, før den lægges i årsmappen.",
    ),
    "embedded": (
        re.compile(r"xl/embeddings/.+"),
        "Filen har andre filer i sig. De er ikke læst.",
        "Se efter, at de ikke har personoplysninger, eller slet dem.",
    ),
}  # fmt: skip


def inspect_package(path: Path, shown_name: str) -> list[Finding]:
    """Return what the parts of a workbook tell; nothing for a file that cannot be read."""
    try:
        with open_archive(path) as archive:
            names = archive.namelist()
    except WorkbookError:
        return []
    counts = {kind: sum(bool(parts[0].match(name)) for name in names)
              for kind, parts in PARTS.items()}  # fmt: skip
    return [
        Finding(shown_name, kind, "", "", count, "warning", PARTS[kind][1], PARTS[kind][2])
        for kind, count in counts.items()
        if count
    ]


def report_refusal(shown_name: str, error: WorkbookError) -> Finding:
    """Return the finding for a workbook that could not be read at all."""
    return Finding(shown_name, "refused", "", "", 1, "error", str(error), error.advice)


def report_findings(findings: Iterable[Finding]) -> list[Problem]:
    """Return findings as problems, but for mere information; a refusal is told by the reader."""
    return [
        Problem(
            each.severity, f"health.{each.finding}", f"{each.message}{count_places(each)}",
            file=each.file, sheet=each.sheet, cell=each.place.partition(",")[0].rstrip(" ."),
            advice=each.advice,
        )
        for each in findings
        if each.finding != "refused" and each.severity != "info"
    ]  # fmt: skip


def count_places(finding: Finding) -> str:
    """Return how often and where a finding was made, to be added to its message."""
    return f" ({finding.count}: {finding.place})" if finding.place and finding.count > 1 else ""
