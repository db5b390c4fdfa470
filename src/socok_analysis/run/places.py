"""Where an edition may be written: never over anything but what socok has made.

A public site's folder stays public, and an internal one stays inside: neither replaces the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from socok_analysis.core.errors import UsageError
from socok_analysis.core.manifest import FILE, read_manifest
from socok_analysis.disclosure import Edition

SITES: Mapping[Edition, str] = {"public": "_site", "internal": "_site-intern"}
BRIEFS: Mapping[Edition, str] = {"public": "notater", "internal": "notater-intern"}
PAGES: Mapping[Edition, str] = {"public": "report", "internal": "report-intern"}
EDITION_DA: Mapping[str, str] = {"public": "den offentlige", "internal": "den interne"}
MARK = "Intern udgave"


def choose_site(root: Path, out: Path | None, edition: Edition) -> Path:
    """Return the site's folder; raise UsageError for one that holds anything but such a site."""
    if out is None:
        return root / SITES[edition]
    site, home = out.resolve(), root.resolve()
    if home.is_relative_to(site) or (site.is_relative_to(home) and site.parent != home):
        raise UsageError(f"--out {out} er projektet selv eller ligger inde i det.")
    check_apart(root, site, edition)
    if not is_free(site):
        check_site(site, edition)
    return site


def check_site(site: Path, edition: Edition) -> None:
    """Raise UsageError where a folder holds no site of ours, or one of the other edition."""
    if not ((site / FILE).is_file() and (site / "index.html").is_file()):
        raise UsageError(
            f"--out {site} er ikke tom og er ikke et site, socok har lavet. "
            "Vælg en ny mappe: det, der ligger i den, bliver erstattet."
        )
    there = str(read_manifest(site).get("edition"))
    if there != edition:
        raise UsageError(
            f"I {site} ligger {EDITION_DA.get(there, 'en anden')} udgave. "
            f"Vælg en anden mappe til {EDITION_DA[edition]}: de må ikke blandes."
        )


def choose_brief(
    root: Path, out: Path | None, edition: Edition, name: str, kinds: Collection[str]
) -> Path:
    """Return a brief's folder; raise UsageError for one that holds anything but that brief."""
    if out is None:
        return root / BRIEFS[edition] / name
    check_apart(root, out, edition)
    if is_free(out):
        return out
    own = {f"{name}.{kind}" for kind in kinds}
    if not out.is_dir() or {path.name for path in out.iterdir()} - own:
        raise UsageError(
            f"--out {out} er ikke tom. Vælg en ny mappe: det, der ligger i den, bliver erstattet."
        )
    page = out / f"{name}.html"
    is_internal = page.is_file() and MARK in page.read_text(encoding="utf-8")
    if is_internal != (edition == "internal"):
        raise UsageError(f"I {out} ligger den anden udgave. De må ikke blandes.")
    return out


def check_apart(root: Path, out: Path, edition: Edition) -> None:
    """Raise UsageError where a folder lies in one of the other edition's."""
    others = (
        root.resolve() / folders[other]
        for folders in (SITES, BRIEFS, PAGES)
        for other in folders
        if other != edition
    )
    if any(out.resolve().is_relative_to(other) for other in others):
        raise UsageError(f"--out {out} er den anden udgaves mappe. De må ikke blandes.")


def is_free(folder: Path) -> bool:
    """Tell whether a folder is not there yet, or empty."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
