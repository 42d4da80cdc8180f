"""The permission table, once: role → permission → reach. Everything that guards reads it from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from accounts.enums import P, Reach, Role

# Whoever is signed in, with or without a role.
EVERYONE = frozenset({P.OWN_ACCOUNT})

TABLE: Mapping[Role, Mapping[P, Reach]] = {
    Role.ORGANISER: {
        P.SEARCH: Reach.SUBTREE,
        P.ACTIVATION_ISSUE: Reach.SUBTREE,
        P.OUTBOX: Reach.SUBTREE,
        P.IMPORT: Reach.SUBTREE,
        P.COURSE_VIEW: Reach.ALL,
        P.COURSE_EDIT: Reach.SUBTREE,
        P.POOL_VIEW: Reach.SUBTREE,
        P.POOL_EDIT: Reach.SUBTREE,
        P.POOL_REVEAL: Reach.SUBTREE,
        P.YEAR_GRADE: Reach.SUBTREE,
        P.BASE_VIEW: Reach.SUBTREE,
        P.BASE_EDIT: Reach.SUBTREE,
        P.FUNDING_VIEW: Reach.SUBTREE,
        P.SITE_SCORE: Reach.SUBTREE,
        P.SCHEDULE_VIEW: Reach.SUBTREE,
        P.SCHEDULE_EDIT: Reach.SUBTREE,
        P.SCHEDULE_PUBLISH: Reach.SUBTREE,
        P.VISIT_VIEW: Reach.SUBTREE,
        P.VISIT_ASK: Reach.SUBTREE,
        P.ORDER_VIEW: Reach.SUBTREE,
        P.ORDER_PLACE: Reach.SUBTREE,
        P.ORDER_DECIDE: Reach.SUBTREE,
        P.LOAN_VIEW: Reach.SUBTREE,
        P.LOAN_ASK: Reach.SUBTREE,
        P.LOAN_DECIDE: Reach.SUBTREE,
        P.ANSWER_RECORD: Reach.SUBTREE,
        P.SCORE_VIEW: Reach.SUBTREE,
        P.SCORE_COLLECT: Reach.SUBTREE,
        P.CLASS_CLOSE: Reach.SUBTREE,
        P.FORM_EDIT: Reach.SUBTREE,
        P.TRAINEE_VIEW: Reach.SUBTREE,
        P.TRAINEE_EDIT: Reach.SUBTREE,
        P.ATTENDANCE_EDIT: Reach.SUBTREE,
        P.DUTY_VIEW: Reach.SUBTREE,
        P.DUTY_EDIT: Reach.SUBTREE,
        P.DUTY_REPORT: Reach.SUBTREE,
    },
    Role.APPROVER: {
        P.SEARCH: Reach.SUBTREE,
        P.COURSE_VIEW: Reach.ALL,
        P.POOL_VIEW: Reach.SUBTREE,
        P.POOL_APPROVE: Reach.SUBTREE,
        P.COURSEWARE_REVIEW: Reach.SUBTREE,
        P.BASE_VIEW: Reach.SUBTREE,
        P.BASE_APPROVE: Reach.SUBTREE,
        P.FUNDING_VIEW: Reach.SUBTREE,
        P.SITE_SCORE: Reach.SUBTREE,
        P.SCHEDULE_VIEW: Reach.SUBTREE,
        P.VISIT_VIEW: Reach.SUBTREE,
        P.ORDER_VIEW: Reach.SUBTREE,
        P.LOAN_VIEW: Reach.SUBTREE,
        P.LOAN_DECIDE: Reach.SUBTREE,
        P.SCORE_VIEW: Reach.SUBTREE,
        P.APPEAL_DECIDE: Reach.SUBTREE,
        P.TRAINEE_VIEW: Reach.SUBTREE,
        P.DUTY_VIEW: Reach.SUBTREE,
    },
    Role.INSTRUCTOR: {
        P.COURSE_VIEW: Reach.ALL,
        P.OWN_TEACHING: Reach.SELF,
    },
    Role.EVALUATOR: {
        P.SEARCH: Reach.SUBTREE,
        P.COURSE_VIEW: Reach.ALL,
        P.POOL_VIEW: Reach.SUBTREE,
        P.CANDIDATE_SCORE: Reach.SUBTREE,
        P.SITE_SCORE: Reach.SUBTREE,
        P.YEAR_GRADE: Reach.SUBTREE,
        P.COURSEWARE_REVIEW: Reach.SUBTREE,
        P.SCHEDULE_VIEW: Reach.SUBTREE,
        P.SESSION_SCORE: Reach.SUBTREE,
        P.SCORE_VIEW: Reach.SUBTREE,
    },
    Role.BASE_MANAGER: {
        P.COURSE_VIEW: Reach.ALL,
        P.OWN_BASE: Reach.SELF,
    },
    Role.UNIT_CONTACT: {
        P.COURSE_VIEW: Reach.ALL,
        P.SCHEDULE_VIEW: Reach.SUBTREE,
        P.VISIT_VIEW: Reach.SUBTREE,
        P.VISIT_ASK: Reach.SUBTREE,
        P.TRAINEE_VIEW: Reach.SUBTREE,
        P.ATTENDANCE_EDIT: Reach.SUBTREE,
        P.ORDER_VIEW: Reach.SUBTREE,
        P.ORDER_PLACE: Reach.SUBTREE,
        P.DUTY_VIEW: Reach.SUBTREE,
        P.DUTY_REPORT: Reach.SUBTREE,
    },
    Role.ADMINISTRATOR: {
        P.ACCOUNT_VIEW: Reach.ALL,
        P.ACCOUNT_EDIT: Reach.ALL,
        P.CALENDAR_EDIT: Reach.ALL,
        P.CHANNEL_EDIT: Reach.ALL,
    },
    Role.SECURITY_ADMINISTRATOR: {P.ACCOUNT_VIEW: Reach.ALL, P.ROLE_GRANT: Reach.ALL},
    Role.AUDITOR: {P.AUDIT_VIEW: Reach.ALL},
}

# 等保 8.1.4.2: whoever runs the system, sets its security and reads its audit are three people,
# and none of them does the business work.
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})


def clashing_roles(roles: Iterable[Role]) -> bool:
    """True when the roles may not meet in one person (separation of duties)."""
    held = set(roles)
    return bool(held & ADMINISTRATORS) and len(held) > 1


@dataclass(frozen=True, slots=True)
class Held:
    """One grant: a role at a unit of the tree, `path` like `/1/7/`."""

    role: Role
    path: str
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may touch with one permission. Nothing by default."""

    subtrees: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    everything: bool = False
    user_id: int | None = None

    def covers(self, path: str) -> bool:
        """Whether an object of the unit at `path` is inside."""
        return self.everything or path in self.units or any(path.startswith(p) for p in self.subtrees)

    def clause(self, column: InstrumentedAttribute[str] | ColumnElement[str]) -> ColumnElement[bool]:
        """The same as SQL over a path column; a range rather than LIKE so that the index serves it."""
        if self.everything:
            return true()
        parts: list[ColumnElement[bool]] = [(column >= p) & (column < p + "~") for p in sorted(self.subtrees)]
        if self.units:
            parts.append(column.in_(sorted(self.units)))
        return or_(*parts) if parts else false()

    def narrowed(self, path: str) -> Scope:
        """The part of this scope at or below `path`: the place a person chose to look at."""
        inside = {p for p in self.subtrees if p.startswith(path)}
        if self.covers(path):
            inside.add(path)
        units = {u for u in self.units if u.startswith(path)}
        return Scope(frozenset(inside), frozenset(units), False, self.user_id)

    @property
    def root(self) -> str | None:
        """The widest path inside, for defaults of new objects; None for a self-only scope."""
        return min(self.subtrees | self.units, key=len, default="/" if self.everything else None)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person, or the system itself (jobs, set-up)."""

    user_id: int | None
    name: str
    grants: tuple[Held, ...] = ()
    is_system: bool = False

    def can(self, permission: P | str) -> bool:
        """Whether any grant carries the permission."""
        return (
            self.is_system
            or permission in EVERYONE
            or any(P(permission) in TABLE[g.role] for g in self.grants)
        )

    def scope(self, permission: P) -> Scope:
        """The union of what the actor's grants reach with `permission`."""
        if self.is_system:
            return Scope(everything=True)
        subtrees, units, everything = set(), set(), False
        for grant in self.grants:
            match TABLE[grant.role].get(permission):
                case Reach.ALL:
                    everything = True
                case Reach.SUBTREE:
                    subtrees.add(grant.path)
                case Reach.UNIT:
                    units.add(grant.path)
        return Scope(frozenset(subtrees), frozenset(units), everything, self.user_id)

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return frozenset(g.role for g in self.grants)


SYSTEM = Actor(user_id=None, name="system", is_system=True)
EVERYTHING = Scope(everything=True)
