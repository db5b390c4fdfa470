"""A year's texts are checked, its documents written, and what they tell is attacked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from socok_analysis.core.danish import did_you_mean, format_day, format_period
from socok_analysis.core.folders import workplace
from socok_analysis.core.problems import (
    DataError,
    Problem,
    UsageError,
    describe_problems,
    has_errors,
)
from socok_analysis.core.year import Year, list_measured
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.public import audit_years
from socok_analysis.figures.figure import read_figures
from socok_analysis.intake import texts as written
from socok_analysis.publish.documents import (
    DocumentMeta,
    describe_year,
    write_brief,
    write_documents,
)
from socok_analysis.publish.downloads import read_content, write_book, write_package
from socok_analysis.run.build import Say, place_problem
from socok_analysis.run.notebooks import Run, list_page_partners, run_notebook
from socok_analysis.run.open import make_page
from socok_analysis.show.claims import lint_few, list_linted
from socok_analysis.show.notebook import CHARTS, TABLES
from socok_analysis.show.page import name_document
from socok_analysis.show.sources import name_apart
from socok_analysis.show.text import render_text

EXHIBITS = {"tables": {*TABLES}, "charts": {*CHARTS}}
BRIEF = "resume.ipynb"
SHOWING, MARK = "indsats", "Intern udgave: må ikke offentliggøres."
ADVICE = "Ret teksten. Nøgletallenes navne og værdier ses med “socok figures ÅR”."


def check_texts(years: Sequence[Year], edition: Edition, say: Say) -> None:
    """Raise DataError with everything that is wrong with the texts of the years."""
    found = {year.year: list(find_faults(year, edition)) for year in years}
    problems = [place_problem(p, number) for number, told in found.items() for p in told]
    if faulty := [str(number) for number, told in found.items() if has_errors(told)]:
        raise DataError(f"Teksterne til rapport {' og '.join(faulty)} er ikke klar.", problems)
    if problems:
        say(describe_problems(problems))


def find_faults(year: Year, edition: Edition) -> Iterator[Problem]:
    """Yield what is wrong with a year's texts: gaps, bare claims, and claims that do not hold."""
    root, number = year.root, year.year
    words, claiming = written.Words(root, number), list_linted()
    figures = read_figures(year.processed_dir)
    yield from find_gaps(root, number, edition, list_page_partners(root, number, figures))
    yield from check_exhibits(root, number)
    yield from written.read_stories(words)[1]
    page = make_page(root, number, edition)
    for name in words.paths:
        source, place = words.read(name), f"{written.FOLDER}/{name}.md"
        yield from written.check_text(source, place, claiming)
        if edition == "public":
            codes, hidden = page.proof.maps.codes["exit_reasons"].values(), dict[int, list[str]]()
            for known, figure in figures.items():
                is_own = known.startswith(f"outcomes.{Path(name).name}.") and ".exit." not in known
                if is_own and page.why(known):
                    hidden.setdefault(int(figure.counted or 0), []).append(figure.label)
            yield from lint_few(source, place, codes, hidden)
    for section, name in words.list_texts():
        text = words.text(name)
        for part in text.parts if text else ():
            place = f"{written.FOLDER}/{name}.md"
            try:
                render_text(replace(page, section=section.id), part.body, place, part.line)
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
    for section in written.Words(root, number).sections:
        faults = []
        for kind, known in EXHIBITS.items():
            wanted: Sequence[str] = getattr(section, kind)
            if wanted and section.kind != SHOWING:
                told = f"Kun afsnit af slagsen {SHOWING} viser tables og charts."
                faults.append((told, "Tøm cellerne."))
            for name in (name for name in wanted if name not in known):
                told = f"“{name}” er ikke kendt i kolonnen {kind}.{did_you_mean(name, known)}"
                faults.append((told, f"Kendte: {', '.join(sorted(known))}."))
        for told, advice in dict.fromkeys(faults):
            facts = {"file": f"maps/{written.FILE}", "advice": advice}
            yield Problem("error", "text.exhibit", f"{section.id}: {told}", **facts)


def attack_year(year: Year, say: Say) -> dict[str, object]:
    """Return what the attack found; raise DataError where a protected number can be worked out."""
    narrow = audit_years([*list_measured(year.root, year.year), year])
    disclosed = sorted({each.title for each in narrow if each.is_disclosed})
    known = sorted({each.title for each in narrow} - {*disclosed})
    if disclosed:
        advice = (
            "Se docs/vejledning/beskyttelse.md: hvad I gør, når beskyttelsen stopper rapporten."
        )
        raise DataError(
            f"Rapporten for {year.year} kan ikke udgives: beskyttede tal kan regnes ud.",
            [
                Problem("error", "disclosure.found", f"{name} kan regnes ud.", advice=advice)
                for name in disclosed
            ],
        )
    text = f"; {len(known)} følger af, hvad der var offentligt i forvejen" if known else ""
    say(f"{year.year}: angrebsprøven fandt ingen beskyttede tal{text}")
    return {"public_before": known}


def write_year_documents(year: Year, edition: Edition, pages: Sequence[Path], folder: Path) -> None:
    """Write the year's pages as PDF and Word, and their tables and figures as Excel and CSV.

    The downloads hold no number the pages may not show.
    """
    name, page = name_document(year.year), make_page(year.root, year.year, edition)
    period = format_period(year.period_start, year.period_end)
    days = f"Ansættelser fra {period}. Forløb pr. {format_day(year.evaluation_date)}."
    mark = MARK if edition == "internal" else ""
    meta = describe(year, edition, title=year.title, subtitle=f"{mark} {days}".lstrip())
    write_documents(pages, meta, folder / f"{name}.pdf", folder / f"{name}.docx")
    write_year_brief(year, edition, folder / f"{name}-kort")
    content = read_content(pages, page.figures.values(), lambda figure: name_apart(page, figure))
    write_book(content, meta, folder / f"{name}.xlsx")
    write_package(content, meta, folder, name)


def write_year_brief(year: Year, edition: Edition, target: Path) -> None:
    """Run the notebook of the year on one page, and write it as PDF and Word."""
    told = (("year", year.year), ("edition", edition))
    run = Run(year.root / "notebooks" / BRIEF, Path(BRIEF).stem, 0, told)
    with workplace(year.root) as place:
        write_brief(run_notebook(run, place), describe(year, edition), target)


def describe(year: Year, edition: Edition, title: str = "", subtitle: str = "") -> DocumentMeta:
    """Return what stands on the front of a year's documents, or on a brief beside its page."""
    return describe_year(year, title, subtitle, MARK.rstrip(".") if edition == "internal" else "")
