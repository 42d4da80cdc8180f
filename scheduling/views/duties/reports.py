"""Lessons held outside the system: reported by unit contacts, confirmed or refused by the organiser, with evidence."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_unit
from accounts.web import current_actor, current_scope, requires
from core import clock, files
from core.db import transaction
from core.errors import Conflict, RuleBroken, Violation
from core.refusals import put_errors
from core.tables import wants_export
from party_lessons.enums import EvidenceKind
from party_lessons.forms import ReportForm
from party_lessons.queries.obligations import get_obligation
from party_lessons.queries.people import get_leader, list_leaders, list_seats
from party_lessons.queries.reports import (
    get_evidence,
    get_report,
    lessons_of,
    list_evidence,
    report_table,
)
from party_lessons.services import reports
from scheduling.views.duties import blueprint
from scheduling.views.duties.picking import with_chosen


@blueprint.get("/reports")
@requires(P.DUTY_VIEW)
def report_list() -> ResponseReturnValue:
    """What units have reported, what waits first."""
    table = report_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("party_lessons/reports.html", page=table.page(request.args))


@blueprint.route("/reports/new", methods=["GET", "POST"])
@requires(P.DUTY_REPORT)
def new_report() -> ResponseReturnValue:
    """Report a lesson that was held."""
    form = ReportForm()
    scope = current_scope()
    form.holder.choices = with_chosen(
        form.holder, list_leaders(scope), lambda key: get_leader(scope, key).name
    )
    seats = with_chosen(form.unit, list_seats(scope), lambda key: get_unit(scope, key).title)
    form.offer(seats, clock.today())
    if request.method == "GET":
        return render_template("party_lessons/report_form.html", form=form)
    if not form.validate_on_submit():
        return render_template("party_lessons/report_form.html", form=form), 422
    try:
        with transaction():
            leader = get_leader(current_scope(), form.holder.data)
            unit = get_unit(current_scope(), form.unit.data)
            made_id = reports.report(leader, unit, form.said(), actor=current_actor()).id
    except (RuleBroken, Conflict) as refused:
        put_errors(form, refused, "title")
        return render_template("party_lessons/report_form.html", form=form), refused.status
    flash(gettext("已报送，等组织员确认。请附上签到表、照片或讲稿提纲。"), "success")
    return redirect(url_for("duties.report", report_id=made_id))


@blueprint.get("/reports/<int:report_id>")
@requires(P.DUTY_VIEW)
def report(report_id: int) -> ResponseReturnValue:
    """One report with its evidence."""
    return _page(report_id)


def _page(report_id: int, **more: str) -> str:
    row = get_report(current_scope(P.DUTY_VIEW), report_id)
    return render_template("party_lessons/report.html", report=row, kinds=EvidenceKind.choices(), **more)


@blueprint.post("/reports/<int:report_id>/confirm")
@requires(P.DUTY_EDIT)
def confirm_report(report_id: int) -> ResponseReturnValue:
    """It was held as reported, and counts."""
    with transaction():
        row = get_report(current_scope(), report_id)
        counted = reports.confirm(row, actor=current_actor(), seen=request.form.get("version", type=int))
    if counted:
        flash(gettext("已确认，计入 %(count)s 项党课责任。", count=counted), "success")
    else:
        flash(gettext("已确认。这一课不符合对象、场合或时长要求，没有计入党课责任。"), "warning")
    return redirect(url_for("duties.report", report_id=report_id))


@blueprint.post("/reports/<int:report_id>/refuse")
@requires(P.DUTY_EDIT)
def refuse_report(report_id: int) -> ResponseReturnValue:
    """It does not count, and why."""
    reason = request.form.get("reason", "")
    try:
        with transaction():
            row = get_report(current_scope(), report_id)
            seen = request.form.get("version", type=int)
            reports.refuse(row, reason, actor=current_actor(), seen=seen)
    except RuleBroken as refused:
        return _page(report_id, refused=refused.sentence, reason=reason), refused.status
    flash(gettext("已退回，报送人会收到理由。"), "success")
    return redirect(url_for("duties.report", report_id=report_id))


@blueprint.post("/reports/<int:report_id>/evidence")
@requires(P.DUTY_REPORT)
def add_report_evidence(report_id: int) -> ResponseReturnValue:
    """Attach what proves a reported lesson."""
    try:
        with transaction():
            row = get_report(current_scope(), report_id)
            kind, upload = handed_in()
            reports.attach(row, kind, upload, known=len(row.evidence), actor=current_actor())
    except RuleBroken as refused:
        return _page(report_id, bad_file=refused.sentence), refused.status
    flash(gettext("材料已附上。"), "success")
    return redirect(url_for("duties.report", report_id=report_id))


@blueprint.get("/reports/<int:report_id>/evidence/<int:evidence_id>")
@requires(P.DUTY_VIEW)
def report_evidence(report_id: int, evidence_id: int) -> Response:
    """One of its files."""
    return files.download(get_evidence(get_report(current_scope(), report_id), evidence_id).file)


@blueprint.post("/<int:obligation_id>/evidence")
@requires(P.DUTY_REPORT)
def add_evidence(obligation_id: int) -> ResponseReturnValue:
    """Attach what proves a lesson that is credited to an obligation."""
    asked = request.form.get("session", type=int)
    try:
        with transaction():
            row = get_obligation(current_scope(), obligation_id)
            sessions, _reports = lessons_of(row)
            if asked is None or asked not in sessions:
                raise RuleBroken(gettext("这一课没有计入这项党课责任。"))
            kind, upload = handed_in()
            reports.attach(asked, kind, upload, known=len(list_evidence([asked], [])), actor=current_actor())
    except RuleBroken as refused:
        flash(refused.sentence, "danger")
        return redirect(url_for("duties.show", obligation_id=obligation_id))
    flash(gettext("材料已附上。"), "success")
    return redirect(url_for("duties.show", obligation_id=obligation_id))


@blueprint.get("/<int:obligation_id>/evidence/<int:evidence_id>")
@requires(P.DUTY_VIEW)
def evidence(obligation_id: int, evidence_id: int) -> Response:
    """A file that proves one of its lessons."""
    return files.download(get_evidence(get_obligation(current_scope(), obligation_id), evidence_id).file)


def handed_in() -> tuple[EvidenceKind, reports.Upload]:
    """The file handed in as evidence and what it is; RuleBroken where one is missing."""
    handed, kind = request.files.get("file"), request.form.get("kind", "")
    if (
        handed is None
        or not handed.filename
        or kind not in [value for value, _word in EvidenceKind.choices()]
    ):
        sentence = gettext("请选文件和材料类别。")
        raise RuleBroken(sentence, [Violation("file", sentence, "file")])
    return EvidenceKind(kind), reports.Upload(handed.filename, handed.read())
