"""Boards of the plan: classes by half-days, instructors and bases by days; putting a session elsewhere, undo and redo, what others do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import Conflict, RuleBroken
from core.excel import workbook_response
from core.files import MIME, FileKind, download_bytes
from core.tables import wants_export
from core.web import is_htmx, row_number
from core.when import read_day
from scheduling.queries import board_papers, plan_boards, site_boards, staff_boards
from scheduling.queries import sessions as session_queries
from scheduling.queries.plan_boards import MOST_DAYS, PlanBoard, View
from scheduling.queries.steps import turns_of
from scheduling.services import shifting, undoing
from scheduling.services.placing import Choice
from scheduling.views import blueprint

SPANS = (7, 14, 31, MOST_DAYS)
"""Days that are offered to look at."""
KINDS = {
    "classes": "scheduling.classes_board",
    "instructors": "scheduling.staff_board",
    "bases": "scheduling.sites_board",
}


@blueprint.get("/boards/classes")
@requires(P.SCHEDULE_VIEW)
def classes_board() -> ResponseReturnValue:
    """Classes by half-days."""
    return _answer("classes")


@blueprint.get("/boards/instructors")
@requires(P.SCHEDULE_VIEW)
def staff_board() -> ResponseReturnValue:
    """Instructors by days."""
    return _answer("instructors")


@blueprint.get("/boards/bases")
@requires(P.SCHEDULE_VIEW)
def sites_board() -> ResponseReturnValue:
    """Bases by days."""
    return _answer("bases")


def _answer(kind: str) -> ResponseReturnValue:
    """The page, its paper forms, or for an open page what is new: nothing, or the board as a fragment."""
    seen_record, _, seen_mark = request.headers.get("If-None-Match", "").strip('"').partition("-")
    record = plan_boards.last_record()
    if is_htmx() and seen_record == str(record):
        return _unchanged(record, seen_mark)
    board = _board(kind)
    if wants_export(request.args):
        return workbook_response(board_papers.title_of(board), [board_papers.sheet_of(board)])
    if request.args.get("export") == "docx":
        name = f"{board_papers.title_of(board)}.docx"
        return download_bytes(board_papers.document_of(board), name, MIME[FileKind.DOCX])
    if is_htmx():
        if seen_mark == board.mark:
            return _unchanged(record, seen_mark)
        since = int(seen_record) if seen_record.isdigit() and len(seen_record) < 10 else record
        names = plan_boards.changed_by(since, current_actor().user_id)
        said = gettext("%(who)s 刚刚改动了安排。", who=gettext("、").join(names)) if names else ""
        return _fragment(board, record, said)
    return render_template("scheduling/plan_board.html", **_facts(board, record))


def _unchanged(record: int, mark: str) -> Response:
    answer = Response(status=304)
    answer.headers["ETag"] = f'"{record}-{mark}"'
    return answer


def _fragment(board: PlanBoard, record: int, said: str) -> Response:
    answer = make_response(render_template("scheduling/_plan_board.html", said=said, **_facts(board, record)))
    answer.headers["ETag"] = f'"{record}-{board.mark}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _view() -> View:
    """What the address asks for; a week from Monday where it says nothing, at most a quarter."""
    today = clock.today()
    first = _day("first", today - timedelta(days=today.weekday()))
    last = min(max(_day("last", first + timedelta(days=6)), first), first + timedelta(days=MOST_DAYS - 1))
    only = request.args.get("only", "")
    return View(
        first,
        last,
        request.args.get("q", "")[:60].strip(),
        only if only in ("open", "all") else "",
        row_number(request.args.get("page")) or 1,
    )


def _day(name: str, default: date) -> date:
    found = read_day(request.args.get(name))
    return found if found is not None and date(2000, 1, 1) <= found <= date(2100, 1, 1) else default


def _board(kind: str) -> PlanBoard:
    actor = current_actor()
    shown, editable = actor.scope(P.SCHEDULE_VIEW), actor.scope(P.SCHEDULE_EDIT)
    if kind == "classes":
        return plan_boards.class_board(shown, editable, _view())
    if kind == "bases":
        return site_boards.site_board(shown, actor.scope(P.BASE_VIEW), editable, _view())
    return staff_boards.staff_board(shown, actor.scope(P.POOL_VIEW), editable, _view())


def _facts(board: PlanBoard, record: int) -> dict[str, object]:
    actor, view = current_actor(), board.view
    days = len(view.days)
    kept = {"q": view.words or None, "only": view.only or None}
    here = kept | {"first": view.first, "last": view.last, "page": board.page if board.page > 1 else None}
    return {
        "board": board,
        "endpoint": KINDS[board.kind],
        "etag": f'"{record}-{board.mark}"',
        "words": _words(board.kind),
        "here": here,
        "kept": kept,
        "paged": kept | {"first": view.first, "last": view.last},
        "spans": SPANS,
        "before": view.first - timedelta(days=days),
        "after": view.first + timedelta(days=days),
        "step": timedelta(days=1),
        "ahead": None if board.rows else plan_boards.next_day(actor.scope(P.SCHEDULE_VIEW), view),
        "may_edit": actor.can(P.SCHEDULE_EDIT),
        "turns": turns_of(actor.user_id),
    }


def _words(kind: str) -> dict[str, str]:
    """What a board calls its rows, what waits beside it, and what it says where there is nothing."""
    if kind == "classes":
        return {
            "title": gettext("班次排课板"),
            "row": gettext("班次"),
            "caption": gettext("班次按半天的安排"),
            "search": gettext("班次名称或编号"),
            "waiting": gettext("待排课次"),
            "done": gettext("都排好了。"),
            "nothing": gettext("这段时间没有班次。"),
            "none": gettext("没有符合条件的班次。"),
        }
    if kind == "bases":
        return {
            "title": gettext("基地排课板"),
            "row": gettext("基地"),
            "caption": gettext("基地按天的安排"),
            "search": gettext("名称或拼音首字母"),
            "waiting": gettext("还没有地点"),
            "done": gettext("都有地点了。"),
            "nothing": gettext("这段时间没有基地排了课。"),
            "none": gettext("这段时间没有基地排了课，可选“全部可用基地”。"),
        }
    return {
        "title": gettext("讲师排课板"),
        "row": gettext("讲师"),
        "caption": gettext("讲师按天的安排"),
        "search": gettext("姓名或拼音首字母"),
        "waiting": gettext("还没有讲师"),
        "done": gettext("都有讲师了。"),
        "nothing": gettext("这段时间没有人有课。"),
        "none": gettext("这段时间没有人有课，可选“全部在聘讲师”。"),
    }


@blueprint.get("/sessions/<int:session_id>/places")
@requires(P.SCHEDULE_EDIT)
def session_places(session_id: int) -> ResponseReturnValue:
    """Where on the board of `?board=&first=&last=…` a session may be put: JSON that the board marks its cells with."""
    row = session_queries.get_own_session(current_scope(), session_id)
    view, actor = _view(), current_actor()
    otherwise = gettext("不在班次的日期内，或是别的班次。")
    try:
        if request.args.get("board") == "instructors":
            people = staff_boards.page_ids(actor.scope(P.SCHEDULE_VIEW), actor.scope(P.POOL_VIEW), view)
            found = shifting.places_with_people(row, people, view.first, view.last)
        elif request.args.get("board") == "bases":
            bases = site_boards.page_bases(actor.scope(P.SCHEDULE_VIEW), actor.scope(P.BASE_VIEW), view)
            found = shifting.places_at_bases(row, bases, view.first, view.last)
        else:
            found = shifting.places_by_half_days(row, view.first, view.last)
    except RuleBroken as refused:
        return {"refused": refused.sentence, "moves": [], "otherwise": ""}
    return {"refused": "", "otherwise": otherwise, "moves": [_marked(place) for place in found]}


def _marked(place: shifting.Place) -> dict[str, object]:
    values = {
        "start": place.start.isoformat(timespec="minutes"),
        "instructor_id": place.instructor_id or "",
        "venue_id": place.venue_id or "",
    }
    return {"place": place.key, "verdict": place.verdict.value, "why": place.why, "values": values}


@blueprint.post("/sessions/<int:session_id>/put")
@requires(P.SCHEDULE_EDIT)
def put_session(session_id: int) -> ResponseReturnValue:
    """Put it down on the board it was picked up from; without a start it waits again. Refused as a whole."""
    start = _moment()
    choice = Choice(start, _chosen("instructor_id"), _chosen("venue_id"))
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        shifting.put(row, choice, actor=current_actor(), seen=_chosen("version"))
        name = row.course_name
    if start is None:
        return _back(gettext("“%(name)s”已退回待排。", name=name))
    return _back(gettext("“%(name)s”已移动。发布后才会通知讲师和基地。", name=name))


@blueprint.post("/boards/undo")
@requires(P.SCHEDULE_EDIT)
def undo_step() -> ResponseReturnValue:
    """Take back one's own last change of the plan."""
    return _turn(is_redo=False)


