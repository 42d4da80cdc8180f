"""Text to search by: what is written, its pinyin and its initials."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

LONGEST = 400


def search_text(*parts: str | None) -> str:
    """The parts, then their pinyin run together and their initials, lower case, at most 400 long."""
    words = [part.strip() for part in parts if part and part.strip()]
    found: list[str] = []
    for word in words:
        plain = word.lower()
        syllables = lazy_pinyin(plain)
        for form in (plain, "".join(syllables), "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER))):
            if form not in found:
                found.append(form)
    return " ".join(found)[:LONGEST]
