"""What readers are shown to judge the numbers by: comparison, breaks, sources, quality."""

import re
from dataclasses import replace
from datetime import date

import pytest

from conftest import copy_project
from socok_analysis.figures.counting import difference, share
from socok_analysis.figures.formulas import read_formulas
from socok_analysis.disclosure.relations import compile_pattern
from socok_analysis.figures.trace import word_generally
from socok_analysis.run.build import prepare_year
from socok_analysis.run.open import make_page
from socok_analysis.show.changes import make_changes, make_entries, make_revisions
from socok_analysis.show.outcomes import (
    chart_comparison,
    make_comparison,
    make_differences,
    tell_breaks,
)
from socok_analysis.show.page import Page
from socok_analysis.show.sources import (
    list_findings,
    list_sources,
    make_checks,
    make_deviations,
    make_files,
    make_hashes,
    make_maps,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = copy_project(tmp_path_factory.mktemp("tillid") / "projekt")
    prepare_year(folder, 2019)
    return folder


@pytest.fixture(scope="module")
def public(root):
    return make_page(root, 2019, "public")


@pytest.fixture(scope="module")
def internal(root):
    return make_page(root, 2019, "internal")


@pytest.fixture(scope="module")
def sources(public):
    return list_sources(public).replace("\\", "").replace("\u00a0", " ")


def cells(table):
    assert table is not None
    return "\n".join(" | ".join(row) for row in table.rows)


def make_partners(page, **rates):
    """Return a page of partners with these rates and the differences between them."""
    own = {
        f"outcomes.{p}.success_narrow": share(f"outcomes.{p}.success_narrow", *rate)
        for p, rate in rates.items()
    }
    pairs = [(a, b) for n, a in enumerate(rates) for b in list(rates)[n + 1 :]]
    for a, b in pairs:
        name = f"compare.{a}.{b}.success_narrow"
        both = [own[f"outcomes.{p}.success_narrow"] for p in (a, b)]
        own |= {f.figure: f for f in difference(name, *both)}
    units = {True: "procentpoint", False: "andel"}
    figures = {n: replace(f, year=2019, unit=units["compare." in n]) for n, f in own.items()}
    return Open(page.year, "internal", "", {2019: figures})


class Open(Page):
    """A page that may show everything, with names for partners that no register knows."""

    def name(self, enterprise):
        return enterprise.upper()


def find_row(table, label):
    rows = {row[0].replace("\\", ""): list(row) for row in (table or pytest.fail()).rows}
    return rows[label]


def test_two_to_four_partners_have_their_differences_by_the_common_definition_more_a_funnel(public):
    table = make_comparison(public)
    assert "32,4\u00a0% (22 af 68)" in cells(table) and "27,5\u00a0% (11 af 40)" in cells(table)
    assert "54,4" not in cells(table) and table and "Tallene er små" in table.note
    told = cells(make_differences(public))
    assert "[+4,9]" in told and "\u221213,4 til +21,3" in told and "[0,669]" in told
    chart = chart_comparison(make_partners(public, b=(11, 40), a=(22, 68), c=(5, 30)))
    assert chart.anchor == "forskelle"
    assert "kan være tilfældig" in chart.caption and "B minus A: \u22124,9" in chart.alt
    assert len(chart.figures) == 3
    assert chart_comparison(make_partners(public, a=(11, 40))) is None
    rates = {"a": (20, 60), "b": (22, 62), "c": (18, 55), "d": (21, 58), "e": (55, 60)}
    chart = chart_comparison(make_partners(public, **rates))
    assert chart.anchor == "tragt" and chart.caption.startswith("E:")
    assert "A: 33,3" in chart.alt
    inside = chart_comparison(make_partners(public, **{**rates, "e": (20, 60)}))
    assert inside and "inden for" in inside.caption


def test_a_broken_series_is_told_and_a_change_is_not_cut_to_a_whole_number(internal, public):
    assert "Serien er brudt" in tell_breaks(replace(internal, partner="sumak"))
    assert tell_breaks(replace(internal, partner="veteranhaven")) == ""
    broken = find_row(make_revisions(internal), "Sumak: Stoppet pga. massive udfordringer")
    assert "‖" in broken[2] and broken[3:] == ["–", "–"], "what cannot be compared has no change"
    since = cells(make_changes(internal))
    assert "Sumak\\: Stoppet" not in since and "VeteranHaven\\: Stoppet" in since
    table = make_revisions(public)
    assert "[+32,8]" in find_row(table, "Ansættelser omregnet til tolv måneder")[3]
    assert "[+65]" in find_row(table, "Ansættelser i alt")[3]
    wide = find_row(table, "Sumak: Videre i job, uddannelse, støttet job eller undervisning")
    assert "64,7" in wide[1] and "54,4" in wide[2] and "[+15\u00a0forløb]" in wide[3]


def test_the_ledgers_counts_of_people_are_in_the_internal_edition_only(root, public, internal):
    assert make_entries(public) is None and "Nye forløb" in cells(make_entries(internal))
    assert "nye tilfælde: " not in cells(make_revisions(public))
    assert "nye tilfælde: 15" in cells(make_revisions(internal))
    first = make_page(root, 2018, "public")
    assert make_revisions(first) is None, "a first report has nothing to compare with"
    assert date(2018, 6, 30) == first.year.evaluation_date


def test_every_figure_has_its_definition_sheets_files_and_hashes_among_the_sources(public, sources):
    assert all(f"{{#{name}}}" in sources for name in public.figures)
    assert "Forløb med slutdato senest på opgørelsesdagen" in sources and "Kilde: ark 1" in sources
    hidden = [name for name, figure in public.figures.items() if not public.may_show(figure)]
    assert hidden and all(f"[c]]{{#{name}}}" in sources for name in hidden)
    files, maps = cells(make_files(public)), cells(make_maps(public))
    assert "forloebsudtraek\\.xlsx › Forløb" in files
    assert "definitions\\.csv" in maps and "codes\\/exit\\_reasons\\.csv" in maps
    digests = {row[-1].replace(" ", "") for row in make_hashes(public).rows}
    assert all(len(digest) == 64 for digest in digests)


def test_sources_are_told_in_danish_words_with_stated_facts_units(sources):
    shown = re.sub(r"\{#[^}]*\}", "", sources)
    assert "ansættelser: 193" in shown and "Sumak mod VeteranHaven" in shown
    assert "jan. 2019: " in shown and "2019-01:" not in shown
    assert not re.search(r"success|awaiting|unknown|unused|Formel: (Periode|Opgjort|Kilde)", shown)
    assert "ikke oplyst: 0" in shown and "Kreativt laboratorium: 200 m²" in shown
    assert shown.count("Puljer og midler:") == 1
    assert shown.count("Aftalte pladser minus pladser i brug, aldrig under nul") == 1


def test_quality_tells_each_check_and_each_accepted_deviation(public, internal):
    told = cells(make_checks(public))
    assert "Tallene går op indbyrdes | i orden" in told
    assert "Hvert afsluttet forløb har én afgangsårsag | forklaret" in told
    assert "VeteranHaven" in cells(make_deviations(public))
    assert list_findings(public) == ""
    assert "rækkerne 6, 9, 15 og 120" in list_findings(internal).replace("\\", "")


def test_every_formula_can_be_told_in_words_that_name_no_partner_and_no_code(public):
    told = {name: word_generally(name, public.proof) for name in public.figures}
    codes = re.compile(r"[{}_]|Sumak|VeteranHaven|\b(awaiting|stopped|other)\b")
    assert not [name for name, words in told.items() if codes.search(words)]
    patterns = [compile_pattern(row["pattern"]) for row in read_formulas()]
    declared = {name for name in told if any(p.fullmatch(name) for p in patterns)}
    assert all(told[name].endswith(".") for name in declared) and len(declared) > 100
    told = word_generally("outcomes.sumak.undecided", public.proof)
    assert told.startswith("Antal forløb, hvor Virksomhed er den nævnte, Slutdato senest")
    assert told.endswith("og kun afgangsårsager, der tæller som ”Afventer afklaring”.")
