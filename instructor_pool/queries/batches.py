"""Review batches: the list, one with everything on its page, and what a draw needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Choice, Column, Filter, ListedTable, Table
from instructor_pool.enums import BatchDecision, EligibilityGap, EngagementMode, ExitReason, PoolState
from instructor_pool.models import (
    Attachment,
    Instructor,
    Nomination,
    Qualification,
    ReviewBatch,
    Reviewer,
    ReviewPanel,
)
from instructor_pool.queries.people import scoped
from instructor_pool.rules.agreement import Agreement, Filled, agreement
from instructor_pool.rules.eligibility import Standing, gaps
from instructor_pool.rules.panels import FEWEST_REVIEWERS
from score_forms.rules import Total, verdict

DISGRACE = (ExitReason.VIOLATION, ExitReason.BREACH_OF_DISCIPLINE)


@dataclass(frozen=True, slots=True)
class Standings:
    """One candidate on the page of a batch. `mean`, `passed` and `agreement` are None while they are hidden."""

    panel: ReviewPanel
    rank: int | None
    seats: int
    sheets: int
    mean: Decimal | None
    passed: bool | None
    agreement: Agreement | None

    @property
    def person(self) -> Instructor:
        """The candidate."""
        return self.panel.instructor

    @property
    def spread(self) -> Decimal | None:
        """Highest less lowest total."""
        return self.agreement.spread if self.agreement else None


def get_batch(scope: Scope, batch_id: int) -> ReviewBatch:
    """A batch inside the scope with panels, people, seats and sheets: a fixed number of statements."""
    stmt = (
        select(ReviewBatch)
        .join(OrgUnit, ReviewBatch.owner_id == OrgUnit.id)
        .where(ReviewBatch.id == batch_id, scope.clause(OrgUnit.path))
        .options(
            selectinload(ReviewBatch.panels).joinedload(ReviewPanel.instructor),
            selectinload(ReviewBatch.panels).joinedload(ReviewPanel.form),
            selectinload(ReviewBatch.panels).selectinload(ReviewPanel.reviewers),
        )
    )
    batch = session().scalar(stmt)
    if batch is None:
        raise NotFound(gettext("没有这个评审批次，或不在您的管理范围内。"))
    return batch


def standings(batch: ReviewBatch, actor: Actor) -> list[Standings]:
    """Candidates of a batch, the best first. Scores show once all sheets of a panel are in (or it is overdue with
    enough), never to somebody whose own sheet is missing, and before the end only to those who decide.
    """
    may_see = batch.applied_at is not None or actor.can(P.POOL_EDIT) or actor.can(P.POOL_APPROVE)
    waiting = any(
        r.user_id == actor.user_id and r.sheet_id is None for p in batch.panels for r in p.reviewers
    )
    found = [_standing(p, shown=may_see and not waiting) for p in batch.panels]
    found.sort(key=lambda s: (s.mean is None, not s.passed, -(s.mean or 0), s.person.name_pinyin))
    ranked = []
    for n, item in enumerate(found, 1):
        rank = n if item.mean is not None else None
        ranked.append(
            Standings(item.panel, rank, item.seats, item.sheets, item.mean, item.passed, item.agreement)
        )
    return ranked


def _standing(panel: ReviewPanel, *, shown: bool) -> Standings:
    sheets = [(r.user.name, r.sheet) for r in panel.reviewers if r.sheet is not None]
    seats = len(panel.reviewers)
    if not shown or not is_complete(panel):
        return Standings(panel, None, seats, len(sheets), None, None, None)
    totals = [Total(Decimal(s.total), s.vetoed) for _name, s in sheets]
    mean, passed = verdict(totals, panel.form.pass_mark)
    filled = [
        Filled(name, Decimal(s.total), s.vetoed, {m.indicator.key: Decimal(m.points) for m in s.marks})
        for name, s in sheets
    ]
    return Standings(panel, None, seats, len(sheets), mean, passed, agreement(panel.form.lines, filled))


def is_complete(panel: ReviewPanel) -> bool:
    """Whether a panel can be decided: every sheet in, or the day is over and there are enough."""
    sheets = sum(1 for r in panel.reviewers if r.sheet_id is not None)
    if sheets < FEWEST_REVIEWERS:
        return False
    overdue = panel.due is not None and panel.due < clock.today()
    return sheets == len(panel.reviewers) or overdue or panel.closed_at is not None


def _verdict_badge(row: Standings) -> Badge | None:
    if row.passed is None:
        return None
    return Badge(gettext("达到合格线"), "ok") if row.passed else Badge(gettext("没达到"), "bad")


def _decision_badge(row: Standings) -> Badge | None:
    tones = {BatchDecision.ADVANCE: "ok", BatchDecision.RESERVE: "warn", BatchDecision.REJECT: "bad"}
    made = row.panel.decision
    return Badge(made.label, tones[made]) if made else None  # type: ignore[arg-type]


def standings_table(rows: Sequence[Standings]) -> ListedTable[Standings]:
    """The ranked list of a batch."""
    return ListedTable(
        name="standings",
        title=lazy_gettext("评审排名"),
        columns=[
            Column(
                "name",
                lazy_gettext("姓名"),
                lambda r: r.person.name,
                note=lambda r: r.person.work_unit,
                url=lambda r: url_for("instructor_pool.show", instructor_id=r.person.id),
            ),
            Column("rank", lazy_gettext("名次"), lambda r: r.rank, kind="number"),
            Column(
                "source", lazy_gettext("来源类别"), lambda r: r.person.source_category.label, default=False
            ),
            Column(
                "sheets", lazy_gettext("评分表"), lambda r: gettext("%(n)s / %(m)s", n=r.sheets, m=r.seats)
            ),
            Column("mean", lazy_gettext("平均分"), lambda r: r.mean, kind="number"),
            Column("spread", lazy_gettext("分差"), lambda r: r.spread, kind="number"),
            Column("verdict", lazy_gettext("结果"), _verdict_badge, kind="badge"),
            Column(
                "decision",
                lazy_gettext("待定处理"),
                _decision_badge,
                kind="badge",
                note=lambda r: r.panel.decision_reason,
            ),
        ],
        rows=rows,
        filters=[
            Choice(
                "decision",
                lazy_gettext("待定处理"),
                lambda r, v: (r.panel.decision.value if r.panel.decision else "none") == v,
                [("none", lazy_gettext("还没定")), *BatchDecision.choices()],
            ),
            Choice(
                "verdict",
                lazy_gettext("结果"),
                lambda r, v: {
                    "passed": r.passed is True,
                    "failed": r.passed is False,
                    "open": r.passed is None,
                }[v],
                [
                    ("passed", lazy_gettext("达到合格线")),
                    ("failed", lazy_gettext("没达到")),
                    ("open", lazy_gettext("没评完")),
                ],
            ),
        ],
        search=lambda r: r.person.search_text,
        search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
        row_key=lambda r: r.panel.id,
    )


_SEATS = (
    select(func.count()).select_from(Reviewer).join(ReviewPanel).where(ReviewPanel.batch_id == ReviewBatch.id)
)
_PEOPLE = select(func.count()).select_from(ReviewPanel).where(ReviewPanel.batch_id == ReviewBatch.id)
Row = tuple[ReviewBatch, int, int, int]


def _batch_state(row: Row) -> Badge:
    batch, _people, seats, sheets = row
    if batch.applied_at is not None:
        return Badge(gettext("已执行"), "ok")
    if sheets == seats:
        return Badge(gettext("评完，等决定"), "warn")
    late = batch.due is not None and batch.due < clock.today()
    return Badge(gettext("已过截止"), "bad") if late else Badge(gettext("评审中"), "info")


BATCHES: Table[Row] = Table(
    name="batches",
    title=lazy_gettext("评审批次"),
    columns=[
        Column("title", lazy_gettext("批次"), lambda r: r[0].title, sort=ReviewBatch.title),
        Column("people", lazy_gettext("候选人"), lambda r: r[1], kind="number"),
        Column("sheets", lazy_gettext("评分表"), lambda r: gettext("%(n)s / %(m)s", n=r[3], m=r[2])),
        Column("due", lazy_gettext("截止"), lambda r: r[0].due, sort=ReviewBatch.due, kind="date"),
        Column(
            "opened",
            lazy_gettext("开始"),
            lambda r: r[0].opened_at.date(),
            sort=ReviewBatch.opened_at,
            kind="date",
        ),
        Column("owner", lazy_gettext("师资库"), lambda r: r[0].owner.name, default=False),
        Column("state", lazy_gettext("状态"), _batch_state, kind="badge"),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda s, v: s.where(
                ReviewBatch.applied_at.is_not(None) if v == "applied" else ReviewBatch.applied_at.is_(None)
            ),
            [("open", lazy_gettext("没有执行")), ("applied", lazy_gettext("已执行"))],
        )
    ],
    search=ReviewBatch.title,
    search_hint=lazy_gettext("搜索批次"),
    default_sort="-opened",
    row_url=lambda r: url_for("instructor_pool.batch", batch_id=r[0].id),
    row_key=lambda r: r[0].id,
)


def batches_table(scope: Scope) -> BoundTable[Row]:
    """Review batches, the latest first."""
    sheets = _SEATS.where(Reviewer.sheet_id.is_not(None))
    stmt = (
        select(ReviewBatch, _PEOPLE.scalar_subquery(), _SEATS.scalar_subquery(), sheets.scalar_subquery())
        .join(OrgUnit, ReviewBatch.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path))
    )
    return BATCHES.bind(session(), stmt)


def list_reviewable(scope: Scope, owner_id: int) -> list[Instructor]:
    """Appointed candidates of one pool whose eligibility is checked and who have no panel at work; at most 200."""
    at_work = exists().where(ReviewPanel.instructor_id == Instructor.id, ReviewPanel.closed_at.is_(None))
    stmt = scoped(scope).where(
        Instructor.owner_id == owner_id,
        Instructor.state == PoolState.ELIGIBILITY_CHECKED,
        Instructor.engagement_mode == EngagementMode.APPOINTED,
        ~at_work,
    )
    stmt = stmt.options(joinedload(Instructor.owner), joinedload(Instructor.unit))
    return list(session().scalars(stmt.order_by(Instructor.name_pinyin, Instructor.id).limit(200)))


def eligibility_gaps(people: Sequence[Instructor]) -> dict[int, list[EligibilityGap]]:
    """What stands against each candidate's eligibility: four statements for all."""
    ids = [p.id for p in people]

    def having(stmt: object) -> set[int]:
        return set(session().scalars(stmt))  # type: ignore[call-overload]

    topics = having(
        select(Nomination.instructor_id).where(Nomination.instructor_id.in_(ids), Nomination.topics != "")
    ) | having(select(Qualification.instructor_id).where(Qualification.instructor_id.in_(ids)))
    courseware = having(select(Attachment.instructor_id).where(Attachment.instructor_id.in_(ids)))
    numbers = {p.id_number_blind for p in people} - {None}
    phones = {p.phone_blind for p in people} - {None}
    left = session().execute(
        select(Instructor.id_number_blind, Instructor.phone_blind).where(
            Instructor.exit_reason.in_(DISGRACE),
            or_(Instructor.id_number_blind.in_(numbers), Instructor.phone_blind.in_(phones)),
        )
    )
    marks = {mark for row in left for mark in row if mark}
    return {
        p.id: gaps(
            Standing(
                has_phone=p.phone_blind is not None,
                has_topic=p.id in topics,
                has_courseware=p.id in courseware,
                left_in_disgrace=bool({p.id_number_blind, p.phone_blind} & marks),
                is_appointed=p.engagement_mode is EngagementMode.APPOINTED,
            )
        )
        for p in people
    }


def find_next_seat(actor: Actor) -> Reviewer | None:
    """The actor's next candidate: the one with the fewest sheets, then the first to fall due."""
    other = aliased(Reviewer)
    done = select(func.count(other.sheet_id)).where(other.panel_id == ReviewPanel.id).scalar_subquery()
    stmt = (
        select(Reviewer)
        .join(ReviewPanel)
        .where(
            Reviewer.user_id == actor.user_id, Reviewer.sheet_id.is_(None), ReviewPanel.closed_at.is_(None)
        )
        .order_by(done, ReviewPanel.due.is_(None), ReviewPanel.due, ReviewPanel.id)
    )
    return session().scalars(stmt.limit(1)).first()
