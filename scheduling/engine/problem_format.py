"""``match-problem/1``: strict reading into a Problem, and writing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from scheduling.engine.files import read_json, write_json
from scheduling.engine.model import (
    PARTS,
    PROBLEM_FORMAT,
    Current,
    Duty,
    Instructor,
    Interval,
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
from scheduling.engine.reading import (
    BadFile,
    as_bool,
    as_int,
    as_interval,
    as_list,
    as_map,
    as_number,
    as_object,
    as_percent,
    as_text,
    as_time,
    or_none,
    shown,
)

Reader = Callable[[object, str], object]


class HasId(Protocol):
    """Anything listed under an id."""

    @property
    def id(self) -> str:
        """The id."""


Item = TypeVar("Item", bound=HasId)
Kind = TypeVar("Kind")


def read_problem(path: str | Path) -> Problem:
    """Return the problem in a file (compressed when it ends in ``.gz``); raises BadFile."""
    return load_problem(read_json(path))


def write_problem(path: str | Path, problem: Problem) -> None:
    """Write a problem to a file."""
    write_json(path, dump_problem(problem))


def load_problem(document: object) -> Problem:
    """Return the problem in a parsed document; raises BadFile that names the first place at fault."""
    try:
        return _load(document)
    except RecursionError:
        raise BadFile("not usable: nested too deeply") from None


def _load(document: object) -> Problem:
    top = as_object(document, "problem", frozenset({"format", "name"}), _TOP)
    if top["format"] != PROBLEM_FORMAT:
        raise BadFile(f"format: not {PROBLEM_FORMAT!r}")
    loaded = Problem(
        name=as_text(top["name"], "name"),
        weights=_build(Weights, top.get("weights", {}), "weights", {}, _WEIGHTS),
        speed_kmh=_speed(top.get("speed_kmh", 50)),
        detour=as_number(top.get("detour", 1.3), "detour", 0, 1000),
        places=_items(top, "places", _place),
        instructors=_items(top, "instructors", _instructor),
        venues=_items(top, "venues", _venue),
        resources=_items(top, "resources", _resource),
        classes=_items(top, "classes", _class),
        series=_items(top, "series", _series),
        duties=_items(top, "duties", _duty),
    )
    sizes = {c.id: c.size for c in loaded.classes}

    def session(value: object, at: str) -> Session:
        return _session(value, at, sizes)

    problem = Problem(
        **{
            **{f.name: getattr(loaded, f.name) for f in fields(loaded)},
            "sessions": _items(top, "sessions", session),
        }
    )
    _check_references(problem)
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


def _build(
    kind: type[Kind],
    value: object,
    at: str,
    required: dict[str, Reader],
    optional: dict[str, Reader],
) -> Kind:
    """Read an object key by key and make a ``kind`` of it; keys left out take the dataclass's default."""
    found = as_object(value, at, frozenset(required), frozenset(optional))
    readers = {**required, **optional}
    return kind(**{key: readers[key](entry, f"{at}.{key}") for key, entry in found.items()})


def _items(top: dict[str, object], name: str, read: Callable[[object, str], Item]) -> tuple[Item, ...]:
    items = as_list(top.get(name, []), name, read)
    seen: set[str] = set()
    for n, item in enumerate(items):
        if item.id in seen:
            raise BadFile(f"{name}[{n}].id: {shown(item.id)} appears twice")
        seen.add(item.id)
    return items


def _speed(value: object) -> int:
    speed = as_int(value, "speed_kmh")
    if speed == 0:
        raise BadFile("speed_kmh: must be above 0")
    return speed


def _unique(values: tuple[str, ...], at: str) -> tuple[str, ...]:
    seen: set[str] = set()
    for n, value in enumerate(values):
        if value in seen:
            raise BadFile(f"{at}[{n}]: {shown(value)} appears twice")
        seen.add(value)
    return values


def _ids(value: object, at: str) -> tuple[str, ...]:
    return _unique(as_list(value, at, as_text), at)


def _counts(value: object, at: str) -> dict[str, int]:
    return {key: as_int(entry, place) for key, entry, place in as_map(value, at)}


def _percents(value: object, at: str) -> dict[str, int]:
    return {key: as_percent(entry, place) for key, entry, place in as_map(value, at)}


def _intervals(value: object, at: str) -> tuple[Interval, ...]:
    return as_list(value, at, as_interval)


def _lat(value: object, at: str) -> float:
    return as_number(value, at, -90, 90)


def _lon(value: object, at: str) -> float:
    return as_number(value, at, -180, 180)


def _hours(value: object, at: str) -> float:
    hours = as_number(value, at, 0, 10**6)
    if (hours * 2) % 1:
        raise BadFile(f"{at}: not a multiple of 0.5")
    return hours


def _starts(value: object, at: str) -> tuple[datetime, ...]:
    starts = as_list(value, at, as_time)
    if not starts:
        raise BadFile(f"{at}: empty")
    return tuple(dict.fromkeys(starts))


def _leader(value: object, at: str) -> Leader:
    if not isinstance(value, str) or value not in tuple(Leader):
        raise BadFile(f"{at}: not one of any, required, forbidden")
    return Leader(value)


def _pinned(value: object, at: str) -> tuple[str, ...]:
    parts = _ids(value, at)
    for n, part in enumerate(parts):
        if part not in PARTS:
            raise BadFile(f"{at}[{n}]: not one of start, instructor, venue")
    return parts


