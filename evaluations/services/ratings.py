"""Writing ratings down into the pool, where matching reads them. Flush only."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from core.settings import set_setting
from evaluations import rules
from evaluations.queries import ratings
from instructor_pool.models import Instructor


def update_rating(person: Instructor) -> None:
    """Write one person's rating from the scores that count."""
    p = ratings.parameters_of(person.owner_id)
    own = ratings.tallies(person.owner_id, p, person.id).get(person.id, rules.NOTHING)
    _write(person, own, ratings.pool_mean(person.owner_id, p), p)
    session().flush()


def refresh_ratings() -> int:
    """Write every rating anew, since scores fade and the pools' means move: how many changed. The nightly job asks."""
    return sum(refresh_pool(owner_id) for owner_id in ratings.owners_with_scores())


def refresh_pool(owner_id: int) -> int:
    """Write the ratings of one pool anew: how many changed."""
    p = ratings.parameters_of(owner_id)
    prior, found = ratings.pool_mean(owner_id, p), ratings.tallies(owner_id, p)
    people = ratings.list_rated(owner_id, list(found))
    changed = sum(_write(person, found.get(person.id, rules.NOTHING), prior, p) for person in people)
    session().flush()
    return changed


def set_parameters(owner: OrgUnit, wanted: rules.Parameters, *, actor: Actor) -> int:
    """Reckon a pool's ratings differently from now on: how many ratings moved.

    RuleBroken names each parameter that is out of its limits.
    """
    given = asdict(wanted)
    wrong = [
        Violation("range", gettext("应在 %(low)s 到 %(high)s 之间。", low=low, high=high), name)
        for name, (low, high) in rules.LIMITS.items()
        if not low <= given[name] <= high
    ]
    if wrong:
        raise RuleBroken(gettext("有 %(n)s 个参数要改。", n=len(wrong)), wrong)
    set_setting(ratings.setting_key(owner.id), given)
    audit.note(session(), gettext("修改评分参数：%(unit)s", unit=owner.title))
    return refresh_pool(owner.id)


def _write(person: Instructor, own: rules.Tally, prior: Decimal, p: rules.Parameters) -> bool:
    rating = rules.stored(rules.rating(own, prior, p))
    if (person.rating, person.rating_count) == (rating, own.scores):
        return False
    person.rating, person.rating_count = rating, own.scores
    return True
