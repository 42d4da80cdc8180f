"""Timefold (from PyPI, needs Java 17) with the same rules as hard and the same cost as soft score."""

import os
import re
import shutil
import subprocess

from benchmarks.engine.rivals.plain import (
    Answer,
    Lesson,
    Plain,
    cannot,
    day_of,
    month_of,
    serve,
    week_of,
)

LARGEST = 8_000  # lessons; beyond, its tables in Python objects alone take many minutes

# Start, then person, then room of one lesson after the other: all combinations at once, its default, do not end in a minute.
PHASES = """<solver xmlns="https://timefold.ai/xsd/solver">
  <constructionHeuristic>
    <queuedEntityPlacer>
      <entitySelector id="lesson"><cacheType>PHASE</cacheType></entitySelector>
      <changeMoveSelector><entitySelector mimicSelectorRef="lesson"/><valueSelector variableName="start"/></changeMoveSelector>
      <changeMoveSelector><entitySelector mimicSelectorRef="lesson"/><valueSelector variableName="person"/></changeMoveSelector>
      <changeMoveSelector><entitySelector mimicSelectorRef="lesson"/><valueSelector variableName="room"/></changeMoveSelector>
    </queuedEntityPlacer>
  </constructionHeuristic>
  <localSearch/>
</solver>"""


def _java() -> int:
    """Return the version of the Java that is there, 0 for none."""
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    if not java or not shutil.which(java):
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on the path
    version = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return int(version[1]) if version else 0


if _java() < 17:
    cannot("Java 17 is not installed")
try:
    from timefold.solver import SolverFactory
    from timefold.solver.config import (
        Duration,
        EnvironmentMode,
        ScoreDirectorFactoryConfig,
        SolverConfig,
        TerminationConfig,
    )

    from benchmarks.engine.rivals import timefold_model as tf
    from benchmarks.engine.rivals.timefold_rules import provider
except ImportError:
    cannot("timefold is not installed")


