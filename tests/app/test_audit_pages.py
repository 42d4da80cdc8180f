"""The auditor's list, one record, and the check of the chain."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection, text

from core.audit import AuditRecord
from core.db import db, session
from tests.factories.county import LOGINS, Browser, County

SignIn = Callable[[str], Browser]


def test_the_trail_lists_filters_and_exports(sign_in: SignIn, county: County) -> None:
    sign_in("organiser").post(
        f"/bases/{county.bases['红色纪念馆']}/state", data={"action": "open", "version": 1}
    )
    browser = sign_in("auditor")
    assert "红色纪念馆：在用" in browser.get("/audit/").text
    for query, found in (
        ("who=organiser", True), ("who=nobody", False), ("what=bases", True), ("q=纪念馆", True), ("until=2020-01-01", False),
        ("since=2020-01-01", True), ("since=x", True),
    ):  # fmt: skip
        assert ("红色纪念馆：在用" in browser.get(f"/audit/?{query}").text) is found, query
    sheet = load_workbook(io.BytesIO(browser.get("/audit/?export=xlsx&q=纪念馆").data)).active
    assert "红色纪念馆：在用" in {cell for row in sheet.iter_rows(values_only=True) for cell in row}  # type: ignore[union-attr]


def test_one_record_shows_every_change(sign_in: SignIn, county: County) -> None:
    sign_in("organiser").post(
        f"/bases/{county.bases['红色纪念馆']}/state", data={"action": "open", "version": 1}
    )
    record = session().query(AuditRecord).filter_by(subject="红色纪念馆：在用").one()
    page = sign_in("auditor").get(f"/audit/{record.id}").text
    assert "teaching_base" in page and record.digest in page
    assert '<span class="diff-old">filed</span> → <span class="diff-new">in_use</span>' in page
    assert sign_in("auditor").get("/audit/999999").status_code == 404


def _unguard(connection: Connection) -> list[str]:
    """What somebody with the database in hand would do first."""
    if connection.dialect.name == "postgresql":
        return ["ALTER TABLE audit_record DISABLE TRIGGER ALL"]
    names = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_record'")
    return [f"DROP TRIGGER {name}" for name in connection.scalars(names)]


def test_a_whole_chain_and_a_broken_one(sign_in: SignIn, county: County) -> None:
    browser = sign_in("auditor")
    assert "没有记录被改动" in browser.post("/audit/verify", follow_redirects=True).text
    with db.engine.begin() as connection:
        for statement in _unguard(connection):
            connection.execute(text(statement))
        connection.execute(text("UPDATE audit_record SET subject = 'forged' WHERE id = 1"))
    page = browser.post("/audit/verify", follow_redirects=True).text
    assert "可能被改过" in page and "编号：1" in page


@pytest.mark.parametrize("who", [login for login in LOGINS if login != "auditor"])
def test_only_the_auditor_reads_it(sign_in: SignIn, who: str) -> None:
    assert sign_in(who).get("/audit/").status_code == 403
    assert sign_in(who).post("/audit/verify").status_code == 403
