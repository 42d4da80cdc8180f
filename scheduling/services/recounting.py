"""What is owed and what counts, brought in step with posts, schemes and lessons, piece by piece."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from accounts.access import Actor
from party_lessons.queries.obligations import list_posts
from party_lessons.queries.reports import list_confirmed
from party_lessons.services import credits, obligations
from scheduling.queries.lessons import list_told_facts

SIZE = 100
"""Rows of a piece: its transaction keeps others waiting for some tenths of a second at most."""


class Of(Enum):
    """What a piece is made of."""

    POSTS = "posts"
    LESSONS = "lessons"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a year."""

    of: Of
    year: int
    ids: Collection[int]


def pieces(years: Sequence[int]) -> list[Piece]:
    """All that has to be looked at: what is owed first, and then what counts for it."""
    found: list[Piece] = []
    for year in years:
        found += _split(Of.POSTS, year, [post.id for post in list_posts(year)])
        found += _split(Of.LESSONS, year, [lesson.session_ref for lesson in list_told_facts(year)])
        found += _split(Of.REPORTS, year, [report.id for report in list_confirmed([year])])
    return found


def _split(of: Of, year: int, ids: Sequence[int]) -> Iterator[Piece]:
    return (Piece(of, year, ids[start : start + SIZE]) for start in range(0, len(ids), SIZE))


def recount(piece: Piece, *, actor: Actor, why: str) -> int:
    """Bring one piece in step, as its rows are now; answers how many obligations changed. Twice is as good as once."""
    match piece.of:
        case Of.POSTS:
            return obligations.recompute(piece.year, actor=actor, why=why, among=piece.ids)
        case Of.LESSONS:
            credits.follow(list_told_facts(piece.year, piece.ids), actor=actor)
        case Of.REPORTS:
            credits.follow_reports(list_confirmed([piece.year], among=piece.ids), actor=actor)
    return 0
