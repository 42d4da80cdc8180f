"""The life of an order as a table: from which state which side may take which step, and where it leads [2]."""

from __future__ import annotations

from collections.abc import Mapping

from orders.enums import OrderAction, OrderState, Side

_A, _S = OrderAction, OrderState
Step = tuple[Side, OrderState]

TABLE: Mapping[OrderState, Mapping[OrderAction, Step]] = {
    _S.DRAFT: {
        _A.EDIT: (Side.UNIT, _S.DRAFT),
        _A.SUBMIT: (Side.UNIT, _S.SUBMITTED),
        _A.WITHDRAW: (Side.UNIT, _S.WITHDRAWN),
    },
    _S.ASSIGNED: {
        _A.ACKNOWLEDGE: (Side.UNIT, _S.SUBMITTED),
        _A.CALL_OFF: (Side.SUPPLIER, _S.WITHDRAWN),
    },
    _S.SUBMITTED: {
        _A.TAKE_BACK: (Side.UNIT, _S.DRAFT),
        _A.WITHDRAW: (Side.UNIT, _S.WITHDRAWN),
        _A.ACCEPT: (Side.SUPPLIER, _S.ACCEPTED),
        _A.COUNTER: (Side.SUPPLIER, _S.COUNTERED),
        _A.REFUSE: (Side.SUPPLIER, _S.REFUSED),
    },
    _S.COUNTERED: {
        _A.AGREE: (Side.UNIT, _S.ACCEPTED),
        _A.DECLINE: (Side.UNIT, _S.SUBMITTED),
        _A.WITHDRAW: (Side.UNIT, _S.WITHDRAWN),
    },
    _S.ACCEPTED: {
        _A.WITHDRAW: (Side.UNIT, _S.WITHDRAWN),
        _A.REOPEN: (Side.SUPPLIER, _S.SUBMITTED),
    },
    _S.REFUSED: {},
    _S.WITHDRAWN: {},
}
"""What is not here cannot be done. Leaving ACCEPTED needs besides that nobody was told of the session yet."""

NEEDS_REASON = frozenset({_A.REFUSE, _A.DECLINE})
"""Steps whose reason the other side is told."""


def step(state: OrderState, action: OrderAction) -> Step | None:
    """Who takes this step from here and where it leads; None when it cannot be taken."""
    return TABLE[state].get(action)


def actions(state: OrderState, side: Side) -> list[OrderAction]:
    """What one side may do now."""
    return [action for action, (by, _after) in TABLE[state].items() if by is side]
