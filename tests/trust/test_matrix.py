"""Every rule × method × who × where: nobody in where they don't belong.

Out of scope and missing must answer alike, so that nobody can learn what exists elsewhere. Whatever is allowed
may answer anything but "not allowed" and may never break.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from accounts import services
from accounts.access import TABLE, Actor
from accounts.enums import P, Reach, Role
from accounts.models import User
from accounts.web import Guard, permission_of
from core.db import db, session, transaction
from tests.conftest import FILE, SOAK, migrated
from tests.factories.county import LOGINS, Browser, build_county, sign_in_as, visitor
from tests.factories.world import World, build_world

MISSING = 2**31 - 2
REFUSED = (401, 403, 404)
"""What is answered before anybody changes the database: nothing to bring back."""
# Answers that end the browser's own session, whoever asks.
ENDS_SESSION = {"accounts.sign_out"}
# One account a role; the second evaluator is the one that gets disabled.
SEATS = [s for s in LOGINS if s not in ("evaluator2", "evaluator3")] + ["disabled", "anonymous"]


# Forms and courses are everybody's; what is shown of a course's teachers stays within the scope. Whom a unit lends,
# others may ask for.
SHARED = {"score_forms.total", "score_forms.show", "instructor_pool.teachers", "loans.ask"}


@dataclass
class Arena:
    """The application with its world, one browser a seat, and the way back to the start."""

    app: Flask
    world: World
    browsers: dict[str, Browser]
    actors: dict[str, Actor | None]
    file: Path
    template: Path
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, seat: str) -> str:
        """A CSRF token of the seat's browser; one serves its whole session."""
        if seat not in self.tokens:
            self.tokens[seat] = self.browsers[seat].token()
        return self.tokens[seat]

    def reset(self) -> None:
        """Bring the database back to what every cell starts from."""
        db.session.remove()
        db.engine.dispose()
        for part in ("-wal", "-shm"):
            Path(f"{self.file}{part}").unlink(missing_ok=True)
        shutil.copy(self.template, self.file)


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    instance = tmp_path_factory.mktemp("matrix")
    file = instance / FILE
    app = migrated(instance)
    # A view that breaks is a deviation to be listed with the others, not the end of the walk.
    app.testing = False
    with app.app_context():
        with transaction():
            county = build_county()
            world = build_world(county)
        disabled = session().get(User, county.users["evaluator3"])
        assert disabled is not None
        browsers = {"anonymous": visitor(app), "disabled": sign_in_as(app, "evaluator3")}
        actors: dict[str, Actor | None] = {"anonymous": None, "disabled": None}
        with transaction():
            user = session().get(User, county.users["evaluator3"])
            assert user is not None
            services.disable(user, actor=county.actor("administrator"))
        for seat in SEATS:
            if seat not in browsers:
                browsers[seat] = sign_in_as(app, seat)
                actors[seat] = county.actor(seat)
        db.session.remove()
        db.engine.dispose()
        template = instance / "template.sqlite"
        shutil.copy(file, template)
        yield Arena(app, world, browsers, actors, file, template)
        db.session.remove()


