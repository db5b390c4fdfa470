"""Texts as data: parts, gaps, what may not stand bare, stories, and blocks of section pages."""

import re
from dataclasses import replace
from datetime import date

import pytest

from conftest import ROOT, add_lines, edit
from pages import make_page as make_shown
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.core.year import read_year
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.texts import Words, check_text, parse_text, read_stories
from socok_analysis.run.make import check_exhibits, find_gaps
from socok_analysis.show.page import Page
from socok_analysis.show.text import (
    SENTENCES,
    TABLES,
    link_section,
    list_linted,
    list_points,
    render_part,
    require_part,
    show_point,
)
from workbooks import write_settings

HEAD = (
    "id,number,title,kind,page,order,parts,tables,charts,valid_from,valid_to\n"
    "6-1-a,6.1,Punkt A,indsats,samlet,61,Indledning;Siden sidst;Opsummering;Anbefaling,,,,\n"
    "netvaerk,4,Netværk,side,,40,Indledning,,,2019,\n"
    "anbefalinger,7,Anbefalinger,side,,80,Indledning,,,,\n"
    "steder/*,,,virksomhed,,21,Om,,,2019,\n"
)
SECTIONS = "data/raw/maps/sections.csv"
COUNT = '{{ tal("jobs.total") }}'
WHOLE = "# 6.1 Punkt A\n\n## Indledning\n\nHvad det handler om.\n\n"
WHOLE += f"## Siden sidst\n\nDer kom {COUNT}.\n\n## Opsummering\n\nI alt {COUNT}.\n\n"
WHOLE += "## Anbefaling\n\nGør "


@pytest.fixture
def small(tmp_path):
    """A project of two years with four sections, all texts written."""
    write(tmp_path / SECTIONS, HEAD)
    for year in (2018, 2019):
        write_settings(tmp_path, year, report={"period_start": date(year, 1, 1)})
        write_text(tmp_path, year, "anbefalinger", "# 7\n\n## Indledning\n\nSamlet.\n")
    write_text(tmp_path, 2018, "6-1-a", f"{WHOLE}mere.\n")
    reply = "\n## Opfølgning\n\nStatus: delvist fulgt\n\nNoget skete.\n"
    write_text(tmp_path, 2019, "6-1-a", f"{WHOLE}det igen.\n{reply}")
    write_text(tmp_path, 2019, "netvaerk", "# 4\n\n## Indledning\n\nMøder.\n")
    write_text(tmp_path, 2019, "steder/hus", "# Hus\n\n## Om\n\nEt hus.\n")
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_text(root, year, name, text):
    write(root / f"data/raw/{year}/tekst/{name}.md", text)


def make_page(root, edition="public", section="6-1-a"):
    """Return a page of 2019 whose figures are 64 jobs in 2018 and 129 in 2019."""
    page = make_shown(Figure("jobs.total", 129), earlier=[Figure("jobs.total", 64)])
    page = replace(page, edition=edition, section=section, pages={"samlet"})
    words = {number: Words(root, number) for number in (2018, 2019)}
    return replace(page, words=words, evidence=None)


def replace_in(root, year, name, old, new):
    edit(root / f"data/raw/{year}/tekst/{name}.md", old, new)


def told(problems):
    return "\n".join(f"{p.file}: {p.message} {p.advice}" for p in problems)


def test_a_text_is_split_at_its_second_level_headings():
    text = parse_text("# T\n\n## A\n\nén\n\n### under\n\nto\n\n## B\ntre", "x.md")
    told = [(p.heading, p.body, p.line) for p in text.parts if p.heading]
    assert told == [("A", "én\n\n### under\n\nto", 5), ("B", "tre", 12)] and text.title == "T"
    text = parse_text("## A\n<!-- skriv\nher -->\n\n## B\n<!-- x -->\nja", "x.md")
    part = text.find("b")
    assert text.find("A") is None, "a comment is no text"
    assert (part.body, part.line) == ("ja", 7)
    part = parse_text("## Opfølgning\n\nStatus: fulgt\n\nDerfor: vi gjorde det.", "x.md").parts[0]
    assert part.labels == {"Status": "fulgt"} and part.body == "Derfor: vi gjorde det."
    assert parse_text("ingen overskrift", "x.md").parts == parse_text("", "x.md").parts == ()


