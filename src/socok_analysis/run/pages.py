"""Pages are made in folders of their own, each when something it could have read has changed.

A page of plain cells (the library, pandas, numpy, matplotlib) reads the tables, texts and maps of
its year and those before it, and nothing else. One that could read more is made again each time.
A year's folder in `report/` is put together from pages; an interrupted report goes on where it was.

From them readers are given a site and briefs. A public edition's folder stays public, and an
internal one stays inside. What the project did not make is never written over or removed.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from socok_analysis.core.folders import OWN, lock_project, replace_folder, workplace
from socok_analysis.core.manifest import (
    FILE,
    describe_library,
    hash_file,
    hash_files,
    hash_text,
    is_fresh,
    read_manifest,
    write_manifest,
)
from socok_analysis.core.problems import MissingError, UsageError
from socok_analysis.core.year import Year, list_years, pages_dir, processed_dir
from socok_analysis.disclosure import Edition
from socok_analysis.figures.figure import read_figures
from socok_analysis.run.build import PREPARED, Say, hash_sources
from socok_analysis.run.notebooks import (
    FRONT_PAGE,
    Run,
    keep_inside,
    list_code,
    list_page_partners,
    list_runs,
    read_purpose,
    run_notebook,
    side_by_side,
)

SITE_FILES, SITE = ("_quarto.yml", "index.qmd"), "site"
HOMES: Mapping[Edition, tuple[str, str, str]] = {
    "public": ("_site", "notater", "report"),
    "internal": ("_site-intern", "notater-intern", "report-intern"),
}
WORKING = ("data", "notebooks", OWN)
PLACE = ".socok/sider"
PLAIN = {"pandas", "numpy", "matplotlib", "matplotlib.pyplot"}
OPENED = re.compile(r"\bopen_(page|status)\(globals\(\)")
READING = re.compile(
    r"read|load|open|(?<!pro)file|path|store|environ|handle|source|system|exec|eval|import|style|memmap|txt"
    r"|dir|root|attr|globals|locals|vars|compile|^(io|lib|os|sys|glob|rc_.*|now|today|__.*)$",
    re.IGNORECASE,
)
BUILDERS = re.compile(r"(editables|hatchling|pathspec|pip|pluggy|setuptools|trove_\w+|uv|wheel)-")
OWN_NAMES = {"open_page", "open_status", "open_tables", "evaluation_date"}


@dataclass(frozen=True)
class PageFolder:
    """Where a run's page is made, and what it is made from; `is_plain` where that is all."""

    root: Path
    path: Path
    run: Run
    inputs: Mapping[str, object] = field(hash=False)
    is_plain: bool

    def is_stale(self) -> bool:
        """Tell whether the page must be made."""
        return not self.is_plain or not is_fresh(self.path, self.inputs)

    def key(self) -> str:
        """Return a hash of the page and its charts, whatever they were made from."""
        paths = [path for path in self.path.rglob("*") if path.is_file() and path.name != FILE]
        return hash_text(json.dumps(hash_files(self.path, paths)))


def place_pages(
    root: Path, year: int, runs: Iterable[Run], edition: str, **known: object
) -> list[PageFolder]:
    """Return the folders of a year's pages, in their order. What they are made from is hashed now.

    Pages name each other: the titles of all notebooks count for each.
    """
    paths = sorted((root / "notebooks").glob("*.ipynb"))
    titles = [
        [path.stem, read_purpose(path), [text for text in list_code(path) if "page.title(" in text]]
        for path in paths
    ]
    common = {**list_year_inputs(root, year), "titles": hash_text(repr(titles)), **known}
    folders = []
    for run in runs:
        own = {"notebook": hash_file(run.notebook), "run": [run.page, run.order, run.parameters]}
        path = root / PLACE / edition / str(year) / run.page
        folders.append(PageFolder(root, path, run, {**own, **common}, is_plain(run.notebook)))
    return folders


