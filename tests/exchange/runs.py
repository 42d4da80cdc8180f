"""Taking a workbook part of the way or all of it, and looking at what came of it."""

from __future__ import annotations

from sqlalchemy import func, select

from accounts.access import Actor
from accounts.models import OrgUnit
from bases.models import TeachingBase, Venue
from core.db import Model, session, transaction
from courses.models import Course
from exchange import jobs
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.services import imports
from instructor_pool.models import Instructor
from party_lessons.models import Post
from scheduling.models import Session, TrainingClass


def uploaded(owner: int, data: bytes) -> int:
    with transaction():
        actor = Actor(None, "tester", is_system=True)
        return imports.upload(session().get_one(OrgUnit, owner), "计划.xlsx", data, actor=actor).id


def run_of(run_id: int) -> ImportRun:
    session().expire_all()
    return session().get_one(ImportRun, run_id)


def previewed(owner: int, data: bytes) -> ImportRun:
    run_id = uploaded(owner, data)
    assert jobs.take()
    return run_of(run_id)


def confirmed(run: ImportRun) -> ImportRun:
    run_id = run.id
    with transaction():
        imports.confirm(run_of(run_id), actor=Actor(None, "tester", is_system=True))
    assert jobs.take()
    return run_of(run_id)


def imported(owner: int, data: bytes) -> ImportRun:
    run = confirmed(previewed(owner, data))
    assert (run.state, run.failure) == (ImportState.DONE, "")
    return run


def count(model: type[Model]) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def counts(run: ImportRun) -> dict[str, tuple[int, int, int]]:
    return {k: (c["create"], c["update"], c["same"]) for k, c in run.summary["counts"].items()}


def versions() -> dict[str, list[tuple[int, int]]]:
    models = (Instructor, TeachingBase, Venue, Course, TrainingClass, Session, Post, OrgUnit)
    return {m.__name__: sorted(session().execute(select(m.id, m.version)).all()) for m in models}


def person_named(name: str) -> Instructor:
    return session().scalars(select(Instructor).where(Instructor.name == name)).one()
