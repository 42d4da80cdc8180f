"""Visits without a class: the list, asking for one, what is offered instead, changing and withdrawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from core.when import read_day
from scheduling import notices
from scheduling.forms import given, whole
from scheduling.forms.visits import ChangeVisitForm, VisitForm
from scheduling.queries import visitable
from scheduling.queries import visits as visit_queries
from scheduling.rules.visits import DEFAULT_MINUTES, MOVABLE, OPEN, SHORT, STOPS, Wish
from scheduling.services import recurring, visiting
from scheduling.services.places import wish_of
from scheduling.services.visiting import About, Part
from scheduling.snapshots.alternatives import find_alternatives, read_value
from scheduling.snapshots.vacancies import first_day, name_of, read_vacancies

blueprint = Blueprint("visits", __name__, url_prefix="/visits")
MOST_OFFERED = 24


@blueprint.get("/")
@requires(P.VISIT_VIEW)
def index() -> ResponseReturnValue:
    """Visits by the actor's units and at the bases they keep."""
    table = visit_queries.visits_table(current_scope(), current_scope(P.BASE_VIEW))
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("scheduling/visits.html", page=table.page(request.args))


@blueprint.get("/bases")
@requires(P.VISIT_ASK)
def bases() -> ResponseReturnValue:
    """Where the actor's units may go."""
    table = visitable.visitable_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("scheduling/visit_bases.html", page=table.page(request.args))


@blueprint.route("/bases/<int:base_id>", methods=["GET", "POST"])
@requires(P.VISIT_ASK)
def ask(base_id: int) -> ResponseReturnValue:
    """Ask a base for a visit, once or again and again."""
    form = _form(base_id)
    if request.method == "GET":
        return _ask_page(base_id, form)
    if not form.validate_on_submit():
        return _ask_page(base_id, form), 422
    try:
        url, said = _ask(base_id, form)
    except RuleBroken as refused:
        put_errors(form, refused, "day")
        return _ask_page(base_id, form, refused), 422
    flash(said, "success")
    return redirect(url)


def _form(base_id: int) -> VisitForm:
    scope = current_scope()
    base = visitable.get_base(scope, base_id)
    form = VisitForm(
        day=first_day(base),
        at="09:00",
        minutes=base.visit_minutes or DEFAULT_MINUTES,
        contact_name=current_actor().name,
    )
    units = visit_queries.units_to_visit(scope)
    rooms = [venue for venue in base.venues if not venue.is_closed]
    form.offer_pieces(_stock(base))
    form.offer(
        [(unit.id, unit.name) for unit in units],
        [
            (room.id, gettext("%(name)s(一批最多 %(n)s 人)", name=room.name, n=room.capacity))
            for room in rooms
        ],
    )
    return form


def _stock(base: Any) -> dict[Any, int]:
    """How many pieces of each kind a base lends."""
    return {found.kind: found.count for found in base.resources}


def _ask(base_id: int, form: VisitForm) -> tuple[str, str]:
    """Do what the form says; the page to go on to, and what to say."""
    about = About(
        form.theme.data or "",
        form.purpose.data or "",
        form.contact_name.data or "",
        form.phone.data or "",
        form.wishes.data or "",
    )
    with transaction():
        scope = current_scope()
        visitable.get_base(scope, base_id)
        unit = visitable.get_unit(scope, form.unit_id.data)
        parts = _parts(form)
        rhythm = form.rhythm()
        if rhythm is not None and len(parts) == 1:
            series = recurring.ask_series(unit, parts[0], about, rhythm, actor=current_actor())
            numbers = {"n": len(series.visits), "skipped": len(series.skipped)}
            said = gettext("已占住 %(n)s 次，等基地确认；有 %(skipped)s 次约不上，可以补。", **numbers)
            return url_for("visits.series", series_id=series.id), said
        wait = request.form.get("wait") == "1"
        made = visiting.ask(unit, parts, about, actor=current_actor(), wait=wait)
        said = _said(made)
        if len(made) > 1:
            return url_for("visits.index"), said
        return url_for("visits.show", visit_id=made[0].id), said


