"""The whole way on the committed exports: one build, and what a reader finds in it."""

import re
import shutil
import subprocess
import sys

import openpyxl
import pypdf
import pytest

from conftest import copy_made, edit, hash_folder, report
from pages import STATEMENT, Page, read_words, strip

NAME = "socialoekonomisk-aarsrapport"
PERSONAL = ("CPR-nr.", "Navn", "Sagsbehandler", "Bemærkning")


def read_text(page):
    html = page.read_text(encoding="utf-8")
    return strip(re.sub(r"<(script|style|head)\b.*?</\1>", " ", html, flags=re.DOTALL))


def test_images_have_alternative_texts_with_numbers_and_links_lead_to_files_here(built, site):
    images = []
    for name, html in site.items():
        images += re.findall(r"<img\b[^>]*>", html)
        assert not re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', html), name
        for link in re.findall(r'(?:src|href)="([^"#?]+)', html):
            target = (built / "_site" / name).parent / link
            assert link == STATEMENT or target.exists(), (name, link)
    assert images and all(re.search(r'alt="[^"]*\d[^"]*"', tag) for tag in images)


def test_the_documents_have_the_figures_too(built):
    for kind in ("pdf", "docx"):
        said = strip(read_words(built / f"_site/report/2019/{NAME}-2019.{kind}"))
        for shown in ("27,5 %", "54,4 %", "129", "193", "Socialøkonomisk årsrapport 2019"):
            assert shown in said, kind


def read_personal(root):
    """Yield every value below the personal headings of the exports' sheets."""
    for path in (root / "data/raw").glob("*/*.xlsx"):
        for sheet in openpyxl.load_workbook(path).worksheets:
            rows = list(sheet.iter_rows(values_only=True))
            top = next((n for n, row in enumerate(rows) if "CPR-nr." in row), len(rows))
            heads = rows[top] if top < len(rows) else ()
            columns = [n for n, head in enumerate(heads) if head in PERSONAL]
            yield from (str(row[n]) for row in rows[top + 1 :] for n in columns if row[n])


