"""Boards of bases: a day of one base, a month of a county's; moving a session with the rules checked live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import DomainError, RuleBroken
from core.excel import workbook_response
from core.tables import wants_export
from core.web import row_number
from core.when import day_text, read_day
from scheduling.queries import boards, month_boards
from scheduling.queries import sessions as session_queries
from scheduling.queries.boards import Reader
from scheduling.services import shifting
from scheduling.views import blueprint


def asked_day(name: str, default: date) -> date:
    """A day of the address; what cannot be read counts as not given."""
    raw = request.args.get(name, "")
    return read_day(f"{raw}-01" if len(raw) == len("2027-06") else raw) or default


@blueprint.get("/bases/<int:base_id>/day")
@requires(P.BASE_VIEW)
def base_day(base_id: int) -> ResponseReturnValue:
    """The day board of one base."""
    base = boards.get_base(current_scope(), base_id)
    day = asked_day("day", clock.today())
    actor = current_actor()
    reader = Reader(
        plans=actor.scope(P.SCHEDULE_EDIT),
        asks=actor.scope(P.VISIT_ASK),
        sees=actor.scope(P.VISIT_VIEW),
        keeps=current_scope(),
    )
    return day_page(boards.day_board(base, day, reader, clock.now()), is_own=False)


def day_page(board: boards.DayBoard, *, is_own: bool) -> str:
    """The board as a page, for organisers or for the base's own manager."""
    return render_template(
        "scheduling/day_board.html",
        board=board,
        is_own=is_own,
        may_move=any(entry.may_move for entry in board.entries),
        before=board.day - timedelta(days=1),
        after=board.day + timedelta(days=1),
    )


@blueprint.get("/bases/month")
@requires(P.BASE_VIEW)
def bases_month() -> ResponseReturnValue:
    """The month board: bases by days, with how much is booked."""
    today = clock.today()
    first = asked_day("month", today).replace(day=1)
    words = request.args.get("q", "")[:60].strip()
    page = row_number(request.args.get("page")) or 1
    board = month_boards.month_board(current_scope(), first, words, page)
    if wants_export(request.args):
        return workbook_response(
            gettext("基地预约月表 %(month)s", month=f"{first:%Y-%m}"), [month_boards.month_sheet(board)]
        )
    return render_template(
        "scheduling/month_board.html",
        board=board,
        names=[day_text(day) for day in board.days],
        words=words,
        before=(first - timedelta(days=1)).replace(day=1),
        after=(first + timedelta(days=32)).replace(day=1),
        levels=month_boards.legend(),
    )


@blueprint.get("/sessions/<int:session_id>/moves")
@requires(P.SCHEDULE_EDIT)
def session_moves(session_id: int) -> ResponseReturnValue:
    """Where on the board of `?base=&day=` (its own, left out) a session may be put down: JSON the board marks its cells with."""
    row = session_queries.get_own_session(current_scope(), session_id)
    base_id = row_number(request.args.get("base")) or (row.venue.base_id if row.venue else 0)
    base = boards.get_base(current_scope(P.BASE_VIEW), base_id)
    try:
        found = shifting.moves_of(row, base, asked_day("day", row.day))
    except RuleBroken as refused:
        return {"refused": refused.sentence, "moves": []}
    return moves_document(found)


def moves_document(found: Iterable[shifting.Move]) -> dict[str, object]:
    """What the board marks its cells with."""
    return {
        "refused": "",
        "moves": [
            {
                "place": f"{move.venue_id}:{move.start:%H:%M}",
                "verdict": move.verdict.value,
                "why": move.why,
                "values": {
                    "venue_id": move.venue_id,
                    "start": move.start.isoformat(timespec="minutes"),
                },
            }
            for move in found
        ],
    }


@blueprint.post("/sessions/<int:session_id>/move")
@requires(P.SCHEDULE_EDIT)
def move_session(session_id: int) -> ResponseReturnValue:
    """Put it down; a refusal is said on the board, where everything is as it was."""
    row = session_queries.get_own_session(current_scope(), session_id)
    back_to = row_number(request.values.get("base"))
    day = asked_day("day", row.day)
    venue_id, start = row_number(request.values.get("venue_id")), asked_moment()
    if venue_id is None or start is None:
        raise RuleBroken(gettext("请选择教学点和时间。"))
    was = (row.start, row.venue_id)
    try:
        with transaction():
            row = session_queries.get_own_session(current_scope(), session_id)
            shifting.move(
                row, start, venue_id, actor=current_actor(), seen=row_number(request.values.get("version"))
            )
            name, version = row.course_name, row.version
    except DomainError as refused:
        said = [refused.sentence, *(v.sentence for v in getattr(refused, "violations", ()))]
        flash(" ".join(said), "danger")
    else:
        text = gettext("“%(name)s”已移动。发布后才会通知讲师和基地。", name=name)
        undo = _undo_url(session_id, was, version, back_to, day)
        flash({"text": text, "undo_url": undo} if undo else text, "success")  # type: ignore[arg-type]
    if back_to is None:
        return redirect(url_for("scheduling.show_session", session_id=session_id))
    return redirect(url_for("scheduling.base_day", base_id=back_to, day=day))


def _undo_url(
    session_id: int, was: tuple[datetime | None, int | None], version: int, base_id: int | None, day: date
) -> str:
    start, venue_id = was
    if start is None or venue_id is None:
        return ""
    return url_for(
        "scheduling.move_session",
        session_id=session_id,
        start=start.isoformat(timespec="minutes"),
        venue_id=venue_id,
        version=version,
        base=base_id,
        day=day,
    )


def asked_moment() -> datetime | None:
    """Where something is put down."""
    try:
        return datetime.fromisoformat(request.values.get("start", "")).replace(tzinfo=None)
    except ValueError:
        return None
