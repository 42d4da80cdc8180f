"""What the forecast is about: lessons wanted by a person, the sessions for them, and the person's limits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """An obligation still short of `missing` lessons, and the sessions its person could teach for it."""

    ref: int
    person: int
    missing: int
    sessions: Collection[int]


@dataclass(frozen=True, slots=True)
class Cap:
    """Of these sessions one person teaches at most so many: those of a week, or two at the same time."""

    sessions: frozenset[int]
    most: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many eligible sessions are left, and whether serving it makes others give way.

    `near` counts sessions before the right people that the person cannot teach as things stand. `most` is how many
    of those left fit into the person's time and limits with everybody else giving way, where that was looked at.
    """

    left: int
    is_crowded: bool
    near: int = 0
    most: int | None = None


def binding(own: Sequence[Demand], caps: Iterable[Cap]) -> tuple[Cap, ...]:
    """The limits that may stand in the way of one person's demands: fewer than wanted, of more sessions than that."""
    wanted = sum(d.missing for d in own)
    if wanted < 2:
        # Sessions that not even one may be taught of are none that the person could teach.
        return ()
    open_to = frozenset[int]().union(*(d.sessions for d in own))
    met = (Cap(cap.sessions & open_to, cap.most) for cap in caps)
    return tuple(
        sorted({c for c in met if c.most < min(wanted, len(c.sessions))}, key=lambda c: sorted(c.sessions))
    )


def most_alone(demand: Demand, caps: Sequence[Cap]) -> int:
    """The most of its missing lessons that its person could teach, with everybody else giving way."""
    for number in range(min(demand.missing, len(demand.sessions)), 0, -1):
        if fill([Demand(demand.ref, demand.person, number, demand.sessions)], caps) is not None:
            return number
    return 0


def fill(own: Sequence[Demand], caps: Sequence[Cap]) -> list[int] | None:
    """Sessions that serve all demands of one person within the limits, or None where there are none.

    Of sessions that serve the same demands and fall under the same limits any is as good as another, so few ways
    are tried.
    """
    kinds: dict[tuple[frozenset[int], frozenset[int]], list[int]] = {}
    for session in sorted(frozenset[int]().union(*(d.sessions for d in own))):
        serves = frozenset(i for i, d in enumerate(own) if session in d.sessions)
        under = frozenset(i for i, cap in enumerate(caps) if session in cap.sessions)
        kinds.setdefault((serves, under), []).append(session)
    return _fill([d.missing for d in own], [cap.most for cap in caps], kinds)


def _fill(
    missing: list[int], room: list[int], kinds: dict[tuple[frozenset[int], frozenset[int]], list[int]]
) -> list[int] | None:
    first = next((i for i, number in enumerate(missing) if number > 0), None)
    if first is None:
        return []
    for (serves, under), sessions in _fitting(kinds, first, room):
        taken = sessions.pop()
        rest = _fill(
            [n - (i in serves) for i, n in enumerate(missing)],
            [n - (i in under) for i, n in enumerate(room)],
            kinds,
        )
        sessions.append(taken)
        if rest is not None:
            return [taken, *rest]
    return None


def _fitting(
    kinds: dict[tuple[frozenset[int], frozenset[int]], list[int]], first: int, room: Sequence[int]
) -> Iterator[tuple[tuple[frozenset[int], frozenset[int]], list[int]]]:
    """Kinds of sessions that would serve a demand, those that serve most at once first."""
    for kind in sorted(kinds, key=lambda k: (-len(k[0]), len(k[1]))):
        serves, under = kind
        if first in serves and kinds[kind] and all(room[i] > 0 for i in under):
            yield kind, kinds[kind]
