"""Bases and townships as points of a plain projected map: no tiles, no outlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

from sqlalchemy import select

from accounts.access import Scope
from bases.enums import BaseKind
from bases.models import TeachingBase
from bases.queries.bases import list_towns, visible
from bases.rules import is_bookable
from core.db import session

WIDTH, HEIGHT, MARGIN = 960.0, 640.0, 40.0
KM_PER_DEGREE = 111.195


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
class Map:
    """What the map shows; `scale` is the length of `scale_km` kilometres in its units."""

    bases: tuple[Spot, ...]
    towns: tuple[Spot, ...]
    unplaced: int
    scale: float = 0.0
    scale_km: int = 10


def map_of(scope: Scope) -> Map:
    """Every base in sight that has coordinates, with the townships around; two statements."""
    fields = (
        TeachingBase.id,
        TeachingBase.name,
        TeachingBase.kind,
        TeachingBase.state,
        TeachingBase.latitude,
        TeachingBase.longitude,
    )
    rows = session().execute(select(*fields).where(visible(scope)).order_by(TeachingBase.name)).all()
    towns = [t for t in list_towns(scope) if t.latitude is not None and t.longitude is not None]
    placed = [row for row in rows if row.latitude is not None and row.longitude is not None]
    if not placed:
        return Map((), (), len(rows))
    points = [(row.latitude, row.longitude) for row in placed]
    points += [(town.latitude or 0.0, town.longitude or 0.0) for town in towns]
    at, scale = _projection(points)
    bases = []
    for row in placed:
        x, y = at(row.latitude, row.longitude)
        bases.append(Spot(x, y, row.name, row.id, row.kind, is_bookable(row.state)))
    names = []
    for town in towns:
        x, y = at(town.latitude or 0.0, town.longitude or 0.0)
        names.append(Spot(x, y, town.name))
    return Map(tuple(bases), tuple(names), len(rows) - len(placed), scale * 10)


def _projection(
    points: Sequence[tuple[float, float]],
) -> tuple[Callable[[float, float], tuple[float, float]], float]:
    """Degrees to map units, north up, the same scale both ways; and units per kilometre."""
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = cos(radians((south + north) / 2))
    tall, wide = max(north - south, 0.01), max((east - west) * squeeze, 0.01)
    unit = min((HEIGHT - 2 * MARGIN) / tall, (WIDTH - 2 * MARGIN) / wide)
    left = (WIDTH - (east - west) * squeeze * unit) / 2
    top = (HEIGHT - (north - south) * unit) / 2

    def at(latitude: float, longitude: float) -> tuple[float, float]:
        return round(left + (longitude - west) * squeeze * unit, 1), round(top + (north - latitude) * unit, 1)

    return at, unit / KM_PER_DEGREE
