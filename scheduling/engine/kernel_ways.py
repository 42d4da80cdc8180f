"""Ways, compiled: the cheapest spot of one unplaced session for each instructor at each of its options.

Only the cheapest free venue of a place matters to an instructor, and of two instructors from one home it is the same one, but
for who cannot be there in time. So venues are put together by place once, places are looked at from the cheapest on as far
as anybody may gain by it, and what is found for a home is kept. If all venues were free, the cheapest place of a home would be
the same at all options: what it adds is the least that anybody from there can add. The first few sites of each home are kept,
and the others are looked at only where these are taken.

Where two are as cheap, the first option, the cheaper venue, and the venue listed first go before; "no venue" is listed last.

Arrays of a search are read once before a long loop: each reading counts somebody more who holds them, which takes longer than
all the rest.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, Slack, place_of, slack_around
from scheduling.engine.compiling import Struct, StructType, inner, share, whole
from scheduling.engine.index import NONE
from scheduling.engine.insertion import MUCH
from scheduling.engine.kernel import (
    instructor_steady,
    nowhere_blocks,
    pair_blocks_within,
    place_adds,
    place_mask,
    venue_adds,
    venue_blocks,
    venue_static,
    way_adds,
)
from scheduling.engine.sorting import ascending

Ints = npt.NDArray[np.int64]
Spot = tuple[int, int, int]  # something of option, instructor and venue

UNKNOWN = -2  # not found out yet
_FIRST = 4  # sites kept for each home


class SearchType(StructType):
    """The type of Search in compiled code."""


class Search(Struct):
    """What is known of one session: sites (places, cheapest first), their entries (venues), people, and the option looked at."""

    place: Ints  # by site
    entry: Ints  # by site: its cheapest venue
    after: Ints  # by entry: the next one of its site, NONE at the end
    room: Ints  # by entry, NONE for no venue
    added: Ints  # by entry: what venue and place add
    lowest: Ints  # by site: what its cheapest venue adds
    who: Ints  # instructors; the next three are one each as well
    home: Ints
    steady: Ints  # what they add at any option
    least: Ints  # the same with the cheapest way, the least they can add
    home_site: Ints  # [home, n] (the last home is unknown): the cheapest sites if all venues were free, UNKNOWN if not looked at
    home_adds: Ints  # what they add with the way, MUCH where there are no more
    open_entry: Ints  # by site, at the option: the cheapest venue that is free, NONE where there is none
    open_adds: Ints  # what it adds, MUCH where the session cannot be there
    open_mask: Ints  # the rules that keep the session from the place, although a venue is free
    near_site: Ints  # by home, at the option: the cheapest site, NONE where there is none
    near_adds: Ints  # what it adds with the way


share(Search, SearchType, __file__)


@inner
def search_of(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, s: int, who: Ints, now: Spot, far: Spot, below: int
) -> Search:
    """Return a search for an unplaced session among some instructors; other parts than ``now`` cost so much more (``far``).

    Whoever adds ``below`` or more even at the cheapest site is left out. Whoever asks for a search has to ``drop`` it.
    """
    place, entry, after, room, added = _sites(p, b, s, now[2], far[2])
    sites, homes, o, lowest = len(place), len(p.half_km) + 1, p.sessions[s].option, added[entry]
    home, steady, count = np.empty(len(who), np.int64), np.empty(len(who), np.int64), 0
    kept = np.empty(len(who), np.int64)
    for one in who:
        steady[count] = instructor_steady(p, b, s, o, one) + (far[1] if one != now[1] else 0)
        if steady[count] + lowest[0] < below:
            kept[count], home[count] = one, p.instructors[one].home
            count += 1
    who, home, steady, least = kept[:count], home[:count], steady[:count], np.empty(count, np.int64)
    home_site, home_adds = np.full((homes, _FIRST), UNKNOWN), np.full((homes, _FIRST), MUCH)
    _first_sites(p, b, s, home, place, lowest, home_site, home_adds)
    for n in range(count):
        least[n] = steady[n] + home_adds[home[n], 0]
    return Search(
        place=place,
        entry=entry,
        after=after,
        room=room,
        added=added,
        lowest=lowest,
        who=who,
        home=home,
        steady=steady,
        least=least,
        home_site=home_site,
        home_adds=home_adds,
        open_entry=np.empty(sites, np.int64),
        open_adds=np.empty(sites, np.int64),
        open_mask=np.empty(sites, np.int64),
        near_site=np.empty(homes, np.int64),
        near_adds=np.empty(homes, np.int64),
    )


@inner
def _first_sites(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, s: int, home: Ints, place: Ints, lowest: Ints, site: Ints, adds: Ints
) -> None:
    """Write the cheapest sites for people from some homes if all venues were free, equal ones in the order of sites."""
    o, last = p.sessions[s].option, _FIRST - 1
    is_home = np.zeros(len(site), np.bool_)
    is_home[home] = True
    homes = np.nonzero(is_home)[0]
    homes[homes == len(site) - 1] = NONE
    limit = np.full(len(homes), MUCH)
    for m in range(len(place)):
        if m % _FIRST == 0:
            is_left = limit > lowest[m]
            homes, limit = homes[is_left], limit[is_left]
            if len(homes) == 0:
                break
        for n in range(len(homes)):
            total = lowest[m] + way_adds(p, b, s, o, homes[n], place[m])
            if total < limit[n]:
                at = last
                while at > 0 and adds[homes[n], at - 1] > total:
                    site[homes[n], at], adds[homes[n], at] = site[homes[n], at - 1], adds[homes[n], at - 1]
                    at -= 1
                site[homes[n], at], adds[homes[n], at] = m, total
                limit[n] = adds[homes[n], last]


@inner
def _sites(p: Arrays, b: Board, s: int, now: int, far: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return the sites and entries of a search, for venues that are not excluded at all times."""
    session, width = p.sessions[s], len(p.half_km) + 1
    begin, end = p.rooms_at[session.rooms], p.rooms_at[session.rooms + 1]
    room, added, after = (
        np.empty(end - begin + 1, np.int64),
        np.empty(end - begin + 1, np.int64),
        np.full(end - begin + 1, NONE),
    )
    first, place_cost = np.full(width, NONE), np.empty(width, np.int64)
    places, found, count = np.empty(width, np.int64), 0, 0
    for mark in range(begin, end + 1):
        which = whole(p.rooms[mark]) if mark < end else NONE
        if which >= 0 and venue_static(p, b, s, session.option, which):
            continue
        there = place_of(p, s, which)
        if first[there] == NONE:
            place_cost[there] = place_adds(p, b, s, session.option, there)
            places[found] = there
            found += 1
        room[count] = which
        added[count] = place_cost[there] + (far if which != now else 0)
        added[count] += venue_adds(p, b, s, session.option, which) if which >= 0 else 0
        _hang(first, after, added, there, count)
        count += 1
    places = places[:found]
    places = places[ascending(added[first[places]])]
    return places, first[places], after, room, added


