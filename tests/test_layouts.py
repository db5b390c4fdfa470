"""Exports as case systems write them: CSV, parts, constants, words for nothing, report layouts.

Each is read by what the maps say, never by guess: one that is read, one that is asked about.
"""

import csv
import os
from datetime import date, datetime

import pytest

import workbooks as wb
from conftest import add_lines
from socok_analysis.cli.analyst import write_safely
from socok_analysis.core.problems import Proposal, describe_problems
from socok_analysis.run.build import prepare_year

YEAR = "data/raw/2019"
JOBS = wb.as_cells("jobs", [wb.job(1), wb.job(2)])


def tell(found):
    """Return what is said of errors, in one text."""
    said = ([p.check, p.place, p.message, p.found, p.advice, p.edit] for p in wb.errors(found))
    return "\n".join(map(" ".join, said))


def with_only(root, kind, **books):
    wb.make_project(root, **{kind: None})
    for name, sheets in books.items():
        wb.write_book(root / YEAR / f"{name}.xlsx", sheets)
    return root


WAYS = "utf-8 ;|utf-8-sig ;|cp1252 ;|latin-1 ;|utf-16 \t|utf-8 \t|cp1252 ,"


@pytest.mark.parametrize("way", WAYS.split("|"))
def test_a_csv_is_read_whatever_its_characters_and_separator_and_both_are_said(tmp_path, way):
    encoding, sign = way.split(" ")
    root = wb.make_project(tmp_path, jobs=None)
    row = wb.job(1, **{"Timer pr. uge": "7,5", "Målgruppe før ansættelse": 'Å; "b", ø©'})
    cells = [["Ansatte"], [], *wb.as_cells("jobs", [row])]
    wb.write_csv(root / YEAR / "udtræk.csv", cells, encoding, sign)
    found = wb.tidy(root)
    assert wb.checks(found) == []
    (job,) = found.tables["jobs"].to_dict("records")
    assert (job["job_id"], job["hours_per_week"]) == ("00001", 7.5)
    assert job["previous_target_group"] == 'Å; "b", ø©' and job["source_row"] == 4
    (told,) = [p.message for p in found.problems if p.check == "file.text"]
    names = {"cp1252": "Windows-1252", "latin-1": "Windows-1252", "utf-16": "UTF-16"}
    assert names.get(encoding, "UTF-8") in told and ("tab" in told) == (sign == "\t")


HEAD = ";".join(JOBS[0])
ODD_FILES = [
    ("x.csv", HEAD.encode().decode("cp1252").encode(), "gået i stykker"),
    ("x.csv", HEAD.encode("cp850"), "DOS"),
    ("x.csv", b"a,b;c\n1,2;3\n", "semikolon eller komma"),
    ("x.csv", b'a;b\n1;"x\n2;y\n3;z"\n', "anførselstegn"),
    ("x.csv", b'a;b\n1;"x\n', "anførselstegn"),
    ("x.csv", b'a;b;c\n1;"x"y;1,5\n2;z;2,5\n', "anførselstegn"),
    ("x.csv", b"a;b;c\n1;2\n3;4;5;6\n", "lige mange felter"),
    ("x.csv", b"a;b\n\x00\x01", "ikke en tekstfil"),
    ("x.csv", b"PK\x03\x04", "rigtige navn"),
    ("x.csv", b"", "tom"),
    ("x.xlsx", b"<html><table><tr><td>a", "HTML"),
    ("x.xlsx", HEAD.encode(), "navnet .csv"),
    ("x.xlsx", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "2003"),
    ("x.xlsx", b"", "gem den som .xlsx"),
    ("x.xlsx", b"PK\x05\x06" + bytes(18), "gem den som .xlsx"),
]
OTHERS = ("gammel.xls", "GAMMEL.XLS", "regneark.ods", "data.xlsb", "alt.zip", "skabelon.xltx")
ODD_FILES += [(name, b"\xd0\xcf\x11\xe0", "gem den som .xlsx") for name in OTHERS]


