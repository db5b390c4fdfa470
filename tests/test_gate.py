"""The gate: nothing personal passes in any kind of file, and what is found is not quoted."""

import zipfile
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
import typst
import xlsxwriter
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pages import write_notebook
from socok_analysis.core.problems import DataError
from socok_analysis.publish.gate import (
    Secrets,
    check_folder,
    fold,
    list_ends,
    list_rows,
    read_secrets,
    read_texts,
    scan_text,
)
from socok_analysis.run.build import prepare_year
from workbooks import course, grant, make_project

CPR = "610180-0001"
REMARK = "Ringede til hans søster om den nye bolig i efteråret"
NAME = "Fiktiva Søe Opdigtsen"
SECRETS = Secrets(
    dict.fromkeys([*list_ends(NAME), *list_ends("Ågæk, Sørine")], "forløbsudtræk, række 2"),
    dict.fromkeys(list_rows(REMARK), "række 3"),
    frozenset({"0101900001"}),
)
ENDS = (fold("Fiktiva"), fold("Opdigtsen"))


def find(folder, secrets=SECRETS):
    """Return the problems the gate stops a folder for."""
    try:
        check_folder(folder, secrets)
    except DataError as error:
        return error.problems
    return []


CPR_NUMBERS = (
    "610180-0001|6101800001|610180 0001|610180–0001|610180 - 0001|610180.0001|61.01.80-0001|"
    "61-01-80 -0001|６１０１８０-０００１|610180&#45;0001|610180%2D0001|610180\\-0001|"
    "610180\u200b-0001|610180-\n0001|cpr610180-0001|nr.610180-0001|311299-1234|"
    "010100\u00a00001|610180\\u002d0001|61011980-0001|61-01-1980-0001|61/01/1980 0001|"
    "610180--0001|610180/0001|610180_0001|610180: 0001|610180*0001|61 01 80 0001|61.01.80.0001|"
    "٦١٠١٨٠-٠٠٠١|61\u00ad0180-0001|31121950-1234|31.12.1950 / 1234|01-02-60/1234|"
    "nr 101900001 i listen|01 01 90 0001|nr 12 0101900001|01.01.1990, 0001"
)
NAMES = (
    "Fiktiva Opdigtsen|FIKTIVA  OPDIGTSEN|fiktiva\nopdigtsen|Fiktiva-Opdigtsen|"
    "Fik\u00adtiva Opdigtsen|Fiktiva&nbsp;Opdigtsen|Fiktiva\\_Opdigtsen|Fiktiva Opdigtsens plan|"
    "Fiktiva Opdigtsen's plan|Fiktivas Opdigtsen’s|Fiktiva S. Opdigtsen|fiktiva s opdigtsen|"
    "Fiktiva Søe Opdigtsen|Fiktiva Marie Søe Opdigtsen|Opdigtsen, Fiktiva Søe|Fiktíva Opdigtsen|"
    "Sørine Ågæk|Soerine Aagaek|Sörine Ågäk|SORINE AAGÆK|hun ringede til hans søster i går"
)
OTHER = (
    "129 ansættelser|30-04-2020|12345678|451380-0001|0.2750180001|2019-W14|1,6101800001|1071573|"
    "6101801234567|a6101800001b34c5d|30.04.20 2020|30-04-2020 2019|31-12-2019 1500 borgere|"
    "311219,2019|Ark 31_12_19,,9807|den 31.12.2019. 1234 borgere|010119\n2019|uge 14 15 16 1718|"
    "99-99-80-0001|101900002|Fiktiva mødte en Opdigtsen|Fiktiva.|Fiktive opdigtelser|"
    "ringede til hans bror"
)


@pytest.mark.parametrize("kind", ["cpr", "words", ""])
def test_numbers_names_and_remarks_are_found_in_every_spelling_and_others_left_alone(kind):
    for text in {"cpr": CPR_NUMBERS, "words": NAMES, "": OTHER}[kind].split("|"):
        found = {each for each, _ in scan_text(f"Det gik godt for {text}, tak", SECRETS)}
        assert found == ({kind} if kind else set()), text


def write_png(path, text):
    told = PngInfo()
    told.add_text("Comment", text)
    Image.new("1", (1, 1)).save(path, pnginfo=told)


def write_word(form):

    def write(path, text):
        body = form.replace("X", text).replace("Y", text[:4]).replace("Z", text[4:])
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("word/document.xml", body)

    return write


def write_book(path, text):
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Tal").write_comment("B2", text)


def typeset(source, *standards):

    def write(path, text):
        pixel = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        path.with_name("pixel.svg").write_text(pixel)
        main = path.with_suffix(".typ")
        main.write_text(source.replace("X", text), encoding="utf-8")
        path.write_bytes(typst.compile(str(main), pdf_standards=list(standards)))
        main.unlink()

    return write


def write_as(form):
    return lambda path, text: path.write_text(form.replace("X", text), encoding="utf-8")


