"""How marks become a total, and sheets a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.words import N_
from score_forms.enums import Kind, Purpose

TENTH = Decimal("0.1")
STEP = Decimal("0.5")
DROP_FROM = 5
"""From this many sheets on, the highest and the lowest are left out [common]."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form; `most` is the full mark in points, 0 for veto and comment lines."""

    key: str
    title: str
    kind: Kind
    most: int = 0
    help: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """0 to 100 with one decimal; 0 when vetoed."""

    points: Decimal
    vetoed: bool


def rounded(value: Decimal) -> Decimal:
    """To one decimal, halves up, as staff round."""
    return value.quantize(TENTH, ROUND_HALF_UP)


def total(lines: Sequence[Line], marks: Mapping[str, Decimal]) -> Total:
    """The sum of the points as a share of the full marks, times 100; a failed veto line makes it 0.

    `marks` holds points by line key, and 1 (passed) or 0 (failed) for veto lines; missing points count 0.
    """
    if any(line.kind is Kind.VETO and marks.get(line.key) == 0 for line in lines):
        return Total(Decimal("0.0"), vetoed=True)
    scored = [line for line in lines if line.kind is Kind.POINTS]
    most = sum(line.most for line in scored)
    reached = sum((marks.get(line.key, Decimal(0)) for line in scored), Decimal(0))
    return Total(rounded(reached * 100 / most) if most else Decimal("0.0"), vetoed=False)


def faults(lines: Sequence[Line], marks: Mapping[str, Decimal]) -> dict[str, str]:
    """What is wrong by line key: `missing`, `range` or `step` (points go in halves)."""
    found: dict[str, str] = {}
    for line in lines:
        mark = marks.get(line.key)
        if line.kind is Kind.COMMENT:
            continue
        if mark is None:
            found[line.key] = "missing"
        elif line.kind is Kind.VETO:
            if mark not in (0, 1):
                found[line.key] = "range"
        elif not 0 <= mark <= line.most:
            found[line.key] = "range"
        elif mark % STEP:
            found[line.key] = "step"
    return found


def mean_of(totals: Sequence[Decimal]) -> Decimal | None:
    """The mean of the totals; from five on without the highest and the lowest. None for no totals."""
    if not totals:
        return None
    kept = sorted(totals)[1:-1] if len(totals) >= DROP_FROM else list(totals)
    return rounded(sum(kept, Decimal(0)) / len(kept))


def verdict(totals: Sequence[Total], pass_mark: int) -> tuple[Decimal | None, bool]:
    """(mean, passed): a veto by any reviewer fails, whatever the mean [2]."""
    mean = mean_of([t.points for t in totals])
    passed = mean is not None and mean >= pass_mark and not any(t.vetoed for t in totals)
    return mean, passed


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form as delivered: title, pass mark and lines."""

    title: str
    pass_mark: int
    lines: tuple[Line, ...]


# Titles are data once a form is made; they are kept in Chinese and translated where they are shown.
DEFAULTS: Mapping[Purpose, Pattern] = {
    Purpose.TRIAL_LECTURE: Pattern(
        N_("试讲评审表"),
        80,
        (
            Line("direction", N_("政治方向"), Kind.VETO, 0, N_("与党中央保持一致,不通过即否决")),
            Line("content", N_("讲授内容"), Kind.POINTS, 30, N_("观点正确,重点突出,有针对性")),
            Line("practice", N_("联系实际"), Kind.POINTS, 20, N_("用身边的人和事,能指导工作")),
            Line("design", N_("教学设计"), Kind.POINTS, 15, N_("结构清楚,时间分配合理")),
            Line("delivery", N_("语言表达"), Kind.POINTS, 20, N_("准确生动,有感染力")),
            Line("courseware", N_("课件质量"), Kind.POINTS, 15, N_("图文规范,与讲授配合")),
            Line("comment", N_("评语"), Kind.COMMENT),
        ),
    ),
    Purpose.SUPERVISION: Pattern(
        N_("督导听课评分表"),
        60,
        (
            Line("political", N_("政治把关"), Kind.VETO, 0, N_("没有错误观点和不当言论,不通过即否决")),
            Line("attitude", N_("教学态度"), Kind.POINTS, 20, N_("准备充分,精神饱满,遵守时间")),
            Line("content", N_("教学内容"), Kind.POINTS, 30, N_("切合主题和学员需要")),
            Line("method", N_("教学方法"), Kind.POINTS, 20, N_("方法得当,互动有效")),
            Line("effect", N_("教学效果"), Kind.POINTS, 30, N_("学员听得懂、记得住、用得上")),
            Line("scholarship", N_("学理深度"), Kind.POINTS, 10, N_("论证严密,引用准确")),
            Line("comment", N_("评语"), Kind.COMMENT),
        ),
    ),
}
