"""The forecast of the party-lesson duties over what is planned: what it finds is kept, and reckoned anew after changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, Select, select

from core import clock
from instructor_pool.models import Instructor
from party_lessons.models import Obligation, Post
from party_lessons.queries.reckonings import Findings, changes, freshness
from party_lessons.queries.standing import list_wants, years_ahead
from party_lessons.rules import Cap, Demand, Outlook, Served, forecast, served
from scheduling.engine.whole import solve_whole
from scheduling.models import Session
from scheduling.queries.ahead import Offer, may_be_open_to, read_offer


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
        outlooks |= _outlooks(list(served(wants, offer.ahead, offer.open_to)), offer)
        size += len(wants) + len(offer.ahead.refs)
    return Findings(last.number, seen, today, clock.now(), size, outlooks)


def _outlooks(found: Sequence[Served], offer: Offer) -> dict[int, Outlook]:
    demands = [Demand(x.want.ref, x.want.post.holder_id, x.want.missing, x.sessions) for x in found]
    seen = forecast(demands, solve_whole, caps_of(demands, offer))
    return {x.want.ref: replace(seen[x.want.ref], near=x.near) for x in found}


def caps_of(demands: Sequence[Demand], offer: Offer) -> dict[int, list[Cap]]:
    """The limits of the people who want several lessons; one lesson alone is within them."""
    wanted: defaultdict[int, int] = defaultdict(int)
    among: defaultdict[int, set[int]] = defaultdict(set)
    for demand in demands:
        wanted[demand.person] += demand.missing
        among[demand.person].update(demand.sessions)
    return {
        person: offer.caps_of(person, among[person])
        for person, n in wanted.items()
        if n > 1 and among[person]
    }


def list_served(year: int, today: date, *conditions: ColumnElement[bool]) -> list[Served]:
    """What could still serve the obligations of a year, those under the conditions over post and unit; ten statements."""
    wants = list_wants(year, today, *conditions)
    if not wants:
        return []
    offer = read_offer(year, today, _holders(year))
    return list(served(wants, offer.ahead, offer.open_to))


def _holders(year: int) -> Select[int]:
    return select(Post.holder_id).join(Obligation).where(Obligation.year == year)


def find_served(row: Obligation, today: date, until: date | None = None) -> Served | None:
    """What could still serve one obligation, None where nothing is short; `near` is left at 0.

    With `until`, only lessons up to that day. Only the lessons that its holder might be asked for are read, as few as a page can wait for.
    """
    wants = list_wants(row.year, today, Obligation.id == row.id)
    if not wants:
        return None
    person = wants[0].post.holder_id
    holder = select(Instructor.id).where(Instructor.id == person)
    open_to = may_be_open_to(person)
    offer = read_offer(
        row.year, today, holder, open_to if until is None else open_to & (Session.day <= until)
    )
    return replace(next(served(wants, offer.ahead, offer.open_to)), near=0)
