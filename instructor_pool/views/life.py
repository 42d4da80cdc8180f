"""Steps of a person's life: the organiser's, and those only an approver takes."""

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
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from instructor_pool import queries
from instructor_pool.enums import ExitReason, PoolAction
from instructor_pool.forms import ExitForm, ReasonForm, TermForm
from instructor_pool.rules import life
from instructor_pool.rules.terms import next_term, term_ending
from instructor_pool.services import life as steps
from instructor_pool.views.blueprint import blueprint


def _action(word: str, *, approver: bool) -> PoolAction:
    if word not in {a.value for a in PoolAction}:
        raise NotFound(gettext("没有这一步。"))
    action = PoolAction(word)
    if action in life.BY_ITSELF or (action in life.APPROVER_ACTIONS) is not approver:
        raise NotFound(gettext("没有这一步。"))
    return action


@blueprint.route("/instructors/<int:instructor_id>/steps/<word>", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def step(instructor_id: int, word: str) -> ResponseReturnValue:
    """A step the organiser takes."""
    return _take(instructor_id, _action(word, approver=False))


@blueprint.route("/instructors/<int:instructor_id>/decisions/<word>", methods=["GET", "POST"])
@requires(P.POOL_APPROVE)
def decision(instructor_id: int, word: str) -> ResponseReturnValue:
    """A step only an approver takes: entry and exit."""
    return _take(instructor_id, _action(word, approver=True))


def _take(instructor_id: int, action: PoolAction) -> ResponseReturnValue:
    person = queries.get_instructor(current_scope(), instructor_id)
    form = _form(action, person)
    if request.method == "GET":
        probe = "-" if action in life.REASON_NEEDED else ""
        steps.check_step(person, action, actor=current_actor(), reason=probe)
        return _page(form, person, action)
    if not form.validate_on_submit():
        return _page(form, person, action), 422
    try:
        with transaction():
            row = queries.get_instructor(current_scope(), instructor_id)
            _do(row, action, form)
            name, state = row.name, row.state.label
    except RuleBroken as refused:
        put_errors(form, refused, "reason")
        return _page(form, queries.get_instructor(current_scope(), instructor_id), action), 422
    flash(gettext("%(name)s 现在是「%(state)s」。", name=name, state=state), "success")
    return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))


def _page(form: FlaskForm, person: Any, action: PoolAction) -> str:
    return render_template(
        "instructor_pool/step.html",
        form=form,
        person=person,
        action=action,
        needs_reason=action in life.REASON_NEEDED,
    )


def _form(action: PoolAction, person: Any) -> Any:
    if action is PoolAction.EXIT:
        leaving = ExitForm()
        leaving.offer(clock.today())
        if not leaving.is_submitted() and request.args.get("why") in list(ExitReason):
            leaving.why.data = request.args["why"]
        return leaving
    if action not in (PoolAction.APPOINT, PoolAction.RENEW):
        return ReasonForm()
    form = TermForm()
    if not form.is_submitted():
        today = clock.today()
        years = queries.policy_of(person.owner).term_years
        start, end = today, term_ending(today, years)
        if action is PoolAction.RENEW and person.term_end:
            start, end = next_term(person.term_end, today, years)
        form.start.data, form.end.data = start, end
        form.certificate.data = person.certificate_number
    if action is PoolAction.RENEW:
        del form.certificate
    return form


def _do(person: Any, action: PoolAction, form: Any) -> None:
    actor, reason = current_actor(), form.reason.data or ""
    if action is PoolAction.EXIT:
        steps.leave(person, why=ExitReason(form.why.data), day=form.day.data, note=reason, actor=actor)
    elif action is PoolAction.APPOINT:
        certificate = form.certificate.data or ""
        steps.appoint(person, start=form.start.data, end=form.end.data, certificate=certificate, actor=actor)
    elif action is PoolAction.RENEW:
        steps.renew(person, start=form.start.data, end=form.end.data, reason=reason, actor=actor)
    else:
        steps.take_step(person, action, actor=actor, reason=reason)
