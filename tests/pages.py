"""Pages in tests: a notebook as it stands after a run, and what a published page says."""

import re
from html.parser import HTMLParser

import nbformat

from socok_analysis.publish.quarto import hash_inline

STATEMENT = "/was"  # of accessibility: on the municipality's own site, where the law wants it
VOID = {"img", "br", "hr", "col", "meta", "link", "input", "wbr"}
OUTSIDE = {"nav", "script", "style"}
UNSEEN = {"section", "screen-reader-only"}  # what one publisher only has: the way up, a kind


def write_notebook(path, title, *blocks, order=1):
    cells = [nbformat.v4.new_raw_cell(f"---\ntitle: '{title}'\norder: {order}\n---", id="front")]
    for number, block in enumerate(blocks):
        output = nbformat.v4.new_output("display_data", data={"text/markdown": block})
        cells.append(nbformat.v4.new_code_cell("vis()", outputs=[output], id=f"c{number}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


class MainPart(HTMLParser):
    """Collects the words, ids and headings inside `main`, navigation left out."""

    def __init__(self, text):
        super().__init__()
        self.words = []
        self.ids = []
        self.alts = []
        self.open = []
        self.feed(text)

    @property
    def is_inside(self):
        tags = [tag for tag, _ in self.open]
        classes = {name for _, names in self.open for name in names.split()}
        return "main" in tags and not OUTSIDE & {*tags} and not UNSEEN & classes

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append((tag, given.get("class", "")))
        if self.is_inside and tag != "main":
            self.ids += [given["id"]] if "id" in given else []
            self.alts += [given["alt"]] if tag == "img" else []

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.is_inside:
            self.words += data.replace("\u00a0", " ").split()


def read_main(path):
    return MainPart(path.read_text(encoding="utf-8"))


def drop_own(html):
    for body in re.findall(r"<(?:style|script)[^>]*>(.*?)</(?:style|script)>", html, re.DOTALL):
        if hash_inline(body) in html:
            html = html.replace(body, "")
    return re.sub(r"<style></style>|<script[^>]*></script>", "", html)
