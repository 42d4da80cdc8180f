"""Which sessions count for which obligations. Scheduling calls these when it publishes, cancels and holds."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.access import Actor
from core.db import session
from party_lessons.models import Credit, Obligation, ReportedLesson
from party_lessons.queries.facts import post_facts, scheme_facts
from party_lessons.queries.obligations import (
    find_credits,
    find_credits_of_report,
    find_obligations,
    list_posts_of,
)
from party_lessons.queries.reports import report_facts
from party_lessons.rules import LessonFacts, eligible

LONGEST = 200


def plan(lesson: LessonFacts, *, actor: Actor) -> int:
    """Credit a published session to every obligation of its instructor whose tests pass; answers how many.

    Credits it gave to others before (another instructor, day or length) are withdrawn. Call it again after a change.
    """
    return _credit(lesson, is_held=False)


def hold(lesson: LessonFacts, *, actor: Actor) -> int:
    """Credit a held session: only these fulfil a duty. `lesson.instructor_id` is whoever really taught it."""
    return _credit(lesson, is_held=True)


def withdraw(session_ref: int, *, actor: Actor) -> int:
    """Take back what a session counted for: declined, cancelled or cleared. Answers how many."""
    credits = find_credits(session_ref)
    for credit in credits:
        credit.obligation.credits.remove(credit)
    session().flush()
    return len(credits)


def follow(lessons: Iterable[LessonFacts], *, actor: Actor) -> None:
    """Bring the credits of these sessions in step with what was told and held, after posts have changed."""
    for lesson in lessons:
        if lesson.is_held or lesson.is_told:
            _credit(lesson, is_held=lesson.is_held)


def count_report(report: ReportedLesson, *, actor: Actor) -> int:
    """Credit a confirmed report to every obligation of the person whose tests pass; answers how many."""
    lesson = report_facts(report)
    wanted = {row.id: row for row in _counts_for(lesson)}
    for credit in find_credits_of_report(report.id):
        if wanted.pop(credit.obligation_id, None) is None:
            credit.obligation.credits.remove(credit)
    for row in wanted.values():
        credit = Credit(report_id=report.id)
        _write(credit, lesson, is_held=True)
        row.credits.append(credit)
    session().flush()
    return len(find_credits_of_report(report.id))


def follow_reports(reports: Iterable[ReportedLesson], *, actor: Actor) -> None:
    """Bring the credits of confirmed reports in step, after posts or schemes have changed."""
    for report in reports:
        count_report(report, actor=actor)


def _credit(lesson: LessonFacts, *, is_held: bool) -> int:
    wanted = {row.id: row for row in _counts_for(lesson)}
    counted = len(wanted)
    for credit in find_credits(lesson.session_ref):
        row = wanted.pop(credit.obligation_id, None)
        if row is None:
            credit.obligation.credits.remove(credit)
        else:
            _write(credit, lesson, is_held)
    for row in wanted.values():
        credit = Credit(session_ref=lesson.session_ref)
        _write(credit, lesson, is_held)
        row.credits.append(credit)
    session().flush()
    return counted


def _write(credit: Credit, lesson: LessonFacts, is_held: bool) -> None:
    credit.day, credit.is_held = lesson.day, is_held
    credit.description = " · ".join(filter(None, (lesson.title, lesson.class_name)))[:LONGEST]


def _counts_for(lesson: LessonFacts) -> list[Obligation]:
    """The instructor's obligations whose tests the lesson passes."""
    if lesson.instructor_id is None:
        return []
    schemes, year = scheme_facts(), lesson.day.year
    posts = {post.id: post_facts(post) for post in list_posts_of(lesson.instructor_id, year)}
    return [
        row
        for rows in find_obligations(list(posts), year).values()
        for row in rows
        if eligible(posts[row.post_id], lesson, schemes[row.scheme_id])
    ]
