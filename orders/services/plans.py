"""One plan a level and year: a township submits its own, the county sends it back with a reason or releases it. Flush only."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.settings import get_setting, set_setting
from notifications import services as notifications
from orders.enums import PlanState
from orders.models import YearPlan
from orders.queries import parties, plans
from orders.services.steps import LONGEST, reason_of
from scheduling.models import TrainingClass

URL = "/orders/plans/{}/{}"
SETTING = "plans_released_first_{}"
"""By level: whether nothing of a township's plan is published before it was released. Off by default."""


def submit(unit: OrgUnit, year: int, note: str = "", *, actor: Actor) -> YearPlan:
    """A township hands in its plan of a year. RuleBroken while it is being checked, and once it was released."""
    plan = plans.find_plan(unit.id, year)
    if plan is None:
        plan = YearPlan(unit=unit, supplier=parties.supplier_of(unit), year=year, state=PlanState.DRAFTING)
        session().add(plan)
    if plan.state not in (PlanState.DRAFTING, PlanState.RETURNED):
        raise RuleBroken(gettext("%(year)s 年计划%(state)s，不用再报。", year=year, state=plan.state.label))
    if plans.is_empty(unit, year):
        sentence = gettext("%(year)s 年还没有订单和班次，没有可以上报的内容。", year=year)
        raise RuleBroken(sentence, [Violation("empty", sentence, "note")])
    plan.state, plan.note, plan.reason = PlanState.SUBMITTED, note.strip()[:LONGEST], ""
    plan.submitted_at, plan.submitted_by = clock.now(), actor.name
    session().flush()
    title = gettext("%(unit)s上报了 %(year)s 年计划", unit=unit.name, year=year)
    _tell(plan, plan.supplier_id, title, plan.note, actor)
    return plan


def give_back(plan: YearPlan, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """Send a plan back to be changed, also one that was released; RuleBroken without a reason."""
    plan.expect_version(seen)
    if plan.state not in (PlanState.SUBMITTED, PlanState.RELEASED):
        raise RuleBroken(gettext("这份计划%(state)s，不能退回。", state=plan.state.label))
    plan.reason, plan.state = reason_of(reason), PlanState.RETURNED
    _decide(plan, gettext("%(year)s 年计划退回修改", year=plan.year), plan.reason, actor)


def release(plan: YearPlan, *, actor: Actor, seen: int | None = None) -> None:
    """Let a plan go ahead: from now on what is in it may be published."""
    plan.expect_version(seen)
    if plan.state is not PlanState.SUBMITTED:
        raise RuleBroken(gettext("这份计划%(state)s，不能下达。", state=plan.state.label))
    plan.state = PlanState.RELEASED
    _decide(plan, gettext("%(year)s 年计划已下达", year=plan.year), "", actor)


def _decide(plan: YearPlan, title: str, body: str, actor: Actor) -> None:
    plan.decided_at, plan.decided_by = clock.now(), actor.name
    session().flush()
    _tell(plan, plan.unit_id, title, body, actor)


def _tell(plan: YearPlan, unit_id: int, title: str, body: str, actor: Actor) -> None:
    for user_id in parties.people_of(unit_id):
        if user_id != actor.user_id:
            notifications.queue(user_id, "plan", title, body, URL.format(plan.unit_id, plan.year))
    audit.note(session(), f"{plan.unit.name} {plan.year} {plan.state.value}")


def released_first(supplier_id: int) -> bool:
    """Whether a level publishes nothing of a township before its plan was released."""
    return bool(get_setting(SETTING.format(supplier_id), False))


def set_released_first(supplier: OrgUnit, is_on: bool, *, actor: Actor) -> None:
    """Switch that on or off for a level."""
    set_setting(SETTING.format(supplier.id), is_on)
    audit.note(session(), f"{supplier.name} {is_on}")


def why_shut(klass: TrainingClass) -> str:
    """Why a class must not be published yet: the township it is for has a plan that was not released. Empty when it may."""
    for town in plans.townships_of(klass):
        supplier = parties.supplier_of(town)
        if not released_first(supplier.id):
            continue
        plan = plans.find_plan(town.id, klass.year)
        state = plan.state if plan is not None else PlanState.DRAFTING
        if state is not PlanState.RELEASED:
            facts = {"town": town.name, "year": klass.year, "state": state.label, "supplier": supplier.name}
            return gettext("%(town)s的 %(year)s 年计划%(state)s，%(supplier)s下达以后才能发布。", **facts)
    return ""
