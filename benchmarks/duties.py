"""``python -m benchmarks.duties``: the forecast of the party-lesson duties for a province, beside plainer ways.

A province is made up: cities, counties and townships with their secretaries, lessons hosted at every level, people who
may teach some of the courses, are away at times and teach at most so many a week and month; every tenth owes two
lessons, and every twentieth holds two posts. The table has what each way takes, and on how many obligations it says
something else than the forecast does:

* ``forecast``: what the product does, limits and shared lessons and all;
* ``plain matching``: one augmenting-path matching, which knows no limits and no shared lessons;
* ``leader by leader``: the definition of "only if others give way", by one matching without each leader (of a sample,
  and reckoned up to all);
* ``lesson by lesson``: which lessons count, asked of every pair one at a time (of a sample, and reckoned up).
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from accounts.enums import Level
from party_lessons.enums import ClassKind, PostKind
from party_lessons.rules import (
    SCHEME_A,
    Ahead,
    Audience,
    Cap,
    Demand,
    LessonFacts,
    PostFacts,
    Want,
    eligible,
    forecast,
    served,
)
from party_lessons.rules.seating import seat
from scheduling.engine.whole import solve_whole
from scheduling.queries.holders import Limits
from scheduling.queries.limits import Lesson, caps

YEAR = 2027
CITIES, COUNTIES = 16, 9
COURSES, KNOWN = 400, 12
A_WEEK, A_MONTH = 1, 4
SAMPLE = 20
T = TypeVar("T")


@dataclass(frozen=True)
class Province:
    """What the forecast reads."""

    wants: list[Want]
    ahead: Ahead
    lessons: list[LessonFacts]
    open_to: dict[int, np.ndarray]


def province(leaders: int, sessions: int, seed: int) -> Province:
    """A made-up province on its first of May."""
    rng = random.Random(seed)  # noqa: S311  (a made-up county is no secret)
    counties = [f"/1/{c}/{c}{n:02}/" for c in range(2, 2 + CITIES) for n in range(COUNTIES)]
    towns = [f"{rng.choice(counties)}{n}/" for n in range(10_000, 10_000 + leaders)]
    lessons = sorted((_lesson(rng, n, counties, towns) for n in range(sessions)), key=lambda x: x.day)
    ahead, course = _ahead(lessons), np.array([rng.randrange(COURSES) for _ in lessons])
    by_course = [np.nonzero(course == c)[0] for c in range(COURSES)]
    wants: list[Want] = []
    open_to: dict[int, np.ndarray] = {}
    for n in range(leaders):
        # Every twentieth holds the post of the one before as well.
        who = n - 1 if n % 20 == 19 else n
        post = PostFacts(who, towns[n], PostKind.AREA_SECRETARY, date(2023, 5, 1), level=Level.TOWNSHIP)
        wants.append(Want(n, post, SCHEME_A, 2 if n % 10 == 0 else 1, date(YEAR, 12, 31)))
        known = np.sort(np.concatenate([by_course[c] for c in rng.sample(range(COURSES), KNOWN)]))
        away = rng.randrange(240)
        kept = (ahead.days[known] - ahead.days[0] < away) | (ahead.days[known] - ahead.days[0] > away + 20)
        open_to.setdefault(who, known[kept])
    return Province(wants, ahead, lessons, open_to)


def _lesson(rng: random.Random, ref: int, counties: list[str], towns: list[str]) -> LessonFacts:
    """Most are held by townships for themselves, the rest by counties for all or for one of their townships."""
    town, county = rng.choice(towns), rng.choice(counties)
    host, people = (town, town) if rng.random() < 0.85 else (county, county)
    return LessonFacts(
        session_ref=ref,
        day=date(YEAR, 5, 1) + timedelta(rng.randrange(245)),
        minutes=135,
        is_party_lesson=True,
        host_path=host,
        area_path=host,
        audience_paths=frozenset({people}),
        class_kind=ClassKind.TRAINING,
    )


def _ahead(lessons: list[LessonFacts]) -> Ahead:
    known: dict[Audience, int] = {}
    places = [
        known.setdefault(Audience(x.host_path, x.area_path, x.audience_paths, x.class_kind), len(known))
        for x in lessons
    ]
    return Ahead(
        np.array([x.session_ref for x in lessons], np.int64),
        np.array([x.day.toordinal() for x in lessons], np.int64),
        np.array([x.minutes for x in lessons], np.int64),
        np.array(places, np.int64),
        tuple(known),
    )


def demands_of(made: Province) -> list[Demand]:
    """Which lessons each leader could teach."""
    found = served(made.wants, made.ahead, lambda person: made.open_to[person])
    return [Demand(x.want.ref, x.want.post.holder_id, x.want.missing, list(x.sessions)) for x in found]


def limits_of(made: Province, demands: list[Demand]) -> dict[int, list[Cap]]:
    """One lesson a week and four a month for whoever wants several."""
    day = dict(zip(made.ahead.refs.tolist(), made.ahead.days.tolist(), strict=True))
    wanted: dict[int, list[Demand]] = {}
    for demand in demands:
        wanted.setdefault(demand.person, []).append(demand)
    found = {}
    for person, own in wanted.items():
        if sum(d.missing for d in own) > 1:
            refs = sorted({s for d in own for s in d.sessions})
            days = np.array([day[ref] for ref in refs], np.int64)
            lessons = [
                Lesson(ref, (at * 1440 + 510,), 135) for ref, at in zip(refs, days.tolist(), strict=True)
            ]
            found[person] = list(caps(Limits(None, A_WEEK, A_MONTH, None), [], lessons, days))
    return found


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the seconds it takes."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def main() -> None:
    """Make the province, run every way, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leaders", type=int, default=3_000)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=float, default=60.0, help="seconds the forecast may take")
    given = parser.parse_args()
    made = province(given.leaders, given.sessions, given.seed)
    demands, eligibility = timed(lambda: demands_of(made))
    limits, limiting = timed(lambda: limits_of(made, demands))
    found, seconds = timed(lambda: forecast(demands, solve_whole, limits))
    total = eligibility + limiting + seconds
    left = [len(d.sessions) for d in demands]
    print(
        f"{given.leaders} leaders, {given.sessions} sessions, {sum(left)} eligible pairs, {len(limits)} with limits"
    )
    crowded = {ref for ref, x in found.items() if x.is_crowded}
    lost = {
        d.ref for d in demands if len(d.sessions) < d.missing or (found[d.ref].most or d.missing) < d.missing
    }
    print(
        f"cannot any more: {len(lost)}; only if others give way: {len(crowded - lost)}; the rest can be served"
    )
    print(f"| {'way':18} | {'seconds':>8} | {'says otherwise':>14} |")
    print(f"| {'forecast':18} | {total:8.1f} | {'':14} |")
    plain, matching = timed(lambda: {demands[place].ref for place in seat(demands).short})
    print(f"| {'plain matching':18} | {eligibility + matching:8.1f} | {len(plain ^ crowded):14} |")
    each = timed(lambda: [_without(demands, n) for n in range(min(SAMPLE, len(demands)))])[1]
    print(
        f"| {'leader by leader':18} | {eligibility + each * len(demands) / SAMPLE:8.1f} | {len(plain ^ crowded):14} |"
    )
    some, pairs = timed(lambda: [_counting(made, want) for want in made.wants[:SAMPLE]])
    otherwise = sum(one != set(d.sessions) for one, d in zip(some, demands, strict=False))
    print(f"| {'lesson by lesson':18} | {pairs * len(made.wants) / SAMPLE:8.1f} | {otherwise:14} |")
    if total > given.most:
        parser.exit(1, f"the forecast took more than {given.most} s\n")


def _without(demands: list[Demand], place: int) -> int:
    return len(seat([d for n, d in enumerate(demands) if n != place]).taken)


def _counting(made: Province, want: Want) -> set[int]:
    mine = set(made.open_to[want.post.holder_id].tolist())
    return {
        x.session_ref for n, x in enumerate(made.lessons) if eligible(want.post, x, want.scheme) and n in mine
    }


if __name__ == "__main__":
    main()
