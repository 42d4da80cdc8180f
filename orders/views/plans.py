"""Plans of townships: submitted, sent back with a reason, released."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import row_number
from orders.enums import PlanState
from orders.queries import orders as order_queries
from orders.queries import parties
from orders.queries import plans as plan_queries
from orders.services import plans
from orders.views import blueprint
from scheduling.queries.choices import planning_unit


def _year() -> int:
    this_year = clock.today().year
    year = row_number(request.values.get("year")) or this_year
    return year if abs(year - this_year) <= 20 else this_year


@blueprint.get("/plans")
@requires(P.ORDER_VIEW)
def list_plans() -> ResponseReturnValue:
    """Townships of the scope with their plans of a year."""
    year, this_year = _year(), clock.today().year
    table = plan_queries.plans_table(current_scope(), year)
    if wants_export(request.args):
        return table.export(request.args)
    may_decide = current_actor().can(P.ORDER_DECIDE)
    level = planning_unit(current_scope(P.ORDER_DECIDE)) if may_decide else None
    return render_template(
        "orders/plans.html",
        page=table.page(request.args),
        year=year,
        years=range(this_year + 1, this_year - 4, -1),
        level=level if level is not None and level.level in parties.CHECKS else None,
        is_strict=level is not None and plans.released_first(level.id),
    )


@blueprint.get("/plans/<int:unit_id>/<int:year>")
@requires(P.ORDER_VIEW)
def show_plan(unit_id: int, year: int) -> ResponseReturnValue:
    """A township's plan: its orders and classes, and what can be done with it."""
    return _show(unit_id, year)


def _show(unit_id: int, year: int, wrong: dict[str, str] | None = None) -> str:
    unit = plan_queries.get_township(current_scope(P.ORDER_VIEW), unit_id)
    plan = plan_queries.find_plan(unit.id, year)
    state = plan.state if plan is not None else PlanState.DRAFTING
    places = current_actor().can(P.ORDER_PLACE) and current_scope(P.ORDER_PLACE).covers(unit.path)
    checks = (
        plan is not None
        and current_actor().can(P.ORDER_DECIDE)
        and current_scope(P.ORDER_DECIDE).covers(plan.supplier.path)
    )
    return render_template(
        "orders/plan.html",
        unit=unit,
        plan=plan,
        year=year,
        badge_of_state=plan_queries.state_badge(state),
        orders=order_queries.with_stages(plan_queries.list_orders(unit, year)),
        classes=plan_queries.list_classes(unit, year),
        may_submit=places and state in (PlanState.DRAFTING, PlanState.RETURNED),
        may_release=checks and state is PlanState.SUBMITTED,
        may_return=checks and state in (PlanState.SUBMITTED, PlanState.RELEASED),
        wrong=wrong or {},
    )


@blueprint.post("/plans/<int:unit_id>/<int:year>/submit")
@requires(P.ORDER_PLACE)
def submit_plan(unit_id: int, year: int) -> ResponseReturnValue:
    """A township hands its plan in."""
    plan_queries.get_township(current_scope(), unit_id)
    try:
        with transaction():
            unit = plan_queries.get_township(current_scope(), unit_id)
            plans.submit(unit, year, request.form.get("note", ""), actor=current_actor())
    except RuleBroken as refused:
        return _show(unit_id, year, {"submit": refused.sentence}), 422
    flash(gettext("计划已上报，等待审核。"), "success")
    return redirect(url_for("orders.show_plan", unit_id=unit_id, year=year))


@blueprint.post("/plans/<int:unit_id>/<int:year>/return")
@requires(P.ORDER_DECIDE)
def return_plan(unit_id: int, year: int) -> ResponseReturnValue:
    """Send a plan back, with a reason."""
    plan_queries.get_plan(current_scope(), unit_id, year)
    try:
        with transaction():
            plan = plan_queries.get_plan(current_scope(), unit_id, year)
            plans.give_back(plan, request.form.get("reason", ""), actor=current_actor(), seen=_seen())
    except RuleBroken as refused:
        return _show(unit_id, year, {"return": refused.sentence}), 422
    flash(gettext("计划已退回。"), "success")
    return redirect(url_for("orders.show_plan", unit_id=unit_id, year=year))


@blueprint.post("/plans/<int:unit_id>/<int:year>/release")
@requires(P.ORDER_DECIDE)
def release_plan(unit_id: int, year: int) -> ResponseReturnValue:
    """Let a plan go ahead."""
    with transaction():
        plan = plan_queries.get_plan(current_scope(), unit_id, year)
        plans.release(plan, actor=current_actor(), seen=_seen())
    flash(gettext("计划已下达。"), "success")
    return redirect(url_for("orders.show_plan", unit_id=unit_id, year=year))


def _seen() -> int | None:
    return row_number(request.form.get("version"))


@blueprint.post("/plans/setting")
@requires(P.ORDER_DECIDE)
def plan_setting() -> ResponseReturnValue:
    """Whether nothing of a township is published before its plan was released."""
    is_on = request.form.get("is_on") == "1"
    with transaction():
        plans.set_released_first(planning_unit(current_scope()), is_on, actor=current_actor())
    flash(
        gettext("已开启：计划下达以后才能发布。") if is_on else gettext("已关闭：不下达也能发布。"), "success"
    )
    return redirect(url_for("orders.list_plans"))
