"""What can go wrong, and the exit code each kind gives. Messages are Danish: users read them."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socok_analysis.core.problems import Problem


class SocokError(Exception):
    """Something the user must be told in one clear message."""

    exit_code = 3


class DataError(SocokError):
    """The data have errors; `problems` lists them all."""

    exit_code = 1

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class UsageError(SocokError):
    """The command, a parameter or a name was wrong."""

    exit_code = 2


class MissingError(SocokError):
    """A program, a font or a part of the machine that is needed is missing or failed."""

    exit_code = 3


def explain_os_error(error: OSError) -> str:
    """Return in Danish what the computer refused, in which of the user's folders, and what to do.

    A folder that is being built is named by the place it will have.
    """
    import shutil

    named = Path(re.sub(r"\.([^/\\]+)\.ny-\d+-[^/\\]+", r"\1", str(error.filename or Path.cwd())))
    folder = next((path for path in (named, *named.parents) if path.is_dir()), Path.cwd())
    if error.errno == errno.ENOSPC:
        free = shutil.disk_usage(folder).free // 1_000_000
        return (
            f"Disken er fuld: der er {free} MB ledigt, hvor {folder} ligger. "
            "Slet noget, du ikke skal bruge, og kør samme kommando igen."
        )
    if error.errno == errno.EDQUOT:
        text = "Slet noget, eller bed it-afdelingen om mere plads, og kør samme kommando igen."
        return f"Din plads på drevet med {folder} er brugt op. {text}"
    if error.errno == errno.EROFS:
        text = "Flyt projektet til en mappe, du må skrive i, og kør samme kommando igen."
        return f"{folder} er skrivebeskyttet. {text}"
    if error.errno in (errno.EACCES, errno.EPERM):
        text = "Er den åben i et andet program, så luk det. Ellers skal du have skriveadgang til"
        return f"Der er ikke adgang til {named}. {text} {folder}."
    place = f" ({error.filename})" if error.filename else ""
    return f"Computeren kunne ikke udføre det: {error.strerror or error}{place}."
