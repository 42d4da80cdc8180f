"""Search texts: what a person may type to find a row — words, full pinyin and pinyin initials."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Surnames that are read differently from the same character elsewhere.
SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "朴": "piao", "查": "zha", "曾": "zeng", "盖": "ge", "区": "ou", "华": "hua",
    "任": "ren", "尉": "wei", "万": "wan", "盛": "sheng", "缪": "miao", "覃": "qin", "翟": "zhai", "乐": "yue", "种": "chong",
    "繁": "po", "召": "shao", "员": "yun", "逄": "pang", "宓": "mi", "折": "she", "黑": "he", "秘": "bi", "冼": "xian",
    "洗": "xian", "祭": "zhai", "长孙": "zhangsun", "尉迟": "yuchi", "万俟": "moqi", "澹台": "tantai", "宿": "su", "葛": "ge",
}  # fmt: skip
MOST = 400


@lru_cache(maxsize=50_000)
def _syllables(text: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(text, style=Style.NORMAL, errors="ignore"))


@lru_cache(maxsize=50_000)
def _keys(text: str, is_person: bool) -> str:
    syllables = list(_syllables(text))
    surname = text[:2] if text[:2] in SURNAMES else text[:1]
    if is_person and surname in SURNAMES and syllables:
        syllables[: len(surname)] = [SURNAMES[surname]]
    if not syllables:
        return text.lower()
    initials = "".join(
        s[0] for s in (_syllables(text) if len(syllables) < len(_syllables(text)) else syllables)
    )
    return f"{text.lower()} {''.join(syllables)} {initials}"


def search_text(*parts: str | None, person: str = "") -> str:
    """Lower-case text for a `search_text` column, at most 400 characters.

    `person` is a name whose surname has its own reading (单 → shan); `parts` are other words of the row.
    """
    found = [_keys(person, True)] if person else []
    found += [_keys(part, False) for part in parts if part]
    return " ".join(found)[:MOST]
