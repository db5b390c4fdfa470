"""Runs Quarto on a staged project, refuses what it only warned about, and finishes its pages.

`quarto-head.html` gives every page a policy that keeps other hosts out. Here it is tightened: an
inline script is named by its hash. Quarto calls `finish_site` itself (`hooks.py`) where it is run
alone, so its pages are the same.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from base64 import b64encode
from collections import Counter
from pathlib import Path

import yaml

from socok_analysis.publish.pages import ESCAPE, Project, list_footer, read_config
from socok_analysis.publish.pandoc import ASSETS, PublishError, run_program

BAD_HTML = ("?@", "papermill-error-cell", "cell-output-error")
LOOSE = "script-src 'self' 'unsafe-inline'"
HANDLER = "if (window.quartoToggleHeadroom) { window.quartoToggleHeadroom(); }"
_SCRIPT = re.compile(
    r"<script(?![^>]*\b(?:src=|type=.application/(?:ld\+)?json))([^>]*)>(.*?)</script>", re.DOTALL
)
_OWN = re.compile(r"""\bid="quarto-""")
_TURN = re.compile(r"""(class="pagination-link" aria-label=")([^"]*)""")
_OUTWARD = re.compile(r"\]\(<?/([^)>]*)>?\)")


def find_quarto() -> Path | None:
    """Return the quarto program: QUARTO_PATH (the program or its folder), then PATH."""
    given = os.environ.get("QUARTO_PATH")
    if given and Path(given).is_file():
        return Path(given)
    found = (given and shutil.which("quarto", path=given)) or shutil.which("quarto")
    return Path(found) if found else None


def read_quarto_version(quarto: Path) -> str:
    """Return the version Quarto reports, as '1.9.38'."""
    answer, _ = run_program([str(quarto), "--version"], quarto.parent)
    return answer.decode().split()[-1]


def publish_quarto(quarto: Path, project: Project, site: Path) -> None:
    """Render the staged project and move the result to `site`."""
    pages = project.pages.items()
    faults = [f"{n}: title må ikke indeholde < eller >" for n, p in pages if {*"<>"} & {*p.title}]
    faults += [f"{n}: teksten indeholder {{{{<" for n, page in pages if "{{<" in page.markdown]
    if faults:
        raise PublishError("Quarto ville udføre tekst fra siderne:", faults)
    assets = project.folder / "src/socok_analysis/publish/assets"  # where `_quarto.yml` has them
    assets.mkdir(parents=True, exist_ok=True)
    for asset in ASSETS.iterdir():  # one by one: a full disk is one error, not a list of them
        shutil.copyfile(asset, assets / asset.name)
    config = read_config(project.folder)
    for hook in ("pre-render", "post-render"):  # the pages are made, and finished below
        config["project"].pop(hook, None)
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (project.folder / "_quarto.yml").write_text(text, encoding="utf-8")
    answer, said = run_program([str(quarto), "render", str(project.folder)], project.folder)
    told = [*answer.decode(errors="replace").splitlines(), *said.splitlines()]
    if warned := [line.strip() for line in told if re.search(r"\bWARN", line)]:
        raise PublishError("Quarto gjorde sitet færdigt, men med fejl:", warned)
    output = project.folder / project.output
    finish_site(project.folder, output)
    site.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(output, site)


def finish_site(folder: Path, output: Path) -> None:
    """Finish the pages Quarto made of the project in a folder; those finished stay as they are.

    Scripts that are Quarto's, marked as such or on every page, are named in each page's policy. The
    titles of the pages before and after are said without the backslashes that keep Quarto from
    reading markup. A way of the footer to a page of the host's own is absolute again (Quarto reads
    it as one of the site), and what only search uses goes with it. Raise PublishError where a page
    shows a fault.
    """
    config = read_config(folder)
    pages = {path: path.read_bytes().decode("utf-8") for path in sorted(output.rglob("*.html"))}
    found = {path.relative_to(output).as_posix(): text for path, text in pages.items()}
    marks = [(name, mark) for name, text in found.items() for mark in BAD_HTML if mark in text]
    if faults := [f"{name}: indeholder {mark}" for name, mark in marks]:
        raise PublishError("Quarto gjorde sitet færdigt, men med fejl:", faults)
    outward = [target for part in list_footer(config) for target in _OUTWARD.findall(part)]
    scripts = {path: _SCRIPT.findall(text) for path, text in pages.items()}
    times = Counter(body for held in scripts.values() for body in {body for _, body in held})
    for path, text in pages.items():
        hashes = {
            hash_inline(body)
            for attributes, body in scripts[path]
            if _OWN.search(attributes) or times[body] == len(pages)
        }
        allowed = " ".join(sorted(hashes | {hash_inline(HANDLER)}))
        policy = f"script-src 'self' 'unsafe-hashes' {allowed}"
        text = text.replace(LOOSE, policy, 1)
        text = _TURN.sub(lambda found: found[1] + ESCAPE.sub(r"\1", found[2]), text)
        up = "../" * (len(path.relative_to(output).parts) - 1) or "./"
        for target in outward:
            text = text.replace(f'href="{up}{target}"', f'href="/{target}"')
        path.write_bytes(text.encode("utf-8"))
    if (config.get("website") or {}).get("search") is False:
        (output / "search.json").unlink(missing_ok=True)


def hash_inline(body: str) -> str:
    """Return a script's or a style's hash as a policy writes it; browsers read line ends as LF."""
    digest = hashlib.sha256(body.replace("\r\n", "\n").encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"
