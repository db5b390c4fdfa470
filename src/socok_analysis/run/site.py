"""From pages to what readers are given: documents and downloads, the site, briefs.

A public edition's folder stays public, and an internal one stays inside: neither replaces the
other. What the project did not make is never written over or removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import format_day, format_period
from socok_analysis.core.errors import DataError, MissingError, UsageError
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
from socok_analysis.run.build import Say, list_measured
from socok_analysis.run.notebooks import FRONT_PAGE, Run, keep_inside, run_notebook
from socok_analysis.run.pages import (
    PageFolder,
    check_private,
    gather_pages,
    list_gathered_inputs,
)

if TYPE_CHECKING:
    from socok_analysis.publish import DocumentMeta

WORKPLACE, SITE_FILES, KINDS = ".socok", ("_quarto.yml", "index.qmd"), ("html", "pdf", "docx")
SITES: Mapping[Edition, str] = {"public": "_site", "internal": "_site-intern"}
BRIEFS: Mapping[Edition, str] = {"public": "notater", "internal": "notater-intern"}
PAGES: Mapping[Edition, str] = {"public": "report", "internal": "report-intern"}
EDITION_DA = {"public": "den offentlige", "internal": "den interne"}
MARK = "Intern udgave: må ikke offentliggøres."


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
    is_internal = page.is_file() and MARK.partition(":")[0] in page.read_text(encoding="utf-8")
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
    inputs = {**list_gathered_inputs(year, pages), "menu": hash_description(year.root)}
    if not force and is_fresh(folder, inputs):
        return
    say(f"{year.year}: skriver PDF, Word, Excel og CSV")
    with replace_folder(folder) as fresh, ThreadPoolExecutor(1) as beside:
        attack = beside.submit(attack_year, year, say) if edition == "public" else None
        gather_pages(pages, fresh)
        written = [fresh / f"{page.run.page}.ipynb" for page in pages]
        write_year_documents(year, edition, written, fresh)
        check_private(fresh, year.root)
        audit = attack.result() if attack else {}
        write_manifest(fresh, inputs, year=year.year, edition=edition, audit=audit)


def attack_year(year: Year, say: Say) -> dict[str, object]:
    """Return what the audit found; raise DataError where a protected number can be worked out."""
    from socok_analysis.disclosure.protection import (
        audit_years,
        describe_audit,
        list_disclosed,
        name_cells,
    )
    from socok_analysis.figures.figure import read_figures

    years = [*list_measured(year.root, year.year), year]
    by_year = {each.year: read_figures(each.processed_dir, each.year) for each in years}
    audit = audit_years(years, by_year)
    say(f"{year.year}: {describe_audit(audit)}")
    if audit.disclosed:
        text = f"Rapporten for {year.year} kan ikke udgives: beskyttede tal kan regnes ud."
        raise DataError(text, list_disclosed(audit))
    return {"protected": len(audit.findings), "public_before": name_cells(audit.known)}


def write_year_documents(year: Year, edition: Edition, pages: Sequence[Path], folder: Path) -> None:
    """Write the year's pages as PDF and Word, and their tables and figures as Excel and CSV.

    The downloads hold no number the pages may not show.
    """
    from socok_analysis.publish import write_documents
    from socok_analysis.publish.book import write_book
    from socok_analysis.publish.downloads import read_content, write_package
    from socok_analysis.publish.project import read_config, read_groups
    from socok_analysis.run.open import make_page
    from socok_analysis.show.page import name_document
    from socok_analysis.show.sources import tell_apart

    name = name_document(year.year)
    period = format_period(year.period_start, year.period_end)
    told = f"Ansættelser fra {period}. Forløb pr. {format_day(year.evaluation_date)}."
    mark = MARK if edition == "internal" else ""
    meta = describe(year, edition, title=year.title, subtitle=f"{mark} {told}".lstrip())
    page = make_page(year.root, year.year, edition)
    with told_as_missing():
        groups = read_groups(read_config(year.root))
        write_documents(pages, meta, folder / f"{name}.pdf", folder / f"{name}.docx", groups=groups)
        content = read_content(
            pages, page.figures.values(), page.may_show, lambda figure: tell_apart(page, figure)
        )
        write_book(content, meta, folder / f"{name}.xlsx")
        write_package(content, meta, folder, name)


def describe(year: Year, edition: Edition, title: str = "", subtitle: str = "") -> DocumentMeta:
    """Return what stands on the front of a year's documents, or on a brief beside its page."""
    from socok_analysis.publish import DocumentMeta
    from socok_analysis.show.markdown import plain

    contact = plain(year.contact)
    return DocumentMeta(
        title=plain(title),
        author=contact,
        contact=contact,
        date=year.period_end,
        subtitle=subtitle,
        mark=MARK.rstrip(".") if edition == "internal" else "",
    )


@contextmanager
def told_as_missing() -> Iterator[None]:
    """Turn an error of publishing into the error that says something needed failed."""
    from socok_analysis.publish import PublishError

    try:
        yield
    except PublishError as error:
        raise MissingError(str(error)) from error


def gather_front(year: Year, pages: Sequence[PageFolder], edition: Edition, force: bool) -> None:
    """Put the front page into its folder, and its Markdown beside it, where `index.qmd` has it."""
    folder = pages_dir(year.root, edition) / FRONT_PAGE
    inputs, target = list_gathered_inputs(year, pages), folder.with_name(f"{FRONT_PAGE}.md")
    if not force and is_fresh(folder, inputs) and target.exists():
        return
    from socok_analysis.publish import read_page

    with replace_folder(folder) as fresh:
        gather_pages(pages, fresh)
        check_private(fresh, year.root)
        write_manifest(fresh, inputs, year=year.year, edition=edition)
    text = read_page(folder / f"{FRONT_PAGE}.ipynb").markdown
    text = text.replace("](figures/", f"](report/{FRONT_PAGE}/figures/")
    target.write_text(text, encoding="utf-8", newline="\n")


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
    from socok_analysis.publish import publish_site

    with TemporaryDirectory(prefix="site-", dir=root / WORKPLACE) as temporary, told_as_missing():
        staged, made = Path(temporary) / "projekt", Path(temporary) / "site"
        stage(root, folders, staged)
        result = publish_site(staged, made, publisher)
        with replace_folder(site) as fresh:
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

    source = year.root / "notebooks" / f"{notebook}.ipynb"
    if not source.is_file():
        raise MissingError(f"Notebooken {source.name} mangler i mappen notebooks.")
    folder = choose_brief(year.root, out, edition, name)
    keep_inside(year.root)
    with TemporaryDirectory(prefix="notat-", dir=year.root / WORKPLACE) as place:
        run = Run(source, name, 0, tuple({**parameters, "edition": edition}.items()))
        page = run_notebook(run, Path(place))
        told = lock_project(year.root, f"notatet {name}"), replace_folder(folder)
        with told[0], told[1] as fresh, told_as_missing():
            made = write_brief(page, describe(year, edition), fresh / name)
            check_private(fresh, year.root)
    return [folder / path.name for path in made]
