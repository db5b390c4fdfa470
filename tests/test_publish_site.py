"""A small staged project, built in code, published with the embedded publisher."""

import errno
import os
import posixpath
import re
from collections import namedtuple
from html import unescape

import nbformat
import pytest

from pages import TABLE, drop_own, make_staged, write_notebook
from socok_analysis.cli import main
from socok_analysis.core.folders import write_manifest
from socok_analysis.publish.site import LOOSE, hash_inline, publish_site, refuse_strays
from socok_analysis.publish.source import PublishError, find_quarto

CHANGED = "report/2019/maal.html"


def list_values(page, tag, attribute):
    found = re.findall(rf'<{tag}\b[^>]*\s{attribute}="([^"]*)"', page)
    return [unescape(value) for value in found]


@pytest.fixture
def staged(tmp_path):
    return make_staged(tmp_path / "staged")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The published project, for those that only read it."""
    return publish(make_staged(tmp_path_factory.mktemp("site") / "staged"))


def publish(staged, name="site"):
    site = staged.parent / name
    publish_site(staged, site, "embedded")
    return site


def read(site, page):
    return (site / page).read_text(encoding="utf-8")


def change(staged, *blocks, title="Mål"):
    write_notebook(staged / CHANGED.replace("html", "ipynb"), title, *blocks, order=10)


def test_the_menu_has_the_newest_year_first_and_unfolds_the_pages_own_and_no_other(site):
    years = {2018: ["../2019/index.html", "index.html", "maal.html", "job.html"]}
    years[2019] = ["index.html", "maal.html", "job.html", "../2018/index.html"]
    for year, hrefs in years.items():
        page = read(site, f"report/{year}/job.html")
        menu = page[page.index('id="site-menu"') : page.index("<main")]
        assert re.findall(r'href="([^"]+)"', menu) == ["../../index.html", *hrefs]
        assert page.count('aria-current="page"') == 1
        assert f'<p class="section"><a href="index.html">Årsrapport {year}</a></p>' in page
    name, seen = "index.html", ["index.html"]
    while found := re.search(r'rel="next" href="([^"]+)"', read(site, name)):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1]))
        seen.append(name)
    assert len(seen) == len(set(seen)) == 7 and seen[2] == CHANGED


def test_captions_are_numbered_tables_scroll_in_a_named_region_and_callouts_have_titles(site):
    page = read(site, "report/2019/job.html")
    for said in (
        "Figur\u00a01: Job i <strong>alt</strong>",
        "Tabel\u00a01: Afslutninger",
        '<a href="#fig-job">Figur\u00a01</a> og <a href="#tbl-exits">Tabel\u00a01</a>',
        'class="table-scroll" role="region" tabindex="0" aria-labelledby="tbl-exits-tekst"',
        '<th scope="row">Sumak</th>',
    ):
        assert said in page
    assert '<th scope="col" class="number">' in page or '<th class="number" scope="col">' in page
    given = {"alt": "Søjler: 64 og 129 job.", "width": "70", "height": "40"}
    assert all(list_values(page, "img", name) == [value] for name, value in given.items())
    assert re.search(r'callout-warning">\s*<div class="callout-title">\s*<p>Pas på</p>', page)
    note = read(site, CHANGED)
    assert re.search(r'callout-note">\s*<div class="callout-title">\s*<p>Bemærk</p>', note)


def test_a_page_says_its_language_title_and_ways_on_and_allows_no_script_and_no_other_host(site):
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in page and "unsafe" not in page and "<script" not in page
        assert not re.search(r"\sstyle=|<style|\son\w+=", drop_own(page))
        assert '<html lang="da"' in page and page.count("<h1>") == page.count("<main") == 1
        assert '<a class="skip" href="#site-main">' in page
        assert '<a href="/was">Tilgængelighedserklæring</a>' in page
    title = "<title>Job &amp; løn – 2019 – Socialøkonomisk årsrapport</title>"
    assert title in read(site, "report/2019/job.html")
    with pytest.raises(PublishError, match="findes allerede"):
        publish_site(site.parent / "staged", site, "embedded")


def test_a_fold_opens_by_its_first_line_and_a_heading_over_nothing_is_left_out(staged):
    folded = f":::: {{.fold}}\n\nSe tallene\n\n{TABLE}\n\n### Tomt inden i {{#tomt}}\n\n::::"
    change(staged, f"[Tomt sted](#tomt)\n\n## Tomt\n\n## Fyldt\n\n### Også\n\n{folded}\n\n## Slut")
    page = read(publish(staged), CHANGED)
    assert re.search(r'<details class="fold">\s*<summary>\s*Se tallene\s*</summary>', page)
    assert page.index("</summary>") < page.index("Sumak") < page.rindex("</details>")
    assert re.findall(r'<h[23] id="[^s][^>]*>([^<]*)<', page) == ["Fyldt", "Også"]
    assert "<p>Tomt sted</p>" in re.sub("</?span>", "", page)


def test_all_faults_are_named_at_once_with_their_pages(staged):
    change(
        staged,
        "@fig-ukendt [a](findes-ikke.ipynb) [b](job.ipynb#intet)",
        '![Billede](figures/vaek.svg){#fig-a fig-alt="x"}',
        "![Uden alternativ tekst](figures/job.svg){#fig-b}\n\n::: {.callout-note}\n\nIkke lukket.",
    )
    with pytest.raises(PublishError) as caught:
        publish(staged)
    faults = caught.value.faults
    assert all(fault.startswith("report/2019/maal.ipynb: ") for fault in faults)
    wanted = "@fig-ukendt findes-ikke.ipynb job.ipynb#intet vaek.svg fig-alt :::"
    assert all(any(part in fault for fault in faults) for part in wanted.split()), faults
    assert not (staged.parent / "site").exists()


def test_a_failed_cell_and_one_that_shows_more_than_text_stop_publication(staged):
    path = staged / "report/2019/maal.ipynb"
    notebook = nbformat.read(path, as_version=4)
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="nej", traceback=[])
    picture = nbformat.v4.new_output("display_data", data={"image/png": ""})
    for output, told in ((error, "ValueError"), (picture, "image/png")):
        notebook.cells[-1].outputs = [output]
        nbformat.write(notebook, path)
        with pytest.raises(PublishError, match=rf"maal\.ipynb.*{told}"):
            publish(staged)


def test_an_include_in_a_notebook_is_text_and_in_index_stays_inside_the_project(staged, tmp_path):
    (tmp_path / "hemmelig.md").write_text("HEMMELIG")
    change(staged, "{{< include ../../../hemmelig.md >}}")
    assert "HEMMELIG" not in read(publish(staged), CHANGED)
    (staged / "index.qmd").write_text('::: {.insert file="../hemmelig.md"}\n:::\n')
    with pytest.raises(PublishError, match=r"hemmelig\.md"):
        publish(staged, "anden")


def test_a_full_disk_is_told_as_such_whatever_program_met_it(staged, stand_in, monkeypatch):
    full = namedtuple("usage", "free")(0)
    monkeypatch.setattr("socok_analysis.publish.source.shutil.disk_usage", lambda path: full)
    stand_in.write_text(stand_in.read_text() + "echo 'something' >&2\nexit 1\n")
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        publish_site(staged, staged.parent / "site", "quarto")


@pytest.fixture
def stand_in(staged, monkeypatch):
    program = staged.parent / "quarto"
    program.write_text("#!/bin/sh\n[ $1 = --version ] && echo 1.9 && exit\nmkdir -p _site\n")
    program.chmod(0o755)
    monkeypatch.setenv("QUARTO_PATH", str(program))
    return program


def test_quarto_is_found_by_its_variable_or_told_first(stand_in, staged, monkeypatch, capsys):
    for value in (stand_in, stand_in.parent):
        monkeypatch.setenv("QUARTO_PATH", str(value))
        assert find_quarto() == str(stand_in)
    monkeypatch.delenv("QUARTO_PATH")
    monkeypatch.setenv("PATH", "")
    (staged / "data/raw/2019").mkdir(parents=True)
    assert main(["report", "--publisher", "quarto", "--project", str(staged)]) == 3
    said = capsys.readouterr().err
    assert said.startswith("Quarto blev ikke fundet") and "--publisher embedded" in said


def test_what_quarto_warns_about_and_a_title_it_would_run_as_markup_stop_it(staged, stand_in):
    stand_in.write_text(stand_in.read_text() + "echo 'WARN: Unable to resolve link'\n")
    with pytest.raises(PublishError, match="Unable to resolve link"):
        publish_site(staged, staged.parent / "site", "quarto")
    change(staged, "{{< env HOME >}}", title="<b>Mål</b>")
    with pytest.raises(PublishError) as caught:
        publish_site(staged, staged.parent / "site", "quarto")
    assert len(caught.value.faults) == 2


def test_quarto_alone_publishes_no_file_that_no_run_has_made(staged):
    for year in ("2018", "2019"):
        write_manifest(staged / "report" / year, {})
    refuse_strays(staged)
    change(staged, "Rettet i hånden")
    for name in ("2019/job kopi.ipynb", "2019/udkast.xlsx", "2019 kopi/job.ipynb"):
        (staged / "report" / name).parent.mkdir(exist_ok=True)
        (staged / "report" / name).touch()
    with pytest.raises(PublishError) as caught:
        refuse_strays(staged)
    assert len(caught.value.faults) == 3


def test_the_policy_of_quartos_pages_names_quartos_scripts_and_no_other(staged, stand_in):
    """Quarto's own are those marked so, and those on every page; data is no script."""
    common, own = "<script>start();\r\ngo();</script>", '<script id="quarto-x">search();</script>'
    foreign = '<script>steal();</script><script type="application/json">{}</script>'
    foreign += r'<a href="./b.html" class="pagination-link" aria-label="6\.5 Indkøb \&amp; job">'
    for name, more in (("a", ""), ("b", foreign)):
        page = f'<meta content="default-src; {LOOSE}">{common}{own}{more}<a href="./was">'
        (staged.parent / f"{name}.html").write_bytes(page.encode())
    made = "cp ../a.html ../b.html _site\necho {} > _site/search.json\n"
    stand_in.write_text(stand_in.read_text() + made)
    publish_site(staged, staged.parent / "site", "quarto")
    assert not (staged.parent / "site/search.json").exists()
    assert 'aria-label="6.5 Indkøb &amp; job"' in read(staged.parent / "site", "b.html")
    named = re.findall(r"src/socok_analysis/publish/assets/\S+", read(staged, "_quarto.yml"))
    assert named and all((staged / name).is_file() for name in named)
    for name in ("a.html", "b.html"):
        page = read(staged.parent / "site", name)
        assert "'unsafe-inline'" not in page and 'href="/was"' in page
        assert hash_inline("start();\ngo();") in page and hash_inline("search();") in page
        assert hash_inline("steal();") not in page and hash_inline("{}") not in page


def test_a_phone_is_told_a_wide_tables_columns_and_where_a_long_title_parts(staged):
    wide = "| Navn | Type | Antal |\n|:--|:--|--:|\n"
    wide += "| Sumak | Registreret socialøkonomisk | 54,4 % (37 af 68) |\n\n: Bred {#tbl-b}"
    change(staged, wide, title="Registreringsordningen")
    site = publish(staged)
    page = read(site, CHANGED)
    assert "<h1>Registrerings\u00adordningen</h1>" in page
    assert "<title>Registreringsordningen" in page
    assert list_values(page, "td", "data-label") == ["Type", "Antal"]
    assert list_values(page, "tr", "role") + list_values(page, "table", "role") == ["row", "table"]
    assert "data-label" not in drop_own(read(site, "report/2019/job.html"))
