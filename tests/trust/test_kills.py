"""Killed at any moment, an import or a publication has happened whole or not at all, and what was acknowledged stays."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.demo import story
from app.demo.cast import Cast, at
from core.db import db, session, transaction
from exchange import jobs as import_jobs
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.services import imports
from instructor_pool.models import Instructor
from scheduling.enums import SessionState
from scheduling.models import Booking, ScheduleVersion, Session, TrainingClass
from scheduling.services import publishing
from tests.conftest import FILE, SOAK, migrated

KILLS = 200 if SOAK else 5
FEW_CLASSES = 100 if SOAK else 7


@dataclass
class Stage:
    """A database to be brought back after every kill."""

    app: Flask
    cast: Cast
    file: Path

    def keep(self, name: str) -> None:
        """Remember the database as it stands."""
        self._close()
        shutil.copy(self.file, self.file.with_name(name))

    def back_to(self, name: str) -> None:
        """Bring it back."""
        self._close()
        for part in ("-wal", "-shm"):
            Path(f"{self.file}{part}").unlink(missing_ok=True)
        shutil.copy(self.file.with_name(name), self.file)

    def _close(self) -> None:
        db.session.remove()
        db.engine.dispose()

    def killed(self, act: Callable[[Connection], None], after: float) -> list[object]:
        """Run `act` in a process of its own, kill it after so many seconds, and give what it had acknowledged."""
        self._close()
        fork = multiprocessing.get_context("fork")
        mine, theirs = fork.Pipe(duplex=False)

        def run() -> None:
            with self.app.app_context():
                act(theirs)
            os._exit(0)

        process = fork.Process(target=run)
        process.start()
        theirs.close()
        process.join(after)
        if process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        told = []
        while mine.poll():
            try:
                told.append(mine.recv())
            except EOFError:
                break
        return told


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    instance = tmp_path_factory.mktemp("kills")
    file = instance / FILE
    app = migrated(instance)
    with app.app_context(), at(story.YEAR_BEGINS):
        cast = story.open_county()
        with transaction():
            book = story.WORKBOOK
            imports.upload(cast.county, book.name, book.read_bytes(), actor=cast.actor("organiser"))
        import_jobs.take()
        with transaction():
            run = session().scalars(select(ImportRun)).one()
            imports.confirm(run, actor=cast.actor("organiser"))
        made = Stage(app, cast, file)
        made.keep("confirmed")
        import_jobs.take()
        story.match_half_year(cast)
        made.keep("matched")
        yield made
        db.session.remove()


def counts() -> tuple[int, int]:
    return tuple(session().scalar(select(func.count()).select_from(t)) or 0 for t in (Instructor, Session))  # type: ignore[return-value]


def test_an_import_killed_at_any_moment_is_whole_or_nothing(stage: Stage) -> None:
    stage.back_to("confirmed")
    begin = time.monotonic()
    import_jobs.take()
    length, whole = time.monotonic() - begin, counts()
    assert whole[0] > 100
    luck, seen = Random(7), set()
    for _ in range(KILLS):
        stage.back_to("confirmed")
        # Half of the kills near the end, where the commit is.
        after = luck.uniform(0.75, 1.1) * length if luck.random() < 0.5 else luck.uniform(0, length)
        stage.killed(lambda _pipe: bool(import_jobs.take()), after)
        run = session().scalars(select(ImportRun)).one()
        done = run.state is ImportState.DONE
        assert counts() == (whole if done else (0, 0))
        seen.add(done)
        session().rollback()
    print(f"\nimport: {KILLS} kills over {length:.1f} s, outcomes {seen}")
    assert False in seen, "no kill ever came before the commit: the test proves nothing"


def test_a_killed_import_is_taken_up_again(stage: Stage) -> None:
    stage.back_to("confirmed")
    stage.killed(lambda _pipe: bool(import_jobs.take()), 0.4)
    if session().scalars(select(ImportRun)).one().state is not ImportState.DONE:
        with transaction():
            run = session().scalars(select(ImportRun)).one()
            run.lease_until = run.uploaded_at.replace(year=2000)
        import_jobs.take()
    assert session().scalars(select(ImportRun)).one().state is ImportState.DONE
    assert counts()[0] > 100


def publish_all(cast: Cast, pipe: Connection | None) -> None:
    """Publish class after class, acknowledging each after its commit."""
    due = select(TrainingClass.id).where(TrainingClass.starts_on <= story.PUBLISHED_UNTIL)
    ids = session().scalars(due.order_by(TrainingClass.id).limit(FEW_CLASSES)).all()
    for class_id in ids:
        with transaction():
            publishing.publish(
                session().get_one(TrainingClass, class_id), actor=cast.actor("organiser"), note=story.NOTE
            )
        if pipe is not None:
            pipe.send(class_id)


def assert_whole(class_id: int) -> bool:
    """A class is published with its version, sessions and bookings, or none of them. True when published."""
    klass = session().get_one(TrainingClass, class_id)
    versions = (
        session().scalars(select(ScheduleVersion.number).where(ScheduleVersion.class_id == class_id)).all()
    )
    assert klass.published_version == (max(versions) if versions else 0)
    for row in session().scalars(select(Session).where(Session.class_id == class_id)):
        booked = session().scalars(select(Booking.kind).where(Booking.session_id == row.id)).all()
        wanted = 0
        if row.state is SessionState.PUBLISHED:
            wanted = 1 + (row.told_instructor_id is not None) + (row.told_venue_id is not None)
            # The guide who teaches on site, where the base has any.
            there = None if row.told_venue is None else row.told_venue.base
            wanted += not row.needs_instructor and there is not None and there.guides > 0
        assert len(booked) == wanted
    return bool(versions)


def test_publications_killed_at_any_moment_are_whole_and_acknowledged_ones_stay(stage: Stage) -> None:
    stage.back_to("matched")
    begin = time.monotonic()
    with at(story.YEAR_BEGINS):
        publish_all(stage.cast, None)
    length = time.monotonic() - begin
    ids = session().scalars(select(TrainingClass.id)).all()
    luck, outcomes = Random(11), set()
    for _ in range(KILLS):
        stage.back_to("matched")
        told = stage.killed(lambda pipe: publish_all(stage.cast, pipe), luck.uniform(0.1, 0.9) * length)
        published = {i for i in ids if assert_whole(i)}
        assert published >= set(told)
        assert len(published) <= len(told) + 1
        outcomes.add(len(published))
        session().rollback()
    print(f"\npublish: {KILLS} kills over {length:.1f} s, classes published at the kill: {sorted(outcomes)}")
    assert len(outcomes) > 1
