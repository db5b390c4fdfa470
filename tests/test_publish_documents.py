"""PDF and Word of a year, built from two small notebooks."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import pytest
from pypdf import PdfReader

from socok_analysis.publish import DocumentMeta, PublishError, write_documents
from socok_analysis.publish.project import Group

META = DocumentMeta(
    title='Rapport "2019"',
    author="Den socialøkonomiske enhed",
    subtitle="Status",
    contact="enheden",
    date=dt.date(2020, 4, 30),
)
FIGURE = '![Job](figures/job.svg){#fig-job fig-alt="Søjler: 64 og 129 job."}'
TABLE = "| Partner | Antal |\n|:--|--:|\n| A & B #1 $x$ | 37 |\n\n: Afslutninger {#tbl-exits}"


def write_page(path: Path, title: str, markdown: str, order: int = 1) -> Path:
    output = nbformat.v4.new_output("display_data", data={"text/markdown": markdown})
    cells = [
        nbformat.v4.new_raw_cell(f"---\ntitle: '{title}'\norder: {order}\n---"),
        nbformat.v4.new_code_cell("vis()", outputs=[output]),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    figures = tmp_path / "figures"
    figures.mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="70" height="40"/>'
    (figures / "job.svg").write_text(svg)
    logo = Path(matplotlib.get_data_path()) / "images" / "matplotlib.png"
    (figures / "job.png").write_bytes(logo.read_bytes())
    tiles = (
        ":::: {.key-figures}\n::: {.key-figure}\n[5]{.value}\n\n[job]{.label}\n:::\n::::\n\n"
        "::: {.callout-tip}\n## Råd\nTekst.\n:::\n\n::: {.site-only}\nHent PDF.\n:::"
    )
    prose = "## Antal\n\nSe @fig-job, @tbl-exits og [den anden side](to.ipynb#antal)."
    text = f"{prose}\n\n{FIGURE}\n\n{TABLE}"
    other = text.replace("64 og 129", "35 og 56").replace("37", "11")
    return [
        write_page(tmp_path / "et.ipynb", "Første & *side*", f"{text}\n\n{tiles}"),
        write_page(tmp_path / "to.ipynb", "Anden side", f"{other}\n\n<script>alert(1)</script>"),
    ]


@pytest.fixture
def written(pages: list[Path], tmp_path: Path) -> tuple[Path, Path]:
    pdf, docx = tmp_path / "rapport.pdf", tmp_path / "rapport.docx"
    write_documents(pages, META, pdf, docx)
    return pdf, docx


def read_word(docx: Path, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(docx) as archive:
        return archive.read(part).decode()


def test_the_pdf_is_tagged_danish_and_claims_pdf_ua(written: tuple[Path, Path]) -> None:
    reader = PdfReader(written[0])
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("da")
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert reader.metadata.title == 'Rapport "2019"'
    assert reader.metadata.author == "Den socialøkonomiske enhed"


def test_the_pdf_has_bookmarks_for_pages_and_sections(written: tuple[Path, Path]) -> None:
    outline = PdfReader(written[0]).outline
    titles = [[e.title for e in x] if isinstance(x, list) else x.title for x in outline]
    assert titles == ["Første & *side*", ["Antal"], "Anden side", ["Antal"]]


def list_outline(pdf: Path) -> list[Any]:
    def read(entries: Any) -> list[Any]:
        return [read(e) if isinstance(e, list) else e.title for e in entries]

    return read(PdfReader(pdf).outline)


def test_sections_follow_the_numbers_and_the_groups_of_the_menu(tmp_path: Path) -> None:
    titles = ["1 Mål", "6 Indsatser", "6.1 Kurser", "Job", "7 Råd", "Kilder", "Kontrol", "Skjult"]
    orders = [10, 60, 61, 62, 80, 90, 91, 92]
    pages = []
    for title, order in zip(titles, orders, strict=True):
        text = "::: {.site-only}\nX\n:::" if title == "Skjult" else "## Antal\n\nTekst."
        pages.append(write_page(tmp_path / f"s{order}.ipynb", title, text, order))
    groups = [Group("Indsatser", 60, 69), Group("Om tallene", 90, 99)]
    pdf, docx = tmp_path / "x.pdf", tmp_path / "x.docx"
    write_documents(pages, META, pdf, docx, groups=groups)
    assert list_outline(pdf) == [
        "1 Mål",
        ["Antal"],
        "6 Indsatser",
        ["Antal", "6.1 Kurser", ["Antal"], "Job", ["Antal"]],
        "7 Råd",
        ["Antal"],
        "Om tallene",
        ["Kilder", ["Antal"], "Kontrol", ["Antal"]],
    ]
    body = read_word(docx)
    counts = [body.count(f'w:val="Heading{level}"') for level in (1, 2, 3)]
    assert counts == [4, 7, 4]
    assert (body.count('w:val="TOC1"'), body.count('w:val="TOC2"')) == (4, 7)


def test_a_group_without_anything_on_paper_makes_no_chapter(tmp_path: Path) -> None:
    hidden = "::: {.site-only}\nX\n:::"
    pages = [write_page(tmp_path / f"{n}.ipynb", f"Side {n}", hidden, n) for n in range(3)]
    shown = write_page(tmp_path / "d.ipynb", "Sidst", "Tekst.", 3)
    pdf, docx = tmp_path / "x.pdf", tmp_path / "x.docx"
    write_documents([*pages, shown], META, pdf, docx, groups=[Group("Om tallene", 0, 2)])
    assert list_outline(pdf) == ["Sidst"]


def test_callouts_in_a_row_are_not_joined_in_word(tmp_path: Path) -> None:
    callouts = "\n\n".join(f"::: {{.callout-note}}\n## {n}\nTekst.\n:::" for n in "ABC")
    page = write_page(tmp_path / "et.ipynb", "Side", callouts)
    write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
    styles = re.findall(r'w:val="(\w*Callout\w*)"', read_word(tmp_path / "x.docx"))
    first, second = ["CalloutTitle", "Callout"], ["SecondCalloutTitle", "SecondCallout"]
    assert styles == [*first, *second, *first]


def test_a_note_stands_on_the_page_of_its_table_in_the_pdf(tmp_path: Path) -> None:
    rows = "\n".join(f"| række {n} | {n} |" for n in range(8))
    table = f"| A | B |\n|:--|--:|\n{rows}\n\n: T {{#tbl-t}}\n\n::: {{.table-note}}\nNote x.\n:::"
    for fill in range(16, 30):
        text = "\n\n".join([*["Fyld."] * fill, table])
        page = write_page(tmp_path / "et.ipynb", "Side", text)
        write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
        told = [page.extract_text() for page in PdfReader(tmp_path / "x.pdf").pages]
        (place,) = (n for n, said in enumerate(told) if "Note x." in said)
        assert "række 7" in told[place] and "Tabel\u00a01" in told[place]


def test_a_long_table_goes_on_with_its_heading_and_its_caption_is_not_left_behind(
    tmp_path: Path,
) -> None:
    rows = "\n".join(f"| række {n} | {n} |" for n in range(60))
    table = f"| Navn | B |\n|:--|--:|\n{rows}\n\n: T {{#tbl-t}}"
    for fill in range(26, 34):
        text = "\n\n".join([*["Fyld."] * fill, table])
        page = write_page(tmp_path / "et.ipynb", "Side", text)
        write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
        told = [page.extract_text() for page in PdfReader(tmp_path / "x.pdf").pages]
        (place,) = (n for n, said in enumerate(told) if "Tabel\u00a01: T" in said)
        assert "række 0" in told[place]
        assert sum("Navn" in said for said in told) >= 2


def test_numbers_run_through_the_document(written: tuple[Path, Path]) -> None:
    text = "".join(page.extract_text() for page in PdfReader(written[0]).pages)
    text = text.replace("\u00a0", " ")
    assert "Figur 2: Job" in text and "Tabel 2: Afslutninger" in text
    assert "Se Figur 1, Tabel 1" in text and "Se Figur 2, Tabel 2" in text
    assert "A & B #1 $x$" in text and "<script>alert(1)</script>" in text
    assert "Hent PDF" not in text


def test_the_word_document_has_headings_header_rows_alt_texts_and_danish(
    written: tuple[Path, Path],
) -> None:
    body = read_word(written[1])
    assert body.count('w:val="Heading1"') == 2
    assert (body.count("<w:tblHeader"), len(re.findall(r"<w:tr[ >]", body))) == (2, 4)
    assert re.findall(r'descr="Søjler: (.*?) job."', body) == ["64 og 129", "35 og 56"]
    assert "Figur\u00a02: Job" in body
    assert 'w:val="da-DK"' in read_word(written[1], "word/styles.xml")


def test_the_contents_of_the_word_document_lead_to_its_headings(
    written: tuple[Path, Path],
) -> None:
    body = read_word(written[1])
    anchors = re.findall(r'<w:hyperlink w:anchor="([^"]+)"', body)
    marks = re.findall(r'<w:bookmarkStart[^>]*w:name="([^"]+)"', body)
    assert len(anchors) >= 4
    assert set(anchors) <= set(marks)


def test_both_documents_are_the_same_bytes_a_second_time(
    pages: list[Path], written: tuple[Path, Path], tmp_path: Path
) -> None:
    again = tmp_path / "igen.pdf", tmp_path / "igen.docx"
    write_documents(pages, META, *again)
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in written]


def test_the_documents_tell_neither_the_time_nor_a_path(written: tuple[Path, Path]) -> None:
    core = read_word(written[1], "docProps/core.xml")
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"2020-04-30T"}
    with zipfile.ZipFile(written[1]) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    here = str(written[0].parent).encode()
    assert not any(here in part for part in [written[0].read_bytes(), *parts])


def test_faults_name_the_page_before_anything_is_written(pages: list[Path], tmp_path: Path) -> None:
    write_page(pages[1], "Anden", "@fig-ukendt\n\n![x](figures/vaek.svg){fig-alt='x'}")
    with pytest.raises(PublishError) as caught:
        write_documents(pages, META, tmp_path / "x.pdf", tmp_path / "x.docx")
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["to.ipynb", "to.ipynb"]
    assert not (tmp_path / "x.pdf").exists()


def test_the_words_of_a_wide_table_are_not_broken_in_the_pdf(tmp_path: Path) -> None:
    words = ["Integrationsborgere", "aktivitetsparate", "kontanthjælpsmodtagere", "fritidsjobbere"]
    row = f"| {' '.join(words)} | {words[0]} i {words[2]} | {words[1]} og {words[3]} |"
    table = f"| A | B | C |\n|:--|:--|--:|\n{row}\n\n: Tabel {{#tbl-bred}}"
    page = write_page(tmp_path / "et.ipynb", "Side", table)
    write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
    text = PdfReader(tmp_path / "x.pdf").pages[-1].extract_text()
    assert [text.count(word) for word in words] == [2, 2, 2, 2]


def test_a_page_for_the_site_only_makes_no_chapter(pages: list[Path], tmp_path: Path) -> None:
    alone = write_page(tmp_path / "kun.ipynb", "Kun på sitet", "::: {.site-only}\nSkjult\n:::")
    write_documents([*pages, alone], META, tmp_path / "x.pdf", tmp_path / "x.docx")
    told = "".join(page.extract_text() for page in PdfReader(tmp_path / "x.pdf").pages)
    assert "Kun på sitet" not in told + read_word(tmp_path / "x.docx") and "Skjult" not in told


def test_in_word_a_key_figure_takes_two_lines_and_no_row_is_divided(tmp_path: Path) -> None:
    parts = ["[27,5 %]{.value}", "[i job]{.label}", "[A]{.note}", "[B]{.note}"]
    tile = "\n\n".join(["::: {.key-figure}", *parts, ":::"])
    table = "| A | B |\n|:--|--:|\n| x | 44,1 % (15 af 34) |\n\n: T {#tbl-t}\n\nTekst."
    tiles = f":::: {{.key-figures}}\n{tile}\n::::"
    page = write_page(tmp_path / "et.ipynb", "Side", f"{tiles}\n\n{table}")
    write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
    body = read_word(tmp_path / "x.docx")
    lines = re.findall(r"<w:p>(?:(?!</w:p>).)*KeyFigure(?:(?!</w:p>).)*</w:p>", body)
    assert [re.sub("<[^>]*>", "", line) for line in lines] == ["27,5\u00a0%i job", "A · B"]
    assert body.count("<w:cantSplit />") == len(re.findall(r"<w:tr[ >]", body)) == 2
    assert "44,1\u00a0%\u00a0(15\u00a0af\u00a034)" in body and 'w:val="AfterTable"' in body


def test_the_sentence_above_a_chart_stands_on_its_page(pages: list[Path], tmp_path: Path) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>'
    (tmp_path / "figures/job.svg").write_text(drawing)
    for fill in (24, 26, 28):
        text = "\n\n".join([*["Fyld."] * fill, "Sætningen over figuren.", FIGURE])
        page = write_page(tmp_path / "et.ipynb", "Side", text)
        write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
        told = [page.extract_text() for page in PdfReader(tmp_path / "x.pdf").pages]
        (place,) = (n for n, said in enumerate(told) if "Sætningen over" in said)
        assert "Job" in told[place]


def test_a_brief_in_word_has_no_front_and_no_contents(pages: list[Path], tmp_path: Path) -> None:
    write_documents(pages[:1], META, tmp_path / "x.pdf", tmp_path / "x.docx", layout="brief")
    body = read_word(tmp_path / "x.docx").partition("<w:body>")[2]
    assert 'w:val="Title"' not in body and "Indhold" not in body and "TOC" not in body
    assert body.index('w:val="Heading1"') < 200
    assert '<w:t xml:space="preserve">enheden</w:t>' in read_word(
        tmp_path / "x.docx", "word/footer1.xml"
    )
    assert "titlePg" not in body
    assert "<dc:title>Rapport" in read_word(tmp_path / "x.docx", "docProps/core.xml")


def test_colours_of_the_documents_come_from_the_pages_palette(written: tuple[Path, Path]) -> None:
    styles = read_word(written[1], "word/styles.xml")
    assert "{" not in styles and 'w:val="1D4F76"' in styles


def walk_tags(element: Any) -> Iterator[Any]:
    """Yield a PDF's structure elements from the top."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        for kid in element:
            yield from walk_tags(kid)
    elif isinstance(element, dict):
        yield element
        yield from walk_tags(element.get("/K", []))


