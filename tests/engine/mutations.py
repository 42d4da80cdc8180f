"""Files with one fault each, made key by key from a problem and a plan that use everything the formats have."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass

T1, T2, T3 = "2027-03-01T08:30", "2027-03-01T10:30", "2027-03-02T08:30"
Path = tuple[str | int, ...]
LONG_NUMBER = "a number of 6000 digits"

PROBLEM: dict[str, object] = {
    "format": "match-problem/1",
    "name": "whole",
    "weights": {"unassigned": 1000, "overflow": 2, "change": 10},
    "speed_kmh": 50,
    "detour": 1.3,
    "places": [{"id": "p0", "lat": 35.4, "lon": 116.3}, {"id": "p1", "lat": 35.5, "lon": 116.4}],
    "instructors": [
        {
            "id": "i0", "topics": {"law": 90, "care": 80}, "home": "p0", "leader": True, "busy": [[T2, T3]],
            "avoid": [[T1, T2]], "max_per_day": 2, "max_per_week": 3, "max_per_month": 4, "max_total": 9,
            "target": 2, "fee": 300, "not_classes": ["c1"],
        },
        {"id": "i1", "topics": {"law": 70}, "home": None, "max_per_day": None},
    ],
    "venues": [
        {
            "id": "v0", "place": "p1", "capacity": 60, "groups": 2, "max_per_day": 3, "features": ["room"],
            "busy": [[T2, T2]], "cost": 5, "turnaround": 15,
        },
        {"id": "v1", "place": None, "capacity": 30},
    ],
    "resources": [
        {"id": "guide", "count": 2},
        {"id": "coach", "count": 1},
        {"id": "sets", "count": 3, "kind": "set", "venues": ["v0"], "max_per_day": 4, "turnaround": 15},
    ],
    "classes": [
        {"id": "c0", "size": 40, "home": "p0", "min_leader_percent": 20},
        {"id": "c1", "home": None},
    ],
    "sessions": [
        {
            "id": "s0", "classes": ["c0"], "topic": "law", "minutes": 90, "hours": 2, "heads": 40,
            "starts": [T1, T3], "instructors": ["i0", "i1"], "venues": ["v0"], "features": ["room"],
            "uses": {"guide": 1, "set": 1}, "leader": "any", "priority": 2,
            "current": {"start": T1, "instructor": "i0", "venue": None}, "pinned": ["start"],
        },
        {"id": "s1", "classes": ["c1"], "topic": "law", "minutes": 45, "hours": 1.5, "starts": [T2]},
    ],
    "series": [
        {
            "id": "r0", "sessions": ["s0", "s1"], "min_days": 1, "max_days": 2, "ordered": True,
            "same_venue": True, "together": False,
        },
        {"id": "r1", "sessions": ["s1"], "max_days": None},
    ],
    "duties": [
        {"id": "d0", "instructor": "i0", "sessions": ["s0"], "need": 1, "priority": 3},
        {"id": "d1", "instructor": "i1"},
    ],
}  # fmt: skip
PLAN: dict[str, object] = {
    "format": "match-plan/1",
    "problem": "whole",
    "assignments": [
        {"session": "s0", "start": T1, "instructor": "i0", "venue": "v0"},
        {"session": "s1", "start": None, "instructor": None, "venue": None},
    ],
    "cost": 3012,
    "cost_parts": {"unassigned": 3000, "quality": 10},
    "bound": 12,
    "status": "feasible",
    "seconds": 1.5,
    "seed": 1,
}

TEXT = (None, 1, True, 1.5, [], {}, "\ud800")
NAME = (1, False, [], {}, "nowhere")
COUNT = (-1, 1.5, 1.0, True, "1", [], {}, 10**30, LONG_NUMBER, float("nan"), float("inf"))
AMOUNT = (None, *COUNT)
FLAG = (None, 0, 1, "true", "", [])
WORD = (None, 0, "", "Any", ["any"], {})
NAMES = (None, "x", {}, [1], [None], [["x"]], ["nowhere"], 0)
TIME = (
    0, "", "2027-02-30T08:30", "2027-13-01T08:30", "2027-03-01", "2027-03-01T08:30:00", "2027-03-01T08:30Z",
    "2027-03-01T24:00", "2027-03-01 08:30", "0000-01-01T00:00", "２０２７-03-01T08:30", " 2027-03-01T08:30", [],
)  # fmt: skip
STARTS = (None, [], {}, T1, [T1, None], *([T1, time] for time in TIME))
PERIODS = (
    None, {}, T1, [T1, T2], [[]], [[T1]], [[T1, T2, T3]], [[T2, T1]], [[None, T1]], [[T1, "2027-02-30T08:30"]],
    [{"from": T1, "to": T2}],
)  # fmt: skip
NUMBER = (None, True, "1", [], 1e9, -1e9, float("nan"), float("inf"), float("-inf"), LONG_NUMBER)
LIST = (None, 0, "x", {}, {"0": {}}, True)
OBJECT = (None, 0, "x", [], [{}], True)
COUNTS = (None, [], "x", {"guide": -1}, {"guide": None}, {"guide": 1.5}, {"nowhere": 1}, {"\ud800": 1})

# Every key of every kind of object, as it stands in PROBLEM and PLAN, and what it must not be.
PROBLEM_KEYS: dict[Path, tuple[object, ...]] = {
    ("format",): (*TEXT, "match-problem/2", "match-plan/1", "match-problem/1 "),
    ("name",): TEXT,
    ("weights",): OBJECT,
    ("weights", "unassigned"): AMOUNT,
    ("weights", "overflow"): AMOUNT,
    ("speed_kmh",): (*AMOUNT, 0),
    ("detour",): NUMBER,
    **{(key,): LIST for key in PROBLEM if isinstance(PROBLEM[key], list)},
    **{(key, 0): OBJECT for key in PROBLEM if isinstance(PROBLEM[key], list)},
    **{(key, 0, "id"): TEXT for key in PROBLEM if isinstance(PROBLEM[key], list)},
    ("places", 1, "lat"): (*NUMBER, 90.5),
    ("places", 1, "lon"): (*NUMBER, -180.5),
    ("instructors", 0, "topics"): (None, [], "law", {"law": 101}, {"law": -1}, {"law": None}, {"law": 1.5}),
    ("instructors", 0, "home"): NAME,
    ("instructors", 0, "leader"): FLAG,
    ("instructors", 0, "busy"): PERIODS,
    ("instructors", 0, "avoid"): PERIODS,
    ("instructors", 0, "max_per_day"): COUNT,
    ("instructors", 0, "max_per_week"): COUNT,
    ("instructors", 0, "max_per_month"): COUNT,
    ("instructors", 0, "max_total"): COUNT,
    ("instructors", 0, "target"): COUNT,
    ("instructors", 0, "fee"): AMOUNT,
    ("instructors", 0, "not_classes"): (*NAMES, ["c1", "c1"]),
    ("venues", 0, "place"): NAME,
    ("venues", 0, "capacity"): AMOUNT,
    ("venues", 0, "groups"): AMOUNT,
    ("venues", 0, "max_per_day"): COUNT,
    ("venues", 0, "features"): (None, "room", {}, [1], ["room", "room"]),
    ("venues", 0, "busy"): PERIODS,
    ("venues", 0, "cost"): AMOUNT,
    ("venues", 0, "turnaround"): AMOUNT,
    ("resources", 0, "count"): AMOUNT,
    ("resources", 2, "kind"): (1, False, [], {}, "guide"),
    ("resources", 2, "venues"): (*NAMES, ["v0", "v0"]),
    ("resources", 2, "max_per_day"): COUNT,
    ("resources", 2, "turnaround"): AMOUNT,
    ("classes", 0, "size"): AMOUNT,
    ("classes", 0, "home"): NAME,
    ("classes", 0, "min_leader_percent"): (*AMOUNT, 101),
    ("sessions", 0, "classes"): (*NAMES, ["c0", "c0"]),
    ("sessions", 0, "topic"): TEXT,
    ("sessions", 0, "minutes"): AMOUNT,
    ("sessions", 0, "hours"): (*NUMBER, 1.3, -0.5),
    ("sessions", 0, "heads"): AMOUNT,
    ("sessions", 0, "starts"): STARTS,
    ("sessions", 0, "instructors"): (*NAMES, ["i0", "i0"]),
    ("sessions", 0, "venues"): (*NAMES, ["v0", "v0"]),
    ("sessions", 0, "features"): (None, "room", {}, [None]),
    ("sessions", 0, "uses"): COUNTS,
    ("sessions", 0, "leader"): WORD,
    ("sessions", 0, "priority"): AMOUNT,
    ("sessions", 0, "current"): OBJECT,
    ("sessions", 0, "current", "start"): TIME,
    ("sessions", 0, "current", "instructor"): NAME,
    ("sessions", 0, "current", "venue"): NAME,
    ("sessions", 0, "pinned"): (None, "start", {}, ["time"], [0], ["start", "start"]),
    ("series", 0, "sessions"): (*NAMES, ["s0", "s0"]),
    ("series", 0, "min_days"): AMOUNT,
    ("series", 0, "max_days"): COUNT,
    ("series", 0, "ordered"): FLAG,
    ("series", 0, "same_venue"): FLAG,
    ("series", 0, "together"): FLAG,
    ("duties", 0, "instructor"): (None, *NAME),
    ("duties", 0, "sessions"): (*NAMES, ["s0", "s0"]),
    ("duties", 0, "need"): AMOUNT,
    ("duties", 0, "priority"): AMOUNT,
}
PLAN_KEYS: dict[Path, tuple[object, ...]] = {
    ("format",): (*TEXT, "match-problem/1"),
    ("problem",): TEXT,
    ("assignments",): LIST,
    ("assignments", 1): OBJECT,
    ("assignments", 0, "session"): TEXT,
    ("assignments", 0, "start"): TIME,
    ("assignments", 0, "instructor"): (1, False, [], {}),
    ("assignments", 0, "venue"): (1, False, [], {}),
    ("cost",): AMOUNT,
    ("cost_parts",): (None, [], "x", {"duty": -1}, {"duty": None}, {"duty": "1"}),
    ("bound",): COUNT,
    ("status",): (None, "", "OPTIMAL", 1, ["optimal"]),
    ("seconds",): (*(x for x in NUMBER if x != 1e9), 1e10),
    ("seed",): AMOUNT,
}
NEEDED: tuple[Path, ...] = (
    ("format",), ("name",), ("places", 0, "id"), ("places", 0, "lat"), ("places", 1, "lon"),
    ("instructors", 1, "id"), ("venues", 0, "id"), ("venues", 1, "capacity"), ("resources", 0, "id"),
    ("resources", 1, "count"), ("classes", 0, "id"), ("sessions", 0, "id"), ("sessions", 1, "topic"),
    ("sessions", 0, "minutes"), ("sessions", 1, "hours"), ("sessions", 0, "starts"), ("series", 1, "id"),
    ("duties", 0, "id"), ("duties", 1, "instructor"),
)  # fmt: skip
PLAN_NEEDED: tuple[Path, ...] = (("format",), ("problem",), ("assignments", 1, "session"))


@dataclass(frozen=True)
class Mutant:
    """A file with one fault, and the place that the complaint must name."""

    raw: bytes
    place: str


def written(path: Path) -> str:
    """Return a path as complaints write it."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def as_bytes(document: object) -> bytes:
    """Return a document as JSON, with the long number where its name stands."""
    return json.dumps(document).replace(json.dumps(LONG_NUMBER), "7" * 6000).encode()


