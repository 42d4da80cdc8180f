"""Where things are: coordinates as people type them, distances, and the plain projected map."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, atan, cos, degrees, floor, log, log2, pi, radians, sin, sinh, sqrt, tan

_EARTH = 6371.0
_ROUND = 40075.0
"""Kilometres round the equator."""
_POINT = re.compile(r"^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,， ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$", re.ASCII)
FARTHEST_NORTH = 85.0
"""Beyond it the projection runs off."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A place distances are counted from."""

    latitude: float
    longitude: float
    name: str = ""


def read_point(raw: str) -> Origin | None:
    """`35.40, 116.34`, latitude first; None for what is no place on the map."""
    found = _POINT.match(raw)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    if abs(latitude) > FARTHEST_NORTH or abs(longitude) > 180:
        return None
    return Origin(latitude, longitude, f"{latitude:g},{longitude:g}")


def km_between(one: Origin, latitude: float, longitude: float) -> float:
    """Kilometres as the crow flies."""
    north, east = radians(latitude - one.latitude), radians(longitude - one.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH * asin(sqrt(chord))


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map in degrees."""

    south: float
    west: float
    north: float
    east: float

    @property
    def text(self) -> str:
        """As an address carries it."""
        return ",".join(f"{n:.5f}" for n in (self.south, self.west, self.north, self.east))


def read_box(raw: str) -> Box | None:
    """A part of the map from an address; None for nonsense."""
    parts = raw.split(",")
    if len(parts) != 4 or not all(re.fullmatch(r"-?\d{1,3}(\.\d{1,9})?", part) for part in parts):
        return None
    south, west, north, east = map(float, parts)
    fits = -FARTHEST_NORTH <= south <= north <= FARTHEST_NORTH and -180 <= west <= east <= 180
    return Box(south, west, north, east) if fits else None


def box_around(points: Sequence[tuple[float, float]], pad: float = 0.0) -> Box:
    """The smallest part that holds all points (latitude, longitude), with a margin in degrees."""
    south, north = min(p[0] for p in points) - pad, max(p[0] for p in points) + pad
    west, east = min(p[1] for p in points) - pad, max(p[1] for p in points) + pad
    return Box(max(south, -FARTHEST_NORTH), max(west, -180.0), min(north, FARTHEST_NORTH), min(east, 180.0))


@dataclass(frozen=True, slots=True)
class View:
    """A window of the world in the Mercator projection tile maps use, `scale` units round the equator."""

    left: float
    top: float
    scale: float
    width: float
    height: float

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Degrees to units of the window, north up."""
        x, y = _world(latitude, longitude)
        return round(x * self.scale - self.left, 1), round(y * self.scale - self.top, 1)

    def unit_km(self, latitude: float) -> float:
        """Units of the window for a kilometre at a latitude."""
        return self.scale / (_ROUND * cos(radians(latitude)))

    @property
    def middle(self) -> Origin:
        """The place at the centre of the window."""
        x, y = (self.left + self.width / 2) / self.scale, (self.top + self.height / 2) / self.scale
        return Origin(degrees(atan(sinh(pi * (1 - 2 * y)))), x * 360 - 180)

    def tiles(self, address: str) -> list[tuple[str, float, float, float]]:
        """(address, x, y, size) of the tiles behind the window; `address` holds {z}, {x} and {y}."""
        zoom = min(max(floor(log2(self.scale / 256)), 0), 18)
        many, size = 2**zoom, self.scale / 2**zoom
        columns = range(floor(self.left / size), floor((self.left + self.width) / size) + 1)
        rows = range(floor(self.top / size), floor((self.top + self.height) / size) + 1)
        return [
            (
                address.replace("{z}", str(zoom)).replace("{x}", str(x % many)).replace("{y}", str(y)),
                round(x * size - self.left, 2),
                round(y * size - self.top, 2),
                round(size, 2),
            )
            for y in rows
            for x in columns
            if 0 <= y < many
        ]


def _world(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees to shares of the whole map, from its upper left."""
    y = (1 - log(tan(radians(latitude)) + 1 / cos(radians(latitude))) / pi) / 2
    return (longitude + 180) / 360, y


def view_of(box: Box, width: float, height: float, margin: float) -> View:
    """The window that shows a part of the map as large as it goes."""
    west, north = _world(box.north, box.west)
    east, south = _world(box.south, box.east)
    # A single point is shown with a few kilometres around.
    wide, tall = max(east - west, 1e-4), max(south - north, 1e-4)
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / tall)
    left = (west + east) / 2 * scale - width / 2
    return View(left, (north + south) / 2 * scale - height / 2, scale, width, height)
