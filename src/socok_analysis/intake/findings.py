"""Findings of a workbook's health: what they are, and those its package alone tells.

A finding names a place and never what stands there. All are written to `health.csv`; those that
ask something of the analyst are told as problems too.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.personal_numbers import is_written_cpr
from socok_analysis.workbook.archive import (
    MOST_TREE_BYTES,
    WorkbookError,
    open_archive,
    stream_part,
)


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
    "pivot_tables": (
        re.compile(r"xl/pivotCache/pivotCacheRecords[^/]*\.xml$"),
        "Filen har en pivottabel, som gemmer en kopi af de rækker, den er lavet af. Kopien er ikke "
        "læst.",
        "Slet pivottabellen, eller kopiér den, og indsæt den som værdier.",
    ),
    "embedded": (
        re.compile(r"xl/embeddings/.+"),
        "Filen har andre filer i sig. De er ikke læst.",
        "Se efter, at de ikke har personoplysninger, eller slet dem.",
    ),
}
WORDED = {
    "properties": (re.compile(r"docProps/[^/]+\.xml$"), "Filens egenskaber", "Filer, Oplysninger"),
    "names": (re.compile(r"xl/workbook\.xml$"), "Filens definerede navne", "Formler, Navnestyring"),
    "drawings": (re.compile(r"xl/drawings/[^/]+\.xml$"), "Filens tekstfelter og figurer", ""),
    "charts": (re.compile(r"xl/charts/[^/]+\.xml$"), "Filens diagrammer", ""),
}
BETWEEN_TAGS = re.compile(rb">([^<]+)<")


def inspect_package(path: Path, shown_name: str) -> list[Finding]:
    """Return what the parts of a workbook tell; nothing for a file that cannot be read."""
    try:
        with open_archive(path) as archive:
            return [*list_parts(archive, shown_name), *list_personal_parts(archive, shown_name)]
    except WorkbookError:
        return []


def list_parts(archive: zipfile.ZipFile, shown_name: str) -> Iterator[Finding]:
    """Yield what a workbook has beside its sheets."""
    for kind, (pattern, message, advice) in PARTS.items():
        if count := sum(bool(pattern.match(name)) for name in archive.namelist()):
            yield Finding(shown_name, kind, "", "", count, "warning", message, advice)


def list_personal_parts(archive: zipfile.ZipFile, shown_name: str) -> Iterator[Finding]:
    """Yield where a workbook has personal numbers outside its sheets."""
    for kind, (pattern, what, where) in WORDED.items():
        names = [name for name in archive.namelist() if pattern.match(name)]
        if count := sum(holds_number(archive, name) for name in names):
            yield Finding(
                shown_name,
                f"cpr_in_{kind}",
                "",
                "",
                count,
                "warning",
                f"{what} har CPR-numre. De er ikke læst.",
                "Slet dem i Excel" + (f" ({where})." if where else "."),
            )


def holds_number(archive: zipfile.ZipFile, name: str) -> bool:
    """Tell whether the words of a small part hold a personal number; a large one is not read."""
    if archive.getinfo(name).file_size > MOST_TREE_BYTES:
        return False
    words = BETWEEN_TAGS.findall(b"".join(stream_part(archive, name)))
    return is_written_cpr(b" ".join(words).decode(errors="replace"))


def report_refusal(shown_name: str, error: WorkbookError) -> Finding:
    """Return the finding for a workbook that could not be read at all."""
    return Finding(shown_name, "refused", "", "", 1, "error", str(error), error.advice)


def report_findings(findings: Iterable[Finding]) -> list[Problem]:
    """Return findings as problems, but for mere information; a refusal is told by the reader."""
    return [
        Problem(
            each.severity,
            f"health.{each.finding}",
            f"{each.message}{count_places(each)}",
            file=each.file,
            sheet=each.sheet,
            cell=each.place.partition(",")[0].rstrip(" ."),
            advice=each.advice,
        )
        for each in findings
        if each.finding != "refused" and each.severity != "info"
    ]


def count_places(finding: Finding) -> str:
    """Return how often and where a finding was made, to be added to its message."""
    return f" ({finding.count}: {finding.place})" if finding.place and finding.count > 1 else ""
