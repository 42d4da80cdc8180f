"""Teaching incidents: recorded and revoked by the organiser."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from instructor_pool import queries
from instructor_pool.enums import IncidentGrade
from instructor_pool.forms import IncidentForm
from instructor_pool.services import courseware as items
from instructor_pool.views.blueprint import blueprint


@blueprint.route("/instructors/<int:instructor_id>/incidents", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def incidents(instructor_id: int) -> ResponseReturnValue:
    """Everything on record, and recording another one."""
    queries.get_instructor(current_scope(), instructor_id)
    form = IncidentForm()
    form.offer(clock.today())
    if request.method == "GET":
        return _page(instructor_id, form)
    if not form.validate_on_submit():
        return _page(instructor_id, form), 422
    try:
        with transaction():
            items.record_incident(
                queries.get_instructor(current_scope(), instructor_id),
                day=form.day.data,  # type: ignore[arg-type]
                grade=IncidentGrade(form.grade.data),
                what=form.what.data or "",
                actor=current_actor(),
            )
    except RuleBroken as refused:
        put_errors(form, refused, "what")
        return _page(instructor_id, form), 422
    flash(gettext("责任事故已登记。"), "success")
    return redirect(url_for("instructor_pool.incidents", instructor_id=instructor_id))


def _page(instructor_id: int, form: IncidentForm) -> str:
    person = queries.get_instructor(current_scope(), instructor_id)
    rows = queries.list_incidents(instructor_id)
    return render_template("instructor_pool/incidents.html", person=person, rows=rows, form=form)


@blueprint.post("/instructors/incidents/<int:incident_id>/revoke")
@requires(P.POOL_EDIT)
def revoke_incident(incident_id: int) -> ResponseReturnValue:
    """Take one back, with the reason."""
    with transaction():
        row = queries.get_incident(current_scope(), incident_id)
        items.revoke_incident(row, request.form.get("reason", ""), actor=current_actor())
        person_id = row.instructor_id
    flash(gettext("这条记录已撤销，不再计入。"), "success")
    return redirect(url_for("instructor_pool.incidents", instructor_id=person_id))
