"""Short lists: the instructors and venues that are good and near for a session, to be tried before all others.

Sessions with the same list of people and the same place share one. A short list is a guess and proves nothing: whoever uses
it looks at everyone when it gives nothing whole. Lists that are short already stay whole, so small problems lose nothing.
"""

from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s, arrays_of, between
from scheduling.engine.compiling import Struct, StructType, compiled, inner, share, whole
from scheduling.engine.index import Index

Ints = npt.NDArray[np.int64]

PEOPLE = 200
ROOMS = 120


class ShortlistType(StructType):
    """The type of Shortlist in compiled code."""


class Shortlist(Struct):
    """``people_at[people_of[s]] ..`` are the marks of a session's list in ``people``, and so for rooms."""

    people_of: Int32s
    people_at: Ints
    people: Int32s
    rooms_of: Int32s
    rooms_at: Ints
    rooms: Int32s


share(Shortlist, ShortlistType, __file__)


def shortlist_of(index: Index) -> Shortlist:
    """Return the short lists of a problem, the same ones for the same index."""
    if index not in _made:
        p = arrays_of(index)
        people_of, people_at, people = _people(p)
        rooms_of, rooms_at, rooms = _rooms(p)
        _made[index] = Shortlist(
            people_of=people_of,
            people_at=people_at,
            people=people,
            rooms_of=rooms_of,
            rooms_at=rooms_at,
            rooms=rooms,
        )
    return _made[index]


_made: WeakKeyDictionary[Index, Shortlist] = WeakKeyDictionary()


@inner
def _numbered(lists: Ints, places: Ints, count: int) -> tuple[Int32s, Ints, Ints]:
    """Return a number for each pair of list and place that occurs, and what the pairs are."""
    width = count + 1
    known = {whole(lists[0] * width + places[0] + 1): 0} if len(lists) else {0: 0}
    number = np.empty(len(lists), np.int32)
    for s in range(len(lists)):
        key = lists[s] * width + places[s] + 1
        if key not in known:
            known[key] = len(known)
        number[s] = known[key]
    pair_list, pair_place = np.empty(len(known), np.int64), np.empty(len(known), np.int64)
    for key, n in known.items():
        pair_list[n] = key // width
        pair_place[n] = key % width - 1
    return number, pair_list, pair_place


@inner
def _smallest(costs: Ints, most: int) -> Ints:
    """Return the positions of the smallest values, a few more than ``most`` where they are equal, at most twice as many."""
    if len(costs) <= most:
        return np.arange(len(costs))
    limit = np.partition(costs, most)[most]
    return np.nonzero(costs <= limit)[0][: 2 * most]


@compiled
def _people(p: Arrays) -> tuple[Int32s, Ints, Int32s]:
    lists, places = np.empty(len(p.sessions), np.int64), np.empty(len(p.sessions), np.int64)
    for s in range(len(p.sessions)):
        lists[s], places[s] = p.sessions[s].people, p.sessions[s].place
    number, pair_list, pair_place = _numbered(lists, places, len(p.half_km))
    at = np.zeros(len(pair_list) + 1, np.int64)
    found = np.empty(len(pair_list) * 2 * PEOPLE, np.int32)
    weights = p.weights[0]
    for n in range(len(pair_list)):
        first, last = p.people_at[pair_list[n]], p.people_at[pair_list[n] + 1]
        costs = np.empty(last - first, np.int64)
        for mark in range(first, last):
            x = p.instructors[p.people[mark]]
            costs[mark - first] = weights.quality * (100 - p.rating[mark]) + weights.travel * between(
                p.half_km, x.home, pair_place[n]
            )
        chosen = _smallest(costs, PEOPLE)
        at[n + 1] = at[n] + len(chosen)
        for m in range(len(chosen)):
            found[at[n] + m] = p.people[first + chosen[m]]
    return number, at, found[: at[-1]].copy()


@compiled
def _rooms(p: Arrays) -> tuple[Int32s, Ints, Int32s]:
    lists, places = np.empty(len(p.sessions), np.int64), np.empty(len(p.sessions), np.int64)
    for s in range(len(p.sessions)):
        lists[s], places[s] = p.sessions[s].rooms, p.sessions[s].place
    number, pair_list, pair_place = _numbered(lists, places, len(p.half_km))
    at = np.zeros(len(pair_list) + 1, np.int64)
    found = np.empty(len(pair_list) * 2 * ROOMS, np.int32)
    weights = p.weights[0]
    for n in range(len(pair_list)):
        first, last = p.rooms_at[pair_list[n]], p.rooms_at[pair_list[n] + 1]
        costs = np.empty(last - first, np.int64)
        for mark in range(first, last):
            room = p.venues[p.rooms[mark]]
            far = between(p.half_km, pair_place[n], room.place)
            # Travel of the instructor, who is sought near the class, counts too.
            costs[mark - first] = (
                weights.venue_cost * room.cost + (weights.class_travel + weights.travel) * far
            )
        chosen = _smallest(costs, ROOMS)
        at[n + 1] = at[n] + len(chosen)
        for m in range(len(chosen)):
            found[at[n] + m] = p.rooms[first + chosen[m]]
    return number, at, found[: at[-1]].copy()
