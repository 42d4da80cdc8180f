"""Forms of a base's life: steps, papers, site review, yearly review, rectification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from bases.enums import AnnualConclusion, BaseAction, DocumentKind
from bases.services.annual import Decision
from bases.services.documents import Upload
from core.web import row_number

_FILES = _("PDF、PPTX、DOCX，不超过 20 MB")


def _plain(value: str | None) -> str:
    return (value or "").strip()


class StepForm(FlaskForm):
    """A step of the base's life."""

    action = SelectField(_("办理"), [InputRequired(_("请选择。"))])
    reason = TextAreaField(
        _("说明"), [Length(max=300)], filters=[_plain], description=_("退回、撤销、重新摸底必须写明理由。")
    )
    version = HiddenField()

    def offer(self, actions: Sequence[BaseAction]) -> None:
        """The actions that follow."""
        self.action.choices = [(action.value, action.label) for action in actions]

    def seen(self) -> int | None:
        """The version the person saw."""
        return row_number(self.version.data)


class DocumentForm(FlaskForm):
    """A paper for the file."""

    kind = SelectField(_("材料"), [InputRequired(_("请选材料种类。"))])
    file = FileField(_("文件"), [FileRequired(_("请选文件。"))], description=_FILES)

    def offer(self) -> None:
        """Every kind but the reports, which come with a rectification."""
        self.kind.choices = [
            (kind.value, kind.label) for kind in DocumentKind if kind is not DocumentKind.RECTIFICATION_REPORT
        ]

    def upload(self) -> Upload:
        """The file that was chosen, read once."""
        return Upload(self.file.data.filename, self.file.data.read())


class InviteForm(FlaskForm):
    """A deadline for the site review; whom to ask is read by `read_invited`."""

    due = DateField(_("评审截止"), [InputRequired(_("请填写截止日期。"))])


def read_invited(posted: Mapping[str, str], user_ids: Sequence[int]) -> dict[int, str]:
    """Who is ticked (`seat-<user>`), with the office typed beside (`office-<user>`)."""
    return {n: _plain(posted.get(f"office-{n}")) for n in user_ids if posted.get(f"seat-{n}")}


class ConclusionForm(FlaskForm):
    """How a yearly review ends."""

    conclusion = RadioField(_("年检结论"), [InputRequired(_("请选结论。"))])
    until = DateField(_("续期至，或整改期限"), [Optional()], description=_("撤销不用填"))
    opinion = TextAreaField(
        _("意见"), [Length(max=300)], filters=[_plain], description=_("整改写明要改什么，撤销写明理由。")
    )
    version = HiddenField()

    def offer(self) -> None:
        """The conclusions in the reader's language."""
        self.conclusion.choices = AnnualConclusion.choices()

    def decision(self) -> Decision:
        """What was decided."""
        return Decision(AnnualConclusion(self.conclusion.data), self.opinion.data or "", self.until.data)

    def seen(self) -> int | None:
        """The version of the review the person saw."""
        return row_number(self.version.data)


class RectifyForm(FlaskForm):
    """What has to be put right, until when."""

    asked = TextAreaField(
        _("要整改什么"), [InputRequired(_("请写明要整改什么。")), Length(max=1000)], filters=[_plain]
    )
    due = DateField(_("整改期限"), [InputRequired(_("请填写整改期限。"))])
    version = HiddenField()

    def seen(self) -> int | None:
        """The version of the base the person saw."""
        return row_number(self.version.data)

    def deadline(self) -> date:
        """The deadline, once it has been checked."""
        if self.due.data is None:
            raise ValueError("an unchecked form has no deadline")
        return self.due.data


class ReportForm(FlaskForm):
    """What a base says it has put right."""

    text = TextAreaField(
        _("整改情况"), [InputRequired(_("请写明整改了什么。")), Length(max=1000)], filters=[_plain]
    )
    file = FileField(_("附件"), [Optional()], description=_FILES)

    def upload(self) -> Upload | None:
        """The file, if one was chosen."""
        chosen = self.file.data
        return Upload(chosen.filename, chosen.read()) if chosen and chosen.filename else None


class AnswerForm(FlaskForm):
    """Whether a report will do."""

    verdict = RadioField(_("验收"), [InputRequired(_("请选验收结果。"))])
    answer = TextAreaField(_("验收意见"), [Length(max=300)], filters=[_plain])
    due = DateField(_("新的期限"), [Optional()], description=_("不合格时可以改期限，不改就留空"))

    def offer(self) -> None:
        """Yes or no."""
        self.verdict.choices = [("yes", gettext("合格，恢复使用")), ("no", gettext("不合格，继续整改"))]
