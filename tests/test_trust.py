"""What readers are shown to judge the numbers by: comparison, breaks, sources, quality."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conftest import copy_project
from socok_analysis.figures.counting import difference, share
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.formulas import read_formulas
from socok_analysis.figures.relations import compile_pattern
from socok_analysis.figures.trace import word_generally
from socok_analysis.run.build import gather_evidence, prepare_year
from socok_analysis.run.open import make_page
from socok_analysis.show.changes import make_changes, make_entries, make_revisions
from socok_analysis.show.comparison import (
    chart_comparison,
    make_comparison,
    make_differences,
    tell_breaks,
)
from socok_analysis.show.markdown import Table
from socok_analysis.show.page import Page
from socok_analysis.show.quality import list_findings, make_checks, make_deviations
from socok_analysis.show.sources import list_sources, make_files, make_hashes, make_maps


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_project(tmp_path_factory.mktemp("tillid") / "projekt")
    prepare_year(folder, 2019)
    return folder


@pytest.fixture(scope="module")
def pages(root: Path) -> Mapping[str, Page]:
    return {edition: make_page(root, 2019, edition) for edition in ("public", "internal")}  # type: ignore[arg-type]


def cells(table: Table | None) -> str:
    assert table is not None
    return "\n".join(" | ".join(row) for row in table.rows)


class Open(Page):
    """A page that may show everything, with names for partners that no register knows."""

    def name(self, enterprise: str) -> str:
        return enterprise.upper()


def make_partners(page: Page, **rates: tuple[int, int]) -> Page:
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
    figures = {name: replace(f, year=2019, unit=unit(f)) for name, f in own.items()}
    return Open(page.year, "internal", "", {2019: figures})


def unit(figure: Figure) -> str:
    return "procentpoint" if figure.figure.startswith("compare.") else "andel"


def test_two_or_three_partners_have_their_differences_and_no_rank(
    pages: Mapping[str, Page],
) -> None:
    chart = chart_comparison(make_partners(pages["public"], b=(11, 40), a=(22, 68), c=(5, 30)))
    assert chart and chart.anchor == "forskelle"
    assert "kan være tilfældig" in chart.caption and "B minus A: \u22124,9" in chart.alt
    assert len(chart.figures) == 3


def test_from_five_partners_there_is_a_funnel_that_names_who_lies_outside_it(
    pages: Mapping[str, Page],
) -> None:
    rates = {"a": (20, 60), "b": (22, 62), "c": (18, 55), "d": (21, 58), "e": (55, 60)}
    chart = chart_comparison(make_partners(pages["public"], **rates))
    assert chart and chart.anchor == "tragt" and chart.caption.startswith("E:")
    assert "A: 33,3" in chart.alt
    inside = chart_comparison(make_partners(pages["public"], **{**rates, "e": (20, 60)}))
    assert inside and "inden for" in inside.caption


def test_a_single_partner_is_compared_with_nobody(pages: Mapping[str, Page]) -> None:
    assert chart_comparison(make_partners(pages["public"], a=(11, 40))) is None


def test_the_example_compares_by_the_common_definition_and_says_the_numbers_are_small(
    pages: Mapping[str, Page],
) -> None:
    table = make_comparison(pages["public"])
    assert "32,4\u00a0% (22 af 68)" in cells(table) and "27,5\u00a0% (11 af 40)" in cells(table)
    assert "54,4" not in cells(table) and table and "Tallene er små" in table.note
    told = cells(make_differences(pages["public"]))
    assert "[+4,9]" in told and "\u221213,4 til +21,3" in told and "[0,669]" in told


def test_a_broken_series_is_told_on_the_partners_page_and_in_the_ledger(
    pages: Mapping[str, Page],
) -> None:
    page = pages["internal"]
    assert "Serien er brudt" in tell_breaks(replace(page, partner="sumak"))
    assert tell_breaks(replace(page, partner="veteranhaven")) == ""
    rows = {row[0]: row for row in (make_revisions(page) or pytest.fail()).rows}
    broken = rows["Sumak\\: Stoppet pga\\. massive udfordringer"]
    assert "‖" in broken[2] and broken[3:] == ["–", "–"], "what cannot be compared has no change"
    since = make_changes(page)
    assert since and not any("Sumak\\: Stoppet" in row[0] for row in since.rows)
    assert any("VeteranHaven\\: Stoppet" in row[0] for row in since.rows)


def test_the_ledgers_counts_of_people_are_in_the_internal_edition_only(
    pages: Mapping[str, Page],
) -> None:
    assert make_entries(pages["public"]) is None
    assert "Nye forløb" in cells(make_entries(pages["internal"]))
    assert "nye tilfælde: " not in cells(make_revisions(pages["public"]))
    assert "nye tilfælde: 15" in cells(make_revisions(pages["internal"]))


def test_every_figure_has_its_anchor_its_definition_and_sheets_among_the_sources(
    pages: Mapping[str, Page],
) -> None:
    page = pages["public"]
    text = list_sources(page)
    assert all(f"{{#{name}}}" in text for name in page.figures)
    assert "Forløb med slutdato senest på opgørelsesdagen" in text and "Kilde: ark\u00a01" in text


def test_sources_are_told_in_words_and_not_in_codes(pages: Mapping[str, Page]) -> None:
    told = list_sources(pages["public"])
    assert "ansættelser:\u00a0193" in told and "Sumak mod VeteranHaven" in told
    assert "jan\\.\u00a02019:\u00a0" in told and "2019-01:" not in told


def test_a_computed_numbers_change_is_not_cut_to_a_whole_one(pages: Mapping[str, Page]) -> None:
    table = make_revisions(pages["public"])
    rows = {row[0]: row for row in (table or pytest.fail()).rows}
    assert "[+32,8]" in rows["Ansættelser omregnet til tolv måneder"][3]
    assert "[+65]" in rows["Ansættelser i alt"][3]


def test_a_rates_change_is_told_as_courses_since_the_rate_may_have_fallen(
    pages: Mapping[str, Page],
) -> None:
    table = make_revisions(pages["public"])
    rows = {row[0].replace("\\", ""): row for row in (table or pytest.fail()).rows}
    wide = rows["Sumak: Videre i job, uddannelse, støttet job eller undervisning"]
    assert "64,7" in wide[1] and "54,4" in wide[2] and "[+15\u00a0forløb]" in wide[3]


def test_sources_tell_files_maps_and_their_hashes(pages: Mapping[str, Page]) -> None:
    files, maps = cells(make_files(pages["public"])), cells(make_maps(pages["public"]))
    assert "forloebsudtraek\\.xlsx › Forløb" in files
    assert "definitions\\.csv" in maps and "codes\\/exit\\_reasons\\.csv" in maps
    digests = {row[-1].replace(" ", "") for row in make_hashes(pages["public"]).rows}
    assert all(len(digest) == 64 for digest in digests)


def test_what_few_people_are_counted_in_stays_hidden_among_what_was_published(
    pages: Mapping[str, Page],
) -> None:
    page = pages["public"]
    hidden = [name for name, figure in page.figures.items() if not page.may_show(figure)]
    text = list_sources(page)
    assert hidden and all(f"\\[c\\]]{{#{name}}}" in text for name in hidden)


def test_quality_tells_each_check_and_each_accepted_deviation(pages: Mapping[str, Page]) -> None:
    told = cells(make_checks(pages["public"]))
    assert "Tallene går op indbyrdes | i orden" in told
    assert "Hvert afsluttet forløb har én afgangsårsag | forklaret" in told
    assert "VeteranHaven" in cells(make_deviations(pages["public"]))
    assert list_findings(pages["public"]) == ""
    assert "rækkerne 6, 9, 15 og 120" in list_findings(pages["internal"]).replace("\\", "")


def test_every_formula_can_be_told_in_words_that_name_no_partner_and_no_code(root: Path) -> None:
    evidence = gather_evidence(root, 2019)
    told = {name: word_generally(name, evidence) for name in evidence.figures}
    codes = re.compile(r"[{}_]|Sumak|VeteranHaven|\b(awaiting|stopped|other)\b")
    assert not [name for name, words in told.items() if codes.search(words)]
    patterns = [compile_pattern(row["pattern"]) for row in read_formulas()]
    declared = {name for name in told if any(p.fullmatch(name) for p in patterns)}
    assert all(told[name].endswith(".") for name in declared) and len(declared) > 100


def test_a_count_of_courses_is_not_told_as_a_rate(root: Path) -> None:
    told = word_generally("outcomes.sumak.undecided", gather_evidence(root, 2019))
    assert told.startswith("Antal forløb, hvor Virksomhed er den nævnte, Slutdato senest")
    assert told.endswith("og kun afgangsårsager, der tæller som ”Afventer afklaring”.")


def test_sources_say_no_english_and_give_stated_facts_their_unit(
    pages: Mapping[str, Page],
) -> None:
    told = list_sources(pages["public"])
    shown = re.sub(r"\{#[^}]*\}|\\\\", "", told).replace("\u00a0", " ")
    assert not re.search(r"success|awaiting|unknown|unused|Formel: (Periode|Opgjort|Kilde)", shown)
    assert "ikke oplyst: 0" in shown and "Kreativt laboratorium: 200 m²" in shown
    assert shown.count("Puljer og midler:") == 1


def test_the_words_of_a_definition_are_not_repeated_as_its_formula(
    pages: Mapping[str, Page],
) -> None:
    told = list_sources(pages["public"]).replace("\\", "")
    assert told.count("Aftalte pladser minus pladser i brug, aldrig under nul") == 1


def test_a_first_report_has_nothing_to_compare_with(root: Path) -> None:
    page = make_page(root, 2018, "public")
    assert make_revisions(page) is None
    assert date(2018, 6, 30) == page.year.evaluation_date
