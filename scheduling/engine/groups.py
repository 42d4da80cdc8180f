"""Groups: sessions that a same-venue series ties together are priced as one, each of the others by itself."""

from collections.abc import Iterable, Sized

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board
from scheduling.engine.compiling import Struct, StructType, share
from scheduling.engine.near import NEVER, Floats32, Near, room_cost

Longs = npt.NDArray[np.int64]


class GroupsType(StructType):
    """The type of Groups in compiled code."""


class Groups(Struct):
    """Sessions by group, the venues near any of a group's sessions, and what they cost each of them."""

    session_at: Longs
    session: Int32s
    weight: npt.NDArray[np.float64]  # of each venue beyond the first
    venue_at: Longs
    venue: Int32s
    place_at: Longs
    place: Int32s  # the venues' places, each once; -1 for unknown
    venue_place: Int32s  # by near venue: number of its place within the group
    cost_at: Longs
    cost: Floats32  # [session of the group, venue of the group], NEVER where that cannot be


share(Groups, GroupsType, __file__)


def groups_of(p: Arrays, b: Board, near: Near) -> Groups:
    """Group the sessions of a problem; a session in several same-venue series counts with the first of them."""
    count = len(p.sessions)
    group_of = np.full(count, -1, dtype=np.int64)
    lists: list[list[int]] = []
    weights: list[float] = []
    for series in p.series if p.weights[0]["same_venue"] > 0 else ():
        members = [int(s) for s in p.members[series["first"] : series["last"]] if group_of[s] < 0]
        if series["same_venue"] and len(members) > 1:
            group_of[members] = len(lists)
            lists.append(members)
            weights.append(float(p.weights[0]["same_venue"]))
    alone = np.nonzero(group_of < 0)[0].tolist()
    lists += [[s] for s in alone]
    weights += [0.0] * len(alone)
    venues, places, venue_place, costs = [], [], [], []
    for members in lists:
        spans = [slice(near.venue_at[s], near.venue_at[s + 1]) for s in members]
        known, inverse = np.unique(np.concatenate([near.venue[span] for span in spans]), return_inverse=True)
        cost = np.full((len(members), len(known)), NEVER, dtype=np.float32)
        row = np.repeat(np.arange(len(members)), [span.stop - span.start for span in spans])
        cost[row, inverse] = np.concatenate([near.venue_cost[span] for span in spans])
        _fill_in(p, b, members, known, cost)
        place, number = np.unique(p.venues["place"][known], return_inverse=True)
        venues.append(known)
        places.append(place)
        venue_place.append(number)
        costs.append(cost.ravel())
    return Groups(
        session_at=_marks(lists),
        session=np.array([s for members in lists for s in members], dtype=np.int32),
        weight=np.array(weights),
        venue_at=_marks(venues),
        venue=_joined(venues),
        place_at=_marks(places),
        place=_joined(places),
        venue_place=_joined(venue_place),
        cost_at=_marks(costs),
        cost=np.concatenate(costs) if costs else np.zeros(0, dtype=np.float32),
    )


def _fill_in(p: Arrays, b: Board, members: list[int], known: Longs, cost: Floats32) -> None:
    """Price venues that are near another session of the group only."""
    for row, s in enumerate(members):
        missing = np.nonzero(cost[row] >= NEVER)[0]
        if len(missing):
            rooms = p.rooms[p.rooms_at[p.sessions[s]["rooms"]] : p.rooms_at[p.sessions[s]["rooms"] + 1]]
            for n in missing[np.isin(known[missing], rooms)].tolist():
                cost[row, n] = room_cost(p, b, s, int(known[n]))


def _marks(lists: Iterable[Sized]) -> Longs:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum([len(x) for x in lists], dtype=np.int64)))


def _joined(parts: list[Longs]) -> Int32s:
    return np.concatenate(parts).astype(np.int32) if parts else np.zeros(0, dtype=np.int32)
