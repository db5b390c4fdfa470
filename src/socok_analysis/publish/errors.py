"""What publishing tells the user when it cannot go on."""

from __future__ import annotations

from collections.abc import Sequence


class PublishError(Exception):
    """Publishing stopped; the message is Danish and says which page and what to do."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([message, *(f"  - {fault}" for fault in faults)]))
