"""What a form is for, and the kinds of indicators."""

from __future__ import annotations

from core.words import N_, Labelled


class Purpose(Labelled):
    """What is scored."""

    TRIAL_LECTURE = "trial_lecture", N_("试讲评审")
    SUPERVISION = "supervision", N_("督导听课")
    TRAINEE_LECTURE = "trainee_lecture", N_("学员评课(讲授类)")
    TRAINEE_INTERACTIVE = "trainee_interactive", N_("学员评课(互动类)")
    INSTRUCTOR_CLASS = "instructor_class", N_("讲师评班次")
    INSTRUCTOR_BASE = "instructor_base", N_("讲师评基地")
    CLASS_CLOSING = "class_closing", N_("结班评估")
    SITE_REVIEW = "site_review", N_("基地实地评审")
    BASE_YEAR = "base_year", N_("基地年检")


class Kind(Labelled):
    """How an indicator is answered."""

    POINTS = "points", N_("分值")
    VETO = "veto", N_("一票否决")
    COMMENT = "comment", N_("评语")


class Scale(Labelled):
    """How the points of an indicator are given; they count the same, whatever the scale."""

    POINTS = "points", N_("直接打分")
    FIVE = "five", N_("五级(很满意至很不满意)")
    TEN = "ten", N_("十级(1 至 10)")

    @property
    def levels(self) -> int:
        """How many levels to choose from; 0 when points are typed."""
        return {Scale.POINTS: 0, Scale.FIVE: 5, Scale.TEN: 10}[self]