def test_a_whole_set_of_texts_has_no_gaps_and_a_section_of_another_year_leaves_none(small):
    assert not find_gaps(small, 2018, "public") and not find_gaps(small, 2019, "public")
    assert [name for _, name in Words(small, 2018).list_texts()] == ["6-1-a", "anbefalinger"]
    path = small / "data/raw/2019/tekst/netvaerk.md"
    path.write_bytes("## Indledning\n\nMøder.".encode("cp1252"))
    assert "netvaerk.md er ikke gemt som UTF-8" in told(find_gaps(small, 2019, "public"))


def test_all_gaps_of_a_year_are_listed_at_once_and_stop_the_public_edition_alone(small):
    replace_in(small, 2019, "6-1-a", "Gør det igen.", "")
    shown = require_part(make_page(small, "internal"), "6-1-a", "Anbefaling")
    assert "Tekst mangler" in shown and "Anbefaling" in shown
    with pytest.raises(DataError, match="“Anbefaling” i data/raw/2019/tekst/6-1-a.md"):
        require_part(make_page(small), "6-1-a", "Anbefaling")
    (small / "data/raw/2019/tekst/netvaerk.md").unlink()
    replace_in(small, 2019, "6-1-a", "## Anbefaling\n\n", "## Anbefaling\n\n<!-- skriv -->\n")
    replace_in(small, 2019, "6-1-a", "Noget skete.", "")
    replace_in(small, 2019, "steder/hus", "Et hus.", "")
    (problem,) = find_gaps(small, 2019, "public")
    assert problem.severity == "error"
    for gap in ("netvaerk.md: Indledning", "6-1-a.md: Anbefaling, Opfølgning", "steder/ (hus): Om"):
        assert gap in problem.message
    (problem,) = find_gaps(small, 2019, "internal")
    assert problem.severity == "warning"


def test_an_unknown_file_heading_or_status_is_named_with_its_line_and_the_nearest(small):
    path = small / "data/raw/2019/tekst/6-1-a.md"
    whole = path.read_text(encoding="utf-8")
    answers = "fulgt / delvist fulgt / ikke fulgt"
    for old, new, *said in (
        ("## Anbefaling", "## Anbefalling", "6-1-a.md linje 15", "Mente du “Anbefaling”"),
        ("Status: delvist fulgt", "Status: fulgte", "Mente du “fulgt”", answers),
        ("Status: delvist fulgt", "", "Status mangler", answers),
    ):
        write(path, whole.replace(old, new))
        found = find_gaps(small, 2019, "public")
        assert all(part in told(found) for part in said)
        assert len(found) == 1 or new.startswith("##")
    write_text(small, 2019, "netvark", "## Indledning\n\nx")
    problem = find_gaps(small, 2019, "public")[-1]
    assert "netvark.md" in problem.file and "Mente du “netvaerk”" in problem.message


FAULTY = [  # the text, its check and line, and what is said
    ("Antallet er faldet.", "claim", 1, "paastand"),
    ("\n\nMålet er ikke\nnået.", "claim", 3, "paastand"),
    ("Over halvdelen kom.", "claim", 1, "paastand"),
    ("Det er steget, og {{ paastand('faldet', 'x') }}.", "claim", 1, "paastand"),
    ("Der er 27 job.", "number", 1, "tal("),
    ("\n54,4 % kom videre", "number", 2, "tal("),
    ("1.071.573 kr.", "number", 1, "tal("),
    ("i 16 måneder", "number", 1, "tal("),
    (f"# {'ord ' * 11}", "style", 0, "Overskriften"),
    (f"{'Ordet ' * 46}.", "style", 0, "Sætningen"),
    ("Et støttet job.", "style", 0, "støttet beskæftigelse"),
]
LEFT_ALONE = """{{ paastand('faldet', 'x') }} | {% if paastand('steget', 'x') %}{% endif %}
<!-- Antallet er faldet --> | {# steget #} | De er trådt ned ad faldetrappen.
den 30. april 2020 | i 2017 | § 85 og §§ 11 | paragraf 52 | lov nr. 711 | stk. 1 | afsnit 6.5
punkt 6.10 | kl. 8.30-16 | i 1. kvartal | COVID-19 og CO2 | 2020-04-30 | 30-04-2020
1. Først\\n2. Så | # 6.1 CSR | [her](6-1-csr.ipynb) | {{ tal('x.2019') }}"""


