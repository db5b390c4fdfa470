"""From pages to what readers are given: the site, and briefs of one page.

A public edition's folder stays public, and an internal one stays inside: neither replaces the
other. What the project did not make is never written over or removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from socok_analysis.core.errors import MissingError, UsageError
from socok_analysis.core.folders import OWN, lock_project, replace_folder, workplace
from socok_analysis.core.manifest import (
    FILE,
    describe_library,
    hash_files,
    read_manifest,
    write_manifest,
)
from socok_analysis.core.year import Year
from socok_analysis.disclosure import Edition
from socok_analysis.run.notebooks import FRONT_PAGE, Run, keep_inside, run_notebook
from socok_analysis.run.pages import SITE_FILES, check_private, hash_description

SITE = "site"
HOMES: Mapping[Edition, tuple[str, str, str]] = {
    "public": ("_site", "notater", "report"),
    "internal": ("_site-intern", "notater-intern", "report-intern"),
}
WORKING = ("data", "notebooks", OWN)


def choose_folder(root: Path, out: Path | None, edition: Edition, name: str = SITE) -> Path:
    """Return the folder of the site, or of the brief of a name.

    Raise UsageError for one that holds anything but that, of the same edition.
    """
    other: Edition = "internal" if edition == "public" else "public"
    site, briefs, pages = HOMES[edition]
    if out is None:
        return root / site if name == SITE else root / briefs / name
    place, home = out.resolve(), root.resolve()
    if any(place.is_relative_to(home / each) for each in (*HOMES[other], *WORKING, pages)):
        told = "er en af projektets egne mapper eller den anden udgaves. De må ikke blandes."
        raise UsageError(f"--out {out} {told}")
    manifest, is_dir = read_manifest(place), place.is_dir()
    if not place.exists() or (is_dir and not any(place.iterdir())):
        return place
    if manifest.get("holds") != name:
        raise UsageError(
            f"--out {out} er ikke tom, og socok har ikke lavet det, der ligger i den. "
            "Vælg en ny mappe: den bliver lavet."
        )
    if manifest.get("edition") != edition:
        raise UsageError(f"I {out} ligger den anden udgave. De må ikke blandes: vælg en ny mappe.")
    return place


def list_site_inputs(root: Path, folders: Sequence[Path], publisher: str) -> dict[str, object]:
    """Return what the site is made from: the pages, its description and the publisher."""
    files = hash_files(root, [folder / FILE for folder in folders]) | hash_description(root)
    quarto = [os.environ.get("QUARTO_PATH"), shutil.which("quarto")]
    return {"files": files, "publisher": [publisher, quarto], "library": describe_library()}


def publish_pages(
    root: Path,
    folders: Sequence[Path],
    site: Path,
    inputs: dict[str, object],
    edition: Edition,
    publisher: Any,
) -> tuple[str, int]:
    """Publish the pages as a site; return the publisher used and the number of pages.

    It is built in a project folder of its own: nothing else of the project, the exports least of
    all, is within a publisher's reach.
    """
    import yaml

    from socok_analysis.publish.site import publish_site

    with workplace(root) as place:
        staged = place / "projekt"
        staged.mkdir()
        for name in SITE_FILES:
            if not (root / name).exists():
                raise MissingError(f"{name} mangler i projektets mappe.")
            shutil.copy2(root / name, staged)
        settings = yaml.safe_load((root / "_quarto.yml").read_text(encoding="utf-8"))
        settings["project"].pop("pre-render", None)
        text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
        (staged / "_quarto.yml").write_text(text, encoding="utf-8")
        inserted = f"{FRONT_PAGE}.md"
        for folder in folders:
            unlisted = shutil.ignore_patterns(FILE, inserted)
            shutil.copytree(folder, staged / "report" / folder.name, ignore=unlisted)
        shutil.copy2(folders[-1] / inserted, staged / "report")
        result = publish_site(staged, place / SITE, publisher)
        move_in(place / SITE, site, root, edition, SITE, inputs)
    return result.publisher, result.pages


def move_in(
    made: Path, target: Path, root: Path, edition: Edition, name: str, inputs: dict[str, object]
) -> None:
    """Let what was made take its place whole; what is there and not ours, as a `.git`, stays."""
    ours = {FILE, *read_manifest(target).get("outputs", {})}
    with replace_folder(target, private=edition == "internal") as fresh:
        shutil.copytree(made, fresh, dirs_exist_ok=True)
        check_private(fresh, root)
        write_manifest(fresh, inputs, edition=edition, holds=name)
        for folder, _, names in os.walk(target):
            for path in (Path(folder, each).relative_to(target) for each in names):
                if path.as_posix() not in ours and not (fresh / path).exists():
                    (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(target / path, fresh / path, follow_symlinks=False)


def make_brief(
    year: Year,
    notebook: str,
    name: str,
    parameters: Mapping[str, object],
    edition: Edition,
    out: Path | None = None,
) -> list[Path]:
    """Run a notebook of `notebooks/` and write its page as a brief called `name`; return the files.

    They take the place of an earlier brief of that name, all or none.
    """
    from socok_analysis.publish.documents import write_brief
    from socok_analysis.run.make import describe

    source = year.root / "notebooks" / f"{notebook}.ipynb"
    if not source.is_file():
        raise MissingError(f"Notebooken {source.name} mangler i mappen notebooks.")
    folder = choose_folder(year.root, out, edition, name)
    keep_inside(year.root)
    run = Run(source, name, 0, tuple({**parameters, "edition": edition}.items()))
    with lock_project(year.root, f"notatet {name}"), workplace(year.root) as place:
        page, made = run_notebook(run, place), place / "ud"
        made.mkdir()
        written = write_brief(page, describe(year, edition), made / name)
        move_in(made, folder, year.root, edition, name, {})
    return [folder / path.name for path in written]
