"""Invented municipalities: figures counted by plain Python, and one's whole way by data alone.

Havnekøbing goes from `socok new --municipality` to a published report with its own words for
headings, sections and exits.
"""

import csv
import json
import random
import re
import zipfile
from datetime import date

import pytest
from pypdf import PdfReader

import workbooks as wb
from municipalities import OPTIONAL, make_id, make_municipality, write_by_system, write_texts
from socok_analysis.cli import main

SEEDS = ((11, 1, 2, True), (12, 2, 3, False), (13, 1, 12, True))  # years, partners, its system


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LISTS = ("exit_reasons", "job_types", "channels")
REASONS, TYPES, CHANNELS = (
    {row["label"]: row for row in read_rows(wb.MAPS / f"codes/{name}.csv")} for name in LISTS
)
COUNTED = {
    "success_narrow": lambda reason: reason["success_narrow"] == "ja",
    "success_wide": lambda reason: reason["success_wide"] == "ja",
    "stopped": lambda reason: reason["group"] == "stoppet",
    "awaiting": lambda reason: reason["group"] == "afventer",
} | {
    f"exit.{code}": lambda reason, code=code: reason["code"] == code
    for code in {row["code"] for row in REASONS.values()} - {"forlaenget"}
}


def count_partner(made, year, partner):
    """Count a partner's courses, what became of them, and its places; rates as how many of all."""
    report = made.settings[year]["report"]
    day, before = report["evaluation_date"], report["previous_evaluation_date"]
    rows = [row for row in made.rows[year]["courses"] if row["Virksomhed"] == partner]
    started = [row for row in rows if row["Startdato"] <= day]
    over = [row for row in started if row.get("Slutdato", date.max) <= day]
    active = len(started) - len(over)
    found = {"started": len(started), "completed": len(over), "active": active}
    ended = {"": over}
    if before:
        ended["period."] = [row for row in over if row["Slutdato"] > before]
        found["period.completed"] = len(ended["period."])
    for name, counts in COUNTED.items():
        for period, rows in ended.items():
            labels = [row["Afslutningsårsag"].split("; ") for row in rows]
            n = sum(any(counts(REASONS[label]) for label in each) for each in labels)
            if "exit" not in name:
                found[period + name] = (n, len(rows))
            elif not period:
                found[name] = n
    held = [
        row
        for row in made.rows[year]["agreements"]
        if row["Virksomhed"] == partner
        and row["Gælder fra"] <= day <= (row.get("Gælder til") or date.max)
    ]
    places = sum(row["Pladser"] for row in held)
    agreed = {"places": places, "in_use": active, "vacant": max(0, places - active)}
    agreed["extra_places"] = sum(row["Ekstra pladser"] or 0 for row in held)
    own = make_id(partner)
    return {f"outcomes.{own}.{name}": n for name, n in found.items()} | {
        f"agreements.{own}.{name}": n for name, n in agreed.items()
    }


def count_jobs(made, year):
    """Count the jobs that began in the report's period, and those since the strategy's start."""
    report, rows = made.settings[year]["report"], made.rows[year]["jobs"]
    first, last = report["period_start"], report["period_end"]
    jobs = [row for row in rows if first <= row["Ansættelsesdato"] <= last]
    channels = [CHANNELS[row["Kanal"]] for row in jobs]
    central = [
        TYPES[row["Ansættelsesform"]]["code"]
        for row, channel in zip(jobs, channels, strict=True)
        if channel["channel_group"] == "jobcentre"
    ]
    found = {"jobcentre": len(central), "other": len(jobs) - len(central), "total": len(jobs)}
    found["cumulative"] = sum(row["Ansættelsesdato"] <= last for row in rows)
    for code in {row["code"] for row in CHANNELS.values()}:
        found[f"channel.{code}"] = sum(channel["code"] == code for channel in channels)
    for code in {TYPES[row["Ansættelsesform"]]["code"] for row in jobs}:
        found[f"type.{code}"] = central.count(code)
    return {f"jobs.{name}": n for name, n in found.items()}


def ask_figures(root, year, capsys):
    capsys.readouterr()
    options = ["--project", str(root), "--edition", "internal", "--format", "json"]
    main(["figures", str(year), *options])
    return {figure["figure"]: figure for figure in json.loads(capsys.readouterr().out)}


