"""Forms of letters, certificates and of coming without an appointment."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, FileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional


def _plain(value: str | None) -> str:
    return (value or "").strip()


class LetterForm(FlaskForm):
    """A letter that was signed: when, for which term, and a scan."""

    signed_on = DateField(_("签订日期"), [InputRequired(_("请选签订日期。"))])
    start = DateField(_("聘期起"), [InputRequired(_("请选聘期开始日期。"))])
    end = DateField(_("聘期止"), [InputRequired(_("请选聘期结束日期。"))], description=_("含这一天"))
    scan = FileField(_("签字的扫描件"), description=_("PDF 或 DOCX，不超过 20 MB"))

    def offer(self, today: date, term: tuple[date, date]) -> None:
        """Today and the usual term."""
        if not self.is_submitted():
            self.signed_on.data, (self.start.data, self.end.data) = today, term


class AppointForm(FlaskForm):
    """The number of the certificate; the term is the one that was signed."""

    certificate = StringField(
        _("证书号"), [Length(max=60)], filters=[_plain], description=_("自动编号，可以改；不填就用下一个空号")
    )


class InvitationForm(FlaskForm):
    """What somebody is invited for; every occasion is booked by itself."""

    unit = StringField(_("邀请单位"), [Length(max=80)], filters=[_plain])
    purpose = TextAreaField(
        _("邀请事由"), [InputRequired(_("请写明邀请事由。")), Length(max=200)], filters=[_plain]
    )


class SecondmentForm(FlaskForm):
    """Which level above sends somebody, for what, and until when."""

    unit = SelectField(_("选派单位"), [InputRequired(_("请选选派单位。"))])
    purpose = TextAreaField(
        _("选派任务或文号"), [InputRequired(_("请写明选派任务或文号。")), Length(max=200)], filters=[_plain]
    )
    until = DateField(_("选派至"), [Optional()], description=_("含这一天；之后不能再排课。长期选派不填"))

    def offer(self, above: list[str]) -> None:
        """Fill the choices with the committees above."""
        self.unit.choices = [("", "—"), *((title, title) for title in above)]


class TemplateForm(FlaskForm):
    """Another template for letters."""

    file = FileField(_("Word 模板"), description=_("DOCX，不超过 2 MB"))


class CodeForm(FlaskForm):
    """The code printed on a certificate."""

    code = StringField(_("核验码"), [InputRequired(_("请填写核验码。")), Length(max=40)], filters=[_plain])


class HolderForm(FlaskForm):
    """The name on the paper, to be compared."""

    name = StringField(
        _("证书上的姓名"), [InputRequired(_("请填写证书上的姓名。")), Length(max=40)], filters=[_plain]
    )
