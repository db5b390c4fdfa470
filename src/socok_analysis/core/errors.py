"""What can go wrong, and the exit code each kind gives. Messages are Danish: users read them."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socok_analysis.core.problems import Problem

LEAST_FREE_MB = 500
NO_SPACE = re.compile(r"No space left|\bErrno 28\b|os error 28|not enough space", re.IGNORECASE)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
DENIED = (
    "Der er ikke adgang til {named}. Er den åben i et andet program, så luk det. "
    "Ellers skal du have skriveadgang til {folder}."
)
SENTENCES = {
    errno.ENOSPC: "Disken er fuld: der er {free} MB ledigt, hvor {folder} ligger, og der skal "
    "bruges {least} MB. Intet er udgivet: slet noget, og kør samme kommando igen.",
    errno.EDQUOT: "Din plads på drevet med {folder} er brugt op, og der skal bruges {least} MB. "
    "Intet er udgivet: slet noget, eller bed om mere plads, og kør kommandoen igen.",
    errno.EROFS: "{folder} er skrivebeskyttet. "
    "Flyt projektet til en mappe, du må skrive i, og kør samme kommando igen.",
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
}


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


def find_refusal(error: BaseException | None) -> OSError | None:
    """Return the full or write-protected disk behind an error, however it was wrapped, if any.

    Programs and libraries tell it in their own words; `shutil` in a list of files.
    """
    while error:
        if isinstance(error, OSError) and error.errno in FULL:
            return error
        if NO_SPACE.search(str(error)):
            return OSError(errno.ENOSPC, str(error))
        error = error.__cause__ or error.__context__
    return None


def explain_os_error(error: OSError, home: Path | None = None) -> str:
    """Return in Danish what the computer refused, in which of the user's folders, and what to do.

    A folder that is being built is named by the place it will have; `home` is the user's project.
    """
    named = Path(re.sub(r"\.([^/\\]+)\.ny-\d+-[^/\\]+", r"\1", str(error.filename or home or ".")))
    places = (named.absolute(), *named.absolute().parents)
    folder = next(path for path in places if path.is_dir())
    if told := SENTENCES.get(error.errno or 0):
        free = shutil.disk_usage(folder).free // 1_000_000
        return told.format(folder=folder, named=named, free=free, least=LEAST_FREE_MB)
    place = f" ({error.filename})" if error.filename else ""
    return f"Computeren kunne ikke udføre det: {error.strerror or error}{place}."