_LIMIT = or_none(as_int)
_NAME = or_none(as_text)
_WEIGHTS: dict[str, Reader] = {f.name: as_int for f in fields(Weights)}
_TOP = frozenset(
    {
        "weights",
        "speed_kmh",
        "detour",
        "places",
        "instructors",
        "venues",
        "resources",
        "classes",
        "sessions",
        "series",
        "duties",
    }
)
_INSTRUCTOR: dict[str, Reader] = {
    "topics": _percents, "home": _NAME, "leader": as_bool, "busy": _intervals, "avoid": _intervals,
    "max_per_day": _LIMIT, "max_per_week": _LIMIT, "max_per_month": _LIMIT, "max_total": _LIMIT,
    "target": _LIMIT, "fee": as_int, "not_classes": _ids,
}  # fmt: skip
_VENUE: dict[str, Reader] = {
    "place": _NAME, "groups": as_int, "max_per_day": _LIMIT, "features": _ids, "busy": _intervals, "cost": as_int,
}  # fmt: skip
_CURRENT: dict[str, Reader] = {"start": or_none(as_time), "instructor": _NAME, "venue": _NAME}


def _current(value: object, at: str) -> Current:
    return _build(Current, value, at, {}, _CURRENT)


_SESSION: dict[str, Reader] = {
    "classes": _ids, "heads": as_int, "instructors": _ids, "venues": _ids, "features": _ids, "uses": _counts,
    "leader": _leader, "priority": as_int, "current": _current, "pinned": _pinned,
}  # fmt: skip
_SESSION_NEEDS: dict[str, Reader] = {
    "id": as_text,
    "topic": as_text,
    "minutes": as_int,
    "hours": _hours,
    "starts": _starts,
}
_SERIES: dict[str, Reader] = {
    "sessions": _ids, "min_days": as_int, "max_days": _LIMIT, "ordered": as_bool, "same_venue": as_bool, "together": as_bool,
}  # fmt: skip


def _place(value: object, at: str) -> Place:
    return _build(Place, value, at, {"id": as_text, "lat": _lat, "lon": _lon}, {})


def _instructor(value: object, at: str) -> Instructor:
    return _build(Instructor, value, at, {"id": as_text}, _INSTRUCTOR)


def _venue(value: object, at: str) -> Venue:
    return _build(Venue, value, at, {"id": as_text, "capacity": as_int}, _VENUE)


def _resource(value: object, at: str) -> Resource:
    return _build(Resource, value, at, {"id": as_text, "count": as_int}, {})


def _class(value: object, at: str) -> TrainingClass:
    return _build(
        TrainingClass,
        value,
        at,
        {"id": as_text},
        {"size": as_int, "home": _NAME, "min_leader_percent": as_percent},
    )


def _series(value: object, at: str) -> Series:
    return _build(Series, value, at, {"id": as_text}, _SERIES)


def _duty(value: object, at: str) -> Duty:
    return _build(Duty, value, at, {"id": as_text, "instructor": as_text}, {"sessions": _ids, "need": as_int})


def _session(value: object, at: str, sizes: dict[str, int]) -> Session:
    if isinstance(value, dict) and "heads" not in value:
        classes = _ids(value.get("classes", []), f"{at}.classes")
        value = {**value, "heads": min(10**9, sum(sizes.get(c, 0) for c in classes))}
    return _build(Session, value, at, _SESSION_NEEDS, _SESSION)


def _check_references(problem: Problem) -> None:
    places, instructors, venues = _set(problem.places), _set(problem.instructors), _set(problem.venues)
    resources, classes, sessions = _set(problem.resources), _set(problem.classes), _set(problem.sessions)
    for n, teacher in enumerate(problem.instructors):
        _refer([teacher.home], places, f"instructors[{n}].home", "place", one=True)
        _refer(teacher.not_classes, classes, f"instructors[{n}].not_classes", "class")
    for n, venue in enumerate(problem.venues):
        _refer([venue.place], places, f"venues[{n}].place", "place", one=True)
    for n, klass in enumerate(problem.classes):
        _refer([klass.home], places, f"classes[{n}].home", "place", one=True)
    for n, s in enumerate(problem.sessions):
        at = f"sessions[{n}]"
        _refer(s.classes, classes, f"{at}.classes", "class")
        _refer(s.instructors or (), instructors, f"{at}.instructors", "instructor")
        _refer(s.venues or (), venues, f"{at}.venues", "venue")
        _refer([s.current.instructor], instructors, f"{at}.current.instructor", "instructor", one=True)
        _refer([s.current.venue], venues, f"{at}.current.venue", "venue", one=True)
        for name in s.uses:
            _refer([name], resources, f"{at}.uses", "resource", one=True)
    for n, series in enumerate(problem.series):
        _refer(series.sessions, sessions, f"series[{n}].sessions", "session")
    for n, duty in enumerate(problem.duties):
        _refer([duty.instructor], instructors, f"duties[{n}].instructor", "instructor", one=True)
        _refer(duty.sessions, sessions, f"duties[{n}].sessions", "session")


def _set(items: Iterable[HasId]) -> set[str]:
    return {item.id for item in items}


def _refer(names: Sequence[str | None], known: set[str], at: str, kind: str, *, one: bool = False) -> None:
    for n, name in enumerate(names):
        if name is not None and name not in known:
            raise BadFile(f"{at if one else f'{at}[{n}]'}: no {kind} {shown(name)}")
