"""A search for a substitute, signed links, a calendar and a public timetable: what the access matrix points at."""

from __future__ import annotations

from datetime import datetime

from core import links
from core.codes import digest
from core.db import session
from scheduling.enums import AskState, CallState, FeedKind
from scheduling.models import Booking, CalendarFeed, PublicTimetable, Session, SubstituteAsk, SubstituteCall

NOW = datetime(2027, 5, 10, 9, 0)


def make_calls(lesson: Session, booking: Booking, user_id: int | None) -> dict[str, int | str]:
    """Ids and tokens by what they name; the calendar belongs to `user_id`, where given."""
    call = SubstituteCall(
        session_id=lesson.id,
        wave_size=1,
        wave_hours=12,
        wave=1,
        state=CallState.OPEN,
        opened_at=NOW,
        opened_by="test",
        next_at=datetime(2027, 5, 11, 9, 0),
    )
    ask = SubstituteAsk(
        call=call, instructor_id=booking.resource_id, wave=1, cost=0, state=AskState.ASKED, asked_at=NOW
    )
    secret = f"secret-of-{lesson.id}"
    shown = PublicTimetable(class_id=lesson.class_id, token=secret, opened_at=NOW, opened_by="test")
    session().add_all([call, ask, shown])
    if user_id is not None:
        kind = FeedKind.TEACHING
        session().add(CalendarFeed(user_id=user_id, kind=kind, token_hash=digest(secret), created_at=NOW))
    session().flush()
    return {
        "call_id": call.id,
        "ask_id": ask.id,
        "token:a": links.sign("answer", booking.id),
        "token:stand-in": links.sign("substitute", ask.id),
        "token:t": secret,
        "token:calendar": secret,
        "kind:me": FeedKind.TEACHING.value if user_id is not None else "none",
    }
