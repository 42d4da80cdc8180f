"""Where classes come from, and the states of sessions, runs and bookings [0 §8, 2]."""

from __future__ import annotations

from core.words import N_, Labelled


class Tier(Labelled):
    """Training tiers [0 §8]."""

    PROVINCE_MODEL = "province_model", N_("省级示范培训")
    CITY_KEY = "city_key", N_("市级重点培训")
    COUNTY_GENERAL = "county_general", N_("县级普遍培训")
    COMMITTEE_BASIC = "committee_basic", N_("基层党委兜底培训")


class OrderKind(Labelled):
    """Where a class comes from [2]."""

    ANNUAL_INTAKE = "annual_intake", N_("集中接单")
    INDIVIDUAL_ORDER = "individual_order", N_("单独点单")
    ASSIGNED_ORDER = "assigned_order", N_("上级派单")


class HalfDay(Labelled):
    """When on a day; ANY is morning or afternoon of that date."""

    MORNING = "morning", N_("上午")
    AFTERNOON = "afternoon", N_("下午")
    EVENING = "evening", N_("晚上")
    ANY = "any", N_("任选")


class SessionState(Labelled):
    """Life of a session."""

    PLANNED = "planned", N_("待发布")
    PUBLISHED = "published", N_("已发布")
    HELD = "held", N_("已授课")
    CANCELLED = "cancelled", N_("已取消")


class RunState(Labelled):
    """Life of a match run."""

    QUEUED = "queued", N_("排队中")
    RUNNING = "running", N_("计算中")
    READY = "ready", N_("待采用")
    APPLIED = "applied", N_("已采用")
    STALE = "stale", N_("已过时")
    CANCELLED = "cancelled", N_("已取消")
    FAILED = "failed", N_("未成功")


class ResourceKind(Labelled):
    """What a booking claims."""

    CLASS = "class", N_("班次")
    INSTRUCTOR = "instructor", N_("讲师")
    VENUE = "venue", N_("教学点")


class BookingState(Labelled):
    """HELD and CONFIRMED claim time; the others do not."""

    HELD = "held", N_("待答复")
    CONFIRMED = "confirmed", N_("已确认")
    DECLINED = "declined", N_("已谢绝")
    RELEASED = "released", N_("已释放")