@pytest.mark.parametrize(("name", "content", "said"), ODD_FILES)
def test_a_file_that_cannot_be_read_says_what_it_is_and_what_to_do(tmp_path, name, content, said):
    root = wb.make_project(tmp_path)
    (root / YEAR / name).write_bytes(content)
    (problem,) = wb.errors(found := wb.tidy(root))
    check = "file.unreadable" if name[0] == "x" else "file.old_format"
    assert (problem.check, problem.file) == (check, name) and problem.advice
    assert said in f"{problem.message} {problem.advice}"
    assert wb.accounts(found)[name, ""] == (0, 0, 0, 0)


def test_a_csv_opened_wrongly_in_excel_is_told_as_what_it_is(tmp_path):
    garbled = [[str(v).encode().decode("cp1252") for v in JOBS[0]], *JOBS[1:]]
    lines = [[";".join(str(v or "") for v in row)] for row in JOBS]
    root = with_only(tmp_path, "jobs", a={"Ark1": garbled}, b={"Ark1": lines})
    said = tell(wb.tidy(root))
    assert "sheet.garbled" in said and "sheet.one_column" in said
    assert "|LÃ" not in said and "heading.unknown" not in said and "file.unrelated" not in said
    wb.write_csv(root / YEAR / "job.csv", [*JOBS, [*JOBS[1][:-1], "", "for meget"]])
    assert "column.nameless job.csv › M4" in tell(wb.tidy(root)), "a value that was split"


def test_prose_in_one_column_is_no_csv(tmp_path):
    prose = [
        "Vejledning",
        "Hent det i maj, juni, juli.",
        "Kig, ret, gem, luk.",
        "Er det ja, nej, x?",
    ]
    root = with_only(tmp_path, "jobs", a={"Ark1": JOBS, "Læs mig": [[text] for text in prose]})
    assert wb.checks(wb.tidy(root)) == []


def test_commas_in_quotes_do_not_hide_the_semicolons(tmp_path):
    cells = [["Udtræk, maj"], ["Job, alle"], *JOBS]
    lines = [";".join(f'"{value}"' for value in row).replace("Sumak", "Job, A/S") for row in cells]
    (wb.make_project(tmp_path) / YEAR / "job.csv").write_text("\n".join(lines), encoding="utf-8")
    (told,) = [p.message for p in wb.tidy(tmp_path).problems if p.check == "file.text"]
    assert "semikolon" in told


def test_sheets_and_files_of_one_kind_are_one_table_with_its_origins(tmp_path):
    sheets = {"VeteranHaven": JOBS, "Sumak": wb.as_cells("jobs", [wb.job(3)])}
    root = with_only(tmp_path, "jobs", q1=sheets)
    wb.write_csv(root / YEAR / "q2.csv", wb.as_cells("jobs", [wb.job(4)]), "cp1252")
    found = wb.tidy(root)
    assert wb.checks(found) == []
    assert all(table[wb.ORIGIN].notna().all().all() for table in found.tables.values())
    origins = found.tables["jobs"][wb.ORIGIN].values.tolist()
    assert origins[2:] == [["q1.xlsx", "Sumak", 2], ["q2.csv", "", 2]]
    (told,) = [p.message for p in found.problems if p.check == "table.parts"]
    assert "q1.xlsx › VeteranHaven" in told and "q2.csv" in told


def test_rows_in_two_parts_and_a_part_without_a_heading_are_errors_with_their_places(tmp_path):
    part = wb.as_cells("jobs", [wb.job(3), wb.job(2)])
    short = wb.drop_columns(wb.as_cells("jobs", [wb.job(4)]), "Kanal")
    root = with_only(tmp_path, "jobs", a={"Ark1": JOBS}, b={"Ark1": part}, c={"Ark1": short})
    found = wb.tidy(root)
    assert [p.file for p in wb.errors(found) if p.check == "heading.missing"] == ["c.xlsx"]
    (root / YEAR / "c.xlsx").unlink()
    (problem,) = wb.errors(found := wb.tidy(root))
    assert (problem.check, problem.place) == ("row.two_parts", "b.xlsx › Ark1 › A3")
    assert problem.found == "også a.xlsx › Ark1 › A3"


