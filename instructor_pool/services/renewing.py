"""Renewing many terms at once, taking that back, and telling people that a term ends. Flush only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext
from sqlalchemy import insert

from accounts.access import Actor
from core import audit, clock
from core.alerts import alerts_due
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import Consequence, PoolAction, PoolState
from instructor_pool.models import Instructor, RenewalBatch, RenewalLine, TermAlert
from instructor_pool.notices import term_ends, terms_end
from instructor_pool.queries import Ending
from instructor_pool.rules.terms import ALERT_DAYS, next_term
from instructor_pool.services import life
from instructor_pool.services.entering import note_change
from notifications import services as notifications

MOST = 500


def renew_all(
    people: Sequence[Instructor], seen: Mapping[int, int], *, reason: str = "", actor: Actor
) -> RenewalBatch:
    """Renew everybody by the length of their level's term, or nobody.

    `seen` holds the version of each person that the preview showed: Conflict when anybody was changed since, so
    that the same preview is never applied twice. RuleBroken without a reason where a year proposes exit.
    """
    if not people:
        raise RuleBroken(gettext("请先选人。"))
    if len(people) > MOST:
        raise RuleBroken(gettext("一次最多续聘 %(n)s 人。", n=MOST))
    owner = people[0].owner
    if any(person.owner_id != owner.id for person in people):
        raise RuleBroken(gettext("一次只能续聘同一师资库的人。"))
    _require_reason(people, reason)
    years, today = queries.policy_of(owner).term_years, clock.today()
    batch = RenewalBatch(
        owner_id=owner.id, made_at=clock.now(), made_by=actor.name, reason=reason.strip()[:300], lines=[]
    )
    for person in people:
        person.expect_version(seen.get(person.id, 0))
        life.check_step(person, PoolAction.RENEW, actor=actor)
        if person.term_end is None:
            raise RuleBroken(gettext("%(name)s 没有聘期，请在档案里办理。", name=person.name))
        start, end = next_term(person.term_end, today, years)
        batch.lines.append(
            RenewalLine(
                instructor_id=person.id,
                old_state=person.state,
                old_start=person.term_start,
                old_end=person.term_end,
                new_end=end,
            )
        )
        life.renew(person, start=start, end=end, reason=reason, actor=actor)
    session().add(batch)
    session().flush()
    audit.note(session(), gettext("批量续聘 %(n)s 人", n=len(people)))
    return batch


def _require_reason(people: Sequence[Instructor], reason: str) -> None:
    proposals = queries.proposals_of([person.id for person in people])
    named = [person.name for person in people if proposals.get(person.id) is Consequence.EXIT]
    if named and not reason.strip():
        sentence = gettext("%(names)s 的考核建议退出，要续聘请写明原因。", names="、".join(named[:5]))
        raise RuleBroken(sentence, [Violation("exit_proposed", sentence, "reason")])


def take_back(batch: RenewalBatch, *, actor: Actor) -> int:
    """Give everybody of a batch the old term back. Conflict once anybody's term or state has changed since."""
    if batch.undone_at is not None:
        raise Conflict(gettext("这批续聘已经撤销过。"))
    changed = [
        line.instructor.name
        for line in batch.lines
        if line.instructor.term_end != line.new_end or line.instructor.state is not PoolState.APPOINTED
    ]
    if changed:
        names = "、".join(changed[:5])
        raise Conflict(gettext("续聘后 %(names)s 的聘期或状态又有变动，不能整批撤销。", names=names))
    for line in batch.lines:
        person = line.instructor
        before, person.state = person.state, line.old_state
        person.term_start, person.term_end = line.old_start, line.old_end
        note_change(
            person, before, actor=actor, reason=gettext("撤销续聘，聘期仍至 %(day)s", day=line.old_end)
        )
    batch.undone_at, batch.undone_by = clock.now(), actor.name
    session().flush()
    audit.note(session(), gettext("撤销批量续聘 %(n)s 人", n=len(batch.lines)))
    return len(batch.lines)


def alert(today: date, *, actor: Actor) -> int:
    """Tell people whose term ends in 90, 30 or no days, and the organisers of their pools: once each. How many.

    Who comes in late (a worker was down, a term was entered late) is told of the nearest distance only.
    """
    new: list[dict[str, object]] = []
    told: dict[int, dict[int, list[Ending]]] = defaultdict(lambda: defaultdict(list))
    letters = []
    for ending, sent in queries.endings_to_alert(today):
        due = alerts_due((ending.term_end - today).days, sent, ALERT_DAYS)
        new += [
            {
                "instructor_id": ending.instructor_id,
                "term_end": ending.term_end,
                "days": days,
                "sent_at": clock.now(),
            }
            for days in due
        ]
        if not due:
            continue
        told[ending.owner_id][min(due)].append(ending)
        if ending.user_id is not None:
            letters.append((ending.user_id, *term_ends(ending.term_end, today)))
    for owner_id, by_days in told.items():
        for user_id in queries.organisers_of(owner_id):
            for days, endings in sorted(by_days.items()):
                letters.append((user_id, *terms_end([e.name for e in endings], days)))
    if new:
        session().execute(insert(TermAlert), new)
    notifications.queue_all(letters)
    return sum(len(endings) for by_days in told.values() for endings in by_days.values())
