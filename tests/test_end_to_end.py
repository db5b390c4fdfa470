"""The whole way on the committed exports: one build, and what a reader finds in it."""

import csv
import re
import shutil
import zipfile
from html import unescape
from html.parser import HTMLParser

import openpyxl
import pypdf
import pytest

from conftest import copy_project
from pages import STATEMENT, drop_own
from socok_analysis.cli import main
from test_build import hash_folder

YEARS = (2018, 2019)
PAGES = ("index", "maal", "virksomheder", "partner-sumak", "partner-veteranhaven", "job")
PERSONAL = ("CPR-nr.", "Navn", "Sagsbehandler", "Bemærkning")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = copy_project(tmp_path_factory.mktemp("bygget") / "Årets projekt")
    assert report(root) == 0
    return root


def report(root, *options):
    return main(["report", "--project", str(root), "--publisher", "embedded", *options])


def read_text(page):
    html = page.read_text(encoding="utf-8")
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


def test_the_front_page_shows_both_years_main_figures(built):
    text = read_text(built / "_site/index.html")
    for shown in (
        "27,5 % (11 af 40)",
        "54,4 % (37 af 68)",
        "129",
        "193",
        "40,0 % (10 af 25)",
        "64,7 % (22 af 34)",
        "64",
    ):
        assert shown in text


@pytest.mark.parametrize("year", YEARS)
def test_every_page_and_document_of_a_year_is_there(built, year):
    folder = built / "_site/report" / str(year)
    assert all((folder / f"{page}.html").is_file() for page in PAGES)
    assert (folder / f"socialoekonomisk-aarsrapport-{year}.pdf").is_file()
    assert (folder / f"socialoekonomisk-aarsrapport-{year}.docx").is_file()
    assert (folder / f"socialoekonomisk-aarsrapport-{year}.xlsx").is_file()
    assert (folder / "datapackage.json").is_file()


def test_the_downloads_hide_what_the_pages_hide(built):
    path = built / "_site/report/2019/socialoekonomisk-aarsrapport-2019-noegletal.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["figure"]: row for row in csv.DictReader(file)}
    hidden = rows["outcomes.veteranhaven.period.success_wide"]
    assert hidden["status"] == "c" and not hidden["value"] and not hidden["numerator"]
    assert rows["outcomes.sumak.success_wide"]["numerator"] == "37"


def test_pages_say_that_the_example_is_reconstructed(built):
    assert "rekonstruer" in read_text(built / "_site/index.html")
    assert "rekonstruer" in read_text(built / "_site/report/2018/index.html")


def test_the_partner_page_shows_both_definitions_and_the_period(built):
    text = read_text(built / "_site/report/2019/partner-sumak.html")
    for shown in ("22 af 68", "32,4 %", "44,1 % (15 af 34)", "42,7–65,7 %"):
        assert shown in text


def test_the_jobs_page_shows_channels_types_and_twelve_months(built):
    text = read_text(built / "_site/report/2019/job.html")
    for shown in ("56", "73", "96,8", "Løntilskud", "27", "Fuldtid og hybrid"):
        assert shown in text


def test_small_groups_are_not_shown_alone_in_the_public_edition(built):
    text = read_text(built / "_site/report/2018/partner-veteranhaven.html")
    assert "Afventer afklaring og andre årsager 11" in text and "[c]: tallet vises ikke" in text
    assert "73 af 75" not in read_text(built / "_site/report/2019/partner-sumak.html")
    assert "1 af 15" not in read_text(built / "_site/report/2019/partner-veteranhaven.html")


def test_every_figure_has_an_alternative_text_with_numbers(built):
    images = [
        tag
        for page in (built / "_site").rglob("*.html")
        for tag in re.findall(r"<img\b[^>]*>", page.read_text(encoding="utf-8"))
    ]
    assert images
    assert all(re.search(r'alt="[^"]*\d[^"]*"', tag) for tag in images)


def test_no_page_asks_another_host_for_anything(built):
    for page in (built / "_site").rglob("*.html"):
        loaded = re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', page.read_text("utf-8"))
        assert not loaded, page.name


def test_every_local_link_leads_to_a_file(built):
    for page in (built / "_site").rglob("*.html"):
        for link in re.findall(r'(?:src|href)="([^"#?]+)', page.read_text("utf-8")):
            assert link == STATEMENT or (page.parent / link).exists(), (page.name, link)


