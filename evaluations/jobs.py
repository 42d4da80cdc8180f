"""Nightly: ratings anew, since the pools' means move with every score. Queued: years to be worked out."""

from __future__ import annotations

import structlog
from flask_babel import gettext

from core.audit import Doing, doing
from core.db import session, transaction
from core.errors import Conflict
from core.jobs import Job, Queue, daily_at
from evaluations.queries.yearly import figures_of_year
from evaluations.services import ratings
from instructor_pool.services import assessing

log = structlog.get_logger()


def refresh_ratings() -> None:
    """Write every rating anew."""
    ratings.refresh_ratings()


def take_assessment() -> bool:
    """Work out one queued year; True when there was one. Figures are read with no transaction open."""
    try:
        with transaction():
            work = assessing.claim()
    except Conflict:
        return False
    if work is None:
        return False
    with doing(Doing(action="queue:assessments")):
        try:
            figures = figures_of_year(work.owner_id, work.first, work.until)
            session().rollback()
            with transaction():
                assessing.report(work, 60)
            with transaction():
                assessing.store(work, figures)
        except Conflict:
            log.info("assessment_taken_over", run=work.run_id)
        except Exception:
            log.exception("assessment_failed", run=work.run_id)
            with transaction():
                assessing.fail(work, gettext("测算时出了差错，什么都没有改动。请再试一次。"))
    return True


RATINGS = Job("ratings", 600, refresh_ratings, daily_at(2, 40))
ASSESSMENTS = Queue("assessments", 2, take_assessment)
