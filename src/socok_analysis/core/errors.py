"""What can go wrong, and the exit code each kind gives. Messages are Danish: users read them."""

from __future__ import annotations

from collections.abc import Sequence
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
