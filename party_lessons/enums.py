"""Schemes and states of the duty."""

from __future__ import annotations

from core.words import N_, Labelled


class SchemeKind(Labelled):
    """Whose duty it is and which audience counts [0 §16, 1 §17]."""

    AREA_SECRETARY = "area_secretary", N_("区域书记")
    UNIT_SECRETARY = "unit_secretary", N_("单位书记")


class DutyState(Labelled):
    """Where an obligation stands on a day."""

    EXEMPT = "exempt", N_("免计")
    OPEN = "open", N_("待安排")
    PLANNED = "planned", N_("已安排")
    HELD = "held", N_("已完成")
    AT_RISK = "at_risk", N_("有风险")
    IMPOSSIBLE = "impossible", N_("无法完成")
    OVERDUE = "overdue", N_("已逾期")
