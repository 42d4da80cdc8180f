"""The plan of an import: per row what is written, and one fingerprint over all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from accounts.enums import Level
from exchange.enums import Action, SheetKind
from exchange.rules.facts import StoredRow
from exchange.workbook import Problem


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person of the pool (`stored_id`), of the file (`row` of its sheet), or only named by a post."""

    stored_id: int | None
    row: tuple[str, int] | None = None
    name: str = field(default="", compare=False)
    unit: str = field(default="", compare=False)
    post: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what stands in the database and what the file says."""

    field: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Change:
    """One row: `key` tells it apart, `title` is what a person reads, `differences` is what would be written."""

    kind: SheetKind
    sheet: str
    row: int
    key: tuple[object, ...]
    title: str
    action: Action
    stored_id: int | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def values(self) -> dict[str, object]:
        """Field → new value, of what differs."""
        return {d.field: d.new for d in self.differences}


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit of the tree to be made (`stored_id` None) or completed; `parent` None means the owner."""

    name: str
    level: Level
    parent: str | None = None
    committee: str = ""
    place: tuple[float, float] | None = None
    stored_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that confirming writes, and the problems only the database can show."""

    units: tuple[UnitChange, ...] = ()
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_alone: Mapping[SheetKind, int] = field(default_factory=dict)

    def of(self, kind: SheetKind) -> list[Change]:
        """The rows of one kind of sheet."""
        return [change for change in self.changes if change.kind is kind]

    @property
    def writes(self) -> int:
        """How many rows would be written, units included."""
        return len(self.units) + sum(change.action is not Action.SAME for change in self.changes)


def compare(
    place: tuple[SheetKind, str, int],
    key: tuple[object, ...],
    title: str,
    wanted: Mapping[str, object],
    stored: StoredRow | None,
) -> Change:
    """`wanted` beside what is stored; blanks (None, empty lists) never erase anything."""
    said = {name: value for name, value in wanted.items() if value is not None and value != ()}
    if stored is None:
        return Change(
            *place, key, title, Action.CREATE, None, tuple(Difference(n, None, v) for n, v in said.items())
        )
    apart = tuple(
        Difference(n, stored.values.get(n), v) for n, v in said.items() if stored.values.get(n) != v
    )
    return Change(*place, key, title, Action.UPDATE if apart else Action.SAME, stored.id, apart)


def fingerprint(plan: Plan) -> str:
    """Digest of everything the plan would write and replace: equal plans meet whatever they were made from."""
    body = (
        [[_plain(u.name), u.level, u.parent, u.committee, u.place, u.stored_id] for u in plan.units],
        [
            [
                c.kind,
                [_plain(k) for k in c.key],
                c.action,
                c.stored_id,
                [[d.field, _plain(d.old), _plain(d.new)] for d in c.differences],
            ]
            for c in plan.changes
            if c.action is not Action.SAME
        ],
    )
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, default=str).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, PersonRef):
        return [value.stored_id, value.row, value.name]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | float):
        return f"{value:g}" if isinstance(value, Decimal) else repr(value)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | bool | type(None)) else str(value)
