"""Hostile text from workbooks and year texts is shown as text, everywhere, and nothing runs."""

import csv
import re
import shutil
from contextlib import contextmanager
from datetime import date

import pypdf
import pytest
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from playwright.sync_api import sync_playwright

import workbooks as wb
from attacks import ATTACKS, FILE_NAMES, HOST, MARK, RUN, SHEET_NAMES
from conftest import ROOT
from pages import Page
from socok_analysis.cli import main
from socok_analysis.core.danish import find_cpr
from socok_analysis.intake.tables import read_table
from socok_analysis.intake.texts import Words
from socok_analysis.publish.gate import plain_text, read_texts
from socok_analysis.publish.site import HANDLER, hash_inline
from socok_analysis.publish.source import find_quarto

PRINT_TITLE = re.compile(r"<definedName [^>]*>(?:'[^'<]+'|\w+)![$A-Z\d:]+</definedName>")
ENTERPRISES = "data/processed/2019/enterprises.parquet"
CHROMIUM = shutil.which("chromium")
RISKY = {"iframe", "object", "embed", "base", "applet", "frame", "script"}
SECRETS = "Ringede til kvindens bror om den nye bolig|670285-1234|Kommenteret Plantesen|680386-2345"
PLANTED = f"{SECRETS}|Forfatter Plantesen|Skjult Plantesen".split("|")
NARRATIVE = f"""<script>{RUN}</script>

[klik](javascript:{RUN})

[x]{{onclick="{RUN}"}}

<img src=x onerror="{RUN}">

`<b onclick={RUN}>`{{=html}}

```{{=html}}
<script>{RUN}</script>
```

Slut på teksten.
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    root = make_hostile(tmp_path_factory.mktemp("fjendtlig"))
    assert main(["report", "--project", str(root), "--publisher", "embedded"]) == 0
    return root


def make_hostile(root):
    """Write the project: enterprises, target groups, givers and topics are all attacks."""
    names = [f"{n} {attack}" for n, attack in enumerate(ATTACKS)]
    register = [wb.enterprise("Sumak"), wb.enterprise(Målgruppe=ATTACKS[0])]
    register += [wb.enterprise(n, Målgruppe=a) for n, a in zip(names, ATTACKS, strict=True)]
    people = [{"CPR-nr.": wb.cpr(n), "Navn": f"Fiktiva {n} Opdigtsen"} for n in range(1, 13)]
    courses = [*(wb.course(**each) for each in people)]
    courses.append(wb.running(Virksomhed="Sumak", **{"CPR-nr.": wb.cpr(99)}))
    jobs = [wb.job(n, Virksomhed=name) for n, name in enumerate(names)]
    agreements = [wb.agreement(Målgruppe=ATTACKS[2])]
    wb.make_project(root, courses=courses, jobs=jobs, agreements=agreements)
    plant_secrets(root / "data/raw/2019/courses.xlsx")
    held = {"Dato": date(2019, 3, 1), "Status (afholdt/aflyst)": "Afholdt"}
    write_texts(root, "enterprises", register)
    write_texts(root, "grants", [wb.grant(Giver=attack, Formål=attack) for attack in ATTACKS])
    write_texts(root, "meetings", [{**held, "Emne": attack} for attack in ATTACKS])
    title, contact = ATTACKS[6].replace('"', "'"), ATTACKS[0].replace('"', "'")
    wb.write_settings(root, report={"title": title}, publish={"contact": contact})
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copy2(ROOT / name, root / name)
    folder = root / "data/raw/2019/tekst"
    folder.mkdir()
    (folder / "bemaerkning.md").write_text(NARRATIVE, encoding="utf-8")
    (folder / "partnere").mkdir()
    (folder / "partnere/veteranhaven.md").touch()
    words = Words(root, 2019)
    for section, name in words.list_texts():
        parts = [f"## {part}\n\n{NARRATIVE}\n" for part in words.list_wanted(section)]
        (folder / f"{name}.md").write_text("\n".join(parts), encoding="utf-8")
    return root


def plant_secrets(path):
    """Put personal texts where exports carry them: a remark, a comment, a hidden sheet."""
    book = load_workbook(path)
    sheet = book.active
    sheet[wb.place("courses", "Bemærkning", 2)] = f"{PLANTED[0]}, cpr {PLANTED[1]}"
    sheet["A2"].comment = Comment(f"{PLANTED[2]} {PLANTED[3]}", PLANTED[4])
    book.create_sheet("Arkiv").append([PLANTED[5]])
    book["Arkiv"].sheet_state = "hidden"
    book.save(path)


def write_texts(root, kind, rows):
    """Write an export in which what looks like a formula or an address is a text."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    path = str(root / "data/raw/2019" / f"{kind}.xlsx")
    with xlsxwriter.Workbook(path, {**options, "default_date_format": "dd-mm-yyyy"}) as book:
        sheet = book.add_worksheet("Ark1")
        for number, row in enumerate(wb.as_cells(kind, rows)):
            sheet.write_row(number, 0, row)


