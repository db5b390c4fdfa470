"""Briefs: one page for a committee, from a notebook of its own, as HTML, PDF and Word."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from socok_analysis.core.errors import MissingError
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.year import Year
from socok_analysis.disclosure import Edition
from socok_analysis.publish.documents import DocumentMeta, write_brief
from socok_analysis.publish.gate import check_folder, read_secrets
from socok_analysis.run.documents import MARK, told_as_missing
from socok_analysis.run.notebooks import Run, keep_inside, run_notebook
from socok_analysis.run.places import choose_brief
from socok_analysis.run.report import WORKPLACE
from socok_analysis.show.markdown import plain

KINDS = ("html", "pdf", "docx")


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
    source = year.root / "notebooks" / f"{notebook}.ipynb"
    if not source.is_file():
        raise MissingError(f"Notebooken {source.name} mangler i mappen notebooks.")
    folder = choose_brief(year.root, out, edition, name, KINDS)
    keep_inside(year.root / WORKPLACE)
    with TemporaryDirectory(prefix="notat-", dir=year.root / WORKPLACE) as place:
        run = Run(source, name, 0, tuple({**parameters, "edition": edition}.items()))
        page = run_notebook(run, Path(place))
        with replace_folder(folder) as fresh, told_as_missing():
            made = write_brief(page, describe_brief(year, edition), fresh / name)
            check_folder(fresh, read_secrets(year.root))
    return [folder / path.name for path in made]


def describe_brief(year: Year, edition: Edition) -> DocumentMeta:
    """Return what stands on a brief beside its page."""
    contact = plain(year.contact)
    mark = MARK.rstrip(".") if edition == "internal" else ""
    return DocumentMeta("", author=contact, contact=contact, date=year.period_end, mark=mark)
