"""The audit trail: one record an action, append-only, chained."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from accounts.models import OrgUnit
from core import audit
from core.audit import AuditRecord, Doing, doing
from core.db import db, session, transaction
from core.errors import Conflict, RuleBroken
from instructor_pool.models import Instructor
from tests.factories.county import County


def records() -> list[AuditRecord]:
    return list(session().scalars(select(AuditRecord).order_by(AuditRecord.id)))


def test_one_transaction_leaves_one_record_with_old_and_new(county: County) -> None:
    before = len(records())
    with doing(Doing(7, "张三", "units.rename", "127.0.0.1")), transaction() as db_session:
        unit = db_session.get(OrgUnit, county.units["东镇"])
        assert unit is not None
        unit.name = "新东镇"
        audit.note(db_session, "东镇改名")
    added = records()[before:]
    assert [(r.actor_name, r.action, r.subject) for r in added] == [("张三", "units.rename", "东镇改名")]
    assert added[0].changes[0]["fields"]["name"] == ["东镇", "新东镇"]


def test_what_is_rolled_back_leaves_no_record(county: County) -> None:
    before = len(records())
    with pytest.raises(RuleBroken), transaction() as db_session:
        unit = db_session.get(OrgUnit, county.units["东镇"])
        assert unit is not None
        unit.name = "新东镇"
        db_session.flush()
        raise RuleBroken("不行")
    assert len(records()) == before


def test_personal_data_never_enters_a_record(county: County) -> None:
    with transaction() as db_session:
        person = db_session.get(Instructor, county.instructors["王芳"])
        assert person is not None
        person.phone = "13800001234"
    body = str(records()[-1].changes)
    assert "***" in body and "1234" not in body


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_record SET actor_name = 'x'", "DELETE FROM audit_record"]
)
def test_the_database_refuses_to_change_the_past(county: County, statement: str) -> None:
    with pytest.raises(DatabaseError), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_edited_record_is_found(app: Flask, county: County) -> None:
    with transaction() as db_session:
        unit = db_session.get(OrgUnit, county.units["西镇"])
        assert unit is not None
        unit.name = "新西镇"
    with db.engine.connect() as connection:
        assert audit.broken_links(connection) == []
        last = records()[-1].id
        session().rollback()
        # Somebody with the database file and no scruples: triggers off, one row changed.
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_record_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit_record SET actor_name = 'x' WHERE id = :id"), {"id": last})
        assert audit.broken_links(connection) == [last]
        connection.rollback()


def test_a_stale_edit_is_a_conflict(county: County) -> None:
    row = session().get(OrgUnit, county.units["东镇"])
    assert row is not None
    seen = row.version
    with transaction() as db_session:
        unit = db_session.get(OrgUnit, county.units["东镇"])
        assert unit is not None
        unit.name = "甲"
    with pytest.raises(Conflict), transaction() as db_session:
        unit = db_session.get(OrgUnit, county.units["东镇"])
        assert unit is not None
        unit.expect_version(seen)


def test_transactions_do_not_nest(app: Flask) -> None:
    with pytest.raises(RuntimeError), transaction(), transaction():
        pass
