"""Forms of review batches."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.fields import TickBoxes
from instructor_pool.enums import BatchDecision
from instructor_pool.rules.panels import FEWEST_REVIEWERS


def _plain(value: str | None) -> str:
    return (value or "").strip()


class BatchForm(FlaskForm):
    """Who is reviewed, by whom, by when."""

    title = StringField(
        _("批次名称"), [InputRequired(_("请填写批次名称。")), Length(max=80)], filters=[_plain]
    )
    people = TickBoxes(_("候选人"), coerce=int)
    size = IntegerField(
        _("每位候选人几位评审人"),
        [InputRequired(_("请填写人数。")), NumberRange(FEWEST_REVIEWERS, 15, _("评审组 3 到 15 人。"))],
        default=FEWEST_REVIEWERS,
        description=_("5 位起去掉一个最高分和一个最低分"),
    )
    reviewers = TickBoxes(
        _("指定评审人"),
        coerce=int,
        description=_("一位也不选就自动抽取：手上评审最少的先抽，同单位和声明回避的不抽"),
    )
    due = DateField(_("评审截止"), [Optional()])


class DecisionForm(FlaskForm):
    """What is to become of a candidate."""

    decision = SelectField(_("待定处理"), [Optional()])
    reason = StringField(_("原因"), [Length(max=300)], filters=[_plain])

    def offer(self) -> None:
        """Fill the choices in the reader's language."""
        self.decision.choices = [("", gettext("还没定")), *BatchDecision.choices()]


class RecuseForm(FlaskForm):
    """Why one may not judge."""

    reason = StringField(
        _("回避原因"), [InputRequired(_("请写明回避的原因。")), Length(max=200)], filters=[_plain]
    )


class SeatForm(FlaskForm):
    """One more reviewer for a panel."""

    reviewer = SelectField(_("增加评审人"), [InputRequired(_("请选评审人。"))], coerce=int)
