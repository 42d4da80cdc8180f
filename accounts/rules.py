"""Policy of sign-in: figures from TRUST's yardsticks, pure functions."""

from __future__ import annotations

from datetime import timedelta

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
THROTTLE_WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 5
MOST_PER_ADDRESS = 50  # an office shares one address
CODE_LIFE = timedelta(days=14)
SHORTEST_PASSWORD = 10

# The handful that guessers try first; length does the rest (ASVS 6.2.4).
COMMON = frozenset(
    {
        "1234567890",
        "0123456789",
        "password12",
        "qwertyuiop",
        "1qaz2wsx3edc",
        "abcdefghij",
        "aaaaaaaaaa",
        "12345678910",
        "password123",
        "admin12345",
    }
)


def password_faults(password: str, login: str) -> list[str]:
    """Reasons why a new password is refused: `short`, `common`, `login`."""
    faults = []
    if len(password) < SHORTEST_PASSWORD:
        faults.append("short")
    if password.lower() in COMMON or len(set(password)) < 4:
        faults.append("common")
    if login and login.lower() in password.lower():
        faults.append("login")
    return faults
