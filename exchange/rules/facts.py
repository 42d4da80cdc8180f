"""What the database holds of one owner, as plain facts keyed the way rows are told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from accounts.enums import Level
from scheduling.enums import SessionState


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row: its id and the values an import may set, by the names of the services' fields.

    Places and things are given by name, phone and ID number by their blind digests.
    """

    id: int
    values: Mapping[str, object]
    state: SessionState | None = None
    is_tied: bool = False
    """A session that is part of a package."""


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """A unit of the tree at or below the owner."""

    id: int
    name: str
    committee: str
    level: Level
    has_place: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Everything an import is compared with. Posts are keyed by (person id, unit id, title)."""

    owner: StoredUnit
    units: tuple[StoredUnit, ...] = ()
    people: tuple[StoredRow, ...] = ()
    bases: Mapping[str, StoredRow] = field(default_factory=dict)
    courses: Mapping[str, StoredRow] = field(default_factory=dict)
    borrowed: frozenset[str] = frozenset()
    """Courses of the levels above."""
    classes: Mapping[tuple[str, int], StoredRow] = field(default_factory=dict)
    sessions: Mapping[tuple[str, int, int], StoredRow] = field(default_factory=dict)
    posts: Mapping[tuple[int, int, str], tuple[StoredRow, ...]] = field(default_factory=dict)
    phone_digest: Callable[[str], str] = str
    number_digest: Callable[[str], str] = str
