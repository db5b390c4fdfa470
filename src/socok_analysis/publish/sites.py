"""Publishes a staged project folder as a website, with Quarto or with our own publisher."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from socok_analysis.publish.checks import list_faults, list_warnings
from socok_analysis.publish.embedded import publish_embedded, render_pages
from socok_analysis.publish.errors import PublishError
from socok_analysis.publish.pandoc import read_pandoc_version
from socok_analysis.publish.project import read_project
from socok_analysis.publish.quarto import find_quarto, publish_quarto, read_quarto_version
from socok_analysis.publish.search import write_index

Publisher = Literal["auto", "quarto", "embedded"]


@dataclass(frozen=True)
class PublishResult:
    """What was published, and with what."""

    publisher: Literal["quarto", "embedded"]
    version: str
    pages: int
    warnings: tuple[str, ...] = ()


def publish_site(
    staged: Path, site: Path, publisher: Publisher = "auto", kept: Path | None = None
) -> PublishResult:
    """Render `staged` into `site`, which must not exist yet; nothing is left there on failure.

    The pages are checked in the same way whichever publisher is used. In the folder `kept` our
    own publisher's pages stay, so that next time only those that have changed are rendered.
    """
    if site.exists():
        raise PublishError(f"Mappen {site} findes allerede.")
    quarto = choose_quarto(publisher)
    project = read_project(staged)
    rendered = render_pages(project, kept)
    if faults := list_faults(project, rendered):
        raise PublishError("Sitet kan ikke udgives:", faults)
    write_index(project, rendered, staged)
    if quarto:
        publish_quarto(quarto, project, site)
    else:
        publish_embedded(project, rendered, site)
    return PublishResult(
        publisher="quarto" if quarto else "embedded",
        version=read_quarto_version(quarto) if quarto else f"pandoc {read_pandoc_version()}",
        pages=len(project.pages),
        warnings=list_warnings(rendered),
    )


def index_pages(folder: Path) -> None:
    """Write the search index of a project's pages, for whoever runs Quarto by hand."""
    project = read_project(folder)
    write_index(project, render_pages(project), folder)


def choose_quarto(publisher: Publisher) -> Path | None:
    """The quarto program to use, or None for the embedded publisher."""
    quarto = None if publisher == "embedded" else find_quarto()
    if publisher == "quarto" and quarto is None:
        raise PublishError(
            "Quarto blev ikke fundet. Installér Quarto, sæt QUARTO_PATH, "
            "eller brug --publisher embedded."
        )
    return quarto