@pytest.mark.parametrize(("text", "check", "line", "said"), FAULTY)
def test_a_bare_claim_a_typed_number_and_what_reads_badly_are_told(text, check, line, said):
    (problem,) = check_text(text, "tekst/a.md", list_linted())
    place = f"tekst/a.md linje {line}" if line else "tekst/a.md"
    assert (problem.check, problem.file) == (f"text.{check}", place)
    assert said in problem.message + problem.advice
    assert problem.severity == ("error" if line else "warning")


@pytest.mark.parametrize("text", re.split(r" \| |\n", LEFT_ALONE))
def test_words_in_claims_and_comments_and_numbers_of_dates_and_sections_are_left_alone(text):
    assert not [*check_text(text.replace("\\n", "\n"), "a", list_linted())]


def tell_point(page):
    (section,) = [each for each in list_points(page) if each.id == "6-1-a"]
    return show_point(page, section)[0]


def test_last_years_words_come_from_last_years_folder_and_the_first_report_has_none(small):
    shown = tell_point(make_page(small, "internal"))
    assert shown.startswith("## 6\\.1 Punkt A {#afsnit-6-1-a}")
    assert '**I alt [129]{data-figure="2019/jobs.total"}.**' in shown, "this year in a sentence"
    assert "**Rapport 2018.** Gør mere. **Status: delvist fulgt.** Noget skete." in shown
    assert "**Siden sidst.** " in shown and "I alt [64]" not in shown
    replace_in(small, 2018, "6-1-a", "Gør mere.", "Gør noget andet.")
    page = make_page(small)
    assert "Gør noget andet." in tell_point(page), "as it was written anew"
    first = replace(page, year=replace(page.year, year=2018), told={2018: page.told[2018]})
    assert not re.search("Rapport 2018|Siden sidst", tell_point(first))


def test_recommendations_are_gathered_word_for_word_and_what_became_of_them_is_a_table(small):
    table = TABLES["recommendations"](make_page(small))
    rows = [["6\\.1 Punkt A", "Gør mere.", "delvist fulgt"]]
    assert table and [list(row) for row in table.rows] == rows
    assert Words(small, 2019).list_statuses() == {"6-1-a": "partly"}
    replace_in(small, 2019, "6-1-a", "Status: delvist fulgt", "")
    table = TABLES["recommendations"](make_page(small))
    assert table and table.rows[0][-1] == "ikke oplyst"
    for advice in ("det igen", "noget helt tredje"):
        write_text(small, 2019, "6-1-a", f"{WHOLE}{advice}.\n")
        page = make_page(small, "internal")
        for shown in (show_point(page, list_points(page)[0])[1], SENTENCES["advice"](page)):
            assert f"Gør {advice}." in shown


def test_a_reference_leads_to_the_section_and_an_unknown_one_names_the_nearest(small):
    page = make_page(small)
    assert link_section(page, "6-1-a") == "[Punkt A](samlet.ipynb#afsnit-6-1-a)"
    assert [section.id for section in list_points(page, "samlet")] == ["6-1-a"]
    assert render_part(page, "steder/andet", "Om") == "", "a part that is not there is empty"
    assert link_section(page, "netvaerk") == "Netværk", "there is no such page"
    with pytest.raises(UsageError, match="Mente du “netvaerk”"):
        link_section(page, "netvark")


def tell_stories(root, edition="public", subject=None):
    """Return the stories that a page of a year tells, of one about somebody or something."""
    if subject:
        told = f"# Titel\n\nHandler om: {subject}\n\nDet gik godt.\n"
        write_text(root, 2019, "historier/en", told)
    return SENTENCES["stories"](make_page(root, edition))


