"""What the pool's and the bases' pages show of lessons: load, clashes, bookings, who is idle."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts.access import EVERYTHING
from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.queries.bases import get_base
from core import clock
from core.tables import wants_export
from instructor_pool.queries import get_instructor
from scheduling import notices
from scheduling.queries import bookings as booking_queries
from scheduling.queries import figures, reliability, tallies, visit_figures
from scheduling.queries import visits as visit_queries
from scheduling.queries.clashes import clashes_of, clashes_of_base
from scheduling.queries.idle import idle_days, idle_table
from scheduling.views import blueprint, own_pages


@blueprint.get("/instructors/<int:instructor_id>/load")
@requires(P.POOL_VIEW)
def instructor_load(instructor_id: int) -> ResponseReturnValue:
    """Sessions of an instructor this week, month and year against the limits, and the next ones."""
    return render_template(
        "scheduling/_load.html",
        load=figures.load_of(current_scope(), instructor_id),
        answers=reliability.answers_of(instructor_id),
    )


@blueprint.get("/instructors/<int:instructor_id>/clashes")
@requires(P.SCHEDULE_VIEW)
def clashes_of_instructor(instructor_id: int) -> ResponseReturnValue:
    """Published lessons that somebody can no longer teach: absence, exit, end of term, lapsed courseware."""
    person = get_instructor(current_actor().scope(P.POOL_VIEW), instructor_id)
    found = clashes_of(current_scope(), person.id)
    return render_template("scheduling/_clashes.html", clashes=found, notices=notices, person_id=person.id)


@own_pages.get("/teaching/clashes")
@requires(P.OWN_TEACHING)
def own_clashes() -> ResponseReturnValue:
    """One's own published lessons that no longer go with what one has said of one's time."""
    person = booking_queries.instructor_of(current_actor().user_id or 0)
    # The classes belong to whoever teaches there: the person is the scope.
    found = clashes_of(EVERYTHING, person.id) if person else []
    return render_template("scheduling/_own_clashes.html", clashes=found, notices=notices)


@own_pages.get("/instructors/idle")
@requires(P.POOL_VIEW)
def idle() -> ResponseReturnValue:
    """People of the pool who have not taught for long."""
    table = idle_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("scheduling/idle.html", page=table.page(request.args), days=idle_days())


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
        visits=visit_queries.list_of_base(current_scope(), base_id),
        base_id=base_id,
        may_record=may_record,
        notices=notices,
    )


@blueprint.get("/bases/<int:base_id>/to-move")
@requires(P.SCHEDULE_VIEW)
def bookings_to_move(base_id: int) -> ResponseReturnValue:
    """Lessons and visits a base can no longer take: it is not bookable, closed, not open then, or the venue out of use."""
    base = get_base(current_actor().scope(P.BASE_VIEW), base_id)
    found = clashes_of_base(current_scope(), base.id)
    visits = visit_queries.list_stopped(
        current_actor().scope(P.VISIT_VIEW), current_actor().scope(P.BASE_VIEW), base.id
    )
    return render_template(
        "scheduling/_to_move.html", clashes=found, visits=visits, notices=notices, base=base
    )


@blueprint.get("/bases/<int:base_id>/figures")
@requires(P.BASE_VIEW)
def base_figures(base_id: int) -> ResponseReturnValue:
    """Who came to a base in a year, visits and lessons, month by month, beside the year before."""
    base = get_base(current_scope(), base_id)
    year = request.args.get("year", type=int)
    year = year if year is not None and 2000 <= year <= 2100 else clock.today().year
    return render_template(
        "scheduling/_base_figures.html",
        year=year,
        lessons=tallies.held_at_base(base.id, year),
        lessons_before=tallies.held_at_base(base.id, year - 1),
        visits=visit_figures.by_month([base.id], year),
        visits_before=visit_figures.by_month([base.id], year - 1),
    )
