"""What matters how much in matching: a few plain wishes, and the engine's weights they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from core.words import N_, labelled

LEVELS = (N_("不看重"), N_("一般"), N_("看重"), N_("很看重"))
"""What a slider says, from left to right."""
FACTORS = (0, 1, 2, 4)
USUAL = 1

USUAL_WEIGHTS: Mapping[str, int] = {
    "unassigned": 10_000,
    "duty": 400,
    "class_travel": 3,
    "over_target": 8,
    "over_twice_target": 20,
    "same_venue": 15,
    "quality": 1,
    "travel": 1,
    "avoid": 20,
    "fee": 1,
    "venue_cost": 1,
    "change": 10,
}
"""What is not named keeps the engine's default. The setting `match_weights` overrides.

Three levels. What softer wishes make of one session differs by less than 400. That is a step between two duties' ranks, of
which each is worth 10 to 19 (`rules.duty_order`); and a gap is worth more than the first of them.
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that may matter more or less; `weights` are multiplied by its level."""

    key: str
    word: str
    note: str
    weights: tuple[str, ...]
    least: int = 0

    @property
    def label(self) -> str:
        """What the slider is called."""
        return gettext(self.word)

    @property
    def help(self) -> str:
        """What it means."""
        return gettext(self.note)


WISHES = (
    Wish(
        "duty",
        N_("先完成讲党课任务"),
        N_("领导干部今年还没讲的党课优先排上，不能设为不看重。"),
        # With what a gap costs, which stays above it.
        ("duty", "unassigned"),
        least=1,
    ),
    Wish(
        "fairness",
        N_("讲师课量均衡"),
        N_("课多的人少排，课少的人多排。"),
        ("over_target", "over_twice_target"),
    ),
    Wish("trips", N_("少跑路"), N_("讲师和学员的路程都尽量短。"), ("travel", "class_travel")),
    Wish("quality", N_("评价高的讲师优先"), N_("按师资库里的评分。"), ("quality",)),
    Wish("calm", N_("照顾讲师不便的时间"), N_("本人说“不便授课”的时间尽量不排。"), ("avoid",)),
    Wish("steady", N_("尽量不动现有安排"), N_("用熟悉的讲师、时间和地点，少通知一次是一次。"), ("change",)),
    Wish("rooms", N_("一个班少换教室"), N_("室内课尽量在同一处。"), ("same_venue",)),
    Wish("thrift", N_("节省讲课费和场地费"), N_("按讲课费标准和场地费用。"), ("fee", "venue_cost")),
)
"""In the order of the form [common]."""


def usual_levels() -> dict[str, int]:
    """Every slider where it stands before anybody moves it."""
    return dict.fromkeys((wish.key for wish in WISHES), USUAL)


def levels_of(given: Mapping[str, str]) -> dict[str, int]:
    """The sliders of a form; what cannot be read or is out of range stands as usual."""
    found = usual_levels()
    for wish in WISHES:
        raw = given.get(f"wish-{wish.key}", "")
        if raw.isascii() and raw.isdigit() and wish.least <= int(raw[:3]) < len(FACTORS):
            found[wish.key] = int(raw)
    return found


def weights_of(levels: Mapping[str, int]) -> dict[str, int]:
    """The weights of the engine that these levels stand for."""
    found = dict(USUAL_WEIGHTS)
    for wish in WISHES:
        factor = FACTORS[levels.get(wish.key, USUAL)]
        for name in wish.weights:
            found[name] = USUAL_WEIGHTS[name] * factor
    return found


def in_words(levels: Mapping[str, int]) -> str:
    """What matters more or less than usual; empty where everything is as usual."""
    moved = [wish for wish in WISHES if levels.get(wish.key, USUAL) != USUAL]
    return "、".join(labelled(wish.label, gettext(LEVELS[levels[wish.key]])) for wish in moved)
