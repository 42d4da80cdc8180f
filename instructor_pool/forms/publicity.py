"""Forms of publicity: putting somebody up, objections, what a level has set."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from core.web import row_number
from instructor_pool.enums import ObjectionOutcome
from instructor_pool.rules.entry import LIMITS, EntrySettings


def _plain(value: str | None) -> str:
    return (value or "").strip()


class PublicityForm(FlaskForm):
    """Until when a candidate is public."""

    ends_on = DateField(_("公示至"), [InputRequired(_("请选公示的最后一天。"))], description=_("含这一天"))


class PublicObjectionForm(FlaskForm):
    """An objection as anybody may make it."""

    name = StringField(
        _("提出人"),
        [InputRequired(_("请写明提出人，不愿具名的写「匿名」。")), Length(max=40)],
        filters=[_plain],
        description=_("加密保存，只有办理的人能看到；不愿具名的写「匿名」"),
    )
    contact = StringField(_("联系方式"), [Length(max=60)], filters=[_plain], description=_("留下才能回复您"))
    statement = TextAreaField(
        _("异议内容"), [InputRequired(_("请写明异议的内容。")), Length(max=2000)], filters=[_plain]
    )


class ObjectionForm(PublicObjectionForm):
    """The same, written down by the organiser for somebody who called or came."""

    received_on = DateField(_("收到日期"), [InputRequired(_("请选收到日期。"))])

    def offer(self, today: date) -> None:
        """Today is the usual day."""
        if not self.is_submitted():
            self.received_on.data = today


class ObjectionAnswerForm(FlaskForm):
    """What became of an objection."""

    outcome = SelectField(_("结论"), [InputRequired(_("请选结论。"))])
    answer = TextAreaField(
        _("怎样处理的"), [InputRequired(_("请写明怎样处理的。")), Length(max=400)], filters=[_plain]
    )
    version = HiddenField()

    def offer(self) -> None:
        """Fill the choices in the reader's language; neither is the usual one."""
        self.outcome.choices = [("", "—"), *ObjectionOutcome.choices()]

    @property
    def seen(self) -> int | None:
        """The version of the row the person looked at."""
        return row_number(self.version.data)


def _number(name: str, label: str, help_text: str) -> IntegerField:
    low, high = LIMITS[name]
    sentence = _("应在 %(low)s 到 %(high)s 之间。", low=low, high=high)
    checks = [InputRequired(_("请填整数。")), NumberRange(low, high, sentence)]
    return IntegerField(label, checks, description=help_text, render_kw={"inputmode": "numeric"})


class EntrySettingsForm(FlaskForm):
    """How people come into one's pool."""

    publicity_days = _number(
        "publicity_days", _("公示至少几个工作日"), _("从公示次日算起；正在公示的不受影响")
    )

    def settings(self) -> EntrySettings:
        """What was typed, once it is valid."""
        return EntrySettings(**{name: int(self[name].data) for name in LIMITS})
