"""The example exports count to what was published in May 2020, read row by row with openpyxl."""

import csv
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from socok_analysis.reconstruction import YEARS, make_exports
from socok_analysis.reconstruction.people import invent_person

RAW = Path(__file__).parents[1] / "data" / "raw"
EVALUATED = {2018: date(2018, 6, 30), 2019: date(2020, 4, 30)}
PERIOD = {2018: (date(2018, 1, 1), date(2018, 12, 31)), 2019: (date(2019, 1, 1), date(2020, 4, 30))}
PARTNERS = ("VeteranHaven", "Sumak")
COVID = date(2020, 3, 11)
NEEDED = "forloebsudtraek ansaettelser samarbejdsaftaler virksomheder puljer"
FILES = {2018: NEEDED, 2019: f"{NEEDED} netvaerksmoeder fremmoede venteliste progression"}
NARROW = {"fleksjob", "ordinaert", "uddannelse"}
WIDE = NARROW | {"loentilskud", "hybridpraktik", "sprogskole"}
AWAITING = {"afventer_rehab", "afklaring_rehab", "beskrivelse_afventer", "covid_pause"}
REPLACEMENT = re.compile(r"(6[1-9]|[78]\d|9[01])(0[1-9]|1[0-2])\d\d-\d{4}")
with (RAW / "maps" / "codes" / "exit_reasons.csv").open(encoding="utf-8") as labels:
    CODES = {row["label"]: row["code"] for row in csv.DictReader(labels)}


def read_cells(file, year=2019, sheet=0, folder=RAW):
    book = load_workbook(folder / str(year) / f"{file}.xlsx")
    return list(book.worksheets[sheet].iter_rows(values_only=True))


def read_table(file, year=2019, sheet=0, folder=RAW):
    rows = read_cells(file, year, sheet, folder)
    top = next(n for n, row in enumerate(rows) if sum(isinstance(cell, str) for cell in row) > 2)
    return [dict(zip(rows[top], r, strict=True)) for r in rows[top + 1 :] if r[0] != "I alt"]


def day(value):
    if isinstance(value, str):
        return date(*map(int, reversed(re.split(r"\D", value))))
    return value.date() if isinstance(value, datetime) else None


def number(value):
    if isinstance(value, str):
        return float(value.removesuffix(" %").replace(".", "").replace(",", "."))
    return value or 0


def read_courses(partner, year=2019, folder=RAW):
    """Return the last row of each course with `start`, `end` and `codes`; extended ones joined."""
    rows = [r for r in read_table("forloebsudtraek", year, 0, folder) if r["Virksomhed"] == partner]
    first: dict[str, date] = {}
    for row in rows:
        first.setdefault(row["CPR-nr."], day(row["Startdato"]))
        labels = (row["Afslutningsårsag"] or "").split(";")
        row["codes"] = [CODES[label.strip()] for label in labels if label]
        row["start"], row["end"] = first[row["CPR-nr."]], day(row["Slutdato"])
    return [row for row in rows if row["codes"] != ["forlaenget"]]


def is_active(course, on):
    return course["start"] <= on and (course["end"] is None or course["end"] > on)


def completed(partner, year=2019, after=date.min):
    ended = [c for c in read_courses(partner, year) if c["end"]]
    return [c for c in ended if after < c["end"] <= EVALUATED[year]]


def count_codes(courses):
    return Counter(code for course in courses for code in course["codes"])


@pytest.mark.parametrize(
    ("year", "partner", "ended", "active", "exits"),
    [
        (
            2018,
            "VeteranHaven",
            25,
            4,
            "fleksjob 5 ordinaert 2 uddannelse 3 stoppet 4 praktik2 5 "
            "afventer_rehab 3 foertidspension 1 faengsel 1 jobsoegende 1",
        ),
        (
            2018,
            "Sumak",
            34,
            9,
            "fleksjob 5 ordinaert 7 loentilskud 2 uddannelse 4 sprogskole 4 "
            "praktik2 1 barsel 1 stoppet 1 afklaring_rehab 4 afventer_rehab 7",
        ),
        (
            2019,
            "VeteranHaven",
            40,
            4,
            "fleksjob 5 ordinaert 3 uddannelse 3 stoppet 8 praktik2 6 "
            "afventer_rehab 6 foertidspension 2 faengsel 1 jobsoegende 1 doed 1 fraflyttet 1 "
            "beskrivelse_afventer 3 bosted 1",
        ),
        (
            2019,
            "Sumak",
            68,
            7,
            "fleksjob 9 ordinaert 7 loentilskud 8 hybridpraktik 3 uddannelse 6 "
            "praktik2 2 barsel 1 sprogskole 4 stoppet 10 afventer_rehab 12 beskrivelse_afventer 2 "
            "aegtefaelle 1 covid_pause 1 jc_stop 2",
        ),
    ],
)
def test_courses_count_to_the_published_exits(year, partner, ended, active, exits):
    words = exits.split()
    assert count_codes(completed(partner, year)) == dict(
        zip(words[::2], map(int, words[1::2]), strict=True)
    )
    running = [c for c in read_courses(partner, year) if is_active(c, EVALUATED[year])]
    assert (len(completed(partner, year)), len(running)) == (ended, active)
    assert len(read_courses(partner, year)) == ended + active


