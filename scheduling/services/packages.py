"""The menu of packages: entered, changed, taken on and off. What was ordered is a copy and stays. Flush only."""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from core.pinyin import search_text
from scheduling.models import Package, PackagePart
from scheduling.rules.packages import PackageFacts, broken_by_package


def create_package(owner: OrgUnit, facts: PackageFacts, *, actor: Actor) -> Package:
    """A new package on the menu of `owner`. RuleBroken names each field or part that cannot be."""
    _refuse(owner.id, facts, None)
    package = Package(owner_id=owner.id)
    _fill(package, facts)
    session().add(package)
    session().flush()
    audit.note(session(), package.name)
    return package


def update_package(package: Package, facts: PackageFacts, *, actor: Actor, seen: int | None = None) -> None:
    """Change a package; orders that were made keep what they copied."""
    package.expect_version(seen)
    _refuse(package.owner_id, facts, package.id)
    package.parts.clear()
    session().flush()  # the old parts make room for those of the same positions
    _fill(package, facts)
    session().flush()
    audit.note(session(), package.name)


def set_offered(package: Package, is_offered: bool, *, actor: Actor, seen: int | None = None) -> None:
    """Put a package on the menu, or take it off: then nobody orders it any more."""
    package.expect_version(seen)
    package.is_offered = is_offered
    session().flush()
    audit.note(session(), package.name)


def _fill(package: Package, facts: PackageFacts) -> None:
    for name, value in asdict(facts).items():
        if name != "parts":
            setattr(package, name, value)
    package.parts = [PackagePart(position=n, **asdict(part)) for n, part in enumerate(facts.parts, 1)]
    package.search_text = search_text(package.name, *(part.title for part in facts.parts))[:400]


def _refuse(owner_id: int, facts: PackageFacts, package_id: int | None) -> None:
    broken = broken_by_package(facts)
    stmt = select(Package.id).where(Package.owner_id == owner_id, Package.name == facts.name)
    if session().scalar(stmt) not in (None, package_id):
        broken.append(Violation("name", gettext("已有同名的套餐。"), "name"))
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
