"""Policies of matching that are kept for a level."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from scheduling.models import MatchPolicy


def list_policies(scope: Scope) -> list[MatchPolicy]:
    """Those of the levels inside the scope, by name."""
    stmt = select(MatchPolicy).join(OrgUnit, MatchPolicy.owner_id == OrgUnit.id)
    stmt = stmt.where(scope.clause(OrgUnit.path)).order_by(MatchPolicy.name, MatchPolicy.id)
    return list(session().scalars(stmt.limit(100)))


def get_policy(scope: Scope, policy_id: int) -> MatchPolicy:
    """One of them."""
    stmt = select(MatchPolicy).join(OrgUnit, MatchPolicy.owner_id == OrgUnit.id)
    found = session().scalar(stmt.where(MatchPolicy.id == policy_id, scope.clause(OrgUnit.path)))
    if found is None:
        raise NotFound(gettext("没有这组设置，或不在您的管理范围内。"))
    return found