def test_the_pdfs_tables_have_headings_for_columns_and_rows(written: tuple[Path, Path]) -> None:
    tree = PdfReader(written[0]).trailer["/Root"]["/StructTreeRoot"]
    rows = [row for row in walk_tags(tree) if row.get("/S") == "/TR"]
    kinds = [[cell.get_object()["/S"] for cell in row["/K"]] for row in rows]
    assert kinds == [["/TH", "/TH"], ["/TH", "/TD"]] * 2
    scopes = [
        [part.get("/Scope") for part in cell.get_object()["/A"] if "/Scope" in part]
        for row in rows
        for cell in row["/K"]
    ]
    assert scopes == [["/Column"], ["/Column"], ["/Row"], []] * 2


def read_pages(pdf: Path) -> list[str]:
    return [page.extract_text().replace("\u00a0", " ") for page in PdfReader(pdf).pages]


def test_what_stands_on_an_earlier_page_is_referred_to_not_repeated(
    pages: list[Path], tmp_path: Path
) -> None:
    tiles = ":::: {.key-figures}\n::: {.key-figure}\n[5]{.value}\n\n[job]{.label}\n:::\n::::"
    noted = f"{TABLE}\n\n::: {{.table-note}}\nNote x.\n:::"
    callout = "::: {.callout-note}\n## Intern\nSiges en gang.\n:::"
    text = f"{callout}\n\n{tiles}\n\n{FIGURE}\n\n{noted}\n\nSe @tbl-exits."
    for name in ("et", "to"):
        write_page(tmp_path / f"{name}.ipynb", name, text)
    pdf, docx = tmp_path / "x.pdf", tmp_path / "x.docx"
    write_documents(pages, META, pdf, docx)
    first, second = read_pages(pdf)[2:]
    for said in ("Siges en gang.", "Figur 1: Job", "Tabel 1: Afslutninger", "Note x."):
        assert said in first
    assert second.split("Rapport")[0].split("\n")[:4] == [
        "to",
        "Se Figur 1 (Job).",
        "Se Tabel 1 (Afslutninger).",
        "Se Tabel 1.",
    ]
    body = read_word(docx)
    assert body.count("<w:tbl>") == 1 and body.count('<w:hyperlink w:anchor="et--tbl-exits"') == 3


