"""What may be wished for, which orders could be one session (合班), and what that session would be. No database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from core.errors import Violation
from orders.enums import PlaceKind
from scheduling.enums import HalfDay

MOST_PEOPLE, MOST_WISHES = 5000, 3
_HALVES = (HalfDay.MORNING, HalfDay.AFTERNOON)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A day and a half of it; ANY is its morning or its afternoon."""

    day: date
    half_day: HalfDay

    def meets(self, other: Slot) -> Slot | None:
        """The narrower of two slots that allow the same half-day; None when they do not."""
        if self.day != other.day:
            return None
        if self.half_day is other.half_day or (other.half_day is HalfDay.ANY and self.half_day in _HALVES):
            return self
        return other if self.half_day is HalfDay.ANY and other.half_day in _HALVES else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What a unit says in an order; wishes in the order it would like them best.

    `base_id` is the base it names, or its own hall where that is registered; `hall` says where one is that is not.
    """

    people: int
    wishes: tuple[Slot, ...] = ()
    course_id: int | None = None
    package_id: int | None = None
    instructor_id: int | None = None
    audience: str = ""
    place_kind: PlaceKind = PlaceKind.ANY
    base_id: int | None = None
    hall: str = ""
    remark: str = ""


def broken_by_order(facts: OrderFacts, today: date) -> list[Violation]:
    """What is wrong with an order as entered, each with its field."""
    found = []
    if (facts.course_id is None) == (facts.package_id is None):
        found.append(Violation("thing", gettext("请选择一门课程或一个套餐。"), "thing"))
    if not 1 <= facts.people <= MOST_PEOPLE:
        sentence = gettext("人数应在 1 到 %(most)s 之间。", most=MOST_PEOPLE)
        found.append(Violation("people", sentence, "people"))
    if facts.place_kind is PlaceKind.BASE and facts.base_id is None:
        found.append(Violation("base", gettext("请选择基地。"), "base_id"))
    if facts.place_kind is PlaceKind.OWN_HALL and facts.base_id is None and not facts.hall.strip():
        found.append(Violation("hall", gettext("请选择登记过的会场，或写明会场的名称和地址。"), "hall"))
    found += [Violation("wish", sentence, f"day_{n}") for n, sentence in _broken_wishes(facts.wishes, today)]
    return found


def _broken_wishes(wishes: Sequence[Slot], today: date) -> Iterable[tuple[int, str]]:
    for n, wish in enumerate(wishes, 1):
        if wish.day <= today:
            yield n, gettext("希望的日期要在今天以后。")
        elif wish in wishes[: n - 1]:
            yield n, gettext("这个时间已经写过。")


@dataclass(frozen=True, slots=True)
class Like:
    """An order that waits, as far as merging asks: what it is of, for how many, when, and where."""

    id: int
    course_id: int
    instructor_id: int | None
    base_id: int | None
    people: int
    wishes: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Merger:
    """Orders that one session could serve at one time."""

    slot: Slot
    orders: tuple[int, ...]
    people: int


def fits(one: Like, other: Like) -> bool:
    """Whether two orders ask for the same: course, and lecturer and base where both name one."""
    same_person = one.instructor_id == other.instructor_id or None in (one.instructor_id, other.instructor_id)
    same_place = one.base_id == other.base_id or None in (one.base_id, other.base_id)
    return one.course_id == other.course_id and same_person and same_place


def meeting(orders: Sequence[Like]) -> list[Slot]:
    """The slots at which all of these could be served, the wish of the first that comes first before the others."""
    found = list(orders[0].wishes) if orders else []
    for order in orders[1:]:
        found = [slot for wish in found for other in order.wishes if (slot := wish.meets(other)) is not None]
    return list(dict.fromkeys(found))


def mergers(waiting: Sequence[Like], most_people: int) -> list[Merger]:
    """Groups of two or more orders for one session of at most `most_people`, the one that saves most first.

    Greedy: the time that most orders share is taken first, in the order they came while there is room; an order is in one
    group at most.
    """
    left, found = list(waiting), []
    while picked := _apart(_groups(left, most_people)):
        found += picked
        taken = {order for group in picked for order in group.orders}
        left = [order for order in left if order.id not in taken]
    return found


def _apart(groups: Iterable[Merger]) -> list[Merger]:
    """Of groups that share orders the larger ones."""
    found: list[Merger] = []
    taken: set[int] = set()
    for group in sorted(groups, key=lambda g: (-len(g.orders), -g.people, g.orders)):
        if taken.isdisjoint(group.orders):
            found.append(group)
            taken.update(group.orders)
    return found


def _groups(left: Sequence[Like], most_people: int) -> Iterable[Merger]:
    for first in left:
        for wish in first.wishes:
            group, slot, people = [first], wish, first.people
            for other in left:
                if other.id <= first.id or people + other.people > most_people:
                    continue
                both = next((s for w in other.wishes if (s := slot.meets(w)) is not None), None)
                if both is not None and all(fits(member, other) for member in group):
                    group.append(other)
                    slot, people = both, people + other.people
            if len(group) > 1:
                yield Merger(slot, tuple(order.id for order in group), people)
