"""``match-plan/1``: strict reading into a Plan, and writing."""

from pathlib import Path

from scheduling.engine.files import read_json, write_json
from scheduling.engine.model import PLAN_FORMAT, Assignment, Plan, Status
from scheduling.engine.reading import (
    BadFile,
    as_int,
    as_list,
    as_map,
    as_number,
    as_object,
    as_text,
    as_time,
    or_none,
)

_OPTIONAL = frozenset({"assignments", "cost", "cost_parts", "bound", "status", "seconds", "seed"})
_PARTS = frozenset({"start", "instructor", "venue"})
_HIGHEST = 10**18  # a claimed cost may be any sum


def read_plan(path: str | Path) -> Plan:
    """Return the plan in a file (compressed when it ends in ``.gz``); raises BadFile."""
    return load_plan(read_json(path))


def write_plan(path: str | Path, plan: Plan) -> None:
    """Write a plan to a file; raises BadFile where it cannot be written."""
    write_json(path, dump_plan(plan))


def load_plan(document: object) -> Plan:
    """Return the plan in a parsed document; figures may be left out, they are then not claimed. Raises BadFile."""
    top = as_object(document, "plan", frozenset({"format", "problem"}), _OPTIONAL)
    if top["format"] != PLAN_FORMAT:
        raise BadFile(f"format: not {PLAN_FORMAT!r}")
    status = top.get("status", "feasible")
    if not isinstance(status, str) or status not in tuple(Status):
        raise BadFile("status: not one of optimal, feasible")
    return Plan(
        problem=as_text(top["problem"], "problem"),
        assignments=as_list(top.get("assignments", []), "assignments", _assignment),
        cost=_figure(top["cost"], "cost") if "cost" in top else None,
        cost_parts={
            name: _figure(value, at) for name, value, at in as_map(top.get("cost_parts", {}), "cost_parts")
        },
        bound=or_none(_figure)(top.get("bound"), "bound"),
        status=Status(status),
        seconds=as_number(top.get("seconds", 0), "seconds", 0, 1e9),
        seed=as_int(top.get("seed", 0), "seed", _HIGHEST),
    )


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


def _figure(value: object, at: str) -> int:
    return as_int(value, at, _HIGHEST)


def _assignment(value: object, at: str) -> Assignment:
    found = as_object(value, at, frozenset({"session"}), _PARTS)
    return Assignment(
        session=as_text(found["session"], f"{at}.session"),
        start=or_none(as_time)(found.get("start"), f"{at}.start"),
        instructor=or_none(as_text)(found.get("instructor"), f"{at}.instructor"),
        venue=or_none(as_text)(found.get("venue"), f"{at}.venue"),
    )
