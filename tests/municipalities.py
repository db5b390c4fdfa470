"""Invented municipalities: whole projects of one to three years, and the truth they are made of.

`make_municipality(folder, seed)` writes maps, settings, exports and, if asked, texts, and returns
every row it wrote as plain Python, so that a test can count the figures on its own. The same seed
gives the same rows. Each municipality has every exit code at least once, several reasons in a
tenth of the courses, reasons recoded between reports in a twentieth, blanks, extended courses,
courses registered late, people who come back, overlapping report periods, and optional tables
that are empty or absent.
"""

import csv
import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import workbooks as wb
from socok_analysis.cli import main
from socok_analysis.intake.columns import make_id

NAMES = re.split(
    ", ",
    "Tovværket, Røgeriet Ø, Havnens Køkken, Grønne Hænder, Cykelsmedjen, Ålehuset, Sy og Sæt, "
    "Genbrugsgården, Bageriet på Torvet, Skovlaget, Møllens Have, Kajakklubben, Den Blå Dør, "
    "Fælleshuset, Væveriet, Rengøring & Ro, Klit/Kyst, Caféen i Nr. 7, Byens Bier, Solsikken",
)
TARGETS = ("Aktivitetsparat kontanthjælp", "Ressourceforløb", "Sygedagpenge", "Jobafklaring")
BENEFITS = ("Kontanthjælp, aktivitetsparat", "Ressourceforløb", "Sygedagpenge", "JAF")
JOB_TYPES = ("Fleksjob", "Deltid", "Fuldtid", "Hybrid", "Løntilskud", "Seniorjob", "Timelønnet")
TYPES = ("Initiativ", "Socialøkonomisk virksomhed", "Frivilligt sted")
REGISTERED = "Registreret socialøkonomisk virksomhed"
OPTIONAL = ("grants", "meetings", "attendance", "waiting_list", "progression", "facts")
STARTS = ("Ansættelsesdato", "Gælder fra", "Bevilget dato", "Dato", "Skrevet op")
ENDS = ("Slutdato", "Startet/afmeldt", "Gælder til")


@dataclass
class Course:
    """One person's stay; `reasons` are the labels in each report's export, `seen` since when."""

    row: wb.Row
    ended_on: date
    extended_on: date | None = None
    seen: int = 0
    reasons: dict[int, list[str]] = field(default_factory=dict)

    def show_end(self, year):
        """Return the cells that tell how the course ended."""
        return {"Slutdato": self.ended_on, "Afslutningsårsag": "; ".join(self.reasons[year])}


@dataclass
class Municipality:
    """A written project, what `year.toml` says in each year, and its exports' rows by kind.

    A row has the export's Danish headings; an extended course is still one row.
    """

    root: Path
    partners: list[str]
    settings: dict[int, dict[str, Any]]
    rows: dict[int, dict[str, list[wb.Row]]]


def make_municipality(
    folder, seed, years=2, partners=4, *, has_texts=False, has_system=False, has_own_words=False
):
    """Write an invented project into a folder, its first year 2020; return it with its truth.

    With `has_texts` it has all that `socok report` needs; with `has_system` its exports are as a
    case system writes them; `has_own_words`: its headings, an exit and a section are its own.
    """
    dice = random.Random(f"{seed} {years} {partners}")
    settings = make_settings(dice, range(2020, 2020 + years))
    last = max(each["drawn"] for each in settings.values())
    days = [date(2020, 1, 1) + timedelta(n) for n in range((last - date(2020, 1, 1)).days)]
    agreements = make_agreements(dice, partners)
    courses = list(make_courses(dice, agreements, last))
    register = [*make_register(dice, [row["Virksomhed"] for row in agreements])]
    tables = {"jobs": list(make_jobs(dice, days, courses, register)), "agreements": agreements}
    tables |= make_optional(dice, days, courses, register)
    main(["new", "--municipality", "Prøvekøbing", "--out", str(folder), "--quiet"])
    if has_own_words:
        edit_maps(folder / "data/raw/maps")
    own_words = THEIRS if has_own_words else {}
    give_reasons(dice, courses, settings, folder / "data/raw/maps")
    made = Municipality(folder, sorted({row["Virksomhed"] for row in agreements}), settings, {})
    for year, each in settings.items():
        drawn = each["drawn"]
        known = [c for c in courses if c.row["Startdato"] <= drawn and c.seen <= year]
        made.rows[year] = {
            "courses": [c.row | (c.show_end(year) if c.ended_on <= drawn else {}) for c in known],
            "enterprises": register,
            **{kind: until(rows, drawn) for kind, rows in tables.items()},
        }
        if has_texts:
            write_texts(folder, year, made.partners)
        wb.write_settings(folder, year, report=each["report"], goals=each["goals"])
        split = {"courses": [*split_extended(known, made.rows[year]["courses"])]}
        for kind, rows in (made.rows[year] | split).items():
            if has_system:
                write_by_system(folder, year, kind, wb.as_cells(kind, rows), own_words)
            else:
                path = folder / f"data/raw/{year}/{kind}.xlsx"
                wb.write_book(path, {"Ark1": wb.as_cells(kind, rows)})
    return made


