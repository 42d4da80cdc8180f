"""Bringing what the forecast found up to date, by lessons written in a test or by those in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import numpy as np

from core import clock
from core.db import transaction
from party_lessons.queries.reckonings import Findings, changes, freshness
from party_lessons.queries.standing import list_wants
from party_lessons.rules import Ahead, Audience, Demand, LessonFacts, Outlook, forecast, served
from party_lessons.services import outlooks
from scheduling.queries.forecast import reckon


def reckon_all() -> None:
    """As the worker does."""
    found = reckon()
    with transaction():
        assert outlooks.keep(found)


def reckon_with(lessons: Sequence[LessonFacts], today: date, could: Collection[int]) -> None:
    """The forecast over these lessons, each of which the people of `could` can teach."""
    rows = sorted((x for x in lessons if x.day >= today), key=lambda x: (x.day, x.session_ref))
    audiences = [Audience(x.host_path, x.area_path, x.audience_paths) for x in rows]
    ahead = Ahead(
        np.array([x.session_ref for x in rows], np.int64),
        np.array([x.day.toordinal() for x in rows], np.int64),
        np.array([x.minutes for x in rows], np.int64),
        np.arange(len(rows)),
        tuple(audiences),
    )
    found = list(
        served(list_wants(2027, today), ahead, lambda who: np.arange(len(rows) if who in could else 0))
    )
    seen = forecast([Demand(x.want.ref, x.want.post.holder_id, x.want.missing, x.sessions) for x in found])
    kept = {x.want.ref: Outlook(len(x.sessions), seen[x.want.ref].is_crowded, x.near) for x in found}
    last = freshness(today)
    findings = Findings(last.number, changes(), today, datetime(2027, 5, 10), 1, kept)
    with transaction():
        assert outlooks.keep(findings)
    assert not freshness(today).is_stale or clock.today() != today
