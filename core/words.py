"""Enumerations that carry the word a person reads beside the value the database keeps."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from flask_babel import gettext


def N_(sentence: str) -> str:
    """Mark a Chinese word for translation where it stands; it is translated where it is shown."""
    return sentence


class Labelled(StrEnum):
    """`NAME = "value", N_("中文")`: compares and stores as its value, shows as `.label`."""

    word: str

    def __new__(cls, value: str, word: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.word = word
        return member

    @property
    def label(self) -> str:
        """The word in the user's language."""
        return str(gettext(self.word))

    @classmethod
    def by_word(cls, word: str) -> Self | None:
        """The member whose Chinese word this is, as staff write it in workbooks, or None."""
        return next((m for m in cls if m.word == word.strip()), None)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) pairs for a select box."""
        return [(m.value, m.label) for m in cls]


def labelled(about: str, text: str) -> str:
    """`嘉祥县：需求调研`: what is said, after what it is said of."""
    return str(gettext("%(about)s：%(text)s", about=about, text=text))