def make_settings(dice, years):
    """Return each year's settings; some periods reach into the next year and overlap it."""
    found = {}
    before = None
    for year in years:
        end = dice.choice((date(year, 12, 31), date(year + 1, 3, 31)))
        report = {"title": f"Årsrapport {year}", "municipality": "Prøvekøbing"}
        report |= {"period_start": date(year, 1, 1), "period_end": end, "evaluation_date": end}
        report["previous_evaluation_date"] = before
        goals = {"jobs_per_year": dice.randint(20, 60), "jobs_in_strategy": dice.randint(50, 150)}
        goals |= {"strategy_start": date(years[0], 1, 1), "enterprises": dice.randint(5, 20)}
        drawn = end + timedelta(dice.randint(2, 20))
        found[year] = {"report": report, "goals": goals, "drawn": drawn}
        before = end
    return found


def make_agreements(dice, partners):
    """Return agreements of 1 to 12 places: the first large and old, the second of one place.

    A quarter of the others are renewed with two places more.
    """
    rows = []
    for number, name in enumerate(dice.sample(NAMES, partners)):
        start = date(2016, 1, 4) + timedelta(weeks=dice.randint(0, 150) if number else 0)
        row = {
            "Aftale-id": f"H-{number + 1}",
            "Virksomhed": name,
            "Pladser": (12, 1)[number] if number < 2 else dice.randint(1, 12),
            "Ekstra pladser": dice.choice((None, None, 1, 2)),
            "Gælder fra": start,
            "Målgruppe": dice.choice((None, *TARGETS)),
            "Plan efter (uger)": dice.choice((None, 1, 4)),
        }
        rows.append(row)
        if number > 1 and not dice.randrange(4):
            renewed = start + timedelta(weeks=dice.randint(60, 150))
            rows.append(row | {"Aftale-id": f"H-{number + 1}b", "Gælder fra": renewed})
            rows[-1]["Pladser"] = min(12, row["Pladser"] + 2)
            row["Gælder til"] = renewed - timedelta(1)
    return rows


def make_courses(dice, agreements, last):
    """Yield courses place by place, one after another; a few people come back elsewhere."""
    left = []
    people = invent_people(dice, 1000)
    taken = {}
    for agreement in agreements:
        partner, places = agreement["Virksomhed"], agreement["Pladser"]
        for _ in range(taken.get(partner, 0), places):
            day = agreement["Gælder fra"] + timedelta(dice.randint(0, 120))
            while (day := move_to_weekday(day)) <= last:
                away = [c for c in left if c.row["Virksomhed"] != partner and c.ended_on < day]
                again = dice.choice(away) if away and not dice.randrange(25) else None
                left = [course for course in left if course is not again]
                cpr = again.row["CPR-nr."] if again else next(people)
                ended = move_to_weekday(day + timedelta(dice.randint(30, 400)))
                row = {"CPR-nr.": cpr, "Virksomhed": partner, "Startdato": day}
                course = Course(row | make_filler(dice), ended)
                if not dice.randrange(20):
                    course.extended_on = move_to_weekday(day + (ended - day) / 2)
                yield course
                left.append(course)
                day = ended + timedelta(dice.randint(1, 60))
        taken[partner] = places


def make_filler(dice):
    """Return a course's further cells; each is blank in a tenth of the courses."""
    row = {
        "Navn": f"Fiktiva {dice.choice(('Opdigtsen', 'Prøvelund', 'Tænktesen'))}",
        "Målgruppe": dice.choice(TARGETS),
        "Ydelse": dice.choice(BENEFITS),
        "Timer pr. uge": dice.randint(5, 30),
        "Plan udarbejdet": dice.choice(("ja", "ja", "nej")),
        "Veteran": dice.choice(("ja", "nej")),
    }
    return {heading: value if dice.randrange(10) else None for heading, value in row.items()}


