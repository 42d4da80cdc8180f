"""Reads over users and the organisation tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from accounts.access import Actor, Held, Scope
from accounts.enums import Level, Role
from accounts.models import ActivationCode, Grant, OrgUnit, SignInAttempt, User, UserSession
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table


def find_user(login: str) -> User | None:
    """The account with this sign-in name, any scope: for signing in only."""
    return session().scalar(select(User).where(User.login == login.strip()))


def get_user(user_id: int) -> User:
    """The account by id, any scope: guarded by ACCOUNT_* permissions that reach everything."""
    user = session().get(User, user_id)
    if user is None:
        raise NotFound(gettext("没有这个账号。"))
    return user


def users_table() -> BoundTable[User]:
    """All accounts with their roles, for the account pages of the administrators."""
    return Table[User](
        name="users",
        title=lazy_gettext("账号"),
        columns=[
            Column("login", lazy_gettext("登录名"), lambda u: u.login, sort=User.login),
            Column("name", lazy_gettext("姓名"), lambda u: u.name, sort=User.name),
            Column("roles", lazy_gettext("角色"), lambda u: [g.role.label for g in u.grants], kind="tags"),
            Column("unit", lazy_gettext("单位"), lambda u: u.grants[0].unit.title if u.grants else ""),
            Column("state", lazy_gettext("状态"), _account_state, kind="badge"),
            Column(
                "last",
                lazy_gettext("上次登录"),
                lambda u: u.last_sign_in_at,
                sort=User.last_sign_in_at,
                kind="date",
            ),
        ],
        filters=[
            Filter(
                "role",
                lazy_gettext("角色"),
                lambda stmt, value: stmt.where(
                    User.id.in_(select(Grant.user_id).where(Grant.role == Role(value)))
                ),
                choices=Role.choices,
            ),
        ],
        search=User.login.concat(User.name),
        search_hint=lazy_gettext("搜索登录名、姓名"),
        default_sort="login",
        row_url=lambda u: f"/accounts/{u.id}",
    ).bind(session(), select(User).options(selectinload(User.grants)))


def _account_state(user: User) -> Badge:
    if user.disabled:
        return Badge(lazy_gettext("已停用"), "bad")
    if user.password_hash is None:
        return Badge(lazy_gettext("待激活"), "warn")
    return Badge(lazy_gettext("正常"), "ok")


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """Accounts: all, waiting for activation, disabled, signed in within the last seven days."""

    total: int
    waiting: int
    disabled: int
    recent: int


def count_accounts() -> AccountCounts:
    """Figures of all accounts for the administrators' workbench: one statement."""
    since = clock.instant() - timedelta(days=7)
    row = (
        session()
        .execute(
            select(
                func.count(),
                func.count().filter(User.password_hash.is_(None), User.disabled.is_(False)),
                func.count().filter(User.disabled.is_(True)),
                func.count().filter(User.last_sign_in_at >= since),
            ).select_from(User)
        )
        .one()
    )
    return AccountCounts(*row)


def list_active_users() -> list[User]:
    """Accounts in use with their grants, for the daily reminders."""
    stmt = select(User).where(User.password_hash.is_not(None), User.disabled.is_(False))
    return list(session().scalars(stmt.options(selectinload(User.grants)).order_by(User.id)))


def actor_of(user: User) -> Actor:
    """The frozen actor for a user: one query for the grants."""
    grants = session().scalars(select(Grant).where(Grant.user_id == user.id)).all()
    return Actor(user.id, user.name, tuple(Held(g.role, g.unit.path, g.unit.name) for g in grants))


def find_session(token_hash: str) -> UserSession | None:
    """The sign-in session with this token digest, its user loaded."""
    return session().scalar(select(UserSession).where(UserSession.token_hash == token_hash))


def failures_since(moment: datetime, *, login: str | None = None, address: str | None = None) -> int:
    """Failed attempts since `moment` (UTC) for an account or an address."""
    stmt = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.at >= moment)
    if login is not None:
        stmt = stmt.where(SignInAttempt.login == login)
    if address is not None:
        stmt = stmt.where(SignInAttempt.address == address)
    return session().scalar(stmt) or 0


def find_code(code_hash: str) -> ActivationCode | None:
    """The activation code with this digest."""
    return session().scalar(select(ActivationCode).where(ActivationCode.code_hash == code_hash))


def get_unit(scope: Scope, unit_id: int) -> OrgUnit:
    """A unit inside the scope; NotFound otherwise."""
    unit = session().scalar(select(OrgUnit).where(OrgUnit.id == unit_id, scope.clause(OrgUnit.path)))
    if unit is None:
        raise NotFound(gettext("没有这个单位，或不在您的管理范围内。"))
    return unit


def get_root_unit(scope: Scope) -> OrgUnit:
    """The widest unit of the scope: whose settings a level's pages are about; NotFound where it has none."""
    unit = session().scalar(select(OrgUnit).where(OrgUnit.path == (scope.root or "")))
    if unit is None:
        raise NotFound(gettext("没有这个单位，或不在您的管理范围内。"))
    return unit


def find_unit_at(path: str | None) -> OrgUnit | None:
    """The unit at a path; none for the whole of a tree with several tops."""
    return session().scalar(select(OrgUnit).where(OrgUnit.path == (path or "")))


def list_units(scope: Scope, level: Level | None = None) -> list[OrgUnit]:
    """Units inside the scope in tree order, optionally of one level."""
    stmt = select(OrgUnit).where(scope.clause(OrgUnit.path)).order_by(OrgUnit.path)
    if level is not None:
        stmt = stmt.where(OrgUnit.level == level)
    return list(session().scalars(stmt))


def find_unit_by_name(scope: Scope, name: str) -> OrgUnit | None:
    """A unit by its own name or its committee's, inside the scope."""
    stmt = select(OrgUnit).where(
        scope.clause(OrgUnit.path), (OrgUnit.name == name) | (OrgUnit.committee == name)
    )
    return session().scalars(stmt.order_by(func.length(OrgUnit.path)).limit(1)).first()


def list_places(scope: Scope) -> list[OrgUnit]:
    """Units down to townships inside the scope, for the place switch; at most 400."""
    stmt = select(OrgUnit).where(scope.clause(OrgUnit.path), OrgUnit.level != Level.UNIT)
    return list(session().scalars(stmt.order_by(func.length(OrgUnit.path), OrgUnit.id).limit(400)))
