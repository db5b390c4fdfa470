"""From prepared years to pages, documents and the site; each a folder moved into place whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from socok_analysis.core.errors import DataError, MissingError
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.manifest import (
    FILE,
    describe_library,
    hash_files,
    is_fresh,
    write_manifest,
)
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import Year, list_published, pages_dir
from socok_analysis.disclosure import Edition
from socok_analysis.publish.gate import check_folder, read_secrets
from socok_analysis.run.attack import attack_year
from socok_analysis.run.build import (
    Prepared,
    Say,
    check_publishable,
    choose_years,
    prepare_year,
    silent,
)
from socok_analysis.run.documents import told_as_missing, write_year_documents
from socok_analysis.run.notebooks import (
    FRONT_PAGE,
    find_front,
    keep_inside,
    warming,
)
from socok_analysis.run.pages import (
    PageFolder,
    find_stale,
    gather_pages,
    list_year_inputs,
    make_all,
    place_pages,
    place_year,
    remove_others,
)
from socok_analysis.run.places import choose_site
from socok_analysis.run.texts import check_texts, find_gaps

WORKPLACE = ".socok"
SITE_FILES = ("_quarto.yml", "index.qmd")


@dataclass(frozen=True)
class Options:
    """How a report is made: for which readers, with which publisher, how many at once."""

    edition: Edition = "public"
    publisher: Literal["auto", "quarto", "embedded"] = "auto"
    jobs: int = os.cpu_count() or 1
    force: bool = False
    out: Path | None = None


DEFAULT = Options()


@dataclass(frozen=True)
class Report:
    """Where the report lies, and which publisher made the site (empty where it was unchanged)."""

    site: Path
    publisher: str
    pages: int


def make_report(
    root: Path, numbers: Sequence[int], options: Options = DEFAULT, say: Say = silent
) -> Report:
    """Do everything for the years: tables, figures, pages, documents and the site.

    Raise UsageError, DataError or MissingError; what was published before is then unchanged.
    """
    site = choose_site(root, options.out, options.edition)
    folders = prepare_pages(root, numbers, options, say)
    inputs = list_site_inputs(root, folders, options)
    if not options.force and is_fresh(site, inputs):
        return Report(site, "", len(folders))
    return publish_pages(root, folders, site, inputs, options, say)


def prepare_pages(
    root: Path, numbers: Sequence[int] = (), options: Options = DEFAULT, say: Say = silent
) -> list[Path]:
    """Make the pages and documents of the years, and the front page, unless up to date.

    Return the folders of all years that have pages, oldest first, and the front page's last.
    """
    chosen = choose_years(root, numbers)
    keep_inside(root / WORKPLACE)
    years = prepare_years(root, chosen, options, warming(say))
    check_texts(years, options.edition, root / WORKPLACE, say)
    make_years(years, options, say)
    published = list_published(root, options.edition)
    newest = prepare_year(root, published[-1])
    if options.edition == "public":
        check_publishable([newest])
    folders = [pages_dir(root, options.edition) / str(number) for number in published]
    return [*folders, make_front(newest.year, published, options, say)]


def prepare_years(root: Path, chosen: Sequence[int], options: Options, say: Say) -> list[Year]:
    """Prepare every year; raise DataError naming the faults of all that have any.

    Contradictions between figures stop the public edition alone.
    """
    years: list[Prepared] = []
    problems: list[Problem] = []
    faulty: list[str] = []
    for number in chosen:
        try:
            years.append(prepare_year(root, number, force=options.force, say=say))
        except DataError as error:
            faulty.append(str(number))
            found = [*error.problems, *find_gaps(root, number, options.edition)]
            problems += [replace(p, file=f"{number}/{p.file}".rstrip("/")) for p in found]
    if faulty:
        where = f"data/processed/{faulty[0]}/udtraek.html eller problems.csv sammesteds"
        raise DataError(f"Udtrækkene for {' og '.join(faulty)} har fejl: se {where}.", problems)
    if options.edition == "public":
        check_publishable(years)
    return [prepared.year for prepared in years]


def make_years(years: Sequence[Year], options: Options, say: Say) -> None:
    """Make the pages and the documents of the years, those that are not up to date."""
    placed = {year: place_year(year, options.edition) for year in years}
    stale = find_stale(chain.from_iterable(placed.values()), options.force)
    if stale:
        say(f"{', '.join(str(year.year) for year in years)}: kører {len(stale)} notebooks")
    make_all(stale, options.jobs, lambda run: say(f"{run.label} er færdig"))
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda year: gather_year(year, placed[year], options, say), years))


def gather_year(year: Year, pages: Sequence[PageFolder], options: Options, say: Say) -> None:
    """Put a year's pages into its folder in `report/`, with its PDF and Word document.

    The attack runs while pandoc writes; where it finds something the folder stays as it was.
    """
    folder = pages_dir(year.root, options.edition) / str(year.year)
    inputs = list_year_inputs(year, pages) | {"menu": hash_description(year.root)}
    if not options.force and is_fresh(folder, inputs):
        return
    say(f"{year.year}: skriver PDF, Word, Excel og CSV")
    with replace_folder(folder) as fresh, ThreadPoolExecutor(1) as beside:
        attack = beside.submit(attack_year, year, say) if options.edition == "public" else None
        gather_pages(pages, fresh)
        written = [fresh / f"{page.run.page}.ipynb" for page in pages]
        write_year_documents(year, options.edition, written, fresh)
        check_folder(fresh, read_secrets(year.root))
        audit = attack.result() if attack else {}
        write_manifest(fresh, inputs, year=year.year, edition=options.edition, audit=audit)
    remove_others(pages)


def make_front(year: Year, published: Sequence[int], options: Options, say: Say) -> Path:
    """Make the site's front page from the newest year; return the folder of its notebook."""
    front = find_front(year.root, year.year, options.edition)
    if front is None:
        raise MissingError("Der er ingen notebook til forsiden (forside.ipynb) i mappen notebooks.")
    pages = place_pages(
        year.root, year.year, [front], f"{options.edition}-forside", published=list(published)
    )
    make_all(find_stale(pages, options.force), 1, lambda run: say("forsiden er færdig"))
    folder = pages_dir(year.root, options.edition) / FRONT_PAGE
    inputs = list_year_inputs(year, pages)
    is_new = options.force or not is_fresh(folder, inputs)
    if is_new:
        with replace_folder(folder) as fresh:
            gather_pages(pages, fresh)
            check_folder(fresh, read_secrets(year.root))
            write_manifest(fresh, inputs, year=year.year, edition=options.edition)
    if is_new or not folder.with_name(f"{FRONT_PAGE}.md").exists():
        write_front(folder)
    return folder


