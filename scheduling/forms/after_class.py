"""Forms about a session afterwards: what is kept of it, what was agreed, and moving it to another day."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length

from scheduling.forms import given


class FileForm(FlaskForm):
    """An outline, or a photo of the lesson."""

    file_title = StringField(_("名称"), [Length(max=120, message=_("最多 120 个字。"))])
    file = FileField(
        _("文件"),
        [FileRequired(_("请选文件。"))],
        description=_("PDF、PPTX、DOCX、JPG 或 PNG，不超过 20 MB；加密保存。"),
    )


class LinkForm(FlaskForm):
    """Something kept elsewhere."""

    link_title = StringField(_("名称"), [Length(max=120, message=_("最多 120 个字。"))])
    url = StringField(
        _("网址"), [InputRequired(_("请填写网址。")), Length(max=400, message=_("最多 400 个字。"))]
    )


class FollowUpForm(FlaskForm):
    """What was agreed."""

    what = StringField(
        _("事项"), [InputRequired(_("请填写事项。")), Length(max=300, message=_("最多 300 个字。"))]
    )
    who = StringField(
        _("负责人"), [InputRequired(_("请填写负责人。")), Length(max=40, message=_("最多 40 个字。"))]
    )
    due_on = DateField(_("期限"), [InputRequired(_("请填写日期，如 2027-05-20。"))])


class PostponeForm(FlaskForm):
    """Another time for a session that was told."""

    version = HiddenField()
    day = DateField(_("日期"), [InputRequired(_("请填写日期，如 2027-05-20。"))])
    at = TimeField(_("开始时间"), [InputRequired(_("请填写时间，如 14:00。"))])
    reason = TextAreaField(
        _("改期原因"),
        [InputRequired(_("请写明原因。")), Length(max=300, message=_("最多 300 个字。"))],
        description=_("会告诉有关的人，并和新一版课表一起保存。"),
    )

    def start(self) -> datetime:
        """When it is to begin."""
        return datetime.combine(given(self.day.data), given(self.at.data))
