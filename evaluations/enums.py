"""How trainees get at a feedback form, and the life of an appeal."""

from __future__ import annotations

from core.words import N_, Labelled


class CodeMode(Labelled):
    """One code for all, or a code a person."""

    OPEN = "open", N_("一个公用码(同一部手机只收一次)")
    SINGLE_USE = "single_use", N_("一人一码(纸条，用过作废)")


class AppealState(Labelled):
    """Life of an appeal against a score."""

    OPEN = "open", N_("待处理")
    UPHELD = "upheld", N_("已采纳，不计入")
    REJECTED = "rejected", N_("维持原分")
    WITHDRAWN = "withdrawn", N_("已撤回")
