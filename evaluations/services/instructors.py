"""Instructors score the class and its bases after teaching ("双向评价" [2]). Flush only."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from bases.models import TeachingBase
from core.db import session
from core.errors import RuleBroken
from evaluations.models import InstructorScore
from evaluations.queries import instructors as queries
from instructor_pool.models import Instructor
from scheduling.models import TrainingClass
from score_forms import services as forms
from score_forms.enums import Purpose


def purpose_of(base: TeachingBase | None) -> Purpose:
    """Which form: the class's, or with a base the base's."""
    return Purpose.INSTRUCTOR_CLASS if base is None else Purpose.INSTRUCTOR_BASE


def score(
    person: Instructor,
    about: tuple[TrainingClass, TeachingBase | None],
    marks: Mapping[str, Decimal],
    comment: str,
    *,
    is_signed: bool,
    actor: Actor,
) -> InstructorScore:
    """Hand in what one thinks of a class one has taught in, or of a base it was at; once each."""
    klass, base = about
    base_id = base.id if base is not None else None
    if queries.find_own_score(person, klass.id, base_id) is not None:
        raise RuleBroken(gettext("您已经评过，评过就不能改。"))
    sheet = forms.fill_in(forms.current_form(purpose_of(base), klass.owner.path), marks, comment, actor=actor)
    row = InstructorScore(
        instructor_id=person.id, class_id=klass.id, base_id=base_id, sheet_id=sheet.id, is_signed=is_signed
    )
    session().add(row)
    session().flush()
    return row
