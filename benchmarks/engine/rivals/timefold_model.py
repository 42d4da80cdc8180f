"""The problem as Timefold's planning entities and facts; its functions are translated to Java, so they are kept plain."""

from dataclasses import dataclass, field
from typing import Annotated

from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import HardSoftScore

NO_LIMIT = 10**9


@dataclass
class Start:
    """One time at which a lesson may start."""

    minute: int
    day: int
    week: int
    month: int


@dataclass
class Person:
    """An instructor."""

    index: int
    leads: bool
    max_per_day: int
    max_per_week: int
    max_per_month: int
    max_total: int
    target: int
    half_km: list[int]  # from home to each place

    def __hash__(self) -> int:
        return self.index


@dataclass
class Room:
    """A venue."""

    index: int
    place: int
    groups: int
    max_per_day: int

    def __hash__(self) -> int:
        return self.index


@dataclass
class Series:
    """A series of lessons."""

    index: int
    size: int
    min_days: int
    max_days: int
    same_venue: bool
    together: bool

    def __hash__(self) -> int:
        return self.index


@dataclass
class Duty:
    """A duty of an instructor; a lesson that counts is worth so much."""

    index: int
    person: int
    need: int
    worth: int

    def __hash__(self) -> int:
        return self.index


@dataclass
class Group:
    """A class with its share of leaders."""

    index: int
    percent: int

    def __hash__(self) -> int:
        return self.index


@dataclass
class Pair:
    """Two lessons of one class, or (ordered) of one ordered series."""

    first: int
    second: int
    ordered: bool


@dataclass
class InSeries:
    """A lesson in a series."""

    series: Series
    lesson: int


@dataclass
class InGroup:
    """A lesson of a class."""

    index: int
    group: Group
    lesson: int

    def __hash__(self) -> int:
        return self.index


@dataclass
class Eligible:
    """A lesson that counts for a duty."""

    duty: Duty
    lesson: int


@dataclass
class Use:
    """What a lesson uses of a resource."""

    index: int
    lesson: int
    resource: int
    count: int
    limit: int

    def __hash__(self) -> int:
        return self.index


@planning_entity
@dataclass
class Lesson:
    """A session: its start, person and room are searched for."""

    id: Annotated[int, PlanningId]
    minutes: int
    half_hours: int
    priority: int
    needs_person: bool
    needs_room: bool
    home: int
    road: list[list[int]]  # minutes between places, one table for all
    person_cost: dict[int, int]
    room_cost: dict[int, int]
    place_cost: dict[int, int]  # what the way of the classes costs
    away: set[int]  # minute * 100000 + person
    closed: set[int]  # minute * 100000 + room
    avoid: set[int]  # minute * 100000 + person
    now_start: int  # -1: no change to count
    now_person: int
    now_room: int
    must_start: bool
    must_person: bool
    must_room: bool
    starts: Annotated[list[Start], ValueRangeProvider(id="starts")]
    people: Annotated[list[Person], ValueRangeProvider(id="people")]
    rooms: Annotated[list[Room], ValueRangeProvider(id="rooms")]
    start: Annotated[
        Start | None, PlanningVariable(value_range_provider_refs=["starts"], allows_unassigned=True)
    ] = None
    person: Annotated[
        Person | None, PlanningVariable(value_range_provider_refs=["people"], allows_unassigned=True)
    ] = None
    room: Annotated[
        Room | None, PlanningVariable(value_range_provider_refs=["rooms"], allows_unassigned=True)
    ] = None

    def __hash__(self) -> int:
        return self.id

    def is_staffed(self) -> bool:
        """Whether it has a start and a person."""
        return self.start is not None and self.person is not None

    def is_housed(self) -> bool:
        """Whether it has a start and a room."""
        return self.start is not None and self.room is not None

    def place(self) -> int:
        """Return where it is held."""
        if self.room is None:
            return self.home
        return self.room.place

    def missing(self) -> int:
        """Return how many parts are missing, times its priority."""
        count = 0
        if self.start is None:
            count = 1
        if self.needs_person and not self.is_staffed():
            count = count + 1
        if self.needs_room and not self.is_housed():
            count = count + 1
        return count * self.priority

    def changed(self) -> int:
        """Return how many parts differ from what it has today."""
        count = 0
        if self.now_start >= 0 and (self.start is None or self.start.minute != self.now_start):
            count = count + 1
        if self.now_person >= 0 and (not self.is_staffed() or self.person.index != self.now_person):
            count = count + 1
        if self.now_room >= 0 and (not self.is_housed() or self.room.index != self.now_room):
            count = count + 1
        return count

    def is_away(self) -> bool:
        """Whether its person is away or its room closed at the time."""
        if self.start is None:
            return False
        moment = self.start.minute * 100000
        if self.person is not None and (moment + self.person.index) in self.away:
            return True
        return self.room is not None and (moment + self.room.index) in self.closed

    def is_avoided(self) -> bool:
        """Whether its person would rather not at the time."""
        return (self.start.minute * 100000 + self.person.index) in self.avoid

    def rushes(self, other: "Lesson") -> bool:
        """Whether nobody can be in both lessons: they overlap, or leave no time to travel on the day."""
        if self.start.minute > other.start.minute:
            return other.rushes(self)
        gap = other.start.minute - self.start.minute - self.minutes
        if gap < 0 and self.start.minute < other.start.minute + other.minutes:
            return True
        return self.start.day == other.start.day and 0 <= gap < self.road[self.place()][other.place()]

    def is_on_at_start_of(self, other: "Lesson") -> bool:
        """Whether it goes on when the other starts."""
        begin = other.start.minute
        if self.id == other.id:
            return True
        return self.start.minute <= begin < self.start.minute + self.minutes and other.minutes > 0

    def is_near(self, other: "Lesson") -> bool:
        """Whether the other ends or starts within 30 minutes of it on the day."""
        before = self.start.minute - other.start.minute - other.minutes
        after = other.start.minute - self.start.minute - self.minutes
        return self.start.day == other.start.day and (0 <= before <= 30 or 0 <= after <= 30)


@planning_solution
@dataclass
class Timetable:
    """The whole problem."""

    weights: dict[str, int]
    pairs: Annotated[list[Pair], ProblemFactCollectionProperty]
    in_series: Annotated[list[InSeries], ProblemFactCollectionProperty]
    in_groups: Annotated[list[InGroup], ProblemFactCollectionProperty]
    eligible: Annotated[list[Eligible], ProblemFactCollectionProperty]
    uses: Annotated[list[Use], ProblemFactCollectionProperty]
    lessons: Annotated[list[Lesson], PlanningEntityCollectionProperty]
    score: Annotated[HardSoftScore | None, PlanningScore] = field(default=None)
