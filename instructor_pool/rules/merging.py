"""What merging two files of one person does with the columns that refer to a person: said beside each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

POLICY = "when_merged"
"""The key of a column's `info`; a column that refers to `instructor` without it fails a test and stops a merge."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Rows move to the kept file, or stay with the closed one, which is never deleted."""

    label: str
    """What the rows are, in Chinese; an `N_` word."""
    moves: bool
    once: tuple[str, ...] = ()
    """Columns within which a person has one row: where the kept file has it, the other's stays."""


def moves(label: str, *once: str) -> dict[Any, Any]:
    """`info` of a column whose rows go along with the person."""
    return {POLICY: Policy(label, True, once)}


def stays(label: str) -> dict[Any, Any]:
    """`info` of a column that tells what was, or that the closed file needs itself."""
    return {POLICY: Policy(label, False)}
