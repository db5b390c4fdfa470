"""What readers are shown to judge the numbers by: comparison, breaks, sources, quality."""

import re
from dataclasses import replace
from datetime import date

import pytest

from conftest import copy_project
from socok_analysis.run.build import prepare_year
from socok_analysis.run.open import make_page
from socok_analysis.show.changes import make_changes, make_entries, make_revisions
from socok_analysis.show.outcomes import tell_breaks
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


def find_row(table, label):
    rows = {row[0].replace("\\", ""): list(row) for row in (table or pytest.fail()).rows}
    return rows[label]


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
    assert "ansættelser: 193" in shown
    assert "jan. 2019: " in shown and "2019-01:" not in shown
    assert not re.search(r"success|awaiting|unknown|unused|Formel: (Periode|Opgjort|Kilde)", shown)
    assert "ikke oplyst: 0" in shown and "Kreativt laboratorium: 200 m²" in shown
    assert shown.count("Puljer og midler:") == 1


def test_quality_tells_each_check_and_each_accepted_deviation(public, internal):
    told = cells(make_checks(public))
    assert "Hvert afsluttet forløb har én afgangsårsag | forklaret" in told
    assert "VeteranHaven" in cells(make_deviations(public))
    assert list_findings(public) == ""
    assert "rækkerne 6, 9, 15 og 120" in list_findings(internal).replace("\\", "")
