"""Declared corrections: applied before parsing, told, and an error once they no longer fit."""

import json
from datetime import date

import pytest

import workbooks as wb
from conftest import add_lines
from socok_analysis.core.problems import DataError
from socok_analysis.run.build import prepare_year

YEAR = "data/raw/2019"
NAMES = "fil,ark,nøgle,kolonne,fra,til,grund,dato,besluttet_af"
WHY = "Tastefejl,03-05-2020,teamleder"
VAGUE = {"jobs": [wb.job(1, Ansættelsesdato="medio 2019"), wb.job(2)]}
RIGHT = f"jobs.xlsx,Ark1,00001,Ansættelsesdato,medio 2019,17-06-2019,{WHY}"


def with_corrections(root, *lines, names=NAMES, **tables):
    wb.make_project(root, **tables)
    (root / YEAR / "rettelser.csv").write_text("\n".join([names, *lines, ""]), encoding="utf-8")
    return wb.tidy(root)


def test_a_correction_is_applied_before_the_cell_is_parsed_and_told_with_its_reason(tmp_path):
    found = with_corrections(tmp_path, RIGHT, **VAGUE)
    assert wb.checks(found) == [] and found.tables["jobs"].started_on[0] == date(2019, 6, 17)
    (told,) = [p for p in found.problems if p.check == "correction.applied"]
    assert (told.severity, told.cell) == ("info", "F2")
    assert (told.found, told.expected) == ("medio 2019", "17-06-2019")
    assert "Tastefejl" in told.message and "linje 2" in told.message


def test_corrections_stand_in_the_manifest_and_a_changed_one_makes_the_tables_anew(tmp_path):
    with_corrections(tmp_path, RIGHT, **VAGUE)
    assert prepare_year(tmp_path, 2019).is_new and not prepare_year(tmp_path, 2019).is_new
    manifest = json.loads((tmp_path / "data/processed/2019/manifest.json").read_text("utf-8"))
    assert [each["grund"] for each in manifest["corrections"]] == ["Tastefejl"]
    assert f"{YEAR}/rettelser.csv" in manifest["inputs"]["files"]
    path = tmp_path / YEAR / "rettelser.csv"
    path.write_text(path.read_text("utf-8").replace("17-06", "18-06"), encoding="utf-8")
    assert prepare_year(tmp_path, 2019).is_new


def test_a_date_is_told_in_any_spelling_a_blank_cell_filled_and_a_filled_one_blanked(tmp_path):
    olds = ["01-03-2019", "1/3-2019", "2019-03-01", "43525"]
    jobs = [wb.job(n, **({"Ansættelsesdato": 43525} if n == 3 else {})) for n in range(4)]
    jobs[1] |= {"Slutdato": date(2019, 6, 6)}
    line = "jobs.xlsx,,0000{},Ansættelsesdato,{},02-03-2019," + WHY
    lines = [line.format(n, old) for n, old in enumerate(olds)]
    lines.append(f"jobs.xlsx,,0,Slutdato,,05-05-2019,{WHY}")
    lines.append(f"jobs.xlsx,,1,Slutdato,06-06-2019,,{WHY}")
    found = with_corrections(tmp_path, *lines, jobs=jobs)
    table = found.tables["jobs"]
    assert wb.checks(found) == [] and set(table.started_on) == {date(2019, 3, 2)}
    assert table.ended_on[0] == date(2019, 5, 5) and table.ended_on.isna()[1]


def test_each_kind_has_its_key_and_every_row_its_number(tmp_path):
    lines = [
        f"agreements.xlsx,,a-1,Pladser,8,9,{WHY}",
        f"enterprises.xlsx,Ark1,sumak,Type,Initiativ,Frivilligt sted,{WHY}",
        f"courses.xlsx,,række 2,Timer pr. uge,10,12,{WHY}",
        f"jobs.xlsx,,række 2,channel,Jobcenter,Netværk,{WHY}",
        f"jobs.xlsx,,1,Virksomhed,Sumakk,Sumak,{WHY}",  # without the zeros that Excel took
    ]
    found = with_corrections(tmp_path, *lines, jobs=[wb.job(1, Virksomhed="Sumakk")])
    assert wb.checks(found) == []
    assert found.tables["agreements"].places[0] == 9
    assert found.tables["enterprises"].enterprise_type[1] == "frivilligt"
    assert found.tables["courses"].hours_per_week[0] == 12
    assert found.tables["jobs"].channel[0] == "netvaerk"


