"""Seasons, single days, limits and what a base lends: the same pages for organisers and for the base's manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial, update_wrapper
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from bases.enums import BaseResourceKind
from bases.forms import BUFFERS, read_spans
from bases.forms.opening import USUAL_WAY, LimitsForm, SeasonForm, SpecialForm, month_day_text, read_stock
from bases.queries import bases as base_queries
from bases.queries import opening as opening_queries
from bases.services import opening, resources
from bases.services.opening import SeasonFields
from bases.services.register import Span
from bases.services.resources import Stock, TooFew
from bases.views import blueprint, own_pages
from bases.views.pages import edit_scope
from core import clock, refusals
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.when import WEEKDAYS, read_day


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the pages stand: `get_base` finds what may be changed there, `home` is where they come from."""

    pages: Blueprint
    permission: P
    get_base: Callable[[int], Any]
    home: Callable[[int], str]

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of one of the pages."""
        return url_for(f"{self.pages.name}.{endpoint}", **values)


def show(desk: Desk, base_id: int) -> ResponseReturnValue:
    """Seasons, single days and limits."""
    return _page(desk, base_id)


def _page(
    desk: Desk, base_id: int, limits: LimitsForm | None = None, special: SpecialForm | None = None
) -> str:
    base = desk.get_base(base_id)
    return render_template(
        "bases/opening.html",
        base=base,
        back=desk.home(base_id),
        at=desk.pages.name,
        limits=limits or LimitsForm(formdata=None, obj=base),
        special=special or SpecialForm(formdata=None),
        seasons=opening_queries.list_seasons(base_id),
        specials=opening_queries.list_specials(base_id, clock.today(), date.max),
        month_day=month_day_text,
        weekdays=WEEKDAYS,
    )


def set_limits(desk: Desk, base_id: int) -> ResponseReturnValue:
    """What the whole base takes, and what holidays change."""
    form = LimitsForm()
    if not form.validate_on_submit():
        return _page(desk, base_id, limits=form), 422
    try:
        with transaction():
            base = desk.get_base(base_id)
            opening.set_limits(base, form.limits(), actor=current_actor(), seen=form.seen())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "groups")
        return _page(desk, base_id, limits=form), refused.status
    flash(gettext("接待限额和节假日安排已保存。"), "success")
    return redirect(desk.url("opening", base_id=base_id))


def season(desk: Desk, base_id: int, season_id: int | None = None) -> ResponseReturnValue:
    """A season, new or to be changed."""
    base = desk.get_base(base_id)
    row = opening_queries.get_season(base, season_id) if season_id else None
    form = SeasonForm()
    wrong: dict[int, str] = {}
    if request.method == "POST":
        spans, wrong = read_spans(request.form)
        if form.validate_on_submit() and not wrong and _saved(desk, base_id, season_id, form, spans):
            flash(gettext("季节已保存。"), "success")
            return redirect(desk.url("opening", base_id=base_id))
    elif row is not None:
        form.name.data = row.name
        form.begins.data, form.ends.data = month_day_text(row.begins), month_day_text(row.ends)
    page = render_template(
        "bases/season.html",
        base=base,
        season=row,
        form=form,
        typed=request.form,
        wrong=wrong,
        weekdays=WEEKDAYS,
        back=desk.url("opening", base_id=base_id),
    )
    return page, 200 if request.method == "GET" else 422


def _saved(desk: Desk, base_id: int, season_id: int | None, form: SeasonForm, spans: Sequence[Span]) -> bool:
    """Whether it went in; else the form says why not."""
    try:
        with transaction():
            base = desk.get_base(base_id)
            row = opening_queries.get_season(base, season_id) if season_id else None
            fields = SeasonFields(form.name.data or "", *form.days(), spans)
            opening.save_season(base, fields, row, actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "name")
        return False
    return True


def drop_season(desk: Desk, base_id: int, season_id: int) -> ResponseReturnValue:
    """Take a season away."""
    with transaction():
        base = desk.get_base(base_id)
        opening.drop_season(base, opening_queries.get_season(base, season_id), actor=current_actor())
    flash(gettext("季节已删除，这些日子按每周开放时段。"), "success")
    return redirect(desk.url("opening", base_id=base_id))


def open_specially(desk: Desk, base_id: int) -> ResponseReturnValue:
    """Open one day at other times."""
    form = SpecialForm()
    if not form.validate_on_submit():
        return _page(desk, base_id, special=form), 422
    try:
        with transaction():
            opening.open_specially(desk.get_base(base_id), *form.facts(), actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "day")
        return _page(desk, base_id, special=form), refused.status
    flash(gettext("当天的开放时间已保存。"), "success")
    return redirect(desk.url("opening", base_id=base_id))


def forget_special(desk: Desk, base_id: int, day: str) -> ResponseReturnValue:
    """Let a day follow the week again."""
    with transaction():
        opening.forget_special(desk.get_base(base_id), _day(day), actor=current_actor())
    flash(gettext("已恢复通常的开放时段。"), "success")
    return redirect(desk.url("opening", base_id=base_id))


def lend(desk: Desk, base_id: int) -> ResponseReturnValue:
    """Guides, coaches and sets."""
    base = desk.get_base(base_id)
    wrong: dict[str, str] = {}
    beyond: list[str] = []
    if request.method == "POST":
        stock, wrong = read_stock(request.form)
        if not wrong:
            wrong, beyond = _stocked(desk, base_id, stock)
        if not wrong and not beyond:
            flash(gettext("讲解员和设备已保存。"), "success")
            return redirect(desk.home(base_id))
        base = desk.get_base(base_id)
    page = render_template(
        "bases/resources.html",
        base=base,
        kinds=list(BaseResourceKind),
        stock={found.kind: found for found in base.resources},
        ways=BUFFERS,
        usual_way=USUAL_WAY,
        typed=request.form,
        wrong=wrong,
        beyond=beyond,
        back=desk.home(base_id),
    )
    return page, 422 if wrong or beyond else 200


def _stocked(
    desk: Desk, base_id: int, stock: Mapping[BaseResourceKind, Stock]
) -> tuple[dict[str, str], list[str]]:
    """What is wrong by field, and bookings that would be left without a piece; nothing once it went in."""
    seen, anyway = request.form.get("version", type=int), request.form.get("anyway") == "1"
    try:
        with transaction():
            base = desk.get_base(base_id)
            resources.set_stock(base, stock, actor=current_actor(), seen=seen, anyway=anyway)
    except TooFew as refused:
        return {}, [violation.sentence for violation in refused.violations]
    except RuleBroken as refused:
        return {violation.subject: violation.sentence for violation in refused.violations}, []
    return {}, []


def _day(text: str) -> date:
    day = read_day(text)
    if day is None:
        raise NotFound(gettext("没有这一天。"))
    return day


def _kept(base_id: int) -> Any:
    return base_queries.get_kept_base(edit_scope(), base_id)


def _own(base_id: int) -> Any:
    return base_queries.get_own_base(current_actor().user_id or 0, base_id)


PAGES: tuple[tuple[str, str, str, Callable[..., ResponseReturnValue]], ...] = (
    ("opening", "opening", "GET", show),
    ("limits", "limits", "POST", set_limits),
    ("seasons/new", "new_season", "GET,POST", season),
    ("seasons/<int:season_id>", "season", "GET,POST", season),
    ("seasons/<int:season_id>/drop", "drop_season", "POST", drop_season),
    ("special-hours", "open_specially", "POST", open_specially),
    ("special-hours/<day>/forget", "forget_special", "POST", forget_special),
    ("resources", "resources", "GET,POST", lend),
)
"""Address below the base, endpoint, methods, view."""


def mount(desk: Desk) -> None:
    """Put the pages on the desk's blueprint."""
    for path, endpoint, methods, view in PAGES:
        guarded = requires(desk.permission)(update_wrapper(partial(view, desk), view))
        desk.pages.add_url_rule(f"/<int:base_id>/{path}", endpoint, guarded, methods=methods.split(","))


mount(Desk(blueprint, P.BASE_EDIT, _kept, lambda base_id: url_for("bases.show", base_id=base_id)))
mount(Desk(own_pages, P.OWN_BASE, _own, lambda base_id: url_for("own_base.index")))
