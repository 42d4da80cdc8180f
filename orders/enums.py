"""Life of an order, and who takes which step [2]."""

from __future__ import annotations

from core.words import N_, Labelled


class OrderState(Labelled):
    """What was decided of an order. What became of an accepted one is read from its sessions: see Stage."""

    DRAFT = "draft", N_("草稿")
    ASSIGNED = "assigned", N_("待回执")
    SUBMITTED = "submitted", N_("待核定")
    COUNTERED = "countered", N_("待答复建议")
    ACCEPTED = "accepted", N_("已接受")
    REFUSED = "refused", N_("未接受")
    WITHDRAWN = "withdrawn", N_("已撤回")


class OrderAction(Labelled):
    """A step of an order."""

    DRAW_UP = "draw_up", N_("起草")
    ASSIGN = "assign", N_("派单")
    EDIT = "edit", N_("修改")
    SUBMIT = "submit", N_("提交")
    TAKE_BACK = "take_back", N_("取回修改")
    WITHDRAW = "withdraw", N_("撤回")
    ACKNOWLEDGE = "acknowledge", N_("回执")
    AGREE = "agree", N_("接受建议")
    DECLINE = "decline", N_("不接受建议")
    COUNTER = "counter", N_("另提建议")
    ACCEPT = "accept", N_("接受")
    REFUSE = "refuse", N_("不接受")
    REOPEN = "reopen", N_("撤销接受")
    CALL_OFF = "call_off", N_("收回派单")


class Side(Labelled):
    """The two parties of an order."""

    UNIT = "unit", N_("点单单位")
    SUPPLIER = "supplier", N_("受理单位")


class Stage(Labelled):
    """Where an order stands: its own state, or once it is accepted that of the sessions it became."""

    DRAFT = "draft", N_("草稿")
    ASSIGNED = "assigned", N_("待回执")
    SUBMITTED = "submitted", N_("待核定")
    COUNTERED = "countered", N_("待答复建议")
    PLANNED = "planned", N_("排课中")
    PUBLISHED = "published", N_("已发布")
    HELD = "held", N_("已授课")
    SCORED = "scored", N_("已评课")
    CANCELLED = "cancelled", N_("课次已取消")
    REFUSED = "refused", N_("未接受")
    WITHDRAWN = "withdrawn", N_("已撤回")


class PlaceKind(Labelled):
    """Where the unit would like it."""

    ANY = "any", N_("由受理单位安排")
    BASE = "base", N_("指定基地")
    OWN_HALL = "own_hall", N_("本单位会场")


class CampaignKind(Labelled):
    """What a campaign asks for."""

    INTAKE = "intake", N_("集中接单")
    SURVEY = "survey", N_("需求调研")


class PlanState(Labelled):
    """Life of a township's plan of a year."""

    DRAFTING = "drafting", N_("编制中")
    SUBMITTED = "submitted", N_("待审核")
    RETURNED = "returned", N_("退回修改")
    RELEASED = "released", N_("已下达")
