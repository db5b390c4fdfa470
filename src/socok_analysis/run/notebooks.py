"""Notebooks are run by papermill, side by side, and become pages.

A notebook says in its own metadata what it is for: `"socok": {"page": "job", "order": 4}`.
`page` is the name of its page (`{partner}` is filled in), `order` its place in the year; the
year's own page, `index`, takes its place from the year, newest first; `"for_each": "partner"` runs
it once for each partner that has a page, `"section"` once for each gathering of sections;
`"section": true` makes its page in the years whose report has a section that stands on it.
Notebooks without any of it are the analyst's own and are left alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import active_children, forkserver, get_context
from pathlib import Path
from textwrap import indent
from threading import BoundedSemaphore, Event
from typing import Any, TypeVar

from socok_analysis.core.danish import HARD_SPACE, MONTHS, did_you_mean
from socok_analysis.core.folders import OWN
from socok_analysis.core.problems import DataError, MissingError, UsageError, find_refusal
from socok_analysis.core.year import Year
from socok_analysis.figures.figure import list_partners, read_figures
from socok_analysis.intake.texts import GATHERING, Words
from socok_analysis.show.markdown import OURS

FRONT_PAGE, YEAR_PAGE = "_forside", "index"
MANY_COURSES = 20
OWN_ERRORS = {kind.__name__: kind for kind in (DataError, UsageError, MissingError)}
LAST = 1000  # of a page that does not say its place
SECONDS_A_CELL, WAIT, MARKDOWN, PNG = 300, "30s", "text/markdown", "image/png"
FORKED = "socok_analysis.run.forked"
PRELOADED = [  # what a first cell, table or chart would import
    *("pyarrow.dataset", "pyarrow.parquet", "pyarrow.pandas_compat", "pydantic.dataclasses"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "pandas.plotting._matplotlib"),
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
    *("matplotlib.backends.backend_svg", "babel.dates", "babel.numbers", "jinja2.sandbox"),
    *("socok_analysis.run.open", FORKED),
]
IN_A_BREATH = re.compile(  # "8. oktober", "95 %", "§ 11", "11 af 40"
    rf"(?<=\d\.)[ \n](?=(?:kvartal|halvår|klasse|{'|'.join(MONTHS)})\b)"
    r"|(?<=\d)[ \n](?=%|af[ \u00a0\n]\d)|(?<=§)[ \n](?=\d)|(?<=\d af)[ \n](?=\d)"
)
T = TypeVar("T")
Made = TypeVar("Made")


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


@dataclass(eq=False)
class NotebookError(Exception):
    """A notebook's failure: the error's name, what it says, and the cell, where that is known; of a
    page's notebook also which run it was, and where what it had come to is saved.
    """

    name: str
    told: str
    cell: int | None
    run: Run | None = None
    saved: Path = Path()

    def __str__(self) -> str:
        """Return the failure in a line."""
        return f"{self.name}: {self.told}".strip().splitlines()[0].strip(": ")


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as it is stored. Raise MissingError where it cannot be read."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MissingError(f"Notebooken {path.name} kan ikke læses.") from error
    return notebook


def list_code(path: Path, tag: str = "") -> list[str]:
    """Return the sources of a notebook's cells of code, those with a tag where one is named."""
    cells = [c for c in read_notebook(path).get("cells", ()) if c.get("cell_type") == "code"]
    return ["".join(c["source"]) for c in cells if not tag or tag in c["metadata"].get("tags", ())]


def read_purpose(path: Path) -> dict[str, Any]:
    """Return what a notebook's metadata say it is for; empty for an analyst's own."""
    purpose: dict[str, Any] = read_notebook(path).get("metadata", {}).get("socok", {})
    return purpose


def list_notebooks(root: Path) -> dict[Path, dict[str, Any]]:
    """Return a project's notebooks that are for the report or a brief, with what they are for."""
    paths = sorted((root / "notebooks").glob("*.ipynb"))
    return {path: purpose for path in paths if (purpose := read_purpose(path))}


