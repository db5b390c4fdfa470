"""What is made: a year's tables and figures, an edition's pages and documents, briefs, the site.

What a public year tells is attacked, and all that is written is searched for personal data,
before it takes the place of what stood.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import Any

import nbformat

from socok_analysis.core import folders
from socok_analysis.core import problems as findings
from socok_analysis.core.danish import HARD_SPACE, MONTHS, did_you_mean, format_day, format_period
from socok_analysis.core.problems import DataError, MissingError, Problem, UsageError
from socok_analysis.core.year import Year, list_measured, list_years, pages_dir
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.public import audit_years
from socok_analysis.figures.figure import read_figures
from socok_analysis.intake import texts as written
from socok_analysis.publish.documents import KINDS, describe_year, write_documents
from socok_analysis.publish.downloads import write_downloads
from socok_analysis.publish.gate import check_folder, read_secrets, scan_file, scan_text
from socok_analysis.publish.site import publish_site
from socok_analysis.publish.source import read_page
from socok_analysis.run import build
from socok_analysis.run.build import SITE, Options, Pages, Say
from socok_analysis.run.execute import OWN_ERRORS, NotebookError, execute, side_by_side
from socok_analysis.run.notebooks import FRONT_PAGE, Run, get_ready, list_page_partners
from socok_analysis.run.open import make_page
from socok_analysis.show.markdown import OURS
from socok_analysis.show.notebook import CHARTS, TABLES
from socok_analysis.show.page import name_document
from socok_analysis.show.sources import name_apart
from socok_analysis.show.text import lint_few, list_linted, render_text

EXHIBITS = {"tables": {*TABLES}, "charts": {*CHARTS}}
BRIEF, INSERTED = "resume", f"{FRONT_PAGE}.md"
MARKDOWN, PNG = "text/markdown", "image/png"
IN_A_BREATH = re.compile(  # "8. oktober", "95 %", "§ 11", "11 af 40"
    rf"(?<=\d\.)[ \n](?=(?:kvartal|halvår|klasse|{'|'.join(MONTHS)})\b)"
    r"|(?<=\d)[ \n](?=%|af[ \u00a0\n]\d)|(?<=§)[ \n](?=\d)|(?<=\d af)[ \n](?=\d)"
)
SHOWING, MARK = "indsats", "Intern udgave: må ikke offentliggøres"
ADVICE = "Ret teksten. Nøgletallenes navne og værdier ses med “socok figures ÅR”."
FOUND = "Se docs/vejledning/beskyttelse.md: hvad I gør, når beskyttelsen stopper rapporten."


def check_texts(years: Sequence[Year], edition: Edition, say: Say) -> None:
    """Raise DataError with everything that is wrong with the texts of the years."""
    found = {year.year: list(find_faults(year, edition)) for year in years}
    if problems := build.raise_errors(found, "Teksterne til rapport {} er ikke klar."):
        say(findings.describe_problems(problems))


def find_faults(year: Year, edition: Edition) -> Iterator[Problem]:
    """Yield what is wrong with a year's texts: gaps, bare claims, and claims that do not hold."""
    root, number = year.root, year.year
    words, claiming = written.Words(root, number), list_linted()
    figures = read_figures(year.processed_dir)
    yield from find_gaps(root, number, edition, list_page_partners(year))
    yield from check_exhibits(root, number)
    yield from written.read_stories(words)[1]
    page = make_page(root, number, edition)
    for name in words.paths:
        source, place = words.read(name), f"{written.FOLDER}/{name}.md"
        yield from written.check_text(source, place, claiming)
        if edition == "public":
            codes, hidden = page.proof.maps.codes["exit_reasons"].values(), dict[int, list[str]]()
            about = f"outcomes.{Path(name).name}."
            for known, figure in figures.items():
                if known.startswith(about) and ".exit." not in known and page.why(known):
                    hidden.setdefault(int(figure.counted or 0), []).append(figure.label)
            yield from lint_few(source, place, codes, hidden)
    for section, name in words.list_texts():
        text, own = words.text(name), replace(page, section=section.id)
        for part in text.parts if text else ():
            place = f"{written.FOLDER}/{name}.md"
            try:
                render_text(own, part.body, place, part.line)
            except (DataError, UsageError) as error:
                where, _, message = str(error).partition(": ")
                yield Problem("error", "text.claim", message, file=where, advice=ADVICE)


def find_gaps(
    root: Path, number: int, edition: Edition, partners: Iterable[str] = ()
) -> list[Problem]:
    """Return a year's gaps: errors for the public edition, told and marked in the internal one."""
    found = written.find_gaps(written.Words(root, number), partners)
    if edition == "internal":
        found = [replace(p, severity="warning") if p.check == "text.gap" else p for p in found]
    return found


