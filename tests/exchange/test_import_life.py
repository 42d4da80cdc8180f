"""What can happen to an import on its way: errors, stale previews, crashes, cancelling."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from bases.models import TeachingBase
from core.audit import AuditRecord
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses.models import Course
from exchange import jobs
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.services import imports
from instructor_pool.models import Instructor
from scheduling.models import TrainingClass
from tests.exchange.books import PEOPLE, built, changed, person, shipped
from tests.exchange.runs import (
    confirmed,
    count,
    imported,
    previewed,
    run_of,
    uploaded,
)


def test_errors_block_everything(owner):
    def spoil(book):
        book["师资信息表"]["B10"] = None

    run = previewed(owner, changed(spoil))
    assert (run.state, run.summary["errors"]) == (ImportState.READY, 1)
    with pytest.raises(RuleBroken), transaction():
        imports.confirm(run, actor=Actor(None, "tester", is_system=True))
    assert not jobs.take()
    assert count(Course) == 0


def test_a_preview_gone_stale_is_made_anew(owner):
    imported(owner, shipped())

    def correct(book):
        book["培训班"]["I3"] = 90

    run = previewed(owner, changed(correct))
    with transaction() as db:
        db.scalars(select(TrainingClass).where(TrainingClass.number == "B001")).one().size = 85
    run = confirmed(run)
    assert (run.state, run.failure) == (ImportState.READY, imports.STALE)
    assert run.changes[0]["fields"] == [["size", "85", "90"]]
    assert confirmed(run).state is ImportState.DONE
    assert session().scalar(select(TrainingClass.size).where(TrainingClass.number == "B001")) == 90


def test_only_a_waiting_preview_can_be_confirmed(owner):
    run = imported(owner, shipped())
    with pytest.raises(Conflict), transaction():
        imports.confirm(run, actor=Actor(None, "tester", is_system=True))


def test_nothing_is_half_written_when_a_row_fails(owner, monkeypatch):
    from exchange.services import applying

    run = previewed(owner, shipped())

    def broken(*_args, **_fields):
        raise RuntimeError("planted")

    monkeypatch.setattr(applying.posts, "take_up", broken)
    with transaction():
        imports.confirm(run_of(run.id), actor=Actor(None, "tester", is_system=True))
    assert jobs.take()
    run = run_of(run.id)
    assert run.state is ImportState.FAILED
    assert run.failure.startswith("写入时出了差错")
    assert (count(Instructor), count(Course), count(TeachingBase), count(OrgUnit)) == (0, 0, 0, 2)


def test_a_dropped_import_is_taken_up_once_more_and_then_given_up(owner):
    run_id = uploaded(owner, shipped())
    for expected in (True, True, False):
        with transaction():
            assert (imports.claim() is not None) is expected
        with transaction():
            run_of(run_id).lease_until = imports.clock.instant() - imports.LEASE
    assert run_of(run_id).state is ImportState.FAILED


def test_reading_can_be_cancelled(owner):
    run_id = uploaded(owner, shipped())
    with transaction():
        work = imports.claim()
    assert work is not None
    with transaction():
        imports.cancel(run_of(run_id), actor=Actor(None, "tester", is_system=True))
    with pytest.raises(imports.Cancelled), transaction():
        imports.note_progress(run_id, 20, "读取工作表")
    with transaction():
        imports.stop(run_id)
    run = run_of(run_id)
    assert (run.state, run.content) == (ImportState.CANCELLED, None)


def test_wrong_files_are_refused_at_upload(owner):
    with pytest.raises(RuleBroken) as raised:
        uploaded(owner, b"<html><table></table></html>")
    assert [v.code for v in raised.value.violations] == ["html"]
    assert count(ImportRun) == 0


def test_personal_numbers_are_sealed_everywhere(owner):
    run = imported(owner, built(师资信息表=[PEOPLE, person(联系电话=19900002407)]))
    kept = [run.content, run.summary, run.changes, run.problems]
    assert "19900002407" not in str(kept)
    assert "379900198209135051" not in str(kept)
    waiting = previewed(owner, shipped())
    assert waiting.content is not None
    assert not waiting.content.startswith(b"PK")
    records = session().scalars(select(AuditRecord)).all()
    assert "19900002407" not in str([r.changes for r in records])
