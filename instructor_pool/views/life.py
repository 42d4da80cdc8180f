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
from core.calendars import calendar_around
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from instructor_pool import queries
from instructor_pool.enums import EngagementMode, ExitReason, PoolAction
from instructor_pool.forms import (
    AppointForm,
    ExitForm,
    InvitationForm,
    LetterForm,
    PublicityForm,
    ReasonForm,
    SecondmentForm,
    TermForm,
)
from instructor_pool.rules import life
from instructor_pool.rules.publicity import last_day
from instructor_pool.rules.terms import next_term, term_ending
from instructor_pool.services import appointing, publicity
from instructor_pool.services import life as steps
from instructor_pool.services.appointing import Engagement
from instructor_pool.services.nominating import Upload
from instructor_pool.views.blueprint import blueprint
from instructor_pool.views.people import is_served

MAIN_FIELD = {
    PoolAction.PUBLICISE: "ends_on",
    PoolAction.SIGN_LETTER: "signed_on",
    PoolAction.APPOINT: "certificate",
    PoolAction.ADMIT: "purpose",
}
"""Where a refusal is shown that names no field."""
LEAVING = (PoolAction.SUSPEND, PoolAction.EXIT)
"""Steps after which booked lessons need somebody else."""


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
    # Whether the step is open at all comes before what is missing on its form, a reason included.
    steps.check_step(person, action, actor=current_actor(), reason="-")
    form = _form(action, person)
    if request.method == "GET":
        return _page(form, person, action)
    if not form.validate_on_submit():
        return _page(form, person, action), 422
    try:
        with transaction():
            row = queries.get_instructor(current_scope(), instructor_id)
            _do(row, action, form)
            name, state = row.name, row.state.label
    except RuleBroken as refused:
        put_errors(form, refused, MAIN_FIELD.get(action, "reason"))
        return _page(form, queries.get_instructor(current_scope(), instructor_id), action), 422
    flash(gettext("%(name)s 现在是「%(state)s」。", name=name, state=state), "success")
    return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))


def _page(form: FlaskForm, person: Any, action: PoolAction) -> str:
    load_url = f"/scheduling/instructors/{person.id}/load"
    return render_template(
        "instructor_pool/step.html",
        form=form,
        person=person,
        action=action,
        needs_reason=action in life.REASON_NEEDED,
        load_url=load_url if action in LEAVING and is_served(load_url) else "",
        **(_shown_to_approve(person) if action is PoolAction.APPROVE else {}),
    )


def _shown_to_approve(person: Any) -> dict[str, object]:
    """What an approval rests on."""
    shown = queries.find_publicity(person.id)
    return {"publicity": shown, "publicity_problem": queries.publicity_problem(person), "can_approve": True}


def _form(action: PoolAction, person: Any) -> Any:
    today = clock.today()
    match action:
        case PoolAction.EXIT:
            return _leaving()
        case PoolAction.PUBLICISE:
            shown = PublicityForm()
            if not shown.is_submitted():
                days = queries.entry_settings(person.owner).publicity_days
                shown.ends_on.data = last_day(today, days, calendar_around(today))
            return shown
        case PoolAction.SIGN_LETTER:
            letter = LetterForm()
            letter.offer(today, appointing.proposed_term(person))
            return letter
        case PoolAction.APPOINT:
            return _appointment(person)
        case PoolAction.ADMIT:
            return _engagement(person)
        case PoolAction.RENEW:
            return _renewal(person)
    return ReasonForm()


def _leaving() -> ExitForm:
    form = ExitForm()
    form.offer(clock.today())
    if not form.is_submitted() and request.args.get("why") in list(ExitReason):
        form.why.data = request.args["why"]
    return form


def _appointment(person: Any) -> AppointForm:
    form = AppointForm()
    if not form.is_submitted():
        form.certificate.data = queries.next_certificate_number(person.owner, clock.today())
    return form


def _engagement(person: Any) -> InvitationForm | SecondmentForm:
    if person.engagement_mode is EngagementMode.INVITED:
        invitation = InvitationForm()
        if not invitation.is_submitted():
            invitation.unit.data = person.owner.title
        return invitation
    form = SecondmentForm()
    form.offer([unit.title for unit in queries.list_above(person.owner)])
    return form


def _renewal(person: Any) -> TermForm:
    form = TermForm()
    if not form.is_submitted():
        today, years = clock.today(), queries.policy_of(person.owner).term_years
        start, end = today, term_ending(today, years)
        if person.term_end:
            start, end = next_term(person.term_end, today, years)
        form.start.data, form.end.data = start, end
    return form


def _do(person: Any, action: PoolAction, form: Any) -> None:
    actor = current_actor()
    match action:
        case PoolAction.EXIT:
            note = form.reason.data or ""
            steps.leave(person, why=ExitReason(form.why.data), day=form.day.data, note=note, actor=actor)
        case PoolAction.PUBLICISE:
            publicity.publicise(person, ends_on=form.ends_on.data, actor=actor)
        case PoolAction.SIGN_LETTER:
            _sign(person, form)
        case PoolAction.APPOINT:
            appointing.appoint(person, number=form.certificate.data or "", actor=actor)
        case PoolAction.ADMIT:
            until = form.until.data if "until" in form else None
            given = Engagement(form.unit.data or "", form.purpose.data or "", until)
            appointing.admit(person, given, actor=actor)
        case PoolAction.RENEW:
            reason = form.reason.data or ""
            steps.renew(person, start=form.start.data, end=form.end.data, reason=reason, actor=actor)
        case _:
            steps.take_step(person, action, actor=actor, reason=form.reason.data or "")


def _sign(person: Any, form: LetterForm) -> None:
    chosen = form.scan.data
    scan = Upload(chosen.filename, chosen.read()) if chosen and chosen.filename else None
    appointing.sign_letter(
        person,
        signed_on=form.signed_on.data,  # type: ignore[arg-type]
        start=form.start.data,  # type: ignore[arg-type]
        end=form.end.data,  # type: ignore[arg-type]
        scan=scan,
        actor=current_actor(),
    )