def test_a_copy_and_an_older_snapshot_are_named_and_set_aside(tmp_path):
    rows = [wb.job(n) for n in range(1, 6)]
    old = {"A": wb.as_cells("jobs", rows[:4])}
    new = {"A": wb.as_cells("jobs", [wb.job(1, Slutdato=date(2019, 9, 1)), *rows[1:]])}
    found = wb.tidy(with_only(tmp_path, "jobs", copy=new, new=new, old=old))
    told = [(p.check, p.file) for p in wb.errors(found)]
    assert told == [("table.double", "new.xlsx"), ("table.double", "old.xlsx")]
    assert "ældre" in wb.errors(found)[1].message and len(found.tables["jobs"]) == 5


def test_a_column_that_is_not_exported_may_be_the_same_for_all_or_the_sheets_name(tmp_path):
    bare = wb.drop_columns(JOBS, "Virksomhed", "Kanal")
    root = with_only(tmp_path, "jobs", job={"Sumak": bare})
    wb.change_map(root, "jobs", enterprise_id="=[ark]", channel="=Jobcenter")
    found = wb.tidy(root)
    assert wb.checks(found) == []
    columns = found.tables["jobs"][["enterprise_id", "channel"]]
    assert columns.values.tolist() == [["sumak", "jobcenter"]] * 2
    wb.change_map(root, "jobs", enterprise_id="=[fil]", channel="=Jobcentr")
    said = tell(wb.tidy(root))
    assert said.count("cell.") == 2 and "Jobcentr" in said and "maps/jobs.csv" in said


def test_a_fault_of_a_row_whose_column_is_given_names_the_row(tmp_path):
    rows = wb.as_cells("courses", [wb.course(Startdato=date(2014, 1, 6))])
    root = with_only(tmp_path, "courses", a={"VeteranHaven": wb.drop_columns(rows, "Virksomhed")})
    wb.change_map(root, "courses", enterprise_id="=[ark]")
    told = [p.cell for p in wb.tidy(root).problems if p.check == "course.outside_agreement"]
    assert told == ["A2"]


NOTHING = [
    ("courses", "Målgruppe", "NULL", "target_group"),
    ("courses", "Slutdato", datetime(9999, 12, 31), "ended_on"),
    ("courses", "Slutdato", datetime(2099, 12, 31), "ended_on"),
    ("courses", "Slutdato", "31.12.9999 00:00:00", "ended_on"),
    ("courses", "Målgruppe", "[tom]", "target_group"),
    ("courses", "Målgruppe", "…", "target_group"),
    ("courses", "Ydelse", "(tom)", "benefit"),
    ("courses", "Seneste opfølgning", "01-01-1900", "followed_up_on"),
    ("courses", "Timer pr. uge", "NULL", "hours_per_week"),
    ("jobs", "CPR-nr.", "-", "person_key"),
]


@pytest.mark.parametrize(("kind", "heading", "value", "column"), NOTHING)
def test_a_word_for_nothing_is_asked_about_with_its_line(tmp_path, kind, heading, value, column):
    row = {"courses": wb.running, "jobs": wb.job}[kind]() | {heading: value}
    root = wb.make_project(tmp_path, **{kind: [row]})
    (problem,) = wb.errors(wb.tidy(root))
    assert problem.column == column and "maps/layout.csv: " in problem.edit
    wb.lay_out(root, problem.edit.partition(": ")[2])
    found = wb.tidy(root)
    assert wb.checks(found) == [] and found.tables[kind][column].isna().all()


def test_pages_with_titles_headings_numbers_and_filters_again_are_one_table(tmp_path):
    title, foot = ["Ansatte 2019"], ["Side 1 af 2"]
    cells = [title, [], *JOBS, [], foot, title, [], JOBS[0], wb.as_cells("jobs", [wb.job(3)])[1]]
    cells += [["Side 2 af 2", None, "Udskrevet 03-04-2019"], ["Filter: alle"]]
    found = wb.read(tmp_path, jobs=cells)
    assert wb.checks(found) == [] and len(found.tables["jobs"]) == 3
    cells = [["2018"], *JOBS, [], ["2019"], *wb.as_cells("jobs", [wb.job(3)])]
    assert "table.second" in tell(wb.read(tmp_path, jobs=cells))