def give_reasons(dice, courses, settings, maps):
    """Give every course its reasons: every code once, two in a tenth, some recoded or late."""
    labels = [r for r in wb.read_csv(maps / "codes/exit_reasons.csv") if r["code"] != "forlaenget"]
    wanted = {row["code"] for row in labels}
    first, *later = settings
    for course in dice.sample(courses, len(courses)):
        day = str(course.ended_on)
        valid = [r for r in labels if r["valid_from"] <= day <= (r["valid_to"] or "9999")]
        is_told = course.ended_on <= settings[first]["report"]["evaluation_date"]
        new = [row for row in valid if row["code"] in wanted] if is_told else []
        reason = new[0] if new else dice.choice(valid)
        others = [row for row in valid if row["code"] != reason["code"]]
        wanted.discard(reason["code"])
        told = [reason["label"], dice.choice(others)["label"]][: 1 if dice.randrange(10) else 2]
        for year in settings:
            is_old = year > first and course.ended_on <= settings[year - 1]["drawn"]
            told = told if not is_old or dice.randrange(20) else [dice.choice(others)["label"]]
            course.reasons[year] = told
        course.seen = later[0] if later and is_told and not new and not dice.randrange(50) else 0
    assert not wanted, f"no course for {wanted}"


def split_extended(courses, rows):
    """Yield the rows as they are written: an extended course as two, the first of them no exit."""
    for course, row in zip(courses, rows, strict=True):
        middle = course.extended_on
        if middle and middle + timedelta(14) < row.get("Slutdato", date.min):
            yield row | {"Slutdato": middle, "Afslutningsårsag": "Forlænget"}
            yield row | {"Startdato": middle + timedelta(1)}
        else:
            yield row


def make_register(dice, partners):
    """Yield the register: the partners and some others, some registered, some not active."""
    others = dice.sample(NAMES, dice.randint(6, 12))
    for number, name in enumerate(dict.fromkeys([*partners, *others])):
        registered = date(dice.randint(2015, 2020), dice.randint(1, 12), dice.randint(1, 28))
        is_registered = not dice.randrange(3)
        yield {
            "Navn": name,
            "Alias": f"{name} ApS" if number % 3 == 0 else None,
            "Type": REGISTERED if is_registered else dice.choice(TYPES),
            "RSV-dato": registered if is_registered else None,
            "Aktiv fra": date(dice.randint(2000, 2015), 1, 1),
            "Aktiv til": None if dice.randrange(8) else date(2020, dice.randint(2, 11), 28),
            "Tæller i mål (J/N)": dice.choice("JJJN"),
        }


def make_jobs(dice, days, courses, places):
    """Yield a hiring every eighth day; a fifth come through a course, some are of nobody known."""
    people = invent_people(dice, 5000)
    for number, day in enumerate(days[::8]):
        via = dice.choice(courses)
        is_via = via.ended_on < day and not dice.randrange(3)
        place = dice.choice(places)
        yield {
            "Løbenr.": f"{number + 1:05d}",
            "CPR-nr.": via.row["CPR-nr."] if is_via else dice.choice((None, next(people))),
            "Virksomhed": dice.choice((place["Navn"], place["Alias"] or place["Navn"])),
            "Ansættelsesform": dice.choice(JOB_TYPES),
            "Ansættelsesdato": day,
            "Slutdato": dice.choice((None, None, day + timedelta(dice.randint(30, 500)))),
            "Timer pr. uge": dice.choice((None, 10, 18.5, 37)),
            "Kanal": dice.choice(("Jobcenter", "Jobcenter", "Opslag", "Netværk", "Uopfordret")),
            "Via forløb (J/N)": "J" if is_via else "N",
        }


