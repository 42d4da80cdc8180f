"""Forms of classes that are made again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange


class CloneForm(FlaskForm):
    """From when on, under which number and name, for how many."""

    first_day = DateField(_("第一天"), [InputRequired(_("请填写日期，如 2027-03-01。"))])
    number = StringField(
        _("班次编号"), [InputRequired(_("请填写编号。")), Length(max=20, message=_("最多 20 个字。"))]
    )
    name = StringField(
        _("班次名称"), [InputRequired(_("请填写名称。")), Length(max=120, message=_("最多 120 个字。"))]
    )
    size = IntegerField(
        _("人数"),
        [InputRequired(_("请填写人数。")), NumberRange(0, 100_000, _("人数应在 0 到 100000 之间。"))],
    )