def address(rule: Rule, world: World, where: str) -> str:
    """The path of a rule with ids of things inside or outside the county, or of nothing."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        missing = where == "missing" and name not in ("word", "verdict")
        values[name] = MISSING if missing else world.value(rule, name, where)
    built = rule.build(values)
    assert built is not None, f"cannot build {rule.rule}"
    return built[1]


def plain(body: str) -> str:
    """A page without what differs between two requests anyway: numbers and tokens."""
    return re.sub(r'(value|content|hx-headers|nonce)="[^"]*"|\'[^\']*\'|\d+', "", body)


def reaches_everything(actor: Actor, permission: P) -> bool:
    return any(TABLE[g.role].get(permission) is Reach.ALL for g in actor.grants)


def call(arena: Arena, seat: str, method: str, path: str) -> tuple[int, str]:
    browser = arena.browsers[seat]
    # A refusal as data says the same as its page, whose frame would take most of the time.
    headers = {"Accept": "application/json"}
    if method != "GET":
        headers["X-CSRFToken"] = arena.token(seat)
    answer = browser.open(path, method=method, headers=headers)
    readable = answer.mimetype in ("text/html", "application/problem+json")
    return answer.status_code, answer.get_data(as_text=True) if readable else ""


def deviations(arena: Arena, rule: Rule, method: str, seat: str) -> tuple[int, list[str]]:
    """How many cells were looked at for one rule, method and seat, and what was wrong."""
    guard = permission_of(arena.app.view_functions[rule.endpoint])
    assert isinstance(guard, Guard)
    actor, wrong = arena.actors[seat], []
    may = guard.permission is None or (actor is not None and actor.can(guard.permission))
    # The guard refuses before anybody looks at the address; the full walk asks all the same.
    places = ("inside", "outside", "missing") if rule.arguments and (may or SOAK) else ("inside",)
    answers = {}
    for where in places:
        path = address(rule, arena.world, where)
        answers[where] = call(arena, seat, method, path)
        if method != "GET" and answers[where][0] not in REFUSED:
            arena.reset()
            if answers[where][0] == 302:
                call(arena, seat, "GET", "/password")  # shows, and so clears, what the answer flashed
        status = answers[where][0]
        if status >= 500:
            wrong.append(f"{seat} {method} {path} ({where}): {status}")
        elif guard.permission is None:
            continue
        elif actor is None and status != 401:
            wrong.append(f"{seat} {method} {path} ({where}): {status}, not 401")
        elif actor is not None and actor.can(guard.permission) == (status in (401, 403)):
            wrong.append(f"{seat} {method} {path} ({where}): {status}")
    if actor is None or guard.permission is None or not rule.arguments or not actor.can(guard.permission):
        return len(places), wrong
    if answers["missing"][0] != 404:
        wrong.append(f"{seat} {method} {rule.rule}: a missing id answers {answers['missing'][0]}")
    open_to_all = reaches_everything(actor, guard.permission) or rule.endpoint in SHARED
    alike = answers["outside"][0] == 404 and plain(answers["outside"][1]) == plain(answers["missing"][1])
    if not open_to_all and not alike:
        wrong.append(f"{seat} {method} {rule.rule}: out of scope answers {answers['outside'][0]}")
    return len(places), wrong


def rules_of(app: Flask) -> list[tuple[Rule, str]]:
    """Every rule with every method it takes."""
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static" and rule.endpoint not in ENDS_SESSION
    ]


@pytest.mark.soak
@pytest.mark.parametrize("seat", SEATS)
def test_nobody_is_let_in_where_they_do_not_belong(arena: Arena, seat: str) -> None:
    cells, wrong = 0, []
    arena.reset()
    for rule, method in rules_of(arena.app):
        count, found = deviations(arena, rule, method, seat)
        cells += count
        wrong += found
    print(f"\n{seat}: {cells} cells")
    assert wrong == []


def test_the_matrix_is_as_wide_as_the_roles(arena: Arena) -> None:
    held = {g.role for actor in arena.actors.values() if actor for g in actor.grants}
    assert held == set(Role)


def test_no_get_changes_anything(arena: Arena) -> None:
    """A GET by the organiser leaves every business row as it was."""
    arena.reset()
    # What the forecast found is reckoned from the rest by whoever looks first.
    reckoned = {"duty_outlook", "duty_reckoning", "duty_change"}
    # How often somebody looks is counted where that is limited.
    quiet = {"user_session", "sign_in_attempt", "throttle_hit", "alembic_version", *reckoned}
    tables = [t for t in db.metadata.sorted_tables if t.name not in quiet]

    def rows() -> dict[str, list[tuple[object, ...]]]:
        with db.engine.connect() as connection:
            return {t.name: sorted(map(repr, connection.execute(t.select()))) for t in tables}

    before = rows()
    for rule, method in rules_of(arena.app):
        if method == "GET":
            call(arena, "organiser", "GET", address(rule, arena.world, "inside"))
    assert rows() == before
