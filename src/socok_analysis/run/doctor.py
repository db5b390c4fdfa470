"""What is installed, what is missing, and what follows from it.

Each examination returns a `Finding`; nothing is changed, and nothing personal is read.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

State = Literal["ok", "note", "missing"]
STATE_DA: dict[State, str] = {"ok": "i orden", "note": "bemærk", "missing": "mangler"}
LEAST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing examined: `detail` says what was found, `advice` what follows and what to do."""

    subject: str
    state: State
    detail: str
    advice: str = ""


def examine(root: Path | None) -> list[Finding]:
    """Return the findings about the machine and, where there is one, the project."""
    found = [examine_python(), *examine_packages(), examine_pandoc(), examine_quarto()]
    found += [examine_fonts(), examine_forking()]
    return found if root is None else [*found, *examine_project(root)]


def examine_python() -> Finding:
    """Return whether Python is new enough."""
    text = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= LEAST_PYTHON:
        return Finding("Python", "ok", text)
    return Finding("Python", "missing", text, "Python 3.11 eller nyere er nødvendig.")


def examine_packages() -> list[Finding]:
    """Return whether each package the project needs is installed and new enough."""
    from packaging.requirements import Requirement

    try:
        declared = [Requirement(text) for text in requires("socok-analysis") or ()]
    except PackageNotFoundError:
        advice = "Kør “make report” eller “pip install .” i projektets mappe."
        return [Finding("Python-pakker", "missing", "socok-analysis er ikke installeret", advice)]
    needed = [r for r in declared if r.marker is None or r.marker.evaluate({"extra": ""})]
    faults = [text for r in needed if (text := describe_fault(r.name, r.specifier))]
    if faults:
        advice = "Kør “make report” igen, eller “pip install .” i projektets mappe."
        return [Finding("Python-pakker", "missing", "; ".join(faults), advice)]
    return [Finding("Python-pakker", "ok", f"alle {len(needed)} er installeret")]


def describe_fault(name: str, wanted: object) -> str:
    """Return what is wrong with an installed package; nothing where it is as wanted."""
    from packaging.specifiers import SpecifierSet

    try:
        installed = version(name)
    except PackageNotFoundError:
        return f"{name} mangler"
    fits = SpecifierSet(str(wanted)).contains(installed, prereleases=True)
    return "" if fits else f"{name} {installed} skal være {wanted}"


def examine_pandoc() -> Finding:
    """Return whether pandoc is there: pages, PDF and Word need it."""
    from socok_analysis.publish.pandoc import PublishError, find_pandoc, read_pandoc_version

    try:
        find_pandoc()
        return Finding("pandoc", "ok", read_pandoc_version())
    except (PublishError, OSError):
        advice = "Uden pandoc kan intet udgives. Geninstallér pakken pypandoc_binary."
        return Finding("pandoc", "missing", "ikke fundet", advice)


def examine_quarto() -> Finding:
    """Return whether Quarto is there: it is used where it is, and not needed."""
    from socok_analysis.publish.pandoc import PublishError
    from socok_analysis.publish.quarto import find_quarto, read_quarto_version

    program = find_quarto()
    if program is None:
        advice = "Sitet laves med den indbyggede udgiver: samme sider og tal, andet udseende."
        return Finding("Quarto", "note", "ikke installeret", advice)
    try:
        return Finding("Quarto", "ok", f"{read_quarto_version(program)} ({program})")
    except (PublishError, OSError):
        advice = "Geninstallér Quarto, eller brug --publisher embedded."
        return Finding("Quarto", "missing", f"{program} kan ikke køres", advice)


def examine_fonts() -> Finding:
    """Return whether the PDF's typeface is there."""
    from socok_analysis.publish.documents import find_fonts
    from socok_analysis.publish.pandoc import PublishError

    try:
        is_there = (find_fonts() / "DejaVuSans.ttf").is_file()
    except PublishError:
        is_there = False
    if is_there:
        return Finding("Skrifttyper", "ok", "DejaVu Sans (fra matplotlib)")
    advice = "PDF'en mangler tegn. Geninstallér pakken matplotlib."
    return Finding("Skrifttyper", "missing", "DejaVu Sans ikke fundet", advice)


def examine_forking() -> Finding:
    """Return how notebooks are run: in copies of a prepared process, or in kernels."""
    cores = f"{os.cpu_count() or 1} processorkerner"
    if hasattr(os, "fork"):
        return Finding("Notebooks", "ok", f"kører i forberedte processer, {cores}")
    advice = "På Windows køres notebooks i almindelige kerner: samme sider, men langsommere."
    return Finding("Notebooks", "note", f"kører i kerner, {cores}", advice)


def examine_project(root: Path) -> Iterator[Finding]:
    """Yield the findings about a project's folder."""
    yield examine_writing(root)
    yield examine_space(root)
    yield examine_key(root)
    yield examine_ignored(root)


def examine_writing(root: Path) -> Finding:
    """Return whether files can be written in the project."""
    try:
        with tempfile.TemporaryFile(dir=root):
            return Finding("Projektets mappe", "ok", str(root))
    except OSError as error:
        advice = "Flyt projektet til en mappe, du må skrive i."
        return Finding("Projektets mappe", "missing", f"{root}: {error.strerror}", advice)


def examine_space(root: Path) -> Finding:
    """Return whether there is room for a report on the disk."""
    free = shutil.disk_usage(root).free
    text = f"{free // 1_000_000_000} GB ledig"
    if free >= LEAST_FREE_BYTES:
        return Finding("Plads på disken", "ok", text)
    return Finding("Plads på disken", "missing", text, "Frigør mindst en halv gigabyte.")


def examine_key(root: Path) -> Finding:
    """Return whether the key of the person keys is there, and only its owner can read it."""
    from socok_analysis.intake.people import key_path

    path = key_path(root)
    if not path.exists():
        return Finding("Personnøgle", "note", "findes ikke endnu", "Den laves ved første kørsel.")
    is_open = os.name == "posix" and path.stat().st_mode & 0o077
    if is_open:
        advice = f"Andre kan læse {path}. Luk den: chmod 600."
        return Finding("Personnøgle", "missing", "kan læses af andre", advice)
    advice = "Tag en sikkerhedskopi et sikkert sted: uden den kan personer ikke genkendes."
    return Finding("Personnøgle", "ok", str(path), advice)


def examine_ignored(root: Path) -> Finding:
    """Return whether git leaves the key and the generated folders alone."""
    listed = root / ".gitignore"
    if not (root / ".git").exists():
        return Finding("git", "ok", "projektet er ikke i git")
    text = listed.read_text(encoding="utf-8") if listed.is_file() else ""
    missing = [name for name in (".socok", "data/processed", "_site") if name not in text]
    if not missing:
        return Finding("git", "ok", "nøglen og det genererede er uden for git")
    advice = f"Skriv {', '.join(missing)} i .gitignore, før du gemmer noget i git."
    return Finding("git", "missing", "noget fortroligt kan komme med i git", advice)
