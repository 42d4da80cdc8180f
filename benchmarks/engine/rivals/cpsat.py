"""CP-SAT's monolith: the whole problem as one model with optional intervals, every rule and every cost part of the format.

A city's whole model does not fit into memory; there each lesson has its cheapest instructors and venues only.
"""

import time
from itertools import pairwise
from math import ceil
from typing import Any

from benchmarks.engine.rivals.cpsat_costs import add_costs
from benchmarks.engine.rivals.plain import Answer, Lesson, Plain, cannot, day_of, month_of, serve, week_of
from benchmarks.engine.rivals.pruning import prune

try:
    from ortools.sat.python import cp_model
except ImportError:
    cannot("ortools is not installed")

Literal = Any  # ortools' variables carry no types
LARGEST = 60_000_000  # terms; more do not fit into 24 GiB
MOST_LESSONS = 10_000
CHOICES = (
    12,
    6,
)  # instructors and venues a lesson where the whole does not fit; what it finds is valid, its bound is not
SEARCHES = 8  # with two, CP-SAT leaves out the searches that find the proofs


class Monolith:
    """Literals of every lesson, and the rules over them."""

    def __init__(self, plain: Plain) -> None:
        self.plain, self.model = plain, cp_model.CpModel()
        self.objective: list[tuple[Literal, int]] = []
        self.constant = 0
        self.placed: list[Literal] = []
        self.start: list[dict[int, Literal]] = []
        self.who: list[dict[int, Literal]] = []
        self.where: list[dict[int, Literal]] = []
        self.at: list[dict[int, Literal]] = []
        self._begin: list[Literal] = []
        for s, lesson in enumerate(plain.lessons):
            self._add_lesson(s, lesson)
        self._add_people()
        self._add_venues()
        self._add_classes()
        self._add_series()
        self._add_travel()

    def bool(self, name: str = "") -> Literal:
        """Return a new literal."""
        return self.model.new_bool_var(name)

    def total(self, literals: list[Literal]) -> Literal:
        """Return the sum of some literals."""
        return cp_model.LinearExpr.sum(literals)

    def both(self, a: Literal, b: Literal) -> Literal:
        """Return a literal that is true where both are (and may be where not)."""
        if a is b:
            return a
        joint = self.bool()
        self.model.add_bool_or([~a, ~b, joint])
        return joint

    def _add_lesson(self, s: int, lesson: Lesson) -> None:
        model, plain = self.model, self.plain
        placed = self.bool(f"p{s}")
        self.placed.append(placed)
        starts = (
            {lesson.starts[0]: placed} if len(lesson.starts) == 1 else {t: self.bool() for t in lesson.starts}
        )
        self.start.append(starts)
        if len(starts) != 1:
            model.add(self.total(list(starts.values())) == placed)
        if len(starts) > 1:
            begin = model.new_int_var_from_domain(cp_model.Domain.from_values(lesson.starts), f"b{s}")
            for t, literal in starts.items():
                model.add(begin == t).only_enforce_if(literal)
        else:
            begin = next(iter(starts), 0)
        self._begin.append(begin)
        self.who.append(self._parts(s, lesson, lesson.who if lesson.needs_instructor else [], plain.busy))
        self.where.append(self._parts(s, lesson, lesson.where if lesson.needs_venue else [], plain.closed))
        if lesson.must_stay[0]:
            model.add(placed == (lesson.current[0] is not None))
        for part, chosen in ((1, self.who[s]), (2, self.where[s])):
            if lesson.must_stay[part] and lesson.current[part] is not None:
                model.add_bool_or(list(chosen.values()))
        self._add_places(s, lesson)

    def _parts(self, s: int, lesson: Lesson, options: list[int], absences: Any) -> dict[int, Literal]:
        """Return a literal for each instructor (or venue) who is there at one of the starts."""
        away = {t: absences.at(t, lesson.minutes) for t in lesson.starts}
        found = {}
        for n in options:
            never = [t for t in lesson.starts if n in away[t]]
            if len(never) < len(lesson.starts):
                found[n] = self.bool()
                for t in never:
                    self.model.add_implication(found[n], ~self.start[s][t])
        self.model.add(self.total(list(found.values())) <= self.placed[s])
        return found

    def _add_places(self, s: int, lesson: Lesson) -> None:
        by_place: dict[int, list[Literal]] = {lesson.home: []}
        for v, literal in self.where[s].items():
            by_place.setdefault(self.plain.venue_place[v], []).append(literal)
        housed = self.total(list(self.where[s].values()))
        if len(by_place) == 1:
            self.at.append({lesson.home: self.placed[s]})
            return
        self.at.append({p: self.bool() for p in by_place})
        for p, literals in by_place.items():
            there = self.total(literals) + (self.placed[s] - housed if p == lesson.home else 0)
            self.model.add(self.at[s][p] == there)

    def interval(self, s: int, present: Literal) -> Literal:
        """Return a lesson's time as an optional interval."""
        return self.model.new_optional_fixed_size_interval_var(
            self._begin[s], self.plain.lessons[s].minutes, present, ""
        )

    def _once(self, entries: list[tuple[int, Literal]]) -> None:
        """Let nobody be in two lessons at a time: cliques where the time hangs on one literal, which is tighter, intervals for the rest."""
        lessons, known, is_rest = self.plain.lessons, [], False
        for s, literal in entries:
            is_class = literal is self.placed[s]
            if len(lessons[s].starts) == 1 or is_class:
                known += [
                    (t, t + lessons[s].minutes, start if is_class else literal)
                    for t, start in self.start[s].items()
                ]
            is_rest |= lessons[s].minutes == 0 or (len(lessons[s].starts) > 1 and not is_class)
        for moment in sorted({begin for begin, _, _ in known}):
            clique = [literal for begin, end, literal in known if begin <= moment < end]
            if len(clique) > 1:
                self.model.add_at_most_one(clique)
        if is_rest:
            self.model.add_no_overlap([self.interval(s, literal) for s, literal in entries])

    def _counted(self, s: int, literal: Literal, bucket: Any) -> list[tuple[int, Literal]]:
        """Return in which days (or weeks, months) a part counts, with a literal for each."""
        starts: dict[int, list[Literal]] = {}
        for t, start in self.start[s].items():
            starts.setdefault(bucket(t), []).append(start)
        if len(starts) == 1:
            return [(next(iter(starts)), literal)]
        found = []
        for key, literals in starts.items():
            joint = self.bool()
            for start in literals:
                self.model.add_bool_or([~literal, ~start, joint])
            found.append((key, joint))
        return found

    def _cap(self, entries: list[tuple[int, Literal]], bucket: Any, limit: int | None) -> None:
        """Let at most ``limit`` of some (lesson, literal) fall into one bucket of time."""
        if limit is None or len(entries) <= limit:
            return
        groups: dict[int, list[Literal]] = {}
        for s, literal in entries:
            for key, joint in self._counted(s, literal, bucket):
                groups.setdefault(key, []).append(joint)
        for literals in groups.values():
            if len(literals) > limit:
                self.model.add(self.total(literals) <= limit)

    def _add_people(self) -> None:
        for i, person in enumerate(self.plain.people):
            mine = [(s, who[i]) for s, who in enumerate(self.who) if i in who]
            self._once(mine)
            self._cap(mine, day_of, person.get("max_per_day"))
            self._cap(mine, week_of, person.get("max_per_week"))
            self._cap(mine, month_of, person.get("max_per_month"))
            self._cap(mine, lambda t: 0, person.get("max_total"))

    def _add_venues(self) -> None:
        for v, venue in enumerate(self.plain.venues):
            mine = [(s, where[v]) for s, where in enumerate(self.where) if v in where]
            intervals = (
                [self.interval(s, literal) for s, literal in mine] if venue.get("groups", 1) != 1 else []
            )
            if venue.get("groups", 1) == 1:
                self._once(mine)
            elif len(mine) > venue["groups"]:
                self.model.add_cumulative(intervals, [1] * len(mine), venue["groups"])
            self._cap(mine, day_of, venue.get("max_per_day"))
        for r, resource in enumerate(self.plain.resources):
            users = [(s, lesson.uses[r]) for s, lesson in enumerate(self.plain.lessons) if r in lesson.uses]
            intervals = [self.interval(s, self.placed[s]) for s, _ in users]
            self.model.add_cumulative(intervals, [n for _, n in users], resource["count"])

    def _add_classes(self) -> None:
        members: dict[int, list[int]] = {}
        for s, lesson in enumerate(self.plain.lessons):
            for c in lesson.classes:
                members.setdefault(c, []).append(s)
        for mine in members.values():
            self._once([(s, self.placed[s]) for s in mine])

    def _add_series(self) -> None:
        for series in self.plain.series:
            members = series["sessions"]
            if series.get("ordered"):
                for n, a in enumerate(members):
                    for b in members[n + 1 :]:
                        end = self._begin[a] + self.plain.lessons[a].minutes
                        self.model.add(end <= self._begin[b]).only_enforce_if(self.placed[a], self.placed[b])
            if series.get("max_days") is not None:
                self.model.add(self.total(list(self.days(members).values())) <= series["max_days"])
            if series.get("together"):
                self._add_together(members)

    def days(self, members: list[int]) -> dict[int, Literal]:
        """Return a literal for each day that some lessons may use; it is true exactly when one does."""
        users: dict[int, list[Literal]] = {}
        for s in members:
            for t, literal in self.start[s].items():
                users.setdefault(day_of(t), []).append(literal)
        found = {}
        for day, literals in users.items():
            found[day] = self.bool()
            self.model.add_max_equality(found[day], literals)
        return found

    def _add_together(self, members: list[int]) -> None:
        for a, b in pairwise(members):
            self.model.add(self.placed[a] == self.placed[b])
        for s in members:
            for parts, needs in (
                (self.who[s], self.plain.lessons[s].needs_instructor),
                (self.where[s], self.plain.lessons[s].needs_venue),
            ):
                if needs:
                    self.model.add(self.total(list(parts.values())) == self.placed[s])

    def _add_travel(self) -> None:
        """Forbid, pair by pair, what leaves no time to travel, for whoever is in both lessons of a day."""
        self._road, self._longest_way = self.plain.road.tolist(), int(self.plain.road.max())
        by_day: dict[int, list[tuple[int, int]]] = {}
        for s, lesson in enumerate(self.plain.lessons):
            for t in lesson.starts:
                by_day.setdefault(day_of(t), []).append((t, s))
        same: dict[tuple[int, int], Literal | None] = {}
        for entries in by_day.values():
            entries.sort()
            for n, (t, a) in enumerate(entries):
                for u, b in entries[n + 1 :]:
                    if a != b and t + self.plain.lessons[a].minutes <= u:
                        self._add_pair((a, t), (b, u), same)

    def _add_pair(
        self, first: tuple[int, int], then: tuple[int, int], same: dict[tuple[int, int], Literal | None]
    ) -> None:
        (a, t), (b, u) = first, then
        gap = u - t - self.plain.lessons[a].minutes
        key = (min(a, b), max(a, b))
        if gap >= self._longest_way or (key in same and same[key] is None):
            return
        far = {p: [q for q in self.at[b] if self._road[p][q] > gap] for p in self.at[a]}
        if not any(far.values()):
            return
        if key not in same:
            same[key] = self._meets(a, b)
        joint = same[key]
        if joint is None:
            return
        condition = [self.start[a][t], self.start[b][u], joint]
        for p, there in far.items():
            if there:
                self.model.add_bool_and([~self.at[b][q] for q in there]).only_enforce_if(
                    [*condition, self.at[a][p]]
                )

    def _meets(self, a: int, b: int) -> Literal | None:
        """Return a literal that is true when somebody is in both lessons; None when nobody can be."""
        if set(self.plain.lessons[a].classes) & set(self.plain.lessons[b].classes):
            return self.placed[a]
        common = self.who[a].keys() & self.who[b].keys()
        if not common:
            return None
        joint = self.bool()
        for i in common:
            self.model.add_bool_or([~self.who[a][i], ~self.who[b][i], joint])
        return joint


