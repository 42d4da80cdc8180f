"""The permission table and the two checks made from it."""

from __future__ import annotations

import random
import re
from itertools import combinations
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from accounts import services
from accounts.access import ADMINISTRATORS, TABLE, Actor, Held, Scope, clashing_roles
from accounts.enums import Level, P, Reach, Role
from accounts.models import OrgUnit, User
from accounts.web import permission_of
from core.db import session, transaction
from core.errors import RuleBroken
from tests.factories.county import County

SNAPSHOT = Path(__file__).parent / "access_table.txt"


def test_every_endpoint_is_in_the_reviewed_table(app: Flask) -> None:
    """Whoever adds or opens an endpoint changes this file, and a reviewer sees it."""
    lines = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint)):
        guard = permission_of(app.view_functions[rule.endpoint])
        methods = ",".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        who = (
            "static"
            if rule.endpoint == "static"
            else "public"
            if guard and guard.permission is None
            else str(guard and guard.permission)
        )
        lines.append(f"{methods:9} {rule.rule:60} {who}")
    found = "\n".join(lines) + "\n"
    assert found == SNAPSHOT.read_text("utf-8"), f"review, then write to {SNAPSHOT.name}:\n{found}"


def test_no_address_belongs_to_two_endpoints(app: Flask) -> None:
    """Werkzeug would answer with the first and never tell."""
    owners: dict[tuple[str, str], set[str]] = {}
    for rule in app.url_map.iter_rules():
        shape = re.sub(
            r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: f"<{found[1] or 'string'}>", rule.rule
        )
        for method in (rule.methods or set()) - {"OPTIONS"}:
            owners.setdefault((shape, method), set()).add(rule.endpoint)
    assert {place: names for place, names in owners.items() if len(names) > 1} == {}


def test_covers_and_clause_agree_on_random_trees(app: Flask) -> None:
    rng = random.Random(27)
    with transaction():
        units = [services.create_unit(None, Level.PROVINCE, "省")]
        for n in range(120):
            units.append(services.create_unit(rng.choice(units), Level.UNIT, f"单位{n}"))
    paths = [u.path for u in units]
    for _ in range(200):
        scope = Scope(
            subtrees=frozenset(rng.sample(paths, rng.randrange(4))),
            units=frozenset(rng.sample(paths, rng.randrange(4))),
            everything=rng.random() < 0.05,
        )
        if rng.random() < 0.5:
            scope = scope.narrowed(rng.choice(paths))
        by_sql = set(session().scalars(select(OrgUnit.path).where(scope.clause(OrgUnit.path))))
        assert by_sql == {p for p in paths if scope.covers(p)}


def test_a_sibling_whose_number_begins_alike_is_outside() -> None:
    scope = Scope(subtrees=frozenset({"/1/2/"}))
    assert scope.covers("/1/2/") and scope.covers("/1/2/9/")
    assert not scope.covers("/1/23/") and not scope.covers("/1/")


def test_narrowing_never_widens() -> None:
    scope = Scope(subtrees=frozenset({"/1/2/"}))
    assert not scope.narrowed("/1/").covers("/1/3/")
    assert not scope.narrowed("/1/3/").covers("/1/3/")
    assert scope.narrowed("/1/2/5/").covers("/1/2/5/") and not scope.narrowed("/1/2/5/").covers("/1/2/")


@pytest.mark.parametrize(("one", "two"), list(combinations(Role, 2)))
def test_the_three_administrators_stand_alone(one: Role, two: Role) -> None:
    assert clashing_roles({one, two}) == bool({one, two} & ADMINISTRATORS)


def test_the_service_refuses_to_join_them(county: County) -> None:
    with pytest.raises(RuleBroken), transaction():
        auditor = session().get(User, county.users["auditor"])
        assert auditor is not None
        services.grant(auditor, Role.ADMINISTRATOR, county.unit("山东省"))


def test_nobody_reads_the_audit_but_the_auditor() -> None:
    assert [role for role in Role if P.AUDIT_VIEW in TABLE[role]] == [Role.AUDITOR]


def test_administrators_do_no_business_work() -> None:
    business = {P.POOL_VIEW, P.BASE_VIEW, P.SCHEDULE_VIEW, P.IMPORT, P.DUTY_VIEW, P.SCORE_VIEW}
    for role in ADMINISTRATORS:
        assert not business & set(TABLE[role])


def test_a_scope_joins_what_each_grant_reaches() -> None:
    actor = Actor(1, "x", (Held(Role.ORGANISER, "/1/2/"), Held(Role.EVALUATOR, "/1/3/")))
    assert actor.scope(P.POOL_VIEW).subtrees == {"/1/2/", "/1/3/"}
    assert actor.scope(P.POOL_EDIT).subtrees == {"/1/2/"}
    assert actor.scope(P.AUDIT_VIEW) == Scope(user_id=1)
    assert TABLE[Role.INSTRUCTOR][P.OWN_TEACHING] is Reach.SELF
    assert actor.can(P.OWN_ACCOUNT) and not Actor(2, "y").can(P.POOL_VIEW)
