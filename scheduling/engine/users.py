"""Who uses a resource while a session is held: for saying in whose way it is."""

from scheduling.engine.model import Plan, Problem
from scheduling.engine.rules.resources import used_by
from scheduling.engine.timetable import Timetable


def users(problem: Problem, plan: Plan, name: str, session: str) -> list[str]:
    """Return the sessions of a plan that use a resource while a session is held, by start."""
    table = Timetable(problem, plan)
    mine = table.placed.get(session)
    resource = next((r for r in problem.resources if r.id == name), None)
    if mine is None or resource is None:
        return []
    tail = resource.turnaround
    there = (p for p in table.placed.values() if p.begin < mine.end + tail and mine.begin < p.end + tail)
    return [p.session.id for p in sorted(there, key=lambda p: p.begin) if used_by(p, resource)]
