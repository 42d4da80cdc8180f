"""Text to search by: what is written, its pinyin and its initials."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

LONGEST = 400
LONGEST_NAME = 4
ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
# Characters that read otherwise as a surname; a name is found by both readings.
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "查": "zha", "解": "xie", "任": "ren", "翟": "zhai", "朴": "piao",
    "区": "ou", "盖": "ge", "繁": "po", "员": "yun", "乐": "yue", "黑": "he", "折": "she", "缪": "miao",
    "覃": "qin", "都": "du", "召": "shao", "隗": "wei", "费": "fei", "种": "chong", "祭": "zhai", "乜": "nie",
    "卜": "bu", "薄": "bo", "褚": "chu", "冼": "xian", "秘": "bi", "应": "ying", "葛": "ge", "尹": "yin",
    "洗": "xian", "佴": "nai", "郇": "xun", "哈": "ha", "晁": "chao", "逄": "pang", "句": "gou", "能": "nai",
}  # fmt: skip


def search_text(*parts: str | None) -> str:
    """The parts, then their pinyin run together and their initials, lower case, at most 400 long.

    Parts of up to four characters may be names: those are found by the surname's own reading too.
    """
    words = [part.strip().lower() for part in parts if part and part.strip()]
    found: list[str] = []
    for word in words:
        for form in (word, *_readings(word)):
            if form not in found:
                found.append(form)
    return " ".join(found)[:LONGEST]


def _readings(word: str) -> list[str]:
    syllables = lazy_pinyin(word)
    initials = "".join(lazy_pinyin(word, style=Style.FIRST_LETTER))
    forms = ["".join(syllables), initials]
    surname = SURNAMES.get(word[:1])
    if surname and len(word) <= LONGEST_NAME and surname != syllables[0]:
        forms += [surname + "".join(syllables[1:]), surname[0] + initials[1:]]
    return forms


def sound(name: str) -> str:
    """The plain pinyin without what ears confuse: zh/z, ch/c, sh/s, final ng/n. Names that sound alike agree."""
    found = plain_pinyin(name)
    for heard, kept in ALIKE:
        found = found.replace(heard, kept)
    return found


def plain_pinyin(name: str) -> str:
    """A name as Latin letters and digits only, the surname by its own reading: `zengfangyan`."""
    syllables = lazy_pinyin(name.strip().lower(), errors="default")
    if syllables and name[:1] in SURNAMES:
        syllables[0] = SURNAMES[name[:1]]
    return "".join(c for c in "".join(syllables) if c.isascii() and c.isalnum())
