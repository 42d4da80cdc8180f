"""Pages that belong to no one feature: the workbench, search, health; and what every template sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy.exc import OperationalError

from accounts.access import Actor
from accounts.enums import P
from accounts.models import OrgUnit
from accounts.web import current_actor, current_place, places, public, requires
from app.home import figures, has_figures, todos, week
from app.navigation import destinations
from core import clock
from notifications.queries.inbox import count_unread
from scheduling.views.freshening import freshen

blueprint = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class Seat:
    """The actor as templates see it: who, where, and where one may switch to."""

    actor: Actor
    units: list[OrgUnit]
    unit_id: int | None
    unit_name: str

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def user_id(self) -> int | None:
        return self.actor.user_id

    @property
    def roles(self) -> list[str]:
        return sorted(r.label for r in self.actor.roles)

    def can(self, permission: str) -> bool:
        return self.actor.can(P(permission))


def _seat() -> Seat | None:
    actor: Actor | None = g.get("actor")
    if actor is None:
        return None
    place, units = current_place(), places(actor)
    names = [grant.unit_name for grant in actor.grants]
    top = units[0] if units else None
    return Seat(
        actor,
        units,
        place.id if place else top.id if top else None,
        place.name if place else names[0] if names else "",
    )


def _unread(seat: Seat | None) -> int:
    """Unread messages, asked once a request; none while the database does not answer."""
    if "unread" not in g:
        try:
            g.unread = count_unread(seat.actor.user_id) if seat and seat.actor.user_id is not None else 0
        except OperationalError:
            g.unread = 0
    found: int = g.unread
    return found


@blueprint.get("/")
@requires(P.OWN_ACCOUNT)
def home() -> ResponseReturnValue:
    """The workbench."""
    actor = current_actor()
    if actor.can(P.DUTY_VIEW) or actor.can(P.OWN_TEACHING):
        freshen()
    return render_template("pages/home.html", todos=todos(actor), week=week(actor), counts=has_figures(actor))


@blueprint.get("/figures")
@requires(P.OWN_ACCOUNT)
def own_figures() -> ResponseReturnValue:
    """The workbench's figures, which the page fetches once it shows what waits."""
    return render_template("pages/_figures.html", figures=figures(current_actor()))


@blueprint.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """For load balancers: the process answers and the database is ready."""
    ready = bool(current_app.config["DATABASE_READY"])
    return ("ok" if ready else "database not ready"), (200 if ready else 503)


def install(app: Flask) -> None:
    """Mount the pages and tell every template who is looking."""
    app.register_blueprint(blueprint)

    @app.context_processor
    def _context() -> dict[str, Any]:
        seat = _seat()
        return {
            "actor": seat,
            "unread": _unread(seat),
            "nav": destinations(seat.actor, request.path) if seat else [],
            "nav_at": lambda place: destinations(seat.actor, place) if seat else [],
            "locale": str(get_locale()),
            "clock_today": clock.today(),
            "clock_now": clock.now(),
            "home_url": url_for("pages.home"),
        }