def check_exhibits(root: Path, number: int) -> Iterator[Problem]:
    """Yield what `sections.csv` wants shown and no page knows, or that has no page to be on."""
    sections, place = written.Words(root, number).sections, f"maps/{written.FILE}"
    for section, (kind, known) in itertools.product(sections, EXHIBITS.items()):
        wanted, advice = getattr(section, kind), f"Kendte: {', '.join(sorted(known))}."
        told = [
            f"“{name}” er ikke kendt i kolonnen {kind}.{did_you_mean(name, known)}"
            for name in wanted
            if name not in known
        ]
        if wanted and section.kind != SHOWING:
            told.append(f"Kun afsnit af slagsen {SHOWING} viser {kind}: tøm cellen.")
        for text in (f"{section.id}: {each}" for each in told):
            yield Problem("error", "text.exhibit", text, place, advice=advice)


def make_folders(planned: Sequence[Pages], options: Options, say: Say) -> None:
    """Make folders of pages, all or none: one's documents beside the next one's notebooks. The
    newest, as a rule the longest, comes first.
    """
    with ExitStack() as held, ThreadPoolExecutor(2) as beside:
        made, endings = dict[Path, Pages](), list[Future[None]]()
        for pages in reversed(planned):
            fresh = folders.replace_folder(pages.path, private=pages.edition == "internal")
            made[held.enter_context(fresh)] = pages
        runs = [(run, home) for home, pages in made.items() for run in pages.runs]
        left = Counter(home for _, home in runs)
        published = [year for pages in planned for year in pages.inputs["published"]]
        for home in run_pages(runs, options.jobs, say, published):
            left[home] -= 1
            if not left[home]:
                endings.append(beside.submit(finish_folder, made[home], home, say))
        for ending in endings:
            ending.result()


def run_pages(
    runs: Sequence[tuple[Run, Path]], jobs: int, say: Say, published: Sequence[int] = ()
) -> Iterator[Path]:
    """Run a project's notebooks, each to its page in its folder, `jobs` at once; yield the folder
    of each as it is done. `published` are the years that will be on the site, if others than now.
    """
    root = runs[0][0].notebook.parents[1]
    get_ready(root)
    say("kører 1 notebook" if len(runs) == 1 else f"kører {len(runs)} notebooks")
    told = {build.PREPARED: str(root), build.PUBLISHED: " ".join(map(str, published))}
    os.environ |= told
    try:
        for count, (run, home) in enumerate(side_by_side(run_notebook, runs, jobs), 1):
            say(f"sider {count} af {len(runs)}: {run.label} er færdig")
            yield home
    except NotebookError as error:
        raise explain_failure(error) from error
    finally:
        for name in told:
            del os.environ[name]


def run_notebook(task: tuple[Run, Path]) -> tuple[Run, Path]:
    """Run a notebook to its page in a folder, and return both. Raise NotebookError, or DataError
    where it shows what protection has not seen.
    """
    run, folder = task
    target = folder / f"{run.page}.ipynb"
    execute(run, target, folder)
    finish_page(target, run.order, str(dict(run.parameters).get("edition", "public")))
    return task


def finish_page(path: Path, order: int, edition: str) -> None:
    """Turn an executed notebook into a page: its title as front matter, outputs as Markdown, and
    nothing that changes from run to run.

    The title is the first heading it showed; publishers put it where it is HTML, so its angle
    brackets become other signs. Raise DataError for what is public and protection has not seen.
    """
    books: Any = nbformat  # it has no types
    notebook = books.read(path, as_version=4)
    title, strange, place = "", list[str](), 0
    for number, cell in enumerate(notebook.cells, 1):
        tags, outputs = cell.metadata.get("tags"), list[Any]()
        cell["id"], cell.metadata = f"cell-{number:02d}", {"tags": tags} if tags else {}
        place += "injected-parameters" not in (tags or ())
        if cell.cell_type != "code":
            cell.source = IN_A_BREATH.sub(HARD_SPACE, cell.source)
            continue
        for output in (each for each in cell.outputs if each.get("name") != "stderr"):
            if edition == "public" and not output.get("metadata", {}).get(OURS):
                strange.append(f"celle {place} ({cell.source.strip().splitlines()[-1]})")
                continue
            shown = tell_output(output, path.with_name(f"{path.stem}-{number}-{len(outputs)}.png"))
            if not title and shown.startswith("# ") and "\n" not in shown:
                title = shown.removeprefix("# ").replace("\\<", "‹").replace("\\>", "›")
            elif shown:
                data = {MARKDOWN: IN_A_BREATH.sub(HARD_SPACE, shown)}
                outputs.append(books.v4.new_output("display_data", data=data))
        cell.execution_count, cell.outputs = None, outputs
    if strange:
        raise DataError(
            f"{path.name} viser noget, beskyttelsen ikke har set: {'; '.join(strange)}. Brug "
            "show_counts, show_bars eller page, eller lav den interne udgave (--edition internal)."
        )
    told = json.dumps(title or path.stem, ensure_ascii=False)
    matter = f"---\ntitle: {told}\norder: {order}\n---"
    notebook.cells = [books.v4.new_raw_cell(matter, id="front-matter"), *notebook.cells]
    spec = {k: notebook.metadata[k] for k in ("kernelspec",) if k in notebook.metadata}
    notebook.metadata = {**spec, "language_info": {"name": "python"}}
    text = books.writes(notebook).rstrip("\n") + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def tell_output(output: Any, picture: Path) -> str:
    """Return what a cell showed as Markdown; a picture is written to `figures/` by this name."""
    data = output.get("data", {})
    if MARKDOWN in data:
        return str(data[MARKDOWN])
    if PNG in data:
        target = picture.parent / "figures" / picture.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(b64decode(data[PNG]))
        return f"![](figures/{picture.name})"
    return indent(str(output.get("text") or data.get("text/plain", "")), "    ")


