"""Forms of the ledger; amounts are typed in yuan and read as fen."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from bases.rules.funding import read_yuan
from bases.services.documents import Upload
from bases.services.funding import GrantFields
from core import clock


def _plain(value: str | None) -> str:
    return (value or "").strip()


def _is_amount(_form: FlaskForm, field: StringField) -> None:
    if read_yuan(field.data or "") is None:
        raise ValidationError(gettext("金额写成元，最多两位小数，例如 1200.50。"))


class GrantForm(FlaskForm):
    """Money given to a base."""

    source = StringField(
        _("经费来源"), [InputRequired(_("请填写经费来源。")), Length(max=80)], filters=[_plain]
    )
    document = StringField(_("文号"), [Length(max=60)], filters=[_plain])
    purpose = StringField(_("用途"), [InputRequired(_("请填写用途。")), Length(max=120)], filters=[_plain])
    amount = StringField(_("金额(元)"), [InputRequired(_("请填写金额。")), _is_amount], filters=[_plain])
    granted_on = DateField(_("拨款日期"), [InputRequired(_("请填写拨款日期。"))])

    def fields(self) -> GrantFields:
        """What was filled in, once it has been checked."""
        return GrantFields(
            source=self.source.data or "",
            document=self.document.data or "",
            purpose=self.purpose.data or "",
            amount=read_yuan(self.amount.data or "") or 0,
            granted_on=self.granted_on.data or clock.today(),
        )


class SpendingForm(FlaskForm):
    """Money spent of a grant."""

    item = StringField(
        _("支出事项"), [InputRequired(_("请填写支出事项。")), Length(max=120)], filters=[_plain]
    )
    amount = StringField(_("金额(元)"), [InputRequired(_("请填写金额。")), _is_amount], filters=[_plain])
    spent_on = DateField(_("支出日期"), [InputRequired(_("请填写支出日期。"))])
    voucher = FileField(_("凭证"), [Optional()], description=_("PDF、PPTX、DOCX，不超过 20 MB"))

    def fen(self) -> int:
        """The amount, once it has been checked."""
        return read_yuan(self.amount.data or "") or 0

    def upload(self) -> Upload | None:
        """The voucher, if one was chosen."""
        chosen = self.voucher.data
        return Upload(chosen.filename, chosen.read()) if chosen and chosen.filename else None


class CancelForm(FlaskForm):
    """Why a spending is cancelled."""

    reason = StringField(
        _("作废原因"), [InputRequired(_("请写明作废的原因。")), Length(max=200)], filters=[_plain]
    )
