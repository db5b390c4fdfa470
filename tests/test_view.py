"""The page of the sheets as they were read: what it shows, what it hides, how it holds together."""

import base64
import hashlib
import re
from datetime import date
from html import unescape

import pytest

import workbooks as wb
from socok_analysis.intake.view import HIDDEN, render_overview

YEAR = "data/raw/2019"
PERSONAL = {
    "CPR-nr.": wb.cpr(7777),
    "Navn": "Zebrine Kvaksalver",
    "Sagsbehandler": "Ottokar Zinober",
    "Bemærkning": "Zylinderhat i omstillingen",
    "CVR-nr.": "87654321",
    "Afdeling": "Gemmestedet",
    "Målgruppe": "Kvindeligmisbrug",
    "Veteran": "ja",
    "Ydelse": "Sygedagpenge",
}


def render(found):
    return render_overview(2019, found.problems, found.accounts, found.sheets)


def view(found, file="jobs.xlsx"):
    (sheet,) = [each for each in found.sheets if each.file == file]
    return sheet


def test_every_row_is_shown_with_its_number_and_what_became_of_it(tmp_path):
    jobs = wb.as_cells("jobs", [wb.job(1), wb.job(2, Kanal="Vej")])
    found = wb.read(tmp_path, jobs=[["Titel"], *jobs, ["I alt", 2], [], ["En note"]])
    told = "1 skipped, 2 heading, 3 kept, 4 aside, 5 total, 7 skipped"
    assert ", ".join(f"{row.number} {row.state}" for row in view(found).rows) == told


def test_values_are_shown_as_a_danish_excel_shows_them(tmp_path):
    row = wb.grant(Beløb=1234.5, **{"Periode fra": date(2019, 1, 2), "Formål": "a" * 70})
    sheet = view(wb.read(tmp_path, grants=[row]), "grants.xlsx")
    texts = [cell.text for cell in sheet.rows[1].cells]
    assert texts[:5] == ["Sumak", "En fond", "1234,5", "01-05-2019", "02-01-2019"]
    assert texts[-1] == HIDDEN or len(texts[-1]) <= 60


@pytest.mark.parametrize("is_faulty", [False, True])
def test_nothing_personal_is_on_the_page(tmp_path, is_faulty):
    row = wb.course(**PERSONAL, **({"Startdato": "Zebrine Kvaksalver"} if is_faulty else {}))
    job = wb.job(1, **{"CPR-nr.": wb.cpr(7777)})
    page = render(wb.read(tmp_path, courses=[row], jobs=[job]))
    words = "Zebrine Kvaksalver Ottokar Zinober Zylinderhat 610180 87654321 Gemmestedet "
    assert not [each for each in (words + "Kvindeligmisbrug Sygedagpenge").split() if each in page]
    assert "CPR-nr." in page and HIDDEN in page


def test_unknown_headings_nameless_columns_titles_and_notes_are_hidden(tmp_path):
    head, row = wb.as_cells("jobs", [wb.job(1)])
    title, note = ["Trukket af Vips Vupsen"], ["Vips Vups"]
    cells = [title, [*head, "Vips", None], [*row, "Vups", "Vips Vups"], [], note]
    page = render(wb.read(tmp_path, jobs=cells))
    assert "Vips" not in page and "Vups" not in page


def test_a_copy_of_a_table_is_not_read_and_not_shown(tmp_path):
    root = wb.make_project(tmp_path)
    wb.write_book(root / YEAR / "jobs2.xlsx", {"Ark1": wb.as_cells("jobs", [wb.job(1)])})
    head, row = view(wb.tidy(root), "jobs2.xlsx").rows
    assert (head.state, row.state) == ("heading", "aside")
    assert {cell.text for cell in row.cells} == {"", HIDDEN}


def test_a_value_that_may_be_quoted_is_shown_where_it_stands_with_its_advice(tmp_path):
    page = render(wb.read(tmp_path, jobs=[wb.job(1, Ansættelsesdato="medio 2019")]))
    assert re.search(r'<td id="ark\d+-F2" class="fault">.*?medio 2019', page)
    assert page.count("Skriv den bestemte dag.") == 2
    assert "rettelser.csv: jobs.xlsx,Ark1,række 2,Ansættelsesdato,medio 2019" in page


def test_the_account_on_the_page_is_that_of_the_file(tmp_path):
    found = wb.read(tmp_path, jobs=[wb.job(1), wb.job(2, Kanal="Vej")])
    page = unescape(re.sub(r"<[^>]+>", " ", render(found)))
    seen, kept, held, skipped = wb.accounts(found)["jobs.xlsx", "Ark1"]
    counts = rf"\s+{seen}\s+{kept}\s+{held}\s+{skipped}"
    state = '<tr class="aside"><th scope="row">3 <span class="label">sat til side'
    assert state in render(found), "told in words and not by colour alone"
    assert re.search(rf"jobs.xlsx › Ark1\s+ansættelser{counts}", page)


def test_what_a_workbook_says_is_text_on_the_page(tmp_path):
    evil = "<script>alert(1)</script>"
    register = [*wb.default_rows("enterprises"), wb.enterprise(f"Cafe {evil}")]
    page = render(wb.read(tmp_path, enterprises=register, grants=[wb.grant(Giver=evil)]))
    assert "<script" not in page and "&lt;script&gt;" in page


def test_the_page_fetches_and_runs_nothing_and_its_policy_lets_its_own_style_through(tmp_path):
    page = render(wb.read(tmp_path))
    assert "default-src 'none'" in page and "script" not in page and "http://" not in page
    assert not re.search(r"(src|href)=\"(?!#)", page) and "url(" not in page
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.replace("&#39;", "'").replace("&#43;", "+")
    assert render(wb.tidy(tmp_path)) == page


def test_a_long_sheet_is_bounded_and_says_so_and_every_link_leads_to_a_place_on_the_page(tmp_path):
    jobs = [wb.job(n, Kanal="Vej" if n % 2 else "Jobcenter") for n in range(1, 700)]
    jobs += [wb.job(n, Kanal="Vej", **{"Timer pr. uge": "<5"}) for n in range(700, 703)]
    found = wb.read(tmp_path, jobs=jobs)
    sheet, page = view(found), render(found)
    assert len(sheet.rows) <= 200
    shown = len(sheet.rows) + sheet.left_out + sum(row.left_out for row in sheet.rows)
    assert shown == 703 and re.search(r"\d+ rækker ikke vist", page)
    targets, places = (re.findall(rf'{name}="#?([^"]+)"', page) for name in ("href", " id"))
    assert len(targets) > 10 and set(targets) <= set(places) and len(places) == len(set(places))
