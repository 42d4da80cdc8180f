"""Campaigns: opened with a deadline, answered by units, reminded of, closed. Orders assigned from above. Flush only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.when import day_text
from core.words import labelled
from courses.models import Course
from notifications import services as notifications
from orders.enums import CampaignKind, OrderAction, OrderState, Side
from orders.models import Campaign, Invitation, Need, Order
from orders.queries import parties
from orders.rules.wishes import MOST_PEOPLE, OrderFacts
from orders.services import ordering, steps
from scheduling.enums import OrderKind

URL = "/orders/campaigns/{}"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a campaign is opened with."""

    kind: CampaignKind
    year: int
    title: str
    text: str
    deadline: date
    units: Sequence[OrgUnit]
    courses: Sequence[Course]


def open_campaign(owner: OrgUnit, opening: Opening, *, actor: Actor) -> Campaign:
    """Ask units for their orders or needs; each is told. RuleBroken names the fields."""
    wrong = _wrong(opening)
    if wrong:
        raise RuleBroken(wrong[0].sentence, wrong)
    made = Campaign(
        owner=owner,
        kind=opening.kind,
        year=opening.year,
        title=opening.title.strip(),
        text=opening.text.strip(),
        deadline=opening.deadline,
        opened_at=clock.now(),
        opened_by=actor.name,
    )
    made.courses = list(opening.courses)
    made.invitations = [Invitation(unit=unit) for unit in opening.units]
    session().add(made)
    session().flush()
    _tell(made, made.invitations, labelled(owner.name, made.title), actor)
    audit.note(session(), made.title)
    return made


def _wrong(opening: Opening) -> list[Violation]:
    found = []
    if not opening.title.strip():
        found.append(Violation("title", gettext("请填写标题。"), "title"))
    if opening.deadline < clock.today():
        found.append(Violation("deadline", gettext("截止日期不能早于今天。"), "deadline"))
    if not opening.units:
        found.append(Violation("units", gettext("请选择要通知的单位。"), "units"))
    if opening.kind is CampaignKind.SURVEY and not opening.courses:
        found.append(Violation("courses", gettext("请选择要调研的课程。"), "courses"))
    return found


def answer_survey(
    invitation: Invitation, needs: Mapping[int, tuple[int, int]], remark: str, *, actor: Actor
) -> None:
    """A unit says by course how many people and in which month (0 for any); answering again replaces it.

    RuleBroken after the deadline, for a course that is not asked about, and for numbers that cannot be.
    """
    _refuse_closed(invitation.campaign)
    asked = {course.id for course in invitation.campaign.courses}
    for course_id, (people, month) in needs.items():
        if course_id not in asked:
            raise RuleBroken(gettext("这门课程不在调研范围内。"))
        if not 1 <= people <= MOST_PEOPLE or not 0 <= month <= 12:
            sentence = gettext("人数应在 1 到 %(most)s 之间。", most=MOST_PEOPLE)
            raise RuleBroken(sentence, [Violation("people", sentence, f"people-{course_id}")])
    kept = {need.course_id: need for need in invitation.needs}
    invitation.needs = [
        _need(kept.get(course_id) or Need(course_id=course_id), numbers)
        for course_id, numbers in sorted(needs.items())
    ]
    _answered(invitation, remark, actor)


def _need(need: Need, numbers: tuple[int, int]) -> Need:
    need.people, need.month = numbers
    return need


def answer_intake(invitation: Invitation, orders: Sequence[Order], remark: str, *, actor: Actor) -> int:
    """A unit has handed in what it wants: of its `orders` for the campaign the drafts are submitted. Answers how many;
    none is an answer too.

    RuleBroken after the deadline, or when one of them cannot be submitted.
    """
    _refuse_closed(invitation.campaign)
    drafts = [order for order in orders if order.state is OrderState.DRAFT]
    for order in drafts:
        ordering.submit(order, actor=actor)
    _answered(invitation, remark, actor)
    return len(drafts)


def _answered(invitation: Invitation, remark: str, actor: Actor) -> None:
    is_first = invitation.answered_at is None
    invitation.answered_at, invitation.answered_by = clock.now(), actor.name
    invitation.remark = remark.strip()[: steps.LONGEST]
    session().flush()
    campaign = invitation.campaign
    if is_first:
        title = gettext("%(unit)s已答复「%(title)s」", unit=invitation.unit.name, title=campaign.title)
        for user_id in parties.people_of(campaign.owner_id):
            if user_id != actor.user_id:
                notifications.queue(user_id, "campaign", title, "", URL.format(campaign.id))
    audit.note(session(), f"{campaign.title} {invitation.unit.name}")


def _refuse_closed(campaign: Campaign) -> None:
    if not campaign.is_open(clock.today()):
        raise RuleBroken(
            gettext(
                "「%(title)s」已经截止，要补报请联系%(owner)s。",
                title=campaign.title,
                owner=campaign.owner.name,
            )
        )


def remind(campaign: Campaign, *, actor: Actor) -> int:
    """Tell units that have not answered once more, at most once a day; answers how many were told."""
    _refuse_closed(campaign)
    today = clock.today()
    silent = [one for one in campaign.invitations if one.answered_at is None and one.reminded_on != today]
    title = gettext("请在%(day)s前答复「%(title)s」", day=day_text(campaign.deadline), title=campaign.title)
    _tell(campaign, silent, title, actor)
    for one in silent:
        one.reminded_on = today
    session().flush()
    audit.note(session(), campaign.title)
    return len(silent)


def close(campaign: Campaign, *, actor: Actor) -> None:
    """End it before its deadline, or open it again while the deadline is not over."""
    campaign.closed_at = clock.now() if campaign.closed_at is None else None
    session().flush()
    audit.note(session(), campaign.title)


def _tell(campaign: Campaign, invitations: Iterable[Invitation], title: str, actor: Actor) -> None:
    by_unit = parties.people_by_unit([one.unit_id for one in invitations])
    body = gettext("截止 %(day)s。", day=day_text(campaign.deadline, year=True))
    letters = [
        (user_id, "campaign", title, body, URL.format(campaign.id))
        for people in by_unit.values()
        for user_id in people
        if user_id != actor.user_id
    ]
    notifications.queue_all(letters)


def assign(supplier: OrgUnit, units: Sequence[OrgUnit], facts: OrderFacts, *, actor: Actor) -> list[Order]:
    """Assign something to units: an order each, which they acknowledge (派单). RuleBroken names the fields."""
    if not units:
        sentence = gettext("请选择派给哪些单位。")
        raise RuleBroken(sentence, [Violation("units", sentence, "units")])
    if not facts.wishes:
        sentence = gettext("请填写至少一个时间。")
        raise RuleBroken(sentence, [Violation("wish", sentence, "day_1")])
    made = []
    for unit in units:
        if not unit.path.startswith(supplier.path) or unit.id == supplier.id:
            raise RuleBroken(gettext("只能派给%(supplier)s下面的单位。", supplier=supplier.name))
        order = ordering.draw_up(unit, facts, actor=actor, kind=OrderKind.ASSIGNED_ORDER)
        order.supplier, order.state = supplier, OrderState.ASSIGNED
        steps.record(order, OrderAction.ASSIGN, Side.SUPPLIER, actor=actor, note=facts.remark)
        made.append(order)
    return made
