"""Several proposals of one plan side by side: figures, cost parts, how the work is spread, and which sessions differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import RuleBroken
from core.when import span_text
from scheduling.enums import RunState
from scheduling.models import MatchRun, ProposalItem, Session, TrainingClass
from scheduling.queries import names
from scheduling.queries.runs import get_run
from scheduling.rules.match_policies import in_words
from scheduling.wording import gap_text, part_text

MOST = 4
MOST_SESSIONS = 300
MOST_PEOPLE = 40
SHOWN = (RunState.READY, RunState.APPLIED, RunState.STALE)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one proposal comes to."""

    run: MatchRun
    wishes: str
    placed: str
    duties: str
    gap: str
    changed: int
    spread: Sequence[int]
    """At n: how many people have n sessions in the year."""


@dataclass(frozen=True, slots=True)
class Different:
    """A session that the proposals place differently; a text for each."""

    row: Session
    ways: Sequence[str]


@dataclass(frozen=True, slots=True)
class Burden:
    """Somebody whose sessions of the year differ: how many today, and in each proposal."""

    name: str
    before: int
    after: Sequence[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Proposals beside one another."""

    figures: Sequence[Figures]
    parts: Sequence[tuple[str, Sequence[int]]]
    sessions: Sequence[Different]
    more_sessions: int
    people: Sequence[Burden]
    before: Sequence[int]
    """How the work is spread today."""

    @property
    def most_people(self) -> int:
        """The longest bar of the picture."""
        return max([1, *self.before, *(n for x in self.figures for n in x.spread)])

    @property
    def longest(self) -> int:
        """How many bars there are."""
        return max([len(self.before), *(len(x.spread) for x in self.figures)])


def list_others(scope: Scope, run: MatchRun) -> list[MatchRun]:
    """Other proposals of the same plan, the latest first."""
    stmt = select(MatchRun).join(OrgUnit, MatchRun.owner_id == OrgUnit.id)
    stmt = stmt.where(
        scope.clause(OrgUnit.path), MatchRun.owner_id == run.owner_id, MatchRun.year == run.year
    )
    stmt = stmt.where(MatchRun.id != run.id, MatchRun.state.in_(SHOWN))
    return list(session().scalars(stmt.order_by(MatchRun.id.desc()).limit(20)))


def compare(scope: Scope, run_ids: Iterable[int]) -> Comparison:
    """These proposals; RuleBroken unless they are two to four of one plan."""
    runs = [get_run(scope, run_id) for run_id in dict.fromkeys(run_ids)][: MOST + 1]
    if not 2 <= len(runs) <= MOST:
        raise RuleBroken(gettext("请选 2 到 %(n)s 份方案来比较。", n=MOST))
    if len({(run.owner_id, run.year) for run in runs}) > 1 or any(run.state not in SHOWN for run in runs):
        raise RuleBroken(gettext("只能比较同一份计划里已经算完的方案。"))
    items = _items(runs)
    sessions = _different(runs, items)
    loads = runs[0].log.get("loads", {})
    return Comparison(
        figures=[_figures(run, items) for run in runs],
        parts=_parts(runs),
        sessions=sessions[:MOST_SESSIONS],
        more_sessions=max(0, len(sessions) - MOST_SESSIONS),
        people=_people(runs),
        before=loads.get("before", []),
    )


Items = Mapping[int, Mapping[int, ProposalItem]]
"""By session, by run."""


def _items(runs: Sequence[MatchRun]) -> Items:
    stmt = (
        select(ProposalItem)
        .where(ProposalItem.run_id.in_([run.id for run in runs]))
        .join(ProposalItem.session)
        .join(Session.training_class)
        .options(contains_eager(ProposalItem.session).contains_eager(Session.training_class))
        .order_by(TrainingClass.starts_on, TrainingClass.id, Session.position)
    )
    found: dict[int, dict[int, ProposalItem]] = defaultdict(dict)
    for item in session().scalars(stmt):
        found[item.session_id][item.run_id] = item
    return found


Place = tuple[datetime | None, int | None, int | None]


def _place(row: Session, item: ProposalItem | None) -> Place:
    """Where a proposal puts a session; one that does not name it leaves it where it is."""
    at = row if item is None else item
    return at.start, at.instructor_id, at.venue_id


def _different(runs: Sequence[MatchRun], items: Items) -> list[Different]:
    chosen: list[tuple[Session, list[Place]]] = []
    for by_run in items.values():
        row = next(iter(by_run.values())).session
        places = [_place(row, by_run.get(run.id)) for run in runs]
        if len(set(places)) > 1:
            chosen.append((row, places))
    known = names.of_problem(
        {f"i{who}" for _row, places in chosen for _start, who, _v in places if who}
        | {f"v{where}" for _row, places in chosen for _start, _who, where in places if where}
    )
    return [Different(row, [_text(row, place, known) for place in places]) for row, places in chosen]


def _text(row: Session, place: Place, known: Mapping[str, str]) -> str:
    start, who, where = place
    when = span_text(start, start + timedelta(minutes=row.minutes)) if start else gettext("未定")
    person = known.get(f"i{who}", "") if who else (gettext("还没有讲师") if row.needs_instructor else "")
    return " · ".join(filter(None, (when, person, known.get(f"v{where}", "") if where else "")))


def _figures(run: MatchRun, items: Items) -> Figures:
    counts, duties = run.log.get("counts", {}), run.log.get("duties", [])
    met = sum(len(d["after"]) >= d["need"] for d in duties)
    changed = sum(
        run.id in by_run
        and _place(by_run[run.id].session, None) != _place(by_run[run.id].session, by_run[run.id])
        for by_run in items.values()
    )
    return Figures(
        run,
        in_words(run.levels) or gettext("都按一般"),
        f"{counts.get('after', 0)}/{counts.get('sessions', 0)}",
        f"{met}/{len(duties)}",
        gap_text(run.cost, run.bound),
        changed,
        run.log.get("loads", {}).get("after", []),
    )


def _parts(runs: Sequence[MatchRun]) -> list[tuple[str, Sequence[int]]]:
    parts = {name for run in runs for name in (run.cost_parts or {})}
    rows = [(part_text(name), [(run.cost_parts or {}).get(name, 0) for run in runs]) for name in parts]
    return sorted((row for row in rows if any(row[1])), key=lambda row: (-max(row[1]), row[0]))


def _people(runs: Sequence[MatchRun]) -> list[Burden]:
    """Who has more or less to do, those first for whom the proposals differ most."""
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    before: dict[int, int] = {}
    for run in runs:
        for person, was, then in run.log.get("loads", {}).get("people", ()):
            counts[person][run.id] = then
            before[person] = was
    found = {who: [by_run.get(run.id, before[who]) for run in runs] for who, by_run in counts.items()}
    apart = [who for who, after in found.items() if len(set(after)) > 1]
    apart.sort(key=lambda who: (min(found[who]) - max(found[who]), who))
    called = names.people(apart[:MOST_PEOPLE])
    return [Burden(called.get(who, ""), before[who], found[who]) for who in apart[:MOST_PEOPLE]]
