"""Units of the tree a workbook speaks of: which are known, and which must be made first."""

from __future__ import annotations

import re
from collections.abc import Iterable

from accounts.enums import Level
from bases.enums import BaseKind
from exchange.rules.changes import UnitChange
from exchange.rules.facts import Stored, StoredUnit
from exchange.workbook import Workbook
from exchange.workbook.checks import TOWN

COMMITTEE = re.compile(r"^(.+?(?:街道|镇|乡|开发区|园区))(党\(工\)委|党（工）委|党工委|党委)$")


class Units:
    """Names resolved to units below one owner; those missing gather in `changes`."""

    def __init__(self, book: Workbook, stored: Stored) -> None:
        self.stored = stored
        self.known: dict[str, StoredUnit] = {}
        for unit in (stored.owner, *stored.units):
            for name in (unit.name, unit.committee):
                if name:
                    self.known.setdefault(name, unit)
        self.towns = {unit.name for unit in stored.units if unit.level is Level.TOWNSHIP}
        self._made: dict[str, UnitChange] = {}
        self._places = self._campuses(book)
        self._names = sorted(self._mentioned(book))
        self._committees = {m[1]: name for name in self._names if (m := COMMITTEE.match(name))}
        for name in sorted(self._towns(book)):
            self._make_town(name)
        for name in self._names:
            self._make_unit(name)
        self._complete_towns()

    @property
    def changes(self) -> tuple[UnitChange, ...]:
        """Units to make or complete, towns before the units below them."""
        return tuple(self._made.values())

    def town(self, name: str | None) -> str | None:
        """`name` when it is, or will be, a township; None otherwise."""
        made = self._made.get(name or "")
        return name if name and (name in self.towns or (made and made.level is Level.TOWNSHIP)) else None

    def stored_id(self, name: str) -> int | None:
        """Id of the unit a name means, by its own name or its committee's; None when it is not there yet."""
        match = COMMITTEE.match(name)
        unit = self.known.get(name) or (self.known.get(match[1]) if match else None)
        return unit.id if unit else None

    def _mentioned(self, book: Workbook) -> set[str]:
        names = {row.unit for row in book.instructors} | {row.host for row in book.classes}
        return {name for name in names | {row.unit for row in book.leaders} if name}

    def _towns(self, book: Workbook) -> set[str]:
        rows: Iterable[str | None] = (
            *(row.town for row in book.instructors),
            *(row.town for row in book.bases),
            *(row.town for row in book.classes),
            *self._committees,
        )
        return {name for name in rows if name and TOWN.search(name)}

    def _campuses(self, book: Workbook) -> dict[str, tuple[float, float]]:
        """Where a town lies: at its main campus."""
        found: dict[str, tuple[float, float]] = {}
        for row in book.bases:
            if row.kind is BaseKind.MAIN_CAMPUS and row.town and row.latitude and row.longitude:
                found.setdefault(row.town, (row.latitude, row.longitude))
        return found

    def _make_town(self, name: str) -> None:
        if name not in self.known and self.stored.owner.level is not Level.TOWNSHIP:
            committee = self._committees.get(name, "")
            self._made[name] = UnitChange(name, Level.TOWNSHIP, None, committee, self._places.get(name))

    def _make_unit(self, name: str) -> None:
        match = COMMITTEE.match(name)
        if name in self.known or name in self._made or (match and self.town(match[1])):
            return
        parent = max(
            (town for town in {*self.towns, *self._made} if name.startswith(town) and self.town(town)),
            key=len,
            default=None,
        )
        self._made[name] = UnitChange(name, Level.UNIT, parent)

    def _complete_towns(self) -> None:
        """A town known by name alone gets its committee and its place."""
        for unit in self.stored.units:
            if unit.level is not Level.TOWNSHIP:
                continue
            committee = "" if unit.committee else self._committees.get(unit.name, "")
            place = None if unit.has_place else self._places.get(unit.name)
            if committee or place:
                self._made[unit.name] = UnitChange(unit.name, Level.TOWNSHIP, None, committee, place, unit.id)