def explain_failure(error: NotebookError) -> Exception:
    """Return the error a failed page stands for; keep it unless it shows personal data."""
    run, saved, root = error.run, error.saved, error.run.notebook.parents[1]
    if error.name in OWN_ERRORS:
        return OWN_ERRORS[error.name](f"{run.notebook.name}, celle {error.cell}: {error.told}")
    if not saved.exists():
        return MissingError(f"{run.label} kunne ikke begyndes: {error}")
    place = f"{run.label} fejlede i celle {error.cell}"
    if any(scan_file(saved, saved.name, partial(scan_text, secrets=read_secrets(root)))):
        return MissingError(f"{place}. Den gemmes ikke: den viser personoplysninger.")
    kept = root / folders.OWN / "fejl" / saved.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(saved, kept)
    if error.name == "CellTimeoutError":
        return MissingError(f"{run.label} blev ikke færdig på {run.timeout} sekunder.")
    return MissingError(f"{place}: {str(error).rstrip('.')}. Notebooken er gemt i {kept}.")


def finish_folder(pages: Pages, folder: Path, say: Say) -> None:
    """Write a year's documents, attack what it tells, and search all for personal data."""
    year, notebooks = pages.year, [folder / f"{run.page}.ipynb" for run in pages.runs]
    facts: dict[str, object] = {"year": year.year, "edition": pages.edition}
    if pages.is_front:
        text = read_page(notebooks[0]).markdown
        text = text.replace("](figures/", f"](report/{FRONT_PAGE}/figures/")
        (folder / INSERTED).write_text(text, encoding="utf-8", newline="\n")
    else:
        facts["audit"] = attack_year(year, say) if pages.edition == "public" else {}
        say(f"{year.year}: skriver PDF, Word, Excel og CSV")
        write_year_documents(year, pages.edition, notebooks, folder)
    check_folder(folder, read_secrets(year.root))
    folders.write_manifest(folder, pages.inputs, **facts)


def attack_year(year: Year, say: Say) -> dict[str, object]:
    """Return what the attack found; raise DataError where a protected number can be worked out."""
    narrow = audit_years([*list_measured(year.root, year.year), year])
    disclosed = sorted({each.title for each in narrow if each.is_disclosed})
    known = sorted({each.title for each in narrow} - {*disclosed})
    if disclosed:
        told = f"Rapporten for {year.year} kan ikke udgives: beskyttede tal kan regnes ud."
        found = (f"{name} kan regnes ud." for name in disclosed)
        problems = [Problem("error", "disclosure.found", text, advice=FOUND) for text in found]
        raise DataError(told, problems)
    text = f"; {len(known)} følger af, hvad der var offentligt i forvejen" if known else ""
    say(f"{year.year}: angrebsprøven fandt ingen beskyttede tal{text}")
    return {"public_before": known}


def write_year_documents(year: Year, edition: Edition, pages: Sequence[Path], folder: Path) -> None:
    """Write the pages as PDF and Word; as Excel and CSV their tables, and the figures told."""
    name, page = name_document(year.year), make_page(year.root, year.year, edition)
    period = format_period(year.period_start, year.period_end)
    days = f"Ansættelser fra {period}. Forløb pr. {format_day(year.evaluation_date)}."
    days = f"{MARK}. {days}" if edition == "internal" else days
    meta = describe_year(year, year.title, days, MARK if edition == "internal" else "")
    with ThreadPoolExecutor(1) as beside:
        told = {"year": year.year, "edition": edition}
        brief = beside.submit(write_sheet, year, BRIEF, told, folder / f"{name}-kort")
        figures = [(figure, name_apart(page, figure)) for figure in page.figures.values()]
        tables = write_documents(pages, meta, folder / name)
        write_downloads(tables, figures, meta, folder, name)
        brief.result()


