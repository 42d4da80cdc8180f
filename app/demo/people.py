"""The tree and the accounts the demo starts with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from accounts import services
from accounts.enums import Level, Role
from accounts.models import OrgUnit, User
from core.db import session
from core.words import N_

PASSWORD = "jiangtai-2027"  # noqa: S105  (a demo on loopback; printed at every start)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A sign-in the demo prints: what the person does, and where."""

    login: str
    name: str
    role: Role
    unit: str
    does: str


ACCOUNTS = (
    DemoAccount("organiser", "孔组织", Role.ORGANISER, "嘉祥县", N_("组织员：导入、排课、发布")),
    DemoAccount("approver", "颜部长", Role.APPROVER, "嘉祥县", N_("审批人：批准入库与退出")),
    DemoAccount("evaluator", "曾督导", Role.EVALUATOR, "嘉祥县", N_("评审督导：听课打分、评审候选人")),
    DemoAccount("evaluator2", "孟评审", Role.EVALUATOR, "嘉祥县", N_("评审督导")),
    DemoAccount("evaluator3", "冉评审", Role.EVALUATOR, "嘉祥县", N_("评审督导")),
    DemoAccount("town", "仲委员", Role.ORGANISER, "嘉祥街道", N_("镇街组织员：只看本镇街")),
    DemoAccount("contact", "闵联络", Role.UNIT_CONTACT, "嘉祥街道", N_("单位联络员：点单、看课表与党课责任")),
    DemoAccount("city", "颜市委", Role.ORGANISER, "济宁市", N_("市组织员：答复借用讲师的申请")),
    DemoAccount("neighbour", "曾邻县", Role.ORGANISER, "金乡县", N_("邻县组织员：借出和借入讲师")),
    DemoAccount("administrator", "系统管理员", Role.ADMINISTRATOR, "山东省", N_("系统管理员：账号")),
    DemoAccount("security", "安全管理员", Role.SECURITY_ADMINISTRATOR, "山东省", N_("安全管理员：角色")),
    DemoAccount("auditor", "审计员", Role.AUDITOR, "山东省", N_("审计员：审计日志")),
)


def build_tree() -> OrgUnit:
    """Province, city and two counties; townships and units come with the workbook. Returns the demo's county."""
    province = services.create_unit(None, Level.PROVINCE, "山东省", committee="省委组织部")
    city = services.create_unit(province, Level.CITY, "济宁市", committee="市委组织部")
    county = services.create_unit(city, Level.COUNTY, "嘉祥县", committee="县委组织部")
    services.create_unit(city, Level.COUNTY, "金乡县", committee="金乡县委组织部")
    return county


def open_account(login: str, name: str, role: Role, unit: OrgUnit) -> User:
    """An account that can sign in with the demo's password."""
    user = services.create_user(login, name, password=PASSWORD)
    services.grant(user, role, unit)
    return user


def user_named(login: str) -> User:
    """An account of the demo by its sign-in name."""
    return session().scalars(select(User).where(User.login == login)).one()


def user(user_id: int) -> User:
    """An account of the demo."""
    return session().get_one(User, user_id)
