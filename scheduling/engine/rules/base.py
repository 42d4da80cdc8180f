"""What a hard rule is: one class that names violations in a whole plan and says what it forbids step by step.

``broken`` is the definition, used by the checker on a Timetable. Step by step, a rule is a compiled function beside it that
answers for one session s, not placed on the board, at one of its options o: whether the rule blocks the option (``time``),
an instructor or a venue then, a place then (NONE: unknown), an instructor at a place (``pair``), or the lack of an instructor
(``nobody``) or venue (``nowhere``). A rule has the functions of the levels where it is decided, one as a rule; a candidate is
possible when no function blocks it. ``post`` writes the same rule as rows of the linear model.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model

Blocks = Callable[..., bool] | None


class Rule(ABC):
    """A hard rule; what is left None blocks nothing."""

    reason: Reason
    is_static = False  # the answers depend on neither the board nor the option
    is_listed = (
        False  # the lists ``people`` and ``rooms`` of the arrays say it: nobody whom it blocks is on them
    )

    time: ClassVar[Blocks] = None  # (p, b, s, o)
    instructor: ClassVar[Blocks] = None  # (p, b, s, o, who)
    venue: ClassVar[Blocks] = None  # (p, b, s, o, room)
    place: ClassVar[Blocks] = None  # (p, b, s, o, place)
    pair: ClassVar[Blocks] = (
        None  # (p, b, s, o, who, place, slack): slack_around(p, b, o, who), the same for all places
    )
    nobody: ClassVar[Blocks] = None  # (p, b, s, o): without an instructor
    nowhere: ClassVar[Blocks] = None  # (p, b, s, o): without a venue

    @abstractmethod
    def broken(self, table: Timetable) -> Iterator[Violation]:
        """Yield every violation in a plan."""

    def post(self, model: "Model") -> None:  # noqa: B027 - nothing is what most of them add
        """Add the rule's rows to the linear model; nothing where candidates that break it are never made."""
