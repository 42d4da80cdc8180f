"""Moves: taking many sessions out of a plan and putting them back, compiled."""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board, clear, place
from scheduling.engine.compiling import compiled, whole
from scheduling.engine.kernel import added_by, is_possible

Ints = npt.NDArray[np.int64]
Ways = tuple[Int32s, Int32s, Int32s]  # options, instructors, venues


@compiled
def ways_of(b: Board, sessions: Ints) -> Ways:
    """Return where sessions are now, to be put back there."""
    return b.option_of[sessions], b.who_of[sessions], b.room_of[sessions]


@compiled
def take_all(p: Arrays, b: Board, sessions: Ints) -> int:
    """Take sessions out and return what they had added to the cost."""
    total = 0
    for s in sessions:
        o, who, room = whole(b.option_of[s]), whole(b.who_of[s]), whole(b.room_of[s])
        if o >= 0:
            clear(p, b, s)
            total += added_by(p, b, s, o, who, room)
    return total


@compiled
def put_all(p: Arrays, b: Board, session: Ints, option: Ints, person: Ints, venue: Ints) -> None:
    """Place sessions that are not placed yet by the first of some columns that is possible, one after another."""
    for n in range(len(session)):
        s, o, who, room = session[n], option[n], person[n], venue[n]
        if o >= 0 and b.option_of[s] < 0 and is_possible(p, b, s, o, who, room):
            place(p, b, s, o, who, room)


@compiled
def put_back_all(p: Arrays, b: Board, session: Ints, option: Int32s, person: Int32s, venue: Int32s) -> None:
    """Place sessions where they were, whatever the rules say."""
    for n in range(len(session)):
        if option[n] >= 0:
            place(p, b, session[n], whole(option[n]), whole(person[n]), whole(venue[n]))


@compiled
def amount_of(p: Arrays, b: Board, sessions: Ints) -> int:
    """Return what some sessions add to the cost of the rest."""
    option, person, venue = ways_of(b, sessions)
    total = take_all(p, b, sessions)
    put_back_all(p, b, sessions, option, person, venue)
    return total
