"""From pages to what readers are given: documents and downloads, the site, briefs.

A public edition's folder stays public, and an internal one stays inside: neither replaces the
other. What the project did not make is never written over or removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from socok_analysis.core.errors import MissingError, UsageError
from socok_analysis.core.folders import lock_project, replace_folder
from socok_analysis.core.manifest import (
    FILE,
    describe_library,
    hash_files,
    is_fresh,
    read_manifest,
    write_manifest,
)
from socok_analysis.core.year import Year, pages_dir
from socok_analysis.disclosure import Edition
from socok_analysis.run.build import Say
from socok_analysis.run.notebooks import FRONT_PAGE, Run, keep_inside, run_notebook
from socok_analysis.run.pages import PageFolder, check_private, gather_pages, list_gathered_inputs

WORKPLACE, SITE_FILES, KINDS = ".socok", ("_quarto.yml", "index.qmd"), ("html", "pdf", "docx")
SITES: Mapping[Edition, str] = {"public": "_site", "internal": "_site-intern"}
BRIEFS: Mapping[Edition, str] = {"public": "notater", "internal": "notater-intern"}
PAGES: Mapping[Edition, str] = {"public": "report", "internal": "report-intern"}
EDITION_DA = {"public": "den offentlige", "internal": "den interne"}
INTERNAL = "Intern udgave"


def choose_site(root: Path, out: Path | None, edition: Edition) -> Path:
    """Return the site's folder; raise UsageError for one that holds anything but such a site."""
    if out is None:
        return root / SITES[edition]
    site, home = out.resolve(), root.resolve()
    if home.is_relative_to(site) or (site.is_relative_to(home) and site.parent != home):
        raise UsageError(f"--out {out} er projektet selv eller ligger inde i det.")
    check_apart(root, site, edition)
    if is_free(site):
        return site
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
    return site


def choose_brief(root: Path, out: Path | None, edition: Edition, name: str) -> Path:
    """Return a brief's folder; raise UsageError for one that holds anything but that brief."""
    if out is None:
        return root / BRIEFS[edition] / name
    check_apart(root, out, edition)
    own = {f"{name}.{kind}" for kind in KINDS}
    if not is_free(out) and (not out.is_dir() or {path.name for path in out.iterdir()} - own):
        raise UsageError(
            f"--out {out} er ikke tom. Vælg en ny mappe: det, der ligger i den, bliver erstattet."
        )
    page = out / f"{name}.html"
    is_internal = page.is_file() and INTERNAL in page.read_text(encoding="utf-8")
    if not is_free(out) and is_internal != (edition == "internal"):
        raise UsageError(f"I {out} ligger den anden udgave. De må ikke blandes.")
    return out


def check_apart(root: Path, out: Path, edition: Edition) -> None:
    """Raise UsageError where a folder lies in one of the other edition's."""
    other: Edition = "internal" if edition == "public" else "public"
    folders = (root.resolve() / places[other] for places in (SITES, BRIEFS, PAGES))
    if any(out.resolve().is_relative_to(folder) for folder in folders):
        raise UsageError(f"--out {out} er den anden udgaves mappe. De må ikke blandes.")


