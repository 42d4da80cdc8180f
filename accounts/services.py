"""Signing in and out, passwords, activation, accounts, roles and units. Flush only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask_babel import gettext
from sqlalchemy import delete, update

from accounts import queries, rules
from accounts.access import Actor, clashing_roles
from accounts.enums import Level, Role
from accounts.models import ActivationCode, Grant, OrgUnit, SignInAttempt, User, UserSession
from core import clock
from core.codes import digest, in_fours, paper_code
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from core.pinyin import plain_pinyin

HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
# Verified against when the account does not exist, so that both answers take the same time.
_DECOY = HASHER.hash(secrets.token_hex(8))


def is_throttled(login: str, address: str) -> bool:
    """Whether this account or address has failed too often of late."""
    since = clock.instant() - rules.THROTTLE_WINDOW
    return (
        queries.failures_since(since, login=login) >= rules.MOST_PER_ACCOUNT
        or queries.failures_since(since, address=address) >= rules.MOST_PER_ADDRESS
    )


def note_failure(login: str, address: str) -> None:
    """Count a failed attempt, and forget those too old to matter."""
    session().execute(delete(SignInAttempt).where(SignInAttempt.at < clock.instant() - rules.THROTTLE_WINDOW))
    session().add(SignInAttempt(login=login[:64], address=address[:64], at=clock.instant()))
    session().flush()


def verify(login: str, password: str) -> User | None:
    """The user when name and password are right and the account is usable, else None."""
    user = queries.find_user(login)
    try:
        HASHER.verify(user.password_hash if user and user.password_hash else _DECOY, password)
    except VerificationError:
        return None
    return user if user is not None and user.password_hash and not user.disabled else None


def sign_in(user: User, password: str) -> str:
    """Open a session for a verified user and return its token, which is never stored."""
    if user.password_hash and HASHER.check_needs_rehash(user.password_hash):
        user.password_hash = HASHER.hash(password)
    token = secrets.token_urlsafe(32)
    now = clock.instant()
    user.last_sign_in_at = now
    session().execute(delete(SignInAttempt).where(SignInAttempt.login == user.login))
    session().add(UserSession(token_hash=digest(token), user_id=user.id, created_at=now, seen_at=now))
    session().flush()
    return token


def is_alive(row: UserSession) -> bool:
    """Whether a sign-in session still counts: not ended, idle or too old, user not disabled."""
    now = clock.instant()
    return (
        row.ended_at is None
        and now - row.seen_at < rules.IDLE
        and now - row.created_at < rules.ABSOLUTE
        and not row.user.disabled
    )


def touch(row: UserSession) -> None:
    """Note that the session is in use."""
    row.seen_at = clock.instant()
    session().flush()


def sign_out(token: str) -> None:
    """End the session of this token."""
    row = queries.find_session(digest(token))
    if row is not None:
        row.ended_at = clock.instant()
        session().flush()


def end_sessions(user: User, *, keep: str | None = None) -> None:
    """End every session of the user but the one of token `keep`."""
    stmt = update(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    if keep is not None:
        stmt = stmt.where(UserSession.token_hash != digest(keep))
    session().execute(stmt.values(ended_at=clock.instant()))


def set_password(user: User, password: str, *, keep: str | None = None) -> None:
    """Store a new password and end the user's other sessions; RuleBroken when it is too weak."""
    sentences = {
        "short": gettext("密码至少 %(n)s 位。", n=rules.SHORTEST_PASSWORD),
        "common": gettext("这个密码太常见，请换一个。"),
        "login": gettext("密码里不能含有登录名。"),
    }
    faults = rules.password_faults(password, user.login)
    if faults:
        raise RuleBroken(gettext("新密码不能用。"), [Violation(f, sentences[f], "password") for f in faults])
    user.password_hash = HASHER.hash(password)
    end_sessions(user, keep=keep)
    session().flush()


