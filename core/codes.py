"""Codes that are made at random and shown once; the database keeps a digest."""

from __future__ import annotations

import hashlib
import secrets

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: codes are read from paper


def paper_code(length: int) -> str:
    """A new code to be read from paper and typed: capitals and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def in_fours(code: str) -> str:
    """`ABCD-EFGH-…`: to be read out and typed."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
