"""A match-problem file as plain numbers, for the rivals; no code is shared with the engine.

Positions stand for ids, minutes since 1970 for times, half hours for hours. Place ``unknown`` is one beyond the last.
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

Document = dict[str, Any]
EPOCH = datetime(1970, 1, 1)
DAY = 1440
CANNOT = 4
DEFAULTS = {
    "unassigned": 1000, "duty": 400, "leader_share": 50, "quality": 1, "travel": 1, "class_travel": 0, "avoid": 20,
    "fee": 1, "venue_cost": 1, "over_target": 3, "over_twice_target": 7, "isolated": 0, "min_days": 5,
    "same_venue": 1, "overflow": None, "change": 10,
}  # fmt: skip


def minutes_of(text: str) -> int:
    """Return minutes since 1970."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(minutes=1)


def text_of(minutes: int) -> str:
    """Return a local time as files have it."""
    return (EPOCH + timedelta(minutes=int(minutes))).strftime("%Y-%m-%dT%H:%M")


def day_of(minutes: int) -> int:
    """Return the day since 1970."""
    return minutes // DAY


def week_of(minutes: int) -> int:
    """Return a number for the ISO week."""
    return (minutes // DAY + 3) // 7


def month_of(minutes: int) -> int:
    """Return a number for the month."""
    date = EPOCH + timedelta(minutes=minutes)
    return date.year * 12 + date.month


@dataclass
class Lesson:
    """One session: what it may get, after the rules that look at nothing else, its pins included."""

    id: str
    minutes: int
    half_hours: int
    priority: int
    heads: int
    topic: str
    classes: list[int]
    starts: list[int]
    who: list[int]
    where: list[int]
    needs_instructor: bool
    needs_venue: bool
    home: int
    uses: dict[int, int]
    current: tuple[int | None, int | None, int | None]
    must_stay: tuple[bool, bool, bool]  # start, instructor, venue


@dataclass
class Absences:
    """Intervals of many owners."""

    owner: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    _known: dict[tuple[int, int], frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: list[Document], key: str) -> "Absences":
        """Collect the intervals under a key."""
        rows = [
            (n, minutes_of(a), minutes_of(b)) for n, item in enumerate(items) for a, b in item.get(key, [])
        ]
        owner, begin, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return cls(owner, begin, end)

    def at(self, start: int, minutes: int) -> frozenset[int]:
        """Return whose intervals overlap [start, start + minutes)."""
        found = self._known.get((start, minutes))
        if found is None:
            hit = (start < self.end) & (self.begin < start + minutes)
            found = self._known[start, minutes] = frozenset(self.owner[hit].tolist())
        return found


class Plain:
    """A whole problem."""

    def __init__(self, document: Document) -> None:
        self.name: str = document["name"]
        self.weights: dict[str, int] = {**DEFAULTS, **document.get("weights", {})}
        self.people: list[Document] = document.get("instructors", [])
        self.venues: list[Document] = document.get("venues", [])
        self.classes: list[Document] = document.get("classes", [])
        self.resources: list[Document] = document.get("resources", [])
        places = document.get("places", [])
        place = {p["id"]: n for n, p in enumerate(places)} | {None: len(places)}
        self.unknown = len(places)
        self.half_km, self.road = _distances(
            places, document.get("detour", 1.3) / document.get("speed_kmh", 50) * 60
        )
        self.person_home = [place[x.get("home")] for x in self.people]
        self.venue_place = [place[v.get("place")] for v in self.venues]
        self.class_home = [place[c.get("home")] for c in self.classes]
        self.busy, self.avoid = Absences.of(self.people, "busy"), Absences.of(self.people, "avoid")
        self.closed = Absences.of(self.venues, "busy")
        self._person, self._venue = _positions(self.people), _positions(self.venues)
        self._class, self._resource = _positions(self.classes), _positions(self.resources)
        self._sets: dict[object, list[int]] = {}
        self.lessons = [self._lesson(s) for s in document.get("sessions", [])]
        at = _positions(document.get("sessions", []))
        self.series = [
            {**r, "sessions": [at[s] for s in r.get("sessions", [])]} for r in document.get("series", [])
        ]
        self.duties = [
            (
                self._person[d["instructor"]],
                [at[s] for s in d.get("sessions", [])],
                d.get("need", 1),
                self.weights["duty"] * d.get("priority", 1),
            )
            for d in document.get("duties", [])
        ]

    def _lesson(self, s: Document) -> Lesson:
        classes = [self._class[c] for c in s.get("classes", [])]
        now, pinned = s.get("current", {}), s.get("pinned", [])
        heads = s["heads"] if "heads" in s else sum(self.classes[c].get("size", 0) for c in classes)
        start = now.get("start")
        current = (
            None if start is None else minutes_of(start),
            self._person.get(now.get("instructor")),
            self._venue.get(now.get("venue")),
        )
        starts = sorted({minutes_of(t) for t in s["starts"]})
        must_stay = ("start" in pinned, "instructor" in pinned, "venue" in pinned)
        kept: list[list[int]] = []
        for options, part, stays in zip(
            (starts, self._who(s), self._where(s, heads)), current, must_stay, strict=True
        ):
            kept.append([x for x in options if x == part] if stays else options)
        return Lesson(
            id=s["id"],
            minutes=s["minutes"],
            half_hours=round(s["hours"] * 2),
            priority=s.get("priority", 1),
            heads=heads,
            topic=s["topic"],
            classes=classes,
            starts=kept[0],
            who=kept[1],
            where=kept[2],
            needs_instructor=s.get("instructors") != [],
            needs_venue=s.get("venues") != [],
            home=self.class_home[classes[0]] if classes else self.unknown,
            uses={self._resource[r]: n for r, n in s.get("uses", {}).items() if n},
            current=current,
            must_stay=must_stay,
        )

    def _who(self, s: Document) -> list[int]:
        if "instructors" in s:
            able = [self._person[x] for x in s["instructors"]]
        else:
            able = self._kept(
                ("topic", s["topic"]),
                lambda: [n for n, x in enumerate(self.people) if s["topic"] in x.get("topics", {})],
            )
        wanted = {"any": (True, False), "required": (True,), "forbidden": (False,)}[s.get("leader", "any")]
        mine = set(s.get("classes", []))
        return [
            n
            for n in able
            if self.people[n].get("leader", False) in wanted
            and mine.isdisjoint(self.people[n].get("not_classes", []))
        ]

    def _where(self, s: Document, heads: int) -> list[int]:
        if "venues" in s:
            able = [self._venue[v] for v in s["venues"]]
        else:
            features = frozenset(s.get("features", []))
            able = self._kept(
                features,
                lambda: [n for n, v in enumerate(self.venues) if features <= set(v.get("features", []))],
            )
        return [
            n for n in able if self.weights["overflow"] is not None or heads <= self.venues[n]["capacity"]
        ]

    def _kept(self, key: object, make: Callable[[], list[int]]) -> list[int]:
        if key not in self._sets:
            self._sets[key] = make()
        return self._sets[key]

    def place(self, lesson: Lesson, venue: int | None) -> int:
        """Return where a lesson is held."""
        return lesson.home if venue is None else self.venue_place[venue]

    def instructor_cost(self, lesson: Lesson, person: int) -> int:
        """Return what an instructor costs whatever the time and place: quality and fee."""
        x = self.people[person]
        quality = self.weights["quality"] * (100 - x.get("topics", {}).get(lesson.topic, 0))
        return quality + self.weights["fee"] * (x.get("fee", 0) * lesson.half_hours // 200)

    def venue_price(self, lesson: Lesson, venue: int) -> int:
        """Return what a venue costs by itself: its price and heads above its capacity."""
        v = self.venues[venue]
        over = (self.weights["overflow"] or 0) * max(0, lesson.heads - v["capacity"])
        return self.weights["venue_cost"] * v.get("cost", 0) + over

    def class_travel(self, lesson: Lesson, place: int) -> int:
        """Return what the way of the classes to a place costs."""
        return self.weights["class_travel"] * sum(
            int(self.half_km[self.class_home[c], place]) for c in lesson.classes
        )


def _positions(items: list[Document]) -> dict[str | None, int]:
    return {item["id"]: n for n, item in enumerate(items)}


def _distances(places: list[Document], factor: float) -> tuple[np.ndarray, np.ndarray]:
    lat, lon = (np.radians(np.array([p[k] for p in places], dtype=float)) for k in ("lat", "lon"))
    h = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    km = np.zeros((len(places) + 1, len(places) + 1))
    km[:-1, :-1] = 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(1.0, h)))
    np.fill_diagonal(km, 0)
    return np.floor(km / 2).astype(np.int64), np.ceil(km * factor).astype(np.int64)


