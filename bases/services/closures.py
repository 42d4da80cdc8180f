"""Days on which a base takes nobody."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext

from accounts.access import Actor
from bases.models import Closure, TeachingBase
from bases.queries.closures import find_overlap
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation

LONGEST = timedelta(days=366)


def close_days(base: TeachingBase, first_day: date, last_day: date, reason: str, *, actor: Actor) -> Closure:
    """Close from one day to another, both included.

    Bookings in it stay and are shown as clashes to whoever planned them. RuleBroken for a span that is
    past, turned round, too long or closed already.
    """
    broken = []
    if last_day < first_day:
        broken.append(Violation("turned", gettext("结束日期早于开始日期。"), "last_day"))
    elif last_day < clock.today():
        broken.append(Violation("past", gettext("这些日子已经过去。"), "first_day"))
    elif last_day - first_day > LONGEST:
        broken.append(Violation("long", gettext("一次闭馆最长一年。"), "last_day"))
    elif find_overlap(base.id, first_day, last_day) is not None:
        broken.append(Violation("overlap", gettext("其中有的日子已经登记闭馆。"), "first_day"))
    if not reason.strip():
        broken.append(Violation("reason", gettext("请写明闭馆原因。"), "reason"))
    if broken:
        raise RuleBroken(gettext("闭馆没有登记。"), broken)
    closure = Closure(
        base_id=base.id,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip(),
        recorded_by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    session().add(closure)
    audit.note(
        session(),
        gettext("%(base)s 闭馆 %(first)s 至 %(last)s", base=base.name, first=first_day, last=last_day),
    )
    session().flush()
    return closure


def reopen(base: TeachingBase, closure: Closure, *, actor: Actor) -> None:
    """Take a closure back; one that has begun ends yesterday, one that is over stays."""
    today = clock.today()
    if closure.last_day < today:
        raise RuleBroken(gettext("这次闭馆已经结束。"))
    if closure.first_day < today:
        closure.last_day = today - timedelta(days=1)
    else:
        session().delete(closure)
    audit.note(session(), gettext("%(base)s 取消闭馆 %(first)s", base=base.name, first=closure.first_day))
    session().flush()