def test_a_label_in_the_first_row_of_its_group_is_filled_down_where_the_map_says_so(tmp_path):
    rows = [wb.course(), wb.course(**{"CPR-nr.": wb.cpr(2), "Virksomhed": None})]
    root = wb.make_project(tmp_path, courses=rows)
    place = wb.place("courses", "Virksomhed", 2)
    wb.edit_sheet(root / YEAR / "courses.xlsx", f"merge {place}:{place[0]}3")
    said = tell(wb.tidy(root))
    assert "health.merged_cells" in said and "Ny linje i maps/layout.csv: courses" in said
    wb.lay_out(root, "courses,2018,enterprise_id,fill_down,")
    found = wb.tidy(root)
    assert wb.checks(found) == [] and len(found.tables["courses"]) == 2


def test_a_groups_name_on_a_row_of_its_own_is_a_column_where_the_map_says_so(tmp_path):
    bare = wb.drop_columns(wb.as_cells("jobs", [wb.job(1), wb.job(2), wb.job(3)]), "Virksomhed")
    name = "Virksomhed: {}"
    cells = [bare[0], [name.format("Sumak")], *bare[1:3], ["Total", 2]]
    cells += [[name.format("VeteranHaven")], bare[3], ["Total", 1]]
    root = wb.make_project(tmp_path, jobs=cells)
    assert "heading.missing" in tell(wb.tidy(root))
    wb.lay_out(root, "jobs,2018,enterprise_id,fill_down,")
    assert "heading.missing" in tell(wb.tidy(root))
    (root / "data/raw/maps/layout.csv").unlink()
    wb.lay_out(root, "jobs,2018,enterprise_id,group_row,Virksomhed:")
    wb.change_map(root, "jobs", enterprise_id="")
    found = wb.tidy(root)
    assert wb.checks(found) == []
    assert found.tables["jobs"].enterprise_id.tolist() == ["sumak", "sumak", "veteranhaven"]


def test_values_beside_their_headings_are_read_where_they_can_be_those_of_one_alone(tmp_path):
    head, row = wb.as_cells("jobs", [wb.job(1, **{"CPR-nr.": wb.cpr(1)})])
    found = wb.read(tmp_path, jobs=[[head[0], None, *head[1:]], [None, *row]])
    assert wb.checks(found) == [] and found.tables["jobs"].job_id.tolist() == ["00001"]
    assert [p.cell for p in found.problems if p.check == "column.moved"] == ["B2"]
    cells = [[head[0], None, head[2], head[1], *head[3:]], [None, row[0], None, None, *row[3:]]]
    assert "cell.id jobs.xlsx › Ark1 › A2" in tell(wb.read(tmp_path, jobs=cells))
    wb.edit_sheet(tmp_path / YEAR / "jobs.xlsx", "merge A1:B1")
    assert "cell.id" not in tell(wb.tidy(tmp_path))
    cells = [[c for name in head for c in (name, None)], [c for v in row for c in (None, v)]]
    found = wb.read(tmp_path, jobs=cells)
    assert wb.checks(found) == [] and len(found.tables["jobs"]) == 1


DAY = date(2011, 1, 1)
ACTIVE = "Aktiv fra|Aktiv til|Tæller i mål (J/N)"
BESIDE = [
    ("enterprises", f"Navn|Type|{ACTIVE}", ["Ny", "Initiativ", None, DAY, None, "J"]),
    ("meetings", "Dato|Status (afholdt/aflyst)|Antal deltagere", [DAY, "Afholdt", None, 5]),
    ("grants", "Modtager|Bevilget dato|Giver||Kontakt", ["Sumak", DAY, None, "Gerda Fiktivsen"]),
]


