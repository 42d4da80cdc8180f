"""The life of a person in the pool: which action leads from which state to which [2]."""

from __future__ import annotations

from collections.abc import Mapping

from instructor_pool.enums import EngagementMode, PoolAction, PoolState

_A, _S = PoolAction, PoolState
_BEFORE_APPROVAL = (_S.NOMINATED, _S.ELIGIBILITY_CHECKED, _S.REVIEWED, _S.PUBLICISED)
IN_POOL = (_S.APPOINTED, _S.SUSPENDED, _S.RENEWAL_DUE)
BOOKABLE = (_S.APPOINTED, _S.RENEWAL_DUE)
ENTERED = (*IN_POOL, _S.EXITED)
"""In the pool or gone from it, rather than on the way in."""

TRANSITIONS: Mapping[tuple[PoolState, PoolAction], PoolState] = {
    (_S.NOMINATED, _A.CHECK_ELIGIBILITY): _S.ELIGIBILITY_CHECKED,
    (_S.ELIGIBILITY_CHECKED, _A.REVIEW): _S.REVIEWED,
    (_S.REVIEWED, _A.PUBLICISE): _S.PUBLICISED,
    (_S.PUBLICISED, _A.APPROVE): _S.APPROVED,
    (_S.APPROVED, _A.SIGN_LETTER): _S.LETTER_SIGNED,
    (_S.LETTER_SIGNED, _A.APPOINT): _S.APPOINTED,
    (_S.ELIGIBILITY_CHECKED, _A.ADMIT): _S.APPOINTED,
    **{(state, _A.REJECT): _S.REJECTED for state in _BEFORE_APPROVAL},
    **{(state, _A.RESERVE): _S.RESERVE for state in _BEFORE_APPROVAL},
    (_S.RESERVE, _A.RECONSIDER): _S.NOMINATED,
    (_S.APPOINTED, _A.SUSPEND): _S.SUSPENDED,
    (_S.RENEWAL_DUE, _A.SUSPEND): _S.SUSPENDED,
    (_S.SUSPENDED, _A.RESUME): _S.APPOINTED,
    (_S.APPOINTED, _A.FALL_DUE): _S.RENEWAL_DUE,
    (_S.APPOINTED, _A.RENEW): _S.APPOINTED,
    (_S.RENEWAL_DUE, _A.RENEW): _S.APPOINTED,
    **{(state, _A.EXIT): _S.EXITED for state in (*IN_POOL, _S.APPROVED, _S.LETTER_SIGNED)},
}

APPROVER_ACTIONS = frozenset({_A.APPROVE, _A.ADMIT, _A.EXIT})
"""Only an approver may: entry and exit need somebody other than the organiser who prepared them."""
REASON_NEEDED = frozenset({_A.REJECT, _A.RESERVE, _A.SUSPEND, _A.EXIT})
BY_ITSELF = frozenset({_A.REVIEW, _A.FALL_DUE})
"""Happens with something else (closing a review, the daily look at terms), never by a button."""
CANDIDATES = (*_BEFORE_APPROVAL, _S.APPROVED, _S.LETTER_SIGNED, _S.RESERVE)


def after(state: PoolState, action: PoolAction) -> PoolState | None:
    """The state an action leads to, or None where it is forbidden."""
    return TRANSITIONS.get((state, action))


def suits_engagement(action: PoolAction, mode: EngagementMode) -> bool:
    """Appointed people come in by review, letter and term; invited and seconded ones are admitted on approval [2]."""
    if action is PoolAction.ADMIT:
        return mode is not EngagementMode.APPOINTED
    if action in (PoolAction.SIGN_LETTER, PoolAction.APPOINT, PoolAction.RENEW):
        return mode is EngagementMode.APPOINTED
    return True


def possible(state: PoolState, mode: EngagementMode) -> list[PoolAction]:
    """Actions a person may be offered, in order."""
    return [
        action
        for action in PoolAction
        if action not in BY_ITSELF and after(state, action) is not None and suits_engagement(action, mode)
    ]


WAY = (
    _S.NOMINATED, _S.ELIGIBILITY_CHECKED, _S.REVIEWED, _S.PUBLICISED, _S.APPROVED, _S.LETTER_SIGNED, _S.APPOINTED,
)  # fmt: skip
"""The way in of an appointed person, in order."""
SHORT_WAY = (_S.NOMINATED, _S.ELIGIBILITY_CHECKED, _S.APPOINTED)
"""The same of somebody invited or seconded [2]."""


def way(state: PoolState, mode: EngagementMode) -> list[tuple[PoolState, bool]]:
    """The steps of the way in with whether each is behind or reached; empty where the way has ended otherwise."""
    steps = WAY if mode is EngagementMode.APPOINTED else SHORT_WAY
    if state in IN_POOL:
        state = _S.APPOINTED
    if state not in steps:
        return []
    reached = steps.index(state)
    return [(step, n <= reached) for n, step in enumerate(steps)]
