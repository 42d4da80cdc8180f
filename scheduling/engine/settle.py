"""Settle: block after block of a large problem, each by an integer model over the columns near the prices."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

import numpy as np

from scheduling.engine.arrays import Arrays
from scheduling.engine.blocks import Block, Blocks, amount_of, blocks_of, put_back_all, take_all
from scheduling.engine.board import Board
from scheduling.engine.candidates import must_place
from scheduling.engine.column_model import shard_of
from scheduling.engine.construct import Unit, construct
from scheduling.engine.index import NONE, Ints
from scheduling.engine.linear import Stopped
from scheduling.engine.run import Run
from scheduling.engine.shards import Shard, Solved, solve_shard
from scheduling.engine.state import State

GAP = 0.001  # of a block: what is close enough
LONGEST = 20.0  # seconds for one block
POLL = 0.2
SHORT_BLOCK = 60  # sessions around somebody who owes a lesson


class Settling:
    """Goes through the blocks of a State, some of them at once."""

    def __init__(
        self, state: State, units: Sequence[Unit], blocks: Blocks, run: Run, executor: Executor | None
    ) -> None:
        self.state, self.units, self.blocks, self.run = state, units, blocks, run
        self._executor = executor
        self.cost = run.cost or 0  # of the State's plan
        self._rng = np.random.default_rng(run.options.seed)
        self.solving = self.laying_out = 0.0  # seconds, of all workers and of this process

    def go_through(self, parts: Sequence[Ints], *, priced: bool) -> int:
        """Settle all parts, in random order; return the change of cost. Stops when the run does."""
        order = [parts[n] for n in self._rng.permutation(len(parts)).tolist()]
        at_once = self.run.options.workers if self._executor is not None else 1
        running: dict[Future[Solved], Block] = {}
        total, number = 0, 0
        while (order or running) and self.run.go_on():
            while order and len(running) < at_once and self.run.left > 1.0:
                block, shard = self._shard(order.pop(), number, priced=priced)
                number += 1
                running[self._submit(shard)] = block
            done, _ = wait(running, timeout=POLL, return_when=FIRST_COMPLETED)
            for future in done:
                change = self._take(running.pop(future), future.result(), priced=priced)
                total += change
                self.cost += change
                if not priced:
                    self.run.cost = self.cost
            if not running and self.run.left <= 1.0:
                break
        for future in running:
            future.cancel()
        return total

    def _shard(self, sessions: Ints, number: int, *, priced: bool) -> tuple[Block, Shard]:
        began = time.perf_counter()
        block = self.blocks.take_out(sessions, priced=priced)
        has_clock = self.run.options.iterations is None
        seconds = min(LONGEST, max(0.5, self.run.left - 1.0)) if has_clock else float("inf")
        shard = shard_of(
            block.model,
            None,
            block.start if not priced else block.start[:0],
            number=number,
            seconds=seconds,
            gap=GAP,
            seed=self.run.options.seed,
        )
        self.laying_out += time.perf_counter() - began
        return block, shard

    def _submit(self, shard: Shard) -> Future[Solved]:
        if self._executor is not None:
            return self._executor.submit(solve_shard, shard)
        future: Future[Solved] = Future()
        future.set_result(solve_shard(shard))
        return future

    def _take(self, block: Block, solved: Solved, *, priced: bool) -> int:
        self.solving += solved.seconds
        if not len(solved.values):
            return 0
        chosen = np.nonzero(solved.values[len(block.model.variable_cost) :] > 0.5)[0]
        return self.blocks.put_back(block, chosen, always=priced)

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


def near_in_time(p: Arrays, b: Board, s: int) -> Ints:
    """Return placed sessions at the days of a session that have instructors who could teach it."""
    able = np.zeros(len(p.instructors) + 1, dtype=np.bool_)
    able[p.people[p.people_at[p.sessions["people"][s]] : p.people_at[p.sessions["people"][s] + 1]]] = True
    days = np.unique(p.options["day"][p.sessions["option"][s] : p.sessions["option_end"][s]])
    there = np.isin(np.append(p.options["day"], -1)[b.option_of], days) & able[b.who_of]
    return np.nonzero(there)[0]


def settle(settling: Settling) -> None:
    """Go through all blocks again and again, by weeks and by regions in turn, until the run ends or nothing is gained."""
    run, state = settling.run, settling.state
    run.enter("blocks")
    try:
        _begin_anew(settling)
        for n in range(1, (run.options.iterations or 1000) + 1):
            gained = settling.go_through(list(settling.missing()), priced=False)
            gained += settling.go_through(list(settling.owing()), priced=False)
            parts = blocks_of(state, settling.units, by_week=n % 2 == 1)
            gained += settling.go_through(parts, priced=False)
            run.note(f"{len(parts)} blocks, cost {run.cost}")
            if not run.go_on() or gained == 0:
                return
    except Stopped:
        return


def _begin_anew(settling: Settling) -> None:
    """Build a plan by prices from nothing, and keep it if it is better than the one that there was."""
    run, state = settling.run, settling.state
    p, b = state.arrays, state.board
    everything = np.arange(len(p.sessions))
    before, cost = (b.option_of.copy(), b.who_of.copy(), b.room_of.copy()), settling.cost
    held = np.array([must_place(state, s) for s in everything.tolist()], dtype=np.bool_)
    settling.cost -= take_all(p, b, everything[~held])
    parts = blocks_of(state, settling.units, by_week=False)
    settling.go_through(parts, priced=True)
    missing = everything[b.option_of == NONE]
    construct(settling.blocks.candidates, settling.units, lambda: True)
    settling.cost += amount_of(p, b, missing)
    run.note(f"{len(parts)} blocks by prices, cost {settling.cost}")
    if settling.cost >= cost:
        settling.cost = cost
        take_all(p, b, everything)
        put_back_all(p, b, everything, *before)
    run.cost = settling.cost
