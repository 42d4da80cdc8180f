"""Pricing: reduced costs of all columns at once, and the lower bound over all plans that any duals give.

A column's reduced cost is the sum of those of its elements and of what instructor and place cost together. For a place
only the venue with the smallest reduced cost matters, so there is one pair for each instructor element and place of a start.
"""

from dataclasses import dataclass

import numpy as np

from scheduling.engine.cliques import Kind
from scheduling.engine.highs import Floats
from scheduling.engine.index import NONE, Bools, Ints
from scheduling.engine.linear import Model
from scheduling.engine.state import Placement
from scheduling.engine.terms import Columns, Terms


@dataclass(frozen=True)
class Priced:
    """What some duals say: a lower bound, each session's smallest reduced cost, and that of each pair and venue."""

    bound: float
    least: Floats
    pairs: Floats
    venues: Floats


class Pricer:
    """All columns of a model, implicitly."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.rows = len(model.lower)
        self.row_lower, self.row_upper = np.array(model.lower), np.array(model.upper)
        self.terms = Terms(model)
        self._make_groups()
        self._make_pairs()
        self.t_number = self.terms.numbers(model.t_session)

    @staticmethod
    def size(model: Model) -> int:
        """Return an upper limit of the number of pairs."""
        people = np.bincount(model.i_time, minlength=len(model.t_cost))
        venues = np.bincount(model.v_time, minlength=len(model.t_cost))
        places = len(model.index.problem.places) + 2
        return int(np.sum(people * np.minimum(venues, places)))

    def _make_groups(self) -> None:
        """Group the venue elements of each start by place."""
        model = self.model
        self._order = np.lexsort((model.v_venue, model.v_place, model.v_time))
        time, place = model.v_time[self._order], model.v_place[self._order]
        is_new = np.ones(len(time), dtype=np.bool_)
        is_new[1:] = (np.diff(time) != 0) | (np.diff(place) != 0)
        self._g_begin = np.nonzero(is_new)[0]
        self._g_end = np.append(self._g_begin[1:], len(time))
        self.g_time, self.g_place = time[self._g_begin], place[self._g_begin]

    def _make_pairs(self) -> None:
        model = self.model
        count = len(model.t_cost)
        people = np.bincount(model.i_time, minlength=count)
        groups = np.bincount(self.g_time, minlength=count)
        first_person = np.concatenate(([0], np.cumsum(people)[:-1])) if count else people
        first_group = np.concatenate(([0], np.cumsum(groups)[:-1])) if count else groups
        sizes = people * groups
        t = np.repeat(np.arange(count), sizes)
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self.p_time = t
        self.p_group = first_group[t] + within // people[t]
        self.p_person = first_person[t] + within % people[t]
        self.p_cost, rushed = self._pair_costs()
        if rushed.any():
            self.p_time, self.p_group = self.p_time[~rushed], self.p_group[~rushed]
            self.p_person, self.p_cost = self.p_person[~rushed], self.p_cost[~rushed]

    def _pair_costs(self) -> tuple[Ints, Bools]:
        """Return what each pair's instructor and place cost together, and which cannot be for lack of time to travel."""
        model = self.model
        who = model.i_who[self.p_person]
        cost, rushed = np.zeros(len(who), dtype=np.int64), np.zeros(len(who), dtype=np.bool_)
        has_placed = any(p is not None for p in model.state.placement)
        begins = np.searchsorted(self.p_group, np.arange(len(self.g_place) + 1))
        for g, place in enumerate(self.g_place.tolist() if model.is_priced else ()):
            there = np.arange(begins[g], begins[g + 1])
            there = there[who[there] != NONE]
            s, start = int(model.t_session[self.g_time[g]]), int(model.t_begin[self.g_time[g]])
            if has_placed:
                rushed[there] = model.candidates.rushed(s, start, who[there], place)
            cost[there] += model.candidates.way_costs(s, who[there], place)
        return cost, rushed

    def reduced(self, kind: Kind, cost: Floats, duals: Floats) -> Floats:
        """Return the reduced costs of all elements of one kind."""
        row, element, value = self.terms.entries[kind]
        return cost - np.bincount(element, weights=value * duals[row], minlength=len(cost))

    def price(self, given: Floats) -> Priced:
        """Return reduced costs and the bound that row duals give; any duals give a true bound."""
        model = self.model
        duals = self._signed(given)
        times = self.reduced(Kind.TIME, model.t_cost.astype(np.float64), duals)
        people = self.reduced(Kind.INSTRUCTOR, model.i_cost.astype(np.float64), duals)
        venues = self.reduced(Kind.VENUE, model.v_cost.astype(np.float64), duals)
        sorted_venues = venues[self._order]
        groups = np.minimum.reduceat(sorted_venues, self._g_begin) if len(self._g_begin) else np.zeros(0)
        pairs = times[self.p_time] + people[self.p_person] + groups[self.p_group] + self.p_cost
        least = model.out_cost.copy()
        np.minimum.at(least, self.t_number[self.p_time], pairs)
        bound = model.constant + float(least.sum()) + self._rows_bound(duals) + self._variables_bound(duals)
        return Priced(bound, least, pairs, venues)

    def _signed(self, duals: Floats) -> Floats:
        """Drop the parts of duals that point to a side a row does not have."""
        low = np.isfinite(self.row_lower)
        high = np.isfinite(self.row_upper)
        duals = np.where(~low & (duals > 0), 0.0, duals)
        return np.where(~high & (duals < 0), 0.0, duals)

    def _rows_bound(self, duals: Floats) -> float:
        low = np.where(duals > 0, np.where(np.isfinite(self.row_lower), self.row_lower, 0.0), 0.0)
        high = np.where(duals < 0, np.where(np.isfinite(self.row_upper), self.row_upper, 0.0), 0.0)
        return float(np.sum(duals * (low + high)))

    def _variables_bound(self, duals: Floats) -> float:
        cost = self.reduced(Kind.VARIABLE, np.array(self.model.variable_cost), duals)
        return float(np.sum(np.minimum(0.0, cost) * np.array(self.model.variable_upper)))

    def of_pairs(self, pairs: Ints, priced: Priced) -> Columns:
        """Return the columns of some pairs, each with its place's cheapest venue."""
        group = self.p_group[pairs]
        venue = np.zeros(len(pairs), dtype=np.int64)
        cheapest: dict[int, int] = {}
        for n, g in enumerate(group.tolist()):
            if g not in cheapest:
                ids = self._order[self._g_begin[g] : self._g_end[g]]
                cheapest[g] = int(ids[np.argmin(priced.venues[ids])])
            venue[n] = cheapest[g]
        return self._columns(self.p_time[pairs], self.p_person[pairs], venue, self.p_cost[pairs])

    def within(self, priced: Priced, slack: float) -> Columns:
        """Return every column whose reduced cost is at most ``slack`` above its session's smallest."""
        over = priced.pairs - priced.least[self.t_number[self.p_time]]
        pairs = np.nonzero(over <= slack)[0]
        group = self.p_group[pairs]
        sizes = self._g_end[group] - self._g_begin[group]
        n = np.repeat(np.arange(len(pairs)), sizes)
        offset = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        venue = self._order[self._g_begin[group][n] + offset]
        sorted_venues = priced.venues[self._order]
        cheapest = np.minimum.reduceat(sorted_venues, self._g_begin) if len(self._g_begin) else np.zeros(0)
        keep = over[pairs][n] + priced.venues[venue] - cheapest[group][n] <= slack
        chosen = pairs[n[keep]]
        return self._columns(self.p_time[chosen], self.p_person[chosen], venue[keep], self.p_cost[chosen])

    def out_columns(self) -> Columns:
        """Return the columns that leave a session out, where that may be."""
        cost = self.model.out_cost
        free = np.array(self.model.free, dtype=np.int64)[np.isfinite(cost)]
        none = np.full(len(free), NONE)
        return Columns(free, none, none, none, cost[np.isfinite(cost)].astype(np.int64))

    def find(self, s: int, placement: Placement) -> Columns | None:
        """Return the column of one placement, None where the model does not have it."""
        model = self.model
        for t in model.times_of[s].tolist():
            if model.t_begin[t] == placement.start:
                i = self._at(model.i_time, model.i_who, t, placement.instructor)
                v = self._at(model.v_time, model.v_venue, t, placement.venue)
                if len(i) and len(v):
                    g = self._at(self.g_time, self.g_place, t, int(model.v_place[v[0]]))
                    pair = self._at(self.p_group, self.p_person, int(g[0]), int(i[0]))
                    return self._columns(np.array([t]), i, v, self.p_cost[pair]) if len(pair) else None
        return None

    @staticmethod
    def _at(keys: Ints, values: Ints, key: int, value: int) -> Ints:
        """Return where sorted keys and their values are what is asked for."""
        begin, end = np.searchsorted(keys, (key, key + 1)).tolist()
        return np.asarray(begin + np.nonzero(values[begin:end] == value)[0])

    def placement(self, columns: Columns, n: int) -> Placement | None:
        """Return where a column puts its session."""
        t = int(columns.time[n])
        if t == NONE:
            return None
        model = self.model
        return Placement(
            int(model.t_begin[t]), int(model.i_who[columns.person[n]]), int(model.v_venue[columns.venue[n]])
        )

    def _columns(self, time: Ints, person: Ints, venue: Ints, coupled: Ints) -> Columns:
        model = self.model
        cost = model.t_cost[time] + model.i_cost[person] + model.v_cost[venue] + coupled
        return Columns(model.t_session[time], time, person, venue, cost)