@pytest.mark.parametrize(("kind", "heads", "row"), BESIDE)
def test_values_of_one_of_two_headings_or_of_none_are_asked_about(tmp_path, kind, heads, row):
    root = wb.make_project(tmp_path, **{kind: [[*heads.split("|")], row]})
    (names,) = wb.read_map(root, kind)
    unused = [column for column, name in names.items() if name not in (*heads.split("|"), "2018")]
    wb.change_map(root, kind, **dict.fromkeys(unused, "") | {"personal": "Kontakt"})
    found = wb.tidy(root)
    assert f"column.nameless {kind}.xlsx" in tell(found) and "Gerda" not in tell(found)
    assert not any(p.check == "column.moved" for p in found.problems)


def test_weeks_as_columns_are_rows_where_the_map_says_so(tmp_path):
    weeks = ["Uge 14, 2019", "2019-W15", "Uge 16"]
    cells = [["CPR-nr.", "Aftalte timer", *weeks], [wb.cpr(1), 10, 8, None, "9,5"]]
    cells += [[wb.cpr(2), 20, None, None, None], ["I alt", None, 8, None, 9]]
    root = wb.make_project(tmp_path, attendance=cells)
    assert "map.proposed" in tell(wb.tidy(root))
    wb.lay_out(root, "attendance,2018,attended_hours,unpivot,week|2019")
    wb.change_map(root, "attendance", week="", attended_hours="", absence_reason="")
    found = wb.tidy(root)
    assert "total.differs" in tell(found) and wb.checks(found)[0][1] == "E4"
    table = found.tables["attendance"]
    assert table[["week", "attended_hours"]].values.tolist() == [["2019-W14", 8], ["2019-W16", 9.5]]
    assert wb.accounts(found)["attendance.xlsx", "Ark1"] == (4, 1, 0, 3)
    cells[1][3] = "mange"
    wb.write_export(root, "attendance", cells)
    found = wb.tidy(root)
    assert wb.checks(found)[0] == ("cell.number", "D2")
    assert found.tables["attendance"].empty
    wb.write_export(root, "attendance", [[*cells[0][:2], "Fraværsårsag"], [wb.cpr(1), 10, None]])
    wb.change_map(root, "attendance", absence_reason="Fraværsårsag")
    found = wb.tidy(root)
    assert wb.checks(found)[0][0] == "heading.missing" and "unpivot" in tell(found)
    assert wb.accounts(found)["attendance.xlsx", "Ark1"] == (2, 0, 1, 1)


def test_weeks_into_a_new_year_are_of_the_year_above_them_or_asked_about(tmp_path):
    years = [None, None, 2019, None, 2020]
    cells = [["CPR-nr.", "Aftalte timer", "Uge 51", "Uge 52", "Uge 1"], [wb.cpr(1), 10, 8, None, 9]]
    root = wb.make_project(tmp_path, attendance=[years, *cells])
    wb.lay_out(root, "attendance,2018,attended_hours,unpivot,week|2019")
    wb.change_map(root, "attendance", week="", attended_hours="", absence_reason="")
    found = wb.tidy(root)
    assert wb.checks(found) == []
    assert found.tables["attendance"].week.tolist() == ["2019-W51", "2020-W01"]
    for heads in (cells[0], [*cells[0][:3], "2019-W51", "Uge 52"]):
        wb.write_export(root, "attendance", [heads, *cells[1:]])
        assert ("heading.repeated", "E1") in wb.checks(wb.tidy(root))
    wb.write_export(root, "attendance", [[*cells[0][:2], "Januar"], *cells[1:]])
    said = tell(wb.tidy(root))
    assert "unpivot i layout.csv" in said and "Cellen i rækken" not in said


