"""Accounts of base managers, and the contact's telephone in plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from accounts import services as accounts
from accounts.access import Actor
from accounts.enums import Role
from accounts.models import User
from bases.models import TeachingBase
from bases.queries.bases import namesakes
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation

SHORTEST_REASON = 4


@dataclass(frozen=True, slots=True)
class CodeSlip:
    """What one manager is handed: shown once, never kept."""

    name: str
    unit: str
    login: str
    code: str


def issue_codes(bases: Sequence[TeachingBase], *, actor: Actor) -> list[CodeSlip]:
    """Fresh activation codes for the managers of these bases.

    A base without a manager gets an account in its contact's name. One person may keep several bases
    and gets one code. RuleBroken for a base without a contact, or an account in use already.
    """
    if not bases:
        raise RuleBroken(gettext("请先选基地。"))
    users: dict[int, User] = {}
    places: dict[int, list[str]] = {}
    for base in bases:
        user = base.manager or _same_person(base) or open_account(base)
        if user.password_hash is not None or user.disabled:
            raise RuleBroken(gettext("%(name)s 的账号已经激活或停用，不能再发激活码。", name=user.name))
        users[user.id] = user
        places.setdefault(user.id, []).append(base.name)
    codes = accounts.issue_codes(list(users.values()), actor=actor)
    audit.note(session(), gettext("发出 %(n)s 个基地管理员激活码", n=len(codes)))
    return [CodeSlip(u.name, "、".join(places[u.id]), u.login, codes[u.id]) for u in users.values()]


def _same_person(base: TeachingBase) -> User | None:
    """The manager of another base of the register with the same contact: one person, one account."""
    for other in namesakes(base):
        if other.manager is not None and base.phone and other.phone == base.phone:
            base.manager = other.manager
            return base.manager
    return None


def open_account(base: TeachingBase) -> User:
    """An account for the base's contact, with the manager's role at the unit that keeps the register."""
    if not base.contact_name:
        raise RuleBroken(gettext("%(base)s 没有联系人，请先在档案里补上。", base=base.name))
    user = accounts.create_user(accounts.free_login(base.contact_name), base.contact_name)
    accounts.grant(user, Role.BASE_MANAGER, base.owner)
    base.manager = user
    session().flush()
    return user


def reveal_phone(base: TeachingBase, reason: str, *, actor: Actor) -> str:
    """The contact's telephone in plain; who asked and why goes on the audit trail in the same transaction."""
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = gettext("请写明查看的原因(至少 %(n)s 个字)。", n=SHORTEST_REASON)
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    audit.note(
        session(), gettext("查看 %(name)s 的联系电话：%(reason)s", name=base.name, reason=reason.strip())
    )
    return base.phone or ""
