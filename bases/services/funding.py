"""The ledger of a base: grants and what was spent of them. Money in fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from bases.models import FundingGrant, Spending, TeachingBase
from bases.rules.funding import yuan_text
from bases.services.documents import Upload
from core import audit, clock, files
from core.db import session
from core.errors import RuleBroken, Violation


@dataclass(frozen=True, slots=True)
class GrantFields:
    """A grant as entered; `amount` in fen."""

    source: str
    purpose: str
    amount: int
    granted_on: date
    document: str = ""


def enter_grant(base: TeachingBase, fields: GrantFields, *, actor: Actor) -> FundingGrant:
    """Enter money given to a base; RuleBroken for a day still to come."""
    _not_ahead(fields.granted_on, "granted_on")
    grant = FundingGrant(
        base_id=base.id,
        source=fields.source,
        document=fields.document,
        purpose=fields.purpose,
        amount=fields.amount,
        granted_on=fields.granted_on,
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    session().add(grant)
    audit.note(session(), gettext("%(base)s：登记经费 %(purpose)s", base=base.name, purpose=grant.purpose))
    session().flush()
    return grant


def spend(
    grant: FundingGrant,
    item: str,
    amount: int,
    spent_on: date,
    *,
    actor: Actor,
    voucher: Upload | None = None,
) -> Spending:
    """Enter money spent of a grant; RuleBroken when not so much is left or the day makes no sense.

    The database counts as well, so that two who spend the rest at once do not both succeed.
    """
    _not_ahead(spent_on, "spent_on")
    if spent_on < grant.granted_on:
        raise _refused(gettext("支出日期早于拨款日期。"), "spent_on")
    session().refresh(grant, ["spent"])
    if amount > grant.balance:
        left = yuan_text(grant.balance)
        raise _refused(gettext("这笔经费只剩 %(left)s 元。", left=left), "amount")
    row = Spending(
        grant_id=grant.id,
        item=item,
        amount=amount,
        spent_on=spent_on,
        voucher=files.keep(voucher.name, voucher.data, field="voucher") if voucher else None,
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    session().add(row)
    audit.note(session(), gettext("%(base)s：登记支出 %(item)s", base=grant.base.name, item=item))
    session().flush()
    session().refresh(grant, ["spent"])
    return row


def cancel(row: Spending, reason: str, *, actor: Actor) -> None:
    """Cancel a spending with its reason; the money is back in the grant."""
    if row.cancelled_at is not None:
        raise RuleBroken(gettext("这笔支出已经作废。"))
    if not reason.strip():
        raise _refused(gettext("请写明作废的原因。"), "reason")
    row.cancelled_at, row.cancelled_by, row.cancel_reason = clock.now(), actor.name, reason.strip()[:200]
    audit.note(session(), gettext("%(base)s：作废支出 %(item)s", base=row.grant.base.name, item=row.item))
    session().flush()
    session().refresh(row.grant, ["spent"])


def _not_ahead(day: date, field: str) -> None:
    if day > clock.today():
        raise _refused(gettext("日期不能晚于今天。"), field)


def _refused(sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation("funding", sentence, subject)])
