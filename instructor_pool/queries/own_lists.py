"""The actor's own lists: whom they review, and whom they have put forward."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import contains_eager, lazyload

from accounts.access import Actor
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table
from instructor_pool.enums import NominationKind, PoolState
from instructor_pool.models import Instructor, Nomination, Reviewer, ReviewPanel
from instructor_pool.queries import person_columns
from score_forms.models import ScoreSheet

_WAITING = and_(Reviewer.sheet_id.is_(None), ReviewPanel.closed_at.is_(None))
# What is still to be scored, by its last day; whatever is done comes behind it.
_TO_DO = case((_WAITING, func.coalesce(ReviewPanel.due, date.max)))


def _is_waiting(seat: Reviewer) -> bool:
    return seat.sheet_id is None and seat.panel.closed_at is None


def _seat_badge(seat: Reviewer) -> Badge:
    if seat.sheet_id is not None:
        return Badge(gettext("已交"), "ok")
    if not _is_waiting(seat):
        return Badge(gettext("已结束"))
    late = seat.panel.due is not None and seat.panel.due < clock.today()
    return Badge(gettext("已过截止"), "bad") if late else Badge(gettext("待评审"), "warn")


def _total(seat: Reviewer) -> Decimal | None:
    return seat.sheet.total if seat.sheet else None


def _by_seat(stmt: Select[Reviewer], value: str) -> Select[Reviewer]:
    late = and_(_WAITING, ReviewPanel.due < clock.today())
    return stmt.where(
        {
            "waiting": _WAITING,
            "late": late,
            "sent": Reviewer.sheet_id.is_not(None),
            "closed": and_(Reviewer.sheet_id.is_(None), ReviewPanel.closed_at.is_not(None)),
        }[value]
    )


SEATS: Table[Reviewer] = Table(
    name="reviews",
    title=lazy_gettext("我的评审"),
    columns=[
        person_columns.name_and_post(lambda r: r.panel.instructor),
        person_columns.unit(lambda r: r.panel.instructor),
        person_columns.source(lambda r: r.panel.instructor),
        Column("due", lazy_gettext("截止"), lambda r: r.panel.due, sort=_TO_DO, kind="date"),
        Column(
            "opened",
            lazy_gettext("开始"),
            lambda r: r.panel.opened_at.date(),
            sort=ReviewPanel.opened_at,
            kind="date",
            default=False,
        ),
        Column("state", lazy_gettext("状态"), _seat_badge, kind="badge"),
        Column("total", lazy_gettext("我的评分"), _total, sort=ScoreSheet.total, kind="number"),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            _by_seat,
            [
                ("waiting", lazy_gettext("待评审")),
                ("late", lazy_gettext("已过截止")),
                ("sent", lazy_gettext("已交")),
                ("closed", lazy_gettext("已结束")),
            ],
        ),
        person_columns.BY_SOURCE,
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="due",
    row_url=lambda r: url_for("instructor_pool.review", panel_id=r.panel_id),
)


def seats_table(actor: Actor) -> BoundTable[Reviewer]:
    """The actor's seats on review panels, those still to be scored first; nothing of anybody else's sheet."""
    stmt = (
        select(Reviewer)
        .join(Reviewer.panel)
        .join(ReviewPanel.instructor)
        .outerjoin(Reviewer.sheet)
        .where(Reviewer.user_id == actor.user_id)
        .options(
            contains_eager(Reviewer.panel).options(
                contains_eager(ReviewPanel.instructor), lazyload(ReviewPanel.reviewers)
            ),
            contains_eager(Reviewer.sheet).lazyload(ScoreSheet.marks),
        )
    )
    return SEATS.bind(session(), stmt)


def _received(nomination: Nomination) -> date:
    return nomination.received_at.date()


NOMINATIONS: Table[Nomination] = Table(
    name="own_nominations",
    title=lazy_gettext("我推荐的人"),
    columns=[
        person_columns.name_and_unit(lambda n: n.instructor),
        Column("pool", lazy_gettext("师资库"), lambda n: n.instructor.owner.name, sort=OrgUnit.name),
        Column("kind", lazy_gettext("推荐方式"), lambda n: n.kind.label, sort=Nomination.kind),
        Column("topics", lazy_gettext("拟授课题"), lambda n: n.topics, default=False),
        Column("day", lazy_gettext("日期"), _received, sort=Nomination.received_at, kind="date"),
        Column(
            "state",
            lazy_gettext("进度"),
            lambda n: person_columns.state_badge(n.instructor),
            sort=Instructor.state,
            kind="badge",
        ),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("进度"),
            lambda s, v: s.where(Instructor.state == PoolState(v)),
            lambda: [(s.value, s.label) for s in PoolState if s is not PoolState.MERGED],
        ),
        Filter(
            "kind",
            lazy_gettext("推荐方式"),
            lambda s, v: s.where(Nomination.kind == NominationKind(v)),
            NominationKind.choices,
        ),
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="-day",
)


def nominations_table(actor: Actor) -> BoundTable[Nomination]:
    """Whom the actor put forward while signed in, the latest first."""
    stmt = (
        select(Nomination)
        .join(Nomination.instructor)
        .join(Instructor.owner)
        .where(Nomination.nominated_by_id == actor.user_id)
        .options(contains_eager(Nomination.instructor).contains_eager(Instructor.owner))
    )
    return NOMINATIONS.bind(session(), stmt)
