"""The page of one base, rendered by every view that changes a part of it."""

from __future__ import annotations

from flask import render_template

from accounts.access import Scope
from accounts.enums import P
from accounts.web import current_actor, current_scope
from bases.enums import Element
from bases.forms import ClosureForm, RevealForm, apart
from bases.forms.opening import month_day_text
from bases.queries import bases as base_queries
from bases.queries import tree
from bases.queries.closures import list_closures
from bases.queries.opening import list_seasons
from bases.queries.year import year_of
from bases.rules import days_to_expiry
from bases.services.life import why_not_bookable
from core import clock
from core.when import WEEKDAYS


def base_page(
    base_id: int,
    *,
    closure: ClosureForm | None = None,
    reveal: RevealForm | None = None,
    phone: str = "",
) -> str:
    """Everything about one base; forms that were refused come in filled."""
    base = base_queries.get_base(current_scope(P.BASE_VIEW), base_id)
    may_edit = current_actor().can(P.BASE_EDIT) and base_queries.can_keep(edit_scope(), base)
    closure, reveal = closure or ClosureForm(formdata=None), reveal or RevealForm(formdata=None)
    for form, mark in ((closure, "closure"), (reveal, "reveal")):
        apart(form, mark)
    return render_template(
        "bases/show.html",
        base=base,
        may_edit=may_edit,
        is_kept=base_queries.can_keep(current_scope(P.BASE_VIEW), base),
        tone=base_queries.TONES[base.state],
        closures=list_closures(base.id, clock.today()),
        year=year_of(base.id, clock.today().year),
        seasons=list_seasons(base.id),
        month_day=month_day_text,
        not_bookable=why_not_bookable(base),
        days_left=days_to_expiry(base.state, base.expires_on, clock.today()),
        weekdays=WEEKDAYS,
        standings=tree.standings(base),
        elements=list(Element),
        children=tree.list_children(base.id),
        closure=closure,
        reveal=reveal,
        phone=phone,
    )


def edit_scope() -> Scope:
    """What the actor may change."""
    return current_scope(P.BASE_EDIT)
