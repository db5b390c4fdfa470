"""Office files are archives of XML parts: opened, edited and packed the same way every time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

_EPOCH = (1980, 1, 1, 0, 0, 0)


def unpack(archive: bytes) -> dict[str, bytes]:
    """The parts of an archive by name, in its order."""
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def edit(parts: dict[str, bytes], name: str, change: Callable[[str], str]) -> None:
    """Change one part's text in place."""
    parts[name] = change(parts[name].decode("utf-8")).encode("utf-8")


def pack(parts: Mapping[str, bytes]) -> bytes:
    """An archive of the parts. Stored, not compressed: zlib's bytes differ between machines."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            archive.writestr(entry, content)
    return packed.getvalue()
