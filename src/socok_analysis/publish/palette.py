"""The one palette, `palette.css`, for what is no web page: the PDF and the Word document."""

from __future__ import annotations

import re

from socok_analysis.publish.pandoc import ASSETS

_LIGHT = re.compile(r":root \{(.*?)\}", re.DOTALL)
_COLOUR = re.compile(r"--([a-z]+): #([0-9a-f]{6});")


def read_palette() -> dict[str, str]:
    """The light colours by name, as six hexadecimal digits."""
    text = (ASSETS / "palette.css").read_text(encoding="utf-8")
    light = _LIGHT.search(text)
    return dict(_COLOUR.findall(light.group(1))) if light else {}


def write_typst_palette() -> str:
    """The colours as a Typst module."""
    lines = (f'#let {name} = rgb("#{digits}")' for name, digits in read_palette().items())
    return "\n".join(lines) + "\n"


def fill_palette(xml: str) -> str:
    """Word's styles with the colours in the places that name them: `{accent}`."""
    for name, digits in read_palette().items():
        xml = xml.replace(f"{{{name}}}", digits.upper())
    return xml