def test_a_chart_has_its_size_wherever_it_stands(pages: list[Path], tmp_path: Path) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>'
    (tmp_path / "figures/job.svg").write_text(drawing)
    sizes = set()
    chart = f"::: {{.chart}}\n{FIGURE}\n:::"
    for fill in (1, 23, 25, 27):
        page = write_page(tmp_path / "et.ipynb", "Side", "\n\n".join([*["Fyld."] * fill, chart]))
        write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
        tags = walk_tags(PdfReader(tmp_path / "x.pdf").trailer["/Root"]["/StructTreeRoot"])
        (box,) = (
            part["/BBox"]
            for tag in tags
            if tag.get("/S") == "/Figure"
            for part in tag["/A"]
            if "/BBox" in part
        )
        sizes.add((round(float(box[2] - box[0])), round(float(box[3] - box[1]))))
    assert len(sizes) == 1


def test_a_chapter_begins_a_page_unless_the_last_has_hardly_begun(tmp_path: Path) -> None:
    lengths = {"A": 40, "B": 18, "C": 2, "D": 2}
    pages = [
        write_page(tmp_path / f"{name}.ipynb", f"Kapitel {name}", "\n\n".join(["Fyld."] * n))
        for name, n in lengths.items()
    ]
    write_documents(pages, META, tmp_path / "x.pdf", tmp_path / "x.docx")
    contents, *told = read_pages(tmp_path / "x.pdf")[1:]
    assert [re.findall("Kapitel [A-D]", said) for said in told] == [
        ["Kapitel A"],
        ["Kapitel B"],
        ["Kapitel C", "Kapitel D"],
    ]
    assert re.findall(r"Kapitel ([A-D])\W+(\d)", contents) == [
        ("A", "3"),
        ("B", "4"),
        ("C", "5"),
        ("D", "5"),
    ]


