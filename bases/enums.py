"""Kinds, themes and states of bases [0 §5, 2]."""

from __future__ import annotations

from core.words import N_, Labelled


class BaseKind(Labelled):
    """Kinds of site."""

    MAIN_CAMPUS = "main_campus", N_("主校区")
    BRANCH_POINT = "branch_point", N_("分教点")
    PRACTICE_POINT = "practice_point", N_("实训点")


class Element(Labelled):
    """The seven elements of a school site [2; the list of seven is common]."""

    PREMISES = "premises", N_("场地")
    MANAGEMENT = "management", N_("管理团队")
    TEACHERS = "teachers", N_("师资")
    PLAN = "plan", N_("培训计划")
    COURSES = "courses", N_("课程体系")
    RULES = "rules", N_("制度")
    FUNDS = "funds", N_("经费")


class Standing(Labelled):
    """How far an element is there."""

    MET = "met", N_("具备")
    PARTLY = "partly", N_("部分具备")
    LACKING = "lacking", N_("缺")


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


class BaseAction(Labelled):
    """Steps of a base's life."""

    APPLY = "apply", N_("申报")
    TAKE_BACK = "take_back", N_("退回摸底")
    REVIEW = "review", N_("评审通过")
    RETURN = "return", N_("退回重评")
    FILE = "file", N_("备案")
    DESIGNATE = "designate", N_("命名挂牌")
    OPEN = "open", N_("投入使用")
    BEGIN_ANNUAL_REVIEW = "begin_annual_review", N_("开始年检")
    RENEW = "renew", N_("年检合格续期")
    RECTIFY = "rectify", N_("责令整改")
    RESUME = "resume", N_("整改合格恢复使用")
    RESUME_REVIEW = "resume_review", N_("整改合格回到年检")
    REVOKE = "revoke", N_("撤销")
    RESTART = "restart", N_("重新摸底")


class DocumentKind(Labelled):
    """Papers a base's file holds."""

    APPLICATION = "application", N_("申报材料")
    SAFETY_PLAN = "safety_plan", N_("安全预案")
    FILING_FORM = "filing_form", N_("备案表(盖章)")
    PLAQUE = "plaque", N_("命名挂牌文件")
    RECTIFICATION_REPORT = "rectification_report", N_("整改报告")
    OTHER = "other", N_("其他")


class AnnualConclusion(Labelled):
    """What a yearly review ends in."""

    RENEW = "renew", N_("合格，续期")
    RECTIFY = "rectify", N_("限期整改")
    REVOKE = "revoke", N_("不合格，撤销")


class RectificationState(Labelled):
    """Putting a base right: asked, reported, accepted; or ended with the base."""

    ORDERED = "ordered", N_("等待整改")
    REPORTED = "reported", N_("等待验收")
    ACCEPTED = "accepted", N_("验收合格")
    ENDED = "ended", N_("已终止")


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


class BaseResourceKind(Labelled):
    """What a base has a number of and lends to a party for a time."""

    GUIDE = "guide", N_("讲解员")
    COACH = "coach", N_("大客车")
    PROJECTOR = "projector", N_("投影仪")
    MICROPHONE_SET = "microphone_set", N_("扩音设备")


class DayKind(Labelled):
    """By what the opening times of a day are decided."""

    ALWAYS = "always", N_("没有填写开放时段")
    WEEK = "week", N_("每周开放时段")
    SEASON = "season", N_("季节开放时段")
    MAKE_UP = "make_up", N_("调休上班，按周一开放")
    HOLIDAY = "holiday", N_("法定节假日不开放")
    SPECIAL = "special", N_("当天另有安排")
    CLOSURE = "closure", N_("闭馆")


class Need(Labelled):
    """What a file still lacks for the next step."""

    PLACE = "place", N_("所在镇街或地址")
    CONTACT = "contact", N_("联系人和电话")
    VENUE = "venue", N_("可用的教学点和容量")
    HOURS = "hours", N_("开放时段")
    DESIGNATION = "designation", N_("挂牌级别、文号和日期")
    EXPIRY = "expiry", N_("未到期的有效期")
    APPLICATION = "application", N_("申报材料")
    SAFETY_PLAN = "safety_plan", N_("安全预案")
    FILING_FORM = "filing_form", N_("备案表(盖章)")
    PLAQUE = "plaque", N_("命名挂牌文件")