def is_free(folder: Path) -> bool:
    """Tell whether a folder is not there yet, or empty."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def gather_year(
    year: Year, pages: Sequence[PageFolder], edition: Edition, force: bool, say: Say
) -> None:
    """Put a year's pages into its folder in `report/`, with its PDF and Word document.

    The attack runs while pandoc writes; where it finds something the folder stays as it was.
    """
    folder = pages_dir(year.root, edition) / str(year.year)
    brief = hash_files(year.root, (year.root / "notebooks").glob("resume.ipynb"))
    inputs = {**list_gathered_inputs(year, pages), "brief": brief}
    if not force and is_fresh(folder, inputs):
        return
    from socok_analysis.run.documents import attack_year, write_year_documents

    say(f"{year.year}: skriver PDF, Word, Excel og CSV")
    is_internal = edition == "internal"
    with replace_folder(folder, private=is_internal) as fresh, ThreadPoolExecutor(1) as beside:
        attack = None if is_internal else beside.submit(attack_year, year, say)
        gather_pages(pages, fresh)
        written = [fresh / f"{page.run.page}.ipynb" for page in pages]
        write_year_documents(year, edition, written, fresh)
        check_private(fresh, year.root)
        audit = attack.result() if attack else {}
        write_manifest(fresh, inputs, year=year.year, edition=edition, audit=audit)


def gather_front(year: Year, pages: Sequence[PageFolder], edition: Edition, force: bool) -> None:
    """Put the front page into its folder, and its Markdown beside it, where `index.qmd` has it."""
    folder = pages_dir(year.root, edition) / FRONT_PAGE
    inputs, target = list_gathered_inputs(year, pages), folder.with_name(f"{FRONT_PAGE}.md")
    if not force and is_fresh(folder, inputs) and target.exists():
        return
    from socok_analysis.publish.pages import read_page

    with replace_folder(folder, private=edition == "internal") as fresh:
        gather_pages(pages, fresh)
        check_private(fresh, year.root)
        write_manifest(fresh, inputs, year=year.year, edition=edition)
    text = read_page(folder / f"{FRONT_PAGE}.ipynb").markdown
    text = text.replace("](figures/", f"](report/{FRONT_PAGE}/figures/")
    target.write_text(text, encoding="utf-8", newline="\n")
    target.chmod(0o600 if edition == "internal" else 0o644)


def hash_description(root: Path) -> dict[str, str]:
    """Return the hashes of the site's description; the documents' chapters follow its menu."""
    return hash_files(root, [root / name for name in SITE_FILES if (root / name).exists()])


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
    """Publish the pages as a site, built in a folder of its own and moved into place whole.

    Files in the site's folder that are not this project's stay there. Return the publisher used
    and the number of pages.
    """
    from socok_analysis.publish.site import publish_site

    with TemporaryDirectory(prefix="site-", dir=root / WORKPLACE) as temporary:
        staged, made = Path(temporary) / "projekt", Path(temporary) / "site"
        stage(root, folders, staged)
        result = publish_site(staged, made, publisher)
        with replace_folder(site, private=edition == "internal") as fresh:
            shutil.copytree(made, fresh, dirs_exist_ok=True)
            check_private(fresh, root)
            write_manifest(fresh, inputs, edition=edition)
            keep_strangers(site, fresh)
    return result.publisher, result.pages


def keep_strangers(site: Path, fresh: Path) -> None:
    """Copy what lies in the site's folder and is not in its manifest: a `.git`, a `CNAME`."""
    outputs = read_manifest(site).get("outputs", {})
    assert isinstance(outputs, dict)
    for folder, _, names in os.walk(site):
        for name in names:
            path = Path(folder, name).relative_to(site)
            if path.as_posix() not in {FILE, *outputs} and not (fresh / path).exists():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(site / path, fresh / path, follow_symlinks=False)


def stage(root: Path, folders: Sequence[Path], staged: Path) -> None:
    """Copy what the site is made from into a project folder of its own.

    Nothing else of the project, the exports least of all, is within a publisher's reach.
    """
    import yaml

    staged.mkdir(parents=True)
    for name in SITE_FILES:
        if not (root / name).exists():
            raise MissingError(f"{name} mangler i projektets mappe.")
    settings = yaml.safe_load((root / "_quarto.yml").read_text(encoding="utf-8"))
    settings["project"].pop("pre-render", None)
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    (staged / "_quarto.yml").write_text(text, encoding="utf-8")
    shutil.copy2(root / "index.qmd", staged / "index.qmd")
    for folder in folders:
        unlisted = shutil.ignore_patterns(FILE)
        shutil.copytree(folder, staged / "report" / folder.name, ignore=unlisted)
    shutil.copy2(folders[-1].with_name(f"{FRONT_PAGE}.md"), staged / "report")


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
    from socok_analysis.run.documents import describe

    source = year.root / "notebooks" / f"{notebook}.ipynb"
    if not source.is_file():
        raise MissingError(f"Notebooken {source.name} mangler i mappen notebooks.")
    folder = choose_brief(year.root, out, edition, name)
    keep_inside(year.root)
    with TemporaryDirectory(prefix="notat-", dir=year.root / WORKPLACE) as place:
        run = Run(source, name, 0, tuple({**parameters, "edition": edition}.items()))
        page = run_notebook(run, Path(place))
        is_internal = edition == "internal"
        held = lock_project(year.root, f"notatet {name}")
        with held, replace_folder(folder, private=is_internal) as fresh:
            made = write_brief(page, describe(year, edition), fresh / name)
            check_private(fresh, year.root)
    return [folder / path.name for path in made]
