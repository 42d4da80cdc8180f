"""What a form is for, and the kinds of indicators."""

from __future__ import annotations

from core.words import N_, Labelled


class Purpose(Labelled):
    """What is scored."""

    TRIAL_LECTURE = "trial_lecture", N_("试讲评审")
    SUPERVISION = "supervision", N_("督导听课")


class Kind(Labelled):
    """How an indicator is answered."""

    POINTS = "points", N_("分值")
    VETO = "veto", N_("一票否决")
    COMMENT = "comment", N_("评语")
