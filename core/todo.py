"""A line of the workbench: what waits, for whom to do, and where to do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

MOST = 999
"""How far heaps are counted: whoever has more waiting wants to begin, not to know how many more there are."""


def heap(count: int) -> str:
    """How many wait, in words: exactly up to MOST, "999+" beyond."""
    return str(count) if count <= MOST else f"{MOST}+"


class Urgency(IntEnum):
    """How pressing a line is; the higher the further up."""

    LATER = 0
    SOON = 1
    NOW = 2


@dataclass(frozen=True, slots=True)
class Todo:
    """`text` says what waits, `url` is where it is done, `kind` groups lines of one sort; `note` says more.

    Where a feature counts as far as MOST and one more, its text says `heap(count)`.
    """

    text: str
    url: str
    count: int
    kind: str
    urgency: Urgency = Urgency.SOON
    note: str = ""


def by_urgency(lines: Iterable[Todo]) -> list[Todo]:
    """The most pressing first, then the longer heap; nothing that is empty."""
    return sorted(
        (line for line in lines if line.count > 0), key=lambda line: (-line.urgency, -line.count, line.kind)
    )
