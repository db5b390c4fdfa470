"""The refusal of a cell's value, as parsers raise it."""

from __future__ import annotations

BLANK = "Værdien mangler."


class ParseError(Exception):
    """A value that cannot be read as what its column holds. Texts are Danish, without the value.

    `is_harmless`: its words are nearly known ones, so that it cannot be a person's name.
    """

    def __init__(
        self, message: str, expected: str, advice: str = "", is_harmless: bool = False
    ) -> None:
        super().__init__(message)
        self.is_harmless = is_harmless
        self.message = message
        self.expected = expected
        self.advice = advice or "Ret værdien i udtrækket."

    @property
    def is_of_blank(self) -> bool:
        """Tell whether it refuses a blank cell that has to be filled in."""
        return self.message == BLANK