def make_optional(dice, days, courses, places):
    """Return the optional tables that there are; some of them are empty."""
    made = {kind: [] for kind in OPTIONAL}
    for number, day in enumerate(sorted(dice.sample(days, 30))):
        place = dice.choice(places)["Navn"]
        grant = {"Modtager": place, "Giver": f"Fond {number}", "Bevilget dato": day}
        made["grants"].append(grant | {"Beløb": dice.choice((None, 5000, 12500, 250000))})
        meeting = {"Dato": day, "Status (afholdt/aflyst)": dice.choice(("Afholdt", "Aflyst"))}
        made["meetings"].append(meeting | {"Emne": f"Møde {number}"})
        left = dice.choice((None, day + timedelta(20)))
        wait = {"CPR-nr.": f"620190-{number:04d}", "Aftale-id": "H-1", "Skrevet op": day}
        made["waiting_list"].append(wait | {"Startet/afmeldt": left})
        step = {"CPR-nr.": f"630190-{number // 3:04d}", "Virksomhed": place, "Dato": day}
        step |= {"Timer pr. uge": 4 + number, "Arbejdsintensitet (%)": 80}
        made["progression"].append(step | {"Samtykke (J/N)": "N"})
        made["facts"].append({"Emne": place, "Oplysning": f"Ansatte {number}", "Værdi": 5})
    for course in courses:
        if course.row["Startdato"] < date(2020, 3, 30) < course.ended_on - timedelta(7):
            week = {"CPR-nr.": course.row["CPR-nr."], "Uge": "2020-W14", "Aftalte timer": 10}
            made["attendance"].append(week | {"Fremmødte timer": dice.randint(0, 10)})
    fates = {kind: dice.choice((1, 1, 1, 1, 0, None)) for kind in made}
    return {kind: rows * fates[kind] for kind, rows in made.items() if fates[kind] is not None}


def until(rows, drawn):
    """Return the rows that have begun on a day, without ends that are later."""
    known = [row for row in rows if all(row.get(h, drawn) <= drawn for h in STARTS)]
    return [row | {h: None for h in ENDS if (row.get(h) or drawn) > drawn} for row in known]


def invent_people(dice, first):  # who do not exist: the day of birth plus 60
    for serial in range(first, 10_000):
        born = date(1955, 1, 1) + timedelta(dice.randrange(16_000))
        yield f"{born.day + 60}{born:%m%y}-{serial:04d}"


def move_to_weekday(day):
    """Return the day, or the Monday after where it falls in a weekend."""
    return day + timedelta(7 - day.weekday() if day.weekday() > 4 else 0)


WORDS = """CPR-nr.=Borger|Virksomhed=Sted|Startdato=Første dag|Slutdato=Sidste dag|Navn=Stedets navn
Afslutningsårsag=Hvordan gik det|Løbenr.=Sagsnummer|Ansættelsesform=Jobbets art
Ansættelsesdato=Ansat den|Gælder fra=Aftale fra|Timer pr. uge=Ugentlige timer
Pladser=Antal pladser"""
THEIRS = dict(pair.split("=") for pair in re.split(r"[|\n]", WORDS))  # our heading, theirs
KEPT = ("maal", "virksomheder", "registrering", "afrapportering", "anbefalinger", "referencer")
OWN_SUCCESS = "success_own"
SECTION = "havne,6.1,Arbejde på havnene,indsats,indsatser,61,Indledning;Opsummering;Anbefaling"


