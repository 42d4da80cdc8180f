"""A session afterwards: was it held, what is kept of it, what was agreed; and moving one that is still to come."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.files import download
from core.refusals import put_errors
from core.tables import wants_export
from core.web import row_number
from scheduling.enums import SessionState
from scheduling.forms import ReasonForm, given, whole
from scheduling.forms.after_class import FileForm, FollowUpForm, LinkForm, PostponeForm
from scheduling.queries import after_class as queries
from scheduling.queries import classes as class_queries
from scheduling.queries import sessions as session_queries
from scheduling.services import after_class, holding, postponing
from scheduling.views import blueprint
from scheduling.views.publishing import by_hand_text


@blueprint.get("/sessions/<int:session_id>/record")
@requires(P.SCHEDULE_VIEW)
def session_record(session_id: int) -> ResponseReturnValue:
    """What stays of a session."""
    return _page(session_id)


def _page(session_id: int, wrong: FlaskForm | None = None) -> str:
    row = session_queries.get_session(current_scope(P.SCHEDULE_VIEW), session_id)
    today = clock.today()
    follow_ups = queries.list_follow_ups(row.id)
    forms = {"file": FileForm, "link": LinkForm, "follow_up": FollowUpForm}
    made: dict[str, Any] = {
        name: wrong if isinstance(wrong, kind) else kind(formdata=None) for name, kind in forms.items()
    }
    return render_template(
        "scheduling/record.html",
        row=row,
        materials=queries.list_materials(row.id),
        follow_ups=[(item, queries.standing(item, today)) for item in follow_ups],
        forms=made,
        may_edit=current_actor().can(P.SCHEDULE_EDIT)
        and class_queries.may_edit(current_actor().scope(P.SCHEDULE_EDIT), row.training_class),
        is_over=row.state is SessionState.PUBLISHED and row.end is not None and row.end <= clock.now(),
    )


def _back(session_id: int, anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for("scheduling.session_record", session_id=session_id, _anchor=anchor or None))


@blueprint.post("/sessions/<int:session_id>/materials")
@requires(P.SCHEDULE_EDIT)
def add_material(session_id: int) -> ResponseReturnValue:
    """Keep a file."""
    session_queries.get_own_session(current_scope(), session_id)
    form = FileForm()
    if not form.validate_on_submit():
        return _page(session_id, form), 422
    sent = form.file.data
    data = sent.read()
    try:
        with transaction():
            row = session_queries.get_own_session(current_scope(), session_id)
            title = form.file_title.data or ""
            after_class.add_file(row, title, sent.filename or "", data, actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "file")
        return _page(session_id, form), 422
    flash(gettext("材料已保存。"), "success")
    return _back(session_id, "materials")


@blueprint.post("/sessions/<int:session_id>/links")
@requires(P.SCHEDULE_EDIT)
def add_link(session_id: int) -> ResponseReturnValue:
    """Keep an address."""
    session_queries.get_own_session(current_scope(), session_id)
    form = LinkForm()
    if not form.validate_on_submit():
        return _page(session_id, form), 422
    try:
        with transaction():
            row = session_queries.get_own_session(current_scope(), session_id)
            title, url = form.link_title.data or "", form.url.data or ""
            after_class.add_link(row, title, url, actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "url")
        return _page(session_id, form), 422
    flash(gettext("网址已保存。"), "success")
    return _back(session_id, "materials")


@blueprint.get("/materials/<int:material_id>")
@requires(P.SCHEDULE_VIEW)
def material(material_id: int) -> ResponseReturnValue:
    """A file, as a download; an address is gone to from the page."""
    found = queries.get_seen_material(current_scope(), material_id)
    if found.file is None:
        return _back(found.session_id, "materials")
    return download(found.file)


@blueprint.post("/materials/<int:material_id>/remove")
@requires(P.SCHEDULE_EDIT)
def remove_material(material_id: int) -> ResponseReturnValue:
    """Take one away."""
    with transaction():
        found = queries.get_own_material(current_scope(), material_id)
        session_id = found.session_id
        after_class.remove_material(found, actor=current_actor())
    flash(gettext("材料已删除。"), "success")
    return _back(session_id, "materials")


@blueprint.post("/sessions/<int:session_id>/follow-ups")
@requires(P.SCHEDULE_EDIT)
def add_follow_up(session_id: int) -> ResponseReturnValue:
    """Write down what was agreed."""
    session_queries.get_own_session(current_scope(), session_id)
    form = FollowUpForm()
    if not form.validate_on_submit():
        return _page(session_id, form), 422
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        what, who, due = given(form.what.data), given(form.who.data), given(form.due_on.data)
        after_class.agree(row, what, who, due, actor=current_actor())
    flash(gettext("事项已记下，到期没有办结会提醒。"), "success")
    return _back(session_id, "follow-ups")


@blueprint.post("/follow-ups/<int:follow_up_id>/state")
@requires(P.SCHEDULE_EDIT)
def change_follow_up(follow_up_id: int) -> ResponseReturnValue:
    """Done, to be done again, or dropped."""
    seen, wanted = row_number(request.form.get("version")), request.form.get("state", "")
    with transaction():
        found = queries.get_follow_up(current_scope(), follow_up_id)
        session_id = found.session_id
        if wanted == "drop":
            after_class.drop(found, actor=current_actor())
        elif wanted == "open":
            after_class.reopen(found, actor=current_actor(), seen=seen)
        else:
            after_class.finish(found, request.form.get("result", ""), actor=current_actor(), seen=seen)
    flash(gettext("已保存。"), "success")
    return _back(session_id, "follow-ups")


@blueprint.get("/follow-ups")
@requires(P.SCHEDULE_VIEW)
def follow_ups() -> ResponseReturnValue:
    """Everything agreed after sessions of the level."""
    table = queries.follow_up_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("scheduling/follow_ups.html", page=table.page(request.args))


@blueprint.route("/sessions/<int:session_id>/take-back", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def take_back_holding(session_id: int) -> ResponseReturnValue:
    """A holding that was registered by mistake, with the reason."""
    row = session_queries.get_own_session(current_scope(), session_id)
    form = ReasonForm(obj=row)
    form.reason.description = gettext("记入审计；已经计入的党课责任和学时随之撤销。")
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("scheduling/take_back_holding.html", row=row, form=form)
        return page, 200 if request.method == "GET" else 422
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        seen = whole(form.version.data) or None
        holding.take_back(row, reason=given(form.reason.data), actor=current_actor(), seen=seen)
        class_id = row.class_id
    flash(gettext("登记已撤销，可以重新登记。"), "success")
    return redirect(url_for("scheduling.hold_class", class_id=class_id))


@blueprint.route("/sessions/<int:session_id>/postpone", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def postpone_session(session_id: int) -> ResponseReturnValue:
    """Move a published session to another time and tell everybody at once."""
    row = session_queries.get_own_session(current_scope(), session_id)
    form = PostponeForm(obj=row)
    if request.method == "GET":
        form.day.data = row.start.date() if row.start else row.day
        form.at.data = row.start.time() if row.start else None
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("scheduling/postpone.html", row=row, form=form)
        return page, 200 if request.method == "GET" else 422
    try:
        with transaction():
            row = session_queries.get_own_session(current_scope(), session_id)
            seen = whole(form.version.data) or None
            reason = given(form.reason.data)
            done = postponing.postpone(row, form.start(), reason=reason, actor=current_actor(), seen=seen)
            told, by_hand = done.messages, done.by_hand
            class_id = row.class_id
    except RuleBroken as refused:
        row = session_queries.get_own_session(current_scope(), session_id)
        put_errors(form, refused, "at")
        return render_template("scheduling/postpone.html", row=row, form=form), 422
    flash(gettext("已改期，通知 %(told)s 人次。", told=told) + by_hand_text(by_hand), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))
