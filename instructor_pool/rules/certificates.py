"""Certificates of appointment: how they are numbered, and what holds of one on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from instructor_pool.enums import CertificateStatus
from instructor_pool.rules.letters import written_day

CODE_LENGTH = 16


def number(unit_name: str, year: int, n: int) -> str:
    """The usual number: `嘉祥县师聘〔2027〕008号` [common]."""
    return f"{unit_name}师聘〔{year}〕{n:03d}号"


def status(
    valid_from: date, valid_until: date, withdrawn_on: date | None, *, suspended: bool, today: date
) -> CertificateStatus:
    """What somebody who checks a certificate is told; the gravest thing first."""
    if withdrawn_on is not None:
        return CertificateStatus.WITHDRAWN
    if today > valid_until:
        return CertificateStatus.EXPIRED
    if today < valid_from:
        return CertificateStatus.NOT_YET
    return CertificateStatus.SUSPENDED if suspended else CertificateStatus.VALID


@dataclass(frozen=True, slots=True)
class Wording:
    """What is printed, in Chinese whatever the reader's language [common]."""

    title: str
    addressed: str
    body: str
    closing: str
    check: str
    day: str


def wording(name: str, pool: str, first: date, last: date, issued_on: date) -> Wording:
    """The text of a certificate for a term, both days included."""
    return Wording(
        "聘任证书",
        f"{name} 同志：",
        f"经推荐、评审、公示和批准，聘任您为{pool}师资库讲师，聘期自{written_day(first)}至{written_day(last)}。",
        "特颁此证。",
        "扫码核验",
        written_day(issued_on),
    )


def plain_code(typed: str) -> str:
    """A code as it is kept: capitals and digits."""
    return "".join(c for c in typed.upper() if c.isalnum())[:20]