@pytest.mark.parametrize(
    ("year", "partner", "after", "narrow", "wide", "stopped", "awaiting", "ended"),
    [
        (2018, "VeteranHaven", date.min, 10, 10, 4, 3, 25),
        (2018, "Sumak", date.min, 16, 22, 1, 9, 34),
        (2019, "VeteranHaven", date.min, 11, 11, 8, 9, 40),
        (2019, "Sumak", date.min, 22, 37, 10, 15, 68),
        (2019, "VeteranHaven", EVALUATED[2018], 1, 1, 4, 6, 15),
        (2019, "Sumak", EVALUATED[2018], 6, 15, 9, 6, 34),
    ],
)
def test_rates_have_the_published_numerators(
    year, partner, after, narrow, wide, stopped, awaiting, ended
):
    courses = completed(partner, year, after)
    groups = (NARROW, WIDE, {"stoppet"}, AWAITING)
    counted = [sum(bool(codes & set(c["codes"])) for c in courses) for codes in groups]
    assert [*counted, len(courses)] == [narrow, wide, stopped, awaiting, ended]


def test_the_surplus_reasons_are_second_reasons_of_the_courses_that_explain_them():
    def doubles(partner, year):
        return [c["codes"] for c in completed(partner, year) if len(c["codes"]) > 1]

    assert doubles("VeteranHaven", 2018) == doubles("Sumak", 2019) == []
    assert doubles("VeteranHaven", 2019) == [["praktik2", "afventer_rehab"]]
    assert doubles("Sumak", 2018) == [["afventer_rehab", "afklaring_rehab"]] * 2


@pytest.mark.parametrize("partner", PARTNERS)
def test_the_courses_of_2018_stand_unchanged_in_2019(partner):
    later = {c["CPR-nr."]: c for c in read_courses(partner)}
    for course in read_courses(partner, 2018):
        again = later[course["CPR-nr."]]
        for key in ("Navn", "start", "Veteran", "Målgruppe"):
            assert course[key] == again[key]
        assert course["end"] in (None, again["end"])


@pytest.mark.parametrize("year", YEARS)
def test_one_course_of_each_partner_is_extended(year):
    rows = read_table("forloebsudtraek", year)
    extended = [row for row in rows if row["Afslutningsårsag"] == "Forlænget"]
    assert {row["Virksomhed"] for row in extended} == set(PARTNERS)
    assert len(extended) == 2
    for row in extended:
        starts = [day(r["Startdato"]) for r in rows if r["CPR-nr."] == row["CPR-nr."]]
        assert starts[1] - day(row["Slutdato"]) == timedelta(3)


def test_nine_are_at_veteranhaven_in_four_months_of_2019_never_more_than_eight_in_others():
    courses = read_courses("VeteranHaven")
    days = [date(2015, 9, 1) + timedelta(n) for n in range(1704)]
    assert days[-1] == EVALUATED[2019]
    anyone: dict[tuple[int, int], set[str]] = {}
    at_end: dict[tuple[int, int], int] = {}
    for on in days:
        present = {c["CPR-nr."] for c in courses if is_active(c, on)}
        anyone.setdefault((on.year, on.month), set()).update(present)
        at_end[on.year, on.month] = len(present)
    nine = [(2019, 4), (2019, 5), (2019, 6), (2019, 7)]
    assert [month for month, people in anyone.items() if len(people) > 8] == nine
    assert [month for month, count in at_end.items() if count > 8] == nine
    assert max(map(len, anyone.values())) == 9
    sumak = read_courses("Sumak")
    assert max(sum(is_active(c, on) for c in sumak) for on in days) == 10


@pytest.mark.parametrize(("partner", "before", "during"), [("VeteranHaven", 1, 2), ("Sumak", 1, 1)])
def test_those_who_left_in_2020_count_before_and_during_covid(partner, before, during):
    ends = [c["end"] for c in completed(partner, after=date(2019, 12, 31))]
    assert (sum(end < COVID for end in ends), sum(end >= COVID for end in ends)) == (before, during)