def _said(made: list[Any]) -> str:
    if any(visit.state.value == "waiting" for visit in made):
        return gettext("已排入候补。有空位会自动占住并通知您。")
    return gettext("时间已占住，等基地确认。")


def _parts(form: VisitForm) -> list[Part]:
    """The chosen alternative, else what was typed; venues outside the actor's reach are not found."""
    chosen = _chosen(form.needs())
    if chosen is not None:
        return chosen
    visitable.get_venue(current_scope(), form.venue_id.data)
    return [Part(form.venue_id.data, form.wish())]


def _chosen(needs: Mapping[Any, int]) -> list[Part] | None:
    """The alternative that was taken, with the same coaches and sets."""
    value = request.form.get("take")
    if value is None:
        return None
    found = read_value(value)
    if found is None:
        raise RuleBroken(gettext("请重新选择。"))
    return [
        Part(visitable.get_venue(current_scope(P.VISIT_ASK), room).id, replace(wish, needs=needs))
        for room, wish in found
    ]


def _ask_page(base_id: int, form: VisitForm, refused: RuleBroken | None = None) -> str:
    scope = current_scope()
    base = visitable.get_base(scope, base_id)
    offered = []
    if refused is not None and not form.repeat.data and refused.violations:
        unit = visitable.get_unit(scope, form.unit_id.data)
        offered = find_alternatives(visitable.get_venue(scope, form.venue_id.data), form.wish(), unit.path)
    return render_template(
        "scheduling/visit_ask.html",
        base=base,
        form=form,
        refused=refused,
        offered=offered,
        may_wait=isinstance(refused, visiting.Full) and not form.repeat.data,
        record=visit_queries.record_of(form.unit_id.data) if form.unit_id.data else None,
    )


@blueprint.get("/bases/<int:base_id>/free")
@requires(P.VISIT_ASK)
def free(base_id: int) -> ResponseReturnValue:
    """Free times of a day, beside the form."""
    base = visitable.get_base(current_scope(), base_id)
    room = whole(request.args.get("venue_id"))
    rooms = [venue for venue in base.venues if not venue.is_closed and room in (0, venue.id)]
    day = read_day(request.args.get("day")) or clock.today()
    minutes = whole(request.args.get("minutes")) or base.visit_minutes or DEFAULT_MINUTES
    starts = []
    if rooms:
        first = rooms[0].id
        wish = Wish(clock.now(), minutes, 1)
        starts = list(read_vacancies([first], day, day).free_starts(first, day, wish))[:MOST_OFFERED]
    return render_template("scheduling/_visit_free.html", day=day, starts=starts, rooms=rooms)


@blueprint.get("/<int:visit_id>")
@requires(P.VISIT_VIEW)
def show(visit_id: int) -> ResponseReturnValue:
    """One visit: what it says, what became of it, what can be done."""
    visit = visit_queries.get_seen_visit(current_scope(), current_scope(P.BASE_VIEW), visit_id)
    may_change = current_scope(P.VISIT_ASK).covers(visit.unit.path)
    may_answer = current_scope(P.ANSWER_RECORD).covers(visit.venue.base.owner.path)
    gone = visit.state.value in ("declined", "released")
    why_stopped = _why_stopped(visit)
    offered = (
        find_alternatives(visit.venue, wish_of(visit), visit.unit.path, visit.id)
        if may_change
        and (gone or why_stopped or visit.state.value == "waiting")
        and visit.start > clock.now()
        else []
    )
    return render_template(
        "scheduling/visit.html",
        visit=visit,
        badge_of_state=visit_queries.state_badge(visit),
        when=visit_queries.when_of(visit),
        where=notices.place_of(visit.venue),
        why_stopped=why_stopped,
        offered=offered,
        line=visit_queries.place_in_line(visit) if visit.state.value == "waiting" else 0,
        record=visit_queries.record_of(visit.unit_id),
        is_over=visit.start <= clock.now(),
        may_change=may_change and visit.state in MOVABLE and (gone or visit.start > clock.now()),
        may_withdraw=may_change and visit.state in OPEN and visit.start > clock.now(),
        may_answer=may_answer and visit.state in OPEN,
    )


