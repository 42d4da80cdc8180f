"""Word documents in their plainest form: paragraphs with alignment, size and weight, and ruled tables."""

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


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: its first row is the heading; `widths` are shares of the page's width, `size` is in points."""

    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    size: float = 10.5


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet of A4 in twentieths of a point; `wide` is what is left between the margins."""

    size: str
    wide: int
    side: int


_UPRIGHT = _Page('w:w="11906" w:h="16838"', 8730, 1588)
_ACROSS = _Page('w:w="16838" w:h="11906" w:orient="landscape"', 14570, 1134)


def write(parts: Sequence[Paragraph | Grid], *, is_across: bool = False) -> bytes:
    """A document on A4 that Word and WPS open; `is_across` turns the sheet."""
    sheet = _ACROSS if is_across else _UPRIGHT
    body = "".join(_paragraph(p) if isinstance(p, Paragraph) else _grid(p, sheet.wide) for p in parts)
    page = (
        f"<w:sectPr><w:pgSz {sheet.size}/>"
        f'<w:pgMar w:top="1440" w:right="{sheet.side}" w:bottom="1440" w:left="{sheet.side}" w:header="851" '
        'w:footer="851" w:gutter="0"/></w:sectPr>'
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
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in p.text.split("\n"))
    words = f"<w:r>{style}{lines}</w:r>" if p.text else ""
    return f'<w:p><w:pPr>{spacing}{indent}<w:jc w:val="{p.align}"/></w:pPr>{words}</w:p>'


def _grid(grid: Grid, wide: int) -> str:
    shares = [wide * width // sum(grid.widths) for width in grid.widths]
    rule = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{share}"/>' for share in shares)
    rows = "".join(
        f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if n == 0 else ''}"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{share}" w:type="dxa"/></w:tcPr>'
            f"{_paragraph(Paragraph(text, 'left', grid.size, bold=n == 0))}</w:tc>"
            for text, share in zip(row, shares, strict=True)
        )
        + "</w:tr>"
        for n, row in enumerate(grid.rows)
    )
    # A table that ends a document needs a paragraph behind it.
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{wide}" w:type="dxa"/><w:tblBorders>{rule}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl><w:p/>"
    )
