"""Accounts for people of the pool: made when their first activation code is issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from accounts import services as accounts
from accounts.access import Actor
from accounts.enums import Role
from accounts.models import User
from core import audit
from core.db import session
from core.errors import RuleBroken
from instructor_pool.models import Instructor


@dataclass(frozen=True, slots=True)
class CodeSlip:
    """What one person is handed: shown once, never kept."""

    name: str
    unit: str
    login: str
    code: str


def issue_codes(people: Sequence[Instructor], *, actor: Actor) -> list[CodeSlip]:
    """Fresh activation codes; accounts are made where there is none yet. Earlier unused codes die.

    The sign-in name is the name in pinyin (a number added when taken): a telephone number would lie
    open in the table of accounts.
    """
    if not people:
        raise RuleBroken(gettext("请先选人。"))
    users: dict[int, User] = {}
    for person in people:
        user = person.user
        if user is not None and (user.password_hash is not None or user.disabled):
            raise RuleBroken(gettext("%(name)s 的账号已经激活或停用，不能再发激活码。", name=person.name))
        users[person.id] = user or open_account(person)
    codes = accounts.issue_codes(list(users.values()), actor=actor)
    audit.note(session(), gettext("发出 %(n)s 个讲师激活码", n=len(codes)))
    return [CodeSlip(p.name, p.work_unit, users[p.id].login, codes[users[p.id].id]) for p in people]


def open_account(person: Instructor) -> User:
    """The account of a person of the pool, with the instructor's role at the unit that keeps the file."""
    user = accounts.create_user(accounts.free_login(person.name), person.name)
    accounts.grant(user, Role.INSTRUCTOR, person.owner)
    person.user = user
    session().flush()
    return user
