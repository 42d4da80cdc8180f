"""Reach: each session's instructors and venues in the order of what they cost by themselves, as far as was looked.

To look costs far more than to keep: a province has three thousand instructors to every session. So ``FARTHER`` times as many
are kept, in order, as are near at first; more of them can be near later without looking again.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board
from scheduling.engine.compiling import Struct, StructType, compiled, share, unlocked, whole
from scheduling.engine.kernel import instructor_own, place_adds, venue_own, way_adds

Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

NEVER = 1e12  # the cost of what cannot be
FARTHER = 4
OTHERS, LEADERS, VENUES = range(3)  # kinds


class ReachType(StructType):
    """The type of Reach in compiled code."""


class Reach(Struct):
    """Of session s and kind k ``at[s, k] .. end[s, k]`` are the cheapest, ascending; one more than ``most``, or all."""

    most: Longs  # [session, kind]
    at: Longs
    end: Longs
    floor: Floats  # [session, OTHERS | LEADERS]: what anybody costs at least anywhere
    which: Int32s
    value: Floats32  # of an instructor at the session's own place, of a venue with its place


share(Reach, ReachType, __file__)


def reach_of(p: Arrays, b: Board, wanted: Longs, threads: int, old: Reach | None = None) -> Reach:
    """Look for ``wanted[session, kind]`` instructors and venues; only where an ``old`` one has too few, there farther."""
    if old is None:
        most, again = wanted * FARTHER, np.arange(len(wanted))
    else:
        again = np.nonzero((wanted > old.most).any(axis=1))[0]
        if not len(again):
            return old
        most = old.most.copy()
        most[again] = wanted[again] * FARTHER
    lists = np.stack((p.sessions["people"], p.sessions["people"], p.sessions["rooms"]), axis=1)
    sizes = [np.diff(p.people_at), np.diff(p.people_at), np.diff(p.rooms_at)]
    room = np.stack([np.minimum(most[:, k] + 1, sizes[k][lists[:, k]]) for k in range(3)], axis=1)
    at = (np.cumsum(room) - room.ravel()).reshape(room.shape)
    reach = Reach(
        most=most,
        at=at,
        end=at.copy(),
        floor=np.full((len(most), 2), NEVER),
        which=np.zeros(int(room.sum()), dtype=np.int32),
        value=np.zeros(int(room.sum()), dtype=np.float32),
    )
    if old is not None:
        _copy(old, reach)
    with ThreadPoolExecutor(threads) as workers:
        for job in [workers.submit(_look, p, b, x, reach) for x in np.array_split(again, threads * 4)]:
            job.result()
    return reach


@compiled
def _copy(old: Reach, reach: Reach) -> None:
    reach.floor[:] = old.floor
    for s in range(len(old.at)):
        for k in range(3):
            begin, count = reach.at[s, k], old.end[s, k] - old.at[s, k]
            reach.which[begin : begin + count] = old.which[old.at[s, k] : old.end[s, k]]
            reach.value[begin : begin + count] = old.value[old.at[s, k] : old.end[s, k]]
            reach.end[s, k] = begin + count


@compiled
def room_cost(p: Arrays, b: Board, s: int, v: int) -> float:
    """Return what a venue and its place add by themselves; NEVER where it is too small."""
    session = p.sessions[s]
    if session.heads > p.venues[v].capacity and p.weights[0].overflow < 0:
        return NEVER
    return float(
        venue_own(p, b, s, session.option, v) + place_adds(p, b, s, session.option, p.venues[v].place)
    )


@unlocked
def _look(p: Arrays, b: Board, sessions: Longs, reach: Reach) -> None:
    """Look over everybody and everything that some sessions may have."""
    size = max(len(p.instructors), len(p.venues))
    value, which = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.int32)
    for s in sessions:
        session = p.sessions[s]
        for kind in range(2 if session.needs_instructor else 0):
            count = _people_of(p, b, (s, kind), value, which, reach.floor)
            _keep(value[:count], which, reach, s, kind)
        count = 0
        if session.needs_venue:
            for n in range(p.rooms_at[session.rooms], p.rooms_at[session.rooms + 1]):
                cost = room_cost(p, b, s, whole(p.rooms[n]))
                if cost < NEVER:
                    value[count], which[count] = cost, p.rooms[n]
                    count += 1
        _keep(value[:count], which, reach, s, VENUES)


@compiled
def _people_of(
    p: Arrays, b: Board, of: tuple[int, int], value: Floats32, which: Int32s, floor: Floats
) -> int:
    """Fill in what everybody of a kind costs a session, and the floor; returns how many there are."""
    s, kind = of
    session, count = p.sessions[s], 0
    for n in range(p.people_at[session.people], p.people_at[session.people + 1]):
        who = whole(p.people[n])
        if p.instructors[who].leads == kind:
            own = float(instructor_own(p, b, s, session.option, who))
            floor[s, kind] = min(floor[s, kind], own)
            value[count] = own + way_adds(p, b, s, session.option, p.instructors[who].home, session.place)
            which[count] = who
            count += 1
    return count


@compiled
def _keep(value: Floats32, which: Int32s, reach: Reach, s: int, kind: int) -> None:
    """Keep the cheapest in order, and one more, so that it is known what all others cost at least."""
    most, at = reach.most[s, kind] + 1, reach.at[s, kind]
    chosen = np.arange(len(value))
    if len(value) > most:
        limit = np.partition(value, most - 1)[most - 1]
        chosen = np.concatenate((np.nonzero(value < limit)[0], np.nonzero(value == limit)[0]))[:most]
    order = chosen[np.argsort(value[chosen])]
    for n in range(len(order)):
        reach.which[at + n], reach.value[at + n] = which[order[n]], value[order[n]]
    reach.end[s, kind] = at + len(order)
