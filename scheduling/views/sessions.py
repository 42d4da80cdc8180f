"""Adding, changing, cancelling and holding sessions."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock, refusals
from core.db import transaction
from core.errors import DomainError, RuleBroken
from core.web import is_htmx
from scheduling import notices
from scheduling.enums import SessionState
from scheduling.forms import HoldForm, ReasonForm, SessionForm, given, whole
from scheduling.queries import bookings as booking_queries
from scheduling.queries import calls, choices, thaws
from scheduling.queries import classes as class_queries
from scheduling.queries import sessions as session_queries
from scheduling.queries.base_days import came_to
from scheduling.queries.needs import needs_by
from scheduling.services import holding, planning, withdrawing
from scheduling.views import blueprint
from scheduling.views.own_answer import link_of


@blueprint.get("/sessions/<int:session_id>")
@requires(P.SCHEDULE_VIEW)
def show_session(session_id: int) -> ResponseReturnValue:
    """One session: beside the grid as a fragment, or a page of its own."""
    row = session_queries.get_session(current_scope(), session_id)
    [lesson] = session_queries.lessons_of([row])
    bookings = [b for b in (lesson.instructor_booking, lesson.venue_booking) if b is not None]
    may_edit = class_queries.may_edit(current_actor().scope(P.SCHEDULE_EDIT), row.training_class)
    return render_template(
        "scheduling/_session.html" if is_htmx() else "scheduling/session.html",
        lesson=lesson,
        names=booking_queries.names_of(bookings),
        notices=notices,
        link_of=link_of,
        is_near=thaws.is_near(row),
        thaw=thaws.open_thaw(row),
        calling=calls.find_open(row.id) is not None,
        needs_text="、".join(f"{kind.label} {count}" for kind, count in needs_by(row).items()),
        in_grid=is_htmx(),
        may_edit=may_edit,
        may_record=may_edit and current_actor().can(P.ANSWER_RECORD),
    )


@blueprint.route("/classes/<int:class_id>/sessions/new", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def new_session(class_id: int) -> ResponseReturnValue:
    """One more session of a class."""
    klass = class_queries.get_own_class(current_scope(), class_id)
    planning.refuse_closed(klass)
    form = _session_form()
    if request.method == "GET":
        form.day.data = form.day.data or klass.starts_on
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, klass, None), 200 if request.method == "GET" else 422
    try:
        with transaction():
            klass = class_queries.get_own_class(current_scope(), class_id)
            facts = form.facts(planning.next_position(klass))
            planning.add_session(klass, facts, actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "day")
        return _form_page(form, klass, None), 422
    flash(gettext("课次已添加。"), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


@blueprint.route("/sessions/<int:session_id>/edit", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def edit_session(session_id: int) -> ResponseReturnValue:
    """Change what a session needs."""
    row = session_queries.get_own_session(current_scope(), session_id)
    form = _session_form(row)
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, row.training_class, row), 200 if request.method == "GET" else 422
    try:
        with transaction():
            row = session_queries.get_own_session(current_scope(), session_id)
            facts = form.facts(row.position)
            planning.update_session(row, facts, actor=current_actor(), seen=whole(form.version.data) or None)
            class_id = row.class_id
    except RuleBroken as refused:
        row = session_queries.get_own_session(current_scope(), session_id)
        refusals.put_errors(form, refused, "day")
        return _form_page(form, row.training_class, row), 422
    flash(gettext("课次已保存。"), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


def _form_page(form: SessionForm, klass: Any, row: Any) -> str:
    return render_template("scheduling/session_form.html", form=form, klass=klass, row=row)


def _session_form(row: Any = None) -> SessionForm:
    form = SessionForm(obj=row)
    people = choices.list_people(current_scope(P.POOL_VIEW))
    courses = choices.list_courses(current_scope(P.COURSE_VIEW))
    if row is not None:
        # What is kept stays on offer, even when it could not be chosen anew.
        people = choices.with_kept(people, row.wanted_instructor)
        courses = choices.with_kept(courses, row.course)
    form.offer(courses, choices.list_bases(current_scope(P.BASE_VIEW)), people)
    if row is not None and request.method == "GET":
        form.half_day.data, form.method.data = row.half_day.value, row.method.value
        form.course_id.data = row.course_id or 0
        form.wanted_base_id.data, form.wanted_instructor_id.data = (
            row.wanted_base_id or 0,
            row.wanted_instructor_id or 0,
        )
    return form


@blueprint.route("/sessions/<int:session_id>/cancel", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def cancel_session(session_id: int) -> ResponseReturnValue:
    """Cancel a session, with a reason."""
    return _taken_back(session_id, is_cancelled=True)


@blueprint.route("/sessions/<int:session_id>/withdraw", methods=["GET", "POST"])
@requires(P.SCHEDULE_PUBLISH)
def withdraw_session(session_id: int) -> ResponseReturnValue:
    """Take a published session back, with a reason; the plan stays."""
    return _taken_back(session_id, is_cancelled=False)


def _taken_back(session_id: int, *, is_cancelled: bool) -> ResponseReturnValue:
    row = session_queries.get_own_session(current_scope(), session_id)
    form = ReasonForm(obj=row)
    page = {"form": form, "is_cancelled": is_cancelled}
    if request.method == "GET" or not form.validate_on_submit():
        return render_template(
            "scheduling/take_back.html", row=row, **page
        ), 200 if request.method == "GET" else 422
    act = withdrawing.cancel if is_cancelled else withdrawing.withdraw
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        act(row, reason=given(form.reason.data), actor=current_actor(), seen=whole(form.version.data) or None)
        class_id = row.class_id
    flash(
        gettext("课次已取消，有关的人会收到消息。")
        if is_cancelled
        else gettext("课次已收回，有关的人会收到消息。"),
        "success",
    )
    return redirect(url_for("scheduling.show_class", class_id=class_id))


@blueprint.post("/sessions/<int:session_id>/hold")
@requires(P.SCHEDULE_EDIT)
def hold_session(session_id: int) -> ResponseReturnValue:
    """Mark one session as held."""
    form = HoldForm()
    if not form.validate_on_submit():
        row = session_queries.get_own_session(current_scope(), session_id)
        return _hold_page(row.training_class, [gettext("请填写到课人数。")]), 422
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        seen = whole(form.version.data) or None
        holding.hold(row, attendance=given(form.attendance.data), actor=current_actor(), seen=seen)
        class_id = row.class_id
    flash(gettext("已登记授课。"), "success")
    return redirect(url_for("scheduling.hold_class", class_id=class_id))


@blueprint.get("/unmarked")
@requires(P.SCHEDULE_EDIT)
def unmarked() -> ResponseReturnValue:
    """Sessions that are over and not marked yet, over all classes."""
    return render_template("scheduling/unmarked.html", rows=session_queries.list_unmarked(current_scope()))


@blueprint.route("/classes/<int:class_id>/hold", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def hold_class(class_id: int) -> ResponseReturnValue:
    """The sessions of a class that are over: mark those chosen as held, each with its attendance."""
    klass = class_queries.get_own_class(current_scope(), class_id)
    if request.method == "GET":
        return _hold_page(klass, [])
    ids = [whole(value) for value in request.form.getlist("ids")]
    errors: list[str] = []
    try:
        with transaction():
            for session_id in ids:
                row = session_queries.get_own_session(current_scope(), session_id)
                people = request.form.get(f"attendance-{session_id}", "")
                holding.hold(
                    row,
                    attendance=whole(people) if people.isascii() and people.isdigit() else -1,
                    actor=current_actor(),
                )
    except DomainError as refused:
        errors = [refused.sentence]
    if errors or not ids:
        klass = class_queries.get_own_class(current_scope(), class_id)
        return _hold_page(klass, errors or [gettext("请选择要登记的课次。")]), 422
    flash(gettext("已登记 %(count)s 个课次。", count=len(ids)), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


def _hold_page(klass: Any, errors: list[str]) -> str:
    rows = session_queries.list_sessions(klass.id)
    over = [row for row in rows if row.state is SessionState.PUBLISHED and row.end and row.end <= clock.now()]
    held = [row for row in rows if row.state is SessionState.HELD]
    came = came_to([row.id for row in over])
    return render_template(
        "scheduling/hold.html", klass=klass, over=over, held=held, errors=errors, came=came
    )
