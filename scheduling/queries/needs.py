"""What sessions need of their bases: venues with their buffers, pieces a base has, what was asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from accounts.models import OrgUnit
from bases.enums import BaseResourceKind
from bases.models import BaseResource, TeachingBase, Venue
from bases.rules import BOOKABLE
from core.db import session
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session, SessionNeed
from scheduling.rules.needs import GUIDE_OF_A_GROUP, needs_of

Asked = Mapping[BaseResourceKind, int]


@dataclass(frozen=True, slots=True)
class Sites:
    """The venues of some sessions, by id, with what their bases have and what the sessions ask for."""

    venues: Mapping[int, Venue]
    stock: Mapping[int, Mapping[BaseResourceKind, BaseResource]]
    """By base."""
    asked: Mapping[int, Asked]
    """By session."""

    def pieces(self, row: Session, venue_id: int) -> list[tuple[BaseResource, int]]:
        """The pieces a session takes at a venue; what the base has none of is left out (see `lacking`)."""
        stock = self.stock.get(self.venues[venue_id].base_id, {})
        needs = needs_of(row.method, self.asked.get(row.id, {}))
        return [(stock[kind], count) for kind, count in needs.items() if kind in stock]

    def lacking(self, row: Session, venue_id: int) -> list[tuple[BaseResourceKind, int, int]]:
        """What a session asked for and the base never has so many of: kind, wanted, there."""
        stock = self.stock.get(self.venues[venue_id].base_id, {})
        there = {kind: found.count for kind, found in stock.items()}
        asked = self.asked.get(row.id, {})
        return [
            (kind, count, there.get(kind, 0)) for kind, count in asked.items() if count > there.get(kind, 0)
        ]


def sites_of(rows: Sequence[Session], venue_ids: Iterable[int | None] | None = None) -> Sites:
    """The sites of sessions, or of the venues that are named; three statements."""
    wanted = {row.venue_id for row in rows} if venue_ids is None else set(venue_ids)
    stmt = select(Venue).where(Venue.id.in_(sorted(i for i in wanted if i is not None)))
    venues = {venue.id: venue for venue in session().scalars(stmt.options(joinedload(Venue.base)))}
    stock: dict[int, dict[BaseResourceKind, BaseResource]] = defaultdict(dict)
    bases = sorted({venue.base_id for venue in venues.values()})
    for found in session().scalars(select(BaseResource).where(BaseResource.base_id.in_(bases))):
        stock[found.base_id][found.kind] = found
    return Sites(venues, stock, asked_by([row.id for row in rows]))


def asked_by(session_ids: Collection[int]) -> dict[int, dict[BaseResourceKind, int]]:
    """What sessions ask for beyond the guide that every on-site session takes."""
    stmt = select(SessionNeed).where(SessionNeed.session_id.in_(sorted(session_ids)))
    found: dict[int, dict[BaseResourceKind, int]] = defaultdict(dict)
    for need in session().scalars(stmt):
        found[need.session_id][need.kind] = need.count
    return found


@dataclass(frozen=True, slots=True)
class Supply:
    """Venues and base resources by id, as bookings take them."""

    venues: Mapping[int, Venue]
    resources: Mapping[int, BaseResource]

    @property
    def bases(self) -> set[int]:
        """The bases they belong to."""
        return {venue.base_id for venue in self.venues.values()} | {
            found.base_id for found in self.resources.values()
        }

    def seats(self, kind: ResourceKind, resource_id: int, day: date) -> int:
        """How many bookings it takes at once on a day."""
        if kind is ResourceKind.VENUE:
            return self.venues[resource_id].groups
        return self.resources[resource_id].available(day) if kind is ResourceKind.RESOURCE else 1

    def buffers(self, kind: ResourceKind, resource_id: int) -> tuple[int, int]:
        """Minutes it is kept, or on its way, before and after a party."""
        kept: Venue | BaseResource
        if kind is ResourceKind.VENUE:
            kept = self.venues[resource_id]
        elif kind is ResourceKind.RESOURCE:
            kept = self.resources[resource_id]
        else:
            return 0, 0
        return kept.minutes_before, kept.minutes_after


def supply_of(wanted: Iterable[tuple[str, int]]) -> Supply:
    """What stands behind pairs of resource kind and id; two statements."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, resource_id in wanted:
        ids[kind].add(resource_id)
    venues = select(Venue).where(Venue.id.in_(sorted(ids[ResourceKind.VENUE])))
    pieces = select(BaseResource).where(BaseResource.id.in_(sorted(ids[ResourceKind.RESOURCE])))
    return Supply(
        {venue.id: venue for venue in session().scalars(venues)},
        {found.id: found for found in session().scalars(pieces)},
    )


