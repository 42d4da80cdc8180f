"""Forms of rosters: one line, a reason, what a level sets. Choices are passed in."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DecimalField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from core.web import row_number
from trainees.enums import TraineeKind
from trainees.rules import Line, Targets


class LineForm(FlaskForm):
    """One line of a roster."""

    name = StringField(
        _("姓名"), [InputRequired(_("请填写姓名。")), Length(max=40, message=_("最多 40 个字。"))]
    )
    unit = StringField(
        _("单位"),
        [Length(max=80, message=_("最多 80 个字。"))],
        description=_("和机构名称一致时，学时记到这个单位。"),
    )
    post = StringField(_("职务"), [Length(max=60, message=_("最多 60 个字。"))])
    kind = SelectField(_("类别"), choices=TraineeKind.choices)
    phone = StringField(
        _("联系电话"),
        [Length(max=40, message=_("最多 40 个字。"))],
        description=_("加密保存；学员签到时填后四位。"),
    )
    identity = StringField(
        _("身份证号"),
        [Length(max=30, message=_("最多 30 个字。"))],
        description=_("只用来认出同一个人，不保存号码，只留后四位。"),
    )
    version = HiddenField()

    def line(self) -> Line:
        """What was entered."""
        return Line(
            self.name.data or "",
            self.unit.data or "",
            self.post.data or "",
            TraineeKind(self.kind.data),
            self.phone.data or "",
            self.identity.data or "",
        )

    @property
    def seen(self) -> int | None:
        """The version of the person that was shown."""
        return row_number(self.version.data)


class ReasonForm(FlaskForm):
    """A reason that is kept."""

    reason = StringField(
        _("原因"), [InputRequired(_("请写明原因。")), Length(max=200, message=_("最多 200 个字。"))]
    )


class TargetsForm(FlaskForm):
    """What a level asks of its trainees a year."""

    member = DecimalField(
        _("党员每年学时"),
        [InputRequired(_("请填写学时。")), NumberRange(0, 500, _("学时应在 0 到 500 之间。"))],
    )
    committee = DecimalField(
        _("书记和班子成员每年学时"),
        [InputRequired(_("请填写学时。")), NumberRange(0, 500, _("学时应在 0 到 500 之间。"))],
    )
    most_call_ups = IntegerField(
        _("同类班次或同一课程每年最多"),
        [InputRequired(_("请填写次数。")), NumberRange(1, 50, _("次数应在 1 到 50 之间。"))],
        description=_("超过这个次数就提醒重复调训。"),
    )

    def targets(self) -> Targets:
        """What was entered."""
        return Targets(
            self.member.data or Decimal(0), self.committee.data or Decimal(0), self.most_call_ups.data or 1
        )
