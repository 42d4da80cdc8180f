"""Word templates with plain placeholders such as {{ 姓名 }}: checked when handed in, filled when needed.

Only names stand between the braces. A template is a program to the library that fills it, so anything more is
refused before it is ever run.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Collection, Mapping

from docxtpl import DocxTemplate
from flask_babel import gettext
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from core.errors import RuleBroken, Violation
from core.files import FileKind, recognise

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 30 * 1024 * 1024
_PARTS = re.compile(r"(word|docProps)/[\w]+\.xml")
_TAG = re.compile(r"<[^>]*>")
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def check(data: bytes, known: Collection[str], needed: Collection[str], *, field: str = "file") -> None:
    """RuleBroken (about `field`) says in a sentence what is wrong with a template; nothing when it can be filled."""
    if len(data) > MOST_BYTES:
        raise _refused(gettext("模板超过 2 MB，请去掉大图片。"), field)
    if recognise(data) is not FileKind.DOCX:
        raise _refused(
            gettext("这不是 Word 文档(.docx，按内容判断)，或带有宏、加密。请另存为 .docx 再传。"), field
        )
    used: set[str] = set()
    for text in _texts(data, field):
        used |= _names(text, field)
    strange = sorted(used - set(known))
    if strange:
        sentence = gettext(
            "模板里的「%(name)s」不认识。可以用的有：%(known)s。",
            name=strange[0][:40],
            known="、".join(known),
        )
        raise _refused(sentence, field)
    missing = [name for name in needed if name not in used]
    if missing:
        raise _refused(gettext("模板里缺少「%(names)s」。", names="、".join(missing)), field)
    try:
        fill(data, dict.fromkeys(known, ""))
    except Exception as error:
        raise _refused(gettext("这个 Word 文档打不开，请用 Word 或 WPS 另存一次再传。"), field) from error


def _refused(sentence: str, field: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation("template", sentence, field)])


def _names(text: str, field: str) -> set[str]:
    if "{%" in text or "{#" in text:
        raise _refused(gettext("模板里只能用双花括号括起名称的占位符，不能用别的写法。"), field)
    rest = _PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise _refused(gettext("模板里有没配对的双花括号。"), field)
    return {name.strip() for name in _PLACEHOLDER.findall(text)}


def _texts(data: bytes, field: str) -> list[str]:
    """What is written in the document's parts, without marks: Word cuts placeholders into pieces."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [m for m in archive.infolist() if _PARTS.fullmatch(m.filename)]
        if sum(m.file_size for m in members) > MOST_UNPACKED:
            raise _refused(gettext("模板的内容太大。"), field)
        parts = [archive.read(m).decode("utf-8", "replace") for m in members]
    return [html.unescape(_TAG.sub("", part)) for part in parts]


def fill(data: bytes, values: Mapping[str, str]) -> bytes:
    """The document with every placeholder replaced; `data` has passed `check` or is our own."""
    template = DocxTemplate(io.BytesIO(data))
    env = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    template.render(dict(values), jinja_env=env, autoescape=True)
    packed = io.BytesIO()
    template.save(packed)
    return packed.getvalue()
