"""The finished site in a real Chromium: accessibility, keyboard, menu, downloads, paper.

Skipped where there is no browser.
"""

import functools
import http.server
import io
import shutil
import threading
from pathlib import Path

import pytest
from PIL import Image

from conftest import list_files

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 320)
SCHEMES = ("light", "dark")
PATIENCE = 180_000  # milliseconds: a machine with other work takes its time
MOST_BYTES = 100 * 1024
PICTURES = """() => Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode().catch(() => null);
}))"""
WIDE_LISTS = """() => [...document.querySelectorAll(".table-scroll:has(table.stacked)")]
  .filter((region) => region.scrollWidth > region.clientWidth).length"""
SHIFTS = """() => new Promise((done) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) total += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(total), 150);
})"""


def serve(folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def site(built):
    return built / "_site"


@pytest.fixture(scope="module")
def address(site):
    yield from serve(site)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE
        )
        yield opened
        opened.close()


def open_context(browser, width=1280, **options):
    """Return a context of the browser that waits as long as a busy machine needs."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(browser):
    context = open_context(browser)
    yield context.new_page()
    context.close()


def find_faults(page, scheme="light"):
    """Return what axe finds wrong on the page that is open; in the dark only colours differ."""
    dark = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    options = {
        "runOnly": dark if scheme == "dark" else {"type": "tag", "values": TAGS},
        "resultTypes": ["violations"],
        "preload": False,  # axe would fetch the style sheets, which the page's policy forbids
    }
    found = axe.Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {n['target']} {n['html'][:200]}" for v in found for n in v["nodes"]]


def check_pages(browser, site, base, scheme):
    """Return the faults of every page, each opened once: a dark one has other colours only."""
    context = open_context(browser, color_scheme=scheme)
    page, faults = context.new_page(), []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    own = (base, "data:")
    page.on("request", lambda r: None if r.url.startswith(own) else faults.append(r.url))
    for name in list_files(site, "*.html"):
        page.goto(base + name)
        for width in WIDTHS if scheme == "light" else WIDTHS[:1]:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{name}, {width}: {fault}" for fault in find_faults(page, scheme)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{name}: scrolls sideways at {width}")
        if page.viewport_size["width"] == min(WIDTHS) and page.evaluate(WIDE_LISTS):
            faults.append(f"{name}: a table shown as a list scrolls sideways")
    context.close()
    return faults


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_page_has_an_accessibility_fault_an_error_or_asks_elsewhere(browser, site, scheme):
    assert check_pages(browser, site, site.as_uri() + "/", scheme) == []


@pytest.fixture(scope="module")
def quarto_address(quarto_site):
    yield from serve(quarto_site)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_quartos_pages_have_none_either(browser, quarto_site, quarto_address, scheme):
    assert check_pages(browser, quarto_site, quarto_address, scheme) == []


def test_quartos_phone_has_one_menu_and_no_line_of_it_is_cut(page, quarto_address):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(quarto_address + "report/2019/partner-sumak.html")
    assert page.get_by_role("link", name="Forside").first.is_visible()
    assert not page.locator(".navbar-toggler").is_visible()
    button, ink = page.locator("button.quarto-btn-toggle"), page.locator("h1")
    colours = [each.evaluate("part => getComputedStyle(part).color") for each in (button, ink)]
    assert colours[0] == colours[1], "its word is read in the dark too"
    button.click()
    page.locator("#quarto-sidebar.show").wait_for()
    box = page.locator("#quarto-sidebar").get_by_text("Udvalgets tilføjelser").first.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320
    assert find_faults(page) == []


def test_quartos_chapters_fold_out_by_a_key(page, quarto_address):
    page.goto(quarto_address + "index.html")
    arrow = page.get_by_role("button", name="Undersider af Rapport 2018")
    inside = page.locator("#quarto-sidebar").get_by_role("link", name="Lokale indkøb").last
    assert not inside.is_visible()
    arrow.press("Enter")
    inside.wait_for()
    assert arrow.get_attribute("aria-expanded") == "true"


def test_every_page_is_small_asks_for_its_pictures_only_and_does_not_move(page, site, address):
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for name in list_files(site, "*.html"):
        has_all = name.endswith("kilder.html")  # every figure there is, on one page
        assert has_all or (site / name).stat().st_size < MOST_BYTES, name
        page.goto(address + name)
        assert page.evaluate(SHIFTS) < 0.01, name
    assert {Path(url).suffix for url in asked} <= {".html", ".svg"}


def test_the_first_tab_stop_leads_past_the_navigation(page, site):
    page.goto((site / "report/2019/job.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Gå til indholdet"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'site-main'")


def test_the_menu_opens_on_a_phone_at_the_page_one_is_on_and_closes(page, site):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto((site / "report/2019/kilder.html").as_uri())
    page.get_by_role("button", name="Menu").click()
    menu = page.get_by_role("navigation", name="Sider")
    menu.wait_for()
    page.wait_for_timeout(50)
    for part in (menu.get_by_role("button", name="Luk"), menu.locator("[aria-current]")):
        assert 0 <= part.bounding_box()["y"] < 640 - 36
    assert page.evaluate("scrollY") == 0 and find_faults(page) == []
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")


def test_a_chart_on_a_dark_page_is_drawn_in_colours_for_it(browser, site):
    lights = []
    for scheme in ("light", "dark"):
        context = open_context(browser, color_scheme=scheme)
        page = context.new_page()
        page.goto((site / "report/2019/job.html").as_uri())
        page.evaluate(PICTURES)
        picture = Image.open(io.BytesIO(page.locator(".chart img").first.screenshot()))
        lights.append(picture.convert("L").resize((1, 1)).getpixel((0, 0)))
        context.close()
    assert lights[0] > 200 > 80 > lights[1]


def test_the_contents_stay_beside_the_text_and_paper_has_whole_tables_and_no_navigation(page, site):
    page.goto((site / "report/2019/virksomheder.html").as_uri())
    page.evaluate("scrollTo(0, document.body.scrollHeight / 3)")
    assert page.locator(".contents a").first.is_visible() and page.evaluate("scrollY") > 300
    assert 0 <= page.locator(".contents").bounding_box()["y"] < 900
    page.emulate_media(media="print")
    for part in (".site-menu", ".contents", ".turn"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator("#tbl-virksomheder thead").is_visible()
