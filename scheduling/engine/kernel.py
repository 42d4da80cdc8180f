"""The kernel: what all rules and all cost parts say together about one session at one option, compiled.

The functions below are made from RULES and COSTS, by level; no other list of rules or costs exists. Another compiled loop
works on arrays ``p`` and a board ``b`` like this (all positions int64: wrap what comes out of int32 arrays in ``np.int64``)::

    place(p, b, s, o, who, room); clear(p, b, s)     # board.py; the only writers
    mask_of(p, b, s, o, who, room)                   # s not placed: a bit for each rule in the way, 0: possible
    is_possible(p, b, s, o, who, room)               # the same, stops at the first
    added_by(p, b, s, o, who, room)                  # s not placed: change of the total cost
    best_of(p, b, s, below)                          # insertion.py: the cheapest candidate that adds less than ``below``

To relocate s: ``now = placed(b, s); clear(p, b, s); change = added_by(new) - added_by(now)``, then ``place`` one or the other. To
swap: clear both, take the sum step by step, each measured with what is placed by then. Going through many instructors (or
venues) of one option, ask level by level instead: ``time_blocks(p, b, s, o)``, ``instructor_blocks(…, who)``, ``venue_blocks``,
``place_blocks``, ``pair_blocks`` and ``nobody_blocks`` / ``nowhere_blocks`` for NONE, and ``time_adds`` … ``way_adds``.

``x_blocks`` leaves out what the lists ``people`` and ``rooms`` of the arrays say already, and so does ``x_hindered``, which tells
all rules in the way; ``x_unlisted`` tells what the lists say, ``x_static`` what holds at all times, ``x_mask`` everything. Bit n
of a mask is RULES[n]. ``x_alone`` adds up the cost parts that are not shared, ``instructor_steady`` those that are the same at all
options of a session (ask for any of them) and ``instructor_varies`` the others, which never add less than 0.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduling.engine import costs, rules
from scheduling.engine.arrays import PIN_INSTRUCTOR, PIN_START, PIN_VENUE, Arrays
from scheduling.engine.board import Board, clear, place, place_of, slack_around
from scheduling.engine.compiling import compiled, whole
from scheduling.engine.costs import COSTS
from scheduling.engine.rules import RULES, Rule

__all__ = ["added_by", "clear", "is_possible", "mask_of", "place", "place_of", "placed"]

Ints = npt.NDArray[np.int64]
Part = tuple[str, Callable[..., Any]]  # how its answer is used, and the function

if len(RULES) > 63:
    raise ValueError("a mask has room for 63 rules")

_ARGUMENTS = {
    "time": "p, b, s, o",
    "instructor": "p, b, s, o, who",
    "venue": "p, b, s, o, room",
    "place": "p, b, s, o, place",
    "pair": "p, b, s, o, who, place, slack",
    "way": "p, b, s, o, home, place",
    "nobody": "p, b, s, o",
    "nowhere": "p, b, s, o",
}


def _together(name: str, level: str, parts: Iterable[Part], last: str) -> Callable[..., Any]:
    """Return a compiled function of one level that asks the given ones one after another."""
    arguments = _ARGUMENTS[level]
    space: dict[str, Any] = {"__name__": __name__}
    lines = [f"def {name}({arguments}):", "    found = 0"]
    for n, (use, function) in enumerate(parts):
        space[f"ask_{n}"] = function
        lines.append("    " + use.format(f"ask_{n}({arguments})"))
    source = "\n".join([*lines, f"    return {last}"])
    exec(compile(source, __file__, "exec"), space)  # noqa: S102 - the source is ours, the lists decide its length
    made: Callable[..., Any] = space[name]
    return compiled(made, costs.__file__, rules.__file__)


def _rules(level: str) -> list[tuple[int, Any, Callable[..., Any]]]:
    found = [(n, rule, getattr(rule, level)) for n, rule in enumerate(RULES)]
    return [(n, rule, function) for n, rule, function in found if function is not None]


def _mask(level: str, kind: str = "mask", wanted: Callable[[Rule], bool] = lambda rule: True) -> Any:
    asked = [(n, function) for n, rule, function in _rules(level) if wanted(rule)]
    parts = [(f"found |= {1 << n} if {{}} else 0", function) for n, function in asked]
    return _together(f"{level}_{kind}", level, parts, "found")


def _blocks(level: str, kind: str = "blocks") -> Callable[..., bool]:
    parts = [("if {}: return True", function) for _, rule, function in _rules(level) if not rule.is_listed]
    return _together(f"{level}_{kind}", level, parts, "found != 0")


def _sum(level: str, kind: str, wanted: Callable[[Any], bool]) -> Callable[..., int]:
    functions = [getattr(part, level) for part in COSTS if wanted(part)]
    parts = [("found += {}", function) for function in functions if function is not None]
    return _together(f"{level}_{kind}", level, parts, "found")


def _all(part: Any) -> bool:
    return True


def _is_alone(part: Any) -> bool:
    return not part.is_shared


def _is_steady(part: Any) -> bool:
    return bool(part.is_steady)


def _is_own(part: Any) -> bool:
    return bool(part.is_steady and not part.is_shared)


def _varies(part: Any) -> bool:
    return not part.is_steady


PAIR = sum(1 << n for n, _, _ in _rules("pair"))  # all that can keep somebody from a place

time_mask, time_blocks = _mask("time"), _blocks("time")
instructor_mask, instructor_blocks = _mask("instructor"), _blocks("instructor")
venue_mask, venue_blocks = _mask("venue"), _blocks("venue")
place_mask, place_blocks = _mask("place"), _blocks("place")
pair_mask_within, pair_blocks_within = _mask("pair", "mask_within"), _blocks("pair", "blocks_within")
instructor_static = _mask("instructor", "static", lambda rule: rule.is_static)
instructor_unlisted = _mask("instructor", "unlisted", lambda rule: rule.is_listed)
instructor_hindered = _mask("instructor", "hindered", lambda rule: not rule.is_listed)
venue_static = _mask("venue", "static", lambda rule: rule.is_static)
nobody_mask, nobody_blocks = _mask("nobody"), _blocks("nobody")
nowhere_mask, nowhere_blocks = _mask("nowhere"), _blocks("nowhere")

time_adds, time_alone = _sum("time", "adds", _all), _sum("time", "alone", _is_alone)
instructor_adds = _sum("instructor", "adds", _all)
instructor_alone = _sum("instructor", "alone", _is_alone)
instructor_steady = _sum("instructor", "steady", _is_steady)
instructor_own, venue_own = _sum("instructor", "own", _is_own), _sum("venue", "own", _is_own)
instructor_varies = _sum("instructor", "varies", _varies)
venue_adds, venue_alone = _sum("venue", "adds", _all), _sum("venue", "alone", _is_alone)
place_adds = _sum("place", "adds", _all)
way_adds = _sum("way", "adds", _all)


@compiled
def pair_mask(p: Arrays, b: Board, s: int, o: int, who: int, place: int) -> int:
    """Return a bit for each rule that keeps an instructor from a place then."""
    return pair_mask_within(p, b, s, o, who, place, slack_around(p, b, o, who))


@compiled
def pair_blocks(p: Arrays, b: Board, s: int, o: int, who: int, place: int) -> bool:
    """Whether a rule keeps an instructor from a place then; for many places, ask ``pair_blocks_within``."""
    return pair_blocks_within(p, b, s, o, who, place, slack_around(p, b, o, who))


@compiled
def placed(b: Board, s: int) -> tuple[int, int, int]:
    """Return a session's option, instructor and venue, NONE where there is none."""
    return whole(b.option_of[s]), whole(b.who_of[s]), whole(b.room_of[s])


