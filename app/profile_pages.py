"""A piece of the profile that needs both the pool and the scores: how the rating moved."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from evaluations.queries.ratings import parts_of
from instructor_pool.queries import get_instructor

MONTHS = 12
blueprint = Blueprint("profile", __name__)


@blueprint.get("/instructors/<int:instructor_id>/trend")
@requires(P.POOL_VIEW)
def trend(instructor_id: int) -> ResponseReturnValue:
    """Mean scores of the last twelve months that have any."""
    person = get_instructor(current_scope(), instructor_id)
    seen = current_actor().scope(P.SCORE_VIEW).covers(person.owner.path)
    found = months(person) if seen else []
    return render_template("pages/_trend.html", months=found[-MONTHS:])


def months(person: object) -> list[tuple[str, float, int]]:
    """(`2027-03`, mean, number of scores) by month in order; excluded scores do not count."""
    today = clock.today()
    sums: dict[tuple[int, int], list[Decimal]] = {}
    for line in parts_of(person).scores:  # type: ignore[arg-type]
        score = line.score
        at = score.scored_at
        if not score.excluded_reason and (today.year - at.year) * 12 + today.month - at.month < MONTHS:
            sums.setdefault((at.year, at.month), []).append(Decimal(score.sheet.total))
    return [
        (f"{year}-{month:02d}", round(float(sum(values) / len(values)), 1), len(values))
        for (year, month), values in sorted(sums.items())
    ]
