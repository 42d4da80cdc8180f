"""我的日历: secret addresses for calendar programs, and the file they fetch."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import actor_of
from accounts.web import current_actor, public, requires
from core.codes import digest
from core.db import transaction
from core.errors import NotFound
from core.qr import picture
from core.throttle import admit
from notifications.queries.server import site_address
from scheduling.enums import FeedKind
from scheduling.queries import feeds as queries
from scheduling.services import feeds as services
from scheduling.snapshots.calendar_file import calendar_file
from scheduling.views import own_pages

FETCHES, WINDOW = 30, timedelta(hours=1)
"""Fetches of one calendar in an hour; programs look every few hours."""
WRONG = 60
"""Fetches of unknown addresses in an hour from one place."""


@own_pages.get("/me/calendar")
@requires(P.OWN_ACCOUNT)
def own_calendar() -> ResponseReturnValue:
    """My calendars, and whether each can be fetched."""
    return _page()


@own_pages.post("/me/calendar/<kind>/renew")
@requires(P.OWN_ACCOUNT)
def renew_calendar(kind: str) -> ResponseReturnValue:
    """A new secret address, shown once on this answer; the old one is dead."""
    with transaction():
        token = services.renew(_kind(kind), actor=current_actor())
    site = site_address() or request.url_root.rstrip("/")
    return _page({_kind(kind): f"{site}{url_for('teaching.calendar_feed', token=token)}"})


@own_pages.post("/me/calendar/<kind>/revoke")
@requires(P.OWN_ACCOUNT)
def revoke_calendar(kind: str) -> ResponseReturnValue:
    """Nobody can fetch it any more."""
    with transaction():
        services.revoke(_kind(kind), actor=current_actor())
    return _page(said=gettext("链接已作废，用过它的日历不再更新。"))


@own_pages.get("/calendar/<token>.ics")
@public
def calendar_feed(token: str) -> ResponseReturnValue:
    """The file behind a secret address."""
    feed = queries.find_feed(digest(token)) if len(token) < 80 else None
    who = f"feed:{feed.id}" if feed is not None else request.remote_addr or ""
    with transaction():
        allowed = admit("calendar", who, most=FETCHES if feed is not None else WRONG, window=WINDOW)
    if not allowed:
        return Response("", 429, {"Retry-After": "3600"})
    feed = queries.find_feed(digest(token)) if feed is not None else None
    if feed is None:
        raise NotFound(gettext("没有这个日历，或链接已作废。"))
    body = calendar_file(
        gettext("讲台：%(kind)s", kind=feed.kind.label), queries.entries_of(feed, actor_of(feed.user))
    )
    return Response(
        body,
        200,
        {
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": 'inline; filename="jiangtai.ics"',
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
        },
    )


def _kind(raw: str) -> FeedKind:
    if raw not in set(FeedKind):
        raise NotFound(gettext("没有这个日历。"))
    return FeedKind(raw)


def _page(made: dict[FeedKind, str] | None = None, said: str = "") -> str:
    actor = current_actor()
    live = {feed.kind: feed for feed in queries.list_own(actor.user_id or 0)}
    return render_template(
        "scheduling/own_calendar.html",
        kinds=queries.kinds_for(actor),
        live=live,
        made=made or {},
        codes={kind: picture(address, 4) for kind, address in (made or {}).items()},
        said=said,
    )
