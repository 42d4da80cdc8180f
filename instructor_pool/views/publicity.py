"""Publicity: the list, objections and their answers, the public notice, and what a level has set for entry."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from accounts.queries import list_places
from accounts.web import current_actor, current_scope, public, requires
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from core.throttle import admit
from core.web import row_numbers
from instructor_pool import queries
from instructor_pool.enums import ObjectionOutcome, PoolAction
from instructor_pool.forms import (
    EntrySettingsForm,
    ObjectionAnswerForm,
    ObjectionForm,
    PublicObjectionForm,
)
from instructor_pool.services import life
from instructor_pool.services import publicity as notices
from instructor_pool.services.publicity import Raised
from instructor_pool.views.blueprint import blueprint

PER_HOUR = 10
"""Objections an hour from one address."""


@blueprint.get("/instructors/publicity")
@requires(P.POOL_VIEW)
def publicity() -> ResponseReturnValue:
    """Who is public and who was."""
    table = queries.publicity_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("instructor_pool/publicity.html", page=table.page(request.args))


@blueprint.get("/instructors/reserve")
@requires(P.POOL_VIEW)
def reserve() -> ResponseReturnValue:
    """Candidates kept for later."""
    table = queries.reserve_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("instructor_pool/reserve.html", page=table.page(request.args))


@blueprint.post("/instructors/reserve/take-up")
@requires(P.POOL_EDIT)
def take_up() -> ResponseReturnValue:
    """Take the ticked ones up again; they pass eligibility and review anew."""
    ids = row_numbers(request.form.getlist("ids"))
    with transaction():
        people = queries.list_by_ids(current_scope(), ids)
        for person in people:
            life.take_step(
                person, PoolAction.RECONSIDER, reason=gettext("从后备名单重新推荐"), actor=current_actor()
            )
        n = len(people)
    if n:
        flash(gettext("%(n)s 位已重新成为候选人，下一步审查资格。", n=n), "success")
    else:
        flash(gettext("请先选人。"), "warning")
    return redirect(url_for("instructor_pool.reserve"))


@blueprint.route("/instructors/<int:instructor_id>/objections/new", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def new_objection(instructor_id: int) -> ResponseReturnValue:
    """Write down an objection that came by telephone, letter or in person."""
    person = queries.get_instructor(current_scope(), instructor_id)
    if queries.find_publicity(person.id) is None:
        raise NotFound(gettext("%(name)s 还没有公示。", name=person.name))
    form = ObjectionForm()
    form.offer(clock.today())
    if request.method == "POST" and form.validate_on_submit():
        try:
            with transaction():
                row = queries.find_publicity(queries.get_instructor(current_scope(), instructor_id).id)
                if row is not None:
                    notices.take_objection(
                        row, _raised(form), received_on=form.received_on.data, actor=current_actor()
                    )
        except RuleBroken as refused:
            put_errors(form, refused, "statement")
            person = queries.get_instructor(current_scope(), instructor_id)
        else:
            flash(gettext("异议已登记，答复之前不能批准。"), "success")
            return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))
    page = render_template("instructor_pool/objection_new.html", form=form, person=person)
    return (page, 422) if request.method == "POST" else page


def _raised(form: PublicObjectionForm) -> Raised:
    return Raised(form.name.data or "", form.statement.data or "", form.contact.data or "")


@blueprint.route("/instructors/objections/<int:objection_id>", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def objection(objection_id: int) -> ResponseReturnValue:
    """One objection: who, what, and the answer."""
    row = queries.get_objection(current_scope(), objection_id)
    form = ObjectionAnswerForm()
    form.offer()
    if request.method == "GET":
        form.version.data = str(row.version)
    elif form.validate_on_submit():
        try:
            with transaction():
                row = queries.get_objection(current_scope(), objection_id)
                notices.answer_objection(
                    row,
                    ObjectionOutcome(form.outcome.data),
                    form.answer.data or "",
                    actor=current_actor(),
                    seen=form.seen,
                )
                person_id = row.publicity.instructor_id
        except RuleBroken as refused:
            put_errors(form, refused, "answer")
            row = queries.get_objection(current_scope(), objection_id)
        else:
            flash(gettext("答复已记下。"), "success")
            return redirect(url_for("instructor_pool.show", instructor_id=person_id))
    page = render_template(
        "instructor_pool/objection.html", form=form, row=row, person=row.publicity.instructor
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/publicity")
@public
def public_notice() -> ResponseReturnValue:
    """Who is public today, for everybody: name, unit, post and source, as such notices have them."""
    return render_template("instructor_pool/public_notice.html", rows=queries.list_running(clock.today()))


@blueprint.route("/publicity/<int:publicity_id>/object", methods=["GET", "POST"])
@public
def object_publicly(publicity_id: int) -> ResponseReturnValue:
    """Object to a candidate without an account."""
    row = queries.get_running(publicity_id, clock.today())
    form = PublicObjectionForm()
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("instructor_pool/object.html", form=form, row=row)
        return (page, 422) if request.method == "POST" else page
    with transaction():
        allowed = admit("objection", request.remote_addr or "", most=PER_HOUR, window=timedelta(hours=1))
    if not allowed:
        form.statement.errors = [gettext("这个网络地址提交得太多了，请一小时后再试。")]
        row = queries.get_running(publicity_id, clock.today())
        return render_template("instructor_pool/object.html", form=form, row=row), 429
    try:
        with transaction():
            row = queries.get_running(publicity_id, clock.today())
            notices.take_objection(row, _raised(form), actor=Actor(None, gettext("公示页")))
    except RuleBroken as refused:
        put_errors(form, refused, "statement")
        row = queries.get_running(publicity_id, clock.today())
        return render_template("instructor_pool/object.html", form=form, row=row), 422
    flash(gettext("异议已收到，公示期内会核实处理。"), "success")
    return redirect(url_for("instructor_pool.public_notice"))


@blueprint.route("/instructors/entry-settings", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def entry_settings() -> ResponseReturnValue:
    """How people come into one's own pool."""
    owner = list_places(current_scope())[0]
    form = EntrySettingsForm(data=asdict(queries.entry_settings(owner)))
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("instructor_pool/entry_settings.html", form=form, unit=owner)
        return (page, 422) if request.method == "POST" else page
    with transaction():
        owner = list_places(current_scope())[0]
        notices.set_entry_settings(owner, form.settings(), actor=current_actor())
    flash(gettext("入库设置已保存。"), "success")
    return redirect(url_for("instructor_pool.entry_settings"))