@pytest.mark.parametrize(
    ("partner", "made", "not_made", "blank"), [("VeteranHaven", 33, 7, 4), ("Sumak", 73, 2, 0)]
)
def test_plans_count_and_each_missing_one_has_its_own_reason(partner, made, not_made, blank):
    rows = read_courses(partner)
    plans = Counter(r["Plan udarbejdet"] for r in rows)
    reasons = {r["Bemærkning"] for r in rows if r["Plan udarbejdet"] == "nej"}
    assert (plans["nej"], plans[None], len(rows) - plans["nej"] - plans[None]) == (
        not_made,
        blank,
        made,
    )
    assert len(reasons) == not_made
    assert all(reason.startswith("Ingen plan") for reason in reasons)


def test_veterans_the_delayed_start_and_the_waiting_lists_count():
    assert Counter(c["Veteran"] for c in completed("VeteranHaven")) == {"ja": 10, "nej": 30}
    remarks = [(c["start"].year, str(c["Bemærkning"])) for c in read_courses("VeteranHaven")]
    assert [year for year, text in remarks if text.startswith("Opstart forsinket")] == [2019]
    rows = read_table("venteliste")
    waiting = Counter(row["Aftale-id"] for row in rows if not row["Startet/afmeldt"])
    assert waiting == {"agr-veteranhaven": 3, "agr-sumak": 1}
    starts = {(c["CPR-nr."], c["start"]) for partner in PARTNERS for c in read_courses(partner)}
    left = {(r["CPR-nr."], day(r["Startet/afmeldt"])) for r in rows if r["Startet/afmeldt"]}
    assert set() < left < starts


def jobs_in(period, year=2019):
    first, last = PERIOD[period]
    rows = read_table("ansaettelser", year)
    return [row for row in rows if first <= day(row["Ansættelsesdato"]) <= last]


@pytest.mark.parametrize(
    ("year", "types", "other"),
    [
        (2018, {"Fleksjob": 21, "Deltid": 7, "Fuldtid": 3, "Løntilskud": 4}, 29),
        (2019, {"Fleksjob": 17, "Deltid": 9, "Fuldtid": 1, "Hybrid": 2, "Løntilskud": 27}, 73),
    ],
)
def test_jobs_count_to_the_published_types_and_channels(year, types, other):
    jobs = jobs_in(year, year)
    assert Counter(r["Ansættelsesform"] for r in jobs if r["Kanal"] == "Jobcenter") == types
    assert sum(row["Kanal"] != "Jobcenter" for row in jobs) == other


def test_the_jobs_of_2018_stand_in_the_export_of_2019_under_the_same_numbers():
    keys = ("Løbenr.", "CPR-nr.", "Virksomhed", "Ansættelsesform", "Kanal")
    before, again = (
        [[r[k] for k in keys] for r in jobs]
        for jobs in (read_table("ansaettelser", 2018), jobs_in(2018, 2019))
    )
    assert before == again
    numbers = {row["Løbenr."] for row in read_table("ansaettelser")}
    assert len(before) == 64
    assert len(numbers) == len(read_table("ansaettelser")) == 193
    assert all(re.fullmatch(r"00\d{3}", text) for text in numbers)


def test_three_completers_of_veteranhaven_came_back_to_a_job_there():
    there = [row for row in jobs_in(2019) if row["Virksomhed"] == "VeteranHaven"]
    back = [row for row in there if row["Via forløb (J/N)"] == "J"]
    ends = {c["CPR-nr."]: c["end"] for c in completed("VeteranHaven")}
    assert len(back) == 3
    assert all(ends[row["CPR-nr."]] < day(row["Ansættelsesdato"]) for row in back)


def test_the_register_counts_the_published_enterprises_in_both_years():
    def count(year):
        rows = read_table("virksomheder", year)
        dates = [day(row["RSV-dato"]).year for row in rows if row["RSV-dato"]]
        types = Counter(row["Type"] for row in rows)
        counted = Counter(row["Tæller i mål (J/N)"] for row in rows)
        assert types["Registreret socialøkonomisk virksomhed"] == len(dates)
        return counted["J"], len(dates), dates.count(2019), types["Frivilligt sted"], counted["N"]

    assert count(2019) == (26, 12, 9, 3, 3)
    assert count(2018) == (24, 3, 0, 0, 0)