def write_front(folder: Path) -> None:
    """Write the front page's Markdown beside its folder, where `index.qmd` includes it."""
    from socok_analysis.publish import read_page

    text = read_page(folder / f"{FRONT_PAGE}.ipynb").markdown
    text = text.replace("](figures/", f"](report/{FRONT_PAGE}/figures/")
    target = folder.with_name(f"{FRONT_PAGE}.md")
    target.write_text(text, encoding="utf-8", newline="\n")


def list_site_inputs(root: Path, folders: Sequence[Path], options: Options) -> dict[str, object]:
    """Return what the site is made from: the pages, its description and the publisher."""
    from socok_analysis.publish.quarto import find_quarto

    auto = "quarto" if find_quarto() else "embedded"
    return {
        "files": hash_files(root, [folder / FILE for folder in folders]) | hash_description(root),
        "publisher": auto if options.publisher == "auto" else options.publisher,
        "library": describe_library(),
    }


def hash_description(root: Path) -> dict[str, str]:
    """Return the hashes of the site's description; the documents' chapters follow its menu."""
    return hash_files(root, [root / name for name in SITE_FILES if (root / name).exists()])


def publish_pages(
    root: Path,
    folders: Sequence[Path],
    site: Path,
    inputs: dict[str, object],
    options: Options,
    say: Say,
) -> Report:
    """Publish the pages as a site, built in a folder of its own and moved into place whole."""
    from socok_analysis.publish import publish_site

    say("udgiver sitet")
    with TemporaryDirectory(prefix="site-", dir=root / WORKPLACE) as temporary, told_as_missing():
        staged = Path(temporary) / "projekt"
        stage(root, folders, staged, options)
        made = Path(temporary) / "site"
        result = publish_site(staged, made, options.publisher)
        with replace_folder(site) as fresh:
            shutil.copytree(made, fresh, dirs_exist_ok=True)
            check_folder(fresh, read_secrets(root))
            write_manifest(fresh, inputs, edition=options.edition)
    return Report(site, result.publisher, result.pages)


def stage(root: Path, folders: Sequence[Path], staged: Path, options: Options) -> None:
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
        shutil.copytree(folder, staged / "report" / folder.name)
        (staged / "report" / folder.name / FILE).unlink()
    shutil.copy2(folders[-1].with_name(f"{FRONT_PAGE}.md"), staged / "report")
