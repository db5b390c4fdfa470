"""Plain Quarto and both our publishers make the same site; skipped where there is no Quarto."""

import os
import posixpath
import re
import shutil
import subprocess
import sys

import numpy
import pypdfium2
import pytest

from conftest import list_files
from pages import make_staged, read_main, write_notebook
from socok_analysis.publish.site import publish_site
from socok_analysis.publish.source import find_quarto
from workbooks import ROOT, read_parts

HOOKS = "src/socok_analysis/publish"


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A small project published by `quarto render` alone, and by both our ways with Quarto's."""
    if not (quarto := find_quarto()):
        pytest.skip("der er ingen quarto her")
    plain = make_staged(tmp_path_factory.mktemp("plain"))
    for folder in (plain, staged := shutil.copytree(plain, tmp_path_factory.mktemp("a") / "b")):
        write_notebook(folder / "notebooks/x.ipynb", "X", "Tal", order=1)
        shutil.copy(ROOT / "notebooks/_metadata.yml", folder / "notebooks")
    shutil.copytree(ROOT / HOOKS, plain / HOOKS, ignore=shutil.ignore_patterns("__pycache__"))
    settings = (ROOT / "_quarto.yml").read_text(encoding="utf-8")
    settings = re.sub("  pre-render: .*\n", "", settings)
    (plain / "_quarto.yml").write_text(settings, encoding="utf-8")
    env = {**os.environ, "QUARTO_PYTHON": sys.executable, "PYTHONPATH": str(ROOT / "src")}
    for target in ([], ["notebooks/x.ipynb"], ["report/2019/job.ipynb", "--to", "docx"]):
        command = [str(quarto), "render", *(target or ["."])]
        done = subprocess.run(command, cwd=plain, env=env, capture_output=True, encoding="utf-8")
        assert done.returncode == 0 and "WARN" not in done.stderr, done.stderr
        if not target:
            shutil.copytree(plain / "_site", plain / "site")
    sites = {"plain": plain / "site"}
    for name in ("quarto", "embedded"):
        sites[name] = staged.parent / name
        publish_site(staged, sites[name], name)
    return sites


def look(site, name):
    """Return what pages of all publishers must have alike, and where the menu leads."""
    html = (site / name).read_text(encoding="utf-8")
    title = re.sub(r"\s+", " ", re.search("<title>(.*?)</title>", html, re.DOTALL)[1])
    start = re.search(r'id="(?:site-menu|quarto-sidebar)"', html).start()
    menu = html[start : html.index("<main")].partition('id="quarto-margin-sidebar"')[0]
    foot = html[re.search('<footer class="(?:site-foot|footer)', html).start() :]
    menu, foot = (re.findall('<a[^>]*href="([^"#]+)"', part) for part in (menu, foot))
    main, here = read_main(site / name), posixpath.dirname(name)
    ways = [posixpath.normpath(posixpath.join(here, link)) for link in menu]
    return {"title": title, "words": main.words, "alts": main.alts, "foot": foot}, ways


def test_quarto_alone_and_both_our_publishers_make_the_same_pages_titles_menu_and_footer(three):
    names = list_files(three["embedded"], "*.html")
    assert len(names) == 7
    for name in names:
        ours, menu = look(three["embedded"], name)
        assert "/was" in ours["foot"] and ("index" in name or "20" in ours["title"]), name
        for other in ("plain", "quarto"):
            theirs, links = look(three[other], name)
            assert theirs == ours, (other, name)
            assert list(dict.fromkeys(link for link in links if link in menu)) == menu, name
    for site in three.values():
        assert not list(site.rglob("search.json"))
        policies = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
        assert not any("script-src 'self' 'unsafe-inline'" in page for page in policies)


def test_an_editors_preview_of_a_notebook_is_no_page_of_code_and_word_keeps_the_figure(three):
    plain = three["plain"].parent
    page = (plain / "notebooks/x.html").read_text(encoding="utf-8")
    assert "vis()" not in page and "socok report" in page and 'lang="da"' in page
    assert not list(plain.rglob("x_files"))
    (word,) = plain.rglob("job.docx")
    assert any(re.fullmatch("word/media/.*png", name) for name in read_parts(word))


def test_the_example_says_the_same_page_by_page_with_the_same_downloads(built, quarto_site):
    sites = (built / "_site", quarto_site)
    for kind in ("*.html", "*.pdf", "*.docx", "*.xlsx", "*.csv", "*.json", "figures/*.svg"):
        ours, quartos = (list_files(site / "report", kind) for site in sites)
        assert ours and ours == quartos, kind
    for name in list_files(sites[0], "*.html"):
        ours, quartos = (read_main(site / name) for site in sites)
        assert ours.words == quartos.words, name
        told, said = ([" ".join(alt.split()) for alt in page.alts] for page in (ours, quartos))
        assert told == said, name
        wanted = {anchor for anchor in ours.ids if not anchor.endswith("-tekst")}
        assert wanted <= set(quartos.ids), name
        ours, quartos = ((site / name).read_text(encoding="utf-8") for site in sites)
        listed = re.findall(r'class="level-[23]" href="[^"]*">([^<]*)<', ours)
        toc = quartos.partition('id="TOC"')[2].partition("</nav>")[0]
        told = re.findall(r'data-scroll-target="[^"]*">([^<]*)<', toc.replace("\u00ad", ""))
        assert not listed or listed == told, name
        assert not re.search(r'pagination-link"[^>]*\\', quartos), name


@pytest.mark.parametrize("year", [2018, 2019])
def test_no_sheet_of_the_report_is_more_than_a_third_empty_but_the_last(built, year):
    """What is below the last line above the foot; the example of 2019 has 25 to 32 sheets."""
    (path,) = (built / f"report/{year}").glob(f"*-{year}.pdf")
    sheets = pypdfium2.PdfDocument(path)
    assert len(sheets) <= 32 and (year == 2018 or len(sheets) >= 25)
    for number, sheet in enumerate(list(sheets)[:-1], 1):
        ink = numpy.asarray(sheet.render(scale=0.6).to_pil().convert("L")) < 245
        body = ink[len(ink) * 21 // 297 : len(ink) * 275 // 297]  # within the margins
        used = numpy.flatnonzero(body.any(axis=1)).max(initial=0)
        assert used > len(body) * 2 / 3, f"side {number}"


SCRIPT = ROOT / HOOKS / "hooks.py"


def run(project):
    hidden = {"PYTHONPATH", "SOCOK_PRERENDER", "VIRTUAL_ENV"}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"QUARTO_ROOT_DIR": str(project), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-S", str(SCRIPT)]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in environment is a shell script")
def test_without_library_it_says_what_to_do_until_the_projects_environment_takes_over(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 1 and "make report" in done.stderr and "Traceback" not in done.stderr
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/asked\nexit 7\n')
    python.chmod(0o755)
    assert run(tmp_path).returncode == 7
    assert (tmp_path / "asked").read_text().strip().endswith("hooks.py")
