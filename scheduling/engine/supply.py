"""Supply: what there is of everything that has a price, what that is worth, and where choices take more than there is."""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import UNLIMITED, Arrays
from scheduling.engine.compiling import Struct, StructType, compiled, share
from scheduling.engine.priced_rows import DAY_, MONTH, TOTAL, WEEK, Rows
from scheduling.engine.reach import Floats
from scheduling.engine.reduced import Chosen, Prices

Excess = Prices  # taken less what there is, row by row


class LeadersType(StructType):
    """The type of Leaders in compiled code."""


class Leaders(Struct):
    """By class: what its missing leader hours cost when 0, 1, ... lessons are taught by leaders, all lessons placed."""

    at: npt.NDArray[np.int64]
    cost: Floats


share(Leaders, LeadersType, __file__)


def leaders_of(p: Arrays) -> Leaders:
    """Return the costs of missing leader hours; one lesson counts as long as the class's longest."""
    lessons: list[list[int]] = [[] for _ in p.class_home]
    for session in p.sessions:
        for c in p.class_of[session["klass"] : session["klass_end"]]:
            lessons[c].append(int(session["half_hours"]))
    weight = int(p.weights[0]["leader_share"])
    costs: list[list[float]] = []
    for c, hours in enumerate(lessons):
        percent, total, longest = int(p.class_percent[c]), sum(hours), max(hours, default=0)
        steps = range(len(hours) + 1 if percent and weight else 1)
        missing = [max(0, -((100 * n * longest - percent * total) // 200)) for n in steps]
        costs.append([float(weight * m) for m in missing])
    at = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum([len(c) for c in costs], dtype=np.int64)))
    return Leaders(at=at, cost=np.array([x for c in costs for x in c], dtype=np.float64))


def nothing(p: Arrays, rows: Rows) -> Prices:
    """Return zeros for all rows."""

    def zeros(*shape: int) -> npt.NDArray[np.float32]:
        return np.zeros(shape, dtype=np.float32)

    return Prices(
        person=zeros(len(p.instructors), len(rows.person_kind)),
        venue=zeros(len(p.venues), len(rows.venue_kind)),
        resource=zeros(len(p.resources), len(rows.moments)),
        classes=zeros(rows.class_rows),
        leader=zeros(len(p.class_home)),
        duty=zeros(len(p.duty_holder)),
    )


@compiled
def _capacity(p: Arrays, i: int, kind: int, price: float) -> float:
    """Return how often an instructor may be taken in a row; of the total, as often as its price pays for."""
    x = p.instructors[i]
    if kind == TOTAL:
        twice, weights = min(2 * x.target, x.max_total), p.weights[0]
        if price >= weights.over_target + weights.over_twice_target:
            return float(x.max_total)
        return float(twice if price >= weights.over_target else min(x.target, x.max_total))
    if kind == MONTH:
        return float(x.max_month)
    if kind == WEEK:
        return float(x.max_week)
    return float(x.max_day) if kind == DAY_ else 1.0


@compiled
def _wanted(leaders: Leaders, c: int, price: float) -> tuple[int, float]:
    """Return how many lessons by leaders a class takes at a price, and what they and the missing ones cost."""
    best, at = leaders.cost[leaders.at[c]], 0
    for n in range(1, leaders.at[c + 1] - leaders.at[c]):
        cost = leaders.cost[leaders.at[c] + n] + n * price
        if cost < best:
            best, at = cost, n
    return at, best


@compiled
def worth_of_supply(p: Arrays, rows: Rows, leaders: Leaders, prices: Prices) -> float:
    """Return what is to be added to the groups' reduced costs for a bound."""
    total = 0.0
    weights = p.weights[0]
    for i in range(len(p.instructors)):
        x = p.instructors[i]
        for m in range(len(rows.person_kind)):
            price = np.float64(prices.person[i, m])
            if price > 0 and m > 0:
                total -= price * _capacity(p, i, rows.person_kind[m], price)
            elif price > 0:
                first, second = min(x.target, x.max_total), min(2 * x.target, x.max_total)
                total -= price * first
                total -= max(0.0, price - weights.over_target) * (second - first)
                beyond = price - weights.over_target - weights.over_twice_target
                total -= max(0.0, beyond) * (x.max_total - second)
    for v in range(len(p.venues)):
        for m in range(len(rows.venue_kind)):
            price = np.float64(prices.venue[v, m])
            if price > 0:
                total -= price * (p.venues[v].max_day if rows.venue_kind[m] == DAY_ else p.venues[v].groups)
    for r in range(len(p.resources)):
        for m in range(prices.resource.shape[1]):
            total -= np.float64(prices.resource[r, m]) * p.resources[r]
    for n in range(len(prices.classes)):
        total -= prices.classes[n]
    for c in range(len(prices.leader)):
        total += _wanted(leaders, c, prices.leader[c])[1]
    for d in range(len(prices.duty)):
        total += np.float64(prices.duty[d]) * p.duty_need[d]
    return total


@compiled
def direction(
    p: Arrays,
    rows: Rows,
    leaders: Leaders,
    prices: Prices,
    chosen: Chosen,
    now: Excess,
) -> None:
    """Set ``now`` to what the choices take beyond what there is."""
    now.person[:] = 0
    now.venue[:] = 0
    now.resource[:] = 0
    now.classes[:] = 0
    now.leader[:] = 0
    now.duty[:] = 0
    for s in range(len(p.sessions)):
        o = chosen.option[s]
        if o >= 0:
            _take(p, rows, chosen, s, o, now)
    for i in range(len(p.instructors)):
        for m in range(len(rows.person_kind)):
            now.person[i, m] -= _capacity(p, i, rows.person_kind[m], prices.person[i, m])
    for v in range(len(p.venues)):
        for m in range(len(rows.venue_kind)):
            now.venue[v, m] -= p.venues[v].max_day if rows.venue_kind[m] == DAY_ else p.venues[v].groups
    for r in range(len(p.resources)):
        for m in range(now.resource.shape[1]):
            now.resource[r, m] -= p.resources[r]
    for n in range(len(now.classes)):
        now.classes[n] -= 1
    for c in range(len(now.leader)):
        now.leader[c] = _wanted(leaders, c, prices.leader[c])[0] - now.leader[c]
    for d in range(len(now.duty)):
        now.duty[d] = p.duty_need[d] - now.duty[d]


@compiled
def _take(p: Arrays, rows: Rows, chosen: Chosen, s: int, o: int, now: Excess) -> None:
    session, who, venue = p.sessions[s], chosen.person[s], chosen.venue[s]
    for n in range(rows.class_at[o], rows.class_at[o + 1]):
        for m in range(rows.class_first[n], rows.class_last[n]):
            now.classes[m] += 1
    for n in range(session.use, session.use_end):
        for m in range(rows.first[o], rows.last[o]):
            now.resource[p.use_resource[n], m] += p.use_amount[n]
    if venue >= 0:
        now.venue[venue, rows.venue_day[o]] += 1
        at = rows.venue_moment[o]
        for m in range(at, at + rows.last[o] - rows.first[o]):
            now.venue[venue, m] += 1
    if who >= 0:
        now.person[who, TOTAL] += 1
        now.person[who, rows.month[o]] += 1
        now.person[who, rows.week[o]] += 1
        now.person[who, rows.day[o]] += 1
        for m in range(rows.moment[o], rows.moment_end[o]):
            now.person[who, m] += 1
        if p.instructors[who].leads:
            for n in range(session.klass, session.klass_end):
                now.leader[p.class_of[n]] += 1
        for n in range(session.duty, session.duty_end):
            if p.duty_holder[p.duty_of[n]] == who:
                now.duty[p.duty_of[n]] += 1


@compiled
def _move(
    price: npt.NDArray[np.float32],
    excess: npt.NDArray[np.float32],
    mean: npt.NDArray[np.float32],
    square: npt.NDArray[np.float32],
    step: float,
    keep: float,
    keep_square: float,
) -> None:
    for n in range(price.size):
        if price[n] <= 0 and excess[n] <= 0:
            mean[n] *= keep
            continue
        e = excess[n]
        mean[n] = keep * mean[n] + (1 - keep) * e
        square[n] = keep_square * square[n] + (1 - keep_square) * e * e
        price[n] = max(0.0, price[n] + step * mean[n] / (np.sqrt(square[n]) + 0.1))


WORTH = 10.0  # prices of lessons that are wanted move so much faster than those of time that is scarce


def move(
    p: Arrays,
    prices: Prices,
    excess: Excess,
    mean: Excess,
    square: Excess,
    pace: tuple[float, float, float],
) -> None:
    """Move prices along the smoothed excess, each in its own measure; a duty's lesson is worth what missing it costs at most."""
    weights = p.weights[0]
    step, keep, keep_square = pace
    for name in Prices.__annotations__:
        a, b, c, d = (getattr(x, name).reshape(-1) for x in (prices, excess, mean, square))
        _move(a, b, c, d, step * (WORTH if name in ("duty", "leader") else 1.0), keep, keep_square)
    prices.duty[:] = np.minimum(prices.duty, weights["duty"] * p.duty_priority)
    twice = weights["over_target"] + weights["over_twice_target"]
    endless = p.instructors["max_total"] >= UNLIMITED
    prices.person[endless, 0] = np.minimum(prices.person[endless, 0], np.float32(twice))