def test_months_as_columns_and_partners_as_columns(tmp_path):
    cells = [["CPR-nr.", "Virksomhed", "Arbejdsintensitet (%)", "jan. 2019", datetime(2019, 2, 1)]]
    cells += [[wb.cpr(1), "Sumak", "80 %", 10, 12]]
    root = wb.make_project(tmp_path, progression=cells)
    wb.lay_out(root, "progression,2018,hours_per_week,unpivot,measured_on|første dag")
    wb.change_map(root, "progression", hours_per_week="", measured_on="", has_consent="")
    table = wb.tidy(root).tables["progression"]
    assert table.measured_on.tolist() == [date(2019, 1, 1), date(2019, 2, 1)]
    head = ["Giver", "Bevilget dato", "Sumak", "VeteranHaven"]
    wb.write_export(root, "grants", [head, ["Staten", date(2019, 5, 1), 1000, 2000]])
    wb.lay_out(root, "grants,2018,amount_dkk,unpivot,enterprise_id|Sumak|VeteranHaven")
    blank = "enterprise_id amount_dkk period_from period_to grant_kind purpose"
    wb.change_map(root, "grants", **dict.fromkeys(blank.split(), ""))
    found = wb.tidy(root)
    assert found.tables["grants"].amount_dkk.tolist() == [1000, 2000]


def test_year_and_week_in_two_columns_and_reasons_in_several(tmp_path):
    cells = [["CPR-nr.", "År", "Uge", "Aftalte timer"], [wb.cpr(1), 2019, 4, 10]]
    root = wb.make_project(tmp_path, attendance=cells)
    wb.lay_out(root, "attendance,2018,week,join,År|Uge")
    wb.lay_out(root, "courses,2018,exit_reasons,codes,Årsag 1|Årsag 2")
    wb.change_map(root, "attendance", week="", attended_hours="", absence_reason="")
    wb.change_map(root, "courses", exit_reasons="")
    rows = wb.as_cells("courses", [wb.course(), wb.running(**{"CPR-nr.": wb.cpr(2)})])
    head, ended, still = wb.drop_columns(rows, "Afslutningsårsag")
    cells = [[*head, "Årsag 1", "Årsag 2"], [*ended, "Fleksjob", "Barsel"], [*still]]
    wb.write_export(root, "courses", cells)
    found = wb.tidy(root)
    assert wb.checks(found) == []
    assert found.tables["attendance"].week.tolist() == ["2019-W04"]
    assert found.tables["exits"].exit_reason.tolist() == ["fleksjob", "barsel"]
    wb.write_export(root, "courses", [row[:-1] for row in cells])
    assert "“Årsag 2” mangler" in tell(wb.tidy(root))


def test_a_group_may_be_named_without_words_in_front_and_a_line_that_is_there_is_not_proposed(
    tmp_path,
):
    names = ("CPR-nr.", "Startdato", "Timer pr. uge")
    head, *rows = wb.as_cells("courses", [wb.running(**{"CPR-nr.": wb.cpr(n)}) for n in range(3)])
    gone = [name for name in head if name not in names]
    head, *rows = wb.drop_columns([head, *rows], *gone)
    cells = [head, ["VeteranHaven"], *rows[:2], ["I alt", 2], ["Sumak"], rows[2], ["Note: slut"]]
    root = wb.make_project(tmp_path, courses=cells)
    columns = wb.read_map(root, "courses")[0]
    keep = {"valid_from": "2018", "person_key": "CPR-nr.", "started_on": "Startdato"}
    keep |= {"hours_per_week": "Timer pr. uge"}
    wb.change_map(root, "courses", **(dict.fromkeys(columns, "") | keep))
    wb.lay_out(root, "courses,2018,enterprise_id,group_row,")
    found = wb.tidy(root)
    assert wb.checks(found) == []
    assert found.tables["courses"].enterprise_id.tolist() == ["veteranhaven"] * 2 + ["sumak"]
    wb.write_export(root, "courses", [head, *rows])
    said = tell(wb.tidy(root))
    assert "Virksomhed: Værdien mangler" in said and "fill_down" not in said