class _Facts:
    """Timefold's objects of a problem."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain
        self.road = plain.road.tolist()
        self.people = [self._person(n) for n in range(len(plain.people))]
        self.rooms = [
            tf.Room(n, plain.venue_place[n], v.get("groups", 1), _limit(v.get("max_per_day")))
            for n, v in enumerate(plain.venues)
        ]
        self._starts: dict[int, tf.Start] = {}
        self.lessons = [self._lesson(s, lesson) for s, lesson in enumerate(plain.lessons)]

    def _person(self, n: int) -> tf.Person:
        x = self.plain.people[n]
        row = self.plain.half_km[self.plain.person_home[n]].tolist()
        limits = [_limit(x.get(f"max_{span}")) for span in ("per_day", "per_week", "per_month", "total")]
        return tf.Person(n, bool(x.get("leader", False)), *limits, _limit(x.get("target")), row)

    def _start(self, minute: int) -> tf.Start:
        if minute not in self._starts:
            self._starts[minute] = tf.Start(minute, day_of(minute), week_of(minute), month_of(minute))
        return self._starts[minute]

    def _lesson(self, s: int, lesson: Lesson) -> tf.Lesson:
        plain = self.plain
        who, where = set(lesson.who), set(lesson.where)
        places = {lesson.home, *(plain.venue_place[v] for v in lesson.where)}
        hit = {
            key: {t * 100000 + n for t in lesson.starts for n in absences.at(t, lesson.minutes) if n in those}
            for key, absences, those in (
                ("away", plain.busy, who),
                ("closed", plain.closed, where),
                ("avoid", plain.avoid, who),
            )
        }
        now = [-1 if part is None else part for part in lesson.current]
        must = [
            stays and part is not None for stays, part in zip(lesson.must_stay, lesson.current, strict=True)
        ]
        return tf.Lesson(
            id=s,
            minutes=lesson.minutes,
            half_hours=lesson.half_hours,
            priority=lesson.priority,
            needs_person=lesson.needs_instructor,
            needs_room=lesson.needs_venue,
            home=lesson.home,
            road=self.road,
            person_cost={i: plain.instructor_cost(lesson, i) for i in lesson.who},
            room_cost={v: plain.venue_price(lesson, v) for v in lesson.where},
            place_cost={p: plain.class_travel(lesson, p) for p in places},
            now_start=now[0],
            now_person=now[1],
            now_room=now[2],
            must_start=must[0],
            must_person=must[1],
            must_room=must[2],
            starts=[self._start(t) for t in lesson.starts],
            people=[self.people[i] for i in lesson.who] if lesson.needs_instructor else [],
            rooms=[self.rooms[v] for v in lesson.where] if lesson.needs_venue else [],
            **hit,
        )

    def timetable(self) -> "tf.Timetable":
        """Return the whole problem."""
        plain = self.plain
        groups = [
            tf.Group(n, c.get("min_leader_percent", 0) if plain.weights["leader_share"] else 0)
            for n, c in enumerate(plain.classes)
        ]
        members: dict[int, list[int]] = {}
        for s, lesson in enumerate(plain.lessons):
            for c in lesson.classes:
                members.setdefault(c, []).append(s)
        pairs = {(a, b, False) for mine in members.values() for a in mine for b in mine if a < b}
        in_series, series = [], []
        for n, r in enumerate(plain.series):
            mine, least = r["sessions"], r.get("min_days", 1)
            flags = bool(r.get("same_venue")), bool(r.get("together"))
            series.append(tf.Series(n, len(mine), least, _limit(r.get("max_days")), *flags))
            in_series += [tf.InSeries(series[-1], s) for s in mine]
            if r.get("ordered"):
                pairs |= {(a, b, True) for k, a in enumerate(mine) for b in mine[k + 1 :]}
        uses = [(s, r, n) for s, lesson in enumerate(plain.lessons) for r, n in lesson.uses.items()]
        duties = [tf.Duty(n, who, need, worth) for n, (who, _, need, worth) in enumerate(plain.duties)]
        in_groups = [(c, s) for c, mine in members.items() for s in mine]
        return tf.Timetable(
            weights=plain.weights,
            pairs=[tf.Pair(*pair) for pair in sorted(pairs)],
            in_series=in_series,
            in_groups=[tf.InGroup(n, groups[c], s) for n, (c, s) in enumerate(in_groups)],
            eligible=[
                tf.Eligible(duty, s)
                for duty, (_, mine, _, _) in zip(duties, plain.duties, strict=True)
                for s in mine
            ],
            uses=[tf.Use(n, s, r, c, plain.resources[r]["count"]) for n, (s, r, c) in enumerate(uses)],
            lessons=self.lessons,
        )


def _limit(value: int | None) -> int:
    return tf.NO_LIMIT if value is None else value


def solve(plain: Plain, seconds: float, seed: int) -> Answer:
    """Let Timefold's default phases run for the time."""
    if len(plain.lessons) > LARGEST:
        cannot(f"too large: {len(plain.lessons)} lessons")
    config = SolverConfig(
        solution_class=tf.Timetable,
        entity_class_list=[tf.Lesson],
        environment_mode=EnvironmentMode.NON_REPRODUCIBLE,
        random_seed=seed,
        score_director_factory_config=ScoreDirectorFactoryConfig(
            constraint_provider_function=provider(plain.weights)
        ),
        xml_source_text=PHASES,
        termination_config=TerminationConfig(spent_limit=Duration(milliseconds=round(seconds * 1000))),
    )
    solution = SolverFactory.create(config).build_solver().solve(_Facts(plain).timetable())
    if solution.score.hard_score < 0:
        cannot(f"no valid plan in the time: {-solution.score.hard_score} rules broken")
    ways = [
        (None, None, None)
        if x.start is None
        else (
            x.start.minute,
            None if x.person is None else x.person.index,
            None if x.room is None else x.room.index,
        )
        for x in solution.lessons
    ]
    return Answer(ways)


if __name__ == "__main__":
    serve(solve)
