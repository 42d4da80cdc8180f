"""``match-plan/1``: strict reading into a Plan, and writing."""

from pathlib import Path

from scheduling.engine.files import read_json, without_collection, write_json
from scheduling.engine.model import PLAN_FORMAT, Assignment, Plan, Status
from scheduling.engine.reading import (
    BadFile,
    Keys,
    Shape,
    as_int,
    as_text,
    as_time,
    list_of,
    map_of,
    number_between,
    or_none,
)

_HIGHEST = 10**18  # a claimed cost may be any sum


def read_plan(path: str | Path) -> Plan:
    """Return the plan in a file (compressed when it ends in ``.gz``); raises BadFile."""
    with without_collection():
        return load_plan(read_json(path))


def write_plan(path: str | Path, plan: Plan) -> None:
    """Write a plan to a file; raises BadFile where it cannot be written."""
    write_json(path, dump_plan(plan))


def load_plan(document: object) -> Plan:
    """Return the plan in a parsed document; figures may be left out, they are then not claimed. Raises BadFile."""
    try:
        given = _PLAN.read(document)
    except BadFile as error:
        raise error if error.place else error.within("plan") from None
    del given["format"]
    return Plan(**given)  # type: ignore[arg-type]  # as the readers have it


def dump_plan(plan: Plan) -> dict[str, object]:
    """Return the plan as a document; parts of 0 are left out."""
    document: dict[str, object] = {"format": PLAN_FORMAT, "problem": plan.problem}
    document["assignments"] = [
        {
            "session": a.session,
            "start": None if a.start is None else a.start.isoformat(timespec="minutes"),
            "instructor": a.instructor,
            "venue": a.venue,
        }
        for a in plan.assignments
    ]
    if plan.cost is not None:
        document["cost"] = plan.cost
        document["cost_parts"] = {name: value for name, value in plan.cost_parts.items() if value}
    document |= {
        "bound": plan.bound,
        "status": plan.status.value,
        "seconds": round(plan.seconds, 3),
        "seed": plan.seed,
    }
    return document


def _format(value: object) -> str:
    if value != PLAN_FORMAT:
        raise BadFile(f"not {PLAN_FORMAT!r}")
    return PLAN_FORMAT


def _status(value: object) -> Status:
    if not isinstance(value, str) or value not in tuple(Status):
        raise BadFile("not one of optimal, feasible")
    return Status(value)


def _figure(value: object) -> int:
    return as_int(value, _HIGHEST)


_TEXT = or_none(as_text)
_PLAN = Keys(
    {"format": _format, "problem": as_text},
    {
        "assignments": list_of(
            Shape(
                Assignment,
                {"session": as_text},
                {"start": or_none(as_time), "instructor": _TEXT, "venue": _TEXT},
            )
        ),
        "cost": _figure,
        "cost_parts": map_of(_figure),
        "bound": or_none(_figure),
        "status": _status,
        "seconds": number_between(0, 1e9),
        "seed": _figure,
    },
)
