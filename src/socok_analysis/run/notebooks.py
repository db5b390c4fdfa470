"""Execute the report's notebooks with papermill, and finish their pages for publishing.

A notebook says in its own metadata what it is for: `"socok": {"page": "job", "order": 4}`.
`page` is the name of its page (`{partner}` is filled in), `order` its place in the year;
the year's own page, `index`, takes its place from the year, newest first;
`"for_each": "partner"` runs it once for each partner with courses, `"section"` once for each
section of section 6, `"family"` once for each of its `families` of figures the year has, whose
places follow its own; `"section": true` makes its page in the years whose report has a section
of that name. Notebooks without any of it are the analyst's own and are left alone.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError, MissingError, SocokError, UsageError
from socok_analysis.core.year import processed_dir
from socok_analysis.figures.figure import read_figures
from socok_analysis.intake.texts import Section, list_sections
from socok_analysis.run.engine import NAME, warm_up

FRONT_PAGE = "_forside"
YEAR_PAGE = "index"
OWN_ERRORS = {kind.__name__: kind for kind in (DataError, UsageError, MissingError)}
SECONDS_A_CELL = 300
Voice = Callable[[str], None]
KERNEL_OPTIONS = ("--log-level=50",)


@dataclass(frozen=True)
class Run:
    """One notebook to execute: with which parameters, as which page, in which place."""

    notebook: Path
    page: str
    order: int
    parameters: tuple[tuple[str, object], ...]

    @property
    def label(self) -> str:
        """What the run is called in messages."""
        values = " ".join(f"{key}={value}" for key, value in self.parameters)
        return f"{self.notebook.name} ({values})"


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as it is stored. Raise MissingError where it cannot be read."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MissingError(f"Notebooken {path.name} kan ikke læses.") from error
    return notebook


def read_purpose(path: Path) -> dict[str, Any]:
    """Return what a notebook's metadata say it is for; empty for an analyst's own."""
    purpose: dict[str, Any] = read_notebook(path).get("metadata", {}).get("socok", {})
    return purpose


def list_runs(root: Path, year: int, partners: Iterable[str], edition: str) -> list[Run]:
    """Return the runs that make a year's pages, in the order of the pages."""
    runs: list[Run] = []
    sections = list_sections(root, year)
    held = {section.id for section in sections}
    common = (("year", year), ("edition", edition))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        purpose = read_purpose(path)
        page = purpose.get("page", FRONT_PAGE)
        if page == FRONT_PAGE or purpose.get("section") and page not in held:
            continue
        order = -year if page == YEAR_PAGE else int(purpose["order"])
        kind = purpose.get("for_each")
        if kind is None:
            runs.append(Run(path, page, order, common))
            continue
        for value, place in list_values(kind, purpose, root, year, partners, sections):
            parameters = (*common, (kind, value))
            runs.append(Run(path, page.format_map({kind: value}), place, parameters))
    if not runs:
        raise MissingError("Der er ingen notebooks til rapporten i mappen notebooks.")
    return sorted(runs, key=lambda run: (run.page != YEAR_PAGE, run.order, run.page))


def list_values(
    kind: str,
    purpose: Mapping[str, Any],
    root: Path,
    year: int,
    partners: Iterable[str],
    sections: Iterable[Section],
) -> list[tuple[str, int]]:
    """Return what a notebook is run for, one page each, and the pages' places in the year.

    Raise MissingError for a kind there is none of.
    """
    first = int(purpose["order"])
    if kind == "section":
        return [(section.id, section.order) for section in sections if section.kind == "indsats"]
    if kind == "family":
        held = list_families(processed_dir(root, year))
        kept = [f for f in purpose["families"] if held is None or f in held]
        return [(family, first + number) for number, family in enumerate(kept)]
    if kind == "partner":
        return [(partner, first) for partner in partners]
    near = did_you_mean(kind, ("partner", "section", "family"))
    raise MissingError(f"En notebook kan ikke køres for hver “{kind}”.{near}")


def list_families(folder: Path) -> set[str] | None:
    """Return the families of a year's figures; None where the figures are not made yet."""
    try:
        return {name.partition(".")[0] for name in read_figures(folder)}
    except FileNotFoundError:
        return None


def list_own_families(root: Path) -> list[str]:
    """Return the families of figures that have pages of their own."""
    purposes = [read_purpose(path) for path in sorted((root / "notebooks").glob("*.ipynb"))]
    return [f for p in purposes if p.get("for_each") == "family" for f in p["families"]]


def find_front(root: Path, year: int, edition: str) -> Run | None:
    """Return the run that makes the site's front page, if the project has such a notebook."""
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        if read_purpose(path).get("page") == FRONT_PAGE:
            return Run(path, FRONT_PAGE, 0, (("year", year), ("edition", edition)))
    return None