def test_every_sheet_but_the_front_says_what_it_is_from(pages: list[Path], tmp_path: Path) -> None:
    pdf, docx = tmp_path / "x.pdf", tmp_path / "x.docx"
    write_documents(pages, replace(META, mark="Intern & fortrolig"), pdf, docx)
    front, *sheets = read_pages(pdf)
    assert "Side" not in front and "Intern" not in front
    foot = 'Rapport "2019" · Intern & fortrolig'
    assert [sheet.splitlines()[-1] for sheet in sheets] == [
        f"{foot} Side {number} af 4" for number in (2, 3, 4)
    ]
    footer = read_word(docx, "word/footer1.xml")
    assert "Intern &amp; fortrolig" in footer
    assert re.findall(r'w:instr="(\w+)"', footer) == ["PAGE", "NUMPAGES"]
    assert "<w:titlePg" in read_word(docx)
    assert re.search("Udgivet af\\s+Den socialøkonomiske", re.sub("<[^>]*>", "", read_word(docx)))


def test_the_captions_of_a_brief_stand_above_its_tables(tmp_path: Path) -> None:
    noted = f"{TABLE}\n\n::: {{.table-note}}\nNote x.\n:::"
    page = write_page(tmp_path / "et.ipynb", "Side", noted)
    write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx", layout="brief")
    (told,) = read_pages(tmp_path / "x.pdf")
    assert told.index("Tabel 1: Afslutninger") < told.index("Partner") < told.index("Note x.")


