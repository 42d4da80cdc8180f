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
    RESOURCE = "resource", N_("讲解员和设备")

    @property
    def is_asked(self) -> bool:
        """People answer for themselves and bases for their venues; a class and what comes with a venue do not."""
        return self in (ResourceKind.INSTRUCTOR, ResourceKind.VENUE)


class BookingState(Labelled):
    """HELD and CONFIRMED claim time; the others do not."""

    HELD = "held", N_("待答复")
    CONFIRMED = "confirmed", N_("已确认")
    DECLINED = "declined", N_("已谢绝")
    RELEASED = "released", N_("已释放")


class CallState(Labelled):
    """Life of a search for a substitute."""

    OPEN = "open", N_("正在找人")
    FILLED = "filled", N_("已有人接")
    STOPPED = "stopped", N_("已停止")
    EXHAUSTED = "exhausted", N_("没有人可问了")


class AskState(Labelled):
    """What somebody who was asked to step in has said."""

    ASKED = "asked", N_("待答复")
    ACCEPTED = "accepted", N_("已接下")
    DECLINED = "declined", N_("不能来")
    ENDED = "ended", N_("不用再答复")


class FeedKind(Labelled):
    """Whose lessons a calendar holds."""

    TEACHING = "teaching", N_("我的授课")
    BASE = "base", N_("我的基地")
    PLANNING = "planning", N_("本级班次")


class VisitState(Labelled):
    """Life of a visit that belongs to no class; HELD, CONFIRMED and ARRIVED hold its time."""

    WAITING = "waiting", N_("候补中")
    HELD = "held", N_("待基地确认")
    CONFIRMED = "confirmed", N_("已确认")
    DECLINED = "declined", N_("基地谢绝")
    RELEASED = "released", N_("逾期已释放")
    WITHDRAWN = "withdrawn", N_("已撤回")
    ARRIVED = "arrived", N_("已签到")
    NO_SHOW = "no_show", N_("未到")


class Rhythm(Labelled):
    """How often a recurring visit comes."""

    WEEKLY = "weekly", N_("每周")
    MONTHLY = "monthly", N_("每月")


class Offer(Labelled):
    """What a visit is offered that cannot be had as wished."""

    OTHER_TIME = "other_time", N_("同一基地换个时间")
    NEAR = "near", N_("同一时间换到附近基地")
    GROUPS = "groups", N_("同一时间分批进行")
    SPLIT = "split", N_("当天先后分批")


class CheckInSource(Labelled):
    """How it became known that a party was there."""

    CODE = "code", N_("现场扫码")
    BASE = "base", N_("基地登记")


class PackageStage(Labelled):
    """How far an ordered package is: all its sessions together."""

    OPEN = "open", N_("待安排")
    PLACED = "placed", N_("已安排")
    TOLD = "told", N_("已发布")
    ENDED = "ended", N_("已取消")


class LoanState(Labelled):
    """Life of a loan: only an approved one lets somebody be booked."""

    REQUESTED = "requested", N_("待审批")
    APPROVED = "approved", N_("已同意")
    REFUSED = "refused", N_("不同意")
    WITHDRAWN = "withdrawn", N_("已撤回")
    ENDED = "ended", N_("已结束")


class ClassState(Labelled):
    """How far the plan of a class is: computed from its sessions, never stored."""

    EMPTY = "empty", N_("没有课次")
    UNPLANNED = "unplanned", N_("未排")
    PARTLY = "partly", N_("部分已排")
    COMPLETE = "complete", N_("已排齐待发布")
    CHANGED = "changed", N_("有未发布改动")
    PUBLISHED = "published", N_("已发布")
    HELD = "held", N_("已办结")


class Lack(Labelled):
    """What a session still waits for."""

    START = "start", N_("未定时间")
    INSTRUCTOR = "instructor", N_("缺讲师")
    VENUE = "venue", N_("缺地点")
    INSTRUCTOR_DECLINED = "instructor_declined", N_("讲师谢绝")
    VENUE_DECLINED = "venue_declined", N_("基地谢绝")
    INSTRUCTOR_ANSWER = "instructor_answer", N_("待讲师答复")
    VENUE_ANSWER = "venue_answer", N_("待基地答复")
    UNPUBLISHED = "unpublished", N_("有未发布改动")


class RatioKind(Labelled):
    """Shares of class hours a class must reach [1 §1, 3 §一(三)]."""

    THEORY_AND_PARTY = "theory_and_party", N_("政治理论和党性教育")
    PARTY_SPIRIT = "party_spirit", N_("党性教育")
    LEADERS = "leaders", N_("领导干部授课")
    INTERACTIVE = "interactive", N_("互动式教学")
