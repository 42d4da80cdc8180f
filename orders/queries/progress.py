"""Where an order stands: its own state, or that of the session or package it became. Nothing of it is kept twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, exists, false, func, literal, type_coerce
from sqlalchemy.orm import aliased

from orders.enums import OrderState, Stage
from orders.models import Order
from scheduling.enums import PackageStage, SessionState
from scheduling.models import PackageOrder, Session

Lesson, Part, Pack = aliased(Session), aliased(Session), aliased(PackageOrder)
Scored = Callable[[Any], ColumnElement[bool]]
_scored: list[Scored] = []


def scored_when(is_scored: Scored) -> None:
    """Let the feature that keeps scores say in SQL of a session's id whether there are any; it is on the same floor."""
    if is_scored not in _scored:
        _scored.append(is_scored)


def _has_scores(session_id: Any) -> ColumnElement[bool]:
    return _scored[0](session_id) if _scored else false()


def stage() -> ColumnElement[str]:
    """Where an order stands, for statements that outer join `Lesson` and `Pack`."""
    live = exists().where(
        Part.package_order_id == Pack.id, Part.state.in_((SessionState.PLANNED, SessionState.PUBLISHED))
    )
    scored = exists().where(Part.package_order_id == Pack.id, _has_scores(Part.id))
    return func.coalesce(
        case(
            (Order.state != OrderState.ACCEPTED, type_coerce(Order.state, String)),
            (Lesson.state == SessionState.PLANNED, literal(Stage.PLANNED.value)),
            (Lesson.state == SessionState.PUBLISHED, literal(Stage.PUBLISHED.value)),
            (Lesson.state == SessionState.CANCELLED, literal(Stage.CANCELLED.value)),
            (and_(Lesson.state == SessionState.HELD, _has_scores(Lesson.id)), literal(Stage.SCORED.value)),
            (Lesson.state == SessionState.HELD, literal(Stage.HELD.value)),
            (Pack.stage.in_((PackageStage.OPEN, PackageStage.PLACED)), literal(Stage.PLANNED.value)),
            (Pack.stage == PackageStage.ENDED, literal(Stage.CANCELLED.value)),
            (live, literal(Stage.PUBLISHED.value)),
            (scored, literal(Stage.SCORED.value)),
            else_=literal(Stage.HELD.value),
        ),
        literal(""),
    )
