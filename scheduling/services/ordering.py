"""Packages ordered for a class: one order makes all sessions, places all, moves all and takes all back. Flush only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask_babel import gettext
from sqlalchemy import delete, exists, select

from accounts.access import Actor
from bases.enums import BaseResourceKind
from core import audit, clock
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from scheduling.enums import HalfDay, PackageStage
from scheduling.models import (
    Booking,
    Package,
    PackageOrder,
    PackagePart,
    ProposalItem,
    Session,
    SessionNeed,
    TrainingClass,
)
from scheduling.proposals import ids_in, new_violations
from scheduling.queries import names
from scheduling.queries.needs import first_that_lends
from scheduling.queries.visit_settings import visit_settings
from scheduling.rules.packages import Offer, OrderFacts, broken_by_order, coaches_for
from scheduling.services import planning, tying, withdrawing
from scheduling.services.placing import Choice
from scheduling.snapshots.packages import plan_with, problem_of
from scheduling.wording import help_text, violation_text

Follower = Callable[[PackageOrder], None]
_on_take_back: list[Follower] = []


def on_take_back(follower: Follower) -> None:
    """Let a feature above know of an order that is undone, inside the same transaction."""
    if follower not in _on_take_back:
        _on_take_back.append(follower)


def order(package: Package, klass: TrainingClass, facts: OrderFacts, *, actor: Actor) -> PackageOrder:
    """Order a package for a class: its parts become sessions that are tied together, with nothing planned yet.

    RuleBroken once the class is closed, when the package is not on the menu, or names each field that cannot be.
    """
    planning.refuse_closed(klass)
    if not package.is_offered:
        raise RuleBroken(gettext("套餐“%(name)s”已经不在菜单上。", name=package.name))
    _refuse(facts, _offer(package, klass))
    made = PackageOrder(
        package=package,
        training_class=klass,
        stage=PackageStage.OPEN,
        name=package.name,
        first_day=facts.first_day,
        last_day=facts.last_day,
        people=facts.people,
        needs_coach=package.needs_coach,
        meals_price=package.meals_price,
        transport_price=package.transport_price,
        ordered_at=clock.now(),
        ordered_by=actor.name,
        ordered_by_id=actor.user_id,
    )
    session().add(made)
    session().flush()
    first = planning.next_position(klass)
    for n, part in enumerate(package.parts):
        session().add(_lesson(made, part, first + n))
    session().flush()
    session().refresh(made)
    _ask_for_coaches(made)
    audit.note(session(), f"{klass.name}《{made.name}》")
    return made


def _lesson(made: PackageOrder, part: PackagePart, position: int) -> Session:
    return Session(
        class_id=made.class_id,
        position=position,
        day=made.first_day,
        half_day=HalfDay.ANY,
        course_id=part.course_id,
        course_name=part.title,
        method=part.method,
        class_hours=part.class_hours,
        wanted_base_id=part.base_id,
        wanted_venue_id=part.venue_id,
        wanted_theme=part.theme,
        package_order_id=made.id,
        package_position=part.position,
        package_stage=made.stage,
    )


def _ask_for_coaches(made: PackageOrder) -> None:
    """The coaches come from the base of the first visit that has enough of them; where none has, the class hires them."""
    if not made.needs_coach:
        return
    count = coaches_for(made.people, visit_settings(made.training_class.owner).coach_seats)
    row = first_that_lends(made.sessions, BaseResourceKind.COACH, count)
    if row is not None:
        session().add(SessionNeed(session_id=row.id, kind=BaseResourceKind.COACH, count=count))
        session().flush()


def _offer(package: Package, klass: TrainingClass) -> Offer:
    return Offer(
        package.first_month,
        package.last_month,
        package.most_people,
        klass.size,
        klass.starts_on,
        klass.ends_on,
    )


def _refuse(facts: OrderFacts, offer: Offer) -> None:
    broken = broken_by_order(facts, offer, clock.today())
    if broken:
        raise RuleBroken(broken[0].sentence, broken)


def place(
    made: PackageOrder, choices: Mapping[int, Choice], *, actor: Actor, seen: int | None = None
) -> None:
    """Put the whole package into the working plan, a choice for every session.

    RuleBroken when a part is left out or the whole newly breaks a rule, each named; Conflict when the order was
    changed since `seen`. Nobody is told before the class is published.
    """
    made.expect_version(seen)
    if made.stage is not PackageStage.OPEN:
        raise Conflict(gettext("这个套餐%(stage)s，请刷新后再看。", stage=made.stage.label))
    rows = made.sessions
    whole = [choices.get(row.id) for row in rows]
    if any(choice is None or not _is_whole(row, choice) for row, choice in zip(rows, whole, strict=True)):
        raise RuleBroken(tying.apart_text(made.name))
    _refuse_broken(made, choices)
    for row in rows:
        choice = choices[row.id]
        row.start, row.instructor_id, row.venue_id = choice.start, choice.instructor_id, choice.venue_id
        if choice.start is not None:
            row.day = choice.start.date()
    tying.restage(rows)
    session().flush()
    audit.note(session(), _subject(made))


def _is_whole(row: Session, choice: Choice) -> bool:
    has_instructor = choice.instructor_id is not None or not row.needs_instructor
    return choice.start is not None and choice.venue_id is not None and has_instructor


def _refuse_broken(made: PackageOrder, choices: Mapping[int, Choice]) -> None:
    snapshot = problem_of(made)
    before, after = plan_with(snapshot, choices)
    broken = new_violations(snapshot.problem, before, after)
    if broken:
        known = names.of_problem(ids_in(broken))
        told = [
            Violation(str(v.code), f"{violation_text(v, known)} {help_text(str(v.code))}".strip(), "")
            for v in broken
        ]
        raise RuleBroken(gettext("套餐这样排违反规则，没有保存。"), told)


def unplace(made: PackageOrder, *, actor: Actor, seen: int | None = None) -> None:
    """Take the whole package out of the working plan again; it waits for another try."""
    made.expect_version(seen)
    _refuse_told(made)
    rows = made.sessions
    for row in rows:
        tying.take_out(row)
        row.day = made.first_day
    tying.restage(rows)
    session().flush()
    audit.note(session(), _subject(made))


def move(made: PackageOrder, first: date, last: date, *, actor: Actor, seen: int | None = None) -> None:
    """Other days for the whole package; what was placed leaves the working plan."""
    made.expect_version(seen)
    _refuse_told(made)
    facts = OrderFacts(first, last, made.people)
    _refuse(facts, _offer(made.package, made.training_class))
    made.first_day, made.last_day = first, last
    unplace(made, actor=actor)


def _refuse_told(made: PackageOrder) -> None:
    if made.stage not in (PackageStage.OPEN, PackageStage.PLACED):
        raise RuleBroken(gettext("这个套餐%(stage)s，不能改期；已发布的请先收回。", stage=made.stage.label))


def take_back(made: PackageOrder, *, actor: Actor, seen: int | None = None) -> None:
    """Undo an order: while nobody was told of it, it is as if it had not been made; else RuleBroken."""
    made.expect_version(seen)
    _refuse_told(made)
    ids = [row.id for row in made.sessions]
    if session().scalar(select(exists().where(Booking.session_id.in_(ids)))):
        raise RuleBroken(gettext("这个套餐发布过，不能撤销订购，请取消套餐并写明原因。"))
    audit.note(session(), _subject(made))
    for tell in _on_take_back:
        tell(made)
    # A proposal that names these sessions is out of date without them anyway.
    session().execute(delete(ProposalItem).where(ProposalItem.session_id.in_(ids)))
    session().execute(delete(SessionNeed).where(SessionNeed.session_id.in_(ids)))
    for row in list(made.sessions):
        session().delete(row)
    session().delete(made)
    session().flush()


def cancel(made: PackageOrder, *, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Cancel what is left of the package for good, with a reason that is kept and told."""
    made.expect_version(seen)
    live = next((row for row in made.sessions if row.is_live), None)
    if live is None:
        raise RuleBroken(gettext("这个套餐没有可以取消的课次。"))
    withdrawing.cancel(live, reason=reason, actor=actor)


def _subject(made: PackageOrder) -> str:
    return f"{made.training_class.name}《{made.name}》"