def edit_maps(maps):
    """Do what an analyst does: own headings in each map, own sections, own word for an exit, own
    code for the jobcentre, own column for what counts as success.
    """
    for path in maps.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            first, *rows = list(csv.reader(file))
        if path.name == "sections.csv":
            rows = [r if r[0] in KEPT or "*" in r[0] else [*r[:-1], "2000"] for r in rows]
            rows.append([*SECTION.split(","), *[""] * (len(first) - SECTION.count(",") - 1)])
        elif first[0] == "valid_from":
            rows = [["|".join(THEIRS.get(h, h) for h in c.split("|")) for c in row] for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([first, *rows])
    with (maps / "codes/exit_reasons.csv").open("a", encoding="utf-8") as file:
        file.write("Sejlede videre til fast arbejde,ordinaert,,,job,ja,ja,,nej\n")
    wide = {"loentilskud": "nej"}
    for name, change in (
        ("codes/channels", lambda row: {"code": row["code"].replace("jobcenter", "jc")}),
        ("codes/exit_reasons", lambda r: {OWN_SUCCESS: wide.get(r["code"], r["success_wide"])}),
        ("definitions", lambda row: {"column": row["column"].replace("success_wide", OWN_SUCCESS)}),
    ):
        root = maps.parents[2]
        wb.write_map(root, name, [row | change(row) for row in wb.read_map(root, name)])


def write_by_system(root, year, kind, cells, own_words):
    """Write an export as case systems do, and say in the maps what its headings cannot.

    CSVs in Windows-1252, courses on a sheet for each partner, jobs in a file for each quarter,
    weeks and days as columns, and what is the same in all rows as a constant of the map.
    """

    def rename(heading):
        return own_words.get(heading, heading)

    folder, (head, *rows) = root / f"data/raw/{year}", cells
    for name, column in CONSTANT.get(kind, {}).items():
        place = head.index(name)
        values = {row[place] for row in rows}
        if len(values) == 1 and values != {None}:
            wb.change_map(root, kind, **{column: f"{rename(name)}|={values.pop()}"})
            head, *rows = wb.drop_columns([head, *rows], name)
    if kind in SPREAD and rows:
        (across, told), (below, column) = SPREAD[kind]
        wb.lay_out(root, f"{kind},2018,{column},unpivot,{told}|første dag")
        head, *rows = spread([head, *rows], across, below)
    parts = {kind: rows}
    if kind == "courses":
        place = head.index("Virksomhed")
        partners = {row[place]: [r for r in rows if r[place] == row[place]] for row in rows}
        sheets = {n: wb.drop_columns([head, *own], "Virksomhed") for n, own in partners.items()}
        wb.change_map(root, kind, enterprise_id=f"{rename('Virksomhed')}|=[ark]")
        sheets = {n: [[*map(rename, top)], *own] for n, (top, *own) in sheets.items()}
        wb.write_book(folder / "forløb.xlsx", {n: own for n, own in sheets.items() if "/" not in n})
        parts = {n.replace("/", "-"): own for n, own in partners.items() if "/" in n}
    if kind == "jobs":
        place = next(n for n, name in enumerate(head) if isinstance(rows[0][n], date))
        quarters = [f"{row[place].year}-{(row[place].month + 2) // 3}" for row in rows]
        pairs = [*zip(quarters, rows, strict=True)]
        parts = {f"job {q}": [row for own, row in pairs if own == q] for q in quarters}
    top = [rename(f"{h:%d-%m-%Y}" if isinstance(h, date) else h) for h in head]
    for name, own in parts.items():
        wb.write_csv(folder / f"{name}.csv", [["Udtræk"], [], top, *own], "cp1252")


CONSTANT = {
    "jobs": {"Kanal": "channel"},
    "attendance": {"Aftalte timer": "agreed_hours"},
    "progression": {"Arbejdsintensitet (%)": "intensity_pct", "Samtykke (J/N)": "has_consent"},
}
SPREAD = {
    "attendance": (("Uge", "week"), ("Fremmødte timer", "attended_hours")),
    "progression": (("Dato", "measured_on"), ("Timer pr. uge", "hours_per_week")),
}


def spread(cells, across, below):
    """Return cells with a column for each value of one, that hold the values of another."""
    head, *rows = cells
    places = [n for n, name in enumerate(head) if name not in (across, below)]
    tops = list(dict.fromkeys(row[head.index(across)] for row in rows))
    table = {}
    for row in rows:
        own = table.setdefault(tuple(row[n] for n in places), {})
        own[row[head.index(across)]] = row[head.index(below)]
    told = [[*key, *(own.get(top) for top in tops)] for key, own in table.items()]
    return [[*(head[n] for n in places), *tops], *told]


def write_texts(folder, year, partners, said="Skrevet."):
    """Write a sentence wherever the year's texts ask for one, and each partner's answers."""
    main(["new", str(year), "--project", str(folder), "--quiet"])
    texts = folder / f"data/raw/{year}/tekst"
    for path in texts.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        sentence = ("Status: fulgt\n" if "Opfølgning" in text else "") + said
        path.write_text(re.sub(r"<!--.*?-->", sentence, text, flags=re.DOTALL), encoding="utf-8")
    (texts / "partnere").mkdir(exist_ok=True)
    (section,) = [row for row in wb.read_csv(wb.MAPS / "sections.csv") if row["id"] == "partnere/*"]
    answers = "\n".join(f"## {part}\n\n{said}\n" for part in section["parts"].split(";"))
    for name in partners:
        path = texts / f"partnere/{make_id(name, {})}.md"
        path.write_text(answers, encoding="utf-8")