def list_year_inputs(root: Path, year: int) -> dict[str, object]:
    """Return what anything of a year's report could be made from, the notebooks apart."""
    numbers = (number for number in list_years(root) if number <= year)
    tables = [path for number in numbers if (path := processed_dir(root, number) / FILE).is_file()]
    return {
        "files": hash_sources(root, year) | hash_files(root, tables),
        "library": describe_library(),
        "installed": describe_installed(root, root / "notebooks"),
    }


def describe_installed(*folders: Path) -> str:
    """Return a hash of the Python, of what is installed by name and version, and of modules of the
    project's own in these folders. What only builds packages counts for nothing.
    """
    places = [Path(place) for place in sys.path if Path(place).is_dir()]
    known = {path.name for place in places for path in place.glob("*.*-info")}
    known = {name for name in known if not BUILDERS.match(name)}
    own = [hash_file(path) for folder in folders for path in sorted(folder.glob("*.py"))]
    return hash_text(repr([platform.python_version(), sorted(known), own]))


def is_plain(notebook: Path) -> bool:
    """Tell whether a notebook can read nothing but what its page is handed.

    When in doubt it can: another import, another year than its own, or a name that may read.
    """
    given = list_code(notebook, "parameters")
    try:
        return not any(
            may_read(node, source in given)
            for source in list_code(notebook)
            for node in ast.walk(ast.parse(OPENED.sub("open_page(0", source)))
        )
    except SyntaxError:  # a magic, or a command of the shell
        return False


def may_read(node: ast.AST, is_given: bool) -> bool:
    """Tell whether a piece of code may read something that is not listed.

    In the cell of the parameters the year is given its value.
    """
    match node:
        case ast.Import():
            return any(alias.name not in PLAIN for alias in node.names)
        case ast.ImportFrom():
            return node.level > 0 or node.module not in {*PLAIN, "socok_analysis"}
        case ast.Call(func=ast.Name(id="open_tables")):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            return "year" not in map(ast.unparse, given)
        case ast.Name(id="year", ctx=ast.Store() | ast.Del()):
            return not is_given
        case ast.arg(arg="year") | ast.Constant(value="now" | "today"):
            return True
    names = (getattr(node, field, "") for field in ("attr", "id", "name", "arg"))
    return any(READING.search(str(name)) and name not in OWN_NAMES for name in names)


def place_year(year: Year, edition: Edition) -> list[PageFolder]:
    """Return the folders of a year's pages, in their order."""
    partners = list_page_partners(year.root, year.year, read_figures(year.processed_dir))
    runs = list_runs(year.root, year.year, partners, edition)
    return place_pages(year.root, year.year, runs, edition)


def make_pages(pages: Sequence[PageFolder], jobs: int, force: bool, say: Say) -> None:
    """Make those pages that are not up to date, `jobs` at a time; raise the first failure."""
    stale = [page for page in pages if force or page.is_stale()]
    if not stale:
        return
    from socok_analysis.publish.gate import read_secrets

    say("kører 1 notebook" if len(stale) == 1 else f"kører {len(stale)} notebooks")
    root = stale[0].root
    read_secrets(root)  # once, before there are threads
    os.environ[PREPARED] = str(root)
    try:
        for count, run in enumerate(side_by_side(make_page, stale, jobs), 1):
            say(f"sider {count} af {len(stale)}: {run.label} er færdig")
    finally:
        del os.environ[PREPARED]


def make_page(page: PageFolder) -> Run:
    """Run a page's notebook in a folder that takes the page's place; return the run."""
    with replace_folder(page.path) as fresh:
        run_notebook(page.run, fresh)
        check_private(fresh, page.root)
        write_manifest(fresh, page.inputs)
    return page.run


def check_private(folder: Path, root: Path) -> None:
    """Raise DataError where something personal of the project's exports is in a folder."""
    from socok_analysis.publish.gate import check_folder, read_secrets

    check_folder(folder, read_secrets(root))


