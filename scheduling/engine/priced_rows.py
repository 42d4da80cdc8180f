"""The rows that prices stand on: who, which venue, class and resource is taken how often, and when.

A *moment* is a distinct begin. An instructor's prices lie in one block: total, months, then for each week the week, its days
and its moments, so that what one option needs lies close together. A venue's block holds for each day the day and its moments.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.compiling import Struct, StructType, share

TOTAL, MONTH, WEEK, DAY_, MOMENT = range(5)
Longs = npt.NDArray[np.int64]


class RowsType(StructType):
    """The type of Rows in compiled code."""


class Rows(Struct):
    """Where each option's prices are."""

    moments: Longs  # begins, ascending
    first: Int32s  # by option: the first moment that it covers, and the one after the last of the same day
    last: Int32s
    person_kind: Int32s  # of a position in an instructor's block: TOTAL .. MOMENT
    month: Int32s  # by option: positions in an instructor's block
    week: Int32s
    day: Int32s
    moment: Int32s
    moment_end: Int32s
    venue_kind: Int32s  # of a position in a venue's block: DAY_ or MOMENT
    venue_day: Int32s  # by option: positions in a venue's block
    venue_moment: Int32s
    class_at: Longs  # by option: marks of its classes' spans, in the order of the session's classes
    class_first: Int32s  # the span of a class's own moments that an option covers
    class_last: Int32s
    class_rows: int


share(Rows, RowsType, __file__)


def rows_of(p: Arrays) -> Rows:
    """Lay out the rows of a problem."""
    options = p.options
    begin, end = options["begin"].astype(np.int64), options["end"].astype(np.int64)
    moments, where = np.unique(begin, return_index=True)
    day_of, week_of = options["day"][where], options["week"][where]
    first = np.searchsorted(moments, begin)
    day_end = np.searchsorted(day_of, np.arange(day_of.max(initial=-1) + 1), side="right")
    last = np.minimum(np.searchsorted(moments, end), day_end[options["day"]] if len(day_end) else first)
    days = int(day_of.max(initial=-1)) + 1
    week_of_day = np.zeros(days, dtype=np.int64)
    week_of_day[day_of] = week_of
    months = int(options["month"].max(initial=-1)) + 1
    kind, week_at, day_at, moment_at = _person_block(months, week_of_day, day_of)
    venue_kind, venue_day_at, venue_moment_at = _venue_block(days, day_of)
    class_at, class_first, class_last, count = _class_rows(p, begin, end)
    last = np.maximum(first, last)
    moment = moment_at[first] if len(first) else first
    return Rows(
        moments=moments,
        first=_int32s(first),
        last=_int32s(last),
        person_kind=_int32s(kind),
        month=_int32s(1 + options["month"]),
        week=_int32s(week_at[options["week"]]),
        day=_int32s(day_at[options["day"]]),
        moment=_int32s(moment),
        moment_end=_int32s(moment + last - first),
        venue_kind=_int32s(venue_kind),
        venue_day=_int32s(venue_day_at[options["day"]]),
        venue_moment=_int32s(venue_moment_at[first] if len(first) else first),
        class_at=class_at,
        class_first=_int32s(class_first),
        class_last=_int32s(class_last),
        class_rows=count,
    )


def _int32s(values: Longs | list[int]) -> Int32s:
    return np.asarray(values, dtype=np.int32)


def _person_block(months: int, week_of_day: Longs, day_of: Longs) -> tuple[list[int], Longs, Longs, Longs]:
    """Return the kinds in a block, and where its weeks, days and moments are."""
    weeks = int(week_of_day.max(initial=-1)) + 1
    kind = [TOTAL] + [MONTH] * months
    week_at, day_at = np.zeros(weeks, dtype=np.int64), np.zeros(len(week_of_day), dtype=np.int64)
    moment_at = np.zeros(len(day_of), dtype=np.int64)
    for week in range(weeks):
        week_at[week] = len(kind)
        kind.append(WEEK)
        inside = np.nonzero(week_of_day == week)[0]
        day_at[inside] = len(kind) + np.arange(len(inside))
        kind += [DAY_] * len(inside)
        there = np.nonzero(week_of_day[day_of] == week)[0]
        moment_at[there] = len(kind) + np.arange(len(there))
        kind += [MOMENT] * len(there)
    return kind, week_at, day_at, moment_at


def _venue_block(days: int, day_of: Longs) -> tuple[list[int], Longs, Longs]:
    kind: list[int] = []
    day_at, moment_at = np.zeros(days, dtype=np.int64), np.zeros(len(day_of), dtype=np.int64)
    at = np.searchsorted(day_of, np.arange(days + 1))
    for day in range(days):
        day_at[day] = len(kind)
        count = int(at[day + 1] - at[day])
        moment_at[at[day] : at[day + 1]] = len(kind) + 1 + np.arange(count)
        kind += [DAY_] + [MOMENT] * count
    return kind, day_at, moment_at


def _class_rows(p: Arrays, begin: Longs, end: Longs) -> tuple[Longs, Longs, Longs, int]:
    """Number the moments of each class on its own, and find the span of them that each option covers."""
    session = p.options["session"].astype(np.int64)
    sizes = (p.sessions["klass_end"] - p.sessions["klass"]).astype(np.int64)[session]
    at = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    option = np.repeat(np.arange(len(session)), sizes)
    nth = np.arange(len(option)) - at[option]
    klass = p.class_of[p.sessions["klass"].astype(np.int64)[session[option]] + nth].astype(np.int64)
    span = int(end.max(initial=0)) + 1
    keys = np.unique(klass * span + begin[option])
    first = np.searchsorted(keys, klass * span + begin[option])
    return at, first, np.maximum(first, np.searchsorted(keys, klass * span + end[option])), len(keys)
