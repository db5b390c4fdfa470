"""Pages in tests: one of figures, a notebook after a run, and what a published page says."""

import re
import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from matplotlib import get_data_path
from pypdf import PdfReader

from socok_analysis.core.year import Year
from socok_analysis.disclosure.public import Public, Withheld
from socok_analysis.figures.evidence import Evidence
from socok_analysis.intake.maps import read_maps
from socok_analysis.publish.site import hash_inline
from socok_analysis.show.notebook import NotebookPage
from workbooks import ROOT, read_parts

PAGES = """index job partner-sumak partner-veteranhaven indkoeb virksomheder netvaerk indsatser
indsatser-maalgruppe tilfoejelser anbefalinger om-tallene kilder"""  # of a whole year
STATEMENT = "/was"  # of accessibility: on the municipality's own site, where the law wants it
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="70" height="40"/>'
FIGURE = '![Job i **alt**](figures/job.svg){#fig-job fig-alt="Søjler: 64 og 129 job."}'
TABLE = "| Partner | Antal |\n|:--|--:|\n| Sumak | 37 |\n\n: Afslutninger {#tbl-exits}"
TILES = """:::: {.key-figures}
::: {.key-figure}
[27,5 %]{.value}

[i job]{.label}
:::
::::"""
FEW = "Der er færre end 3 afsluttede forløb."
DAY, BEFORE = date(2019, 12, 31), date(2018, 12, 31)
VOID = {"img", "br", "hr", "col", "meta", "link", "input", "wbr"}
OUTSIDE = {"nav", "script", "style"}
UNSEEN = {"section", "screen-reader-only"}  # what one publisher only has: the way up, a kind


class Named(NotebookPage):
    """A page with names for enterprises that no register knows."""

    def name(self, enterprise):
        return enterprise.capitalize()


def make_page(*figures, edition="public", hidden=(), earlier=(), partner="", **more):
    """Return a page of 2019 without files, with these figures, some of them hidden."""
    year = Year(Path("x"), 2019, "Rapport", date(2019, 1, 1), DAY, DAY, date(2018, 1, 1), BEFORE)
    told = {}
    for number, own, few in ((2018, earlier, ()), (2019, figures, hidden)):
        shown = {f.figure: replace(f, year=number) for f in own if f.figure not in few}
        if own or number == 2019:
            told[number] = Public(shown, {name: Withheld(FEW) for name in few})
    evidence = Evidence(year, {}, told[2019].figures, read_maps(ROOT, 2019))
    return Named(year, edition, partner, told, evidence=evidence, **more)


def write_notebook(path, title, *blocks, order=1):
    cells = [nbformat.v4.new_raw_cell(f"---\ntitle: '{title}'\norder: {order}\n---", id="front")]
    for number, block in enumerate(blocks):
        output = nbformat.v4.new_output("display_data", data={"text/markdown": block})
        cells.append(nbformat.v4.new_code_cell("vis()", outputs=[output], id=f"c{number}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def write_code(path, *cells, tags=()):
    """Write a notebook of cells of code, the first of them marked as its parameters."""
    made = [nbformat.v4.new_code_cell(source, metadata={"tags": [*tags]}) for source in cells]
    made[0].metadata["tags"].append("parameters")
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec}), path)
    return path


def make_staged(folder):
    """Make what a publisher is given: a front page, and three pages of each of two years."""
    job = f"## Job i alt\n\nSe @fig-job og @tbl-exits.\n\n{FIGURE}"
    warning = "::: {.callout-warning}\n## Pas på\nTallet er lille.\n:::\n\n## Løntilskud\n\nTekst."
    for year in (2018, 2019):
        place = folder / "report" / str(year)
        links = f"Se [job](job.ipynb#job-i-alt) og [PDF](rapport-{year}.pdf)."
        write_notebook(place / "index.ipynb", f"Årsrapport {year}", links, TILES, order=-year)
        write_notebook(place / "job.ipynb", "Job & løn", job, TABLE, warning, order=20)
        write_notebook(place / "maal.ipynb", "Mål", "::: {.callout-note}\nNej.\n:::", order=10)
        (place / f"rapport-{year}.pdf").write_bytes(b"%PDF")
        (place / "figures").mkdir()
        (place / "figures/job.svg").write_text(SVG)
        shutil.copy(Path(get_data_path()) / "images/matplotlib.png", place / "figures/job.png")
    lines = (ROOT / "_quarto.yml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "-render: " not in line]
    (folder / "_quarto.yml").write_text("\n".join(kept), encoding="utf-8")
    (folder / "index.qmd").write_text((ROOT / "index.qmd").read_text(encoding="utf-8"))
    (folder / "report/_forside.md").write_text("[Rapporten for 2019](report/2019/index.ipynb)")
    return folder


class Page(HTMLParser):
    """A page as its parts: the tags that are open, with attributes; a text, or None at a tag."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.parts = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append((tag, {name: value or "" for name, value in attrs}))
        self.parts.append(([*self.open], None))
        if tag in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        while tag not in VOID and self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        self.parts.append(([*self.open], data))


def strip(html):
    """Return the words a reader sees, hard spaces and soft hyphens as none."""
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    return " ".join(text.replace("\u00a0", " ").replace("\u00ad", "").split())


Main = namedtuple("Main", "words ids alts")


def read_main(path):
    """Return the words, ids and alternative texts inside `main`, navigation left out."""
    main = Main([], [], [])
    for tags, text in Page(path.read_text(encoding="utf-8")).parts:
        names = {tag for tag, _ in tags}
        classes = {name for _, given in tags for name in given.get("class", "").split()}
        if "main" not in names or OUTSIDE & names or UNSEEN & classes or tags[-1][0] == "main":
            continue
        main.words.extend((text or "").replace("\u00a0", " ").split())
        tag, given = tags[-1]
        if text is None:
            main.ids.extend([given["id"]] if "id" in given else [])
            main.alts.extend([given["alt"]] if tag == "img" else [])
    return main


def read_words(path):
    """Return what a page, document or download says, its properties among it."""
    if path.suffix in (".xlsx", ".docx"):
        return "".join(part.decode("utf-8", "replace") for part in read_parts(path).values())
    if path.suffix == ".pdf":
        document = PdfReader(path)
        return f"{document.metadata}" + "".join(page.extract_text() for page in document.pages)
    return path.read_text(encoding="utf-8", errors="replace")


def drop_own(html):
    for body in re.findall(r"<(?:style|script)[^>]*>(.*?)</(?:style|script)>", html, re.DOTALL):
        if hash_inline(body) in html:
            html = html.replace(body, "")
    return re.sub(r"<style></style>|<script[^>]*></script>", "", html)
