"""How marks become a total, and sheets a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.words import N_
from score_forms.enums import Kind, Purpose, Scale

TENTH = Decimal("0.1")
STEP = Decimal("0.5")
MOST_POINTS = 100
MOST_LINES = 30
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
    scale: Scale = Scale.POINTS
    section: str = ""
    """The part of the form it belongs to, for forms that are read in parts."""

    @property
    def choices(self) -> tuple[Decimal, ...]:
        """The points of each level, the best first; empty when points are typed."""
        levels = self.scale.levels if self.kind is Kind.POINTS else 0
        return tuple(rounded(Decimal(self.most * n) / levels) for n in range(levels, 0, -1))


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
    found = {line.key: _fault(line, marks.get(line.key)) for line in lines if line.kind is not Kind.COMMENT}
    return {key: fault for key, fault in found.items() if fault}


def _fault(line: Line, mark: Decimal | None) -> str:
    if mark is None:
        return "missing"
    if line.kind is Kind.VETO:
        return "" if mark in (0, 1) else "range"
    if line.choices:
        return "" if mark in line.choices else "range"
    if not 0 <= mark <= line.most:
        return "range"
    return "step" if mark % STEP else ""


def section_shares(lines: Sequence[Line], marks: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Each part's points as a share of its full marks, times 100, in the order of the form."""
    most: dict[str, int] = {}
    reached: dict[str, Decimal] = {}
    for line in lines:
        if line.kind is Kind.POINTS:
            most[line.section] = most.get(line.section, 0) + line.most
            reached[line.section] = reached.get(line.section, Decimal(0)) + marks.get(line.key, Decimal(0))
    return {part: rounded(reached[part] * 100 / full) for part, full in most.items() if full}


def is_pass_mark(mark: int | None) -> bool:
    """Whether a form can have it: sheets are reckoned to a hundred."""
    return mark is not None and 0 <= mark <= 100


def form_faults(title: str, pass_mark: int, lines: Sequence[Line]) -> list[tuple[str, str]]:
    """What keeps a draft from being issued: (code, key of the line or "")."""
    whole = (
        ("no_title", not title.strip()),
        ("pass_mark", not is_pass_mark(pass_mark)),
        ("no_points", not any(line.kind is Kind.POINTS for line in lines)),
        ("comments", sum(line.kind is Kind.COMMENT for line in lines) > 1),
    )
    found = [(code, "") for code, is_wrong in whole if is_wrong]
    seen: set[str] = set()
    for line in lines:
        if not line.title.strip():
            found.append(("no_line_title", line.key))
        elif line.title.strip() in seen:
            found.append(("twice", line.key))
        seen.add(line.title.strip())
        if line.kind is Kind.POINTS and not 1 <= line.most <= MOST_POINTS:
            found.append(("most", line.key))
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


DESIGN, DELIVERY, MANAGEMENT, EFFECT = N_("培训设计"), N_("培训实施"), N_("培训管理"), N_("培训效果")


def _five(key: str, title: str, most: int, help: str) -> Line:
    return Line(key, title, Kind.POINTS, most, help, Scale.FIVE)


def _part(section: str, key: str, title: str, most: int, help: str) -> Line:
    return Line(key, title, Kind.POINTS, most, help, Scale.POINTS, section)


