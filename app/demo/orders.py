"""What townships ordered this spring: an order in every state, two to merge and two merged, a survey, an intake, plans."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from accounts.access import Actor
from accounts.enums import Level
from accounts.models import OrgUnit
from app.demo.cast import Cast
from core.db import session, transaction
from courses.enums import Audience, Method
from courses.models import Course
from instructor_pool.models import Instructor, Qualification
from instructor_pool.rules.life import BOOKABLE
from orders.enums import CampaignKind, OrderAction, PlaceKind
from orders.models import Order
from orders.queries import parties
from orders.rules.wishes import OrderFacts, Slot
from orders.services import campaigns, deciding, merging, ordering, plans, steps
from orders.services.campaigns import Opening
from orders.services.deciding import Terms
from scheduling.enums import HalfDay
from scheduling.models import Package

JUNE = date(2027, 6, 15)
WEEK = timedelta(days=7)
SURVEY_ENDS, INTAKE_ENDS = date(2027, 5, 31), date(2027, 11, 30)


def place(cast: Cast) -> None:
    """Drafts, orders that wait, an offer to answer, one planned, one refused, one withdrawn, two merged."""
    with transaction():
        courses, towns = _taught(), _towns(cast)
        ids = [course.id for course in courses]
        contact, town = cast.actor("contact"), cast.actor("town")
        own = session().scalars(select(OrgUnit).where(OrgUnit.path == contact.grants[0].path)).one()
        _draft(own, ids[0], contact)
        _sent(own, ids[1], _slots(0, 1), contact, people=45, remark="村党支部书记为主")
        _offered(own, courses[2], contact, cast)
        _planned(own, ids[0], town, cast)
        _refused(own, ids[3], town, cast)
        deciding.withdraw(_sent(own, ids[3], _slots(2), town), actor=town, note="和防汛演练冲突")
        # These two ask for the same course on days that meet: 合班 proposes them.
        organiser = cast.actor("organiser")
        _sent(towns[0], ids[4], _slots(3, 4), organiser, people=60)
        _sent(towns[1], ids[4], (Slot(_slots(3)[0].day, HalfDay.ANY),), organiser, people=40)
        both = [_sent(unit, ids[2], _slots(5), organiser, people=35) for unit in towns[2:4]]
        merging.merge(both, _slots(5)[0], actor=organiser)
        _package(towns[4], organiser)
        _ask_around(cast, courses)
        _hand_in(own, towns, cast)


def _ask_around(cast: Cast, courses: list[Course]) -> None:
    """A survey that half of the townships have answered, an intake that has just begun, and an assigned order each."""
    organiser, county = cast.actor("organiser"), cast.county
    units = [unit for unit in parties.units_below(county) if unit.level is Level.TOWNSHIP]
    survey = Opening(
        CampaignKind.SURVEY,
        2027,
        "2027 年下半年培训需求调研",
        "每个单位填想要的课、人数和月份。",
        SURVEY_ENDS,
        units,
        courses,
    )
    asked = campaigns.open_campaign(county, survey, actor=organiser)
    own = cast.actor("contact").grants[0].path
    answering = [one for one in asked.invitations if one.unit.path != own]
    for n, invitation in enumerate(answering[: len(units) // 2]):
        needs = {
            course.id: (20 + 5 * ((n + k) % 7), 7 + (n + k) % 5)
            for k, course in enumerate(courses)
            if (n + k) % 3
        }
        campaigns.answer_survey(invitation, needs, "", actor=organiser)
    intake = Opening(
        CampaignKind.INTAKE,
        2028,
        "2028 年度集中接单",
        "请各乡镇(街道)报 2028 年要办的课，没有也请答复。",
        INTAKE_ENDS,
        units,
        [],
    )
    campaigns.open_campaign(county, intake, actor=organiser)
    facts = OrderFacts(
        people=40,
        wishes=_slots(7, 8),
        course_id=courses[1].id,
        remark="村和社区党组织书记集中轮训，每个乡镇一场",
    )
    chosen = [unit for unit in units if unit.path == own] + units[:2]
    campaigns.assign(county, list(dict.fromkeys(chosen)), facts, actor=organiser)


def _hand_in(own: OrgUnit, towns: list[OrgUnit], cast: Cast) -> None:
    """One plan released, one sent back, one that waits."""
    organiser = cast.actor("organiser")
    released, returned, _waiting = (
        plans.submit(unit, 2027, actor=actor)
        for unit, actor in ((towns[2], organiser), (own, cast.actor("town")), (towns[3], organiser))
    )
    plans.release(released, actor=organiser)
    plans.give_back(returned, "六月和七月各安排一场，不要都放在六月", actor=organiser)


def _slots(*weeks: int) -> tuple[Slot, ...]:
    return tuple(Slot(JUNE + n * WEEK, HalfDay.MORNING) for n in weeks)


def _facts(course_id: int, wishes: tuple[Slot, ...], people: int, remark: str) -> OrderFacts:
    return OrderFacts(
        people=people,
        wishes=wishes,
        course_id=course_id,
        audience=Audience.VILLAGE.value,
        remark=remark,
    )


def _draft(unit: OrgUnit, course_id: int, actor: Actor) -> Order:
    return ordering.draw_up(unit, _facts(course_id, (), 30, "七一前后，时间再定"), actor=actor)


def _sent(
    unit: OrgUnit, course_id: int, wishes: tuple[Slot, ...], actor: Actor, people: int = 50, remark: str = ""
) -> Order:
    order = ordering.draw_up(unit, _facts(course_id, wishes, people, remark), actor=actor)
    ordering.submit(order, actor=actor)
    return order


def _offered(unit: OrgUnit, course: Course, actor: Actor, cast: Cast) -> None:
    order = _sent(unit, course.id, _slots(1), actor)
    other = Terms(day=_slots(2)[0].day, half_day=HalfDay.AFTERNOON, course=course)
    deciding.counter(
        order, other, "那天上午讲师在市里，改到下一周的下午可以吗", actor=cast.actor("organiser")
    )


def _planned(unit: OrgUnit, course_id: int, actor: Actor, cast: Cast) -> None:
    order = _sent(unit, course_id, _slots(4), actor, people=40)
    terms = deciding.terms_of(order)
    if terms is not None:
        deciding.accept(order, terms, actor=cast.actor("organiser"))


def _refused(unit: OrgUnit, course_id: int, actor: Actor, cast: Cast) -> None:
    order = _sent(unit, course_id, _slots(0), actor)
    steps.take(
        order, OrderAction.REFUSE, actor=cast.actor("organiser"), note="那一周讲师都在主体班授课，请改到七月"
    )


def _package(unit: OrgUnit, actor: Actor) -> None:
    package = session().scalars(select(Package).where(Package.is_offered).order_by(Package.id)).first()
    if package is None:
        return
    facts = OrderFacts(
        people=min(40, package.most_people),
        wishes=_slots(6),
        package_id=package.id,
        place_kind=PlaceKind.ANY,
        remark="机关党员，自带车辆",
    )
    ordering.submit(ordering.draw_up(unit, facts, actor=actor), actor=actor)


def _taught() -> list[Course]:
    """The courses that most people may teach."""
    stmt = (
        select(Course)
        .join(Qualification, Qualification.course_id == Course.id)
        .join(Instructor, Qualification.instructor_id == Instructor.id)
        .where(Instructor.state.in_(BOOKABLE), Qualification.cleared_on.is_not(None))
        .where(Course.method != Method.ON_SITE, Course.retired.is_(False))
        .group_by(Course.id)
        .order_by(func.count().desc(), Course.id)
    )
    return list(session().scalars(stmt.limit(5)))


def _towns(cast: Cast) -> list[OrgUnit]:
    """Townships of the county other than the one with accounts of its own."""
    path, own = cast.county.path, cast.actor("contact").grants[0].path
    stmt = select(OrgUnit).where(
        OrgUnit.level == Level.TOWNSHIP, OrgUnit.path >= path, OrgUnit.path < path + "~"
    )
    return list(session().scalars(stmt.where(OrgUnit.path != own).order_by(OrgUnit.id).limit(5)))
