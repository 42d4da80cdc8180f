"""Great-circle distances, once for single pairs (the checker) and once for whole rows (the solver)."""

import math

import numpy as np
import numpy.typing as npt

from scheduling.engine.model import Place, Problem

RADIUS_KM = 6371.0088
_KEPT_ROWS = 4096

Ints = npt.NDArray[np.int64]


def kilometres(a: Place, b: Place) -> float:
    """Return the great-circle distance of two places in km."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.lon - a.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))


def travel_minutes(km: float, problem: Problem) -> int:
    """Return the whole minutes that a distance takes by road, rounded up."""
    return math.ceil(km * problem.detour / problem.speed_kmh * 60)


class Distances:
    """Rows of half kilometres (rounded down) and of travel minutes from a place to all places, kept as they are asked for."""

    def __init__(self, problem: Problem) -> None:
        self._lat = np.radians(np.array([p.lat for p in problem.places], dtype=float))
        self._lon = np.radians(np.array([p.lon for p in problem.places], dtype=float))
        self._factor = problem.detour / problem.speed_kmh * 60
        self._rows: dict[int, tuple[Ints, Ints]] = {}

    def half_km(self, place: int) -> Ints:
        """Return floor(km / 2) from a place to every place; the last entry is for an unknown place, 0."""
        return self._row(place)[0]

    def minutes(self, place: int) -> Ints:
        """Return travel minutes from a place to every place; the last entry is for an unknown place, 0."""
        return self._row(place)[1]

    def _row(self, place: int) -> tuple[Ints, Ints]:
        row = self._rows.get(place)
        if row is None:
            if len(self._rows) >= _KEPT_ROWS:
                self._rows.clear()
            row = self._rows[place] = self._compute(place)
        return row

    def _compute(self, place: int) -> tuple[Ints, Ints]:
        if place < 0:
            nothing = np.zeros(len(self._lat) + 1, dtype=np.int64)
            return nothing, nothing
        half_lat, half_lon = (self._lat - self._lat[place]) / 2, (self._lon - self._lon[place]) / 2
        h = np.sin(half_lat) ** 2 + np.cos(self._lat[place]) * np.cos(self._lat) * np.sin(half_lon) ** 2
        km = 2 * RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, h)))
        half, minutes = np.floor(km / 2).astype(np.int64), np.ceil(km * self._factor).astype(np.int64)
        return np.append(half, 0), np.append(minutes, 0)
