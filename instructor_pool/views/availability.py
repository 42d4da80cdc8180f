"""When people are away, kept by the organiser; remarks to confirm."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from core.web import safe_next
from instructor_pool import queries
from instructor_pool.enums import AnswerSource, DayPart, Grade
from instructor_pool.forms import AwayForm
from instructor_pool.rules.parts import stretches
from instructor_pool.rules.remarks import suggested
from instructor_pool.services import availability as times
from instructor_pool.views.blueprint import blueprint
from instructor_pool.views.people import away_text, profile


@blueprint.route("/instructors/<int:instructor_id>/availability", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def availability(instructor_id: int) -> ResponseReturnValue:
    """A person's year, and recording an absence for the person with who said so."""
    person = queries.get_instructor(current_scope(), instructor_id)
    form = AwayForm()
    form.offer(own=False)
    if request.method == "GET":
        return render_template("instructor_pool/availability.html", form=form, **profile(person))
    if not form.validate_on_submit():
        return render_template("instructor_pool/availability.html", form=form, **profile(person)), 422
    try:
        with transaction():
            times.mark_unavailable(
                queries.get_instructor(current_scope(), instructor_id),
                stretches(form.first.data, form.last.data, DayPart(form.part.data)),  # type: ignore[arg-type]
                grade=Grade(form.grade.data),
                reason=form.reason.data or "",
                source=AnswerSource(form.source.data),
                actor=current_actor(),
            )
    except RuleBroken as refused:
        put_errors(form, refused, "last")
        person = queries.get_instructor(current_scope(), instructor_id)
        return render_template("instructor_pool/availability.html", form=form, **profile(person)), 422
    flash(gettext("时间已登记。"), "success")
    return redirect(url_for("instructor_pool.availability", instructor_id=instructor_id))


@blueprint.post("/instructors/<int:instructor_id>/availability/<int:row_id>/remove")
@requires(P.POOL_EDIT)
def remove_absence(instructor_id: int, row_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    with transaction():
        person = queries.get_instructor(current_scope(), instructor_id)
        times.remove_unavailability(queries.get_unavailability(person.id, row_id), actor=current_actor())
    flash(gettext("这段时间已删掉。"), "success")
    return redirect(url_for("instructor_pool.availability", instructor_id=instructor_id))


@blueprint.get("/instructors/hints")
@requires(P.POOL_EDIT)
def hints() -> ResponseReturnValue:
    """Remarks from imports, each with what it seems to say."""
    today = clock.today()
    found = [
        (hint, [{"text": away_text(s.starts, s.ends)} for s in suggested(hint.text, today.year, today)])
        for hint in queries.list_hints(current_scope())
    ]
    return render_template("instructor_pool/hints.html", hints=found, grades=Grade.choices(), year=today.year)


@blueprint.post("/instructors/hints/<int:hint_id>/accept")
@requires(P.POOL_EDIT)
def accept_hint(hint_id: int) -> ResponseReturnValue:
    """Confirm the suggested reading."""
    grade = request.form.get("grade", Grade.CANNOT.value)
    if grade not in {g.value for g in Grade}:
        raise NotFound(gettext("没有这个程度。"))
    with transaction():
        hint = queries.get_hint(current_scope(), hint_id)
        made = len(times.accept_hint(hint, grade=Grade(grade), actor=current_actor()))
        name = hint.instructor.name
    flash(gettext("已给 %(name)s 登记 %(n)s 段时间。", name=name, n=made), "success")
    return redirect(safe_next(request.form.get("next"), url_for("instructor_pool.hints")))


@blueprint.post("/instructors/hints/<int:hint_id>/dismiss")
@requires(P.POOL_EDIT)
def dismiss_hint(hint_id: int) -> ResponseReturnValue:
    """Settle a remark without recording anything."""
    with transaction():
        times.dismiss_hint(queries.get_hint(current_scope(), hint_id), actor=current_actor())
    flash(gettext("备注已处理,不影响排课。"), "success")
    return redirect(safe_next(request.form.get("next"), url_for("instructor_pool.hints")))
