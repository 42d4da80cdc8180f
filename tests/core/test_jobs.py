"""Background work: leases exclude one another, a due run happens once."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import select, text

from core import clock, jobs
from core.db import db, session, transaction
from core.jobs import STATISTICS, Job, JobRun, Lease, daily_at
from core.settings import get_setting, set_setting


def test_only_one_holds_a_lease_until_it_runs_out(app: Flask) -> None:
    assert jobs.hold_lease("worker", "one")
    assert not jobs.hold_lease("worker", "two")
    assert jobs.hold_lease("worker", "one")
    with transaction() as db_session:
        row = db_session.get(Lease, "worker")
        assert row is not None
        row.until = clock.instant() - timedelta(seconds=1)
    assert jobs.hold_lease("worker", "two")
    assert not jobs.hold_lease("worker", "one")


def test_a_released_lease_is_free_at_once(app: Flask) -> None:
    assert jobs.hold_lease("worker", "one")
    jobs.release_lease("worker", "one")
    assert jobs.hold_lease("worker", "two")


def test_a_daily_job_is_due_from_its_hour_on() -> None:
    due = daily_at(7, 30)
    assert due(datetime(2027, 5, 10, 7, 29)) is None
    assert due(datetime(2027, 5, 10, 22, 0)) == datetime(2027, 5, 10, 7, 30)


def test_six_workers_do_a_due_run_once(app: Flask) -> None:
    with transaction():
        set_setting("effects", 0)

    def act() -> None:
        set_setting("effects", get_setting("effects", 0) + 1)

    job = Job("count", 1, act, daily_at(0))
    start = Barrier(6)

    def work() -> None:
        with app.app_context():
            start.wait()
            jobs.run_once(job)
            db.session.remove()

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session().rollback()
    assert get_setting("effects", 0) == 1
    assert len(session().scalars(select(JobRun)).all()) == 1


def test_statistics_are_there_after_the_night(app: Flask) -> None:
    jobs.run_once(STATISTICS)
    connection = session().connection()
    if connection.dialect.name == "sqlite":
        assert connection.execute(
            text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'quarter_hour'")
        ).scalar()