def size_of(plain: Plain) -> int:
    """Return a rough count of the model's terms."""
    total, day_lessons = 0, dict[int, int]()
    for lesson in plain.lessons:
        places = len({plain.venue_place[v] for v in lesson.where})
        total += len(lesson.starts) * (4 * len(lesson.who) + 2 * len(lesson.where)) + len(lesson.who) * places
        for t in lesson.starts:
            day_lessons[day_of(t)] = day_lessons.get(day_of(t), 0) + places
    return total + sum(n * n // 20 for n in day_lessons.values())


def solve(plain: Plain, seconds: float, seed: int) -> Answer:
    """Build the model, and search for what is left of the time."""
    began = time.perf_counter()
    is_whole = size_of(plain) <= LARGEST
    if not is_whole and len(plain.lessons) <= MOST_LESSONS:
        prune(plain, *CHOICES)
    if size_of(plain) > LARGEST:
        cannot(f"too large for one model: {size_of(plain) // 10**6} million terms")
    monolith = Monolith(plain)
    add_costs(monolith)
    model = monolith.model
    model.minimize(
        cp_model.LinearExpr.weighted_sum(
            [literal for literal, _ in monolith.objective], [cost for _, cost in monolith.objective]
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(1.0, seconds - (time.perf_counter() - began))
    solver.parameters.num_workers = SEARCHES
    solver.parameters.random_seed = seed
    status = solver.solve(model)
    bound = None
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN) and is_whole and _is_exact(plain):
        bound = ceil(solver.best_objective_bound - 1e-6) + monolith.constant
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        cannot(f"no plan in the time ({solver.status_name(status)})")

    def chosen(literals: dict[int, Literal]) -> int | None:
        return next((key for key, literal in literals.items() if solver.value(literal)), None)

    ways = [
        (chosen(monolith.start[s]), chosen(monolith.who[s]), chosen(monolith.where[s]))
        for s in range(len(plain.lessons))
    ]
    return Answer(ways, bound)


def _is_exact(plain: Plain) -> bool:
    """Whether travel pair by pair is the rule itself: a lesson at an unknown place between two others would lift it."""
    places = [*plain.venue_place, *(lesson.home for lesson in plain.lessons)]
    return plain.unknown not in places or not plain.road.any()


if __name__ == "__main__":
    serve(solve)