@blueprint.post("/boards/redo")
@requires(P.SCHEDULE_EDIT)
def redo_step() -> ResponseReturnValue:
    """Do what was undone again."""
    return _turn(is_redo=True)


def _turn(*, is_redo: bool) -> ResponseReturnValue:
    act = undoing.redo if is_redo else undoing.undo
    try:
        with transaction():
            turns = turns_of(current_actor().user_id)
            step = turns.redo if is_redo else turns.undo
            if step is None:
                raise Conflict(
                    gettext("没有可以重做的改动。") if is_redo else gettext("没有可以撤销的改动。")
                )
            row = session_queries.get_own_session(current_scope(), step.session_id)
            act(step, row, actor=current_actor())
            name = row.course_name
    except undoing.Overtaken:
        with transaction():
            turns = turns_of(current_actor().user_id)
            gone = turns.redo if is_redo else turns.undo
            if gone is not None:
                undoing.forget(gone)
        raise
    text = (
        gettext("已重做：“%(name)s”。", name=name)
        if is_redo
        else gettext("已撤销：“%(name)s”回到原处。", name=name)
    )
    return _back(text)


def _back(said: str) -> ResponseReturnValue:
    """The board again: as a fragment for an open page, else the page."""
    kind = request.args.get("board", "classes")
    kind = kind if kind in KINDS else "classes"
    if is_htmx():
        return _fragment(_board(kind), plan_boards.last_record(), said)
    flash(said, "success")
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in ("first", "last", "q", "only", "page")
    }
    return redirect(url_for(KINDS[kind], **kept))


def _chosen(name: str) -> int | None:
    return row_number(request.form.get(name))


def _moment() -> datetime | None:
    raw = request.form.get("start", "")
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=None) if raw else None
    except ValueError as error:
        raise RuleBroken(gettext("这个时间看不懂。")) from error
