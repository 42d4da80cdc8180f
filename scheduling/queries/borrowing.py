"""Another unit's instructor teaches only under a loan: checked by hand and at publishing, and given to each booking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from flask_babel import gettext

from core.errors import RuleBroken
from core.when import day_text
from scheduling.models import Loan, TrainingClass
from scheduling.queries import loans as loan_queries


class Lent:
    """The loans of one plan that some sessions may draw on, used up as bookings take them."""

    def __init__(self, klass: TrainingClass, people: Iterable[int]) -> None:
        self._others = loan_queries.other_units_people(people, klass.owner.path)
        self._loans = loan_queries.lent_to(klass.owner_id, sorted(self._others))
        self._taken: Counter[int] = Counter()

    def take(self, person_id: int, class_id: int, day: date) -> int | None:
        """The loan under which somebody teaches on a day; None for the unit's own. RuleBroken where nothing covers it."""
        if person_id not in self._others:
            return None
        covering = self._covering(person_id, class_id, day)
        for loan in covering:
            if loan.used + self._taken[loan.id] < loan.granted:
                self._taken[loan.id] += 1
                return loan.id
        raise RuleBroken(self._sentence(person_id, day, is_used_up=bool(covering)))

    def problem(self, person_id: int, class_id: int, day: date) -> str:
        """Why somebody may not be planned for a class on a day; empty when nothing is in the way."""
        if person_id not in self._others or self._covering(person_id, class_id, day):
            return ""
        return self._sentence(person_id, day, is_used_up=False)

    def _covering(self, person_id: int, class_id: int, day: date) -> list[Loan]:
        return [x for x in self._loans if x.instructor_id == person_id and x.covers(class_id, day)]

    def _sentence(self, person_id: int, day: date, *, is_used_up: bool) -> str:
        name, unit = self._others[person_id]
        facts = {"name": name, "unit": unit.name, "day": day_text(day)}
        if is_used_up:
            return gettext("%(name)s 由%(unit)s管理，借用的课次已用完，请再申请借用。", **facts)
        return gettext("%(name)s 由%(unit)s管理，%(day)s没有同意的借用，请先申请借用。", **facts)
