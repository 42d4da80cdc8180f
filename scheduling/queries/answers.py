"""Who was asked and has not answered: the list, and whoever is to be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import and_, case, func, or_, select

from accounts.access import Scope
from bases.models import TeachingBase, Venue
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Statement
from core.when import moment_text, span_text
from instructor_pool.models import Instructor
from scheduling.enums import BookingState, ResourceKind, SessionState
from scheduling.models import Booking, Session, TrainingClass
from scheduling.queries.bookings import TOLD, moments_of
from scheduling.queries.classes import planned_by
from scheduling.rules.answers import MOST_REMINDERS, AnswerPolicy

_ASKED = Booking.kind.in_((ResourceKind.INSTRUCTOR, ResourceKind.VENUE))
_HELD = and_(_ASKED, Booking.state == BookingState.HELD, Booking.session_id.is_not(None))


def levels_waiting(now: datetime) -> list[int]:
    """Levels in whose plans somebody has still to answer."""
    stmt = select(TrainingClass.owner_id).join(TrainingClass.sessions).join(Booking)
    return list(session().scalars(stmt.where(_HELD, Booking.answer_by > now).distinct()))


def list_to_remind(owner_id: int, now: datetime, policy: AnswerPolicy, limit: int = 2000) -> list[Booking]:
    """Bookings of a level for which a reminder may be due: asked long enough ago, or near their deadline."""
    first = now - timedelta(hours=policy.first_after_hours)
    last = now + timedelta(hours=policy.last_before_hours)
    due = or_(and_(Booking.reminders == 0, Booking.asked_at <= first), Booking.answer_by <= last)
    stmt = (
        select(Booking)
        .join(Booking.session)
        .join(Session.training_class)
        .where(
            TrainingClass.owner_id == owner_id,
            _HELD,
            Booking.answer_by > now,
            Booking.reminders < MOST_REMINDERS,
            due,
        )
        .options(*TOLD)
    )
    return list(session().scalars(stmt.order_by(Booking.answer_by, Booking.id).limit(limit)))


def levels_with_lapsed(now: datetime) -> list[int]:
    """Levels in whose plans a base that somebody keeps did not answer by the deadline."""
    stmt = select(TrainingClass.owner_id).select_from(Booking)
    return list(session().scalars(_lapsed(stmt, now).distinct()))


def list_lapsed(owner_ids: Sequence[int], now: datetime, limit: int = 200) -> list[Booking]:
    """Those bookings in the plans of some levels, the soonest first."""
    stmt = _lapsed(select(Booking), now).where(TrainingClass.owner_id.in_(owner_ids)).options(*TOLD)
    return list(session().scalars(stmt.order_by(Booking.day, Booking.id).limit(limit)))


def _lapsed(stmt: Any, now: datetime) -> Any:
    return (
        stmt.join(Booking.session)
        .join(Session.training_class)
        .join(Venue, Booking.resource_id == Venue.id)
        .join(Venue.base)
        .where(
            Booking.kind == ResourceKind.VENUE,
            Booking.state == BookingState.HELD,
            Booking.answer_by <= now,
            Session.state == SessionState.PUBLISHED,
            Session.told_start > now,
            TeachingBase.manager_id.is_not(None),
        )
    )


def get_linked(booking_id: int) -> Booking:
    """What a signed link is for; the link is the right to it."""
    stmt = (
        select(Booking)
        .join(Booking.session)
        .join(Session.training_class)
        .where(Booking.id == booking_id, _ASKED)
        .options(*TOLD)
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这项安排，或不归您答复。"))
    return found


def is_awaited(booking: Booking) -> bool:
    """Whether an answer still counts: none was given, and it has not begun."""
    return booking.state is BookingState.HELD and moments_of(booking)[0] > clock.now()


def is_overdue(booking: Booking) -> bool:
    """Whether the deadline has passed."""
    return booking.answer_by is not None and booking.answer_by <= clock.now()


def _by_state(stmt: Statement, value: str) -> Statement:
    late = and_(Booking.answer_by.is_not(None), Booking.answer_by <= clock.now())
    return stmt.where(late if value == "overdue" else ~late)


def _deadline(row: Any) -> Badge:
    booking: Booking = row[0]
    if booking.answer_by is None:
        return Badge(gettext("消息还没发出"), "idle")
    by = moment_text(booking.answer_by)
    if is_overdue(booking):
        return Badge(gettext("已过期 %(moment)s", moment=by), "bad")
    return Badge(gettext("%(moment)s 前", moment=by), "info")


def _reminded(row: Any) -> str:
    return gettext("提醒过 %(n)s 次", n=row[0].reminders) if row[0].reminders else ""


def waiting_table(scope: Scope) -> BoundTable[Any]:
    """Bookings to come that nobody has answered, the soonest first; rows are (booking, name)."""
    name = case(
        (Booking.kind == ResourceKind.INSTRUCTOR, Instructor.name),
        (Venue.name == TeachingBase.name, TeachingBase.name),
        else_=TeachingBase.name + " " + Venue.name,
    ).label("asked_name")
    stmt = (
        select(Booking, name)
        .join(Booking.session)
        .join(Session.training_class)
        .outerjoin(
            Instructor, (Booking.kind == ResourceKind.INSTRUCTOR) & (Instructor.id == Booking.resource_id)
        )
        .outerjoin(Venue, (Booking.kind == ResourceKind.VENUE) & (Venue.id == Booking.resource_id))
        .outerjoin(TeachingBase, TeachingBase.id == Venue.base_id)
        .where(planned_by(scope), _HELD, Booking.day >= clock.today())
        .options(*TOLD)
    )
    return Table[Any](
        name="waiting",
        title=lazy_gettext("等待答复"),
        columns=[
            Column(
                "name", lazy_gettext("讲师或基地"), lambda r: r[1], sort=name, note=lambda r: r[0].kind.label
            ),
            Column("when", lazy_gettext("时间"), lambda r: span_text(*moments_of(r[0])), sort=Booking.day),
            Column(
                "class",
                lazy_gettext("班次"),
                lambda r: r[0].lesson.training_class.name,
                sort=TrainingClass.name,
                url=lambda r: f"/scheduling/classes/{r[0].lesson.class_id}#s{r[0].session_id}",
            ),
            Column(
                "course",
                lazy_gettext("课程"),
                lambda r: r[0].lesson.told_course_name,
                sort=Session.told_course_name,
            ),
            Column(
                "asked",
                lazy_gettext("通知时间"),
                lambda r: moment_text(r[0].asked_at),
                sort=Booking.asked_at,
                note=_reminded,
            ),
            Column("by", lazy_gettext("答复期限"), _deadline, sort=Booking.answer_by, kind="badge"),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("期限"),
                _by_state,
                [("overdue", lazy_gettext("已过期")), ("open", lazy_gettext("期限内"))],
            ),
            Filter(
                "kind",
                lazy_gettext("问谁"),
                lambda found, value: found.where(Booking.kind == ResourceKind(value)),
                [
                    (ResourceKind.INSTRUCTOR.value, lazy_gettext("讲师")),
                    (ResourceKind.VENUE.value, lazy_gettext("教学点")),
                ],
            ),
        ],
        search=TrainingClass.name
        + " "
        + Session.told_course_name
        + " "
        + func.coalesce(Instructor.search_text, "")
        + func.coalesce(TeachingBase.name, ""),
        search_hint=lazy_gettext("搜索班次、课程、讲师、基地"),
        default_sort="when",
        row_key=lambda r: r[0].id,
    ).bind(session(), stmt)
