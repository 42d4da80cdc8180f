"""The upload form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class UploadForm(FlaskForm):
    """One workbook. What it is is judged by its content, not by its name."""

    file = FileField(
        _("Excel 文件"),
        [FileRequired(_("请选择一个文件。"))],
        description=_(
            "单位自己的工作簿就行：.xlsx 或 .xls，不超过 20 MB。六张表有几张传几张，列的顺序不限。"
        ),
    )
