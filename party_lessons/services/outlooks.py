"""What the forecast found is kept, so that lists of obligations are one statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import delete, insert, select

from core.db import session
from party_lessons.models import DutyChange, KeptOutlook, Reckoning
from party_lessons.queries.reckonings import Findings
from party_lessons.rules import Outlook

AT_ONCE = 500


def keep(found: Findings) -> bool:
    """Write down what was found; False when somebody has reckoned meanwhile, whose findings stay."""
    last = session().get(Reckoning, 1, with_for_update=True)
    if (last.number if last is not None else 0) != found.number:
        return False
    if last is None:
        last = Reckoning(id=1)
        session().add(last)
    last.number, last.day, last.at, last.size = found.number + 1, found.day, found.at, found.size
    session().flush()
    _write(found.outlooks)
    for some in _parts(found.changes):
        session().execute(delete(DutyChange).where(DutyChange.id.in_(some)))
    return True


def _write(outlooks: Mapping[int, Outlook]) -> None:
    """Only what differs from what is there."""
    columns = (
        KeptOutlook.obligation_id,
        KeptOutlook.lessons_left,
        KeptOutlook.lessons_near,
        KeptOutlook.lessons_most,
        KeptOutlook.is_crowded,
    )
    there = {row[0]: tuple(row) for row in session().execute(select(*columns))}
    wanted = {ref: (ref, x.left, x.near, x.most, x.is_crowded) for ref, x in outlooks.items()}
    gone = [ref for ref, row in there.items() if wanted.get(ref) != row]
    for some in _parts(gone):
        session().execute(delete(KeptOutlook).where(KeptOutlook.obligation_id.in_(some)))
    names = [column.key for column in columns]
    new = [dict(zip(names, row, strict=True)) for ref, row in wanted.items() if there.get(ref) != row]
    if new:
        session().execute(insert(KeptOutlook), new)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
