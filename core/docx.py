"""Word documents in their plainest form: paragraphs with alignment, size and weight."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

Align = Literal["left", "center", "right", "both"]
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `size` in points, `indent` for the two characters Chinese text starts with."""

    text: str
    align: Align = "both"
    size: float = 14
    bold: bool = False
    indent: bool = False


def write(paragraphs: Sequence[Paragraph]) -> bytes:
    """A document on A4 that Word and WPS open."""
    body = "".join(_paragraph(p) for p in paragraphs)
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="1588" w:bottom="1440" w:left="1588" w:header="851" w:footer="851" '
        'w:gutter="0"/></w:sectPr>'
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{_W}"><w:body>{body}{page}</w:body></w:document>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELS),
            ("word/document.xml", document),
        ):
            archive.writestr(name, part)
    return packed.getvalue()


def _paragraph(p: Paragraph) -> str:
    half_points = round(p.size * 2)
    indent = '<w:ind w:firstLineChars="200"/>' if p.indent else ""
    bold = "<w:b/>" if p.bold else ""
    fonts = '<w:rFonts w:ascii="Times New Roman" w:eastAsia="宋体"/>'
    style = f'<w:rPr>{fonts}{bold}<w:sz w:val="{half_points}"/></w:rPr>'
    spacing = '<w:spacing w:line="360" w:lineRule="auto"/>'
    words = f'<w:r>{style}<w:t xml:space="preserve">{escape(p.text)}</w:t></w:r>' if p.text else ""
    return f'<w:p><w:pPr>{spacing}{indent}<w:jc w:val="{p.align}"/></w:pPr>{words}</w:p>'
