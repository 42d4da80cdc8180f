"""Explanations as text and as JSON, for the command line; pages have words of their own."""

from collections.abc import Iterator
from datetime import datetime

from scheduling.engine.conflict import Conflict, Rearrangement
from scheduling.engine.explain import Explanation
from scheduling.engine.freeing import Freeing
from scheduling.engine.gaps import Gap
from scheduling.engine.model import Assignment
from scheduling.engine.rank import Candidate
from scheduling.engine.reasons import TEXTS
from scheduling.engine.requirements import Requirement
from scheduling.engine.shortage import Capacity, Shortage

_SHOWN = 12  # names in one line of text


def explanation_document(found: Explanation) -> dict[str, object]:
    """Return an explanation as a JSON document: MATCHING's keys, then those of the further layers."""
    gap = found.gap or Gap()
    return {
        "chosen": {"parts": found.chosen.parts},
        "alternatives": [candidate_document(c) for c in found.alternatives],
        "blocked": {str(reason): count for reason, count in found.blocked.items()},
        "frees": [_freeing(f) for f in found.frees],
        "venues_blocked": {str(reason): count for reason, count in found.venues_blocked.items()},
        "times_blocked": {str(reason): count for reason, count in found.times_blocked.items()},
        "shortage": [_shortage(x) for x in gap.shortages],
        "conflict": None if gap.conflict is None else _conflict(gap.conflict),
        "rearrangement": None if gap.rearrangement is None else _rearrangement(gap.rearrangement),
        "unlooked": [str(layer) for layer in gap.unlooked],
    }


def candidate_document(c: Candidate) -> dict[str, object]:
    """Return a candidate as a JSON document."""
    return {
        "instructor": c.instructor,
        "start": _minute(c.start),
        "venue": c.venue,
        "delta": c.delta,
        "parts": c.parts,
    }


def _freeing(f: Freeing) -> dict[str, object]:
    change: dict[str, object] = {"relax": str(f.relax), "instructor": f.instructor}
    change |= {"start": _minute(f.start), "venue": f.venue}
    return {
        "change": f.text,
        "delta": f.delta,
        "parts": f.parts,
        "details": change | {"moves": [_assignment(a) for a in f.moves]},
    }


def _assignment(a: Assignment) -> dict[str, object]:
    start = None if a.start is None else _minute(a.start)
    return {"session": a.session, "start": start, "instructor": a.instructor, "venue": a.venue}


def _shortage(x: Shortage) -> dict[str, object]:
    return {
        "of": str(x.part),
        "sessions": list(x.sessions),
        "room": x.room,
        "lacking": list(x.lacking),
        "keeps_times": x.keeps_times,
        "capacities": [_capacity(c) for c in x.capacities],
    }


def _capacity(c: Capacity) -> dict[str, object]:
    return {
        "reason": str(c.reason),
        "who": c.who,
        "from": None if c.begin is None else _minute(c.begin),
        "to": None if c.end is None else _minute(c.end),
        "limit": c.limit,
        "fixed": list(c.fixed),
        "room": c.room,
    }


def _conflict(x: Conflict) -> dict[str, object]:
    requirements = [{"reason": str(r.reason), r.kind: r.subject} for r in x.requirements]
    return {"requirements": requirements, "movable": list(x.movable)}


def _rearrangement(x: Rearrangement) -> dict[str, object]:
    return {"moves": [_assignment(a) for a in x.moves], "delta": x.delta}


def explanation_lines(found: Explanation) -> Iterator[str]:
    """Yield an explanation as lines of plain English."""
    yield "chosen: " + parts_text(found.chosen.parts)
    for c in found.alternatives:
        yield "alternative: " + candidate_text(c)
    for name, counts in (
        ("blocked", found.blocked),
        ("venues blocked", found.venues_blocked),
        ("times blocked", found.times_blocked),
    ):
        for reason, count in counts.items():
            yield f"{name}: {reason} {count}"
    for f in found.frees:
        yield f"frees: {f.text} ({f.delta:+d}: {parts_text(f.parts)})"
    if found.gap is not None:
        yield from _gap_lines(found.gap)


def _gap_lines(gap: Gap) -> Iterator[str]:
    for x in gap.shortages:
        when = ", as long as placed sessions keep their times" if x.keeps_times else ", in every plan"
        what = x.part.replace("_", " ")
        yield f"shortage of {what}: {len(x.sessions)} sessions need {len(x.sessions)}, and there is room for {x.room}{when}"
        yield f"  sessions: {_listed(x.sessions)}"
        for c in x.capacities[:_SHOWN]:
            yield f"  room for {c.room}: {_capacity_text(c)}"
        if len(x.capacities) > _SHOWN:
            rest = x.capacities[_SHOWN:]
            yield f"  room for {sum(c.room for c in rest)}: {len(rest)} more"
    if gap.conflict is not None:
        yield "conflict: not all of these can be kept, but all the others of them without any one"
        yield from (f"  {requirement_text(r)}" for r in gap.conflict.requirements)
        yield f"  when only these may move: {_listed(gap.conflict.movable)}"
    if gap.rearrangement is not None:
        yield f"rearrangement: possible with these changes ({gap.rearrangement.delta:+d})"
        for a in gap.rearrangement.moves:
            to = "left out" if a.start is None else f"{_minute(a.start)} {a.instructor} {a.venue}"
            yield f"  {a.session}: {to}"
    for layer in gap.unlooked:
        yield f"not looked at: {layer} (too large, or out of time)"


def _capacity_text(c: Capacity) -> str:
    when = "in all" if c.begin is None or c.end is None else f"{_minute(c.begin)} to {_minute(c.end)}"
    taken = f", {len(c.fixed)} taken by pinned sessions" if c.fixed else ""
    return f"{c.who} {when}, {c.reason} {c.limit}{taken}"


def requirement_text(r: Requirement) -> str:
    """Return a requirement as plain English."""
    return f"{r.kind} {r.subject}: {TEXTS[r.reason]} ({r.reason})"


def candidate_text(c: Candidate) -> str:
    """Return a candidate as one line."""
    return f"{c.instructor} {_minute(c.start)} {c.venue} {c.delta:+d} ({parts_text(c.parts)})"


def parts_text(parts: dict[str, int]) -> str:
    """Return cost parts as one line."""
    return ", ".join(f"{name} {amount:+d}" for name, amount in parts.items())


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _minute(time: datetime) -> str:
    return time.isoformat(timespec="minutes")
