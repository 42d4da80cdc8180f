"""Settle: block after block of a large problem, each by an integer model over the columns near the prices."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

import numpy as np

from scheduling.engine.arrays import Arrays
from scheduling.engine.blocks import Block, Blocks, blocks_of
from scheduling.engine.board import Board
from scheduling.engine.candidates import must_place
from scheduling.engine.cliques import INFINITE
from scheduling.engine.column_model import shard_of
from scheduling.engine.construct import Unit, construct
from scheduling.engine.cooling import CHUNK, Cooling
from scheduling.engine.exchanges import Exchanges, regrets_of
from scheduling.engine.index import Ints
from scheduling.engine.linear import Stopped
from scheduling.engine.moves import amount_of, put_all, put_back_all, take_all, ways_of
from scheduling.engine.run import Run
from scheduling.engine.shards import Shard, Solved, solve_shard
from scheduling.engine.state import State

PATIENCE = 6  # passes without gain
CLOSE = 0.005  # for each session of a block, in units of cost: what is close enough
LONGEST = 20.0  # seconds for one block
WIDE, WIDEST = 500, 1000  # sessions of a block at first, and at most
PARTS = 4  # blocks that there are at least
LITTLE = 0.001  # of the cost: where a pass gains no more, blocks become twice as large
LINKED = 0.5  # regret of the columns that link sessions to those who stand in their way
TURN = 4  # every so many passes blocks are of weeks or regions
POLL = 0.2
NARROW = 4.0  # regret of the columns of blocks
GOOD = 2.0  # regret of a column that is about as good as the best
HEAT, COLD = 1.5, 0.15  # of cooling, at its beginning and its end
MOVES = 300  # of cooling, for each session
MOST_COOLING = 0.2  # of the time that is left
SHORT_BLOCK = 60  # sessions around somebody who owes a lesson
JOINED = 300  # sessions of several short blocks that are settled as one


class Settling:
    """Goes through the blocks of a State, some of them at once."""

    def __init__(
        self, state: State, units: Sequence[Unit], blocks: Blocks, run: Run, executor: Executor | None
    ) -> None:
        self.state, self.units, self.blocks, self.run = state, units, blocks, run
        self._executor = executor
        self.cost = run.cost or 0  # of the State's plan
        self._exchanges = Exchanges(blocks.columns, units, LINKED)
        self._limit = 1 + len(state.placement) // PARTS
        self.largest = min(WIDE, self._limit)
        self._rng = np.random.default_rng(run.options.seed)

    def go_through(self, parts: Iterable[Ints], slack: float) -> tuple[int, int]:
        """Settle parts in their order, until the run ends; return how many there were, and the change of cost."""
        order = iter(parts)
        at_once = self.run.options.workers if self._executor is not None else 1
        running: dict[Future[Solved], Block] = {}
        total, number = 0, 0
        while self.run.go_on():
            while len(running) < at_once and self.run.left > 1.0:
                part = next(order, None)
                if part is None:
                    break
                block, shard = self._shard(part, number, slack)
                number += 1
                running[self._submit(shard)] = block
            if not running:
                break
            done, _ = wait(running, timeout=POLL, return_when=FIRST_COMPLETED)
            for future in done:
                change = self._take(running.pop(future), future.result())
                total += change
                self.cost += change
                self.run.cost = min(self.cost, self.run.cost or self.cost)
        for future in running:
            future.cancel()
        return number, total

    def _shard(self, sessions: Ints, number: int, slack: float) -> tuple[Block, Shard]:
        block = self.blocks.take_out(sessions, slack)
        has_clock = self.run.options.iterations is None
        seconds = min(LONGEST, max(0.5, self.run.left - 1.0)) if has_clock else float("inf")
        return block, shard_of(
            block.model,
            self.blocks.cuts_of(block),
            block.start,
            number=number,
            seconds=seconds,
            gap=max(0.999, CLOSE * len(sessions)),
            seed=self.run.options.seed,
        )

    def _submit(self, shard: Shard) -> Future[Solved]:
        if self._executor is not None:
            return self._executor.submit(solve_shard, shard)
        future: Future[Solved] = Future()
        future.set_result(solve_shard(shard))
        return future

    def _take(self, block: Block, solved: Solved) -> int:
        if not len(solved.values):
            return 0
        chosen = np.nonzero(solved.values[len(block.model.variable_cost) :] > 0.5)[0]
        return self.blocks.put_back(block, chosen)

    def begin_near(self) -> None:
        """Build a plan anew, each session by the best column that is left, those with the fewest good ones first."""
        p, b, c = self.state.arrays, self.state.board, self.blocks.columns
        everything = np.arange(len(p.sessions))
        held = np.array([must_place(self.state, s) for s in everything.tolist()], dtype=np.bool_)
        self.cost -= take_all(p, b, everything[~held])
        choices = np.bincount(c.session[c.regret <= GOOD], minlength=len(everything))
        order = np.lexsort((c.regret, choices[c.session]))
        b.completing[:] = 1
        put_all(p, b, *(a[order] for a in (c.session, c.option, c.person, c.venue)))
        b.completing[:] = 0
        self.blocks.mend(everything, np.arange(len(p.series)))
        construct(self.blocks.candidates, self.units, self.run.go_on, len(self.units))
        self.cost += amount_of(p, b, everything[~held])

    def widen(self) -> None:
        """Settle twice as many sessions at once from now on, as long as models can be solved."""
        self.largest = min(2 * self.largest, WIDEST, self._limit)

    def angle(self) -> float:
        """Return how the borders of regions run next time."""
        return float(self._rng.random() * np.pi)

    def cool(self) -> None:
        """Anneal what fell into place apart from the rest."""
        p = self.state.arrays
        if (p.sessions["place"] < 0).any() or (p.venues["place"] < 0).any():
            return  # a session at an unknown place may hide that two others leave no time to travel
        cooling = Cooling(self.state, self.blocks.columns, self.run.options.seed)
        chunks = max(1, MOVES * len(p.sessions) // CHUNK)
        began, left = self.run.elapsed, self.run.left * MOST_COOLING
        done, used = 0, 0.0
        while used < 1.0 and self.run.go_on():
            cooling.run(HEAT * (COLD / HEAT) ** used)
            done += 1
            used = max(done / chunks, (self.run.elapsed - began) / left)
        cooling.finish()
        self.cost += cooling.change
        self.run.cost = min(self.cost, self.run.cost or self.cost)
        self.run.note(f"cooled, cost {self.cost}")

    def exchanging(self) -> Iterator[Ints]:
        """Yield blocks around the sessions that could be placed better, with those that stand in their way."""
        b = self.state.board
        regret = regrets_of(self.blocks.columns, b, NARROW)
        regret *= 0.5 + self._rng.random(len(regret))
        return self._exchanges.blocks(b, regret, self.largest)

    def owing(self) -> Iterator[Ints]:
        """Yield the sessions around each duty that is not met: those that would count, and those of its holder."""
        p, b = self.state.arrays, self.state.board
        eligible: dict[int, list[int]] = {}
        for s in range(len(p.sessions)):
            for d in p.duty_of[p.sessions["duty"][s] : p.sessions["duty_end"][s]].tolist():
                eligible.setdefault(d, []).append(s)
        for d in np.nonzero(b.duty_done < p.duty_need)[0].tolist():
            mine = np.nonzero(b.who_of == p.duty_holder[d])[0].tolist()
            found = np.unique(np.array((eligible.get(d, []) + mine)[:SHORT_BLOCK], dtype=np.int64))
            if len(found):
                yield found

    def missing(self) -> Iterator[Ints]:
        """Yield the sessions around those that lack something: of their class, and at their times of their people."""
        state = self.state
        p, b = state.arrays, state.board
        lacking = [s for s in range(len(p.sessions)) if not state.is_whole(s)]
        for s in lacking[:200]:
            around = near_in_time(p, b, s)
            classes = p.class_of[p.sessions["klass"][s] : p.sessions["klass_end"][s]]
            mine = np.nonzero(np.isin(p.class_of, classes))[0]
            found = np.concatenate(
                (np.array([s]), p.class_session[mine].astype(np.int64), around[:SHORT_BLOCK])
            )
            yield np.unique(found)


def joined(parts: Iterable[Ints]) -> list[Ints]:
    """Join short blocks: what it takes to build and solve one hardly grows with them."""
    blocks: list[Ints] = []
    for part in parts:
        if blocks and len(blocks[-1]) + len(part) <= JOINED:
            blocks[-1] = np.union1d(blocks[-1], part)
        else:
            blocks.append(part)
    return blocks


def near_in_time(p: Arrays, b: Board, s: int) -> Ints:
    """Return placed sessions at the days of a session that have instructors who could teach it."""
    able = np.zeros(len(p.instructors) + 1, dtype=np.bool_)
    able[p.people[p.people_at[p.sessions["people"][s]] : p.people_at[p.sessions["people"][s] + 1]]] = True
    days = np.unique(p.options["day"][p.sessions["option"][s] : p.sessions["option_end"][s]])
    there = np.isin(np.append(p.options["day"], -1)[b.option_of], days) & able[b.who_of]
    return np.nonzero(there)[0]


def settle(settling: Settling) -> None:
    """Go through blocks again and again, mostly where there is regret, until the run ends or nothing is gained."""
    run, state = settling.run, settling.state
    run.enter("blocks")
    try:
        _begin_anew(settling)
        idle = 0
        for n in range(1, (run.options.iterations or 1000) + 1):
            gained = settling.go_through(joined(settling.missing()), INFINITE)[1]
            gained += settling.go_through(joined(settling.owing()), INFINITE)[1]
            parts: Iterable[Ints] = settling.exchanging()
            if n % TURN == 0:
                angle = None if n % (2 * TURN) else settling.angle()
                parts = blocks_of(state, settling.units, angle, settling.largest)
            count, change = settling.go_through(parts, NARROW)
            gained += change
            run.note(f"{count} blocks, cost {run.cost}")
            if -change <= LITTLE * abs(settling.cost):
                settling.widen()
            idle = 0 if gained else idle + 1
            if not run.go_on() or idle == PATIENCE:
                return
    except Stopped:
        return


def _begin_anew(settling: Settling) -> None:
    """Build a plan near the prices, and keep it if it is better than the one that there was."""
    run, state = settling.run, settling.state
    p, b = state.arrays, state.board
    everything = np.arange(len(p.sessions))
    before, cost = ways_of(b, everything), settling.cost
    try:
        settling.begin_near()
        run.note(f"begun near the prices, cost {settling.cost}")
        settling.cool()
        settling.go_through(joined(settling.missing()), INFINITE)
    finally:
        if settling.cost >= cost:
            take_all(p, b, everything)
            put_back_all(p, b, everything, *before)
            settling.cost = cost
