"""When people are away, kept by the organiser; remarks to confirm."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from core.web import row_numbers
from instructor_pool import queries
from instructor_pool.enums import AWAY, AnswerSource, DayPart, Grade
from instructor_pool.forms import AwayForm, WeeklyForm
from instructor_pool.rules.parts import stretches
from instructor_pool.rules.remarks import suggested
from instructor_pool.services import availability as times
from instructor_pool.views.blueprint import blueprint
from instructor_pool.views.people import profile
from instructor_pool.views.times import away_text


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


@blueprint.route("/instructors/<int:instructor_id>/availability/weekly", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def weekly(instructor_id: int) -> ResponseReturnValue:
    """What a usual week of a person looks like, recorded for the person."""
    return take_week(
        lambda: queries.get_instructor(current_scope(), instructor_id),
        "instructor_pool/weekly.html",
        url_for("instructor_pool.availability", instructor_id=instructor_id),
        own=False,
    )


def take_week(get_person: Callable[[], Any], template: str, back: str, *, own: bool) -> ResponseReturnValue:
    """Show or replace a weekly pattern; `get_person` reads the person afresh, `own` needs no source."""
    form = WeeklyForm()
    form.offer(own=own)
    person = get_person()
    if request.method == "GET":
        rows = queries.list_weekly(person.id)
        first, last = (rows[0].first_day, rows[0].last_day) if rows else (None, None)
        form.show([(row.weekday, row.part, row.grade) for row in rows], first, last)
        form.reason.data = rows[0].reason if rows else ""
        return render_template(template, form=form, person=person)
    if not form.validate_on_submit():
        return render_template(template, form=form, person=person), 422
    source = AnswerSource.SELF if own else AnswerSource(form.source.data)
    try:
        with transaction():
            week = times.UsualWeek(
                form.grades, form.reason.data or "", form.first_day.data, form.last_day.data
            )
            times.set_weekly(get_person(), week, source=source, actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "last_day")
        return render_template(template, form=form, person=get_person()), 422
    flash(gettext("每周的时间已保存。"), "success")
    return redirect(back)


@blueprint.get("/instructors/hints")
@requires(P.POOL_EDIT)
def hints() -> ResponseReturnValue:
    """Remarks from imports by wording, each with what it seems to say."""
    today = clock.today()
    groups = [
        (text, [away_text(s.starts, s.ends) for s in suggested(text, today.year, today)], list(rows))
        for text, rows in groupby(queries.list_hints(current_scope()), key=lambda hint: hint.text)
    ]
    return render_template(
        "instructor_pool/hints.html",
        groups=groups,
        grades=[(g.value, g.label) for g in AWAY],
        year=today.year,
    )


@blueprint.post("/instructors/hints")
@requires(P.POOL_EDIT)
def settle_hints() -> ResponseReturnValue:
    """Confirm or dismiss the remarks that are ticked."""
    ids = row_numbers(request.form.getlist("ids"))
    grade, verdict = request.form.get("grade", Grade.CANNOT.value), request.form.get("verdict", "")
    if grade not in {g.value for g in AWAY} or verdict not in ("accept", "dismiss"):
        raise NotFound(gettext("没有这种处理。"))
    if not ids:
        raise RuleBroken(gettext("请先勾选要处理的备注。"))
    with transaction():
        rows = [queries.get_hint(current_scope(), hint_id) for hint_id in ids]
        for hint in rows:
            if verdict == "accept":
                times.accept_hint(hint, grade=Grade(grade), actor=current_actor())
            else:
                times.dismiss_hint(hint, actor=current_actor())
    if verdict == "accept":
        flash(gettext("已给 %(n)s 人登记时间。", n=len(rows)), "success")
    else:
        flash(gettext("%(n)s 条备注已处理，不影响排课。", n=len(rows)), "success")
    return redirect(url_for("instructor_pool.hints"))