def test_a_column_that_some_parts_lack_is_kept_in_the_others_by_the_line_that_is_proposed(tmp_path):
    ended = wb.as_cells("jobs", [wb.job(1, Slutdato=date(2019, 9, 1))])
    short = wb.drop_columns(wb.as_cells("jobs", [wb.job(2)]), "Slutdato")
    root = with_only(tmp_path, "jobs", a={"Ark1": ended}, b={"Ark1": short})
    (problem,) = wb.errors(wb.tidy(root))
    assert problem.place == "b.xlsx › Ark1 › A1" and problem.edit.endswith(": Slutdato|=")
    wb.change_map(root, "jobs", ended_on=problem.proposal.line)
    found = wb.tidy(root)
    assert wb.checks(found) == [] and found.tables["jobs"].ended_on.notna().tolist() == [
        True,
        False,
    ]
    wb.change_map(root, "jobs", ended_on="Slutdato")
    wb.edit_sheet(root / YEAR / "b.xlsx", "Z2=03-04-2019")
    assert all(not p.proposal for p in wb.errors(wb.tidy(root))), "maybe the heading alone is gone"
    (root / YEAR / "a.xlsx").unlink()
    (root / YEAR / "b.xlsx").unlink()
    (problem,) = wb.errors(wb.tidy(root))
    assert problem.check == "export.missing" and "unpivot" not in problem.expected
    wb.change_map(root, "jobs", ended_on="", channel="=Jobcenter")
    (problem,) = wb.errors(wb.tidy(root))
    assert "Slutdato" not in problem.expected and "Kanal" not in problem.expected


def test_reasons_joined_by_a_word_are_several_and_an_amount_with_two_readings_is_asked_about(
    tmp_path,
):
    amounts = {"500,000": None, "1.500,000 kr.": 1500, "kr. 2,500": None, "0,500": 0.5}
    root = wb.make_project(
        tmp_path,
        courses=[wb.course(Afslutningsårsag="Fleksjob og Løntilskud")],
        grants=[wb.grant(Beløb=text, Giver=text) for text in amounts],
    )
    found = wb.tidy(root)
    assert found.tables["exits"].exit_reason.tolist() == ["fleksjob", "loentilskud"]
    assert found.tables["grants"].amount_dkk.tolist() == [1500, 0.5]
    assert [check for check, _ in wb.checks(found)] == ["cell.number"] * 2
    assert "mellem tusinder" in tell(found)


LAYOUTS = [
    ("jobs,2018,kanal,fill_down,", "ikke en kolonne"),
    ("job,2018,channel,fill_down,", "ikke et udtræk"),
    ("jobs,2018,channel,filldown,", "fill_down"),
    ("jobs,2018,channel,codes,A|B", "codes passer ikke"),
    ("attendance,2018,attended_hours,unpivot,uge", "unpivot skal nævne"),
    ("attendance,2018,week,join,", "argument"),
]


@pytest.mark.parametrize(("line", "said"), LAYOUTS)
def test_a_faulty_line_of_the_layout_is_named(tmp_path, line, said):
    root = wb.make_project(tmp_path)
    wb.lay_out(root, line)
    with pytest.raises(wb.DataError) as caught:
        wb.tidy(root)
    (problem,) = caught.value.problems
    assert problem.file == "maps/layout.csv" and problem.cell == "A2"
    assert said in f"{problem.message} {problem.expected}"


def test_a_new_code_is_asked_about_column_by_column_and_not_quoted_where_it_may_be_a_name(tmp_path):
    courses = [wb.course(Afslutningsårsag="Sejlede til Marstal")]
    (problem,) = wb.errors(wb.read(tmp_path, courses=courses))
    wanted = "(teksten i cellen),(kode),,,(group),(success_narrow),(success_wide),(sensitive)"
    assert wanted in problem.edit and "codes/exit_reasons.csv" in problem.edit
    assert all(f"{name}: " in problem.advice for name in ("group", "success_wide", "sensitive"))
    assert "Marstal" not in str(problem)