def _why_stopped(visit: Any) -> str:
    """Why the base can no longer take a visit that stands; empty while it can."""
    if visit.state.value not in ("held", "confirmed") or visit.start <= clock.now():
        return ""
    day = visit.start.date()
    place = read_vacancies([visit.venue_id], day, day).without(visit.id)
    found = place.why_not(visit.venue_id, wish_of(visit))
    stops = STOPS | SHORT if visit_queries.is_short(visit) else STOPS
    return next((each.sentence for each in found if each.code in stops), "")


@blueprint.post("/<int:visit_id>/take")
@requires(P.VISIT_ASK)
def take(visit_id: int) -> ResponseReturnValue:
    """Take one of the alternatives."""
    with transaction():
        visit = visit_queries.get_visit(current_scope(), visit_id)
        parts = _chosen(wish_of(visit).needs)
        if not parts:
            raise RuleBroken(gettext("请重新选择。"))
        made = visiting.take(visit, parts, actor=current_actor(), seen=_seen())
        said, many = _said(made), len(made) > 1
    flash(said, "success")
    return redirect(url_for("visits.index") if many else url_for("visits.show", visit_id=visit_id))


@blueprint.route("/<int:visit_id>/change", methods=["GET", "POST"])
@requires(P.VISIT_ASK)
def change(visit_id: int) -> ResponseReturnValue:
    """Another time or size; the base is asked anew."""
    visit = visit_queries.get_visit(current_scope(), visit_id)
    form = ChangeVisitForm(
        day=visit.start.date(),
        at=f"{visit.start:%H:%M}",
        minutes=visit.minutes,
        people=visit.people,
        groups=visit.groups,
        venue_id=visit.venue_id,
        version=visit.version,
        **{kind.value: count for kind, count in wish_of(visit).needs.items()},
    )
    form.offer_times(visit.start.time())
    base = visitable.get_base(current_scope(), visit.venue.base_id)
    form.offer_pieces(_stock(base))
    form.venue_id.choices = [(room.id, name_of(room)) for room in base.venues if not room.is_closed]
    if request.method == "GET":
        return _change_page(visit_id, form)
    if not form.validate_on_submit():
        return _change_page(visit_id, form), 422
    try:
        with transaction():
            visit = visit_queries.get_visit(current_scope(), visit_id)
            room = visitable.get_venue(current_scope(), given(form.venue_id.data))
            visiting.take(visit, [Part(room.id, form.wish())], actor=current_actor(), seen=_seen())
    except RuleBroken as refused:
        put_errors(form, refused, "day")
        return _change_page(visit_id, form, refused), 422
    flash(gettext("已改好，等基地确认。"), "success")
    return redirect(url_for("visits.show", visit_id=visit_id))


def _change_page(visit_id: int, form: ChangeVisitForm, refused: RuleBroken | None = None) -> str:
    visit = visit_queries.get_visit(current_scope(), visit_id)
    offered = []
    if refused is not None and refused.violations:
        room = visitable.get_venue(current_scope(), form.venue_id.data)
        offered = find_alternatives(room, form.wish(), visit.unit.path, visit.id)
    return render_template("scheduling/visit_change.html", visit=visit, form=form, offered=offered)


@blueprint.post("/<int:visit_id>/withdraw")
@requires(P.VISIT_ASK)
def withdraw(visit_id: int) -> ResponseReturnValue:
    """The unit does not come."""
    with transaction():
        visit = visit_queries.get_visit(current_scope(), visit_id)
        visiting.withdraw(visit, request.form.get("reason", ""), actor=current_actor(), seen=_seen())
    flash(gettext("参观已撤回，时间已让出。"), "success")
    return redirect(url_for("visits.show", visit_id=visit_id))


def _seen() -> int | None:
    return whole(request.form.get("version")) or None
