"""What a cost part is: one class that evaluates a whole plan and, beside it, what placing one session adds.

``full`` is the definition, used by the checker on a Timetable. The compiled functions beside it give the change of cost when
session s, not on the board, is placed at one of its options o: what the option adds by itself (``time``), what the instructor,
the venue and the place (NONE: unknown) add, and what the ``way`` from the instructor's home to the place adds. No instructor
and no venue add nothing of their own. The change when s is taken out again is the same with the other sign.
``post`` writes the part's share that ties sessions together into the linear model.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model

Adds = Callable[..., int] | None


class CostPart(ABC):
    """A cost part; what is left None adds nothing."""

    name: str
    is_shared = False  # ties sessions together: written by post(), not carried by the elements one by one
    is_steady = True  # instructors add the same at all options of a session; otherwise never less than 0

    time: ClassVar[Adds] = None  # (p, b, s, o)
    instructor: ClassVar[Adds] = None  # (p, b, s, o, who)
    venue: ClassVar[Adds] = None  # (p, b, s, o, room); the same at all options
    place: ClassVar[Adds] = None  # (p, b, s, o, place); the same at all options, as what the way adds
    way: ClassVar[Adds] = None  # (p, b, s, o, home, place); never below 0

    @abstractmethod
    def full(self, table: Timetable) -> int:
        """Return the part's amount in a plan."""

    def post(self, model: "Model") -> None:  # noqa: B027 - nothing is what most of them add
        """Add rows and variables for what the elements of the linear model cannot carry each by itself."""
