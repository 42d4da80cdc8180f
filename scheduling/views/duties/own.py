"""我的党课: what a leader owes, lessons to ask for, and lessons held elsewhere that the leader reports."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock, files
from core.db import transaction
from core.errors import Conflict, RuleBroken
from core.refusals import put_errors
from party_lessons.enums import EvidenceKind
from party_lessons.forms import OwnReportForm
from party_lessons.queries.obligations import get_own_obligation
from party_lessons.queries.people import find_own_seats
from party_lessons.queries.recounts import find_recount
from party_lessons.queries.reports import get_evidence, get_own_report, list_own_reports
from party_lessons.services import reports
from scheduling.queries.duties import own_duties
from scheduling.services import taking
from scheduling.views.duties import blueprint
from scheduling.views.duties.reports import handed_in
from scheduling.views.freshening import freshen


@blueprint.get("/mine")
@requires(P.OWN_TEACHING)
def mine() -> ResponseReturnValue:
    """The signed-in leader's own duties."""
    freshen()
    return _page()


def _page(**more: object) -> str:
    year, user_id = clock.today().year, current_actor().user_id or 0
    return render_template(
        "party_lessons/mine.html",
        duties=own_duties(user_id, year),
        reports=list_own_reports(user_id, year),
        kinds=EvidenceKind.choices(),
        year=year,
        recount=find_recount(current_scope(P.OWN_TEACHING)),
        **more,
    )


@blueprint.post("/mine/<int:obligation_id>/lessons/<int:session_id>/take")
@requires(P.OWN_TEACHING)
def take_lesson(obligation_id: int, session_id: int) -> ResponseReturnValue:
    """Ask for a lesson."""
    with transaction():
        owed = get_own_obligation(current_actor().user_id or 0, obligation_id)
        taking.take(owed, session_id, actor=current_actor())
    flash(gettext("已告诉组织员您要讲这一课。班次发布后才算安排好，到时会通知您。"), "success")
    return redirect(url_for("duties.mine"))


@blueprint.post("/mine/<int:obligation_id>/lessons/<int:session_id>/give-back")
@requires(P.OWN_TEACHING)
def give_back_lesson(obligation_id: int, session_id: int) -> ResponseReturnValue:
    """Ask for it no longer."""
    with transaction():
        owed = get_own_obligation(current_actor().user_id or 0, obligation_id)
        taking.give_back(owed, session_id, actor=current_actor())
    flash(gettext("已退回，组织员会另行安排。"), "success")
    return redirect(url_for("duties.mine"))


@blueprint.route("/mine/report", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def report_own() -> ResponseReturnValue:
    """Report a lesson that was held outside the system."""
    person, seats = find_own_seats(current_actor().user_id or 0, clock.today())
    form = OwnReportForm()
    form.offer([(str(unit.id), unit.title) for unit in seats.values()], clock.today())
    if request.method == "GET":
        return render_template("party_lessons/own_report.html", form=form, person=person)
    if person is None or not form.validate_on_submit():
        return render_template("party_lessons/own_report.html", form=form, person=person), 422
    try:
        with transaction():
            made_id = reports.report(person, seats[form.unit.data], form.said(), actor=current_actor()).id
    except (RuleBroken, Conflict) as refused:
        put_errors(form, refused, "title")
        return render_template("party_lessons/own_report.html", form=form, person=person), refused.status
    flash(gettext("已报送，等组织员确认。请附上签到表、照片或讲稿提纲。"), "success")
    return redirect(url_for("duties.mine") + f"#report-{made_id}")


@blueprint.post("/mine/reports/<int:report_id>/evidence")
@requires(P.OWN_TEACHING)
def add_own_evidence(report_id: int) -> ResponseReturnValue:
    """Attach what proves a lesson one has reported or that was reported of one."""
    try:
        with transaction():
            row = get_own_report(current_actor().user_id or 0, report_id)
            kind, upload = handed_in()
            reports.attach(row, kind, upload, known=len(row.evidence), actor=current_actor())
    except RuleBroken as refused:
        return _page(bad_file=refused.sentence, bad_report=report_id), refused.status
    flash(gettext("材料已附上。"), "success")
    return redirect(url_for("duties.mine") + f"#report-{report_id}")


@blueprint.get("/mine/reports/<int:report_id>/evidence/<int:evidence_id>")
@requires(P.OWN_TEACHING)
def own_evidence(report_id: int, evidence_id: int) -> Response:
    """One of its files."""
    return files.download(
        get_evidence(get_own_report(current_actor().user_id or 0, report_id), evidence_id).file
    )
