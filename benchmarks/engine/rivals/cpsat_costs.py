"""The cost parts of CP-SAT's monolith, all but unassigned pushed up by the objective alone."""

from typing import TYPE_CHECKING, Any

from benchmarks.engine.rivals.plain import day_of

if TYPE_CHECKING:
    from benchmarks.engine.rivals.cpsat import Monolith

Literal = Any
MOST_PAIRS = 3_000_000  # instructor and place as one literal up to here: a tighter model, but a larger one


def add_costs(m: "Monolith") -> None:
    """Add every cost part to the objective."""
    for s in range(len(m.plain.lessons)):
        _add_single(m, s)
        if m.plain.weights["avoid"]:
            _add_avoid(m, s)
    _add_travel(m)
    _add_targets(m)
    _add_duties(m)
    _add_leaders(m)
    _add_isolated(m)
    _add_series(m)


def _pay(m: "Monolith", literal: Literal, cost: int) -> None:
    if cost:
        m.objective.append((literal, cost))


def _above(m: "Monolith", amount: Any, cost: int, most: int) -> None:
    """Pay for each unit by which an amount is above 0."""
    if cost and most > 0:
        extra = m.model.new_int_var(0, most, "")
        m.model.add(extra >= amount)
        m.objective.append((extra, cost))


def _add_single(m: "Monolith", s: int) -> None:
    plain, lesson, w = m.plain, m.plain.lessons[s], m.plain.weights
    missing = w["unassigned"] * lesson.priority
    m.constant += missing * (1 + lesson.needs_instructor + lesson.needs_venue)
    _pay(m, m.placed[s], -missing)
    for i, literal in m.who[s].items():
        _pay(m, literal, plain.instructor_cost(lesson, i) - missing)
    for v, literal in m.where[s].items():
        _pay(m, literal, plain.venue_price(lesson, v) - missing)
    for p, literal in m.at[s].items():
        _pay(m, literal, plain.class_travel(lesson, p))
    for part, literals in zip(lesson.current, (m.start[s], m.who[s], m.where[s]), strict=True):
        if part is not None:
            m.constant += w["change"]
            if part in literals:
                _pay(m, literals[part], -w["change"])


def _add_avoid(m: "Monolith", s: int) -> None:
    plain, lesson, w = m.plain, m.plain.lessons[s], m.plain.weights
    avoided: dict[int, list[int]] = {}
    for t in lesson.starts:
        for i in plain.avoid.at(t, lesson.minutes):
            avoided.setdefault(i, []).append(t)
    for i, times in avoided.items():
        if i in m.who[s]:
            everywhere = len(times) == len(lesson.starts)
            for t in times[:1] if everywhere else times:
                _pay(m, m.who[s][i] if everywhere else m.both(m.who[s][i], m.start[s][t]), w["avoid"])


def _add_travel(m: "Monolith") -> None:
    """The instructor's way: a literal for each instructor and place, or one amount a lesson where these are too many."""
    plain, w = m.plain, m.plain.weights["travel"]
    pairs = sum(len(who) * len(at) for who, at in zip(m.who, m.at, strict=True))
    for s in range(len(plain.lessons)) if w else ():
        who, at = m.who[s], m.at[s]
        if len(at) == 1:
            place = next(iter(at))
            for i, literal in who.items():
                _pay(m, literal, w * int(plain.half_km[plain.person_home[i], place]))
        elif pairs <= MOST_PAIRS:
            _add_pairs(m, s)
        else:
            most = int(plain.half_km.max())
            amount = m.model.new_int_var(0, most, "")
            _pay(m, amount, w)
            for i, literal in who.items():
                row = plain.half_km[plain.person_home[i]]
                way = sum(int(row[p]) * there for p, there in at.items() if row[p])
                if not isinstance(way, int):
                    m.model.add(amount >= way).only_enforce_if(literal)


def _add_pairs(m: "Monolith", s: int) -> None:
    plain, w = m.plain, m.plain.weights["travel"]
    of_place: dict[int, list[Literal]] = {p: [] for p in m.at[s]}
    for i, literal in m.who[s].items():
        row = []
        for p in m.at[s]:
            joint = m.bool()
            row.append(joint)
            of_place[p].append(joint)
            _pay(m, joint, w * int(plain.half_km[plain.person_home[i], p]))
        m.model.add(m.total(row) == literal)
    for p, literals in of_place.items():
        m.model.add(m.total(literals) <= m.at[s][p])


def _add_targets(m: "Monolith") -> None:
    w = m.plain.weights
    for i, person in enumerate(m.plain.people):
        target = person.get("target")
        mine = [who[i] for who in m.who if i in who]
        if target is not None and mine:
            count = m.total(mine)
            _above(m, count - target, w["over_target"], len(mine) - target)
            _above(m, count - 2 * target, w["over_twice_target"], len(mine) - 2 * target)


def _add_duties(m: "Monolith") -> None:
    for person, eligible, need, worth in m.plain.duties:
        taught = m.total([m.who[s][person] for s in eligible if person in m.who[s]])
        _above(m, need - taught, worth, need)


def _add_leaders(m: "Monolith") -> None:
    members: dict[int, list[int]] = {}
    for s, lesson in enumerate(m.plain.lessons):
        for c in lesson.classes:
            members.setdefault(c, []).append(s)
    for c, mine in members.items():
        percent = m.plain.classes[c].get("min_leader_percent", 0)
        if percent and m.plain.weights["leader_share"]:
            lessons = m.plain.lessons
            hours = sum(lessons[s].half_hours * m.placed[s] for s in mine)
            led = sum(
                lessons[s].half_hours * literal
                for s in mine
                for i, literal in m.who[s].items()
                if m.plain.people[i].get("leader")
            )
            most = sum(lessons[s].half_hours for s in mine)
            missing = m.model.new_int_var(0, most, "")
            m.model.add(200 * missing >= percent * hours - 100 * led)
            m.objective.append((missing, m.plain.weights["leader_share"]))


def _add_isolated(m: "Monolith") -> None:
    members: dict[int, list[tuple[int, int, Literal]]] = {}
    for s, lesson in enumerate(m.plain.lessons):
        for c in lesson.classes:
            for t, literal in m.start[s].items():
                members.setdefault(c, []).append((s, t, literal))
    for mine in members.values() if m.plain.weights["isolated"] else ():
        for s, t, literal in mine:
            end = t + m.plain.lessons[s].minutes
            near = [
                other
                for o, u, other in mine
                if o != s
                and day_of(u) == day_of(t)
                and (t - 30 <= u + m.plain.lessons[o].minutes <= t or end <= u <= end + 30)
            ]
            alone = m.bool()
            m.model.add_bool_or([~literal, alone, *near])
            _pay(m, alone, m.plain.weights["isolated"])


def _add_series(m: "Monolith") -> None:
    w = m.plain.weights
    for series in m.plain.series:
        members, least = series["sessions"], series.get("min_days", 1)
        if w["min_days"]:
            days = m.total(list(m.days(members).values()))
            _above(m, least - days, w["min_days"], least)
        if series.get("same_venue") and w["same_venue"]:
            users: dict[int, list[Literal]] = {}
            for s in members:
                for v, literal in m.where[s].items():
                    users.setdefault(v, []).append(literal)
            used = []
            for literals in users.values():
                used.append(m.bool())
                for literal in literals:
                    m.model.add_implication(literal, used[-1])
            _above(m, m.total(used) - 1, w["same_venue"], len(used) - 1)