def test_a_printed_total_can_be_corrected_with_its_rows(tmp_path):
    rows = [wb.job(1, **{"Timer pr. uge": 30}), {"Løbenr.": "I alt", "Timer pr. uge": 30}]
    line = "jobs.xlsx,,række {},Timer pr. uge,30,20," + WHY
    found = with_corrections(tmp_path, line.format(2), jobs=rows)
    assert wb.checks(found) == [("total.differs", "H3")]
    found = with_corrections(tmp_path, line.format(2), line.format(3), jobs=rows)
    assert wb.checks(found) == []


MISFITS = """
    jobs.xlsx,,00001,Kanal,Opslag,Netværk,why            | stale    | J2. Den står nu kun i række 3.
    jobs.xlsx,,00009,Kanal,Jobcenter,Opslag,why            | row      | Ingen række
    jobs.xlsx,,række 9,Kanal,Jobcenter,Opslag,why          | row      | Række 9
    courses.xlsx,,12,Timer pr. uge,10,12,why               | row      | ved sit nummer
    job.xlsx,,00001,Kanal,Jobcenter,Opslag,why             | file     | “jobs.xlsx”
    jobs.xlsx,Ark2,00001,Kanal,Jobcenter,Opslag,why        | file     | “Ark1”
    jobs.xlsx,,00001,Kanalen,Jobcenter,Opslag,why          | column   | “Kanal”
    jobs.xlsx,,00001,P-nr.,,1,why                          | column   | ikke i tabellen
    jobs.xlsx,,00001,CPR-nr.,,x,why                        | personal | personoplysninger
    courses.xlsx,,række 2,Navn,x,y,why                     | personal | personoplysninger
    courses.xlsx,,række 2,person_key,x,y,why               | personal | personoplysninger
    jobs.xlsx,,00001,Kanal,Jobcenter,Opslag,Fiktiva Opdigtsen sagde det,03-05-2020,x|personal|navn
    jobs.xlsx,,00001,Kanal,Jobcenter,Opslag,Fejl,03-05-2020,      | incomplete | besluttet_af
""".replace("why", WHY)


@pytest.mark.parametrize("misfit", MISFITS.split("\n")[1:-1])
def test_a_correction_that_does_not_fit_is_an_error_at_its_line(tmp_path, misfit):
    line, check, says = (each.strip() for each in misfit.split("|"))
    jobs = [wb.job(1), wb.job(2, Kanal="Opslag")]
    (problem,) = wb.errors(with_corrections(tmp_path, line, jobs=jobs))
    assert (problem.check, problem.file) == (f"correction.{check}", "rettelser.csv")
    assert problem.cell == "A2" and says in problem.message


def test_two_corrections_of_one_cell_and_a_key_of_two_rows_are_errors(tmp_path):
    lines = [f"jobs.xlsx,,{key},Kanal,Jobcenter,Opslag,{WHY}" for key in ("00001", "række 2", "7")]
    jobs = [wb.job(1), {**wb.job(2), "Løbenr.": "7"}, {**wb.job(3), "Løbenr.": "7"}]
    found = with_corrections(tmp_path, *lines, jobs=jobs)
    twice, row = [p for p in wb.errors(found) if p.file == "rettelser.csv"]
    assert (twice.check, twice.cell) == ("correction.twice", "A3")
    assert row.check == "correction.row" and "3, 4" in row.message


def test_two_tables_in_a_file_are_told_apart_by_the_sheet(tmp_path):
    sheets = {kind: wb.as_cells(kind, wb.default_rows(kind)) for kind in ("jobs", "agreements")}
    wb.write_book(tmp_path / YEAR / "alt.xlsx", sheets)
    for name, expected in (("", [("correction.file", "A2")]), ("Agreements", [])):
        line = f"alt.xlsx,{name},A-1,Pladser,8,9,{WHY}"
        found = with_corrections(tmp_path, line, **dict.fromkeys(sheets))
        assert wb.checks(found) == expected