# Titles are data once a form is made; they are kept in Chinese and translated where they are shown.
DEFAULTS: Mapping[Purpose, Pattern] = {
    Purpose.TRIAL_LECTURE: Pattern(
        N_("试讲评审表"),
        80,
        (
            Line("direction", N_("政治方向"), Kind.VETO, 0, N_("与党中央保持一致，不通过即否决")),
            Line("content", N_("讲授内容"), Kind.POINTS, 30, N_("观点正确，重点突出，有针对性")),
            Line("practice", N_("联系实际"), Kind.POINTS, 20, N_("用身边的人和事，能指导工作")),
            Line("design", N_("教学设计"), Kind.POINTS, 15, N_("结构清楚，时间分配合理")),
            Line("delivery", N_("语言表达"), Kind.POINTS, 20, N_("准确生动，有感染力")),
            Line("courseware", N_("课件质量"), Kind.POINTS, 15, N_("图文规范，与讲授配合")),
            Line("comment", N_("评语"), Kind.COMMENT),
        ),
    ),
    Purpose.SUPERVISION: Pattern(
        N_("督导听课评分表"),
        60,
        (
            Line("political", N_("政治把关"), Kind.VETO, 0, N_("没有错误观点和不当言论，不通过即否决")),
            Line("attitude", N_("教学态度"), Kind.POINTS, 20, N_("准备充分，精神饱满，遵守时间")),
            Line("content", N_("教学内容"), Kind.POINTS, 30, N_("切合主题和学员需要")),
            Line("method", N_("教学方法"), Kind.POINTS, 20, N_("方法得当，互动有效")),
            Line("effect", N_("教学效果"), Kind.POINTS, 30, N_("学员听得懂、记得住、用得上")),
            Line("scholarship", N_("学理深度"), Kind.POINTS, 10, N_("论证严密，引用准确")),
            Line("comment", N_("评语"), Kind.COMMENT),
        ),
    ),
    # Trainees: attitude 20, content 30, method 20, effect 30, with a template of its own for interactive
    # teaching [common].
    Purpose.TRAINEE_LECTURE: Pattern(
        N_("学员评课表"),
        60,
        (
            _five("attitude", N_("教学态度"), 20, N_("备课认真，守时，尊重学员")),
            _five("content", N_("教学内容"), 30, N_("观点正确，重点清楚，联系实际")),
            _five("method", N_("教学方法"), 20, N_("讲得明白，举例恰当")),
            _five("effect", N_("教学效果"), 30, N_("听得懂、记得住、用得上")),
            Line("comment", N_("想说的话"), Kind.COMMENT),
        ),
    ),
    Purpose.TRAINEE_INTERACTIVE: Pattern(
        N_("学员评课表(研讨、案例等互动课)"),
        60,
        (
            _five("attitude", N_("引导态度"), 20, N_("认真倾听，平等交流，尊重不同意见")),
            _five("content", N_("题目与材料"), 30, N_("题目贴近工作，案例真实")),
            _five("method", N_("组织与互动"), 20, N_("人人有机会发言，时间分配合理")),
            _five("effect", N_("研讨收获"), 30, N_("问题讲透，有可用的办法")),
            Line("comment", N_("想说的话"), Kind.COMMENT),
        ),
    ),
    # Evaluation goes both ways [2]: instructors score the class and the base.
    Purpose.INSTRUCTOR_CLASS: Pattern(
        N_("讲师评班次"),
        60,
        (
            _five("discipline", N_("课堂纪律"), 30, N_("按时到课，不随意走动")),
            _five("participation", N_("学习状态"), 30, N_("认真听讲，积极参与")),
            _five("organisation", N_("组织保障"), 20, N_("通知清楚，接待周到")),
            _five("equipment", N_("场地设备"), 20, N_("音响、投影、板书可用")),
            Line("comment", N_("意见建议"), Kind.COMMENT),
        ),
    ),
    Purpose.INSTRUCTOR_BASE: Pattern(
        N_("讲师评基地"),
        60,
        (
            _five("facilities", N_("场地设施"), 30, N_("整洁安全，容得下本班")),
            _five("guides", N_("讲解配合"), 30, N_("讲解准确，与课程配合")),
            _five("service", N_("服务管理"), 20, N_("引导有序，联系顺畅")),
            _five("access", N_("交通便利"), 20, N_("停车、上下车方便")),
            Line("comment", N_("意见建议"), Kind.COMMENT),
        ),
    ),
    # Design, delivery, management, effect [3 §六(三)].
    Purpose.CLASS_CLOSING: Pattern(
        N_("培训班结班评估表"),
        60,
        (
            _part(DESIGN, "need", N_("符合需求"), 10, N_("培训目标与学员需要相符")),
            _part(DESIGN, "courses", N_("课程设计"), 10, N_("课程比例与衔接合理")),
            _part(DESIGN, "teachers", N_("师资选配"), 5, N_("讲师与课程匹配")),
            _part(DELIVERY, "content", N_("教学内容"), 10, N_("内容准确，针对性强")),
            _part(DELIVERY, "method", N_("教学方法"), 10, N_("方法多样，互动有效")),
            _part(DELIVERY, "order", N_("教学组织"), 5, N_("按课表进行，调课有说明")),
            _part(MANAGEMENT, "discipline", N_("学风管理"), 15, N_("考勤、纪律落实")),
            _part(MANAGEMENT, "logistics", N_("后勤服务"), 10, N_("食宿、交通、场地有保障")),
            _part(EFFECT, "ability", N_("能力提升"), 15, N_("理论水平与本领有提高")),
            _part(EFFECT, "work", N_("促进工作"), 10, N_("学到的能用到工作中")),
            Line("comment", N_("总结与改进"), Kind.COMMENT),
        ),
    ),
    Purpose.SITE_REVIEW: Pattern(
        N_("现场教学基地实地评审表"),
        70,
        (
            Line("safety", N_("安全条件"), Kind.VETO, 0, N_("消防、疏散、急救合格，不合格即否决")),
            Line("theme", N_("主题内容"), Kind.POINTS, 30, N_("主题鲜明，史实准确，适合现场教学")),
            Line("facilities", N_("场地设施"), Kind.POINTS, 25, N_("容量、停车、无障碍和教学设备")),
            Line("guides", N_("讲解力量"), Kind.POINTS, 20, N_("讲解员人数、讲解词和培训")),
            Line("management", N_("管理水平"), Kind.POINTS, 15, N_("专人负责，制度健全，能预约接待")),
            Line("access", N_("交通条件"), Kind.POINTS, 10, N_("到校区的路程和停靠")),
            Line("comment", N_("评审意见"), Kind.COMMENT),
        ),
    ),
    # Theme 20, facilities 20, management 15, guides 15, courses 15, visitors and satisfaction 15 [common].
    Purpose.BASE_YEAR: Pattern(
        N_("教学基地年检表"),
        70,
        (
            Line("theme", N_("主题内容"), Kind.POINTS, 20, N_("展陈和讲解与主题相符，内容更新")),
            Line("facilities", N_("场地设施"), Kind.POINTS, 20, N_("维护完好，安全合格")),
            Line("management", N_("管理制度"), Kind.POINTS, 15, N_("专人管理，台账齐全，经费合规")),
            Line("guides", N_("讲解队伍"), Kind.POINTS, 15, N_("人数够用，培训到位")),
            Line("courses", N_("课程开发"), Kind.POINTS, 15, N_("现场教学课程有更新、有教案")),
            Line("visitors", N_("接待与满意度"), Kind.POINTS, 15, N_("接待人次和评价，见本页数据")),
            Line("comment", N_("年检意见"), Kind.COMMENT),
        ),
    ),
}