def test_the_pdf_is_tagged_danish_and_has_the_figures(built):
    pdf = pypdf.PdfReader(built / "_site/report/2019/socialoekonomisk-aarsrapport-2019.pdf")
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("da")
    assert b"pdfuaid" in root["/Metadata"].get_data()
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for shown in ("27,5 %", "54,4 %", "129", "193", "Socialøkonomisk årsrapport 2019"):
        assert shown in text


def test_the_word_file_has_headings_and_the_figures(built):
    path = built / "_site/report/2019/socialoekonomisk-aarsrapport-2019.docx"
    with zipfile.ZipFile(path) as file:
        xml = file.read("word/document.xml").decode("utf-8")
    text = re.sub(r"<[^>]+>", "", xml).replace("\u00a0", " ")
    assert 'w:val="Heading1"' in xml and "54,4 %" in text and "193" in text


def read_personal(root):
    for path in (root / "data/raw").glob("*/*.xlsx"):
        for sheet in openpyxl.load_workbook(path).worksheets:
            yield from read_personal_columns(list(sheet.iter_rows(values_only=True)))


def read_personal_columns(rows):
    for number, row in enumerate(rows):
        columns = [place for place, value in enumerate(row) if value in PERSONAL]
        if "CPR-nr." in row:
            below = (r[place] for r in rows[number + 1 :] for place in columns)
            yield from (str(value) for value in below if value)
            return


def read_everything(root):
    parts = []
    for folder in ("_site", "report", "data/processed"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix == ".pdf":
                parts += [page.extract_text() for page in pypdf.PdfReader(path).pages]
            elif path.suffix == ".docx":
                with zipfile.ZipFile(path) as file:
                    parts += [file.read(n).decode("utf-8", "replace") for n in file.namelist()]
            elif path.is_file():
                parts.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(parts)


def test_no_personal_value_of_the_exports_is_in_anything_generated(built):
    values = {value for value in read_personal(built) if len(value) > 5}
    assert len(values) > 100
    everything = read_everything(built)
    assert [value for value in sorted(values) if value in everything] == []


def test_an_unchanged_report_is_left_as_it_is(built, capsys):
    before = hash_folder(built / "_site")
    times = {path: path.stat().st_mtime_ns for path in (built / "_site").rglob("*")}
    assert report(built) == 0
    assert "Intet er ændret" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in (built / "_site").rglob("*")} == times
    assert hash_folder(built / "_site") == before


def test_what_the_project_did_not_make_stays_in_the_sites_folder_through_a_link_too(
    built, tmp_path
):
    root = tmp_path / "projekt"
    shutil.copytree(built, root)
    (root / "_site").rename(tmp_path / "www")
    (root / "_site").symlink_to(tmp_path / "www")
    before = hash_folder(root / "_site")
    own = {".git/HEAD": "x", "CNAME": "socok.dk", ".nojekyll": "", "mit/notat.txt": "1"}
    for name, text in own.items():
        (tmp_path / "www" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "www" / name).write_text(text)
    page = tmp_path / "www/index.html"
    page.write_bytes(page.read_bytes().replace(b"129", b"921"))  # of the same size
    assert report(root, "--quiet") == 0
    assert (root / "_site").is_symlink()
    after = {path: text for path, text in hash_folder(root / "_site").items() if path not in own}
    assert after == before
    assert {name: (tmp_path / "www" / name).read_text() for name in own} == own


def test_making_everything_again_gives_the_same_bytes(built, monkeypatch):
    before = hash_folder(built / "_site")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert report(built, "--force", "--quiet") == 0
    assert hash_folder(built / "_site") == before


def break_workbook(root):
    (root / "data/raw/2019/ansaettelser.xlsx").write_text("kaffe")


def remove_needed_export(root):
    (root / "data/raw/2019/virksomheder.xlsx").unlink()


def break_notebook(root):
    path = root / "notebooks/job.ipynb"
    path.write_text(path.read_text("utf-8").replace('\\"channels\\"', '\\"channles\\"'), "utf-8")


def break_text(root):
    path = root / "data/raw/2019/tekst/bemaerkning.md"
    path.write_text('{{ tal("jobs.totla") }}', encoding="utf-8")