def test_an_export_of_another_system_has_its_map_proposed_and_is_read_with_it(tmp_path):
    ours = "Løbenr.|CPR-nr.|Virksomhed|Ansættelsesform|Ansættelsesdato|Slutdato|Timer pr. uge|Kanal"
    theirs = "Nr|Borger|Firma|Type|Fra|Til|Timer|Vej|Kontakt"
    end = date(2019, 9, 1)
    rows = [wb.job(n, Slutdato=end, **{"CPR-nr.": wb.cpr(n), "Timer pr. uge": 9}) for n in (1, 2)]
    cells = [theirs.split("|"), *([*map(row.get, ours.split("|")), "Gerda"] for row in rows)]
    root = wb.make_project(tmp_path, jobs=cells)
    (problem,) = [p for p in wb.errors(wb.tidy(root)) if p.check == "map.proposed"]
    line = problem.edit.partition("maps/jobs.csv: ")[2]
    assert line == "2019,Nr,Borger,Firma,Type,Fra,Til,Timer,,Vej,,,,Kontakt"
    add_lines(root / "data/raw/maps/jobs.csv", line)
    found = wb.tidy(root)
    assert wb.checks(found) == [] and len(found.tables["jobs"]) == 2


def test_a_proposed_line_is_written_by_the_names_of_the_lists_own_columns(tmp_path):
    rows = [wb.course(Afslutningsårsag="Fleks-job", Målgruppe="NULL"), wb.running()]
    rows[1]["CPR-nr."] = wb.cpr(2)
    root = wb.make_project(tmp_path, courses=wb.drop_columns(wb.as_cells("courses", rows), "Tolk"))
    wb.lay_out(root)
    for name in ("codes/exit_reasons", "courses", "layout"):
        path = root / f"data/raw/maps/{name}.csv"
        cells = [line[::-1] for line in csv.reader(path.read_text("utf-8").splitlines())]
        wb.write_csv(path, cells)
    for problem in [p for p in wb.errors(wb.tidy(root)) if p.proposal]:
        write_safely(problem.proposal, root / "data/raw" / problem.proposal.file, root, 2019)
    found = wb.tidy(root)
    assert wb.checks(found) == [] and found.tables["exits"].exit_reason.tolist() == ["fleksjob"]
    wb.change_map(root, "jobs", started_on="Ansat den")
    (row,) = wb.read_map(root, "jobs")
    wb.write_map(root, "jobs", [{name: row[name] for name in row if name != "channel"}])
    line = Proposal("maps/jobs.csv", ("2019", "Vej"), ("valid_from", "channel"))
    with pytest.raises(wb.DataError, match="mangler kolonnen channel"):
        write_safely(line, root / "data/raw/maps/jobs.csv", root, 2019)


def test_signs_that_turn_or_hide_text_are_written_out_wherever_they_are_told(tmp_path):
    turned = "Sy\u202eskov"
    root = wb.make_project(tmp_path, jobs=[wb.job(1, Virksomhed=turned)])
    wb.write_book(root / YEAR / "g\u2066.xlsx", {turned: [["a", "b"]]})
    (root / YEAR / os.fsdecode(b"gr\xf8n.csv")).write_bytes(b"a;b\n1;2\n")
    with pytest.raises(wb.DataError):
        prepare_year(root, 2019)
    folder, names = root / "data/processed/2019", ("problems.csv", "udtraek.html", "intake.csv")
    said = [(folder / name).read_text(encoding="utf-8") for name in names]
    said.append(describe_problems(wb.tidy(root).problems))
    assert all("\u202e" not in each and "\u2066" not in each for each in said)
    assert "file.name" in said[0] and "\\u2066" in said[0] and "\\udcf8" in said[0]


def test_a_number_far_outside_is_named_by_its_own_cell_and_odd_cvr_numbers_are_flagged(tmp_path):
    numbers = ["CVR-nr.", "12345678", "29189994", "1234567"]
    rows = [wb.enterprise(), wb.enterprise("Sumak"), wb.enterprise("Tredje")]
    rows = [row | {numbers[0]: number} for row, number in zip(rows, numbers[1:], strict=True)]
    wb.make_project(tmp_path, enterprises=rows)
    wb.edit_sheet(tmp_path / YEAR / "jobs.xlsx", "Z40=7")
    found = wb.tidy(tmp_path)
    assert wb.checks(found) == [("row.outside", "Z40")]
    assert [p.cell for p in found.problems if p.check == "enterprise.cvr"] == ["C2", "C4"]
