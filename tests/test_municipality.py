"""Another municipality: from `socok new --municipality` to a published report, by data alone."""

import csv
import re
import zipfile
from datetime import date

import pytest
from pypdf import PdfReader

from municipalities import write_texts
from socok_analysis.cli import main
from workbooks import HEADINGS, as_cells, course, cpr, enterprise, job, write_book

# What this municipality calls things: our heading, theirs.
THEIRS = {
    "CPR-nr.": "Borger",
    "Virksomhed": "Sted",
    "Startdato": "Første dag",
    "Slutdato": "Sidste dag",
    "Afslutningsårsag": "Hvordan gik det",
    "Løbenr.": "Sagsnummer",
    "Navn": "Stedets navn",
    "Ansættelsesform": "Jobbets art",
    "Ansættelsesdato": "Ansat den",
    "Pladser": "Antal pladser",
    "Gælder fra": "Aftale fra",
    "Timer pr. uge": "Ugentlige timer",
}
KEPT = ("maal", "virksomheder", "registrering", "afrapportering", "anbefalinger", "referencer")
SECTION = "havne,6.1,Arbejde på havnene,indsats,61,Indledning;Siden sidst;Opsummering;Anbefaling"
READ = (".xlsx", ".docx", ".pdf", ".csv", ".json", ".svg", ".xml", ".txt")
PLACES = ["Tovværket", "Røgeriet Ø"]
START, END = date(2021, 1, 11), date(2021, 8, 27)


def rename(heading):
    return THEIRS.get(heading, heading)


def write_theirs(root, kind, sheet, rows):
    known = HEADINGS[kind][::-1]
    cells = as_cells(kind, rows, known)
    cells[0] = [rename(name) for name in known]
    write_book(root / f"data/raw/2021/{sheet}.xlsx", {sheet: [["Udtræk fra Havnekøbing"], *cells]})


def edit_headings(maps):
    for path in maps.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            first, *rows = list(csv.reader(file))
        if first[0] == "valid_from" and rows:
            theirs = [["|".join(map(rename, cell.split("|"))) for cell in row] for row in rows]
            write_csv(path, [first, *theirs])


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def edit_sections(maps):
    with (maps / "sections.csv").open(encoding="utf-8", newline="") as file:
        first, *rows = list(csv.reader(file))
    rested = [row if row[0] in KEPT or "*" in row[0] else [*row[:-1], "2000"] for row in rows]
    own = SECTION.split(",")
    write_csv(maps / "sections.csv", [first, *rested, own + [""] * (len(first) - len(own))])


def add_exit_label(maps):
    path = maps / "codes/exit_reasons.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write("Sejlede videre til fast arbejde,ordinaert,,,job,ja,ja,,nej\n")


def fill_year(root):
    folder = root / "data/raw/2021"
    text = (folder / "year.toml").read_text(encoding="utf-8")
    dates = {
        "period_start": "2021-01-01",
        "period_end": "2021-12-31",
        "evaluation_date": "2021-12-31",
        "strategy_start": "2021-01-01",
    }
    for key, day in dates.items():
        text = re.sub(rf"^# {key} = \S+", f"{key} = {day}", text, flags=re.MULTILINE)
    (folder / "year.toml").write_text(text, encoding="utf-8")


def write_exports(root):
    courses = [
        course(
            **{
                "CPR-nr.": cpr(number),
                "Virksomhed": PLACES[number % 2],
                "Startdato": START,
                "Slutdato": END,
                "Afslutningsårsag": (
                    "Sejlede videre til fast arbejde" if number <= 12 else "Jobsøgende"
                ),
                "Plan udarbejdet": "ja",
            }
        )
        for number in range(1, 21)
    ]
    jobs = [
        job(number, **{"Virksomhed": PLACES[0], "Ansættelsesdato": START}) for number in range(1, 9)
    ]
    agreements = [
        {"Aftale-id": f"H-{place}", "Virksomhed": place, "Pladser": 12, "Gælder fra": START}
        for place in PLACES
    ]
    write_theirs(root, "courses", "Borgere i forløb", courses)
    write_theirs(root, "jobs", "Ansatte", jobs)
    write_theirs(root, "agreements", "Aftaler", agreements)
    write_theirs(root, "enterprises", "Steder", [enterprise(place) for place in PLACES])


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    root = tmp_path_factory.mktemp("kommune") / "Havnekøbings år"
    assert main(["new", "--municipality", "Havnekøbing", "--out", str(root)]) == 0
    maps = root / "data/raw/maps"
    edit_headings(maps)
    edit_sections(maps)
    add_exit_label(maps)
    write_texts(root, 2021, PLACES, "Skrevet i Havnekøbing.")
    fill_year(root)
    write_exports(root)
    assert main(["report", "2021", "--project", str(root), "--publisher", "embedded"]) == 0
    return root


def read_site(root):
    site = root / "_site"
    return {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8")
        for path in site.rglob("*.html")
    }


def test_another_municipality_publishes_a_report_by_data_alone(published):
    pages = read_site(published)
    front = pages["index.html"]
    assert "Havnekøbing" in front
    assert any("Arbejde på havnene" in page for page in pages.values())
    assert any("Røgeriet Ø" in page for page in pages.values())


def test_nothing_of_the_example_municipality_is_in_it(published):
    names = re.compile("slagelse|veteranhaven|sumak", re.IGNORECASE)
    assert {
        path: found[0]
        for path, page in read_site(published).items()
        if (found := names.search(page))
    } == {}


def read_texts(path):
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as package:
            return "".join(
                package.read(name).decode("utf-8", "replace") for name in package.namelist()
            )
    if path.suffix == ".pdf":
        document = PdfReader(path)
        return f"{document.metadata}" + "".join(page.extract_text() for page in document.pages)
    return path.read_text(encoding="utf-8", errors="replace")


def test_nor_in_its_documents_downloads_and_pictures(published):
    names = re.compile("slagelse|veteranhaven|sumak", re.IGNORECASE)
    files = [
        path for path in (published / "_site").rglob("*") if path.is_file() and path.suffix in READ
    ]
    assert {".xlsx", ".pdf"} <= {path.suffix for path in files}
    assert [path.name for path in files if names.search(read_texts(path))] == []
    assert any("Havnekøbing" in read_texts(path) for path in files if path.suffix == ".pdf")


def test_their_own_exit_label_counts(published, capsys):
    capsys.readouterr()
    arguments = ["--project", str(published), "--format", "csv", "--edition", "internal"]
    assert main(["figures", "2021", *arguments]) == 0
    rows = {row["figure"]: row for row in csv.DictReader(capsys.readouterr().out.splitlines())}
    figure = rows["outcomes.tovvaerket.success_narrow"]
    assert (figure["numerator"], figure["denominator"]) == ("6", "10")


def test_a_folder_that_is_in_use_is_refused(published):
    before = (published / "_quarto.yml").read_bytes()
    assert main(["new", "--municipality", "Andetsted", "--out", str(published)]) == 2
    assert (published / "_quarto.yml").read_bytes() == before


def test_a_municipality_and_its_folder_belong_together(tmp_path):
    assert main(["new", "--municipality", "Andetsted"]) == 2
    assert main(["new", "--project", str(tmp_path)]) == 2
