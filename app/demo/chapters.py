"""What happened in the demo county between January and 10 May, and what is waiting now."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from accounts.enums import Role
from app.demo import people
from app.demo.cast import Cast, at
from bases.models import TeachingBase, Venue
from core.db import session, transaction
from core.words import N_
from evaluations.services import score_session
from instructor_pool.enums import AnswerSource
from instructor_pool.models import Instructor
from party_lessons.models import Post
from scheduling.enums import BookingState, ResourceKind, SessionState
from scheduling.models import Booking, Session
from scheduling.services import answering, holding
from score_forms.enums import Kind, Purpose
from score_forms.models import ScoreForm
from score_forms.services import current_form

LUCK = 2027


def marks(form: ScoreForm, share: float, luck: Random) -> dict[str, Decimal]:
    """A filled-in form around `share` of full marks; vetoes passed."""
    marks = {}
    for line in form.indicators:
        if line.kind is Kind.POINTS:
            marks[line.key] = Decimal(round(line.most * min(1.0, max(0.5, luck.gauss(share, 0.05)))))
        elif line.kind is Kind.VETO:
            marks[line.key] = Decimal(1)
    return marks


def hold_and_score(cast: Cast, until: datetime) -> None:
    """Every published session before `until` was held on its day; a supervisor sat in on three of four."""
    luck = Random(LUCK)  # noqa: S311  (the same demo every time, nothing secret)
    stmt = select(Session.id, Session.told_start).where(
        Session.state == SessionState.PUBLISHED, Session.told_start < until
    )
    for session_id, start in session().execute(stmt.order_by(Session.told_start)).all():
        if start is None:
            continue
        with at(start + timedelta(hours=5)), transaction():
            row = session().get_one(Session, session_id)
            size = row.training_class.size
            holding.hold(row, attendance=round(size * luck.uniform(0.85, 1)), actor=cast.actor("organiser"))
            if row.instructor_id is not None and luck.random() < 0.75:
                share = luck.gauss(0.88, 0.05)
                form = current_form(Purpose.SUPERVISION)
                score_session(row, marks(form, share, luck), "", actor=cast.actor("evaluator"))


def _waiting(kind: ResourceKind) -> list[Booking]:
    stmt = select(Booking).where(Booking.kind == kind, Booking.state == BookingState.HELD)
    return list(session().scalars(stmt.order_by(Booking.day, Booking.id)))


def answer(cast: Cast, until: date) -> None:
    """Most of May is answered, June partly; one lecturer cannot come after all."""
    luck = Random(LUCK)  # noqa: S311
    soon = date(until.year, 5, 31)
    for kind in (ResourceKind.INSTRUCTOR, ResourceKind.VENUE):
        for booking_id, day in [(b.id, b.day) for b in _waiting(kind)]:
            if luck.random() < (0.7 if day <= soon else 0.3):
                source = luck.choice((AnswerSource.PHONE, AnswerSource.WECHAT))
                with transaction():
                    booking = session().get_one(Booking, booking_id)
                    answering.answer(booking, accept=True, source=source, actor=cast.actor("organiser"))
    with transaction():
        for last in _waiting(ResourceKind.INSTRUCTOR)[-1:]:
            answering.answer(
                last,
                accept=False,
                reason="当天赴省里开会",
                source=AnswerSource.PHONE,
                actor=cast.actor("organiser"),
            )


def open_accounts(cast: Cast) -> list[tuple[str, str]]:
    """A lecturer, a leader and a base manager with something to do get accounts with the demo's password."""
    with transaction():
        made = [
            (
                "instructor",
                _busiest_instructor(leader=False),
                N_("讲师：看授课安排、答复、登记不能授课的时间"),
            ),
            ("leader", _busiest_instructor(leader=True), N_("领导干部：看自己的讲党课责任")),
        ]
        for login, person, _does in made:
            person.user_id = people.open_account(login, person.name, Role.INSTRUCTOR, cast.county).id
        base = _busiest_base()
        base.manager_id = people.open_account("manager", base.contact_name, Role.BASE_MANAGER, cast.county).id
        session().flush()
        return [
            *((login, does) for login, _person, does in made),
            ("manager", N_("基地管理员：确认预约、登记闭馆")),
        ]


def _busiest_instructor(*, leader: bool) -> Instructor:
    taught = session().scalars(
        select(Session.told_instructor_id).where(Session.told_instructor_id.is_not(None))
    )
    holders = set(session().scalars(select(Post.holder_id)))
    waiting = {b.resource_id for b in _waiting(ResourceKind.INSTRUCTOR)}
    counts = Counter({i: 0 for i in session().scalars(select(Instructor.id)) if (i in holders) == leader})
    counts.update(i for i in taught if i is not None and i in counts)
    best = max(counts, key=lambda i: (i in waiting, counts[i], -i))
    return session().get_one(Instructor, best)


def _busiest_base() -> TeachingBase:
    counts = Counter(b.resource_id for b in _waiting(ResourceKind.VENUE))
    best = max(session().execute(select(Venue.id, Venue.base_id)), key=lambda row: (counts[row.id], -row.id))
    return session().get_one(TeachingBase, best.base_id)
