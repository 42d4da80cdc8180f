"""An instructor's own pages, made for a phone."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from instructor_pool import queries
from instructor_pool.enums import AnswerSource, DayPart, Grade
from instructor_pool.forms import AwayForm
from instructor_pool.rules.parts import stretches
from instructor_pool.services import availability as times
from instructor_pool.views.availability import take_week
from instructor_pool.views.blueprint import blueprint
from instructor_pool.views.people import profile


@blueprint.get("/me/profile")
@requires(P.OWN_TEACHING)
def own_profile() -> ResponseReturnValue:
    """What the pool knows of oneself."""
    person = queries.get_own(current_actor())
    return render_template("instructor_pool/own_profile.html", **profile(person))


@blueprint.route("/me/availability", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def own_availability() -> ResponseReturnValue:
    """Say when one cannot or would rather not teach."""
    person = queries.get_own(current_actor())
    form = AwayForm()
    form.offer(own=True)
    if request.method == "GET":
        return render_template("instructor_pool/own_availability.html", form=form, **profile(person))
    if not form.validate_on_submit():
        return render_template("instructor_pool/own_availability.html", form=form, **profile(person)), 422
    try:
        with transaction():
            times.mark_unavailable(
                queries.get_own(current_actor()),
                stretches(form.first.data, form.last.data, DayPart(form.part.data)),  # type: ignore[arg-type]
                grade=Grade(form.grade.data),
                reason=form.reason.data or "",
                source=AnswerSource.SELF,
                actor=current_actor(),
            )
    except RuleBroken as refused:
        put_errors(form, refused, "last")
        person = queries.get_own(current_actor())
        return render_template("instructor_pool/own_availability.html", form=form, **profile(person)), 422
    flash(gettext("已登记，排课时会避开。"), "success")
    return redirect(url_for("instructor_pool.own_availability"))


@blueprint.route("/me/availability/weekly", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def own_weekly() -> ResponseReturnValue:
    """Say what one's usual week looks like."""
    return take_week(
        lambda: queries.get_own(current_actor()),
        "instructor_pool/own_weekly.html",
        url_for("instructor_pool.own_availability"),
        own=True,
    )


@blueprint.post("/me/availability/<int:row_id>/remove")
@requires(P.OWN_TEACHING)
def remove_own_absence(row_id: int) -> ResponseReturnValue:
    """Take one's own absence back."""
    with transaction():
        person = queries.get_own(current_actor())
        times.remove_unavailability(queries.get_unavailability(person.id, row_id), actor=current_actor())
    flash(gettext("这段时间已删掉。"), "success")
    return redirect(url_for("instructor_pool.own_availability"))