def list_runs(root: Path, year: int, partners: Iterable[str], edition: str) -> list[Run]:
    """Return the runs that make the front page and then a year's pages, in their order."""
    runs, sections = list[Run](), Words(root, year).sections
    pages = {section.page or section.id for section in sections}
    places = {
        "partner": [(partner, -1) for partner in partners],
        "section": [(each.id, each.order) for each in sections if each.kind == GATHERING],
    }
    for path, purpose in list_notebooks(root).items():
        page, kind = purpose.get("page", ""), purpose.get("for_each")
        if not page or (purpose.get("section") and page not in pages):
            continue
        if kind and kind not in places:
            near = did_you_mean(kind, places)
            raise MissingError(f"{path.name} kan ikke køres for hver “{kind}”.{near}")
        order = -year if page == YEAR_PAGE else int(purpose.get("order", LAST))
        for value, place in places[kind] if kind else [("", order)]:
            own = ((kind, value),) if kind else ()
            parameters = (("year", year), ("edition", edition), *own)
            name = page.format_map(dict(own)) if own else page
            runs.append(Run(path, name, order if place < 0 else place, parameters))
    runs.sort(key=lambda r: (r.page != FRONT_PAGE, r.page != YEAR_PAGE, r.order, r.page))
    if not runs or runs[0].page != FRONT_PAGE:
        raise MissingError("Der er ingen notebook til forsiden (forside.ipynb) i notebooks.")
    return runs


def list_page_partners(year: Year) -> list[str]:
    """Return the partners that have a page: at least 20 courses started, or a text of their own."""
    texts, figures = Words(year.root, year.year).paths, read_figures(year.processed_dir)
    started = {p: figures.get(f"outcomes.{p}.started") for p in list_partners(figures)}
    return [
        partner
        for partner, figure in started.items()
        if f"partnere/{partner}" in texts or (figure and (figure.value or 0) >= MANY_COURSES)
    ]


def get_ready(root: Path) -> None:
    """Let what runs notebooks keep its files in the project, and begin its imports."""
    os.environ |= {"JUPYTER_PREFER_ENV_PATH": "1", "PYDANTIC_DISABLE_PLUGINS": "1"}
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        folder = root / OWN / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder)
    if sys.platform == "linux":
        forking = get_context("forkserver")
        forking.set_forkserver_preload(PRELOADED)
        forkserver.ensure_running()


def side_by_side(
    work: Callable[[T], Made], items: Sequence[T], jobs: int, scheduler: str = ""
) -> Iterator[Made]:
    """Yield what `work` makes of each item as it comes, `jobs` at once, here or on a Dask cluster.

    Notebooks run in processes of their own, so threads do. However it is left, none goes on: their
    processes are ended, and they are waited for.
    """
    if jobs < 1:
        raise UsageError("--jobs skal være mindst 1.")
    from joblib import Parallel, delayed, parallel_config

    stop, turns = Event(), BoundedSemaphore(jobs)

    def start(item: T) -> Made:
        with turns:
            if stop.is_set():
                raise KeyboardInterrupt
            return work(item)

    with ExitStack() as cluster:
        options: dict[str, Any] = {"n_jobs": jobs, "backend": "threading"}
        if scheduler:
            client = cluster.enter_context(open_cluster(scheduler))
            cluster.enter_context(parallel_config(backend="dask", client=client))
            options = {"n_jobs": -1}
        pool = Parallel(**options, batch_size=1, return_as="generator_unordered")
        try:
            yield from pool(delayed(work if scheduler else start)(item) for item in items)
        except BaseException:  # whoever reads may have stopped, too
            stop.set()
            for process in active_children():  # whoever waits for one learns that it died
                process.kill()
            for _ in range(jobs):
                turns.acquire()
            raise


def open_cluster(address: str) -> Any:
    """Return a client of a Dask scheduler that has workers; raise MissingError without."""
    try:
        from distributed import Client

        client: Any = Client(address, timeout=WAIT)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=WAIT)
    except (ImportError, OSError, ValueError) as error:
        told = f"Der er ingen Dask-scheduler med workere på {address}."
        way = "Installér socok_analysis[cluster] her og hos workerne, og start dem."
        raise MissingError(f"{told} {way}") from error
    return client