def test_a_story_about_no_single_person_is_told_and_one_must_say_whom_it_is_about(small):
    for subject in ("virksomhed", "flere personer"):
        assert tell_stories(small, subject=subject) == ["### Titel\n\nDet gik godt."]
    assert tell_stories(small, subject="en mand") == []
    (problem,) = read_stories(Words(small, 2019))[1]
    assert problem.severity == "error" and "én person" in problem.advice


def test_a_single_persons_story_is_told_with_a_consent_that_still_holds_alone(small):
    for edition in ("public", "internal"):
        assert tell_stories(small, edition, "én person") == []
    (problem,) = read_stories(Words(small, 2019))[1]
    assert problem.severity == "warning" and "intet samtykke" in problem.message
    path = small / "data/raw/2019/samtykker.csv"
    row = "historie,givet_den,gaelder_til,journalnummer\n{},J-1\n"
    for consent in ("en,2019-05-01,", "en,2019-05-01,2020-06-30"):
        write(path, row.format(consent))
        assert tell_stories(small), consent
    for consent in ("en,2019-05-01,2019-06-30", "to,2019-05-01,"):
        write(path, row.format(consent))
        assert not tell_stories(small), consent
    write(path, row.format("en,ja,"))
    with pytest.raises(DataError) as error:
        tell_stories(small)
    assert "givet_den er ikke en dato" in told(list(error.value.problems))


def test_a_partner_with_courses_and_no_text_is_a_gap(small):
    add_lines(small / SECTIONS, "partnere/*,,,partner,,66,Hvad sker der?,,,2019,")
    write_text(small, 2019, "partnere/hus", "# Hus\n\n## Hvad sker der?\n\nNoget.\n")
    assert not find_gaps(small, 2019, "public", ["hus"])
    (problem,) = find_gaps(small, 2019, "public", ["hus", "have"])
    assert "partnere/ (have): Hvad sker der?" in problem.message


def test_what_a_section_shows_must_be_known_and_on_a_page_that_shows_it(small):
    for shows, said in (
        ("side,,90,,,forms", "Kun afsnit af slagsen indsats"),
        ("indsats,,90,,,froms", "Mente du “forms”?"),
        ("indsats,,90,,goals,forms", ""),
    ):
        write(small / SECTIONS, f"{HEAD}ny,8,Ny,{shows},,\n")
        found = [p.message for p in check_exhibits(small, 2019)]
        assert (said in found[0]) if said else found == []


UNSEEN = r"ghetto\b|§§ ?\d|paragraf \d|year\.toml|SHA-|[\w-]+\.csv|modsagt|\[c\]| - |ingen tal om"


@pytest.mark.parametrize("year", [2018, 2019])
def test_the_examples_texts_are_whole_and_say_nothing_bare(year):
    assert not find_gaps(ROOT, year, "public")
    files = sorted((ROOT / f"data/raw/{year}/tekst").rglob("*.md"))
    assert len(files) > 15
    for path in files:
        source = path.read_text(encoding="utf-8")
        assert not [*check_text(source, path.name, list_linted())]
        shown = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
        assert not re.findall(UNSEEN, shown), path.name
    described = [path.stem for path in files if path.parent.name == "virksomheder"]
    assert len(described) == {2018: 0, 2019: 29}[year]


def test_a_text_the_figures_contradict_stops_the_report_and_is_named(project, socok, capsys):
    replace_in(project, 2019, "6-8-ansaettelser", 'paastand("steget"', 'paastand("faldet"')
    assert socok("report", 2019) == 1
    said = capsys.readouterr().err
    assert "2019/tekst/6-8-ansaettelser.md linje " in said and "faldet" in said
    assert "per_12_months.loentilskud" in said and "20,3" in said
    assert not (project / "report").exists()


def test_a_new_point_of_section_6_is_a_row_and_a_text_on_the_page_its_row_says(project):
    row = "6-11-ny,6.11,Et nyt punkt,indsats,tilfoejelser,71,Indledning;Anbefaling,,,2019,"
    add_lines(project / SECTIONS, row)
    for number in (2018, 2019):
        words = {number: Words(project, number)}
        page = Page(read_year(project, number), "public", "", {number: {}}, words=words)
        points = [section.id for section in list_points(page, "tilfoejelser")]
        assert ("6-11-ny" in points) == (number == 2019)
