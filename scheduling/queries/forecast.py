"""The forecast of the party-lesson duties over what is planned: what it finds is kept, and reckoned anew after changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, Select, select

from core import clock
from instructor_pool.models import Instructor
from party_lessons.models import Obligation, Post
from party_lessons.queries.reckonings import Findings, changes, freshness
from party_lessons.queries.standing import list_wants, years_ahead
from party_lessons.rules import Demand, Outlook, Served, forecast, served
from scheduling.queries.ahead import may_be_open_to, read_offer


def reckon() -> Findings:
    """What the forecast finds for every obligation short of lessons, today, and upon which changes."""
    today = clock.today()
    # First what has changed: a change that commits while the rest is read stays one.
    seen, last = changes(), freshness(today)
    outlooks: dict[int, Outlook] = {}
    size = 0
    for year in years_ahead(today):
        wants = list_wants(year, today)
        offer = read_offer(year, today, _holders(year))
        outlooks |= _outlooks(list(served(wants, offer.ahead, offer.open_to)))
        size += len(wants) + len(offer.ahead.refs)
    return Findings(last.number, seen, today, clock.now(), size, outlooks)


def _outlooks(found: Sequence[Served]) -> dict[int, Outlook]:
    demands = [Demand(x.want.ref, x.want.post.holder_id, x.want.missing, x.sessions) for x in found]
    seen = forecast(demands)
    return {x.want.ref: replace(seen[x.want.ref], near=x.near) for x in found}


def list_served(year: int, today: date, *conditions: ColumnElement[bool]) -> list[Served]:
    """What could still serve the obligations of a year, those under the conditions over post and unit; ten statements."""
    wants = list_wants(year, today, *conditions)
    if not wants:
        return []
    offer = read_offer(year, today, _holders(year))
    return list(served(wants, offer.ahead, offer.open_to))


def _holders(year: int) -> Select[int]:
    return select(Post.holder_id).join(Obligation).where(Obligation.year == year)


def find_served(row: Obligation, today: date) -> Served | None:
    """What could still serve one obligation, None where nothing is short; `near` is left at 0.

    Only the lessons that its holder might be asked for are read, as few as a page can wait for.
    """
    wants = list_wants(row.year, today, Obligation.id == row.id)
    if not wants:
        return None
    person = wants[0].post.holder_id
    holder = select(Instructor.id).where(Instructor.id == person)
    offer = read_offer(row.year, today, holder, may_be_open_to(person))
    return replace(next(served(wants, offer.ahead, offer.open_to)), near=0)