def execute(
    notebook: Path,
    target: Path,
    parameters: Iterable[tuple[str, object]],
    folder: Path,
    kernel: str | None = None,
    timeout: int | None = None,
) -> None:
    """Run a notebook by papermill, in a folder; raise NotebookError, or that the disk is full."""
    import papermill
    from jupyter_client.kernelspec import KernelSpecManager
    from papermill.iorw import papermill_io

    # its files know no folder of their own: it would be the whole process's, and so all threads'
    papermill_io.get_handler("local").cwd = lambda folder: None
    try:
        language = KernelSpecManager().get_kernel_spec(kernel).language if kernel else None
        papermill.execute_notebook(
            str(notebook),
            str(target),
            dict(parameters),
            engine_name="socok-fork",
            kernel_name=kernel,
            language=language,
            progress_bar=False,
            execution_timeout=timeout,
            extra_arguments=["--log-level=50"],
            resources={"metadata": {"path": str(folder)}},
        )
    except Exception as error:
        if find_refusal(error):
            raise
        name = getattr(error, "ename", "") or type(error).__name__
        told = str(getattr(error, "evalue", "") or error)
        raise NotebookError(name, told, getattr(error, "cell_index", find_cell(target))) from error


def find_cell(saved: Path) -> int | None:
    """Return the number of the cell a saved notebook had come to."""
    try:
        cells = read_notebook(saved)["cells"]
        begun = [n for n, cell in enumerate(cells) if cell["metadata"]["papermill"]["start_time"]]
    except (MissingError, KeyError):
        return None
    return max(begun, default=None)


def run_notebook(task: tuple[Run, Path]) -> tuple[Run, Path]:
    """Run a notebook to its page in a folder, and return both. Raise NotebookError, or DataError
    where it shows what protection has not seen.
    """
    run, folder = task
    target = folder / f"{run.page}.ipynb"
    try:
        execute(run.notebook, target, run.parameters, folder, "python3", SECONDS_A_CELL)
    except NotebookError as error:
        raise replace(error, run=run, saved=target) from error
    finish_page(target, run.order, str(dict(run.parameters).get("edition", "public")))
    return task


def explain_failure(error: NotebookError) -> Exception:
    """Return the error a failed page stands for; keep it unless it shows personal data."""
    from socok_analysis.publish.gate import read_secrets, scan_file, scan_text

    run, saved = error.run, error.saved
    if error.name in OWN_ERRORS:
        place = f"{run.notebook.name}, celle {error.cell}: " if run else ""
        return OWN_ERRORS[error.name](f"{place}{error.told}")
    if not run or not saved.exists():
        return MissingError(f"{run.label if run else saved} kunne ikke begyndes: {error}")
    root, place = run.notebook.parent.parent, f"{run.label} fejlede i celle {error.cell}"
    search = partial(scan_text, secrets=read_secrets(root))
    if any(scan_file(saved, saved.name, search)):
        return MissingError(f"{place}. Den gemmes ikke: den viser personoplysninger.")
    kept = root / OWN / "fejl" / saved.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(saved, kept)
    if error.name == "CellTimeoutError":
        return MissingError(f"{run.label} blev ikke færdig på {SECONDS_A_CELL} sekunder.")
    return MissingError(f"{place}: {str(error).rstrip('.')}. Notebooken er gemt i {kept}.")


def finish_page(path: Path, order: int, edition: str) -> None:
    """Turn an executed notebook into a page: its title as front matter, outputs as Markdown, and
    nothing that changes from run to run.

    The title is the first heading it showed; publishers put it where it is HTML, so its angle
    brackets become other signs. Raise DataError for what is public and protection has not seen.
    """
    import nbformat

    books: Any = nbformat  # it has no types
    notebook = books.read(path, as_version=4)
    title, strange, written = "", list[str](), 0
    for number, cell in enumerate(notebook.cells, 1):
        tags, outputs = cell.metadata.get("tags"), list[Any]()
        cell["id"], cell.metadata = f"cell-{number:02d}", {"tags": tags} if tags else {}
        written += "injected-parameters" not in (tags or ())
        if cell.cell_type != "code":
            cell.source = IN_A_BREATH.sub(HARD_SPACE, cell.source)
            continue
        for output in (each for each in cell.outputs if each.get("name") != "stderr"):
            if edition == "public" and not output.get("metadata", {}).get(OURS):
                strange.append(f"celle {written} ({cell.source.strip().splitlines()[-1]})")
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
