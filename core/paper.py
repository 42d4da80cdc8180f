"""A Word document as PDF: its paragraphs, tables and pictures, in order. Headers and text boxes are left out."""

from __future__ import annotations

import base64
import importlib
import io
from collections.abc import Iterator
from html import escape

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from flask_babel import gettext

from core.errors import RuleBroken

STYLE = """
@page { size: A4; margin: 25mm 28mm }
body { font: 14pt/1.8 "SimSun", "Songti SC", "Noto Serif CJK SC", "Noto Sans CJK SC", serif }
p { margin: 0; min-height: 1.8em; text-align: justify }
table { border-collapse: collapse; width: 100% } td { border: 0.5pt solid #000; padding: 2pt 4pt; vertical-align: top }
"""
_ALIGN = {
    WD_ALIGN_PARAGRAPH.LEFT: "left",
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "right",
}
_PICTURES = {"image/png", "image/jpeg"}


def html_of(data: bytes) -> str:
    """The document as a page of HTML."""
    document = Document(io.BytesIO(data))
    body = "".join(_blocks(document.iter_inner_content()))
    return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>{STYLE}</style><body>{body}</body></html>'


def pdf_of(data: bytes) -> bytes:
    """The document as PDF; RuleBroken where the server lacks what draws it."""
    try:
        weasyprint = importlib.import_module("weasyprint")
    except OSError as missing:
        # It loads Pango from the system when it is imported.
        raise RuleBroken(
            gettext("服务器没有装 Pango，生成不了 PDF。请先用 Word 版，并告诉系统管理员。")
        ) from missing
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    drawn: bytes = weasyprint.HTML(string=html_of(data), url_fetcher=fetcher).write_pdf()
    return drawn


def _blocks(content: Iterator[Paragraph | Table]) -> Iterator[str]:
    for block in content:
        if isinstance(block, Paragraph):
            yield _paragraph(block)
        else:
            rows = (
                "".join(f"<td>{''.join(_blocks(cell.iter_inner_content()))}</td>" for cell in row.cells)
                for row in block.rows
            )
            yield f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _paragraph(paragraph: Paragraph) -> str:
    style = []
    align = _ALIGN.get(paragraph.alignment) if paragraph.alignment is not None else None
    if align:
        style.append(f"text-align: {align}")
    indent = paragraph.paragraph_format.first_line_indent
    chars = paragraph._p.xpath("./w:pPr/w:ind/@w:firstLineChars")  # noqa: SLF001  (not part of the library's surface)
    if chars and str(chars[0]).isdigit():
        style.append(f"text-indent: {int(chars[0]) / 100:g}em")
    elif indent is not None:
        style.append(f"text-indent: {indent.pt:g}pt")
    return f'<p style="{"; ".join(style)}">{"".join(map(_run, paragraph.runs)) or "&#160;"}</p>'


def _run(run: Run) -> str:
    style = []
    if run.font.size is not None:
        style.append(f"font-size: {run.font.size.pt:g}pt")
    if run.bold:
        style.append("font-weight: bold")
    if run.underline:
        style.append("text-decoration: underline")
    text = escape(run.text).replace("\n", "<br>").replace("\t", "&emsp;&emsp;")
    return f'<span style="{"; ".join(style)}">{text}{"".join(_pictures(run))}</span>'


def _pictures(run: Run) -> Iterator[str]:
    for related in run._r.xpath(".//a:blip/@r:embed"):  # noqa: SLF001
        part = run.part.related_parts.get(related)
        if part is not None and part.content_type in _PICTURES:
            yield f'<img alt="" src="data:{part.content_type};base64,{base64.b64encode(part.blob).decode()}">'
