"""党课责任: the board, one duty, exemptions and the staff's table."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.access import Scope
from accounts.enums import P
from accounts.queries import find_unit_at, get_unit
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.docx import write
from core.errors import RuleBroken
from core.excel import workbook_response
from core.files import MIME, FileKind, download_bytes
from core.tables import wants_export
from party_lessons.enums import EvidenceKind
from party_lessons.queries.board import duty_table, judged, overview, parts_of
from party_lessons.queries.obligations import get_obligation, years
from party_lessons.queries.posts import list_events
from party_lessons.queries.reckonings import freshness
from party_lessons.queries.recounts import find_recount
from party_lessons.queries.reports import lessons_of, list_evidence
from party_lessons.services import exempting, recounts
from scheduling.queries.duties import get_duty
from scheduling.queries.duty_papers import notice, rostrum_sheet, statistic_sheet
from scheduling.views.duties import blueprint
from scheduling.views.freshening import freshen


def _year() -> int:
    """The year asked for, within those that make sense; this year otherwise."""
    this_year = clock.today().year
    asked = request.args.get("year", this_year, type=int)
    return asked if abs(asked - this_year) <= 50 else this_year


def _looked_at() -> tuple[Scope, Any]:
    """What is looked at: everything in reach, or one unit of it with all below."""
    scope, asked = current_scope(), request.args.get("under", type=int)
    if asked is not None:
        unit = get_unit(scope, asked)
        return scope.narrowed(unit.path), unit
    return scope, find_unit_at(scope.root)


@blueprint.get("/")
@requires(P.DUTY_VIEW)
def board() -> ResponseReturnValue:
    """Every leader with a duty, what needs somebody first, and the units below with how far they are."""
    freshen()
    year, today = _year(), clock.today()
    scope, place = _looked_at()
    table = duty_table(scope, year, today)
    if wants_export(request.args):
        return table.export(request.args)
    if request.args.get("export") == "statistic":
        sheet = statistic_sheet(judged(table.matching(request.args), today), year)
        return workbook_response(sheet.title, [sheet])
    if request.args.get("export") == "rostrum":
        sheet = rostrum_sheet(scope, year)
        return workbook_response(sheet.title, [sheet])
    figures = overview(scope, year, today)
    parts = parts_of(scope, place.path, year, today) if place is not None else []
    if request.args.get("export") == "notice":
        rows = judged(table.matching(request.args), today)
        draft = write(notice(figures, parts, rows, place.name if place else "", today))
        return download_bytes(draft, f"{year}年讲党课情况通报.docx", MIME[FileKind.DOCX])
    return render_template(
        "party_lessons/board.html",
        board=figures,
        below=parts,
        inside=place if "under" in request.args else None,
        reckoned=freshness(today),
        recount=find_recount(current_scope()),
        page=table.page(request.args),
        years=sorted({*years(), today.year}, reverse=True),
        month=today.month if year == today.year else 12,
    )


@blueprint.get("/<int:obligation_id>")
@requires(P.DUTY_VIEW)
def show(obligation_id: int) -> ResponseReturnValue:
    """One duty: why it stands so, its lessons, and those that would still serve it."""
    freshen()
    return _page(obligation_id)


def _page(obligation_id: int, **more: str) -> str:
    duty, reckoned = get_duty(current_scope(), obligation_id), freshness(clock.today())
    owed = duty.row.obligation
    return render_template(
        "party_lessons/show.html",
        duty=duty,
        row=duty.row,
        events=list_events([owed.post_id], owed.year),
        evidence=list_evidence(*lessons_of(owed)),
        kinds=EvidenceKind.choices(),
        reckoned=reckoned,
        recount=find_recount(current_scope()),
        **more,
    )


@blueprint.post("/<int:obligation_id>/exempt")
@requires(P.DUTY_EDIT)
def exempt(obligation_id: int) -> ResponseReturnValue:
    """Let a leader off this year, with a reason."""
    seen, reason = request.form.get("version", type=int), request.form.get("reason", "")
    ground = request.form.get("ground", "")
    try:
        with transaction():
            row = get_obligation(current_scope(), obligation_id)
            exempting.exempt(row, reason, ground=ground, actor=current_actor(), seen=seen)
    except RuleBroken as refused:
        return _page(obligation_id, refused=refused.sentence, reason=reason, chosen=ground), refused.status
    flash(gettext("已免计，理由已记录。"), "success")
    return redirect(url_for("duties.show", obligation_id=obligation_id))


@blueprint.post("/<int:obligation_id>/lift")
@requires(P.DUTY_EDIT)
def lift(obligation_id: int) -> ResponseReturnValue:
    """Let the duty stand again."""
    with transaction():
        row = get_obligation(current_scope(), obligation_id)
        exempting.lift_exemption(row, actor=current_actor(), seen=request.form.get("version", type=int))
    flash(gettext("已取消免计。"), "success")
    return redirect(url_for("duties.show", obligation_id=obligation_id))


@blueprint.post("/recompute")
@requires(P.DUTY_EDIT)
def recompute() -> ResponseReturnValue:
    """Bring duties and credits in step with posts and sessions."""
    year = _year()
    with transaction():
        recounts.request(year=year, why=gettext("重新核对"), actor=current_actor())
    flash(gettext("正在按任职和课次重新核对，算完会告诉您。"), "success")
    return redirect(url_for("duties.board", year=year))
