"""Until when people answer, when they are reminded, and when a lesson is too near to be changed lightly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_REMINDERS = 2


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """How a level asks: all of it usual practice, not rule [common]."""

    days_to_answer: int = 3
    first_after_hours: int = 24
    """The first reminder, after asking."""
    last_before_hours: int = 12
    """The last reminder, before the deadline."""
    wave_size: int = 3
    """How many substitutes are asked at once."""
    wave_hours: int = 12
    """How long a wave has before the next is asked too."""
    wave_auto: bool = False
    """Whether a decline starts the first wave by itself."""
    freeze_days: int = 0
    """Within so many days before it a published lesson is left alone; 0 switches it off."""
    release_bases: bool = False
    """Whether a base that has not answered by the deadline is given back, as visits always are. Many bases answer by
    telephone, and a class would lose its place for a note that nobody made: so a level has to want it."""


LIMITS: dict[str, tuple[int, int]] = {
    "days_to_answer": (1, 60),
    "first_after_hours": (1, 720),
    "last_before_hours": (1, 240),
    "wave_size": (1, 20),
    "wave_hours": (1, 240),
    "freeze_days": (0, 60),
}
"""Least and most of each number."""
LEAST_TIME = timedelta(hours=1)


def answer_by(asked: datetime, start: datetime, policy: AnswerPolicy) -> datetime:
    """Until when an answer is expected: some days, but before the lesson, and never less than an hour."""
    wanted = asked + timedelta(days=policy.days_to_answer)
    latest = start - timedelta(hours=policy.last_before_hours)
    return max(min(wanted, latest), asked + LEAST_TIME)


def reminder_due(asked: datetime, by: datetime, sent: int, now: datetime, policy: AnswerPolicy) -> int:
    """Which reminder is due, 1 or 2; 0 for none. One that was missed is not made up for once the next is due."""
    if now >= by:
        return 0
    if sent < MOST_REMINDERS and now >= by - timedelta(hours=policy.last_before_hours) and now > asked:
        return MOST_REMINDERS
    if sent == 0 and now >= asked + timedelta(hours=policy.first_after_hours):
        return 1
    return 0


def is_frozen(start: datetime | None, now: datetime, days: int) -> bool:
    """Whether a published lesson is so near that it is left alone: whole days before the day it is held."""
    if start is None or days <= 0 or start <= now:
        return False
    return (start.date() - now.date()).days < days
