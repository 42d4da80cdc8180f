"""What a cost part is: one class that evaluates a whole plan and, beside it, what placing one session adds.

``full`` is the definition, used by the checker on a Timetable. The other methods give the change of cost when session s,
not placed in the State yet, is placed: the sum of time + instructors + venues + places + pairs. No instructor and no venue
add nothing of their own. The change when s is taken out again is the same with the other sign.
``post`` writes the part's share that ties sessions together into the linear model.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from scheduling.engine.index import Ints
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model
    from scheduling.engine.state import State


class CostPart(ABC):
    """A cost part; the defaults add nothing."""

    name: str
    is_shared = False  # ties sessions together: written by post(), not carried by the elements one by one

    @abstractmethod
    def full(self, table: Timetable) -> int:
        """Return the part's amount in a plan."""

    def time(self, state: "State", s: int, start: int) -> int:
        """Return what placing s at a start adds, whoever teaches it wherever."""
        return 0

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        """Return what each of some instructors adds."""
        return 0

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Ints | int:
        """Return what each of some venues adds."""
        return 0

    def places(self, state: "State", s: int, places: Ints) -> Ints | int:
        """Return what holding s at each of some places (NONE: unknown) adds."""
        return 0

    def pairs(self, state: "State", s: int, who: Ints, place: int) -> Ints | int:
        """Return what each of some instructors adds when s is held at a place."""
        return 0

    def post(self, model: "Model") -> None:  # noqa: B027 - nothing is what most of them add
        """Add rows and variables for what the elements of the linear model cannot carry each by itself."""