@pytest.mark.parametrize(("seed", "years", "partners", "has_system"), SEEDS)
def test_the_figures_are_those_counted_from_the_truth(
    tmp_path, capsys, seed, years, partners, has_system
):
    made = make_municipality(tmp_path / "kommune", seed, years, partners, has_system=has_system)
    for year in made.rows:
        figures = ask_figures(made.root, year, capsys)
        wanted = count_jobs(made, year)
        for partner in made.partners:
            wanted |= count_partner(made, year, partner)
        assert {
            name: (figures[name]["numerator"], figures[name]["denominator"])
            if isinstance(n, tuple)
            else figures[name]["value"]
            for name, n in wanted.items()
        } == wanted


@pytest.mark.parametrize("seed", random.Random(2020).sample(range(1000), 3))
def test_a_municipality_is_as_varied_as_promised_and_the_same_again(tmp_path, seed):
    made, again = (make_municipality(tmp_path / part, seed, 2, 4) for part in ("a", "b"))
    assert made.rows == again.rows and made.settings == again.settings
    before, after = (rows["courses"] for rows in made.rows.values())
    labels = [row["Afslutningsårsag"].split("; ") for row in after if "Slutdato" in row]
    codes = {REASONS[label]["code"] for each in labels for label in each}
    assert codes == {row["code"] for row in REASONS.values()} - {"forlaenget"}
    assert 0.03 < sum(len(each) == 2 for each in labels) / len(labels) < 0.2
    now = {(row["CPR-nr."], row["Startdato"]): row.get("Afslutningsårsag") for row in after}
    told = [row for row in before if "Slutdato" in row]
    kept = [r for r in told if r["Afslutningsårsag"] == now[r["CPR-nr."], r["Startdato"]]]
    assert 0 < len(told) - len(kept) < len(before) / 5
    places = [row["Pladser"] for row in made.rows[2021]["agreements"]]
    assert {1, 12} <= {*places} <= {*range(1, 13)}


def test_optional_tables_without_rows_stop_nothing(tmp_path):
    root = wb.make_project(tmp_path, **dict.fromkeys(OPTIONAL, ()))
    assert main(["tidy", "2019", "--project", str(root), "--quiet"]) == 0


WORDS = """CPR-nr.=Borger|Virksomhed=Sted|Startdato=Første dag|Slutdato=Sidste dag|Navn=Stedets navn
Afslutningsårsag=Hvordan gik det|Løbenr.=Sagsnummer|Ansættelsesform=Jobbets art
Ansættelsesdato=Ansat den|Gælder fra=Aftale fra|Timer pr. uge=Ugentlige timer
Pladser=Antal pladser"""
THEIRS = dict(pair.split("=") for pair in re.split(r"[|\n]", WORDS))  # our heading, theirs
KEPT = ("maal", "virksomheder", "registrering", "afrapportering", "anbefalinger", "referencer")
SECTION = (
    "havne,6.1,Arbejde på havnene,indsats,indsatser,61,"
    "Indledning;Siden sidst;Opsummering;Anbefaling"
)
EXIT = "Sejlede videre til fast arbejde"
PLACES = ["Tovværket", "Røgeriet Ø"]
START, END = date(2021, 1, 11), date(2021, 8, 27)
DATES = dict.fromkeys(("period_start", "strategy_start"), "2021-01-01") | dict.fromkeys(
    ("period_end", "evaluation_date"), "2021-12-31"
)


def rename(heading):
    return THEIRS.get(heading, heading)


def edit_maps(maps):
    """Do what an analyst does: own headings in each map, own sections, own word for an exit."""
    for path in maps.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            first, *rows = list(csv.reader(file))
        if first[0] == "valid_from" and rows:
            rows = [["|".join(map(rename, cell.split("|"))) for cell in row] for row in rows]
        elif path.name == "sections.csv":
            rows = [r if r[0] in KEPT or "*" in r[0] else [*r[:-1], "2000"] for r in rows]
            own = SECTION.split(",")
            rows.append(own + [""] * (len(first) - len(own)))
        else:
            continue
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([first, *rows])
    with (maps / "codes/exit_reasons.csv").open("a", encoding="utf-8") as file:
        file.write(f"{EXIT},ordinaert,,,job,ja,ja,,nej\n")


