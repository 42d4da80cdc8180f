"""Sorts of messages, ways they go, and how far they are."""

from __future__ import annotations

from core.words import N_, Labelled


class Topic(Labelled):
    """What a message is about: the grain at which people choose how they are told."""

    LESSON = "lesson", N_("授课和接待安排")
    CHANGE = "change", N_("变动和取消")
    SUBSTITUTE = "substitute", N_("找人接替")
    VISIT = "visit", N_("参观预约")
    REMINDER = "reminder", N_("提醒")
    REVIEW = "review", N_("评审和考核")
    OFFICE = "office", N_("其他事务")

    @property
    def is_urgent(self) -> bool:
        """Urgent messages pass quiet hours and wait for no digest."""
        return self in (Topic.CHANGE, Topic.SUBSTITUTE)

    @property
    def is_looked_at(self) -> bool:
        """Whether a level that looks first looks at these: what goes out to lecturers and bases."""
        return self in (Topic.LESSON, Topic.CHANGE)


class Channel(Labelled):
    """A way out of the application; the inbox is always used besides."""

    MAIL = "mail", N_("邮件")
    WECOM = "wecom", N_("企业微信群机器人")
    DINGTALK = "dingtalk", N_("钉钉群机器人")
    FEISHU = "feishu", N_("飞书群机器人")

    @property
    def is_robot(self) -> bool:
        """A web address that posts into a group, rather than a mailbox."""
        return self is not Channel.MAIL


class MessageState(Labelled):
    """How far a message is; READY and GOING are the worker's."""

    LOOK = "look", N_("待过目")
    HELD_BACK = "held_back", N_("已拦下")
    READY = "ready", N_("待发送")
    GOING = "going", N_("发送中")
    RETRYING = "retrying", N_("重试中")
    SENT = "sent", N_("已发送")
    GIVEN_UP = "given_up", N_("未送达")

    @property
    def is_open(self) -> bool:
        """Nobody has been told yet: the text may still be changed."""
        return self in (MessageState.LOOK, MessageState.HELD_BACK)


class DeliveryState(Labelled):
    """How far one message is on its way to one address."""

    WAITING = "waiting", N_("等待发送")
    SENDING = "sending", N_("发送中")
    RETRYING = "retrying", N_("重试中")
    SENT = "sent", N_("已发送")
    GIVEN_UP = "given_up", N_("已放弃")


class Digest(Labelled):
    """Whether what is not urgent comes one by one or together."""

    AT_ONCE = "at_once", N_("随时发送")
    DAILY = "daily", N_("每天一次，合成一条")