@pytest.mark.parametrize("year", YEARS)
def test_every_export_names_enterprises_as_the_register_does(year):
    register = read_table("virksomheder", year)
    names = {row["Navn"] for row in register}
    aliases = [a.strip() for row in register for a in str(row["Alias"] or "").split(";") if a]
    assert not names & set(aliases)
    assert len(aliases) == len(set(aliases))
    used = {r["Virksomhed"] for f in NEEDED.split()[:3] for r in read_table(f, year)}
    used |= {row["Modtager"] for row in read_table("puljer", year)}
    assert used <= names | set(aliases)
    assert year == 2018 or used & set(aliases)


def test_agreements_have_the_published_places():
    assert [r["Aftale-id"] for r in read_table("samarbejdsaftaler", 2018)] == [
        "agr-veteranhaven",
        "agr-sumak",
    ]
    keys = ("Pladser", "Ekstra pladser", "Max uger", "Plan efter (uger)", "Måltal")
    rows = {r["Aftale-id"]: [r[k] for k in keys] for r in read_table("samarbejdsaftaler")}
    assert rows.pop("agr-veteranhaven") == [8, None, 52, 4, 50]
    assert rows.pop("agr-sumak") == [8, 2, None, 1, None]
    museums = {f"museum-{name}": 2 for name in ("bus", "by", "trykkeri", "kongegaarden")}
    places = {"frirum": 4, "affaldplus": 10, "chufa": 10, "kanehoej": 3} | museums
    assert {name.removeprefix("agr-"): row[0] for name, row in rows.items()} == places
    assert {name.removeprefix("agr-") for name, row in rows.items() if row[1] == 1} == set(museums)


def test_grants_sum_to_the_published_amounts_and_veteranhaven_has_17_givers():
    rows = read_table("puljer")
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["Modtager"]] += number(row["Beløb"])
    assert +sums == {
        "MinaGroup": 68_000,
        "Konfus Collective": 15_000,
        "VeteranHaven": 486_573,
        "Bushistorisk Museum": 502_000,
    }
    assert sums.total() == 1_071_573
    assert sum(row["Modtager"] == "VeteranHaven" for row in rows) == 17
    assert all(PERIOD[2019][0] <= day(r["Bevilget dato"]) <= PERIOD[2019][1] for r in rows)
    before = read_table("puljer", 2018)
    assert {row["Modtager"] for row in before} == {
        "MinaGroup",
        "Sumak",
        "Danmarks Busmuseum",
        "VeteranHaven",
    }
    assert not any(row["Beløb"] for row in before)


def test_the_network_met_five_times_and_cancelled_once():
    rows = read_table("netvaerksmoeder")
    met = Counter((r["Status (afholdt/aflyst)"], r["Emne"].partition(":")[0]) for r in rows)
    assert met["Afholdt", "Virksomhedspræsentation"] == 3
    assert met["Afholdt", "Eksternt oplæg"] == 2
    assert sum(count for (status, _), count in met.items() if status == "Aflyst") == 1
    assert len(rows) == 6
    assert {day(row["Dato"]).year for row in rows} == {2019}


def test_the_single_case_has_the_published_hours_and_no_consent():
    rows = read_table("progression")
    keys = ("Timer pr. uge", "Arbejdsintensitet (%)")
    assert [[number(r[k]) for k in keys] for r in rows] == [[4.5, 80], [15, 100], [18, 100]]
    assert day(rows[0]["Dato"]) == date(2016, 9, 8)
    assert {row["Samtykke (J/N)"] for row in rows} == {"N"}


def test_attendance_covers_those_in_course_and_gives_a_reason_for_missed_hours():
    courses = [c for partner in PARTNERS for c in read_courses(partner)]
    rows = read_table("fremmoede")
    active = {c["CPR-nr."] for c in courses if is_active(c, EVALUATED[2019])}
    assert {row["CPR-nr."] for row in rows} == active
    for row in rows:
        is_missed = number(row["Fremmødte timer"]) < number(row["Aftalte timer"])
        assert is_missed == bool(row["Fraværsårsag"])
        assert re.fullmatch(r"20(19|20)-W\d\d", row["Uge"])


