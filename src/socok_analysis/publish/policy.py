"""The content security policy of Quarto's pages: Quarto's own inline scripts run, no other.

`quarto-head.html` gives every page a policy that keeps other hosts out, also where an analyst
runs Quarto alone. Here it is tightened: an inline script is named by its hash.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

LOOSE = "script-src 'self' 'unsafe-inline'"
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.DOTALL)
DATA = re.compile(r"""type="application/(?:json|ld\+json)""")
OWN = re.compile(r"""\bid="quarto-""")
HANDLER = "if (window.quartoToggleHeadroom) { window.quartoToggleHeadroom(); }"


def seal_pages(site: Path) -> None:
    """Name the scripts Quarto writes into pages in each page's policy; no other inline one runs."""
    pages = {path: path.read_bytes().decode("utf-8") for path in sorted(site.rglob("*.html"))}
    found = {path: list_scripts(text) for path, text in pages.items()}
    common = set.intersection(*map(set, found.values())) if found else set()
    for path, text in pages.items():
        own = [body for body, is_own in found[path].items() if is_own or body in common]
        path.write_bytes(text.replace(LOOSE, name_scripts(own), 1).encode("utf-8"))


def list_scripts(html: str) -> dict[str, bool]:
    """Return a page's inline scripts, and whether each is marked as Quarto's own."""
    return {
        body: OWN.search(attributes) is not None
        for attributes, body in SCRIPT.findall(html)
        if not DATA.search(attributes)
    }


def name_scripts(bodies: Iterable[str]) -> str:
    """Return the part of a policy that lets these inline scripts and Quarto's one handler run."""
    hashes = sorted({hash_script(body) for body in (*bodies, HANDLER)})
    return f"script-src 'self' 'unsafe-hashes' {' '.join(hashes)}"


def hash_script(body: str) -> str:
    """Return a script's or a style's hash as a policy writes it; browsers read line ends as LF."""
    digest = hashlib.sha256(body.replace("\r\n", "\n").encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"
