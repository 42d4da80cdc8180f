"""Recurring visits: every time of theirs, the days that were skipped, and making them up."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.when import read_day
from scheduling.enums import Offer
from scheduling.queries import visitable
from scheduling.queries import visits as visit_queries
from scheduling.rules.visits import OPEN
from scheduling.services import recurring
from scheduling.services.places import wish_of
from scheduling.services.visiting import Part
from scheduling.snapshots.alternatives import find_alternatives, read_value
from scheduling.views.visits import blueprint


@blueprint.get("/series/<int:series_id>")
@requires(P.VISIT_VIEW)
def series(series_id: int) -> ResponseReturnValue:
    """All times of a recurring visit; `make_up` names a skipped day to find another time for."""
    found = visit_queries.get_series(current_scope(), series_id)
    skipped = recurring.skipped_days(found)
    day = read_day(request.args.get("make_up"))
    offered = []
    if day is not None and any(day == each for each, _reason in skipped):
        like = found.visits[0]
        wish = wish_of(like).on(day)
        offered = [
            each
            for each in find_alternatives(like.venue, wish, found.unit.path)
            if each.kind in (Offer.OTHER_TIME, Offer.NEAR)
        ]
    covers = current_scope(P.VISIT_ASK).covers(found.unit.path)
    now = clock.now()
    return render_template(
        "scheduling/visit_series.html",
        series=found,
        skipped=skipped,
        badges={visit.id: visit_queries.state_badge(visit) for visit in found.visits},
        when_of=visit_queries.when_of,
        make_up=day,
        offered=offered,
        today=clock.today(),
        may_change=covers,
        coming=sum(visit.state in OPEN and visit.start > now for visit in found.visits),
    )


@blueprint.post("/series/<int:series_id>/make-up")
@requires(P.VISIT_ASK)
def make_up(series_id: int) -> ResponseReturnValue:
    """Take another time for a skipped day."""
    with transaction():
        found = visit_queries.get_series(current_scope(), series_id)
        day, parts = read_day(request.form.get("day")), read_value(request.form.get("take", ""))
        if day is None or parts is None:
            raise RuleBroken(gettext("请重新选择。"))
        room, wish = parts[0]
        needs = wish_of(found.visits[0]).needs
        part = Part(visitable.get_venue(current_scope(), room).id, replace(wish, needs=needs))
        recurring.make_up(found, day, part, actor=current_actor())
    flash(gettext("已补上，等基地确认。"), "success")
    return redirect(url_for("visits.series", series_id=series_id))


@blueprint.post("/series/<int:series_id>/withdraw")
@requires(P.VISIT_ASK)
def withdraw_series(series_id: int) -> ResponseReturnValue:
    """Withdraw every time still to come."""
    with transaction():
        found = visit_queries.get_series(current_scope(), series_id)
        count = recurring.withdraw_rest(found, request.form.get("reason", ""), actor=current_actor())
    flash(gettext("已撤回以后的 %(n)s 次参观。", n=count), "success")
    return redirect(url_for("visits.series", series_id=series_id))