def holder_of(document: object, path: Path) -> dict[str | int, object]:
    """Return the object or list that holds the last step of a path."""
    for step in path[:-1]:
        document = document[step]  # type: ignore[index]
    assert isinstance(document, dict | list)
    return document  # type: ignore[return-value]


def mutants(
    document: dict[str, object], keys: dict[Path, tuple[object, ...]], needed: tuple[Path, ...], top: str
) -> Iterator[Mutant]:
    """Yield every mutant: wrong values, missing, unknown and repeated keys, repeated ids."""
    for path, values in keys.items():
        for value in values:
            changed = copy.deepcopy(document)
            holder_of(changed, path)[path[-1]] = value
            yield Mutant(as_bytes(changed), written(path))
    for path in needed:
        changed = copy.deepcopy(document)
        del holder_of(changed, path)[path[-1]]
        yield Mutant(as_bytes(changed), written(path[:-1]) or top)
    for path in objects(document):
        if path != ("cost_parts",) and path[-1:] not in (("topics",), ("uses",)):
            changed = copy.deepcopy(document)
            holder_of(changed, (*path, ""))["surprise"] = 1
            yield Mutant(as_bytes(changed), written(path) or top)
        yield Mutant(_with_key_twice(document, path), written(path) or top)
    for key, entries in document.items():
        if isinstance(entries, list) and "id" in entries[0]:
            changed = copy.deepcopy(document)
            holder_of(changed, (key, 0))[1] = entries[0]
            yield Mutant(as_bytes(changed), f"{key}[1].id")


def objects(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every object in a document."""
    if isinstance(value, dict):
        yield path
        for key, entry in value.items():
            yield from objects(entry, (*path, key))
    if isinstance(value, list):
        for n, entry in enumerate(value):
            yield from objects(entry, (*path, n))


def _with_key_twice(document: dict[str, object], path: Path) -> bytes:
    changed = copy.deepcopy(document)
    holder = holder_of(changed, (*path, ""))
    holder["twice"] = "twice"
    key = json.dumps(next(iter(holder)))
    value = json.dumps(next(iter(holder.values())))
    return as_bytes(changed).replace(b'"twice": "twice"', f"{key}: {value}".encode())
