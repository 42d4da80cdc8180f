"""What a hard rule is: one class that names violations in a whole plan and says what it forbids step by step.

``broken`` is the definition, used by the checker on a Timetable. The other methods answer for one session that is not
placed in the State yet, so that search can ask about time, instructors, venues and places separately:
a candidate is possible when no rule blocks its time, its instructor, its venue, its place, or instructor and place together.
``post`` writes the same rule as rows of the linear model.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduling.engine.index import Bools, Ints
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model
    from scheduling.engine.state import State


class Rule(ABC):
    """A hard rule; the defaults block nothing."""

    reason: Reason
    is_static = False  # answers of instructors() and venues() depend on neither state nor start

    @abstractmethod
    def broken(self, table: Timetable) -> Iterator[Violation]:
        """Yield every violation in a plan."""

    def time(self, state: "State", s: int, start: int) -> bool:
        """Whether session s cannot start then, whoever teaches it wherever."""
        return False

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        """Return which of some instructors cannot teach s then; None for nobody."""
        return None

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        """Return which of some venues cannot house s then; None for no venue."""
        return None

    def places(self, state: "State", s: int, start: int, places: Ints) -> Bools | None:
        """Return at which of some places (NONE: unknown) s cannot be held then; None for no place."""
        return None

    def pairs(self, state: "State", s: int, start: int, who: Ints, place: int) -> Bools | None:
        """Return which of some instructors cannot teach s then at a place; None for nobody."""
        return None

    def post(self, model: "Model") -> None:  # noqa: B027 - nothing is what most of them add
        """Add the rule's rows to the linear model; nothing where candidates that break it are never made."""
