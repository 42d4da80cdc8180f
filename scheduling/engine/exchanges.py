"""Exchanges: blocks of sessions that could pass their instructors on to one another, begun where there is most to gain.

A plan that costs more than the prices' bound has sessions whose way is not their best: they have *regret*. What stands in
the way of one is mostly another session of somebody it would rather have - at any time of the year, where that person's
year is full - and so on in a chain. A block follows such chains from the sessions with most regret, so that an integer
model can turn all of them at once.
"""

import heapq
from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.engine.board import Board
from scheduling.engine.columns import Columns
from scheduling.engine.construct import Unit
from scheduling.engine.highs import Floats
from scheduling.engine.index import Ints

WORTH_WHILE = 0.5  # regret of sessions that blocks begin with
LATER = 0.01  # a link counts as so much regret, so that chains stay short


def regrets_of(columns: Columns, b: Board, unknown: float) -> Floats:
    """Return the regret of each session's present way; ``unknown`` where that is none of the columns."""
    regret = np.full(len(b.option_of), unknown)
    s = columns.session
    now = (columns.option == b.option_of[s]) & (columns.person == b.who_of[s])
    now &= columns.venue == b.room_of[s]
    regret[s[now]] = columns.regret[now]
    return regret


class Exchanges:
    """Parts the sessions with regret, and those that they could change with, into blocks."""

    def __init__(self, columns: Columns, units: Sequence[Unit], near: float) -> None:
        """Know whom sessions would have with a regret of at most ``near``; units stay whole."""
        wanted = columns.take((columns.regret <= near) & (columns.person >= 0))
        self._unit = {s: unit for unit in units for s in unit}
        self._at = np.searchsorted(wanted.session, np.arange(len(self._unit) + 1)).tolist()
        self._person, self._regret = wanted.person.tolist(), wanted.regret.tolist()

    def blocks(self, b: Board, regret: Floats, largest: int) -> Iterator[Ints]:
        """Yield blocks of ``largest`` sessions or a few more; the regret of the sessions decides where they begin."""
        regrets, taken = regret.tolist(), set[int]()
        given = taught_by(b), regrets, taken
        block: list[int] = []
        for seed in np.argsort(-regret, kind="stable").tolist():
            if regrets[seed] < WORTH_WHILE:
                break
            if seed not in taken:
                self._follow(seed, block, largest, given)
            if len(block) >= largest:
                yield np.array(sorted(block), dtype=np.int64)
                block = []
        if block:
            yield np.array(sorted(block), dtype=np.int64)

    def _follow(
        self,
        seed: int,
        block: list[int],
        largest: int,
        given: tuple[dict[int, list[int]], list[float], set[int]],
    ) -> None:
        """Add a session and those that its chains lead to, most regret and shortest chains first."""
        taught, regrets, taken = given
        queue, links, people = [(-regrets[seed], 0, seed)], 0, set[int]()
        while queue and len(block) < largest:
            s = heapq.heappop(queue)[2]
            if s in taken:
                continue
            taken.update(self._unit[s])
            block.extend(self._unit[s])
            for n in range(self._at[s], self._at[s + 1]):
                if self._person[n] in people:
                    continue
                people.add(self._person[n])
                for other in taught.get(self._person[n], ()):
                    if other not in taken:
                        links += 1
                        far = links * LATER + self._regret[n] - regrets[other]
                        heapq.heappush(queue, (far, links, other))


def taught_by(b: Board) -> dict[int, list[int]]:
    """Return everybody's sessions."""
    found: dict[int, list[int]] = {}
    for s, who in enumerate(b.who_of.tolist()):
        found.setdefault(who, []).append(s)
    return found
