"""Personal data at rest: unreadable in the file, bound to its row, found by its blind index."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import select

from core import sealed
from core.db import db, session, transaction
from instructor_pool.models import Instructor
from tests.conftest import KEYS
from tests.factories.county import County

PHONE, NUMBER = "13987654321", "37082919800101987X"


def with_canaries(county: County) -> None:
    with transaction() as db_session:
        person = db_session.get(Instructor, county.instructors["王芳"])
        assert person is not None
        person.phone, person.id_number = PHONE, NUMBER


def test_it_reads_back_and_is_found_by_its_index(county: County) -> None:
    with_canaries(county)
    person = (
        session()
        .scalars(select(Instructor).where(Instructor.phone_blind == sealed.blind(PHONE, "phone")))
        .one()
    )
    assert (person.name, person.phone, person.id_number) == ("王芳", PHONE, NUMBER)


def test_the_database_files_hold_no_plain_text(app: Flask, county: County, backend: str) -> None:
    if backend != "sqlite":
        columns = [str(v) for row in session().execute(select(Instructor.__table__)) for v in row]
        assert not any(PHONE in c or NUMBER in c for c in columns)
        return
    with_canaries(county)
    path = Path(str(db.engine.url.database))
    files = [path, *path.parent.glob(path.name + "-*")]
    assert len(files) > 1, "the write-ahead log must be among the files looked at"
    for file in files:
        content = file.read_bytes()
        assert PHONE.encode() not in content and NUMBER.encode() not in content


def test_a_box_moved_to_another_row_does_not_open(county: County) -> None:
    with_canaries(county)
    with pytest.raises(InvalidTag), transaction() as db_session:
        one = db_session.get(Instructor, county.instructors["王芳"])
        two = db_session.get(Instructor, county.instructors["李强"])
        assert one is not None and two is not None
        two.phone_sealed = one.phone_sealed
        _ = two.phone


def test_writing_the_same_value_changes_nothing(county: County) -> None:
    with_canaries(county)
    person = session().get(Instructor, county.instructors["王芳"])
    assert person is not None
    before = (person.version, person.phone_sealed)
    with_canaries(county)
    session().expire_all()
    assert (person.version, person.phone_sealed) == before


def test_an_older_key_still_opens(app: Flask) -> None:
    box = sealed.seal("秘密", "here")
    try:
        sealed.use_keys({**KEYS, "k2": bytes(reversed(range(32)))}, "k2")
        assert sealed.unseal(box, "here") == "秘密"
        assert sealed.seal("秘密", "here").startswith("k2:")
    finally:
        sealed.use_keys(KEYS, "k1")


@pytest.mark.parametrize(
    ("number", "shown"), [("11010519491231002X", "110***********002X"), (None, ""), ("123", "")]
)
def test_id_numbers_are_masked(number: str | None, shown: str) -> None:
    assert sealed.mask_id_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("13812345678", "138****5678"), ("0537-0001535", "053****1535"), (None, "")]
)
def test_phones_are_masked(phone: str | None, shown: str) -> None:
    assert sealed.mask_phone(phone) == shown