def first_that_lends(rows: Iterable[Session], kind: BaseResourceKind, count: int) -> Session | None:
    """The first visit among the parts of a package whose base has so many pieces of a kind.

    Named bases come first; a visit that names only a theme is taken where a base of that theme in the plan's reach
    has them. None where no base has.
    """
    visits = [row for row in rows if not row.needs_instructor]
    named = {row.wanted_base_id for row in visits} - {None}
    themes = {row.wanted_theme for row in visits} - {None}
    stmt = (
        select(TeachingBase.id, TeachingBase.theme)
        .join(BaseResource, BaseResource.base_id == TeachingBase.id)
        .where(
            BaseResource.kind == kind, BaseResource.count >= count, TeachingBase.state.in_(sorted(BOOKABLE))
        )
    )
    ids = set(session().scalars(stmt.where(TeachingBase.id.in_(named))))
    found = next((row for row in visits if row.wanted_base_id in ids), None)
    if found is not None or not themes:
        return found
    path = visits[0].training_class.owner.path
    # The levels above share theirs, and a level uses those below it.
    above = func.substr(path, 1, func.length(OrgUnit.path)) == OrgUnit.path
    reach = select(OrgUnit.id).where(above | ((OrgUnit.path >= path) & (OrgUnit.path < path + "~")))
    of_theme = stmt.where(TeachingBase.owner_id.in_(reach), TeachingBase.theme.in_(themes))
    there = {theme for _id, theme in session().execute(of_theme)}
    return next((row for row in visits if row.wanted_theme in there), None)


def lender_of(rows: Sequence[Session], kind: BaseResourceKind) -> tuple[int, str] | None:
    """How many pieces of a kind these sessions ask for and the base they are to come from; its name is empty until it is known."""
    asked = asked_by([row.id for row in rows])
    for row in rows:
        count = asked.get(row.id, {}).get(kind, 0)
        if count:
            base = row.venue.base if row.venue is not None else row.wanted_base
            return count, base.name if base is not None else ""
    return None


def usual_of(row: Session) -> Asked:
    """What a session takes without asking."""
    return needs_of(row.method, {}) or dict.fromkeys(GUIDE_OF_A_GROUP, 0)


def stock_at(row: Session) -> dict[BaseResourceKind, int] | None:
    """How many of each kind the base has where the session stands; None while it stands nowhere."""
    if row.venue_id is None:
        return None
    sites = sites_of([row])
    stock = sites.stock.get(sites.venues[row.venue_id].base_id, {})
    return {kind: found.count for kind, found in stock.items()}


def needs_by(row: Session) -> dict[BaseResourceKind, int]:
    """What a session takes of its base, by kind."""
    return needs_of(row.method, asked_by([row.id]).get(row.id, {}))


def pieces_of(booking_ids: Collection[int]) -> dict[int, list[tuple[BaseResource, int]]]:
    """By booking of a venue: the pieces that are taken for the same party, with their number; one statement."""
    venue = select(Booking.id, Booking.session_id, Booking.visit_id).where(
        Booking.id.in_(sorted(booking_ids))
    )
    parties = {(row.session_id, row.visit_id): row.id for row in session().execute(venue)}
    stmt = (
        select(Booking.session_id, Booking.visit_id, BaseResource)
        .join(BaseResource, Booking.resource_id == BaseResource.id)
        .where(
            Booking.kind == ResourceKind.RESOURCE,
            Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED)),
            Booking.session_id.in_(sorted(s for s, _ in parties if s is not None))
            | Booking.visit_id.in_(sorted(v for _, v in parties if v is not None)),
        )
    )
    counts: dict[int, dict[BaseResource, int]] = defaultdict(lambda: defaultdict(int))
    for session_id, visit_id, found in session().execute(stmt):
        counts[parties[session_id, visit_id]][found] += 1
    return {booking: list(found.items()) for booking, found in counts.items()}
