"""Bases of a list as points of a plain projected map: towns, distance rings, and heaps where points would hide each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from accounts.models import OrgUnit
from bases.enums import BaseKind
from bases.models import TeachingBase
from bases.rules import is_bookable
from bases.rules.places import Box, Origin, View, box_around, view_of
from core.db import session
from core.tables import Statement

WIDTH, HEIGHT, MARGIN = 720.0, 600.0, 48.0
CELL = 36.0
"""Points that share a square of this size are shown as a heap."""
MOST_BASES = 6000
MOST_TOWNS = 40
RINGS = (2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the map in its own units, left to right and top to bottom."""

    x: float
    y: float
    name: str
    base_id: int | None = None
    kind: BaseKind | None = None
    is_bookable: bool = True


@dataclass(frozen=True, slots=True)
class Heap:
    """Bases too close to tell apart: how many, and the part of the map that shows them."""

    x: float
    y: float
    count: int
    box: str
    is_one_place: bool
    """All at the same spot: looking closer does not help."""

    @property
    def radius(self) -> float:
        """Larger for more, within reason."""
        return min(11.0 + sqrt(self.count), 26.0)


@dataclass(frozen=True, slots=True)
class Map:
    """What the map shows; rings are (radius in its units, kilometres) around `centre`."""

    bases: tuple[Spot, ...] = ()
    heaps: tuple[Heap, ...] = ()
    towns: tuple[Spot, ...] = ()
    more_towns: int = 0
    unplaced: int = 0
    left_out: int = 0
    centre: tuple[float, float] = (0.0, 0.0)
    rings: tuple[tuple[float, int], ...] = ()
    scale: float = 0.0
    scale_km: int = 10
    tiles: tuple[tuple[str, float, float, float], ...] = ()


def map_of(
    stmt: Statement,
    towns: Sequence[OrgUnit],
    *,
    box: Box | None = None,
    origin: Origin | None = None,
    tiles: str = "",
) -> Map:
    """The bases of a list on the map: those in `box`, or all; one statement however many there are."""
    fields = (
        TeachingBase.id,
        TeachingBase.name,
        TeachingBase.kind,
        TeachingBase.state,
        TeachingBase.latitude,
        TeachingBase.longitude,
    )
    ordered = stmt.with_only_columns(*fields).order_by(None).order_by(TeachingBase.id)
    rows = session().execute(ordered.limit(MOST_BASES + 1)).all()
    left_out, rows = max(0, len(rows) - MOST_BASES), rows[:MOST_BASES]
    placed = [row for row in rows if row.latitude is not None and row.longitude is not None]
    if not placed:
        return Map(unplaced=len(rows), left_out=left_out)
    points = [(row.latitude, row.longitude) for row in placed]
    if origin is not None:
        points.append((origin.latitude, origin.longitude))
    view = view_of(box or box_around(points, pad=0.01), WIDTH, HEIGHT, MARGIN)
    spots, heaps = _spots(placed, view)
    names, more = _towns(towns, view)
    middle = origin or view.middle
    centre, unit = view.at(middle.latitude, middle.longitude), view.unit_km(middle.latitude)
    scale_km = next((km for km in reversed(RINGS) if km * unit <= WIDTH / 4), 1)
    return Map(
        bases=tuple(spots),
        heaps=tuple(heaps),
        towns=tuple(names),
        more_towns=more,
        unplaced=len(rows) - len(placed),
        left_out=left_out,
        centre=centre,
        rings=tuple((round(km * unit, 1), km) for km in RINGS if 40 <= km * unit <= WIDTH / 2),
        scale=round(scale_km * unit, 1),
        scale_km=scale_km,
        tiles=tuple(view.tiles(tiles)) if tiles else (),
    )


def _spots(rows: Sequence[Any], view: View) -> tuple[list[Spot], list[Heap]]:
    cells: defaultdict[tuple[int, int], list[tuple[float, float, Any]]] = defaultdict(list)
    for row in rows:
        x, y = view.at(row.latitude, row.longitude)
        if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
            cells[int(x // CELL), int(y // CELL)].append((x, y, row))
    spots, heaps = [], []
    for found in cells.values():
        if len(found) == 1:
            x, y, row = found[0]
            spots.append(Spot(x, y, row.name, row.id, row.kind, is_bookable(row.state)))
            continue
        places = [(row.latitude, row.longitude) for _x, _y, row in found]
        heaps.append(
            Heap(
                x=round(sum(x for x, _y, _row in found) / len(found), 1),
                y=round(sum(y for _x, y, _row in found) / len(found), 1),
                count=len(found),
                box=box_around(places, pad=0.0005).text,
                is_one_place=len(set(places)) == 1,
            )
        )
    return spots, heaps


def _towns(towns: Sequence[OrgUnit], view: View) -> tuple[list[Spot], int]:
    names = []
    for town in towns:
        if town.latitude is not None and town.longitude is not None:
            x, y = view.at(town.latitude, town.longitude)
            if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
                names.append(Spot(x, y, town.name))
    return names[:MOST_TOWNS], max(0, len(names) - MOST_TOWNS)