def misencode_text(root):
    path = root / "data/raw/2019/tekst/bemaerkning.md"
    path.write_bytes("Bemærk æøå".encode("latin-1"))


def remove_description(root):
    (root / "_quarto.yml").unlink()


@pytest.mark.parametrize(
    ("defect", "code", "said"),
    [
        (break_workbook, 1, "ansaettelser.xlsx"),
        (remove_needed_export, 1, "virksomheder"),
        (break_notebook, 2, "channels"),
        (break_text, 1, "data/raw/2019/tekst/bemaerkning.md"),
        (misencode_text, 1, "UTF-8"),
        (remove_description, 3, "_quarto.yml"),
    ],
)
def test_what_was_published_stays_when_a_later_report_fails(
    built, tmp_path, capsys, defect, code, said
):
    root = copy_project(tmp_path / "projekt")
    for name in ("_site", "report", "data/processed"):
        copy_folder(built / name, root / name)
    before = hash_folder(root / "_site")
    defect(root)
    assert report(root) == code
    captured = capsys.readouterr()
    assert said in captured.err and "Traceback" not in captured.err
    assert hash_folder(root / "_site") == before


def copy_folder(source, target):
    shutil.copytree(source, target)


def test_the_internal_edition_shows_everything_in_a_folder_of_its_own(built, tmp_path):
    root = copy_project(tmp_path / "projekt")
    assert report(root, "2019", "--edition", "internal", "--quiet") == 0
    assert not (root / "_site").exists() and not (root / "report").exists()
    text = read_text(root / "_site-intern/report/2019/partner-veteranhaven.html")
    assert "1 af 15" in text and "[c]" not in text
    for page in (root / "_site-intern").rglob("*.html"):
        assert "må ikke offentliggøres" in read_text(page)
    pdf = pypdf.PdfReader(next((root / "_site-intern").rglob("*.pdf")))
    assert "Intern udgave" in pdf.pages[0].extract_text()


def test_another_person_key_gives_the_same_pages_and_site(built, tmp_path, monkeypatch):
    root = copy_project(tmp_path / "andet sted")
    monkeypatch.setenv("SOCOK_KEY_FILE", str(tmp_path / "nøgle"))
    assert report(root, "--jobs", "1", "--quiet") == 0
    assert hash_folder(root / "_site") == hash_folder(built / "_site")
    assert hash_folder(root / "report") == hash_folder(built / "report")


def test_a_partner_without_agreement_or_exits_still_has_a_page(tmp_path):
    root = copy_project(tmp_path / "projekt")
    path = root / "data/raw/2018/forloebsudtraek.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Forløb"]
    header = next(row for row in sheet.iter_rows() if row[0].value == "CPR-nr.")
    columns = {cell.value: cell.column for cell in header}
    row = header[0].row + 1
    values = {
        "Virksomhed": "Pixibixen",
        "Slutdato": None,
        "Afslutningsårsag": None,
        "Slutevaluering modtaget": None,
    }
    for name, value in values.items():
        sheet.cell(row, columns[name]).value = value
    book.save(path)
    assert report(root, "2018", "--quiet") == 0
    text = read_text(root / "_site/report/2018/partner-pixibixen.html")
    assert "Ingen forløb er afsluttet endnu" in text and "Pladser og planer" not in text


def test_a_site_can_be_put_elsewhere(built, tmp_path):
    assert report(built, "--out", str(tmp_path / "andet sted"), "--quiet") == 0
    assert (tmp_path / "andet sted/index.html").is_file()


def test_a_failing_notebook_of_the_projects_own_kind_is_kept_for_a_look(tmp_path, capsys):
    root = copy_project(tmp_path / "projekt")
    path = root / "notebooks/job.ipynb"
    text = path.read_text(encoding="utf-8").replace('page.chart(\\"job_types\\")', "1 / 0")
    path.write_text(text, encoding="utf-8")
    assert report(root, "2018") == 3
    said = capsys.readouterr().err
    assert "job.ipynb" in said and "ZeroDivisionError" in said and "celle" in said
    assert list((root / ".socok/fejl").glob("job.ipynb"))
    path.write_text(text.replace("1 / 0", '{}[\\"710190-1234\\"]'), encoding="utf-8")
    assert report(root, "2018") == 3
    said = capsys.readouterr().err
    assert "personoplysninger" in said and "710190" not in said
    assert "710190" not in (root / ".socok/fejl/job.ipynb").read_text(encoding="utf-8")


