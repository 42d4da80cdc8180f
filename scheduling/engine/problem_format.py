"""``match-problem/1``: strict reading into a Problem, and writing."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from scheduling.engine.files import read_json, without_collection, write_json
from scheduling.engine.model import (
    PARTS,
    PROBLEM_FORMAT,
    Current,
    Duty,
    Instructor,
    Leader,
    Place,
    Problem,
    Resource,
    Series,
    Session,
    TrainingClass,
    Venue,
    Weights,
)
from scheduling.engine.problem_checks import HasId, check_amounts, check_references
from scheduling.engine.reading import (
    LARGEST,
    BadFile,
    Keys,
    Reader,
    Shape,
    as_bool,
    as_int,
    as_interval,
    as_percent,
    as_text,
    as_time,
    first_repeated,
    list_of,
    map_of,
    number_between,
    or_none,
    shown,
)

Item = TypeVar("Item", bound=HasId)


def read_problem(path: str | Path) -> Problem:
    """Return the problem in a file (compressed when it ends in ``.gz``); raises BadFile."""
    with without_collection():
        return load_problem(read_json(path))


def write_problem(path: str | Path, problem: Problem) -> None:
    """Write a problem to a file."""
    write_json(path, dump_problem(problem))


def load_problem(document: object) -> Problem:
    """Return the problem in a parsed document; raises BadFile that names the first place at fault."""
    try:
        problem = _problem(**_PROBLEM.read(document))  # type: ignore[arg-type]  # as the readers have it
    except BadFile as error:
        raise error if error.place else error.within("problem") from None
    check_references(problem)
    check_amounts(problem)
    return problem


def dump_problem(problem: Problem) -> dict[str, object]:
    """Return the problem as a document; values that equal their default are left out."""
    document: dict[str, object] = {
        "format": PROBLEM_FORMAT,
        "name": problem.name,
        "speed_kmh": problem.speed_kmh,
        "detour": problem.detour,
    }
    document["weights"] = {
        f.name: getattr(problem.weights, f.name)
        for f in fields(Weights)
        if getattr(problem.weights, f.name) is not None
    }
    for name in ("places", "instructors", "venues", "resources", "classes", "sessions", "series", "duties"):
        document[name] = [_dumped(item) for item in getattr(problem, name)]
    return document


def _dumped(
    item: Place | Instructor | Venue | Resource | TrainingClass | Session | Series | Duty | Current,
) -> dict[str, object]:
    always = {"heads"}
    found: dict[str, object] = {}
    for field in fields(item):
        value: object = getattr(item, field.name)
        default = field.default_factory() if callable(field.default_factory) else field.default
        if field.name in always or value != default:
            found[field.name] = _plain(value)
    return found


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Current):
        return _dumped(value)
    return value


def _different(items: tuple[Item, ...]) -> tuple[Item, ...]:
    twice = first_repeated([item.id for item in items])
    if twice is not None:
        raise BadFile(f"{shown(items[twice].id)} appears twice", f"[{twice}].id")
    return items


def _items(
    kind: type[Item], required: Mapping[str, Reader[object]], optional: Mapping[str, Reader[object]]
) -> Reader[tuple[Item, ...]]:
    """Return a reader of a list of things with ids, all different."""
    read_list = list_of(Shape(kind, {"id": as_text, **required}, optional))
    return lambda value: _different(read_list(value))


def _format(value: object) -> str:
    if value != PROBLEM_FORMAT:
        raise BadFile(f"not {PROBLEM_FORMAT!r}")
    return PROBLEM_FORMAT


def _speed(value: object) -> int:
    speed = as_int(value)
    if speed == 0:
        raise BadFile("must be above 0")
    return speed


def _ids(value: object) -> tuple[str, ...]:
    names = _texts(value)
    if len(names) > 1:
        twice = first_repeated(names)
        if twice is not None:
            raise BadFile(f"{shown(names[twice])} appears twice", f"[{twice}]")
    return names


def _hours(value: object) -> float:
    hours = _hours_between(value)
    if (hours * 2) % 1:
        raise BadFile("not a multiple of 0.5")
    return hours


def _starts(value: object) -> tuple[datetime, ...]:
    starts = _times(value)
    if not starts:
        raise BadFile("empty")
    return tuple(dict.fromkeys(starts))


def _leader(value: object) -> Leader:
    if not isinstance(value, str) or value not in _LEADERS:
        raise BadFile("not one of any, required, forbidden")
    return _LEADERS[value]


def _pinned(value: object) -> tuple[str, ...]:
    parts = _ids(value)
    for n, part in enumerate(parts):
        if part not in PARTS:
            raise BadFile("not one of start, instructor, venue", f"[{n}]")
    return parts


def _problem(
    *,
    format: str,
    classes: tuple[TrainingClass, ...] = (),
    sessions: tuple[dict[str, object], ...] = (),
    **rest: object,
) -> Problem:
    """Make the problem; sessions come as their keys, because heads that are left out are the sizes of the classes."""
    sizes = {c.id: c.size for c in classes}
    for given in sessions:
        if "heads" not in given:
            names = cast(tuple[str, ...], given.get("classes", ()))
            given["heads"] = min(LARGEST, sum(sizes.get(name, 0) for name in names))
    made = tuple([Session(**given) for given in sessions])  # type: ignore[arg-type]  # as the readers have it
    try:
        _different(made)
    except BadFile as error:
        raise error.within(".sessions") from None
    return Problem(classes=classes, sessions=made, **rest)  # type: ignore[arg-type]


_LEADERS = {leader.value: leader for leader in Leader}
_LIMIT = or_none(as_int)
_NAME = or_none(as_text)
_texts = list_of(as_text)
_times = list_of(as_time)
_intervals = list_of(as_interval)
_hours_between = number_between(0, 10**6)

_SESSION = Keys(
    {"id": as_text, "topic": as_text, "minutes": as_int, "hours": _hours, "starts": _starts},
    {
        "classes": _ids,
        "heads": as_int,
        "instructors": _ids,
        "venues": _ids,
        "features": _ids,
        "uses": map_of(as_int),
        "leader": _leader,
        "priority": as_int,
        "current": Shape(Current, {}, {"start": or_none(as_time), "instructor": _NAME, "venue": _NAME}),
        "pinned": _pinned,
    },
)
_PROBLEM = Keys(
    {"format": _format, "name": as_text},
    {
        "weights": Shape(Weights, {}, {f.name: as_int for f in fields(Weights)}),
        "speed_kmh": _speed,
        "detour": number_between(0, 1000),
        "places": _items(Place, {"lat": number_between(-90, 90), "lon": number_between(-180, 180)}, {}),
        "instructors": _items(
            Instructor,
            {},
            {
                "topics": map_of(as_percent),
                "home": _NAME,
                "leader": as_bool,
                "busy": _intervals,
                "avoid": _intervals,
                "max_per_day": _LIMIT,
                "max_per_week": _LIMIT,
                "max_per_month": _LIMIT,
                "max_total": _LIMIT,
                "target": _LIMIT,
                "fee": as_int,
                "not_classes": _ids,
            },
        ),
        "venues": _items(
            Venue,
            {"capacity": as_int},
            {
                "place": _NAME,
                "groups": as_int,
                "max_per_day": _LIMIT,
                "features": _ids,
                "busy": _intervals,
                "cost": as_int,
                "turnaround": as_int,
            },
        ),
        "resources": _items(
            Resource,
            {"count": as_int},
            {"kind": _NAME, "venues": _ids, "max_per_day": _LIMIT, "turnaround": as_int},
        ),
        "classes": _items(
            TrainingClass, {}, {"size": as_int, "home": _NAME, "min_leader_percent": as_percent}
        ),
        "sessions": list_of(_SESSION.read),
        "series": _items(
            Series,
            {},
            {
                "sessions": _ids,
                "min_days": as_int,
                "max_days": _LIMIT,
                "ordered": as_bool,
                "same_venue": as_bool,
                "together": as_bool,
            },
        ),
        "duties": _items(
            Duty, {"instructor": as_text}, {"sessions": _ids, "need": as_int, "priority": as_int}
        ),
    },
)