def write_exports(folder):
    """Write their exports as their system does: headings in opposite order, twenty courses."""
    stay = {"Startdato": START, "Slutdato": END, "Plan udarbejdet": "ja"}
    courses = [
        wb.course(
            **stay, **{"CPR-nr.": wb.cpr(n), "Virksomhed": PLACES[n % 2]}, Afslutningsårsag=end
        )
        for n, end in enumerate([EXIT] * 12 + ["Jobsøgende"] * 8, 1)
    ]
    jobs = [wb.job(n, Virksomhed=PLACES[0], Ansættelsesdato=START) for n in range(1, 9)]
    agreement = {"Pladser": 12, "Gælder fra": START}
    agreements = [{"Aftale-id": f"H-{place}", "Virksomhed": place, **agreement} for place in PLACES]
    steps = [
        {"CPR-nr.": wb.cpr(n), "Virksomhed": PLACES[n % 2], "Dato": month, "Timer pr. uge": 5 + n}
        | {"Arbejdsintensitet (%)": "80 %", "Samtykke (J/N)": "N"}
        for n in (1, 2)
        for month in ("jan. 2021", "feb. 2021")
    ]
    for kind, rows in (
        ("courses", courses),
        ("jobs", jobs),
        ("agreements", agreements),
        ("enterprises", [wb.enterprise(place) for place in PLACES]),
        ("progression", steps),
    ):
        head, *rows = wb.as_cells(kind, rows, wb.HEADINGS[kind][::-1])
        write_by_system(folder.parents[2], 2021, kind, [head, *rows], rename)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    root = tmp_path_factory.mktemp("kommune") / "Havnekøbings år"
    assert main(["new", "--municipality", "Havnekøbing", "--out", str(root)]) == 0
    edit_maps(root / "data/raw/maps")
    write_texts(root, 2021, PLACES, "Skrevet i Havnekøbing.")
    settings = root / "data/raw/2021/year.toml"
    text = settings.read_text(encoding="utf-8")
    for key, day in DATES.items():
        text = re.sub(rf"^# {key} = \S+", f"{key} = {day}", text, flags=re.MULTILINE)
    settings.write_text(text, encoding="utf-8")
    write_exports(settings.parent)
    assert main(["report", "2021", "--project", str(root), "--publisher", "embedded"]) == 0
    return root


def read_text(path):
    """Return what a page, document or download says, its properties among it."""
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as package:
            return "".join(package.read(n).decode("utf-8", "replace") for n in package.namelist())
    if path.suffix == ".pdf":
        document = PdfReader(path)
        return f"{document.metadata}" + "".join(page.extract_text() for page in document.pages)
    return path.read_text(encoding="utf-8", errors="replace")


def test_another_municipality_publishes_a_report_by_data_alone_with_nothing_of_the_examples(
    published,
):
    kinds = {".html", ".xlsx", ".docx", ".pdf", ".csv", ".json", ".svg", ".xml", ".txt"}
    files = [path for path in (published / "_site").rglob("*") if path.suffix in kinds]
    said = {path: read_text(path) for path in files}
    pages = [text for path, text in said.items() if path.suffix == ".html"]
    assert {".html", ".xlsx", ".pdf"} <= {path.suffix for path in files}
    assert "Havnekøbing" in said[published / "_site/index.html"]
    assert any("Havnekøbing" in text for path, text in said.items() if path.suffix == ".pdf")
    for word in ("Arbejde på havnene", "Røgeriet Ø"):
        assert any(word in page for page in pages)
    names = re.compile("slagelse|veteranhaven|sumak", re.IGNORECASE)
    assert {path.name: found[0] for path in said if (found := names.search(said[path]))} == {}


def test_their_own_exit_label_counts(published, capsys):
    figure = ask_figures(published, 2021, capsys)["outcomes.tovvaerket.success_narrow"]
    assert (figure["numerator"], figure["denominator"]) == (6, 10)


def test_a_folder_in_use_is_refused_and_a_municipality_and_its_folder_belong_together(published):
    before = (published / "_quarto.yml").read_bytes()
    new = ["new", "--municipality", "Andetsted"]
    assert main([*new, "--out", str(published)]) == main(new) == 2
    assert main(["new", "--project", str(published.parent)]) == 2
    assert (published / "_quarto.yml").read_bytes() == before
