"""A calendar as a file that calendar programs fetch (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from core import clock
from scheduling.queries.feeds import Entry

HOURS = 2
"""How often a program is asked to look."""


def calendar_file(name: str, entries: Iterable[Entry]) -> bytes:
    """The entries as text/calendar. Times are in UTC, so that no program has to know of time zones."""
    calendar = Calendar()
    calendar.add("prodid", "-//Jiangtai//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", f"PT{HOURS}H")
    stamp = clock.instant().replace(tzinfo=UTC)
    for entry in entries:
        calendar.add_component(_event(entry, stamp))
    return bytes(calendar.to_ical())


def _event(entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@jiangtai")
    event.add("dtstamp", stamp)
    event.add("dtstart", _utc(entry.start))
    event.add("dtend", _utc(entry.end))
    event.add("summary", entry.title)
    event.add("sequence", entry.changed)
    status = "CANCELLED" if entry.is_cancelled else "CONFIRMED" if entry.is_agreed else "TENTATIVE"
    event.add("status", status)
    if entry.place:
        event.add("location", entry.place)
    if entry.note:
        event.add("description", entry.note)
    return event


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)