class Asked:
    """What a page asks a browser to do: its tags, its text, and its scripts and styles."""

    def __init__(self, html):
        parts = Page(html).parts
        self.tags = [tags[-1] for tags, text in parts if text is None]
        said = [("/".join(tag for tag, _ in tags[-1:]), text) for tags, text in parts if text]
        self.text = [text for tag, text in said if tag not in ("script", "style")]
        self.inline = [text for tag, text in said if tag in ("script", "style")]


def list_dangers(page):
    dangers = [f"<{tag}>" for tag, _ in page.tags if tag in RISKY]
    dangers += [f"form {a}" for tag, a in page.tags if tag == "form" and a]
    for tag, attributes in page.tags:
        dangers += [f"{tag} {name}" for name in attributes if name.startswith("on")]
        for name in ("href", "src", "action", "srcset", "data"):
            value = attributes.get(name, "").strip().lower()
            if value.startswith(("javascript:", "vbscript:", "data:text", "//")) or HOST in value:
                dangers.append(f"{tag} {name}={value}")
    return dangers


def test_attacks_are_text_on_pages_that_hold_nothing_active_and_ask_nobody_else(hostile):
    pages = sorted((hostile / "_site").rglob("*.html"))
    assert len(pages) >= 6
    ids = {row["enterprise_id"] for row in read_table(hostile / ENTERPRISES).to_dict("records")}
    assert len(ids) > len(ATTACKS) and all(re.fullmatch("[a-z0-9-]+", each) for each in ids)
    for path in pages:
        html = path.read_text(encoding="utf-8")
        page = Asked(html)
        assert list_dangers(page) == [], path.name
        (style,) = page.inline
        assert ":root" in style, path.name
        assert not set("\u202e\u2066\u200b\u202c\u2069") & set(html)
        policies = [a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv")]
        assert policies and "default-src 'none'" in policies[0]
        assert not re.search("http|unsafe|script-src", policies[0])
        allowed = re.findall(r"'sha256-[^']+'", policies[0])
        assert allowed == [hash_inline(text) for text in page.inline], "its own style applies"
        if path.stem == "virksomheder":
            text = "".join("".join(page.text).split())
            shown = [attack for attack in ATTACKS if attack.isprintable() and ":::" not in attack]
            assert shown and all("".join(attack.split()) in text for attack in shown)


@contextmanager
def watch():
    """Yield what loads a page in Chromium and fails where an attack ran or asked another host."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page, asked = browser.new_page(), []
        page.on("request", lambda request: asked.append(request.url))

        def assert_quiet(path):
            page.goto(path.as_uri())
            page.wait_for_timeout(300)
            assert not page.locator(f"html[{MARK}]").count(), path.name
            assert HOST not in str(asked), path.name

        yield assert_quiet


@pytest.mark.skipif(not CHROMIUM, reason="der er ingen chromium her")
def test_nothing_runs_in_a_browser_which_sees_what_is_not_shown_as_text(hostile, tmp_path):
    page = tmp_path / "angreb.html"
    with watch() as assert_quiet:
        for path in sorted((hostile / "_site").rglob("*.html")):
            assert_quiet(path)
        for attack in (ATTACKS[0], f'<img src="https://{HOST}/x.png">'):
            page.write_text(f"<!doctype html><html><body>{attack}</body></html>", encoding="utf-8")
            with pytest.raises(AssertionError):
                assert_quiet(page)


def test_the_documents_run_and_open_nothing_and_have_no_links_out(hostile):
    words, pdfs = ([*(hostile / "report/2019").glob(f"*.{kind}")] for kind in ("docx", "pdf"))
    assert words and pdfs
    for word in words:
        parts = wb.read_parts(word)
        links = b"".join(part for name, part in parts.items() if name.endswith(".rels")).decode()
        text = parts["word/document.xml"].decode()
        assert (
            "vba" not in str([*parts]).lower() and HOST not in links and "javascript:" not in links
        )
        assert not re.search(r"<w:(?:instrText|fldSimple)[^>]*>[^<]*(?:HYPERLINK|DDE)", text)
    for reader in map(pypdf.PdfReader, pdfs):
        catalog = str(reader.trailer["/Root"].get_object())
        assert not any(key in catalog for key in ("/OpenAction", "/JavaScript", "/AA"))
        for note in (note for page in reader.pages for note in page.get("/Annots") or []):
            uri = str((note.get_object().get("/A") or {}).get("/URI", ""))
            assert HOST not in uri and not uri.startswith("javascript:")


def test_nothing_planted_in_the_exports_is_in_anything_that_was_made(hostile):
    made = [path for path in hostile.rglob("*") if path.is_file() and "raw" not in path.parts]
    assert len(made) > 30
    words = [f"Fiktiva {n}" for n in range(1, 13)] + ["Plantesen", "Opdigtsen", "Skrivelund"]
    for path in made:
        text = "\n".join(plain_text(text) for _, text in read_texts(path))
        assert not any(find_cpr(re.sub(r"[0-9a-f]{16,}", "", text))), path
        for secret in (*PLANTED, *words):
            assert secret not in text, path


def test_no_cell_of_a_table_or_book_for_download_is_a_formula_or_a_link_out(hostile):
    for path in [*(hostile / "data/processed").rglob("*.csv"), *(hostile / "_site").rglob("*.csv")]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cell in (cell for row in csv.reader(file) for cell in row):
                is_number = re.fullmatch(r"-?[\d.,e-]+", cell)
                assert is_number or not re.match(r"\s*[=+@-]", cell), (path.name, cell)
    for path in (hostile / "_site").rglob("*.xlsx"):
        for name, part in wb.read_parts(path).items():
            text = PRINT_TITLE.sub("", part.decode("utf-8", errors="replace"))
            assert not re.search(r"<f[ >]|<definedName ", text), (path.name, name)
            assert not (name.endswith(".rels") and HOST in text), (path.name, name)


@pytest.mark.skipif(find_quarto() is None, reason="der er ingen quarto her")
def test_quartos_pages_hold_nothing_active_either(hostile, tmp_path):
    site = tmp_path / "site"
    options = ["--project", str(hostile), "--publisher", "quarto", "--out", str(site)]
    assert main(["report", *options]) == 0
    pages = sorted(site.rglob("*.html"))
    if CHROMIUM:
        with watch() as assert_quiet:
            for path in pages:
                assert_quiet(path)
    for path in pages:
        html = path.read_text(encoding="utf-8")
        page = Asked(html)
        policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
        assert "http" not in policy and "script-src 'self' 'unsafe-hashes' 'sha256-" in policy
        places = [a.get(n, "") for _, a in page.tags for n in ("src", "href")]
        assert not [p for p in places if HOST in p or p.startswith("javascript:doc")], path.name
        handlers = {v for _, a in page.tags for n, v in a.items() if n.startswith("on")}
        assert handlers <= {HANDLER} and f"<script>{RUN}" not in html, path.name


@pytest.mark.parametrize("start", range(0, len(ATTACKS), 9))
def test_an_attack_as_a_heading_is_told_of_and_does_not_calculate(tmp_path, start):
    head, row = wb.as_cells("courses", [wb.course()])
    attacks = ATTACKS[start : start + 9]
    found = wb.read(tmp_path, courses=[[*head, *attacks], [*row, *["x"] * len(attacks)]])
    told = {cell for _, cell in wb.checks(found)}
    assert told >= {f"{get_column_letter(len(head) + n + 1)}1" for n in range(len(attacks))}


def test_a_hostile_file_name_is_a_name(tmp_path, capsys):
    kinds = ("courses", "jobs", "agreements", "enterprises", "grants", "meetings")
    wb.make_project(tmp_path, grants=[], meetings=[])
    for kind, name in zip(kinds, FILE_NAMES, strict=True):
        (tmp_path / f"data/raw/2019/{kind}.xlsx").rename(tmp_path / "data/raw/2019" / name)
    path = tmp_path / "data/raw/2019" / FILE_NAMES[0]
    wb.write_book(path, {SHEET_NAMES[0]: wb.as_cells("courses", [wb.course()])})
    assert main(["tidy", "2019", "--project", str(tmp_path)]) == 0
    with (tmp_path / "data/processed/2019/intake.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) > 6 * 7 and not any(cell.startswith(("=", "@", "+", "-")) for cell in cells)
    assert capsys.readouterr().err.count("Traceback") == 0
