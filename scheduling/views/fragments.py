"""Pieces other features' pages fetch by htmx: somebody's load, a base's bookings."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from scheduling import notices
from scheduling.queries import bookings as booking_queries
from scheduling.queries import figures, reliability
from scheduling.views import blueprint


@blueprint.get("/instructors/<int:instructor_id>/load")
@requires(P.POOL_VIEW)
def instructor_load(instructor_id: int) -> ResponseReturnValue:
    """Sessions of an instructor this week, month and year against the limits, and the next ones."""
    return render_template(
        "scheduling/_load.html",
        load=figures.load_of(current_scope(), instructor_id),
        answers=reliability.answers_of(instructor_id),
    )


@blueprint.get("/bases/<int:base_id>/bookings")
@requires(P.BASE_VIEW)
def bookings_of_base(base_id: int) -> ResponseReturnValue:
    """Bookings still to come of one base."""
    bookings = booking_queries.list_of_base(current_scope(), base_id)
    names = booking_queries.names_of(bookings)
    may_record = current_actor().can(P.ANSWER_RECORD)
    return render_template(
        "scheduling/_base_bookings.html",
        bookings=bookings,
        names=names,
        may_record=may_record,
        notices=notices,
    )
