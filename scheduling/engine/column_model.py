"""The linear model of some chosen columns: only the elements that they are made of, with all rules and shared costs."""

from collections.abc import Callable, Sequence

import numpy as np

from scheduling.engine.candidates import Candidates
from scheduling.engine.columns import Columns
from scheduling.engine.cuts import Cuts
from scheduling.engine.highs import Sparse
from scheduling.engine.index import NONE, Ints
from scheduling.engine.linear import Model
from scheduling.engine.shards import Shard
from scheduling.engine.state import State
from scheduling.engine.terms import Columns as ElementColumns
from scheduling.engine.terms import Terms


class ColumnModel(Model):
    """Rows over the elements of given columns; sessions placed in the State stay as they are."""

    def __init__(
        self, state: State, free: Sequence[int], columns: Columns, go_on: Callable[[], bool]
    ) -> None:
        """Lay out the model; raises Stopped when ``go_on`` says so."""
        self._given = columns
        super().__init__(Candidates(state), free, go_on)

    def _make_elements(self) -> None:
        options = self.state.arrays.options
        given = self._given
        placed = given.option != NONE
        option = given.option[placed]
        known, time = np.unique(option, return_inverse=True)
        self.t_session, self.t_begin = (
            options["session"][known].astype(np.int64),
            options["begin"][known].astype(np.int64),
        )
        self.t_cost = np.zeros(len(known), dtype=np.int64)
        self.i_time, self.i_who, person = _pairs(time, given.person[placed])
        self.v_time, self.v_venue, venue = _pairs(time, given.venue[placed])
        self.i_cost, self.v_cost = (
            np.zeros(len(self.i_time), dtype=np.int64),
            np.zeros(len(self.v_time), dtype=np.int64),
        )
        elements = np.full((3, len(given)), NONE, dtype=np.int64)
        elements[:, placed] = time, person, venue
        self.columns = ElementColumns(given.session, elements[0], elements[1], elements[2], given.cost)
        self._finish_elements()


def _pairs(time: Ints, value: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the distinct (time, value), by time, and which of them each column has."""
    span = int(value.max(initial=0)) + 2
    keys, inverse = np.unique(time * span + value + 1, return_inverse=True)
    return keys // span, keys % span - 1, inverse


def shard_of(
    model: ColumnModel, cuts: Cuts | None, start: Ints, *, number: int, seconds: float, gap: float, seed: int
) -> Shard:
    """Return the integer model of a model's columns; ``start`` are the columns of a known solution."""
    terms, shift = Terms(model), len(model.variable_cost)
    of_columns, of_variables = terms.of_columns(model.columns), terms.of_variables()
    ones = np.ones(len(model.free))
    known = np.zeros(0)
    if len(start):
        known = np.full(shift + len(model.columns), np.nan)
        known[shift:] = 0.0
        known[shift + start] = 1.0
    whole = np.ones(len(model.columns), dtype=np.bool_)
    nothing = np.zeros(0, dtype=np.int64)
    return Shard(
        number=number,
        cost=np.concatenate((np.array(model.variable_cost), model.columns.cost.astype(np.float64))),
        most=np.concatenate((np.array(model.variable_upper), np.ones(len(model.columns)))),
        is_whole=np.concatenate((np.array(model.variable_integer, dtype=np.bool_), whole)),
        terms=Sparse(
            np.concatenate((of_variables.begins, of_columns.begins + len(of_variables.index))),
            np.concatenate((of_variables.index, of_columns.index)),
            np.concatenate((of_variables.value, of_columns.value)),
        ),
        lower=np.concatenate((np.array(model.lower), ones)),
        upper=np.concatenate((np.array(model.upper), ones)),
        cuts=Sparse(nothing, nothing, np.zeros(0)) if cuts is None else cuts.terms(model.columns, shift),
        start=known,
        seconds=seconds,
        gap=gap,
        seed=seed,
    )