Ways = list[tuple[int | None, int | None, int | None]]  # start, instructor and venue of each lesson


@dataclass
class Answer:
    """What a rival found; its bound, if it has one, is true for every plan."""

    ways: Ways
    bound: int | None = None
    status: str = "feasible"


def serve(solve: Callable[[Plain, float, int], Answer]) -> None:
    """Read the problem named on the command line, let ``solve`` have its seconds, and write the plan."""
    parser = argparse.ArgumentParser()
    parser.add_argument("problem")
    parser.add_argument("plan")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with (gzip.open if given.problem.endswith(".gz") else open)(
        given.problem, "rt", encoding="utf-8"
    ) as file:
        plain = Plain(json.load(file))
    began = time.perf_counter()
    answer = solve(plain, given.seconds, given.seed)
    document = {
        "format": "match-plan/1",
        "problem": plain.name,
        "assignments": [
            {
                "session": lesson.id,
                "start": text_of(start),
                "instructor": None if who is None else plain.people[who]["id"],
                "venue": None if where is None else plain.venues[where]["id"],
            }
            for lesson, (start, who, where) in zip(plain.lessons, answer.ways, strict=True)
            if start is not None
        ],
        "bound": None if answer.bound is None else max(0, answer.bound),
        "seconds": round(time.perf_counter() - began, 3),
        "seed": given.seed,
    }
    with open(given.plan, "w", encoding="utf-8") as file:
        json.dump(document, file)


def cannot(why: str) -> None:
    """End with one line that says why there is no plan."""
    print(why, file=sys.stderr)
    sys.exit(CANNOT)