@compiled
def must_place(p: Arrays, s: int) -> bool:
    """Whether leaving a session out would lose a pinned part."""
    session = p.sessions[s]
    return (
        (session.pins & PIN_START != 0 and session.has_current != 0)
        or (session.pins & PIN_INSTRUCTOR != 0 and session.current_instructor >= 0)
        or (session.pins & PIN_VENUE != 0 and session.current_venue >= 0)
    )


@compiled
def mask_of(p: Arrays, b: Board, s: int, o: int, who: int, room: int) -> int:
    """Return a bit for each rule that keeps an unplaced session from a placement."""
    there = place_of(p, s, room)
    found = time_mask(p, b, s, o) | place_mask(p, b, s, o, there)
    found |= venue_mask(p, b, s, o, room) if room >= 0 else nowhere_mask(p, b, s, o)
    if who < 0:
        return found | nobody_mask(p, b, s, o)
    return found | instructor_mask(p, b, s, o, who) | pair_mask(p, b, s, o, who, there)


@compiled
def is_possible(p: Arrays, b: Board, s: int, o: int, who: int, room: int) -> bool:
    """Whether no rule keeps an unplaced session from a placement."""
    return mask_of(p, b, s, o, who, room) == 0


@compiled
def added_by(p: Arrays, b: Board, s: int, o: int, who: int, room: int) -> int:
    """Return what placing an unplaced session adds to the cost."""
    there = place_of(p, s, room)
    found = time_adds(p, b, s, o) + place_adds(p, b, s, o, there)
    if room >= 0:
        found += venue_adds(p, b, s, o, room)
    if who >= 0:
        home = p.instructors[who].home
        found += instructor_adds(p, b, s, o, who) + way_adds(p, b, s, o, home, there)
    return found


def _parts() -> Callable[..., Ints]:
    """Return a compiled function that gives what a placement adds to each cost part."""
    space: dict[str, Any] = {"__name__": __name__, "np": np, "place_of": place_of}
    lines = ["def parts_of(p, b, s, o, who, room):", "    place = place_of(p, s, room)"]
    lines += [
        "    home = p.instructors[who].home if who >= 0 else -1",
        f"    found = np.zeros({len(COSTS)}, np.int64)",
    ]
    for level, when in (
        ("time", ""),
        ("place", ""),
        ("venue", "room >= 0"),
        ("instructor", "who >= 0"),
        ("way", "who >= 0"),
    ):
        asked = [
            (n, getattr(part, level)) for n, part in enumerate(COSTS) if getattr(part, level) is not None
        ]
        lines.append(f"    if {when or 'True'}:")
        for n, function in asked:
            space[f"{level}_{n}"] = function
            lines.append(f"        found[{n}] += {level}_{n}({_ARGUMENTS[level]})")
        lines.append("        pass")
    exec(compile("\n".join([*lines, "    return found"]), __file__, "exec"), space)  # noqa: S102 - as above
    made: Callable[..., Ints] = space["parts_of"]
    return compiled(made, costs.__file__, rules.__file__)


parts_of = _parts()
