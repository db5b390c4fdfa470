"""Which files of a year folder are exports. Nothing is opened, and nothing heavy imported."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".xlsx", ".xlsm")
OTHER_SUFFIXES = (
    ".xls",
    ".xlsb",
    ".xlt",
    ".xltx",
    ".xltm",
    ".ods",
    ".ots",
    ".fods",
    ".numbers",
    ".csv",
    ".tsv",
    ".zip",
)
OWN_LISTS = ("afvigelser.csv", "offentliggjort.csv", "rettelser.csv", "undtagelser.csv")


def list_exports(folder: Path) -> list[Path]:
    """Return the workbooks of a year folder by name; Excel's lock files and hidden ones not."""
    return [path for path in list_files(folder, SUFFIXES) if not is_passed_over(path)]


def list_files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files of a folder with one of the suffixes, whatever their case, by name."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in suffixes)
    return sorted(path for path in found if path.is_file())


def list_unopenable(folder: Path) -> list[Path]:
    """Return what is named as a workbook and is no file: a folder, or a link that leads nowhere."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return sorted(path for path in found if not path.is_file())


def is_passed_over(path: Path) -> bool:
    """Tell whether a file is hidden or a lock file that Excel left."""
    return path.name.startswith(("~$", "."))