@inner
def _hang(first: Ints, after: Ints, added: Ints, there: int, entry: int) -> None:
    """Put an entry into the chain of its place, behind those that are as cheap."""
    at = first[there]
    if at == NONE or added[entry] < added[at]:
        first[there], after[entry] = entry, at
        return
    while after[at] != NONE and added[after[at]] <= added[entry]:
        at = after[at]
    after[at], after[entry] = entry, after[at]


@inner
def turn(q: Search) -> None:
    """Forget what is known about an option, to look at another one."""
    q.open_entry[:] = UNKNOWN
    q.near_site[:] = UNKNOWN


@inner
def look(p: Arrays, b: Board, q: Search, s: int, o: int, m: int) -> None:
    """Find out which venue of a site is the cheapest to be had."""
    at = q.entry[m]
    while at != NONE:
        room = q.room[at]
        if not (venue_blocks(p, b, s, o, room) if room >= 0 else nowhere_blocks(p, b, s, o)):
            break
        at = q.after[at]
    q.open_entry[m], q.open_adds[m], q.open_mask[m] = at, MUCH, 0
    if at != NONE:
        q.open_mask[m] = place_mask(p, b, s, o, q.place[m])
        if q.open_mask[m] == 0:
            q.open_adds[m] = q.added[at]