def test_no_personal_value_of_the_exports_is_in_anything_generated(built):
    values = {value for value in read_personal(built) if len(value) > 5}
    assert len(values) > 100
    folders = [built / name for name in ("_site", "report", "data/processed")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    everything = "\n".join(map(read_words, files))
    assert [value for value in sorted(values) if value in everything] == []


LIGHT = (
    "import sys\nfrom socok_analysis.cli import main\n"
    "assert main(['report', '--project', sys.argv[1], '--publisher', 'embedded']) == 0\n"
    "heavy = {'numpy', 'pandas', 'pyarrow', 'openpyxl', 'papermill', 'matplotlib', 'joblib'}\n"
    "assert not heavy & {*sys.modules}, heavy & {*sys.modules}"
)


def test_an_unchanged_report_is_left_as_it_is_and_needs_no_reader_and_no_arrays(again):
    def look():
        times = {path: path.stat().st_mtime_ns for path in (again / "_site").rglob("*")}
        return hash_folder(again / "_site"), times

    before, run = look(), [sys.executable, "-c", LIGHT, str(again)]
    said = subprocess.run(run, check=True, capture_output=True, encoding="utf-8").stdout
    assert "Intet er ændret" in said and look() == before


def test_what_the_project_did_not_make_stays_in_the_sites_folder(again, tmp_path):
    before = hash_folder(again / "_site")
    for name in ("job.ipynb", "socialoekonomisk-aarsrapport-2019.xlsx"):  # saved beside the pages
        shutil.copy2(again / "report/2019" / name, again / f"report/2019/~$kopi af {name}")
    assert report(again, "--out", str(tmp_path / "andet sted")) == 0
    assert hash_folder(tmp_path / "andet sted") == before
    (again / "_site").rename(tmp_path / "www")
    (again / "_site").symlink_to(tmp_path / "www")
    own = {".git/HEAD": "x", "CNAME": "socok.dk", ".nojekyll": "", "mit/notat.txt": "1"}
    for name, text in own.items():
        (tmp_path / "www" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "www" / name).write_text(text)
    page = tmp_path / "www/index.html"
    page.write_bytes(page.read_bytes().replace(b"129", b"921"))  # of the same size
    assert report(again) == 0
    assert (again / "_site").is_symlink()
    after = {path: text for path, text in hash_folder(again / "_site").items() if path not in own}
    assert after == before
    assert {name: (tmp_path / "www" / name).read_text() for name in own} == own


def test_another_place_key_and_clock_give_the_same_bytes(built, tmp_path, monkeypatch):
    root = copy_made(built, tmp_path / "andet sted")
    shutil.rmtree(root / "data/processed")  # a new key beside old tables would be a lost one
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("SOCOK_KEY_FILE", str(tmp_path / "nøgle"))
    assert report(root, "--force", "--jobs", "1") == 0
    for name in ("_site", "report"):  # the manifests know that the tables have other keys
        made, before = (hash_folder(folder / name) for folder in (root, built))
        assert {*made} == {*before} and len(made) > 40
        assert [n for n in made if made[n] != before[n] and "manifest.json" not in n] == []


BOOKS, NOTE = "data/raw/2019/", "data/raw/2019/tekst/bemaerkning.md"
JOB, CHART = "notebooks/job.ipynb", 'page.chart(\\"forms\\")'
DEFECTS = [  # what is written instead of a file's whole text or a part, the exit code, what is said
    (BOOKS + "ansaettelser.xlsx", None, b"kaffe", 1, "ansaettelser.xlsx"),
    (BOOKS + "virksomheder.xlsx", None, None, 1, "virksomheder"),
    (JOB, b'\\"channels\\"', b'\\"channles\\"', 2, "channels"),
    (JOB, CHART.encode(), b"1 / 0", 3, "job.ipynb celle ZeroDivisionError"),
    (JOB, CHART.encode(), b'{}[\\"710190-1234\\"]', 3, "personoplysninger"),
    (NOTE, None, b'{{ tal("jobs.totla") }}', 1, NOTE),
    (NOTE, None, "Bemærk æøå".encode("latin-1"), 1, "UTF-8"),
    (NOTE, None, b"Borgeren (710190-1234) er glad.", 1, "CPR-nummer"),
    ("_quarto.yml", None, None, 3, "_quarto.yml"),
]


@pytest.mark.parametrize(("name", "old", "new", "code", "said"), DEFECTS)
def test_what_was_made_stays_when_a_later_report_fails(
    built, again, capsys, name, old, new, code, said
):
    text = (again / name).read_bytes()
    assert old is None or old in text
    (again / name).unlink()
    if new is not None:
        (again / name).write_bytes(new if old is None else text.replace(old, new))
    assert report(again) == code
    told = capsys.readouterr().err
    assert all(word in told for word in said.split()) and "Traceback" not in told
    for made in ("_site", "report"):
        assert hash_folder(again / made) == hash_folder(built / made)
    kept = again / ".socok/fejl/job.ipynb"
    assert kept.exists() == ("ZeroDivisionError" in said), "what is personal is not kept"
    assert "710190" not in told + (kept.read_text("utf-8") if kept.exists() else "")


def test_one_page_is_made_into_a_draft_and_what_readers_have_is_left_alone(built, again, capsys):
    edit(again / JOB, "Sådan fandt de ansatte vej", "Sådan kom de ansatte ind")
    assert report(again, "2019", "--page", "jbo") == 2
    assert "Der er ingen årsside jbo. Mente du “job”?" in capsys.readouterr().err
    assert report(again, "2019", "--page", "job") == 0
    draft = again / ".socok/kladde/report"
    assert "Sådan kom de ansatte ind" in read_text(draft / "2019/job.html")
    assert "Sådan kom de ansatte ind" not in read_text(draft / "2018/job.html")
    for name in ("_site", "report"):
        assert hash_folder(again / name) == hash_folder(built / name)


def test_the_internal_edition_shows_everything_in_a_folder_of_its_own(built, again):
    assert report(again, "2019", "--edition", "internal") == 0
    for name in ("_site", "report"):
        assert hash_folder(again / name) == hash_folder(built / name)
    text = read_text(again / "_site-intern/report/2019/partner-veteranhaven.html")
    assert "1 af 15" in text and "[c]" not in text
    for home, is_inside in (("_site", False), ("_site-intern", True)):
        told = read_text(again / home / "report/2019/om-tallene.html")
        assert ("nye tilfælde: 15" in told) == is_inside
    for page in (again / "_site-intern").rglob("*.html"):
        assert "må ikke offentliggøres" in read_text(page)
    pdf = pypdf.PdfReader(next((again / "_site-intern").rglob("*.pdf")))
    assert "Intern udgave" in pdf.pages[0].extract_text()


# The way back from every number


NUMBER = re.compile(r"[+−‖ ]*(\d{1,3}(\.\d{3})+|\d+)(,\d+)?( ?(%|kr\.|timer))?( \(.*\))?")
YEAR = re.compile(r"(19|20)\d\d")
OTHER = {"nav", "a", "td", "th"}
MONTHS = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
TOLD = re.compile(  # what is no number of data: dates, names, laws, sections, times of day
    rf"\d{{1,2}}\. ({MONTHS})|\b(19|20)\d\d\b|\d\d-\d\d-\d{{4}}|under \d+ forløb|\b3F\b|praktik 2\b"
    r"|(§|Paragraf|stk\.|nr\.|afsnit|ark) ?\d+( [og]+ \d+)?"
    r"|\d\. kvartal|kl\. [\d.–-]+|COVID-19|CO2|DR2|95 %|100 %|\b\d\.\d{1,2}\b|^\d+\. "
    r"|[0-9a-f]{16,}|\d+\.\d+\.\d+",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def parts(site):
    return {name: Page(html).parts for name, html in site.items()}


def list_attributes(parts, name):
    found = {tags[-1][1].get(name, "") for tags, text in parts if text is None}
    return {word for words in found for word in words.split()}


def test_every_number_of_the_site_can_be_followed_to_its_definition_and_source(parts):
    pages = [page for page in parts if page.endswith("kilder.html")]
    anchors = {page.split("/")[1]: list_attributes(parts[page], "id") for page in pages}
    named = {name for page in parts.values() for name in list_attributes(page, "data-figure")}
    assert len(named) > 200
    told = [(name, *name.replace("+", "-").split("/")) for name in named]
    assert [name for name, year, anchor in told if anchor not in anchors[year]] == []


def test_no_number_from_data_stands_in_a_table_or_text_without_the_name_of_its_figure(parts):
    """But for counts of checks and printed numbers, and where sources name figures by anchors."""
    for page, found in parts.items():
        for tags, text in found:
            names, told = {tag for tag, _ in tags}, " ".join((text or "").split())
            if any("data-figure" in given for _, given in tags):
                continue
            is_number = NUMBER.fullmatch(told) and not YEAR.fullmatch(told)
            assert not ("td" in names and is_number), (page, told)
            is_prose = "main" in names and names & {"p", "li"} and not names & OTHER
            if is_prose and not page.endswith(("om-tallene.html", "kilder.html")):
                assert not re.search(r"\d", TOLD.sub("", told)), (page, told)
