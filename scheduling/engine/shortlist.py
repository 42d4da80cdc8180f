"""Short lists: the instructors and venues that are good and near for a session, to be tried before all others.

Sessions with the same list of people and the same place share one. A short list is a guess and proves nothing: whoever uses
it looks at everyone when it gives nothing whole. Lists that are short already stay whole, so small problems lose nothing.
"""

from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s, arrays_of, between
from scheduling.engine.compiling import Struct, StructType, compiled, inner, share
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
        weights = p.weights[0]
        own = weights["quality"] * (100 - p.rating.astype(np.int64))
        home = p.instructors["home"][p.people]
        people_of, people_at, people = _listed(
            p, p.sessions["people"], (p.people_at, own, home), weights["travel"], PEOPLE
        )
        own = weights["venue_cost"] * p.venues["cost"][p.rooms]
        there = p.venues["place"][p.rooms]
        # Travel of the instructor, who is sought near the class, counts too.
        far = weights["class_travel"] + weights["travel"]
        rooms_of, rooms_at, rooms = _listed(p, p.sessions["rooms"], (p.rooms_at, own, there), far, ROOMS)
        _made[index] = Shortlist(
            people_of=people_of,
            people_at=people_at,
            people=p.people[people],
            rooms_of=rooms_of,
            rooms_at=rooms_at,
            rooms=p.rooms[rooms],
        )
    return _made[index]


_made: WeakKeyDictionary[Index, Shortlist] = WeakKeyDictionary()


def _listed(
    p: Arrays, list_of: Ints, lists: tuple[Int32s, Ints, Ints], far: int, most: int
) -> tuple[Int32s, Ints, Ints]:
    """Return the number of each session's short list, where these begin, and the marks of those on them.

    ``lists`` are all lists that there are: where they begin, and by mark what one costs and where they are.
    """
    places = len(p.half_km) + 1
    known, number = np.unique(list_of * places + p.sessions["place"] + 1, return_inverse=True)
    marks_at, marks = _chosen(p.half_km, lists, known // places, known % places - 1, (int(far), most))
    return number.astype(np.int32), marks_at, marks


@compiled
def _chosen(
    half_km: Int32s, lists: tuple[Int32s, Ints, Ints], which: Ints, place: Ints, given: tuple[int, int]
) -> tuple[Ints, Ints]:
    """Return who of some lists is the cheapest for a session at some places; ``given`` are what far costs, and how many."""
    begin, own, where = lists
    far, most = given
    at = np.zeros(len(which) + 1, np.int64)
    found = np.empty(len(which) * 2 * most, np.int64)
    for n in range(len(which)):
        first, last = begin[which[n]], begin[which[n] + 1]
        costs = own[first:last].copy()
        for mark in range(first, last):
            costs[mark - first] += far * between(half_km, place[n], where[mark])
        chosen = _smallest(costs, most)
        at[n + 1] = at[n] + len(chosen)
        found[at[n] : at[n + 1]] = first + chosen
    return at, found[: at[-1]].copy()


@inner
def _smallest(costs: Ints, most: int) -> Ints:
    """Return the positions of the smallest values, a few more than ``most`` where they are equal, at most twice as many."""
    if len(costs) <= most:
        return np.arange(len(costs))
    limit = np.partition(costs, most)[most]
    return np.nonzero(costs <= limit)[0][: 2 * most]