def write_sheet(year: Year, notebook: str, parameters: Mapping[str, Any], target: Path) -> None:
    """Run a notebook of `notebooks/` and write its page as PDF and Word."""
    source = year.root / "notebooks" / f"{notebook}.ipynb"
    if not source.is_file():
        raise MissingError(f"Notebooken {source.name} mangler i mappen notebooks.")
    run = Run(source, notebook, 0, tuple(parameters.items()))
    meta = describe_year(year, "", "", MARK if parameters["edition"] == "internal" else "")
    with folders.workplace(year.root) as place:
        try:
            run_notebook((run, place))
        except NotebookError as error:
            raise explain_failure(error) from error
        write_documents([place / f"{notebook}.ipynb"], meta, target, layout="brief")


def make_brief(
    year: Year, notebook: str, name: str, parameters: Mapping[str, Any], out: Path | None = None
) -> list[Path]:
    """Run a notebook and write its page as a brief called `name`, in an earlier one's place."""
    edition = parameters["edition"]
    folder = build.choose_folder(year.root, out, edition, name)
    get_ready(year.root)
    with folders.lock_project(year.root, f"notatet {name}"), folders.workplace(year.root) as made:
        write_sheet(year, notebook, parameters, made / name)
        move_in(made, folder, year.root, edition, name, {})
    return [folder / f"{name}.{kind}" for kind in KINDS]


def make_draft(years: Sequence[Year], options: Options, say: Say) -> tuple[Path, str]:
    """Make one page anew, and apart from the site a draft of it; return that and the publisher."""
    root, published = years[0].root, list_years(years[0].root, options.edition)
    plans = [build.plan_pages(year, options.edition) for year in years]
    every = [(run, pages.path.name) for pages in plans for run in pages.runs]
    chosen = [(run, name) for run, name in every if run.page == options.page]
    if not chosen:
        names = {run.page for run, _ in every}
        near = did_you_mean(str(options.page), names) or f" Siderne er {', '.join(sorted(names))}."
        raise UsageError(f"Der er ingen årsside {options.page}.{near}")
    if not {year.year for year in years} <= {*published}:
        raise UsageError("En side laves alene, når hele rapporten er lavet: kør “socok report”.")
    draft = root / folders.OWN / "kladde"
    with folders.workplace(root) as place:
        copy = shutil.copytree(pages_dir(root, options.edition), place / "report")
        for home in run_pages([(run, copy / name) for run, name in chosen], options.jobs, say):
            folders.write_manifest(home, {})
        parts = [copy / name for name in (*map(str, published), FRONT_PAGE)]
        return draft, publish_pages(root, parts, draft, {}, options)


def publish_pages(
    root: Path, parts: Sequence[Path], site: Path, inputs: dict[str, object], options: Options
) -> str:
    """Publish the pages as a site, from a folder beside the exports; return the publisher used."""
    with folders.workplace(root) as place:
        staged = place / "projekt"
        staged.mkdir()
        for name in build.SITE_FILES:
            if not (root / name).exists():
                raise MissingError(f"{name} mangler i projektets mappe.")
            shutil.copy2(root / name, staged)
        for part in parts:  # a copy somebody saved beside the pages has not been protected
            for name in {*folders.read_manifest(part)["outputs"]} - {INSERTED}:
                target = staged / "report" / part.name / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(part / name, target)
        shutil.copy2(parts[-1] / INSERTED, staged / "report")
        used = publish_site(staged, place / SITE, options.publisher)
        move_in(place / SITE, site, root, options.edition, SITE, inputs)
    return used


def move_in(
    made: Path, target: Path, root: Path, edition: Edition, name: str, inputs: dict[str, object]
) -> None:
    """Let what was made take its place whole; what is there and not ours, as a `.git`, stays."""
    ours = {folders.FILE, *folders.read_manifest(target).get("outputs", {})}
    with folders.replace_folder(target, private=edition == "internal") as fresh:
        shutil.copytree(made, fresh, dirs_exist_ok=True)
        check_folder(fresh, read_secrets(root))
        folders.write_manifest(fresh, inputs, edition=edition, holds=name)
        for folder, _, names in os.walk(target):
            for path in (Path(folder, each).relative_to(target) for each in names):
                if path.as_posix() not in ours and not (fresh / path).exists():
                    (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(target / path, fresh / path, follow_symlinks=False)