# The way back from every number


class NumberFinder(HTMLParser):
    """Collects the names of figures on a page, and the table cells with a number without one."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.names = set()
        self.anchors = set()
        self.bare = []
        self.prose = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.names |= set((found.get("data-figure") or "").split())
        self.anchors.add(found.get("id") or "")
        if tag not in ("img", "br", "hr", "meta", "link", "input", "col"):
            self.open.append((tag, found))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        is_named = any("data-figure" in found for _, found in self.open)
        is_cell = any(tag == "td" for tag, _ in self.open)
        text = " ".join(data.split())
        if is_cell and not is_named and NUMBER.fullmatch(text) and not YEAR.fullmatch(text):
            self.bare.append(text)
        tags = {tag for tag, _ in self.open}
        is_prose = "main" in tags and tags & {"p", "li"} and not tags & {"nav", "a", "td", "th"}
        if is_prose and not is_named and re.search(r"\d", TOLD.sub("", text)):
            self.prose.append(text)


NUMBER = re.compile(r"[+−‖ ]*(\d{1,3}(\.\d{3})+|\d+)(,\d+)?( ?(%|kr\.|timer))?( \(.*\))?")
YEAR = re.compile(r"(19|20)\d\d")
MONTHS = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
TOLD = re.compile(  # what is no number of data: dates, names, laws, sections, times of day
    rf"\d{{1,2}}\. ({MONTHS})|\b(19|20)\d\d\b|\d\d-\d\d-\d{{4}}|under \d+ forløb|\b3F\b"
    r"|(§|Paragraf|stk\.|nr\.|afsnit|ark) ?\d+( [og]+ \d+)?"
    r"|\d\. kvartal|kl\. [\d.–-]+|COVID-19|CO2|DR2|95 %|100 %|\b\d\.\d{1,2}\b|^\d+\. "
    r"|[0-9a-f]{16,}|\d+\.\d+\.\d+",
    re.IGNORECASE,
)


def find_numbers(page):
    finder = NumberFinder()
    finder.feed(page.read_text(encoding="utf-8"))
    return finder


def test_every_number_of_the_site_can_be_followed_to_its_definition_and_source(built):
    pages = {page: find_numbers(page) for page in (built / "_site").rglob("*.html")}
    folder = built / "_site/report"
    anchors = {
        str(year): {
            anchor
            for page in (folder / str(year)).glob("kilder*.html")
            for anchor in pages[page].anchors
        }
        for year in YEARS
    }
    named = {name for found in pages.values() for name in found.names}
    assert len(named) > 200
    lost = {name for name in named if name.partition("/")[2] not in anchors[name[:4]]}
    assert lost == set()


def test_no_table_has_a_number_from_data_without_the_name_of_its_figure(built):
    for page in (built / "_site").rglob("*.html"):
        assert find_numbers(page).bare == [], page.name


def test_the_pages_of_sources_have_room_for_more_partners_and_months(built):
    pages = [*(built / "_site/report").glob("*/kilder*.html")]
    assert len(pages) > 2 * len(YEARS)
    contents = [drop_own(page.read_text(encoding="utf-8")) for page in pages]
    assert max(len(text.encode()) for text in contents) < 50 * 1024
    assert max(page.stat().st_size for page in pages) < 100 * 1024


def test_a_links_fragment_is_on_the_page_it_leads_to(built):
    pages = {page: find_numbers(page) for page in (built / "_site").rglob("*.html")}
    for page in pages:
        links = re.findall(r'href="(kilder[^"#]*)#([^"]*)"', page.read_text("utf-8"))
        lost = [link for link in links if link[1] not in pages[page.parent / link[0]].anchors]
        assert lost == [], page.name


def test_running_text_has_no_number_from_data_without_the_name_of_its_figure(built):
    pages = [*(built / "_site").rglob("*.html")]
    told = {page.stem: found for page in pages if (found := find_numbers(page).prose)}
    told.pop("genberegning", None)  # the number of its own rows
    told = {page: found for page, found in told.items() if not page.startswith("kilder")}
    assert told == {}  # the pages of sources name figures by their anchors
