"""Daily work over all features: keep duties in step, and remind people of what presses."""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale, gettext

from accounts.access import SYSTEM, Actor, Held
from accounts.models import User
from accounts.queries import list_active_users
from app.home import todos
from core import calendars, clock
from core.jobs import Job, daily_at
from core.todo import Urgency
from notifications import services as notifications
from party_lessons.queries.board import list_to_remind
from party_lessons.queries.reckonings import freshness
from party_lessons.services import outlooks, recounts
from scheduling.queries.forecast import reckon

MOST_LINES = 12


def remind() -> None:
    """One message a person with every line that cannot wait; nobody is written to for nothing."""
    if freshness(clock.today()).is_stale:
        outlooks.keep(reckon())
    for user_id, locale, actor in [(u.id, u.locale, _actor(u)) for u in list_active_users()]:
        with force_locale(locale or current_app.config["BABEL_DEFAULT_LOCALE"]):
            lines = _pressing(actor)
            if lines:
                title = gettext("今天有 %(n)s 件事要办", n=len(lines))
                notifications.queue(user_id, "reminder", title, "\n".join(lines[:MOST_LINES]), "/")


def _actor(user: User) -> Actor:
    return Actor(user.id, user.name, tuple(Held(g.role, g.unit.path, g.unit.name) for g in user.grants))


def _pressing(actor: Actor) -> list[str]:
    """What presses; addresses of pages can be built in a request only."""
    with current_app.test_request_context():
        return [line.text for line in todos(actor) if line.urgency is Urgency.NOW]


def keep_duties() -> None:
    """This year's and next year's duties follow from the posts; credits from what was told and held."""
    recounts.request(actor=SYSTEM)


def remind_leaders() -> None:
    """On the days a scheme names, everybody with an account who still owes a lesson by it is told where it stands."""
    today = clock.today()
    for row in list_to_remind(today):
        user = row.obligation.post.holder.user_id
        if user is None:
            continue
        with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
            title = gettext(
                "讲党课提醒：%(post)s，%(day)s 前完成",
                post=row.obligation.post.title,
                day=row.obligation.deadline.isoformat(),
            )
            notifications.queue(user, "duty_reminder", title, row.reason, "/duties/mine")


def keep_calendar() -> None:
    """This year and the next two as the calendar libraries have them, but for what somebody has corrected."""
    this_year = clock.today().year
    calendars.seed(range(this_year, this_year + 3))


CALENDAR = Job("calendar", 3600, keep_calendar, daily_at(1))
REMINDERS = Job("reminders", 300, remind, daily_at(8))
LEADERS = Job("duty_reminders", 300, remind_leaders, daily_at(9))
DUTIES = Job("duties", 600, keep_duties, daily_at(2))