@inner
def site_for(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, q: Search, s: int, o: int, n: int, below: int
) -> tuple[int, int]:
    """Return the cheapest site for the n-th instructor, who is free at the option, and what it adds with the way.

    NONE where there is none, or none that adds less than ``below`` for one who cannot be everywhere in time.
    """
    home = q.home[n]
    if q.near_site[home] == UNKNOWN:
        q.near_site[home], q.near_adds[home] = _nearest(p, b, q, s, o, home)
    at = q.near_site[home]
    slack = slack_around(p, b, o, q.who[n])
    if at >= 0 and pair_blocks_within(p, b, s, o, q.who[n], q.place[at], slack):
        return _reachable(p, b, q, s, o, n, slack, below)
    return at, q.near_adds[home]


@inner
def _nearest(p: Arrays, b: Board, q: Search, s: int, o: int, home: int) -> tuple[int, int]:
    """Return the cheapest site at an option for somebody from a home, and what it adds with the way."""
    at, least, places, lowest = NONE, MUCH, q.place, q.lowest
    for n in range(_FIRST):
        m, total = q.home_site[home, n], q.home_adds[home, n]
        if total > least or m == UNKNOWN:
            return at, least
        at, least = _better(p, b, q, s, o, m, total - lowest[m], at, least)
    if least < total:
        return at, least
    for m in range(len(places)):
        if lowest[m] > least:
            break
        way = way_adds(p, b, s, o, home, places[m])
        if lowest[m] + way <= least:
            at, least = _better(p, b, q, s, o, m, way, at, least)
    return at, least


@inner
def _reachable(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, q: Search, s: int, o: int, n: int, slack: Slack, below: int
) -> tuple[int, int]:
    """Return the same for the n-th instructor, who cannot be everywhere in time, if it adds less than ``below``."""
    at, least, who, home, places, lowest = NONE, below, q.who[n], q.home[n], q.place, q.lowest
    for m in range(len(places)):
        if lowest[m] > least:
            break
        if not pair_blocks_within(p, b, s, o, who, places[m], slack):
            way = way_adds(p, b, s, o, home, places[m])
            at, least = _better(p, b, q, s, o, m, way, at, least)
    return at, least


@inner
def _better(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, q: Search, s: int, o: int, m: int, way: int, at: int, least: int
) -> tuple[int, int]:
    """Return a site, at this way, and what it adds if that is better than another one."""
    if q.open_entry[m] == UNKNOWN:
        look(p, b, q, s, o, m)
    if q.open_adds[m] == MUCH:
        return at, least
    total = q.open_adds[m] + way
    if total < least or (total == least and at >= 0 and _is_first(q, m, at)):
        return m, total
    return at, least


@inner
def _is_first(q: Search, m: int, other: int) -> bool:
    return (q.open_adds[m], q.open_entry[m]) < (q.open_adds[other], q.open_entry[other])


@inner
def site_alone(p: Arrays, b: Board, q: Search, s: int, o: int) -> tuple[int, int]:
    """Return the cheapest site without an instructor, and what it adds; NONE where there is none."""
    at, least = NONE, MUCH
    for m in range(len(q.place)):
        if q.lowest[m] > least:
            break
        if q.open_entry[m] == UNKNOWN:
            look(p, b, q, s, o, m)
        if q.open_adds[m] < least or (q.open_adds[m] == least and at >= 0 and _is_first(q, m, at)):
            at, least = m, q.open_adds[m]
    return at, least
