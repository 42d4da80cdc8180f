"""Fixed choices: the word of each enumeration, and the other spellings met for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from bases.enums import BaseKind, BaseState, DesignationLevel, Theme
from core.words import Labelled
from courses.enums import Audience, Category, Method
from exchange.enums import ProblemCode
from exchange.workbook.fields.text import words
from exchange.workbook.grid import Cell
from exchange.workbook.problems import FieldError
from instructor_pool.enums import EngagementMode, Gender, SourceCategory
from party_lessons.enums import PostKind
from scheduling.enums import HalfDay, OrderKind, Tier

L = TypeVar("L", bound=Labelled)


def one_of(kind: type[L], spellings: Mapping[L, str] | None = None) -> Callable[[Cell], L]:
    """Parser for a member of `kind` by its word or one of its other `spellings` (blank-separated)."""
    known = {member.word: member for member in kind}
    for member, others in (spellings or {}).items():
        known.update(dict.fromkeys(others.split(), member))
    shown = "、".join(member.word for member in kind)

    def parse(cell: Cell) -> L:
        text = words()(cell).replace(" ", "")
        if text not in known:
            raise FieldError(ProblemCode.WORD_UNKNOWN, text=text, choices=shown)
        return known[text]

    return parse


gender = one_of(Gender, {Gender.MALE: "男性", Gender.FEMALE: "女性"})
source_category = one_of(
    SourceCategory,
    {
        SourceCategory.BRANCH_SECRETARY: "基层党组织负责人 村党组织书记",
        SourceCategory.LEADER: "党员领导干部",
        SourceCategory.ROLE_MODEL: "先进模范 先模人物",
        SourceCategory.PARTY_SCHOOL_TEACHER: "党校教师",
        SourceCategory.SCHOLAR: "专家",
        SourceCategory.PRACTITIONER: "实用人才 技术人才",
        SourceCategory.RETIRED_CADRE: "退休干部 离退休老干部 老干部",
        SourceCategory.OTHER: "其它",
    },
)
engagement_mode = one_of(
    EngagementMode,
    {EngagementMode.APPOINTED: "聘用", EngagementMode.INVITED: "特邀", EngagementMode.SECONDED: "下派"},
)
base_kind = one_of(
    BaseKind,
    {
        BaseKind.MAIN_CAMPUS: "校本部",
        BaseKind.BRANCH_POINT: "教学分点",
        BaseKind.PRACTICE_POINT: "实训基地 现场教学基地 现场教学点 教学基地",
    },
)
theme = one_of(
    Theme,
    {
        Theme.REVOLUTIONARY_TRADITION: "革命传统教育",
        Theme.GRASSROOTS_GOVERNANCE: "社会治理 基层治理",
        Theme.OTHER: "其它",
    },
)
base_state = one_of(
    BaseState,
    {
        BaseState.SURVEYED: "未备案 否",
        BaseState.APPLIED: "已申报 审核中",
        BaseState.FILED: "备案 是",
        BaseState.DESIGNATED: "挂牌",
        BaseState.RECTIFYING: "整改",
        BaseState.REVOKED: "撤销",
    },
)
designation_level = one_of(
    DesignationLevel,
    {
        DesignationLevel.PROVINCE: "省",
        DesignationLevel.CITY: "市",
        DesignationLevel.COUNTY: "县 区级",
        DesignationLevel.TOWNSHIP: "镇级 镇街级 乡级",
    },
)
category = one_of(Category, {Category.POLITICAL_TRAINING: "政治教育 政治训练"})
audience = one_of(
    Audience,
    {
        Audience.COMMUNITY: "社区",
        Audience.OFFICE: "党政机关",
        Audience.STATE_ENTERPRISE: "国企",
        Audience.PRIVATE_ENTERPRISE: "非公企业 非公经济组织",
    },
)
method = one_of(
    Method,
    {
        Method.LECTURE: "讲授式 讲座",
        Method.SEMINAR: "研讨式",
        Method.CASE: "案例式",
        Method.SIMULATION: "模拟式",
        Method.EXPERIENCE: "体验式",
        Method.ON_SITE: "现场式 现场教学",
        Method.INTERACTIVE: "互动式",
    },
)
tier = one_of(
    Tier,
    {
        Tier.PROVINCE_MODEL: "省级示范",
        Tier.CITY_KEY: "市级重点",
        Tier.COUNTY_GENERAL: "县级普遍",
        Tier.COMMITTEE_BASIC: "基层兜底培训 基层党委兜底",
    },
)
order_kind = one_of(OrderKind, {OrderKind.INDIVIDUAL_ORDER: "点单", OrderKind.ASSIGNED_ORDER: "派单"})
half_day = one_of(HalfDay, {HalfDay.EVENING: "晚间", HalfDay.ANY: "不限 均可 全天"})
post_kind = one_of(PostKind)