def test_in_word_no_row_of_a_long_table_stands_alone_and_a_sentence_goes_with_what_it_opens(
    tmp_path: Path,
) -> None:
    rows = "\n".join(f"| række {n} | {n} |" for n in range(40))
    text = f"Sætning.\n\n| Navn | B |\n|:--|--:|\n{rows}\n\n: T {{#tbl-t}}"
    page = write_page(tmp_path / "et.ipynb", "Side", text)
    write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
    body = read_word(tmp_path / "x.docx")
    kept = [
        n
        for n, row in enumerate(re.findall(r"<w:tr>.*?</w:tr>", body, re.DOTALL))
        if "TableKept" in row
    ]
    assert kept == [0, 1, 39]
    noted = f"{text}\n\n::: {{.table-note}}\nNote x.\n:::"
    write_page(page, "Side", noted)
    write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx")
    rows_kept = re.findall(r"<w:tr>.*?</w:tr>", read_word(tmp_path / "x.docx"), re.DOTALL)
    assert "TableKept" in rows_kept[-1]
    assert re.search(r'BeforeFigure"\s*/>(?:(?!</w:p>).)*Sætning\.', body, re.DOTALL)


def test_a_brief_with_more_text_is_smaller_and_still_one_sheet(tmp_path: Path) -> None:
    sizes = []
    for lines in (20, 44, 50):
        page = write_page(tmp_path / "et.ipynb", "Side", "\n\n".join(["Fyld."] * lines))
        write_documents([page], META, tmp_path / "x.pdf", tmp_path / "x.docx", layout="brief")
        (sheet,) = PdfReader(tmp_path / "x.pdf").pages
        found: set[float] = set()

        def note(text: str, cm: Any, tm: Any, _: Any, size: float, found: Any = found) -> None:
            if "Fyld" in text:
                found.add(round(size * abs(cm[0] * tm[0]), 1))

        sheet.extract_text(visitor_text=note)
        sizes += found
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) > 1


def test_in_word_only_the_first_chapter_begins_a_page(written: tuple[Path, Path]) -> None:
    body = read_word(written[1])
    heads = re.findall(r'<w:pStyle w:val="Heading1"\s*/>(<w:pageBreakBefore/>)?', body)
    assert heads == ["<w:pageBreakBefore/>", ""]
    styles = read_word(written[1], "word/styles.xml")
    style = re.search(r'w:styleId="Heading1".*?</w:style>', styles)
    assert style is not None and "pageBreakBefore" not in style.group()