def gather_year(
    year: Year, pages: Sequence[PageFolder], edition: Edition, force: bool, say: Say
) -> None:
    """Put a year's pages and documents into its folder in `report/`, unless they stand there.

    A public edition is attacked, beside pandoc; where the attack finds something the folder stays
    as it was.
    """
    folder = pages_dir(year.root, edition) / str(year.year)
    brief = hash_files(year.root, (year.root / "notebooks").glob("resume.ipynb"))
    inputs = {**list_gathered_inputs(year, pages), "brief": brief}
    if not force and is_fresh(folder, inputs):
        return
    from socok_analysis.run.edition import attack_year, write_year_documents

    say(f"{year.year}: skriver PDF, Word, Excel og CSV")
    is_internal = edition == "internal"
    with replace_folder(folder, private=is_internal) as fresh, ThreadPoolExecutor(1) as beside:
        attack = None if is_internal else beside.submit(attack_year, year, say)
        written = gather_pages(pages, fresh)
        write_year_documents(year, edition, written, fresh)
        check_private(fresh, year.root)
        audit = attack.result() if attack else {}
        write_manifest(fresh, inputs, year=year.year, edition=edition, audit=audit)


def gather_front(year: Year, pages: Sequence[PageFolder], edition: Edition, force: bool) -> None:
    """Put the front page into its folder, and its Markdown beside it, where `index.qmd` has it."""
    folder = pages_dir(year.root, edition) / FRONT_PAGE
    inputs, name = list_gathered_inputs(year, pages), f"{FRONT_PAGE}.md"
    if force or not is_fresh(folder, inputs):
        from socok_analysis.publish.pages import read_page

        with replace_folder(folder, private=edition == "internal") as fresh:
            (written,) = gather_pages(pages, fresh)
            text = read_page(written).markdown
            text = text.replace("](figures/", f"](report/{FRONT_PAGE}/figures/")
            (fresh / name).write_text(text, encoding="utf-8", newline="\n")
            check_private(fresh, year.root)
            write_manifest(fresh, inputs, year=year.year, edition=edition)
    target = folder.with_name(name)
    if not target.exists() or hash_file(target) != hash_file(folder / name):
        shutil.copy2(folder / name, target)


def gather_pages(pages: Sequence[PageFolder], folder: Path) -> list[Path]:
    """Copy pages and their charts into a folder, and return the pages there.

    Pages that the year no longer has are removed.
    """
    for page in pages:
        shutil.copytree(page.path, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(FILE))
    kept = {page.path for page in pages}
    for path in pages[0].path.parent.iterdir():
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)
    return [folder / f"{page.run.page}.ipynb" for page in pages]


def list_gathered_inputs(year: Year, pages: Sequence[PageFolder]) -> dict[str, object]:
    """Return what a year's folder is made from: its tables and settings, and its pages."""
    tables = hash_files(year.root, [year.processed_dir / FILE])
    keys = {page.run.page: page.key() for page in pages}
    own = {"library": describe_library(), "installed": describe_installed()}
    return {"tables": tables, "pages": keys, **own}


def hash_description(root: Path) -> dict[str, str]:
    """Return the hashes of the site's description; the documents' chapters follow its menu."""
    return hash_files(root, [root / name for name in SITE_FILES if (root / name).exists()])


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
) -> str:
    """Publish the pages as a site; return the publisher used.

    It is built in a project folder of its own: nothing else of the project, the exports least of
    all, is within a publisher's reach.
    """
    from socok_analysis.publish.site import publish_site

    with workplace(root) as place:
        staged = place / "projekt"
        staged.mkdir()
        for name in SITE_FILES:
            if not (root / name).exists():
                raise MissingError(f"{name} mangler i projektets mappe.")
            shutil.copy2(root / name, staged)
        inserted = f"{FRONT_PAGE}.md"
        for folder in folders:
            unlisted = shutil.ignore_patterns(FILE, inserted)
            shutil.copytree(folder, staged / "report" / folder.name, ignore=unlisted)
        shutil.copy2(folders[-1] / inserted, staged / "report")
        used = publish_site(staged, place / SITE, publisher)
        move_in(place / SITE, site, root, edition, SITE, inputs)
    return used


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
    from socok_analysis.run.edition import describe

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
