"""People of the pool: one, some, those who can be booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Actor, Scope
from accounts.models import OrgUnit, User
from core.db import session
from core.errors import NotFound
from instructor_pool.enums import EngagementMode, PoolState
from instructor_pool.models import Instructor, Qualification, StateChange
from instructor_pool.rules import life
from instructor_pool.rules.life import BOOKABLE

MOST_PICKED = 20
MOST_CODES = 500


def scoped(scope: Scope) -> Select[Instructor]:
    """People whose file lies inside the scope."""
    return (
        select(Instructor).join(OrgUnit, Instructor.owner_id == OrgUnit.id).where(scope.clause(OrgUnit.path))
    )


def get_instructor(scope: Scope, instructor_id: int) -> Instructor:
    """A person inside the scope, qualifications loaded; NotFound otherwise."""
    stmt = (
        scoped(scope).where(Instructor.id == instructor_id).options(selectinload(Instructor.qualifications))
    )
    person = session().scalar(stmt)
    if person is None:
        raise NotFound(gettext("库里没有这个人，或不在您的管理范围内。"))
    return person


def find_own(actor: Actor) -> Instructor | None:
    """The signed-in instructor's own file, or None."""
    if actor.user_id is None:
        return None
    stmt = select(Instructor).where(Instructor.user_id == actor.user_id)
    return session().scalar(stmt.options(selectinload(Instructor.qualifications)))


def get_own(actor: Actor) -> Instructor:
    """The signed-in instructor's own file; NotFound when the account belongs to nobody of the pool."""
    person = find_own(actor)
    if person is None:
        raise NotFound(gettext("您的账号还没有对应的讲师档案，请联系组织员。"))
    return person


def find_by_id_number(owner_id: int, digest: str) -> Instructor | None:
    """The person on this file with the blind index of an identity number."""
    stmt = select(Instructor).where(Instructor.owner_id == owner_id, Instructor.id_number_blind == digest)
    return session().scalar(stmt)


def list_by_ids(scope: Scope, ids: Sequence[int]) -> list[Instructor]:
    """Those of `ids` inside the scope, by name; accounts and owners loaded."""
    stmt = (
        scoped(scope)
        .where(Instructor.id.in_(ids))
        .options(joinedload(Instructor.user), joinedload(Instructor.owner))
    )
    return list(session().scalars(stmt.order_by(Instructor.name_pinyin, Instructor.id)))


def list_bookable(scope: Scope, year: int) -> list[Instructor]:
    """Everybody who can be booked on some day of `year`, qualifications with courses loaded: three statements."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    stmt = scoped(scope).where(
        Instructor.state.in_(BOOKABLE),
        or_(Instructor.term_start.is_(None), Instructor.term_start <= last),
        or_(Instructor.term_end.is_(None), Instructor.term_end >= first),
    )
    courses = selectinload(Instructor.qualifications).joinedload(Qualification.course)
    return list(
        session().scalars(stmt.options(courses, joinedload(Instructor.town)).order_by(Instructor.id)).unique()
    )


def pick_people(scope: Scope, q: str, *, bookable: bool = True) -> list[Instructor]:
    """People whose name, pinyin, initials or unit contain every word of `q`: at most 20."""
    stmt = scoped(scope)
    if bookable:
        stmt = stmt.where(Instructor.state.in_(BOOKABLE))
    for word in q.split()[:5]:
        stmt = stmt.where(Instructor.search_text.icontains(word, autoescape=True))
    return list(session().scalars(stmt.order_by(Instructor.name_pinyin).limit(MOST_PICKED)))


def list_without_account(scope: Scope, ids: Sequence[int] | None = None) -> list[Instructor]:
    """People in the pool who have yet to activate an account, by unit and name: those of `ids`, or the first 500."""
    stmt = scoped(scope).outerjoin(User, Instructor.user_id == User.id).where(waiting_for_account())
    if ids is not None:
        stmt = stmt.where(Instructor.id.in_(ids))
    stmt = stmt.options(joinedload(Instructor.user), joinedload(Instructor.owner))
    return list(
        session().scalars(
            stmt.order_by(Instructor.work_unit, Instructor.name_pinyin, Instructor.id).limit(MOST_CODES)
        )
    )


def waiting_for_account() -> ColumnElement[bool]:
    """Condition over Instructor and its (outer joined) User."""
    no_password = and_(User.password_hash.is_(None), User.disabled.is_(False))
    return and_(Instructor.state.in_(life.IN_POOL), or_(Instructor.user_id.is_(None), no_password))


def list_history(instructor_id: int) -> list[StateChange]:
    """The steps of a person's life, those of files merged into it included, the latest first."""
    files = select(Instructor.id).where(
        or_(Instructor.id == instructor_id, Instructor.merged_into_id == instructor_id)
    )
    stmt = select(StateChange).where(StateChange.instructor_id.in_(files))
    return list(session().scalars(stmt.order_by(StateChange.at.desc(), StateChange.id.desc())))


def terms_ending(until: date) -> list[Instructor]:
    """Appointed people of every level whose term ends on or before `until`: for the daily job."""
    stmt = select(Instructor).where(
        Instructor.state == PoolState.APPOINTED,
        Instructor.engagement_mode == EngagementMode.APPOINTED,
        Instructor.term_end <= until,
    )
    return list(session().scalars(stmt.order_by(Instructor.id)))