def keep_inside(workplace: Path) -> None:
    """Let Jupyter, IPython and matplotlib keep their own files in a folder of the project."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        folder = workplace / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder)


def warming(say: Voice) -> Voice:
    """Return a voice that first has what pages need imported: there is work to do."""

    def tell(text: str) -> None:
        warm_up(["socok_analysis.run.open"])
        say(text)

    return tell


def run_notebook(run: Run, folder: Path, extra: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Execute one notebook with papermill and finish its page; return the page's path.

    `extra` is added to its environment.

    A kernel that does not start, or dies, is tried once more: starts collide now and then.
    """
    target = folder / f"{run.page}.ipynb"
    try:
        execute(run, target, extra)
    except RuntimeError:
        print(f"{run.label}: kernen startede ikke; prøver igen", file=sys.stderr)
        execute_again(run, target, extra)
    finish_page(target, run.order)
    return target


def execute_again(run: Run, target: Path, extra: Mapping[str, str]) -> None:
    """Execute a notebook for the second time; raise MissingError where its kernel fails again."""
    try:
        execute(run, target, extra)
    except RuntimeError as error:
        raise MissingError(f"{run.label}: kernen kunne ikke starte eller gik ned.") from error


def execute(run: Run, target: Path, extra: Mapping[str, str]) -> None:
    """Execute one notebook; raise what it raised, RuntimeError where its kernel failed.

    `resources` starts the kernel in the page's folder. papermill's own `cwd` would change the
    directory of the whole process, and so of the notebooks that run beside this one.
    """
    import papermill
    from papermill.exceptions import PapermillException, PapermillExecutionError

    try:
        papermill.execute_notebook(
            str(run.notebook),
            str(target),
            dict(run.parameters),
            engine_name=NAME,
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=SECONDS_A_CELL,
            extra_arguments=list(KERNEL_OPTIONS),
            env=extra,
            resources={"metadata": {"path": str(target.parent)}},
        )
    except PapermillExecutionError as error:
        raise explain_failure(run, target, error) from error
    except TimeoutError as error:
        raise MissingError(f"{run.label} blev ikke færdig på {SECONDS_A_CELL} sekunder.") from error
    except PapermillException as error:
        raise MissingError(f"{run.label} kunne ikke køres: {error}") from error


def explain_failure(run: Run, target: Path, error: Any) -> SocokError:
    """Return the error a failed notebook stands for; keep the notebook as it stopped.

    One that shows personal data is not kept, and its error is not quoted.
    """
    from socok_analysis.publish.gate import read_secrets, scan_file, scan_text

    kind = OWN_ERRORS.get(error.ename)
    if kind:
        return kind(str(error.evalue))
    place = f"celle {error.cell_index}" if error.cell_index is not None else "en celle"
    root = run.notebook.parent.parent
    search = partial(scan_text, secrets=read_secrets(root))
    if any(scan_file(target, target.name, search)):
        text = f"{run.label} fejlede i {place}. Den gemmes ikke: den viser personoplysninger."
        return MissingError(text)
    kept = root / ".socok" / "fejl" / target.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(target, kept)
    message = f"{error.ename}: {error.evalue}".splitlines()[0]
    return MissingError(f"{run.label} fejlede i {place}: {message}. Notebooken er gemt i {kept}.")


def finish_page(path: Path, order: int) -> None:
    """Turn an executed notebook into a page: its title as front matter, no trace of the run.

    The title is the first heading it showed. What changes from run to run (times, paths, counts)
    is removed, so that the same input gives the same bytes.
    """
    import nbformat

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    title = take_title(notebook.cells) or path.stem
    cells = [clean_cell(cell, number) for number, cell in enumerate(notebook.cells, 1)]
    matter = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\norder: {order}\n---"
    first = nbformat.v4.new_raw_cell(matter)  # type: ignore[no-untyped-call]
    first["id"] = "front-matter"
    notebook.cells = [first, *cells]
    kept = ("kernelspec", "language_info")
    notebook.metadata = {key: notebook.metadata[key] for key in kept if key in notebook.metadata}
    notebook.metadata["language_info"] = {"name": "python"}
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def take_title(cells: Iterable[Any]) -> str | None:
    """Remove the output that is a first-level heading, and return its Markdown.

    Publishers read a title as Markdown and put it in places where it is HTML: it keeps its
    escapes, and its angle brackets become other signs.
    """
    for cell in cells:
        for output in cell.get("outputs", []):
            text: str = output.get("data", {}).get("text/markdown", "")
            if text.startswith("# ") and "\n" not in text:
                cell["outputs"].remove(output)
                return text.removeprefix("# ").replace("\\<", "‹").replace("\\>", "›")
    return None


def clean_cell(cell: Any, number: int) -> Any:
    """Return a cell without what changes from run to run; outputs keep only Markdown."""
    cell["id"] = f"cell-{number:02d}"
    tags = cell.metadata.get("tags")
    cell.metadata = {"tags": tags} if tags else {}
    if cell.cell_type == "code":
        cell.execution_count = None
        cell.outputs = [clean_output(output) for output in cell.outputs if "data" in output]
    return cell


def clean_output(output: Any) -> Any:
    """Return a shown output as its Markdown alone."""
    output["data"] = {k: v for k, v in output["data"].items() if k == "text/markdown"}
    output["metadata"] = {}
    output.pop("execution_count", None)
    return output
