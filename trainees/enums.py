"""Kinds of trainees, warnings and attendance."""

from __future__ import annotations

from core.words import N_, Labelled


class TraineeKind(Labelled):
    """Whose yearly class hours are counted against which target [0 §7]."""

    MEMBER = "member", N_("党员")
    COMMITTEE = "committee", N_("书记和班子成员")


class Came(Labelled):
    """What became of a trainee at a session."""

    PRESENT = "present", N_("到课")
    LEAVE = "leave", N_("请假")
    ABSENT = "absent", N_("缺课")


class RecordedBy(Labelled):
    """How an attendance came in."""

    CODE = "code", N_("扫码")
    LIST = "list", N_("按名册登记")


class WarningKind(Labelled):
    """Call-ups of the same person that a plan warns of [2, 3 §六(一)]."""

    CLASH = "clash", N_("时间冲突")
    SAME_TIER = "tier", N_("同类班次重复调训")
    SAME_COURSE = "course", N_("同一课程重复培训")
