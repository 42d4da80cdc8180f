"""The life of a base: which action leads from which state to which, who may take it, and what it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.enums import P
from bases.enums import BaseAction, BaseState, DocumentKind, Need

_A, _S = BaseAction, BaseState
BOOKABLE = frozenset({_S.FILED, _S.DESIGNATED, _S.IN_USE, _S.ANNUAL_REVIEW, _S.RENEWED})
IN_FORCE = (*sorted(BOOKABLE), _S.RECTIFYING)
"""States of which a designation may run out: before it there is none, and a revoked one is over."""
TRANSITIONS: Mapping[tuple[BaseState, BaseAction], BaseState] = {
    (_S.SURVEYED, _A.APPLY): _S.APPLIED,
    (_S.APPLIED, _A.TAKE_BACK): _S.SURVEYED,
    (_S.APPLIED, _A.REVIEW): _S.REVIEWED,
    (_S.REVIEWED, _A.RETURN): _S.APPLIED,
    (_S.REVIEWED, _A.FILE): _S.FILED,
    **{(state, _A.DESIGNATE): _S.DESIGNATED for state in (_S.FILED, _S.IN_USE)},
    **{(state, _A.OPEN): _S.IN_USE for state in (_S.FILED, _S.DESIGNATED, _S.RENEWED)},
    **{(state, _A.BEGIN_ANNUAL_REVIEW): _S.ANNUAL_REVIEW for state in (_S.DESIGNATED, _S.IN_USE, _S.RENEWED)},
    (_S.ANNUAL_REVIEW, _A.RENEW): _S.RENEWED,
    **{(state, _A.RECTIFY): _S.RECTIFYING for state in sorted(BOOKABLE)},
    (_S.RECTIFYING, _A.RESUME): _S.IN_USE,
    (_S.RECTIFYING, _A.RESUME_REVIEW): _S.ANNUAL_REVIEW,
    **{(state, _A.REVOKE): _S.REVOKED for state in IN_FORCE},
    (_S.REVOKED, _A.RESTART): _S.SURVEYED,
}
"""A base is filed before it is scheduled [3 §五(一)]; one revoked starts anew. The database holds the same table."""
FILED_ON_PAPER = frozenset((state, _S.FILED) for state in (_S.SURVEYED, _S.APPLIED, _S.REVIEWED))
"""Beside them: a filing from before the system came is taken over with the staff's filing sheet."""
APPROVER_ACTIONS = frozenset({_A.DESIGNATE, _A.RENEW, _A.REVOKE})
"""Only an approver may: a plaque is given and taken by somebody other than the organiser who prepared it."""
REASON_NEEDED = frozenset({_A.TAKE_BACK, _A.RETURN, _A.RECTIFY, _A.REVOKE, _A.RESTART})
"""A step back, a stop or an end is explained."""
BY_ITSELF = frozenset({_A.REVIEW, _A.RENEW, _A.RECTIFY, _A.RESUME, _A.RESUME_REVIEW})
"""Happens with something else (closing a site review, concluding a year, accepting a report), not by a mere button."""
DOCUMENTS: Mapping[BaseAction, tuple[DocumentKind, ...]] = {
    _A.APPLY: (DocumentKind.APPLICATION,),
    _A.FILE: (DocumentKind.SAFETY_PLAN, DocumentKind.FILING_FORM),
    _A.DESIGNATE: (DocumentKind.PLAQUE,),
}
"""Papers that have to be on file before a step [0 §15, 1 §17]."""
WAY = (_S.SURVEYED, _S.APPLIED, _S.REVIEWED, _S.FILED, _S.DESIGNATED, _S.IN_USE)
"""The way of a new base, in order."""
ALERT_DAYS = (90, 30, 0)


def is_bookable(state: BaseState) -> bool:
    """A base must be filed before it is scheduled; rectifying or revoked ones are out [3 §五(一)]."""
    return state in BOOKABLE


def after(state: BaseState, action: BaseAction) -> BaseState | None:
    """The state an action leads to, or None where it is forbidden."""
    return TRANSITIONS.get((state, action))


def permission_for(state: BaseState, action: BaseAction) -> P:
    """What somebody needs to take an action: whatever ends a yearly review is the approver's too."""
    ends_review = state is _S.ANNUAL_REVIEW and action is _A.RECTIFY
    return P.BASE_APPROVE if action in APPROVER_ACTIONS or ends_review else P.BASE_EDIT


def offered(state: BaseState, *, approver: bool) -> list[BaseAction]:
    """Actions with a plain button, in order: the approver's, or the organiser's."""
    wanted = P.BASE_APPROVE if approver else P.BASE_EDIT
    return [
        action
        for action in BaseAction
        if action not in BY_ITSELF
        and after(state, action) is not None
        and permission_for(state, action) is wanted
    ]


def way(state: BaseState) -> list[tuple[BaseState, bool]]:
    """The way of a new base with whether each step is behind or reached; a base in force has it all behind."""
    if state is _S.REVOKED:
        return []
    reached = WAY.index(state) if state in WAY else len(WAY) - 1
    return [(step, n <= reached) for n, step in enumerate(WAY)]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file of a base holds, for the steps that depend on it."""

    has_place: bool
    """A town or an address."""
    has_contact: bool
    """A name and a telephone."""
    has_venue: bool
    """A venue in use with room for at least one person."""
    has_hours: bool
    has_designation: bool
    """Level, document number and date."""
    expires_on: date | None = None
    documents: Collection[DocumentKind] = ()


def lacking(facts: FileFacts, action: BaseAction, today: date) -> list[Need]:
    """What the file still needs before the action.

    To apply: place and contact. To be filed: these, a venue and opening times. To be designated, to enter a
    yearly review or be renewed: the plaque's level, document and date ("规范命名挂牌" [0 §15, 1 §17]); to be renewed
    also an expiry still to come. Some steps rest on papers, see DOCUMENTS.
    """
    needs = []
    if action in (_A.APPLY, _A.FILE):
        needs += [
            n for there, n in ((facts.has_place, Need.PLACE), (facts.has_contact, Need.CONTACT)) if not there
        ]
    if action is _A.FILE:
        needs += [
            n for there, n in ((facts.has_venue, Need.VENUE), (facts.has_hours, Need.HOURS)) if not there
        ]
    if action in (_A.DESIGNATE, _A.BEGIN_ANNUAL_REVIEW, _A.RENEW) and not facts.has_designation:
        needs.append(Need.DESIGNATION)
    if action is _A.RENEW and (facts.expires_on is None or facts.expires_on < today):
        needs.append(Need.EXPIRY)
    needs += [Need(kind.value) for kind in DOCUMENTS.get(action, ()) if kind not in facts.documents]
    return needs


def rests_on(state: BaseState) -> frozenset[DocumentKind]:
    """Papers that a base in this state may not lose."""
    if state in (_S.SURVEYED, _S.REVOKED):
        return frozenset()
    if state in (_S.APPLIED, _S.REVIEWED):
        return frozenset(DOCUMENTS[_A.APPLY])
    return frozenset(kind for kinds in DOCUMENTS.values() for kind in kinds)


def days_to_expiry(state: BaseState, expires_on: date | None, today: date) -> int | None:
    """Days until the designation ends (0 on its last day, negative after it); None without one that has an end."""
    return (expires_on - today).days if state in IN_FORCE and expires_on is not None else None


def expiry_alert(today: date) -> date:
    """Designations that end by this day are worth a word."""
    return today + timedelta(days=ALERT_DAYS[0])