FACTS = {
    "Botræningen Magleby": "16 25 23 3 2014 2014 november_2015 1943 1967",
    "CSRNext": "20 20 2",
    "Den Interne Skole": "1999 40 10",
    "FriRUM Lab": "200 12 2",
    "Golfstrømmen": "9 12 23 april_2017",
    "Magleby Skolecenter": "1999 2007 16 25 35",
    "Manden og Konen": "2",
    "Mina Støtte/Kontakt": "24 50",
    "Den Digitale Ressourcebank": "70 66 3",
    "Musholm Ferie, Sport og Konference": "1998 2016",
    "Søholt": "14 12 23",
    "VeteranHaven": "24000 8 7 2 2",
    "Affald Plus": "16-05-2020 3 4 50",
    "Danmarks Busmuseum": "120 1938 75 5 07-05-2020",
    "Kirkens Korshær": "1912 3 1 65 15 40 2",
    "Konfus Collective": "2019",
    "Liselund": "1918 1998 01-01-2021 75 25",
    "MinaHuset": "15 23",
    "Mini Houses/Legehytten": "5 2",
    "Stald Kanehøj ApS": "3.5 20",
    "Sund og Bælt": "april_2018 17",
    "Registrerede socialøkonomiske virksomheder": "563 110 2014 primo_2015",
    "Nytårskalenderen på LinkedIn": "7 8 636 2354",
    "CSR-samarbejder": "2 2 5 10 42 9",
    "Biodiversitet": "75",
    "Puljer og midler": "5 2 2 5000",
    "Boligområder": "4 september_2021",
    "In-House-løsninger": "6 2 2 3 13 15 2017-2020 18",
    "Borger i job med afsæt i fælles værdikæde": "7 3 7 3 6",
    "Enkeltsag om progression": "3.5",
    "By- og Overfartsmuseet": "kl._10-14",
    "Det Gamle Trykkeri": "kl._10-14",
    "Strategien for socialøkonomi": "15-06-2018 sommeren_2019 5",
    "Udvidelse af målgruppen": "3",
    "Kongegaarden": "kl._8.30-12.30 kl._8.30-16 6 8",
    "Museerne om frivillighed og socialøkonomi": "2 3",
}


def test_every_single_published_fact_can_be_looked_up():
    rows = read_table("virksomheder", sheet=1)
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["Emne"], []).append(str(row["Værdi"]).replace(" ", "_"))
    assert {subject: " ".join(values) for subject, values in found.items()} == FACTS
    assert len({(row["Emne"], row["Oplysning"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("year", YEARS)
def test_the_exports_in_the_project_are_those_the_reconstruction_makes(year, tmp_path):
    made = make_exports(tmp_path, year)
    assert {path.stem for path in made} == set(FILES[year].split())
    assert {path.stem for path in (RAW / str(year)).glob("*.xlsx")} >= {p.stem for p in made}
    for path in made:
        assert path.read_bytes() == (RAW / str(year) / path.name).read_bytes(), path.name


@pytest.mark.parametrize("year", YEARS)
def test_every_cpr_number_is_a_replacement_and_no_cell_a_formula_an_error_or_a_real_number(year):
    numbers = set()
    for file in FILES[year].split():
        for sheet in load_workbook(RAW / str(year) / f"{file}.xlsx").worksheets:
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type in ("f", "e")]
            for cell in cells:
                numbers.update(re.findall(r"\d{6}-?\d{4}|\d{8,}", str(cell.value)))
    assert len(numbers) > 100
    assert all(REPLACEMENT.fullmatch(found) for found in numbers)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("file", ["forloebsudtraek", "ansaettelser", "samarbejdsaftaler", "puljer"])
def test_the_total_row_counts_rows_and_sums_columns(year, file):
    rows, total = read_table(file, year), read_cells(file, year)[-1]
    assert total[:2] == ("I alt", len(rows))
    for heading, found in list(zip(rows[0], total, strict=True))[2:]:
        assert found is None or found == sum(number(row[heading]) for row in rows)


@pytest.mark.parametrize("year", YEARS)
def test_some_dates_and_numbers_are_typed_as_text(year):
    dates = [row["Startdato"] for row in read_table("forloebsudtraek", year)]
    hours = [row["Timer pr. uge"] for row in read_table("ansaettelser", year)]
    assert 0 < sum(isinstance(value, str) for value in dates) < len(dates) / 4
    assert any(isinstance(value, str) and "," in value for value in hours)


def test_a_scaled_export_has_that_many_times_the_rows_with_new_people_and_the_same_bytes_again(
    tmp_path,
):
    once, again = (make_exports(tmp_path / part, 2019, scale=3) for part in ("a", "b"))
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    for file in ("forloebsudtraek", "ansaettelser", "fremmoede"):
        people = [
            Counter(row["CPR-nr."] for row in read_table(file, folder=folder))
            for folder in (RAW, tmp_path / "a")
        ]
        assert people[0] <= people[1]
        assert [3 * people[0].total(), 3 * len(people[0])] == [people[1].total(), len(people[1])]


def test_a_hundred_thousand_people_have_numbers_of_their_own():
    assert len({invent_person(n, "women").cpr for n in range(0, 100_000, 5)}) == 20_000