def change_password(user: User, old: str, new: str, *, keep: str | None) -> None:
    """Change one's own password, knowing the old one."""
    if verify(user.login, old) is None:
        raise RuleBroken(gettext("原密码不对。"), [Violation("old", gettext("原密码不对。"), "old")])
    set_password(user, new, keep=keep)


def issue_codes(users: Sequence[User], *, actor: Actor) -> dict[int, str]:
    """Fresh one-time activation codes by user id; earlier unused codes of these users die."""
    now = clock.instant()
    ids = [u.id for u in users]
    session().execute(
        update(ActivationCode)
        .where(ActivationCode.user_id.in_(ids), ActivationCode.used_at.is_(None))
        .values(used_at=now)
    )
    codes: dict[int, str] = {}
    for user in users:
        code = paper_code(12)
        codes[user.id] = in_fours(code)
        session().add(
            ActivationCode(
                user_id=user.id,
                code_hash=digest(code),
                created_at=now,
                created_by_id=actor.user_id,
                expires_at=now + rules.CODE_LIFE,
            )
        )
    session().flush()
    return codes


def activate(code: str, password: str) -> User:
    """Use a code once to set the first password; RuleBroken when it is unknown, used or too old."""
    plain = code.replace("-", "").replace(" ", "").upper()
    row = queries.find_code(digest(plain))
    if row is None or row.used_at is not None or row.expires_at < clock.instant() or row.user.disabled:
        raise RuleBroken(gettext("激活码不对、已用过或已过期，请向组织员要一个新的。"))
    set_password(row.user, password)
    row.used_at = clock.instant()
    session().flush()
    return row.user


def create_user(login: str, name: str, *, password: str | None = None) -> User:
    """A new account; without a password it waits for activation. Conflict on a taken name."""
    if queries.find_user(login) is not None:
        raise Conflict(gettext("登录名 %(login)s 已有人用。", login=login))
    user = User(login=login.strip(), name=name, created_at=clock.instant(), disabled=False, locale="")
    session().add(user)
    session().flush()
    if password is not None:
        set_password(user, password)
    return user


def free_login(name: str) -> str:
    """`wangfang`, else `wangfang2`, `wangfang3`…: the first sign-in name for a person that nobody has."""
    stem = plain_pinyin(name)[:40] or "user"
    login, n = stem, 1
    while queries.find_user(login) is not None:
        n += 1
        login = f"{stem}{n}"
    return login


def disable(user: User, *, actor: Actor) -> None:
    """Close an account and end its sessions."""
    if user.id == actor.user_id:
        raise RuleBroken(gettext("不能停用自己的账号。"))
    user.disabled = True
    end_sessions(user)
    session().flush()


def enable(user: User) -> None:
    """Open a closed account again."""
    user.disabled = False
    session().flush()


def grant(user: User, role: Role, unit: OrgUnit) -> None:
    """Give a role at a unit; RuleBroken where separation of duties forbids it."""
    if clashing_roles({g.role for g in user.grants} | {role}):
        raise RuleBroken(gettext("系统管理员、安全管理员、审计员三员必须分开，也不能兼任业务角色。"))
    if not any(g.role == role and g.unit_id == unit.id for g in user.grants):
        user.grants.append(Grant(role=role, unit_id=unit.id))
        session().flush()


def revoke(user: User, role: Role, unit_id: int) -> None:
    """Take a role back."""
    user.grants = [g for g in user.grants if not (g.role == role and g.unit_id == unit_id)]
    session().flush()


def create_unit(parent: OrgUnit | None, level: Level, name: str, *, committee: str = "") -> OrgUnit:
    """A new node of the tree under `parent` (None for the root)."""
    unit = OrgUnit(
        parent_id=parent.id if parent else None,
        level=level,
        name=name,
        committee=committee,
        path=f"?{secrets.token_hex(8)}",
    )
    session().add(unit)
    session().flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    session().flush()
    return unit
