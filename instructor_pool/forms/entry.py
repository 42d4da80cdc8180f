"""Forms of the way in: nominations, receipts, attachments."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, MultipleFileField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from instructor_pool.enums import NominationKind, SourceCategory
from instructor_pool.rules.identity import is_phone
from instructor_pool.rules.nominations import LONGEST_LINK, MOST_AT_ONCE, link_problem


def _plain(value: str | None) -> str:
    return (value or "").strip()


def _chosen(value: str | int | None) -> int | None:
    return int(value) if value else None


class NominationForm(FlaskForm):
    """Putting somebody forward without an account: what is needed to judge and to reach the person, no more."""

    kind = SelectField(_("推荐方式"), [InputRequired()])
    unit = SelectField(_("推荐到哪个师资库"), [InputRequired(_("请选师资库。"))], coerce=_chosen)
    name = StringField(_("姓名"), [InputRequired(_("请填写姓名。")), Length(max=40)], filters=[_plain])
    phone = StringField(
        _("联系电话"), [InputRequired(_("请填写联系电话。")), Length(max=30)], filters=[_plain],
        description=_("加密保存，只用于联系候选人"),
    )  # fmt: skip
    work_unit = StringField(
        _("工作单位"), [InputRequired(_("请填写工作单位。")), Length(max=80)], filters=[_plain]
    )
    post_title = StringField(_("职务"), [Length(max=60)], filters=[_plain])
    professional_title = StringField(_("职称"), [Length(max=40)], filters=[_plain])
    source_category = SelectField(_("来源类别"), [InputRequired(_("请选来源类别。"))])
    is_volunteer = BooleanField(_("愿意作志愿者，不取酬"))
    research = StringField(_("研究方向"), [Length(max=120)], filters=[_plain])
    topics = StringField(
        _("拟授课题"), [InputRequired(_("请写至少一个拟授课题。")), Length(max=200)], filters=[_plain]
    )
    statement = TextAreaField(_("推荐理由"), [Length(max=2000)], filters=[_plain])
    nominator_name = StringField(_("推荐人姓名"), [Length(max=40)], filters=[_plain])
    nominator_unit = StringField(_("推荐单位(党组织)"), [Length(max=80)], filters=[_plain])
    nominator_phone = StringField(_("推荐人电话"), [Length(max=30)], filters=[_plain])
    files = MultipleFileField(_("课件附件"), description=_("PDF、PPTX、DOCX，最多 3 个，合计不超过 20 MB"))
    link = StringField(_("视频网址"), [Length(max=LONGEST_LINK)], filters=[_plain])
    consent = BooleanField(
        _("候选人知情，同意为建设师资库使用以上信息"), [InputRequired(_("要候选人知情同意才能提交。"))]
    )

    def offer(self, units: list[tuple[int, str]]) -> None:
        """Fill the choices in the reader's language; of several pools none is chosen for anybody."""
        self.kind.choices = NominationKind.choices()
        self.unit.choices = units if len(units) == 1 else [("", gettext("请选择")), *units]
        self.source_category.choices = [("", gettext("请选择")), *SourceCategory.choices()]

    def validate_phone(self, item: StringField) -> None:
        """A mobile or landline number."""
        if item.data and not is_phone(item.data):
            raise ValidationError(gettext("这不像电话号码。"))

    validate_nominator_phone = validate_phone

    def validate_nominator_name(self, item: StringField) -> None:
        """Whoever nominates another says who they are."""
        if self.kind.data != NominationKind.ONESELF.value and not item.data:
            raise ValidationError(gettext("推荐别人要写推荐人。"))

    def validate_nominator_unit(self, item: StringField) -> None:
        """A party organisation has a name."""
        if self.kind.data == NominationKind.ORGANISATION.value and not item.data:
            raise ValidationError(gettext("党组织推荐要写党组织名称。"))

    def validate_files(self, item: MultipleFileField) -> None:
        """A few at once."""
        if len([f for f in item.data or () if f and f.filename]) > MOST_AT_ONCE:
            raise ValidationError(gettext("一次最多传 %(n)s 个文件。", n=MOST_AT_ONCE))

    def validate_link(self, item: StringField) -> None:
        """A full address."""
        if item.data and link_problem(item.data):
            raise ValidationError(gettext("请填写以 http:// 或 https:// 开头的完整网址。"))


class ReceiptForm(FlaskForm):
    """The code with which a nomination is followed."""

    code = StringField(_("回执码"), [InputRequired(_("请填写回执码。")), Length(max=60)], filters=[_plain])


class AttachmentForm(FlaskForm):
    """One more piece of a candidate's file: a file or the address of a video."""

    files = MultipleFileField(_("文件"), description=_("PDF、PPTX、DOCX，一次最多 3 个，合计不超过 20 MB"))
    link = StringField(_("或视频网址"), [Length(max=LONGEST_LINK)], filters=[_plain])

    validate_link = NominationForm.validate_link
    validate_files = NominationForm.validate_files
