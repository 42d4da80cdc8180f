"""Small random problems that use everything the format has, random plans for them, and brute force over all plans."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

from scheduling.engine import Assignment, Plan, Problem, check, load_problem

DAYS = ("2027-03-01", "2027-03-02", "2027-03-31", "2027-04-01")  # two weeks, two months
HOURS = ("08:30", "10:15", "14:00")
TOPICS = ("law", "history", "care")


def random_problem(seed: int, sessions: int = 3) -> Problem:
    """Return a random problem with few ways to place each session."""
    return load_problem(random_document(seed, sessions))


def random_document(seed: int, sessions: int = 3) -> dict[str, object]:
    """Return a random problem as a document."""
    rng = random.Random(seed)
    names = [f"s{n}" for n in range(sessions)]
    classes = [f"c{n}" for n in range(rng.randint(1, 2))]
    people = [f"i{n}" for n in range(rng.randint(1, 3))]
    venues = [f"v{n}" for n in range(rng.randint(1, 2))]
    places = ["near", "middle", "far"]
    starts = [f"{day}T{hour}" for day in rng.sample(DAYS, 2) for hour in HOURS]
    return {
        "format": "match-problem/1",
        "name": f"random-{seed}",
        "weights": _weights(rng),
        "speed_kmh": rng.choice([20, 50]),
        "places": [
            {"id": "near", "lat": 35.4, "lon": 116.3},
            {"id": "middle", "lat": 35.5, "lon": 116.4},
            {"id": "far", "lat": 35.9, "lon": 116.9},
        ],
        "instructors": [_instructor(rng, name, places, classes) for name in people],
        "venues": [_venue(rng, name, places) for name in venues],
        "resources": [{"id": "guide", "count": rng.randint(0, 2)}],
        "classes": [_class(rng, name, places) for name in classes],
        "sessions": [_session(rng, name, classes, people, venues, starts) for name in names],
        "series": [_series(rng, f"r{n}", names) for n in range(rng.randint(0, 2))],
        "duties": [_duty(rng, f"d{n}", people, names) for n in range(rng.randint(0, 2))],
    }


def random_sites(seed: int, sessions: int = 3) -> Problem:
    """Return a random problem whose venues need time between sessions and lend what sessions use."""
    document: Any = random_document(seed, sessions)
    rng = random.Random(seed + 10**6)
    names = [venue["id"] for venue in document["venues"]]
    for venue in document["venues"]:
        venue["turnaround"] = rng.choice([0, 15, 30, 60, 105])
    for n, mine in enumerate(rng.choice([[names], [[name] for name in names]])):
        lent = {"id": f"lent{n}", "kind": "lent", "count": rng.randint(0, 3), "venues": mine}
        lent["turnaround"] = rng.choice([0, 0, 30, 120])
        document["resources"].append(lent | {"max_per_day": rng.choice([None, 1, 2, 3])})
    document["resources"][0]["turnaround"] = rng.choice([0, 0, 45])
    document["resources"][0]["max_per_day"] = rng.choice([None, None, 1])
    for session in document["sessions"]:
        session["features"] = []  # so that sessions meet
        if rng.random() < 0.8:
            session["uses"] = session.get("uses", {}) | {"lent": rng.randint(1, 2)}
    return load_problem(document)


def _weights(rng: random.Random) -> dict[str, int]:
    found = {
        "unassigned": rng.choice([20, 100, 1000]),
        "class_travel": rng.randint(0, 3),
        "same_venue": rng.randint(0, 15),
    }
    if rng.random() < 0.3:
        found["overflow"] = rng.randint(0, 3)
    if rng.random() < 0.4:
        found["isolated"] = rng.randint(1, 9)
    return found


def _away(rng: random.Random) -> list[list[str]]:
    return [[f"{day}T08:00", f"{day}T12:00"] for day in DAYS if rng.random() < 0.2]


def _instructor(rng: random.Random, name: str, places: list[str], classes: list[str]) -> dict[str, object]:
    return {
        "id": name,
        "topics": {topic: rng.randint(50, 100) for topic in TOPICS if rng.random() < 0.7},
        "home": rng.choice([*places, None]),
        "leader": rng.random() < 0.4,
        "busy": _away(rng),
        "avoid": _away(rng),
        "max_per_day": rng.choice([None, 1, 2]),
        "max_per_week": rng.choice([None, None, 1, 2]),
        "max_per_month": rng.choice([None, None, 2]),
        "max_total": rng.choice([None, None, 0, 2]),
        "target": rng.choice([None, 0, 1]),
        "fee": rng.choice([0, 301]),
        "not_classes": [c for c in classes if rng.random() < 0.1],
    }


def _venue(rng: random.Random, name: str, places: list[str]) -> dict[str, object]:
    return {
        "id": name,
        "place": rng.choice([*places, None]),
        "capacity": rng.choice([20, 40, 90]),
        "groups": rng.choice([1, 1, 2]),
        "max_per_day": rng.choice([None, None, 1]),
        "features": rng.sample(["room", "site"], rng.randint(1, 2)),
        "busy": _away(rng),
        "cost": rng.randint(0, 9),
    }


def _class(rng: random.Random, name: str, places: list[str]) -> dict[str, object]:
    home = rng.choice([*places, None])
    return {
        "id": name,
        "size": rng.randint(10, 50),
        "home": home,
        "min_leader_percent": rng.choice([0, 20, 50]),
    }


def _session(
    rng: random.Random, name: str, classes: list[str], people: list[str], venues: list[str], starts: list[str]
) -> dict[str, object]:
    mine = sorted(rng.sample(starts, rng.choice([1, 1, 2, 2, 3])))
    found: dict[str, object] = {
        "id": name,
        "classes": rng.sample(classes, rng.randint(min(1, len(classes)), len(classes)))
        if rng.random() < 0.9
        else [],
        "topic": rng.choice(TOPICS),
        "minutes": rng.choice([45, 90, 90, 240]),
        "hours": rng.choice([1, 2, 2.5]),
        "starts": mine,
        "features": ["room"] if rng.random() < 0.5 else [],
        "leader": rng.choice(["any", "any", "any", "required", "forbidden"]),
        "priority": rng.randint(1, 3),
    }
    if rng.random() < 0.2:
        found["instructors"] = [x for x in people if rng.random() < 0.5]
    if rng.random() < 0.2:
        found["venues"] = [x for x in venues if rng.random() < 0.5]
    if rng.random() < 0.3:
        found["uses"] = {"guide": 1}
    if rng.random() < 0.4:
        found["current"] = {
            "start": rng.choice([*mine, None]),
            "instructor": rng.choice([*people, None]),
            "venue": rng.choice([*venues, None]),
        }
        if rng.random() < 0.4:
            found["pinned"] = [rng.choice(["start", "instructor", "venue"])]
    return found


def _series(rng: random.Random, name: str, names: list[str]) -> dict[str, object]:
    return {
        "id": name,
        "sessions": rng.sample(names, rng.randint(1, len(names))),
        "min_days": rng.randint(0, 3),
        "max_days": rng.choice([None, None, 1]),
        "ordered": rng.random() < 0.3,
        "same_venue": rng.random() < 0.5,
        "together": rng.random() < 0.25,
    }


def _duty(rng: random.Random, name: str, people: list[str], names: list[str]) -> dict[str, object]:
    eligible = rng.sample(names, rng.randint(1, len(names)))
    return {
        "id": name,
        "instructor": rng.choice(people),
        "sessions": eligible,
        "need": rng.randint(1, 2),
        "priority": rng.randint(1, 3),
    }


def options(problem: Problem) -> list[list[Assignment | None]]:
    """Return every way to place each session, whether allowed or not, leaving out parts that are never needed."""
    found: list[list[Assignment | None]] = []
    for session in problem.sessions:
        people = [None, *(x.id for x in problem.instructors)] if session.needs_instructor else [None]
        venues = [None, *(v.id for v in problem.venues)] if session.needs_venue else [None]
        ways = itertools.product(session.starts, people, venues)
        found.append([None, *(Assignment(session.id, start, who, venue) for start, who, venue in ways)])
    return found


def plan_of(problem: Problem, ways: tuple[Assignment | None, ...]) -> Plan:
    """Return a plan of some placements."""
    return Plan(problem.name, tuple(a for a in ways if a is not None))


def alone_possible(problem: Problem) -> list[list[Assignment | None]]:
    """Return the ways to place each session that break no rule of one session by itself."""
    kept: list[list[Assignment | None]] = []
    joint = {"together", "pinned"}
    for ways in options(problem):
        good = [
            a
            for a in ways
            if a is None or all(v.code in joint for v in check(problem, plan_of(problem, (a,))).violations)
        ]
        kept.append(good)
    return kept


def all_plans(problem: Problem) -> Iterator[Plan]:
    """Yield every plan worth looking at."""
    for ways in itertools.product(*alone_possible(problem)):
        yield plan_of(problem, ways)


def brute_force(problem: Problem) -> int | None:
    """Return the least cost of a valid plan, None when no plan is valid."""
    costs = [report.cost for plan in all_plans(problem) if not (report := check(problem, plan)).violations]
    return min(costs, default=None)


def random_plan(problem: Problem, seed: int) -> Plan:
    """Return a random plan, most likely not valid."""
    rng = random.Random(seed)
    return plan_of(
        problem, tuple(rng.choice(ways) if rng.random() < 0.8 else None for ways in options(problem))
    )
