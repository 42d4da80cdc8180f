"""Visits on the day board: where one may be put down, and putting it down; for who asked, and for the base's manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import DomainError, RuleBroken
from core.web import row_number
from scheduling.queries import boards
from scheduling.queries import visits as visit_queries
from scheduling.services import shifting_visits
from scheduling.views import own_pages
from scheduling.views.boards import asked_day, asked_moment, day_page, moves_document
from scheduling.views.visits import blueprint


def _user() -> int:
    return current_actor().user_id or 0


@own_pages.get("/base-bookings/bases/<int:base_id>/day")
@requires(P.OWN_BASE)
def own_base_day(base_id: int) -> ResponseReturnValue:
    """The day board of the manager's own base: what was told, no plans."""
    base = boards.get_own_base(_user(), base_id)
    day = asked_day("day", clock.today())
    return day_page(boards.day_board(base, day, boards.Reader(is_manager=True), clock.now()), is_own=True)


@blueprint.get("/<int:visit_id>/moves")
@requires(P.VISIT_ASK)
def moves(visit_id: int) -> ResponseReturnValue:
    """Where on the board of its base a visit may be put down."""
    visit = visit_queries.get_visit(current_scope(), visit_id)
    return _moves(visit, visit.venue.base)


@own_pages.get("/base-bookings/visits/<int:visit_id>/moves")
@requires(P.OWN_BASE)
def base_visit_moves(visit_id: int) -> ResponseReturnValue:
    """The same for the base's manager, who need not be asked ahead."""
    visit = visit_queries.get_base_visit(_user(), visit_id)
    return _moves(visit, visit.venue.base, shifting_visits.OWN_AFFAIR)


def _moves(visit: Any, base: Any, waived: Any = shifting_visits.NOBODY) -> ResponseReturnValue:
    try:
        return moves_document(
            shifting_visits.moves_of(visit, base, asked_day("day", visit.start.date()), waived)
        )
    except RuleBroken as refused:
        return {"refused": refused.sentence, "moves": []}


@blueprint.post("/<int:visit_id>/move")
@requires(P.VISIT_ASK)
def move(visit_id: int) -> ResponseReturnValue:
    """Put it down: the base is asked anew."""
    return _move(
        lambda: visit_queries.get_visit(current_scope(), visit_id),
        shifting_visits.move,
        ("visits.move", "scheduling.base_day"),
    )


@own_pages.post("/base-bookings/visits/<int:visit_id>/move")
@requires(P.OWN_BASE)
def base_visit_move(visit_id: int) -> ResponseReturnValue:
    """The same by the base, which says yes with it; the unit is told."""
    return _move(
        lambda: visit_queries.get_base_visit(_user(), visit_id),
        shifting_visits.move_by_base,
        ("teaching.base_visit_move", "teaching.own_base_day"),
    )


def _move(
    get: Callable[[], Any], act: Callable[..., None], endpoints: tuple[str, str]
) -> ResponseReturnValue:
    """A refusal is said on the board, where everything is as it was; undo puts it back."""
    visit = get()
    base, was = visit.venue.base, (visit.start, visit.venue_id)
    start, venue_id = asked_moment(), row_number(request.values.get("venue_id"))
    if start is None or venue_id not in {venue.id for venue in base.venues}:
        raise RuleBroken(gettext("请选择教学点和时间。"))
    back = url_for(endpoints[1], base_id=base.id, day=asked_day("day", start.date()))
    try:
        with transaction():
            visit = get()
            seen = row_number(request.values.get("version"))
            act(visit, start, venue_id, actor=current_actor(), seen=seen)
            said, version = _said(visit), visit.version
    except DomainError as refused:
        sentences = [refused.sentence, *(v.sentence for v in getattr(refused, "violations", ()))]
        flash(" ".join(dict.fromkeys(sentences)), "danger")
        return redirect(back)
    undo = url_for(
        endpoints[0],
        visit_id=visit.id,
        start=was[0].isoformat(timespec="minutes"),
        venue_id=was[1],
        version=version,
        day=was[0].date(),
    )
    flash({"text": said, "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(back)


def _said(visit: Any) -> str:
    facts = {"name": visit.unit.name, "when": visit_queries.when_of(visit)}
    if visit.state.value == "held":
        return gettext("%(name)s的参观已移到 %(when)s，等基地确认。", **facts)
    return gettext("%(name)s的参观已移到 %(when)s，已通知对方。", **facts)
