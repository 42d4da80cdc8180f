"""Sentences about the duty, in the user's language."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext

from core.words import Labelled
from party_lessons.rules import SchemeFacts


def sentence_of(scheme: SchemeFacts) -> str:
    """What a scheme asks: of whom, how many lessons, before whom, how long, by when."""
    who = _listed(scheme.post_kinds) or gettext("全部应讲职务")
    if scheme.levels:
        who = f"{_listed(scheme.levels)}{who}"
    parts = [
        gettext(
            "%(who)s每年 %(month)s 月 %(day)s 日前至少讲 %(need)s 课",
            who=who,
            month=scheme.deadline_month,
            day=scheme.deadline_day,
            need=scheme.need,
        ),
        gettext("对象：%(test)s", test=scheme.test.label),
        gettext("场合：%(kinds)s", kinds=_listed(scheme.class_kinds) or gettext("不限")),
        gettext("每课不少于 %(minutes)s 分钟", minutes=scheme.least_minutes),
        gettext("微党课不计")
        if scheme.micro_minutes is None
        else gettext("微党课 %(minutes)s 分钟起也计", minutes=scheme.micro_minutes),
    ]
    return gettext("%(rule)s。", rule=gettext("；").join(parts))


def _listed(values: Iterable[Labelled]) -> str:
    """In the order of their kind, not of chance."""
    return "、".join(value.label for value in sorted(values, key=_rank))


def _rank(value: Labelled) -> int:
    return [member.value for member in type(value)].index(value.value)
