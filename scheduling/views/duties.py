"""党课责任: the board, one duty, a leader's own duties, exemptions and the staff's table."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.excel import workbook_response
from core.tables import wants_export
from party_lessons.queries.board import duty_table, judged, overview
from party_lessons.queries.obligations import get_obligation, years
from party_lessons.queries.reckonings import freshness
from party_lessons.services import credits, obligations
from scheduling.queries.duties import get_duty, own_duties, statistic_sheet
from scheduling.queries.lessons import list_told_facts
from scheduling.views.freshening import freshen

blueprint = Blueprint("duties", __name__, url_prefix="/duties")


def _year() -> int:
    """The year asked for, within those that make sense; this year otherwise."""
    this_year = clock.today().year
    asked = request.args.get("year", this_year, type=int)
    return asked if abs(asked - this_year) <= 50 else this_year


@blueprint.get("/")
@requires(P.DUTY_VIEW)
def board() -> ResponseReturnValue:
    """Every leader with a duty, what needs somebody first."""
    freshen()
    year, today = _year(), clock.today()
    table = duty_table(current_scope(), year, today)
    if wants_export(request.args):
        return table.export(request.args)
    if request.args.get("export") == "statistic":
        sheet = statistic_sheet(judged(table.matching(request.args), today), year)
        return workbook_response(sheet.title, [sheet])
    return render_template(
        "party_lessons/board.html",
        board=overview(current_scope(), year, today),
        reckoned=freshness(today),
        page=table.page(request.args),
        years=sorted({*years(), today.year}, reverse=True),
        month=today.month if year == today.year else 12,
    )


@blueprint.get("/mine")
@requires(P.OWN_TEACHING)
def mine() -> ResponseReturnValue:
    """The signed-in leader's own duties."""
    freshen()
    year = clock.today().year
    return render_template(
        "party_lessons/mine.html", duties=own_duties(current_actor().user_id or 0, year), year=year
    )


@blueprint.get("/<int:obligation_id>")
@requires(P.DUTY_VIEW)
def show(obligation_id: int) -> ResponseReturnValue:
    """One duty: why it stands so, its lessons, and those that would still serve it."""
    freshen()
    return _page(obligation_id)


def _page(obligation_id: int, **more: str) -> str:
    duty, reckoned = get_duty(current_scope(), obligation_id), freshness(clock.today())
    return render_template("party_lessons/show.html", duty=duty, row=duty.row, reckoned=reckoned, **more)


@blueprint.post("/<int:obligation_id>/exempt")
@requires(P.DUTY_EDIT)
def exempt(obligation_id: int) -> ResponseReturnValue:
    """Let a leader off this year, with a reason."""
    seen, reason = request.form.get("version", type=int), request.form.get("reason", "")
    try:
        with transaction():
            row = get_obligation(current_scope(), obligation_id)
            obligations.exempt(row, reason, actor=current_actor(), seen=seen)
    except RuleBroken as refused:
        return _page(obligation_id, refused=refused.sentence, reason=reason), refused.status
    flash(gettext("已免计,理由已记录。"), "success")
    return redirect(url_for("duties.show", obligation_id=obligation_id))


@blueprint.post("/<int:obligation_id>/lift")
@requires(P.DUTY_EDIT)
def lift(obligation_id: int) -> ResponseReturnValue:
    """Let the duty stand again."""
    with transaction():
        row = get_obligation(current_scope(), obligation_id)
        obligations.lift_exemption(row, actor=current_actor(), seen=request.form.get("version", type=int))
    flash(gettext("已取消免计。"), "success")
    return redirect(url_for("duties.show", obligation_id=obligation_id))


@blueprint.post("/recompute")
@requires(P.DUTY_EDIT)
def recompute() -> ResponseReturnValue:
    """Bring duties and credits in step with posts and sessions."""
    year, actor = _year(), current_actor()
    with transaction():
        changed = obligations.recompute(year, actor=actor)
        credits.follow(list_told_facts(year), actor=actor)
    flash(gettext("已按任职和课次重新核对,更新 %(count)s 项。", count=changed), "success")
    return redirect(url_for("duties.board", year=year))
