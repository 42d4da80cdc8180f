"""Links that let somebody do one thing without signing in: signed, for one purpose, for a time."""

from __future__ import annotations

from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from core.sealed import signing_key

LONGEST = 400


def sign(purpose: str, row_id: int) -> str:
    """A token for one row and one purpose; it holds nothing else, and nobody can make one without the key."""
    return _signer(purpose).dumps(row_id)


def read(purpose: str, token: str, life: timedelta) -> int | None:
    """The row a token was made for; None when it is forged, of another purpose, or older than `life`."""
    if len(token) > LONGEST:
        return None
    try:
        found = _signer(purpose).loads(token, max_age=int(life.total_seconds()))
    except BadData:
        return None
    return found if isinstance(found, int) else None


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_key(purpose), salt=purpose)
