"""Clash prices: what a class's time is worth where several lessons with a single start each need it.

All but one of them will have no place, which costs thousands, and prices that climb by a few units a round do not get there.
Any prices give a true bound, so these need only be good: what the second of them would be worth.
"""

import numpy as np

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.priced_rows import Rows
from scheduling.engine.reach import Floats, Floats32, Longs


def price_clashes(p: Arrays, rows: Rows, gain: Floats, prices: Floats32) -> None:
    """Set ``prices`` of the classes' moments; ``gain`` is what each session is worth placed, where nothing has a price."""
    left = gain.copy()  # less the prices that a session pays already
    for row, sessions in _clashes(p, rows):
        second = np.partition(left[sessions], -2)[-2]
        if second > 0:
            prices[row] = second
            left[sessions] -= second


def _clashes(p: Arrays, rows: Rows) -> list[tuple[int, Longs]]:
    """Return the moments of classes that several sessions with a single start cover, each with these sessions."""
    sessions = np.nonzero(p.sessions["option_end"] - p.sessions["option"] == 1)[0]
    options = p.sessions["option"][sessions]
    session, entry = _spread(sessions, rows.class_at[options], rows.class_at[options + 1])
    session, row = _spread(session, rows.class_first[entry], rows.class_last[entry])
    order = np.argsort(row, kind="stable")
    session, row = session[order], row[order]
    many, first, count = np.unique(row, return_index=True, return_counts=True)
    return [
        (int(m), session[at : at + n])
        for m, at, n in zip(many[count > 1], first[count > 1], count[count > 1], strict=True)
    ]


def _spread(keys: Longs, begin: Longs | Int32s, end: Longs | Int32s) -> tuple[Longs, Longs]:
    """Return each number from begin to before end, with the key that it belongs to."""
    count = (end - begin).astype(np.int64)
    ends = np.cumsum(count)
    return np.repeat(keys, count), np.arange(int(count.sum())) + np.repeat(begin - ends + count, count)
