"""The few demands that limits and shared lessons entangle, as an integer program: who may be left short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from party_lessons.rules.demands import Cap, Demand


@dataclass(frozen=True, slots=True)
class Row:
    """A sum over variables, each with its factor, that is between two numbers."""

    variables: Sequence[int]
    factors: Sequence[int]
    least: float
    most: float


@dataclass
class Program:
    """Whole variables from 0 to `most`; what is wanted is the greatest sum of gains under the rows."""

    most: list[int] = field(default_factory=list)
    gains: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def variable(self, most: int, gain: int = 0) -> int:
        """Add a variable and answer its place."""
        self.most.append(most)
        self.gains.append(gain)
        return len(self.most) - 1


Solve = Callable[[Program], Sequence[int]]
"""Gives the value of each variable in a best solution. There always is one."""


def left_short(
    demands: Sequence[Demand], places: Sequence[int], bound: Mapping[int, Sequence[Cap]], solve: Solve
) -> set[int]:
    """Which of the demands at `places`, that nobody else competes with, some fullest seating leaves short."""
    model = _Model(demands, places, bound)
    served = model.served(solve(model.program))
    most = sum(served.values())
    if most == sum(demands[place].missing for place in places):
        return set()
    model.keep_serving(most)
    found = {place for place in places if served[place] < demands[place].missing}
    while True:
        # As many more at once as there are: none, when the rest is served in every fullest seating.
        model.leave_out(set(places) - found)
        served = model.served(solve(model.program))
        more = {place for place in places if served[place] < demands[place].missing} - found
        if not more:
            return found
        found |= more


class _Model:
    """Who teaches what, and how many lessons of each demand are served by it."""

    def __init__(
        self, demands: Sequence[Demand], places: Sequence[int], bound: Mapping[int, Sequence[Cap]]
    ) -> None:
        self.program = Program()
        self._demands, self._places = demands, places
        self._teaches: dict[tuple[int, int], int] = {}
        self._taught: defaultdict[int, list[int]] = defaultdict(list)
        self._served = {place: self._serve(demands[place]) for place in places}
        self._left_out = {place: self.program.variable(0) for place in places}
        for place in places:
            pair = self._served[place], self._left_out[place]
            self.program.rows.append(Row(pair, (1, 1), 0, demands[place].missing))
        for taught in self._taught.values():
            self._at_most(taught, 1)
        for person in {demands[place].person for place in places}:
            for cap in bound.get(person, ()):
                self._at_most(
                    [self._teaches[person, s] for s in cap.sessions if (person, s) in self._teaches], cap.most
                )

    def _serve(self, demand: Demand) -> int:
        served = self.program.variable(demand.missing, gain=1)
        taught = [self._teach(demand.person, session) for session in demand.sessions]
        self.program.rows.append(Row([served, *taught], [1, *[-1] * len(taught)], -len(taught), 0))
        return served

    def _teach(self, person: int, session: int) -> int:
        key = person, session
        if key not in self._teaches:
            self._teaches[key] = self.program.variable(1)
            self._taught[session].append(self._teaches[key])
        return self._teaches[key]

    def _at_most(self, variables: Sequence[int], most: int) -> None:
        if len(variables) > most:
            self.program.rows.append(Row(variables, [1] * len(variables), 0, most))

    def served(self, values: Sequence[int]) -> dict[int, int]:
        """Lessons of each demand that a solution serves."""
        return {place: values[variable] for place, variable in self._served.items()}

    def keep_serving(self, most: int) -> None:
        """From now on only seatings that serve so many; the gain is in those they leave short."""
        variables = list(self._served.values())
        self.program.rows.append(Row(variables, [1] * len(variables), most, most))
        for variable in variables:
            self.program.gains[variable] = 0

    def leave_out(self, places: set[int]) -> None:
        """Look for seatings that leave as many of these short as can be."""
        for place, variable in self._left_out.items():
            self.program.most[variable] = self.program.gains[variable] = int(place in places)
