"""What waits in scheduling for the workbench, and the sessions of this week; one page away each."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for
from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from core import clock
from core.todo import Todo, Urgency, heap
from core.when import day_text, moment_text
from scheduling.enums import ResourceKind
from scheduling.models import Session
from scheduling.queries import after_class, bookings, calls, clashes, visits
from scheduling.queries import classes as class_queries
from scheduling.queries import loans as loan_queries
from scheduling.queries import sessions as session_queries

AHEAD = timedelta(days=30)
DECLINES_SHOWN = 5


def todos(actor: Actor) -> list[Todo]:
    """Lines for whoever plans, teaches or keeps a base; about ten statements for an organiser."""
    lines: list[Todo] = []
    if actor.can(P.OWN_TEACHING) and actor.user_id is not None:
        lines += _own(ResourceKind.INSTRUCTOR, actor.user_id)
        asked = calls.count_own_asks(actor.user_id)
        text = gettext("%(n)s 节课请您接替", n=asked)
        lines.append(Todo(text, url_for("teaching.index"), asked, "lessons_to_take_over", Urgency.NOW))
    if actor.can(P.OWN_BASE) and actor.user_id is not None:
        lines += _own(ResourceKind.VENUE, actor.user_id)
    if actor.can(P.SCHEDULE_EDIT):
        lines += _planning(actor)
    if actor.can(P.VISIT_ASK):
        lines += _visits(actor)
    if actor.can(P.LOAN_DECIDE):
        count = loan_queries.count_requests(actor.scope(P.LOAN_DECIDE))
        text = gettext("%(n)s 份借用讲师的申请等您答复", n=count)
        lines.append(Todo(text, url_for("loans.lent", state="requested"), count, "loans"))
    return lines


def _visits(actor: Actor) -> list[Todo]:
    """Visits that were not to be had, and for whoever answers for bases those that wait."""
    refused = visits.count_refused(actor.scope(P.VISIT_ASK))
    lines = [
        Todo(
            gettext("%(n)s 次参观没有约成，可以另选", n=heap(refused)),
            url_for("visits.index", gone="1"),
            refused,
            "visits_refused",
            Urgency.NOW,
        )
    ]
    stopped = visits.count_stopped(actor.scope(P.VISIT_ASK))
    text = gettext("%(n)s 次参观和闭馆、停用冲突", n=stopped)
    lines.append(Todo(text, url_for("visits.index", stopped="1"), stopped, "visits_stopped", Urgency.NOW))
    if actor.can(P.ANSWER_RECORD):
        held = visits.count_to_confirm(scope=actor.scope(P.ANSWER_RECORD))
        text = gettext("%(n)s 次参观等基地确认", n=heap(held))
        lines.append(Todo(text, url_for("visits.index", state="held"), held, "visits_held"))
    return lines


def _own(kind: ResourceKind, user_id: int) -> list[Todo]:
    count = bookings.count_held(kind, user_id)
    if kind is ResourceKind.INSTRUCTOR:
        return [
            Todo(
                gettext("%(n)s 次授课等您答复", n=count),
                url_for("teaching.index"),
                count,
                "lessons_to_answer",
                Urgency.NOW,
            )
        ]
    count += visits.count_to_confirm(user_id=user_id)
    text = gettext("%(n)s 个预约等您确认", n=heap(count))
    return [Todo(text, url_for("teaching.base_bookings"), count, "bookings_to_confirm", Urgency.NOW)]


def _planning(actor: Actor) -> list[Todo]:
    scope = actor.scope(P.SCHEDULE_EDIT)
    lines = _declines(actor)
    meeting = clashes.count_clashes(scope, 50)
    lines.append(
        Todo(
            gettext("%(n)s 项安排和请假、停用冲突", n=meeting),
            url_for("scheduling.clashes"),
            meeting,
            "clashes",
            Urgency.NOW,
        )
    )
    today = clock.today()
    classes, lessons = class_queries.count_gaps(scope, today, today + AHEAD)
    gaps = gettext("30 天内 %(n)s 个班次还缺讲师", n=classes)
    lines.append(
        Todo(
            gaps,
            url_for("scheduling.classes", lack="instructor"),
            classes,
            "gaps",
            Urgency.NOW,
            gettext("共 %(n)s 个课次", n=lessons),
        )
    )
    overdue = after_class.count_late(scope)
    text = gettext("%(n)s 件课后事项过期没有办结", n=overdue)
    lines.append(
        Todo(text, url_for("scheduling.follow_ups", state="late"), overdue, "follow_ups", Urgency.NOW)
    )
    late = bookings.count_overdue(scope)
    lines.append(
        Todo(
            gettext("%(n)s 项安排过了期限没有答复", n=heap(late)),
            url_for("scheduling.waiting", state="overdue"),
            late,
            "answers",
        )
    )
    if actor.can(P.SCHEDULE_PUBLISH):
        ready = class_queries.count_ready(scope)
        lines.append(
            Todo(
                gettext("%(n)s 个班次有内容没有发布", n=ready),
                url_for("scheduling.publish_many"),
                ready,
                "unpublished",
            )
        )
    over, of_classes = session_queries.count_unmarked(scope)
    note = gettext("共 %(n)s 个班次", n=of_classes)
    lines.append(
        Todo(
            gettext("%(n)s 个课次上完了还没登记", n=over),
            url_for("scheduling.unmarked"),
            over,
            "unmarked",
            note=note,
        )
    )
    return lines


def _declines(actor: Actor) -> list[Todo]:
    """Each declined lesson with its own line, as finding a substitute is one page away; the rest in one."""
    scope = actor.scope(P.SCHEDULE_EDIT)
    found, count = bookings.first_declined(scope, DECLINES_SHOWN)
    names = bookings.names_of(found)
    lines = [
        Todo(
            gettext("%(name)s 谢绝了《%(course)s》", name=names[b.id], course=b.lesson.course_name),
            url_for("scheduling.show_session", session_id=b.lesson_id),
            1,
            f"declined_{b.id}",
            Urgency.NOW,
            " · ".join(filter(None, (_when(b.lesson), b.lesson.training_class.name, b.answer_reason))),
        )
        for b in found
    ]
    more = count - len(lines)
    lines.append(
        Todo(
            gettext("还有 %(n)s 节谢绝的课等人接", n=heap(more)),
            url_for("scheduling.declined"),
            more,
            "declined",
            Urgency.NOW,
        )
    )
    return lines


def _when(row: Session) -> str:
    return moment_text(row.start) if row.start else f"{day_text(row.day)} {row.half_day.label}"


def week(actor: Actor) -> list[Session]:
    """This week's sessions of the classes the actor may see, in order of time."""
    return session_queries.list_week(actor.scope(P.SCHEDULE_VIEW)) if actor.can(P.SCHEDULE_VIEW) else []
