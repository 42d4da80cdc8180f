"""Forms about courseware and incidents."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from core.web import row_number
from instructor_pool.enums import IncidentGrade


def _plain(value: str | None) -> str:
    return (value or "").strip()


class CoursewareForm(FlaskForm):
    """The next version of somebody's courseware."""

    course = SelectField(_("课程"), [InputRequired(_("请选课程。"))], coerce=int)
    title = StringField(
        _("课件名称"), [InputRequired(_("请填写课件名称。")), Length(max=120)], filters=[_plain]
    )
    link = StringField(
        _("课件地址"),
        [Length(max=400)],
        filters=[_plain],
        description=_("网盘或单位网站的地址，以 http 开头；另行报送的可以不填"),
    )
    file = FileField(_("课件文件"), description=_("PDF、PPTX 或 DOCX，不超过 20 MB"))
    note = TextAreaField(_("说明"), [Length(max=300)], filters=[_plain])

    def offer(self, courses: list[tuple[int, str]], chosen: int | None) -> None:
        """Fill the choices; `chosen` is the course that was clicked."""
        self.course.choices = courses
        if chosen is not None and not self.is_submitted():
            self.course.data = chosen

    def validate_link(self, item: StringField) -> None:
        """A whole http or https address: anything else could run on the reader's side."""
        if not item.data:
            return
        try:
            parts = urlsplit(item.data)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValidationError(gettext("地址要以 http:// 或 https:// 开头。"))


class OpinionForm(FlaskForm):
    """What the reviewer says of a version, and how long it is cleared for."""

    until = DateField(_("有效期至"), [Optional()], description=_("审核通过时填写，含这一天"))
    opinion = TextAreaField(
        _("审核意见"), [Length(max=280)], filters=[_plain], description=_("退回或停用时必须填写")
    )
    version = HiddenField()

    @property
    def seen(self) -> int | None:
        """The version of the row the person looked at."""
        return row_number(self.version.data)


class IncidentForm(FlaskForm):
    """A teaching incident."""

    day = DateField(_("日期"), [InputRequired(_("请选日期。"))])
    grade = SelectField(_("程度"))
    what = TextAreaField(_("经过"), [InputRequired(_("请写明经过。")), Length(max=300)], filters=[_plain])

    def offer(self, today: date) -> None:
        """Fill the choices; today is the usual day."""
        self.grade.choices = IncidentGrade.choices()
        if not self.is_submitted():
            self.day.data = today
