"""Who is asking: the one home of the current user. Deny by default; `@requires` opens an endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, current_app, g, request
from flask import session as browser
from flask_babel import gettext
from flask_login import LoginManager, current_user

from accounts import queries, services
from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit, User
from core import audit, clock
from core.codes import digest
from core.db import transaction
from core.errors import DomainError, NotAllowed

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])
SEEN_EVERY = 60  # seconds between two notes that a session is alive


class SignInNeeded(DomainError):
    """Nobody is signed in; app/errors.py answers with the sign-in page and 401."""

    status = 401


def requires(permission: P) -> Callable[[Endpoint], Endpoint]:
    """Open an endpoint to actors who hold `permission`; its scope is `current_scope()`."""

    def mark(view: Endpoint) -> Endpoint:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: Endpoint) -> Endpoint:
    """Open an endpoint to everyone, signed in or not."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def cookie_name() -> str:
    """Name of the sign-in cookie; the __Host- prefix needs HTTPS."""
    return "__Host-sid" if current_app.config["HTTPS"] else "sid"


def sign_in_token() -> str | None:
    """The token the browser sent."""
    return request.cookies.get(cookie_name())


def current_actor() -> Actor:
    """The signed-in actor; only behind @requires."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise SignInNeeded(gettext("请先登录。"))
    return actor


def current_user_row() -> User:
    """The signed-in user's own row, for the account pages."""
    return queries.get_user(current_actor().user_id or 0)


def current_scope(permission: P | None = None) -> Scope:
    """What the actor reaches with the endpoint's permission (or another), within the chosen place."""
    scope = current_actor().scope(permission or g.permission)
    place = current_place()
    return scope.narrowed(place.path) if place is not None else scope


def current_place() -> OrgUnit | None:
    """The unit the person chose to look at, when it is still inside what they reach."""
    if "place_unit" not in g:
        g.place_unit = None
        actor: Actor | None = g.get("actor")
        chosen = browser.get("place")
        if actor is not None and isinstance(chosen, int):
            g.place_unit = next((u for u in places(actor) if u.id == chosen), None)
    place: OrgUnit | None = g.place_unit
    return place


def places(actor: Actor) -> list[OrgUnit]:
    """Units the actor may switch to: those granted at and what lies below, down to townships."""
    if "places" not in g:
        paths = frozenset(grant.path for grant in actor.grants)
        g.places = queries.list_places(Scope(subtrees=paths)) if paths else []
    found: list[OrgUnit] = g.places
    return found


def _load_user(_request: object) -> User | None:
    token = sign_in_token()
    row = queries.find_session(digest(token)) if token else None
    if row is None or not services.is_alive(row):
        return None
    if (clock.instant() - row.seen_at).total_seconds() > SEEN_EVERY:
        with transaction():
            services.touch(row)
    return row.user


@dataclass(frozen=True, slots=True)
class Guard:
    """What an endpoint declared: a permission, or None for everyone."""

    permission: P | None


def permission_of(view: object) -> Guard | None:
    """The declared guard of a view function; None when it declares none."""
    if not hasattr(view, "permission"):
        return None
    return Guard(view.permission)


def install(app: Flask) -> None:
    """Sign-in and the one gate in front of every endpoint."""
    manager = LoginManager()
    manager.init_app(app)
    manager.request_loader(_load_user)
    manager.user_loader(lambda _: None)

    @app.before_request
    def _gate() -> None:
        view = app.view_functions.get(request.endpoint or "")
        g.permission = None
        user = current_user._get_current_object()  # noqa: SLF001  (Flask-Login's proxy has no public way)
        g.actor = queries.actor_of(user) if user.is_authenticated else None
        name = g.actor.name if g.actor else "anonymous"
        user_id = g.actor.user_id if g.actor else None
        audit.set_doing(audit.Doing(user_id, name, request.endpoint or "", request.remote_addr or ""))
        if view is None or request.endpoint == "static":
            return
        guard = permission_of(view)
        if guard is None:
            raise NotAllowed(gettext("这个页面没有开放。"))
        if guard.permission is None:
            return
        if g.actor is None:
            raise SignInNeeded(gettext("请先登录。"))
        if not g.actor.can(guard.permission):
            raise NotAllowed(gettext("您的角色不能使用这个功能。"))
        g.permission = guard.permission


def unguarded(app: Flask) -> list[str]:
    """Endpoints that declare no guard: create_app refuses to start with any."""
    return sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and permission_of(app.view_functions[rule.endpoint]) is None
    )
