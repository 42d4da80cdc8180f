"""Groups: sessions that a same-venue series ties together are priced as one, each of the others by itself."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board
from scheduling.engine.compiling import Struct, StructType, compiled, share, whole
from scheduling.engine.near import Near
from scheduling.engine.reach import NEVER, Floats32, room_cost

Longs = npt.NDArray[np.int64]

SHARES = 8  # of a round for each thread


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

    def shares(self, threads: int) -> list[tuple[int, int]]:
        """Return ranges of groups with about as many sessions in each, enough that no thread waits long for another."""
        marks = np.searchsorted(self.session_at, np.linspace(0, self.session_at[-1], threads * SHARES + 1))
        return list(pairwise(marks.tolist()))


share(Groups, GroupsType, __file__)


def groups_of(p: Arrays, b: Board, near: Near) -> Groups:
    """Group the sessions of a problem; a session in several same-venue series counts with the first of them."""
    count = len(p.sessions)
    group_of = np.full(count, -1, dtype=np.int64)
    tied = 0
    for series in p.series if p.weights[0]["same_venue"] > 0 else ():
        members = [int(s) for s in p.members[series["first"] : series["last"]] if group_of[s] < 0]
        if series["same_venue"] and len(members) > 1:
            group_of[members] = tied
            tied += 1
    alone = np.nonzero(group_of < 0)[0]
    group_of[alone] = tied + np.arange(len(alone))
    group_count, venue_count = tied + len(alone), len(p.venues)
    session = np.argsort(group_of, kind="stable")
    session_at = _marks(group_of, group_count)
    nth = np.empty(count, dtype=np.int64)
    nth[session] = np.arange(count) - session_at[group_of[session]]
    of = np.repeat(np.arange(count), np.diff(near.venue_at))
    pairs, inverse = np.unique(group_of[of] * venue_count + near.venue, return_inverse=True)
    group, venue = pairs // max(1, venue_count), pairs % max(1, venue_count)
    venue_at = _marks(group, group_count)
    places = len(p.half_km) + 1
    known, number = np.unique(group * places + p.venues["place"][venue] + 1, return_inverse=True)
    place_at = _marks(known // places, group_count)
    sizes = np.diff(venue_at)
    cost_at = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.diff(session_at) * sizes)))
    cost = np.full(int(cost_at[-1]), NEVER, dtype=np.float32)
    g = group_of[of]
    cost[cost_at[g] + nth[of] * sizes[g] + inverse - venue_at[g]] = near.venue_cost
    groups = Groups(
        session_at=session_at,
        session=session.astype(np.int32),
        weight=np.repeat([float(p.weights[0]["same_venue"]), 0.0], [tied, len(alone)]),
        venue_at=venue_at,
        venue=venue.astype(np.int32),
        place_at=place_at,
        place=(known % places - 1).astype(np.int32),
        venue_place=(number - place_at[group]).astype(np.int32),
        cost_at=cost_at,
        cost=cost,
    )
    _fill_in(p, b, groups, tied)
    return groups


def _marks(group: Longs, count: int) -> Longs:
    """Return where each group begins, and the end, from the groups of its members."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(group, minlength=count))))


@compiled
def _fill_in(p: Arrays, b: Board, groups: Groups, count: int) -> None:
    """Price venues that are near another session of one of the first groups only."""
    for g in range(count):
        first, begin, end = groups.session_at[g], groups.venue_at[g], groups.venue_at[g + 1]
        for j in range(groups.session_at[g + 1] - first):
            s, at = groups.session[first + j], groups.cost_at[g] + j * (end - begin)
            rooms = p.rooms[p.rooms_at[p.sessions[s].rooms] : p.rooms_at[p.sessions[s].rooms + 1]]
            for n in range(end - begin):
                v = groups.venue[begin + n]
                found = np.searchsorted(rooms, v)
                if groups.cost[at + n] >= NEVER and found < len(rooms) and rooms[found] == v:
                    groups.cost[at + n] = room_cost(p, b, s, whole(v))
