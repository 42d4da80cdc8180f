"""What a session needs of the base it is held at, and how long its venue is taken for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bases.enums import BaseResourceKind
from courses.enums import Method

MINUTES_PER_UNIT, UNITS_PER_DAY = 15, 96
MOST_PIECES = 50
GUIDE_OF_A_GROUP: Mapping[BaseResourceKind, int] = {BaseResourceKind.GUIDE: 1}


def needs_of(method: Method, asked: Mapping[BaseResourceKind, int]) -> dict[BaseResourceKind, int]:
    """Pieces by kind: what was asked for, and one guide for an on-site session that does not say how many.

    That guide is taken where the base has any; a base that has none shows people round itself.
    """
    usual = GUIDE_OF_A_GROUP if method is Method.ON_SITE else {}
    return {kind: count for kind, count in {**usual, **asked}.items() if count}


@dataclass(frozen=True, slots=True)
class Taken:
    """The quarter hours of a day that something is taken, half-open, and how many of them are before and after the party."""

    from_unit: int
    to_unit: int
    units_before: int
    units_after: int


def taken_units(first: int, after: int, minutes_before: int, minutes_after: int) -> Taken:
    """The time of a party from quarter hour `first` to `after` with the minutes before and after, as far as the day goes."""
    begin = max(0, first - minutes_before // MINUTES_PER_UNIT)
    end = min(UNITS_PER_DAY, after + minutes_after // MINUTES_PER_UNIT)
    return Taken(begin, end, first - begin, end - after)


@dataclass(frozen=True, slots=True)
class Stay:
    """Quarter hours of a day for which a party has a seat, or a piece of what a base lends; None: still to be given."""

    first: int
    after: int
    seat: int | None = None


def most_at_once(stays: Sequence[Stay]) -> int:
    """The most of them at one moment."""
    return max((sum(s.first <= at.first < s.after for s in stays) for at in stays), default=0)


def seated(stays: Sequence[Stay], seats: int) -> list[int] | None:
    """A seat for each, none twice at one moment; who has one keeps it where that is possible.

    None when more come at one moment than there are seats: going by the time they begin, nobody else is left without.
    """
    found: dict[int, int] = {}
    for n in sorted(range(len(stays)), key=lambda n: (stays[n].first, stays[n].seat is None)):
        stay = stays[n]
        used = {seat for m, seat in found.items() if stays[m].after > stay.first}
        free = [seat for seat in range(seats) if seat not in used]
        if not free:
            return None
        found[n] = stay.seat if stay.seat in free else free[0]
    return [found[n] for n in range(len(stays))]
