"""A unit visits a base: asked for, held at once, changed, withdrawn. Flush only.

Time is claimed the moment somebody asks; the base answers within its hours, else the job gives the time back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from bases.models import Venue
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from scheduling import notices
from scheduling.enums import BookingState, VisitState
from scheduling.models import Visit, VisitNeed
from scheduling.queries.visits import when_of
from scheduling.rules.visits import LIVE_VISITS, MOVABLE, Wish, is_only_full
from scheduling.services import telling, waiting
from scheduling.services.places import become, hold, let_go, lock_sites
from scheduling.snapshots.vacancies import Vacancies, read_vacancies

LONGEST = 300


@dataclass(frozen=True, slots=True)
class About:
    """What a party says of itself."""

    theme: str
    purpose: str = ""
    contact_name: str = ""
    phone: str = ""
    wishes: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A place and time for all of a party, or for one part of it."""

    venue_id: int
    wish: Wish


class Full(RuleBroken):
    """Only others stand in the way: waiting or another time may help."""


def ask(
    unit: OrgUnit, parts: Sequence[Part], about: About, *, actor: Actor, wait: bool = False
) -> list[Visit]:
    """Ask for a visit, in one part or several; each is held for the base's answer. Answers the visits.

    With `wait` a part that is full goes on the waiting list. RuleBroken names the fields; Full when only others stand
    in the way.
    """
    check_words(about)
    lock_sites([part.venue_id for part in parts])
    made = []
    for part in parts:
        visit = new_visit(unit, part, about, actor)
        settle(visit, part, _read(part), wait=wait)
        made.append(visit)
        audit.note(session(), f"{unit.name} {when_of(visit)}")
    return made


def new_visit(unit: OrgUnit, part: Part, about: About, actor: Actor) -> Visit:
    """A visit that holds nothing yet. Not added."""
    visit = Visit(
        unit=unit,
        venue=session().get_one(Venue, part.venue_id),
        theme=about.theme.strip(),
        purpose=about.purpose.strip()[:LONGEST],
        contact_name=about.contact_name.strip(),
        wishes=about.wishes.strip()[:LONGEST],
        state=VisitState.WAITING,
        asked_at=clock.now(),
        asked_by=actor.name,
        asked_by_id=actor.user_id,
    )
    visit.phone = about.phone.strip()
    return visit


def check_words(about: About) -> None:
    """RuleBroken names every field that a party has to fill."""
    broken = []
    if not about.theme.strip():
        broken.append(Violation("theme", gettext("请填写参观主题。"), "theme"))
    if not about.contact_name.strip():
        broken.append(Violation("contact", gettext("请填写联系人。"), "contact_name"))
    if not about.phone.strip():
        broken.append(Violation("phone", gettext("请填写联系电话。"), "phone"))
    if broken:
        raise RuleBroken(gettext("有 %(n)s 处要改。", n=len(broken)), broken)


def settle(visit: Visit, part: Part, place: Vacancies, *, wait: bool = False) -> None:
    """Put a visit at a place and time: held when it fits, else on the waiting list or refused."""
    broken = place.why_not(part.venue_id, part.wish)
    if broken and not (wait and is_only_full(broken)):
        raise (Full if is_only_full(broken) else RuleBroken)(broken[0].sentence, broken)
    visit.venue = place.venues[part.venue_id]
    visit.start, visit.minutes = part.wish.start, part.wish.minutes
    visit.people, visit.groups = part.wish.people, part.wish.groups
    visit.needs = [VisitNeed(kind=kind, count=count) for kind, count in part.wish.needs.items()]
    session().add(visit)
    if broken:
        visit.state, visit.answer_by = VisitState.WAITING, None
        session().flush()
    else:
        hold(visit, place)


def _read(part: Part) -> Vacancies:
    day = part.wish.start.date()
    return read_vacancies([part.venue_id], day, day)


def take(visit: Visit, parts: Sequence[Part], *, actor: Actor, seen: int | None = None) -> list[Visit]:
    """Another time or place for a visit, in one part or several; what it held is given back.

    The base is asked anew. The first part is the visit itself, every further part a visit of its own.
    """
    visit.expect_version(seen)
    _check_movable(visit)
    freed = (visit.venue_id, visit.start.date())
    lock_sites([visit.venue_id, *(part.venue_id for part in parts)])
    let_go(visit, BookingState.RELEASED)
    about = About(visit.theme, visit.purpose, visit.contact_name, visit.phone or "", visit.wishes)
    settle(visit, parts[0], _read(parts[0]))
    rest = []
    for part in parts[1:]:
        other = new_visit(visit.unit, part, about, actor)
        settle(other, part, _read(part))
        rest.append(other)
    waiting.move_up([freed])
    audit.note(session(), f"{visit.unit.name} {when_of(visit)}")
    return [visit, *rest]


def _check_movable(visit: Visit) -> None:
    if visit.state not in MOVABLE:
        raise RuleBroken(gettext("这次参观%(state)s，不能再改。", state=visit.state.label))
    if visit.state in LIVE_VISITS and visit.start <= clock.now():
        raise RuleBroken(gettext("参观时间已到，不能再改。"))


def withdraw(visit: Visit, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """The unit does not come; whoever waits moves up."""
    visit.expect_version(seen)
    become(visit, VisitState.WITHDRAWN)
    if visit.start <= clock.now():
        raise RuleBroken(gettext("参观时间已到，不能撤回。"))
    lock_sites([visit.venue_id])
    visit.end_reason = reason.strip()[:LONGEST]
    visit.ended_at = clock.now()
    held = let_go(visit, BookingState.RELEASED)
    if held:
        telling.base_of(visit, notices.visit_withdrawn(visit))
        waiting.move_up([(visit.venue_id, visit.start.date())])
    audit.note(session(), f"{visit.unit.name} {when_of(visit)}")
