"""Forms of a level's figures for asking, of substitutes and of reasons."""

from __future__ import annotations

from dataclasses import fields

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from scheduling.rules.answers import AnswerPolicy

_NUMBER = [InputRequired(_("请填一个整数。"))]


class PolicyForm(FlaskForm):
    """How a level asks, reminds, looks for substitutes and freezes."""

    days_to_answer = IntegerField(_("答复期限(天)"), _NUMBER, description=_("从通知时算起，不晚于课前。"))
    first_after_hours = IntegerField(_("第一次提醒(通知后几小时)"), _NUMBER)
    last_before_hours = IntegerField(_("最后提醒(到期前几小时)"), _NUMBER)
    wave_size = IntegerField(_("找人接替：每批问几人"), _NUMBER)
    wave_hours = IntegerField(
        _("找人接替：每批等几小时"), _NUMBER, description=_("等完没有人答应，就再问下一批。")
    )
    wave_auto = BooleanField(_("讲师谢绝后自动开始问"))
    release_bases = BooleanField(
        _("基地到期没有答复就让出场地"),
        description=_("只对有管理员账号的基地。让出后通知组织员另选地点。"),
    )
    freeze_days = IntegerField(
        _("课前几天冻结"),
        _NUMBER,
        description=_("已发布的课到了这几天内，自动排课不动它，手工改动要写理由。0 为不冻结。"),
    )

    def policy(self) -> AnswerPolicy:
        """What was typed."""
        return AnswerPolicy(**{field.name: self[field.name].data for field in fields(AnswerPolicy)})


class CallForm(FlaskForm):
    """How to look for a substitute."""

    reason = StringField(_("为什么找人"), [Length(max=300)], description=_("如：生病请假。被问的人看不到。"))
    wave_size = IntegerField(_("每批问几人"), _NUMBER)
    wave_hours = IntegerField(_("每批等几小时"), _NUMBER)


class ThawForm(FlaskForm):
    """Why a near lesson is changed."""

    reason = StringField(_("为什么要改"), [InputRequired(_("请写明为什么要改。")), Length(max=300)])


class DeclineForm(FlaskForm):
    """Why not; one may leave it out when one is only asked to step in."""

    reason = TextAreaField(_("原因"), [Length(max=300)])
