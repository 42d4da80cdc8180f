"""Files people hand in: known by their content, limited in size, sealed in the database, served as downloads.

They lie in the database rather than in a folder, so that they commit and roll back with their rows, are in
every backup, and are there for every web node.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection
from datetime import datetime
from secrets import token_hex
from urllib.parse import quote

from flask import Response, send_file
from flask_babel import gettext
from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, choice, session
from core.errors import RuleBroken, Violation
from core.sealed import seal_bytes, unseal_bytes
from core.words import N_, Labelled

MOST_BYTES = 20 * 1024 * 1024
MAX_ENTRIES = 2000
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 200
RATIO_FLOOR = 1024 * 1024
TYPES_PART = "[Content_Types].xml"
MOST_TYPES = 1024 * 1024
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\/:*?\"<>|\u202a-\u202e\u2066-\u2069]")


class FileKind(Labelled):
    """Kinds of files that are taken."""

    PDF = "pdf", N_("PDF")
    PPTX = "pptx", N_("演示文稿")
    DOCX = "docx", N_("Word 文档")
    JPEG = "jpeg", N_("照片")
    PNG = "png", N_("图片")


DOCUMENTS = frozenset({FileKind.PDF, FileKind.PPTX, FileKind.DOCX})
PICTURES = frozenset({FileKind.JPEG, FileKind.PNG})
MIME = {
    FileKind.PDF: "application/pdf",
    FileKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
}
_MAIN_PARTS = {
    FileKind.PPTX: ("ppt/presentation.xml", b"presentationml.presentation.main+xml"),
    FileKind.DOCX: ("word/document.xml", b"wordprocessingml.document.main+xml"),
}


class StoredFile(Model):
    """A file as it was handed in; its body is sealed and read only when it is served."""

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint(f"size BETWEEN 1 AND {MOST_BYTES}", name="size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FileKind] = mapped_column(choice(FileKind))
    name: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime]
    row_key: Mapped[str] = mapped_column(String(32))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


def keep(
    name: str, data: bytes, *, field: str = "files", kinds: Collection[FileKind] = DOCUMENTS
) -> StoredFile:
    """Store a file; RuleBroken (about `field`) when it is empty, too large or none of `kinds` inside."""
    shown = safe_name(name)
    if not data:
        raise _refused("empty", gettext("文件「%(name)s」是空的。", name=shown), field)
    if len(data) > MOST_BYTES:
        raise _refused("size", gettext("文件「%(name)s」超过 20 MB。", name=shown), field)
    kind = recognise(data)
    if kind is None or kind not in kinds:
        sentence = (
            gettext("「%(name)s」不是 JPG、PNG、PDF、PPTX 或 DOCX(按内容判断)，或带有宏、加密。", name=shown)
            if PICTURES & set(kinds)
            else gettext(
                "「%(name)s」不是 PDF、PPTX 或 DOCX(按内容判断)，或带有宏、加密。请另存后再传。", name=shown
            )
        )
        raise _refused("kind", sentence, field)
    key = token_hex(16)
    row = StoredFile(
        kind=kind,
        name=_with_ending(shown, kind),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        stored_at=clock.now(),
        row_key=key,
        body_sealed=seal_bytes(data, f"file:{key}"),
    )
    session().add(row)
    session().flush()
    return row


def _refused(code: str, sentence: str, field: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(code, sentence, field)])


def recognise(data: bytes) -> FileKind | None:
    """What the content is, whatever the name says; None for everything else, macros and locked files too."""
    if data.startswith(b"%PDF-"):
        return FileKind.PDF if b"%%EOF" in data[-2048:] and b"/Encrypt" not in data[-4096:] else None
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG if data.rstrip(b"\x00").endswith(b"\xff\xd9") else None
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG if data[-12:-4] == b"\x00\x00\x00\x00IEND" else None
    return _office(data) if data.startswith(b"PK\x03\x04") else None


def _office(data: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {m.filename: m for m in archive.infolist()}
            if not _is_sound(list(members.values())) or TYPES_PART not in members:
                return None
            if members[TYPES_PART].file_size > MOST_TYPES:
                return None
            types = archive.read(TYPES_PART)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in members) or b"<!DOCTYPE" in types:
        return None
    return next(
        (kind for kind, (part, mark) in _MAIN_PARTS.items() if part in members and mark in types), None
    )


def _is_sound(members: list[zipfile.ZipInfo]) -> bool:
    """Counted before anything is unpacked: entries, bytes, how far each swells, nothing locked."""
    return (
        len(members) <= MAX_ENTRIES
        and sum(m.file_size for m in members) <= MAX_UNPACKED
        and not any(m.flag_bits & 1 for m in members)
        and not any(
            m.file_size > RATIO_FLOOR and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members
        )
    )


def safe_name(name: str) -> str:
    """A file name people recognise without path, control or direction marks; at most 100 characters."""
    last = re.split(r"[\\/]", name)[-1]
    return _UNSAFE.sub("", last).strip(" .")[-100:] or "file"


def _with_ending(name: str, kind: FileKind) -> str:
    return name if name.lower().endswith(f".{kind.value}") else f"{name}.{kind.value}"


def body(row: StoredFile) -> bytes:
    """The content as it was handed in."""
    return unseal_bytes(row.body_sealed, f"file:{row.row_key}")


def attachment_of(name: str) -> str:
    """The header of a download. Browsers older than the second form save what is left of a Chinese name in the first."""
    stem, dot, ending = name.rpartition(".")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", unicodedata.normalize("NFKD", stem)).strip("-._") or "download"
    return f"attachment; filename=\"{plain}{dot}{ending}\"; filename*=UTF-8''{quote(name, safe='')}"


def download(row: StoredFile) -> Response:
    """Serve a file so that no browser runs or sniffs it."""
    return download_bytes(body(row), row.name, MIME[row.kind])


def download_bytes(data: bytes, name: str, mime: str) -> Response:
    """The same for what was made just now: a letter, a certificate."""
    answer = send_file(io.BytesIO(data), mimetype=mime)
    answer.headers["Content-Disposition"] = attachment_of(name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
