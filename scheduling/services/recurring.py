"""Visits that come again: every time is held on its own, what cannot be had is listed and made up. Flush only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from scheduling.enums import Rhythm, VisitState
from scheduling.models import Visit, VisitSeries
from scheduling.rules.visits import OPEN, days_of
from scheduling.services import visiting
from scheduling.services.places import lock_sites
from scheduling.services.visiting import About, Part
from scheduling.snapshots.vacancies import read_vacancies

LONGEST = timedelta(days=366)
GONE = (VisitState.WITHDRAWN, VisitState.DECLINED, VisitState.RELEASED)


def ask_series(
    unit: OrgUnit, part: Part, about: About, rhythm: tuple[Rhythm, date], *, actor: Actor
) -> VisitSeries:
    """Ask for the same visit weekly or monthly until a day, both ends included.

    Days on which it cannot be had are kept with the reason, to be made up. RuleBroken when there is none at all.
    """
    how, until = rhythm
    first = part.wish.start.date()
    if not first < until <= first + LONGEST:
        sentence = gettext("截止日期应在首次之后一年以内。")
        raise RuleBroken(sentence, [Violation("until", sentence, "until")])
    visiting.check_words(about)
    lock_sites([part.venue_id])
    place = read_vacancies([part.venue_id], first, until)
    series = VisitSeries(
        unit=unit, rhythm=how, first_day=first, until=until, asked_at=clock.now(), asked_by=actor.name
    )
    skipped, refused = [], None
    for day in days_of(how, first, until):
        each = replace(part, wish=part.wish.on(day))
        visit = visiting.new_visit(unit, each, about, actor)
        visit.occurrence = day
        try:
            visiting.settle(visit, each, place)
        except RuleBroken as reason:
            skipped.append({"day": day.isoformat(), "reason": reason.sentence})
            refused = refused or reason
            continue
        visit.series = series
    if not series.visits and refused is not None:
        raise RuleBroken(refused.sentence, refused.violations)
    series.skipped = skipped
    session().add(series)
    session().flush()
    audit.note(session(), f"{unit.name} {how.label} {first} – {until}")
    return series


def skipped_days(series: VisitSeries) -> list[tuple[date, str]]:
    """Days of the rhythm without a visit and why: never had, or lost since."""
    kept = {visit.occurrence for visit in series.visits if visit.state not in GONE}
    lost = {
        visit.occurrence: visit.answer_reason or visit.end_reason or visit.state.label
        for visit in series.visits
        if visit.state in GONE and visit.occurrence is not None
    }
    never = {date.fromisoformat(entry["day"]): entry["reason"] for entry in series.skipped}
    return [(day, reason) for day, reason in sorted((never | lost).items()) if day not in kept]


def make_up(series: VisitSeries, day: date, part: Part, *, actor: Actor) -> Visit:
    """Another time for a day that was skipped."""
    if day not in dict(skipped_days(series)):
        raise RuleBroken(gettext("这一天不用补。"))
    like = series.visits[0]
    about = About(like.theme, like.purpose, like.contact_name, like.phone or "", like.wishes)
    [visit] = visiting.ask(series.unit, [part], about, actor=actor)
    visit.series, visit.occurrence = series, day
    session().flush()
    return visit


def withdraw_rest(series: VisitSeries, reason: str, *, actor: Actor) -> int:
    """Withdraw every visit that is still to come; answers how many."""
    now = clock.now()
    coming = [visit for visit in series.visits if visit.state in OPEN and visit.start > now]
    for visit in coming:
        visiting.withdraw(visit, reason, actor=actor)
    return len(coming)
