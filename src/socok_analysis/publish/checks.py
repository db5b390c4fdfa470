"""Checks rendered pages: nothing is published with a broken link, reference or missing image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from socok_analysis.publish.links import join_path, page_name, split_link
from socok_analysis.publish.project import Project

_MESSAGES = {
    "reference": "henvisningen {text} peger på en figur eller tabel, der ikke findes på siden",
    "twice": "mærket #{text} er brugt mere end én gang",
    "no-alt": "billedet {text} mangler alternativ tekst (fig-alt)",
    "foreign-image": "billedet {text} ligger ikke i rapporten",
    "no-image": "billedet {text} (eller PNG-filen ved siden af) findes ikke",
    "unsafe-link": "linket {text} er gjort til almindelig tekst",
}
_HARMLESS = ("unsafe-link",)

Rendered = Mapping[str, Mapping[str, Any]]


def list_faults(project: Project, rendered: Rendered) -> list[str]:
    """Everything that must be put right first, each with its page."""
    return [
        f"{name}: {fault}"
        for name, answer in rendered.items()
        for fault in (
            *describe_faults(answer["faults"]),
            *_check_images(project, name, answer),
            *_check_links(project, name, rendered),
        )
    ]


def list_warnings(rendered: Rendered) -> tuple[str, ...]:
    """What was made harmless on the way, each with its page."""
    return tuple(
        f"{name}: {_describe(fault)}"
        for name, answer in rendered.items()
        for fault in answer["faults"]
        if fault["kind"] in _HARMLESS
    )


def describe_faults(faults: list[dict[str, str]]) -> list[str]:
    """The faults the reading found that stop publication, in Danish."""
    return [_describe(fault) for fault in faults if fault["kind"] not in _HARMLESS]


def _describe(fault: Mapping[str, str]) -> str:
    return _MESSAGES[fault["kind"]].format(text=fault["text"])


def _check_images(project: Project, name: str, answer: Mapping[str, Any]) -> Iterator[str]:
    for source in answer["images"]:
        path = join_path(name, source)
        if path.startswith("..") or not (project.folder / path).is_file():
            yield f"billedet {source} findes ikke"


def _check_links(project: Project, name: str, rendered: Rendered) -> Iterator[str]:
    pages = {page_name(source): source for source in project.pages}
    for target in rendered[name]["links"]:
        path, fragment = split_link(target)
        goal = page_name(join_path(name, path) if path else name)
        if goal not in pages and goal not in project.resources:
            yield f"linket {target} fører ingen steder hen"
        elif fragment and goal in pages and fragment not in rendered[pages[goal]]["ids"]:
            yield f"linket {target} peger på et afsnit, der ikke findes"