# A kind of file: its name, and its text where X is the secret, or what writes it.
WORDS = """page|a.html|<p>Se X</p>
page, inside a word|a.html|<p>Se <em></em>X</p>
alternative text|a.html|<img src="a.svg" alt="Se X">
page comment|a.html|<!-- X -->
search index|search.json|[{"href": "a.html", "text": "X"}]
drawing|a.svg|<svg><!-- X --><path d='M 1 2'/></svg>
drawing's metadata|a.svg|<svg><metadata><title>X</title></metadata></svg>
table|a.csv|figure,value§a,X§
json|a.json|{"a": "X"}
a page's script|a.html|<script>// X§</script>
a page's style|a.html|<STYLE media='all'>/* X */</STYLE>
an attribute of a script|a.html|<script data-a="X">1</script>
text between scripts|a.html|<script>1</script>X<script>2</script>
a script nobody ended|a.html|<script>// X
unknown kind|a.xyz|X"""
RUNS = "<w:p><w:r><w:t>Y</w:t></w:r><w:r><w:t>Z</w:t></w:r></w:p>"
ALT = '#set document(title: "A")\n#image("pixel.svg", alt: "X")'
FILES = {
    kind: (name, write_as(form.replace("§", "\n")))
    for kind, name, form in (line.split("|") for line in WORDS.splitlines())
} | {
    "picture's metadata": ("a.png", write_png),
    "notebook": ("a.ipynb", lambda path, text: write_notebook(path, "T", f"Her\n{text}")),
    "parquet": ("a.parquet", lambda path, text: pd.DataFrame({"a": [None, text]}).to_parquet(path)),
    "Word, split in runs": ("a.docx", write_word(RUNS)),
    "Word, alternative text": ("a.docx", write_word('<w:drawing descr="X"/>')),
    "Excel, a comment": ("a.xlsx", write_book),
    "PDF": ("a.pdf", typeset("#set text(hyphenate: true)\nX")),
    "PDF, alternative text": ("a.pdf", typeset(ALT, "ua-1")),
    "PDF, title": ("a.pdf", typeset('#set document(title: "X")\nx')),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_secret_is_found_in_every_kind_of_file_and_other_text_is_none(tmp_path, kind):
    name, write = FILES[kind]
    texts = {CPR: {"gate.cpr"}, "Fiktiva Opdigtsen": {"gate.words"}, REMARK: {"gate.words"}}
    texts["129 ansættelser fra 1. januar 2019, aftale 2019-03"] = set()
    for text, wanted in texts.items():
        write(tmp_path / name, text)
        assert {each.check for each in find(tmp_path)} == wanted, text


def test_a_text_that_stands_in_several_files_is_found_in_each(tmp_path):
    for name in ("a.html", "b.html", "c.html"):
        script = "1" if name == "b.html" else CPR
        (tmp_path / name).write_text(f"<p>{name}</p><script>{script}</script>")
    assert [each.file for each in find(tmp_path)] == ["a.html", "c.html"]


def test_what_is_found_is_told_by_file_place_and_origin_and_never_quoted(tmp_path):
    typeset("X")(tmp_path / "rapport.pdf", f"Fiktiva Opdigtsen {CPR}")
    for name in ("610180-0001.html", "rapport/fiktiva-marie-opdigtsen.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    said = [(p.file, p.message) for p in find(tmp_path)]
    assert ("rapport.pdf", "Filen indeholder et tal, der ligner et CPR-nummer (side 1).") in said
    assert any("forløbsudtræk, række 2" in message for _, message in said)
    assert {file for file, _ in said} == {"rapport.pdf", "/(navn skjult)", "rapport/(navn skjult)"}
    told = str(said).casefold()
    assert not any(word in told for word in ("fiktiva", "opdigtsen", "610180", "0001"))


def test_the_secrets_are_those_of_every_years_exports_but_no_enterprise_of_the_register(tmp_path):
    """In a column that is not of names, they are words with a capital letter each."""
    assert not list(list_ends("er i job", False)) and list(list_ends("Fiktiva Opdigtsen", False))
    named = [course(Bemærkning=REMARK), course(Navn="Veteran Haven")]
    make_project(tmp_path, courses=named)
    secrets = read_secrets(tmp_path)
    assert {ENDS, ENDS[::-1], (fold("Prøve"), fold("Skrivelund"))} <= secrets.names.keys()
    assert set(list_rows(REMARK)) <= secrets.rows.keys()
    assert secrets.numbers == {"6101800001"}
    assert not set(list_ends("Veteran Haven")) & secrets.names.keys()


def test_the_example_exports_pass_and_leave_nothing_personal_behind(prepared):
    secrets = read_secrets(prepared)
    assert len(secrets.names) > 100 and len(secrets.numbers) > 100
    assert find(prepared / "data/processed", secrets) == []


def test_a_name_typed_into_a_public_column_stops_the_year(tmp_path):
    make_project(tmp_path, grants=[grant(Giver="Fiktiva Opdigtsen", Beløb=1)])
    with pytest.raises(DataError) as error:
        prepare_year(tmp_path, 2019)
    assert "Opdigtsen" not in str(error.value.problems)


def test_documents_are_read_by_several_threads_at_once(tmp_path):
    path = tmp_path / "rapport.pdf"
    typeset("X")(path, "Side #pagebreak() " * 20)
    with ThreadPoolExecutor(8) as threads:
        read = [*threads.map(lambda _: [*read_texts(path)][:20], range(40))]
    assert all(pages == [(f"side {n}", "Side") for n in range(1, 21)] for pages in read)
