"""Terms: the coefficients of columns and variables in a model's rows, gathered from those of its elements."""

from dataclasses import dataclass

import numpy as np

from scheduling.engine.cliques import Kind
from scheduling.engine.highs import Floats, Sparse
from scheduling.engine.index import NONE, Ints
from scheduling.engine.linear import Model


@dataclass(frozen=True)
class Columns:
    """Ways to place sessions: positions of elements (NONE in all three: the session stays out) and the cost of each."""

    session: Ints
    time: Ints
    person: Ints
    venue: Ints
    cost: Ints

    def __len__(self) -> int:
        return len(self.session)

    def take(self, chosen: Ints) -> "Columns":
        """Return some of the columns."""
        return Columns(*(a[chosen] for a in (self.session, self.time, self.person, self.venue, self.cost)))

    def plus(self, other: "Columns") -> "Columns":
        """Return both, one after another."""
        mine = (self.session, self.time, self.person, self.venue, self.cost)
        theirs = (other.session, other.time, other.person, other.venue, other.cost)
        return Columns(*(np.concatenate(pair) for pair in zip(mine, theirs, strict=True)))


class Terms:
    """The rows of a model, read column by column."""

    def __init__(self, model: Model) -> None:
        self.rows = len(model.lower)
        self.entries = {kind: model.entries[kind.value].joined() for kind in Kind}
        sizes = {
            Kind.TIME: len(model.t_session),
            Kind.INSTRUCTOR: len(model.i_time),
            Kind.VENUE: len(model.v_time),
            Kind.VARIABLE: len(model.variable_cost),
        }
        self._sorted = {kind: self._by_element(kind, size) for kind, size in sizes.items()}
        self._free = np.array(sorted(model.free), dtype=np.int64)
        self._order = np.argsort(np.array(model.free, dtype=np.int64), kind="stable")

    def _by_element(self, kind: Kind, size: int) -> Sparse:
        row, element, value = self.entries[kind]
        order = np.argsort(element, kind="stable")
        begins = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(element, minlength=size), out=begins[1:])
        return Sparse(begins, row[order], value[order])

    def numbers(self, sessions: Ints) -> Ints:
        """Return the position among the free sessions of each of some."""
        return np.asarray(self._order[np.searchsorted(self._free, sessions)])

    def of_columns(self, columns: Columns) -> Sparse:
        """Return the columns' coefficients; row ``rows`` + n is the one of the n-th free session."""
        parts = [_gather(self._sorted[Kind.TIME], columns.time)]
        parts.append(_gather(self._sorted[Kind.INSTRUCTOR], columns.person))
        parts.append(_gather(self._sorted[Kind.VENUE], columns.venue))
        number = self.numbers(columns.session)
        parts.append((np.arange(len(columns)), self.rows + number, np.ones(len(columns))))
        return _merged(len(columns), self.rows + len(self._free), parts)

    def of_variables(self) -> Sparse:
        """Return the variables' coefficients."""
        sparse = self._sorted[Kind.VARIABLE]
        count = len(sparse.begins) - 1
        return _merged(count, max(1, self.rows), [_gather(sparse, np.arange(count))])


def _gather(sparse: Sparse, elements: Ints) -> tuple[Ints, Ints, Floats]:
    """Return (column, row, value) of the elements that columns have; NONE has nothing."""
    real = np.nonzero(elements != NONE)[0]
    begin = sparse.begins[elements[real]]
    sizes = sparse.begins[elements[real] + 1] - begin
    column = np.repeat(real, sizes)
    at = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(begin, sizes)
    return column, sparse.index[at], sparse.value[at]


def _merged(count: int, rows: int, parts: list[tuple[Ints, Ints, Floats]]) -> Sparse:
    """Return coefficients column by column, those of the same row added up."""
    column, row, value = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    keys, inverse = np.unique(column * rows + row, return_inverse=True)
    sums = np.bincount(inverse, weights=value, minlength=len(keys))
    begins = np.searchsorted(keys // rows, np.arange(count))
    return Sparse(begins, keys % rows, sums.astype(np.float64))
