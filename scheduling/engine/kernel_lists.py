"""Answers of the kernel for many instructors, venues or places at one option, for callers in Python."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, place_of
from scheduling.engine.compiling import compiled
from scheduling.engine.kernel import (
    instructor_adds,
    instructor_alone,
    instructor_blocks,
    instructor_mask,
    instructor_static,
    nobody_blocks,
    nowhere_blocks,
    pair_blocks,
    pair_mask,
    parts_of,
    place_adds,
    place_blocks,
    venue_adds,
    venue_alone,
    venue_blocks,
    venue_mask,
    venue_static,
    way_adds,
)

Ints = npt.NDArray[np.int64]


_EACH = """
def {name}(p, b, s, o, them{more}):
    found = np.empty(len(them), np.{kind})
    for n in range(len(them)):
        found[n] = ask(p, b, s, o, {one})
    return found
"""
_CHOSEN = """
def {name}(p, b, s, o):
    begin, end = p.{them}_at[p.sessions[s].{them}], p.{them}_at[p.sessions[s].{them} + 1]
    found, count = np.empty(end - begin, np.int64), 0
    for mark in range(begin, end):
        one = np.int64(p.{them}[mark])
        if not ask(p, b, s, o, one):
            found[count] = one
            count += 1
    return found[:count].copy()
"""


def _made(source: str, name: str, ask: Callable[..., int], **words: str) -> Callable[..., Any]:
    """Return a compiled loop that asks a function of the kernel about many."""
    space: dict[str, Any] = {"__name__": __name__, "np": np, "ask": ask}
    exec(compile(source.format(name=name, **words), __file__, "exec"), space)  # noqa: S102 - the source is above
    made: Callable[..., Any] = space[name]
    return compiled(made)


def _each(name: str, ask: Callable[..., int], kind: str = "int64") -> Callable[..., Any]:
    """Return the loop that takes (p, b, s, o, them) and answers for each of them."""
    return _made(_EACH, name, ask, kind=kind, one="them[n]", more="")


def _each_there(name: str, ask: Callable[..., int], one: str, kind: str = "int64") -> Callable[..., Any]:
    """Return the loop that takes (p, b, s, o, them, place) and answers for each of them at a place."""
    return _made(_EACH, name, ask, kind=kind, one=one, more=", place")


# Who of a session's people and venues no rule of some kind excludes at an option.
people_of = _made(_CHOSEN, "people_of", instructor_static, them="people")
rooms_of = _made(_CHOSEN, "rooms_of", venue_static, them="rooms")
free_people = _made(_CHOSEN, "free_people", instructor_blocks, them="people")
free_rooms = _made(_CHOSEN, "free_rooms", venue_blocks, them="rooms")

# What the kernel says of each of some people, venues or places.
instructor_masks = _each("instructor_masks", instructor_mask)
venue_masks = _each("venue_masks", venue_mask)
blocked_places = _each("blocked_places", place_blocks, "bool_")
pair_masks = _each_there("pair_masks", pair_mask, "them[n], place")
rushed_pairs = _each_there("rushed_pairs", pair_blocks, "them[n], place", "bool_")
way_costs = _each_there("way_costs", way_adds, "p.instructors[them[n]].home, place")


@compiled
def can_lack(p: Arrays, b: Board, s: int) -> tuple[bool, bool]:
    """Return whether a placed session may be without an instructor, and without a venue."""
    o = p.sessions[s].option
    return not nobody_blocks(p, b, s, o), not nowhere_blocks(p, b, s, o)


@compiled
def people_costs(p: Arrays, b: Board, s: int, o: int, people: Ints, alone: bool) -> Ints:
    """Return what each of some instructors adds (``alone``: parts that tie sessions together left out), 0 for NONE."""
    found = np.zeros(len(people), np.int64)
    for n in range(len(people)):
        if people[n] >= 0:
            found[n] = (
                instructor_alone(p, b, s, o, people[n]) if alone else instructor_adds(p, b, s, o, people[n])
            )
    return found


@compiled
def room_costs(p: Arrays, b: Board, s: int, o: int, rooms: Ints, alone: bool) -> Ints:
    """Return what each of some venues adds with its place (``alone``: as above); NONE adds what the session's own place does."""
    found = np.zeros(len(rooms), np.int64)
    for n in range(len(rooms)):
        found[n] = place_adds(p, b, s, o, place_of(p, s, rooms[n]))
        if rooms[n] >= 0:
            found[n] += venue_alone(p, b, s, o, rooms[n]) if alone else venue_adds(p, b, s, o, rooms[n])
    return found


@compiled
def parts_table(p: Arrays, b: Board, s: int, options: Ints, people: Ints, rooms: Ints) -> Ints:
    """Return what each of some placements adds to each cost part, a row each."""
    first = parts_of(p, b, s, options[0], people[0], rooms[0])
    found = np.empty((len(options), len(first)), np.int64)
    for n in range(len(options)):
        found[n] = parts_of(p, b, s, options[n], people[n], rooms[n])
    return found
