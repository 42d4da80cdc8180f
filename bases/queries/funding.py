"""The ledger: grants with what is left, spendings, and both over a register."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Scope
from bases.models import FundingGrant, Spending, TeachingBase
from bases.queries.bases import kept_by
from bases.rules.funding import in_yuan
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Filter, Table
from core.tables.parts import Statement


def list_grants(base_id: int) -> list[FundingGrant]:
    """The grants of a base with their spendings, the latest first."""
    spendings = selectinload(FundingGrant.spendings).joinedload(Spending.voucher)
    stmt = select(FundingGrant).where(FundingGrant.base_id == base_id).options(spendings)
    return list(
        session().scalars(stmt.order_by(FundingGrant.granted_on.desc(), FundingGrant.id.desc()).limit(100))
    )


def totals(base_id: int) -> tuple[int, int]:
    """(granted, spent) of a base in fen."""
    stmt = select(
        func.coalesce(func.sum(FundingGrant.amount), 0), func.coalesce(func.sum(FundingGrant.spent), 0)
    )
    granted, spent = session().execute(stmt.where(FundingGrant.base_id == base_id)).one()
    return int(granted), int(spent)


def get_grant(base: TeachingBase, grant_id: int) -> FundingGrant:
    """A grant of the base."""
    found = session().scalar(
        select(FundingGrant).where(FundingGrant.id == grant_id, FundingGrant.base_id == base.id)
    )
    if found is None:
        raise NotFound(gettext("没有这笔经费。"))
    return found


def get_spending(base: TeachingBase, spending_id: int) -> Spending:
    """A spending of one of the base's grants."""
    stmt = select(Spending).join(Spending.grant).where(Spending.id == spending_id)
    found = session().scalar(
        stmt.where(FundingGrant.base_id == base.id).options(joinedload(Spending.voucher))
    )
    if found is None:
        raise NotFound(gettext("没有这笔支出。"))
    return found


def _with_rest(stmt: Statement, value: str) -> Statement:
    left = FundingGrant.amount - FundingGrant.spent
    return stmt.where(left > 0) if value == "left" else stmt.where(left == 0)


def ledger_table(scope: Scope) -> BoundTable[Any]:
    """Every grant of a register, in yuan: what was given, spent and is left."""
    return Table[Any](
        name="funding",
        title=lazy_gettext("维护经费台账"),
        columns=[
            Column("base", lazy_gettext("基地"), lambda g: g.base.name, sort=TeachingBase.name),
            Column("source", lazy_gettext("经费来源"), lambda g: g.source, sort=FundingGrant.source),
            Column("document", lazy_gettext("文号"), lambda g: g.document, sort=FundingGrant.document),
            Column("purpose", lazy_gettext("用途"), lambda g: g.purpose, sort=FundingGrant.purpose),
            Column(
                "granted",
                lazy_gettext("拨款日期"),
                lambda g: g.granted_on,
                sort=FundingGrant.granted_on,
                kind="date",
            ),
            Column(
                "amount",
                lazy_gettext("金额(元)"),
                lambda g: in_yuan(g.amount),
                sort=FundingGrant.amount,
                kind="number",
            ),
            Column(
                "spent",
                lazy_gettext("已支出(元)"),
                lambda g: in_yuan(g.spent),
                sort=FundingGrant.spent,
                kind="number",
            ),
            Column(
                "left",
                lazy_gettext("结余(元)"),
                lambda g: in_yuan(g.balance),
                sort=FundingGrant.amount - FundingGrant.spent,
                kind="number",
            ),
        ],
        filters=[
            Filter(
                "rest",
                lazy_gettext("结余"),
                _with_rest,
                [("left", lazy_gettext("有结余")), ("none", lazy_gettext("已用完"))],
            ),
            Filter(
                "since",
                lazy_gettext("拨款不早于"),
                lambda s, v: s.where(FundingGrant.granted_on >= date.fromisoformat(v)),
                kind="date",
            ),
        ],
        search=TeachingBase.search_text,
        search_hint=lazy_gettext("搜索基地、主管单位、拼音首字母"),
        default_sort="-granted",
        row_url=lambda g: f"/bases/{g.base_id}/funding",
    ).bind(
        session(),
        select(FundingGrant)
        .join(FundingGrant.base)
        .where(kept_by(scope))
        .options(joinedload(FundingGrant.base)),
    )
