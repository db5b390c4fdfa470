"""The tidy tables: which columns each kind of export gives, and how they are stored.

`tables.csv` beside this file declares them: a row per column with its type, whether a row needs
a value, and the least and greatest value. Types: text, id, date, number, percent, whole, flag,
`flag_or_date:<date column>`, week, person, enterprise, agreement, `code:<list>`, `codes:<list>`.

A person becomes a `person_key`: HMAC-SHA-256 of the ten digits, cut to 16 hexadecimal digits.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections import UserDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socok_analysis.core.lists import read_declaration
from socok_analysis.core.problems import MissingError

if TYPE_CHECKING:
    import pandas as pd

NEEDED_KINDS = ("courses", "jobs", "agreements", "enterprises")
KIND_DA = {
    "courses": "forløbsudtræk",
    "jobs": "ansættelser",
    "agreements": "samarbejdsaftaler",
    "enterprises": "virksomheder",
    "grants": "puljer og tilskud",
    "meetings": "netværksmøder",
    "attendance": "fremmøde",
    "waiting_list": "venteliste",
    "progression": "progression",
    "facts": "nøgleoplysninger",
}
# Days that follow on each other.
ORDERED = {
    "courses": [("started_on", "ended_on"), ("started_on", "expected_end_on")],
    "jobs": [("started_on", "ended_on")],
    "agreements": [("starts_on", "ends_on")],
    "enterprises": [("active_from", "active_to"), ("registered_on", "deregistered_on")],
    "grants": [("period_from", "period_to")],
    "waiting_list": [("listed_on", "left_on")],
}
STORED = {"number": "Float64", "percent": "Float64", "whole": "Int64", "flag": "boolean"}
STORED |= {"date": "date32[pyarrow]"}
KEY_BYTES, UNKNOWN_PERSON = 32, "0000000000"
WAY_OUT = (
    "Hent den rigtige fra den, der havde projektet før, eller fra en sikkerhedskopi. Findes den "
    "ikke mere, så slet den og mappen data/processed: så laves en ny nøgle, og tabellerne laves om."
)
LOST = "Nøglen {path} mangler, men der er tabeller, som er lavet med den. " + WAY_OUT


@dataclass(frozen=True)
class Column:
    """One column of an export as it is declared. `detail` is what follows the colon of a type."""

    name: str
    type: str
    detail: str
    is_required: bool
    minimum: float | None
    maximum: float | None
    label: str


@cache
def read_columns() -> Mapping[str, tuple[Column, ...]]:
    """Return the declared columns of every kind of export, in order."""
    kinds: dict[str, tuple[Column, ...]] = {}
    for row in read_declaration("intake/tables.csv"):
        kind, _, detail = row["type"].partition(":")
        low, high = (float(row[key]) if row[key] else None for key in ("minimum", "maximum"))
        is_required, table = row["required"] == "ja", row["table"]
        column = Column(row["column"], kind, detail, is_required, low, high, row["label"])
        kinds[table] = (*kinds.get(table, ()), column)
    return kinds


def make_table(rows: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Return the named columns as a table, each stored as its declared type, rows or none."""
    stored = {name: STORED.get(kind, "string") for name, kind in types.items()}
    return rows[[*types]].astype(stored).reset_index(drop=True)


def read_table(path: Path) -> pd.DataFrame:
    """Return a tidy table from its file, with the types it was made with."""
    import pandas as pd

    with path.open("rb") as file:
        return pd.read_parquet(file)


class Tables(UserDict[str, Any]):
    """Tidy tables by name, each read when it is first asked for."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        if isinstance(self.data[name], Path):
            self.data[name] = read_table(self.data[name])
        table: pd.DataFrame = self.data[name]
        return table


def read_tables(folder: Path) -> Mapping[str, pd.DataFrame]:
    """Return every tidy table of a year's processed folder, by name."""
    return Tables({path.stem: path for path in sorted(folder.glob("*.parquet"))})


def key_path(root: Path) -> Path:
    """Return where the key lies."""
    return Path(os.environ.get("SOCOK_KEY_FILE") or root / ".socok" / "person.key")


def read_key(root: Path) -> bytes:
    """Return the project's key, made on first use; raise MissingError where it cannot be had."""
    path = key_path(root)
    try:
        if not path.exists():
            if any(root.glob("data/processed/*/manifest.json")):
                raise MissingError(LOST.format(path=path))
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(KEY_BYTES) + "\n")
    except OSError as error:
        raise MissingError(f"Der kan ikke skrives i {path.parent}: {error.strerror}.") from error
    with suppress(OSError, ValueError):
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(key) >= KEY_BYTES:
            return key
    raise MissingError(f"Nøglen i {path} kan ikke læses. {WAY_OUT}")


def hash_person(cpr: object, key: bytes) -> str | None:
    """Return the key of a person by the ten digits; None for a blank and for an unknown person."""
    if not cpr or cpr == UNKNOWN_PERSON:
        return None
    return hmac.digest(key, str(cpr).encode(), "sha256").hex()[:16]


def name_key(key: bytes) -> str:
    """Return a name for the key that tells two keys apart and gives nothing away."""
    return hmac.digest(key, b"socok-analysis key name", "sha256").hex()[:8]
