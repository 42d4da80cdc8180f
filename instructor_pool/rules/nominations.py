"""Receipts as people type them, and addresses of videos."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MOST_ATTACHMENTS = 10
MOST_AT_ONCE = 3
LONGEST_LINK = 300


def plain_receipt(typed: str) -> str:
    """A receipt without blanks and dashes, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper())[:40]


def link_problem(url: str) -> bool:
    """Whether an address cannot be offered to a reviewer: no http(s), no host, credentials in it, blanks."""
    if len(url) > LONGEST_LINK or re.search(r"[\s\x00-\x1f]", url.strip()):
        return True
    try:
        parts = urlsplit(url.strip())
        host, user = parts.hostname, parts.username
    except ValueError:
        return True
    return parts.scheme not in ("http", "https") or not host or user is not None
