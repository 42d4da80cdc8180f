"""What a level decides for its bases and plans."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from scheduling.rules.visits import SETTING_LIMITS, VisitSettings


def _number(name: str, label: str, help_text: str) -> IntegerField:
    low, high = SETTING_LIMITS[name]
    sentence = _("应在 %(low)s 到 %(high)s 之间。", low=low, high=high)
    checks = [InputRequired(_("请填整数。")), NumberRange(low, high, sentence)]
    return IntegerField(label, checks, description=help_text, render_kw={"inputmode": "numeric"})


class VisitSettingsForm(FlaskForm):
    """Hours, minutes and seats."""

    answer_hours = _number(
        "answer_hours", _("基地几小时内答复参观预约"), _("逾期自动释放，时间让给候补的单位；已提交的不受影响")
    )
    no_show_hours = _number("no_show_hours", _("结束几小时后没有签到算未到"), _("计入单位履约，基地可以更正"))
    code_minutes = _number("code_minutes", _("现场签到码几分钟有效"), _("过期后在基地页面重新打开即可"))
    coach_seats = _number("coach_seats", _("一辆大客车坐几人"), _("订购要用车的套餐时，按人数算要几辆"))

    def settings(self) -> VisitSettings:
        """What was typed, once it is valid."""
        return VisitSettings(**{name: int(self[name].data) for name in SETTING_LIMITS})
