"""What can no longer be served goes back into the plan as open, and matching is asked for somebody else. Flush only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from flask_babel import gettext

from accounts.access import Actor
from core import audit
from core.db import session
from core.errors import RuleBroken
from scheduling.enums import ResourceKind
from scheduling.models import MatchRun, TrainingClass
from scheduling.queries.clashes import Clash
from scheduling.services import matching


def rematch(clashes: Sequence[Clash], *, actor: Actor) -> list[MatchRun]:
    """Take the people and rooms of these clashes out of the working plan and queue a run a plan over their classes.

    An answer once given pins a person in matching; only a part left open is filled anew. People stay told as they
    were until somebody adopts a proposal and publishes. RuleBroken when there is nothing to match; Conflict while
    a run over the same classes is on.
    """
    if not clashes:
        raise RuleBroken(gettext("没有需要改派的课。"))
    plans: dict[tuple[int, int], dict[int, TrainingClass]] = defaultdict(dict)
    for clash in clashes:
        row = clash.booking.lesson
        klass = row.training_class
        plans[klass.owner_id, klass.year][klass.id] = klass
        kind, taken = clash.booking.kind, clash.booking.resource_id
        # A base that runs short of pieces is left as if it were closed.
        place = row.told_venue_id if kind is ResourceKind.RESOURCE else taken
        if kind is ResourceKind.INSTRUCTOR and row.instructor_id == taken:
            row.instructor_id, row.pinned_instructor = None, False
        elif kind is not ResourceKind.INSTRUCTOR and row.venue_id == place:
            row.venue_id, row.pinned_venue = None, False
    session().flush()
    title = gettext("改派 %(n)s 节课", n=len(clashes))
    runs = [
        matching.request_run(
            next(iter(of_plan.values())).owner, year, list(of_plan.values()), title=title, actor=actor
        )
        for (_owner, year), of_plan in sorted(plans.items())
    ]
    audit.note(session(), title)
    return runs
