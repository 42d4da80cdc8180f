"""The matching problem and its plan as frozen data: what MATCHING's file format says, and nothing derived.

Times are local wall-clock without a zone, intervals half-open, lengths in minutes, money in yuan.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

PROBLEM_FORMAT = "match-problem/1"
PLAN_FORMAT = "match-plan/1"
PARTS = ("start", "instructor", "venue")

Interval = tuple[datetime, datetime]


class Leader(StrEnum):
    """Whether a session asks for a leading cadre."""

    ANY = "any"
    REQUIRED = "required"
    FORBIDDEN = "forbidden"


class Status(StrEnum):
    """What is known about a plan: proved optimal, or just valid."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"


@dataclass(frozen=True)
class Weights:
    """The price of each cost part; ``overflow`` None makes capacity a hard rule."""

    unassigned: int = 1000
    duty: int = 400
    leader_share: int = 50
    quality: int = 1
    travel: int = 1
    class_travel: int = 0
    avoid: int = 20
    fee: int = 1
    venue_cost: int = 1
    over_target: int = 3
    over_twice_target: int = 7
    isolated: int = 0
    min_days: int = 5
    same_venue: int = 1
    overflow: int | None = None
    change: int = 10


@dataclass(frozen=True)
class Place:
    """A point on the map, in degrees."""

    id: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Instructor:
    """Someone who teaches; a limit of None means no limit."""

    id: str
    topics: dict[str, int] = field(default_factory=dict)
    home: str | None = None
    leader: bool = False
    busy: tuple[Interval, ...] = ()
    avoid: tuple[Interval, ...] = ()
    max_per_day: int | None = None
    max_per_week: int | None = None
    max_per_month: int | None = None
    max_total: int | None = None
    target: int | None = None
    fee: int = 0
    not_classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Venue:
    """A room or site that takes ``groups`` sessions at once, each of at most ``capacity`` heads.

    After a session its place stays taken for ``turnaround`` minutes.
    """

    id: str
    capacity: int
    place: str | None = None
    groups: int = 1
    max_per_day: int | None = None
    features: tuple[str, ...] = ()
    busy: tuple[Interval, ...] = ()
    cost: int = 0
    turnaround: int = 0


@dataclass(frozen=True)
class Resource:
    """Something countable that placed sessions use: guides, coaches, sets.

    With a ``kind`` it belongs to its ``venues``: sessions held there that use the kind take it. After a session it stays
    taken for ``turnaround`` minutes.
    """

    id: str
    count: int
    kind: str | None = None
    venues: tuple[str, ...] = ()
    max_per_day: int | None = None
    turnaround: int = 0


@dataclass(frozen=True)
class TrainingClass:
    """A class of trainees that attends sessions together."""

    id: str
    size: int = 0
    home: str | None = None
    min_leader_percent: int = 0


@dataclass(frozen=True)
class Current:
    """What a session has today."""

    start: datetime | None = None
    instructor: str | None = None
    venue: str | None = None


@dataclass(frozen=True)
class Session:
    """A lesson to place; an allow-list of None means everyone able, an empty one means none needed."""

    id: str
    topic: str
    minutes: int
    hours: float
    starts: tuple[datetime, ...]
    classes: tuple[str, ...] = ()
    heads: int = 0
    instructors: tuple[str, ...] | None = None
    venues: tuple[str, ...] | None = None
    features: tuple[str, ...] = ()
    uses: dict[str, int] = field(default_factory=dict)
    leader: Leader = Leader.ANY
    priority: int = 1
    current: Current = Current()
    pinned: tuple[str, ...] = ()

    @property
    def needs_instructor(self) -> bool:
        """False when the organiser said that no instructor is needed."""
        return self.instructors != ()

    @property
    def needs_venue(self) -> bool:
        """False when the organiser said that no venue is needed."""
        return self.venues != ()


@dataclass(frozen=True)
class Series:
    """Sessions that belong together: a course of several, or a package."""

    id: str
    sessions: tuple[str, ...] = ()
    min_days: int = 1
    max_days: int | None = None
    ordered: bool = False
    same_venue: bool = False
    together: bool = False


@dataclass(frozen=True)
class Duty:
    """An instructor's obligation to teach ``need`` of the eligible sessions; each missing one costs ``priority`` times."""

    id: str
    instructor: str
    sessions: tuple[str, ...] = ()
    need: int = 1
    priority: int = 1


@dataclass(frozen=True)
class Problem:
    """Everything to be matched; references are ids within the problem."""

    name: str
    weights: Weights = Weights()
    speed_kmh: int = 50
    detour: float = 1.3
    places: tuple[Place, ...] = ()
    instructors: tuple[Instructor, ...] = ()
    venues: tuple[Venue, ...] = ()
    resources: tuple[Resource, ...] = ()
    classes: tuple[TrainingClass, ...] = ()
    sessions: tuple[Session, ...] = ()
    series: tuple[Series, ...] = ()
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """Where, when and with whom one session is held; start None means unplaced."""

    session: str
    start: datetime | None = None
    instructor: str | None = None
    venue: str | None = None


@dataclass(frozen=True)
class Plan:
    """Assignments and what is claimed of them; a claim left None is not made. ``log`` tells how the plan was found."""

    problem: str
    assignments: tuple[Assignment, ...] = ()
    cost: int | None = None
    cost_parts: dict[str, int] = field(default_factory=dict)
    bound: int | None = None
    status: Status = Status.FEASIBLE
    seconds: float = 0.0
    seed: int = 0
    log: tuple[str, ...] = ()