def test_a_corrected_name_in_the_register_holds_in_the_other_exports(tmp_path):
    line = f"enterprises.xlsx,,Sumack,Navn,Sumack,Sumak,{WHY}"
    register = [wb.enterprise("VeteranHaven"), wb.enterprise("Sumack")]
    assert wb.checks(with_corrections(tmp_path, line, enterprises=register)) == []


def test_what_a_correction_says_of_a_person_is_never_quoted(tmp_path):
    row = wb.course(**{"Målgruppe": "Fiktiva Opdigtsen"})
    line = f"courses.xlsx,,række 2,Målgruppe,Fiktiva Opdigtsen,Veteran,{WHY}"
    found = with_corrections(tmp_path, line, courses=[row])
    assert "Fiktiva" not in wb.texts(found) and "correction.personal" in str(wb.checks(found))


@pytest.mark.parametrize("between", ",;")
def test_the_line_once_filled_in_settles_it_also_below_the_semicolons_of_excel(tmp_path, between):
    (problem,) = wb.errors(wb.read(tmp_path / "før", **VAGUE))
    told = "jobs.xlsx,Ark1,række 2,Ansættelsesdato,medio 2019,(rigtig værdi),(grund),(dato),(hvem)"
    assert problem.edit == f"Eller ny linje i rettelser.csv: {told}"
    line = problem.edit.split(": ", 1)[1].replace("(rigtig værdi)", "17-06-2019")
    names, line = NAMES.replace(",", between), line.replace("(dato)", "03-05-2020")
    assert wb.checks(with_corrections(tmp_path / "efter", line, names=names, **VAGUE)) == []


def test_a_label_near_a_known_one_comes_with_the_line_for_its_list(tmp_path):
    (problem,) = wb.errors(wb.read(tmp_path, jobs=[wb.job(1, Kanal="Netværket")]))
    assert problem.edit.endswith("Netværket,netvaerk,,,other")
    add_lines(tmp_path / "data/raw/maps/codes/channels.csv", problem.edit.split(": ")[1])
    assert wb.checks(wb.tidy(tmp_path)) == []


def test_a_spelling_near_a_known_one_comes_with_the_alias_to_add_and_is_quoted_if_short(tmp_path):
    names = ["Veteranhavn", "VeteranHaven ved Fiktiva Opdigtsen på hjørnet"]
    rows = [wb.job(n, Virksomhed=name) for n, name in enumerate(names, 1)]
    short, long = wb.errors(wb.read(tmp_path, jobs=rows))
    tell = "Er det VeteranHaven, så tilføj {} i enterprises.xlsx › Ark1 › B2"
    old = "Veteran Haven; Veteranhaven Slagelse"
    line = f"enterprises.xlsx,Ark1,række 2,Alias,{old},{old}; Veteranhavn,(grund),(dato),(hvem)"
    assert short.edit == f"{tell.format('“Veteranhavn”')}, eller ny linje i rettelser.csv: {line}"
    assert long.advice.endswith(f"{tell.format('cellens tekst')}.") and not long.edit
    assert "Mente du “VeteranHaven”?" in long.message and "Fiktiva" not in str(long)


def test_a_blank_cell_and_one_of_several_reasons_have_their_line_and_a_person_none(tmp_path):
    rows = [wb.course(Afslutningsårsag="Fleksjob; Fængslet"), wb.course(**{"CPR-nr.": "123"})]
    rows.append(wb.course(**{"CPR-nr.": wb.cpr(2), "Ydelse": wb.cpr(3)}))
    rows.append(wb.course(Startdato="Fiktiva Opdigtsen"))
    found = wb.read(tmp_path, courses=rows, jobs=[wb.job(1, Kanal=None)])
    edits = [problem.edit for problem in wb.errors(found) if problem.edit]
    assert len(edits) == 2 and "Fængslet,faengsel,,," in edits[0]
    assert "række 2,Kanal,,(rigtig værdi)" in edits[1]


def test_the_line_is_stored_with_the_advice(tmp_path):
    wb.make_project(tmp_path, **VAGUE)
    with pytest.raises(DataError):
        prepare_year(tmp_path, 2019)
    text = (tmp_path / "data/processed/2019/problems.csv").read_text("utf-8")
    assert "Skriv den bestemte dag. Eller ny linje i rettelser.csv" in text
