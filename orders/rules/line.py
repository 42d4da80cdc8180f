"""The step line of an order: what is behind it, where it stands, what is still to come. No database."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from core.words import N_
from orders.enums import Stage

_LINE = (
    (N_("点单"), (Stage.DRAFT, Stage.ASSIGNED)),
    (N_("核定"), (Stage.SUBMITTED, Stage.COUNTERED)),
    (N_("排课"), (Stage.PLANNED,)),
    (N_("发布"), (Stage.PUBLISHED,)),
    (N_("授课"), (Stage.HELD,)),
    (N_("评课"), (Stage.SCORED,)),
)
_DONE_AT = frozenset({Stage.PUBLISHED, Stage.HELD, Stage.SCORED})
"""Stages that say that their step is done, rather than under way."""


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the line."""

    label: str
    is_done: bool
    is_current: bool


def line(stage: Stage) -> list[Point]:
    """The line for an order at this stage; one that ended early has no current step."""
    place = next((n for n, (_word, stages) in enumerate(_LINE) if stage in stages), None)
    if place is None:
        return []
    done = place + 1 if stage in _DONE_AT else place
    return [
        Point(gettext(word), n < done, n == min(done, len(_LINE) - 1) and n >= done)
        for n, (word, _stages) in enumerate(_LINE)
    ]
