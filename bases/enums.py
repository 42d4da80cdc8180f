"""Kinds, themes and states of bases [0 §5, 2]."""

from __future__ import annotations

from core.words import N_, Labelled


class BaseKind(Labelled):
    """Kinds of site."""

    MAIN_CAMPUS = "main_campus", N_("主校区")
    BRANCH_POINT = "branch_point", N_("分教点")
    PRACTICE_POINT = "practice_point", N_("实训点")


class Theme(Labelled):
    """Themes of on-site bases [0 §5]."""

    PARTY_SPIRIT = "party_spirit", N_("党性教育")
    REVOLUTIONARY_TRADITION = "revolutionary_tradition", N_("革命传统")
    CLEAN_GOVERNMENT = "clean_government", N_("廉政教育")
    RURAL_REVITALISATION = "rural_revitalisation", N_("乡村振兴")
    GRASSROOTS_GOVERNANCE = "grassroots_governance", N_("基层社会治理")
    NEW_DRIVERS = "new_drivers", N_("新旧动能转换")
    OTHER = "other", N_("其他")


class BaseState(Labelled):
    """Life of a base. Only filed ones and later may be scheduled [3 §五(一)]."""

    SURVEYED = "surveyed", N_("已摸底")
    APPLIED = "applied", N_("申报中")
    REVIEWED = "reviewed", N_("已评审")
    FILED = "filed", N_("已备案")
    DESIGNATED = "designated", N_("已挂牌")
    IN_USE = "in_use", N_("在用")
    ANNUAL_REVIEW = "annual_review", N_("年检中")
    RECTIFYING = "rectifying", N_("整改中")
    RENEWED = "renewed", N_("已续期")
    REVOKED = "revoked", N_("已撤销")


class DesignationLevel(Labelled):
    """Who put up the plaque."""

    PROVINCE = "province", N_("省级")
    CITY = "city", N_("市级")
    COUNTY = "county", N_("县级")
    TOWNSHIP = "township", N_("乡镇级")


class LeadUnit(Labelled):
    """How a booking lead is counted."""

    DAYS = "days", N_("天")
    WORKDAYS = "workdays", N_("个工作日")


class Need(Labelled):
    """What a file still lacks for the next step."""

    PLACE = "place", N_("所在镇街或地址")
    CONTACT = "contact", N_("联系人和电话")
    VENUE = "venue", N_("可用的教学点和容量")
    HOURS = "hours", N_("开放时段")
    DESIGNATION = "designation", N_("挂牌级别、文号和日期")
    EXPIRY = "expiry", N_("未到期的有效期")
