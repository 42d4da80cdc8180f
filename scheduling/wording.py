"""The engine's vocabulary in the words people use: reasons, broken rules, cost parts, phases, and what would help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from core.words import N_
from scheduling.engine import Reason, Violation

REASONS: Mapping[Reason, str] = {
    Reason.START: N_("不在要求的时段"),
    Reason.TOPIC: N_("没有这门课的授课资格"),
    Reason.INSTRUCTOR_LIST: N_("不是指定的讲师，或已谢绝过"),
    Reason.INSTRUCTOR_NOT_NEEDED: N_("这一课由基地讲解员授课，不需要讲师"),
    Reason.LEADER_REQUIRED: N_("须由领导干部授课"),
    Reason.LEADER_FORBIDDEN: N_("不由领导干部授课"),
    Reason.NOT_CLASS: N_("须回避这个班次"),
    Reason.FEATURES: N_("地点类型不合要求"),
    Reason.VENUE_LIST: N_("不是指定的基地，或基地已谢绝过"),
    Reason.VENUE_NOT_NEEDED: N_("这一课不需要地点"),
    Reason.PINNED: N_("这一项已固定"),
    Reason.INSTRUCTOR_BUSY: N_("讲师这时另有课"),
    Reason.CLASS_BUSY: N_("班次这时另有课"),
    Reason.VENUE_BUSY: N_("地点这时已满"),
    Reason.TRAVEL: N_("讲师来不及从上一处赶到"),
    Reason.CLASS_TRAVEL: N_("学员来不及从上一处赶到"),
    Reason.INSTRUCTOR_AWAY: N_("讲师这时不能授课，或不在聘期"),
    Reason.VENUE_CLOSED: N_("地点这时不开放，或已过预约期限"),
    Reason.CAPACITY: N_("容量不够"),
    Reason.MAX_PER_DAY: N_("讲师当日课次已到上限"),
    Reason.MAX_PER_WEEK: N_("讲师本周课次已到上限"),
    Reason.MAX_PER_MONTH: N_("讲师本月课次已到上限"),
    Reason.MAX_TOTAL: N_("讲师全年课次已到上限"),
    Reason.VENUE_MAX_PER_DAY: N_("地点当日批次已到上限"),
    Reason.RESOURCE: N_("讲解员、设备或基地接待批次已用完"),
    Reason.RESOURCE_PER_DAY: N_("基地当日接待批次已到上限"),
    Reason.ORDERED: N_("打乱了系列课的顺序"),
    Reason.MAX_DAYS: N_("系列课占用天数过多"),
    Reason.TOGETHER: N_("套餐须整体安排"),
    Reason.NEEDED: N_("须排齐"),
    Reason.NOT_PLACED: N_("还没有定时间"),
    Reason.UNKNOWN: N_("引用的人或地点不存在"),
    Reason.TWICE: N_("同一课次排了两次"),
}

HELP: Mapping[Reason, str] = {
    Reason.START: N_("修改课次要求的日期或时段。"),
    Reason.TOPIC: N_("换一位有资格的讲师，或在师资库补上可授课程并审核课件。"),
    Reason.INSTRUCTOR_LIST: N_("换成指定的讲师，或去掉课次上的指定。"),
    Reason.LEADER_REQUIRED: N_("换一位领导干部，或去掉“须领导干部授课”。"),
    Reason.FEATURES: N_("换一处类型相符的地点；指定的基地须已备案。"),
    Reason.VENUE_LIST: N_("换成指定的基地，或去掉课次上的指定。"),
    Reason.PINNED: N_("先取消固定。"),
    Reason.INSTRUCTOR_BUSY: N_("换个时间，或先把那一课改派他人。"),
    Reason.CLASS_BUSY: N_("换个时间，或先移开那一课。"),
    Reason.VENUE_BUSY: N_("换个时间或地点。"),
    Reason.TRAVEL: N_("换个近一些的地点或另一个半天。"),
    Reason.CLASS_TRAVEL: N_("换个近一些的地点或另一个半天。"),
    Reason.INSTRUCTOR_AWAY: N_("换一位讲师，或请本人调整日程；聘期已满的先续聘。"),
    Reason.VENUE_CLOSED: N_("换一处地点，或请基地调整开放安排。"),
    Reason.CAPACITY: N_("换一处更大的地点，或分班。"),
    Reason.MAX_PER_DAY: N_("换一位讲师，或在师资库调整上限。"),
    Reason.MAX_PER_WEEK: N_("换一位讲师，或在师资库调整上限。"),
    Reason.MAX_PER_MONTH: N_("换一位讲师，或在师资库调整上限。"),
    Reason.MAX_TOTAL: N_("换一位讲师，或在师资库调整上限；借来的讲师可以再申请借用。"),
    Reason.VENUE_MAX_PER_DAY: N_("换一天，或换一处地点。"),
    Reason.RESOURCE: N_("换个时间或基地，或少要一些。"),
    Reason.RESOURCE_PER_DAY: N_("换一天，或换一处地点。"),
}

SENTENCES: Mapping[Reason, str] = {
    Reason.INSTRUCTOR_BUSY: N_("%(instructor)s 这时已有课：%(other)s。"),
    Reason.CLASS_BUSY: N_("%(class)s 这时已有课：%(other)s。"),
    Reason.VENUE_BUSY: N_("%(venue)s 同时最多接待 %(groups)s 批，这时已满。"),
    Reason.TRAVEL: N_("%(instructor)s 从“%(other)s”赶来要 %(minutes)s 分钟，来不及。"),
    Reason.CLASS_TRAVEL: N_("%(class)s 从“%(other)s”赶来要 %(minutes)s 分钟，来不及。"),
    Reason.INSTRUCTOR_AWAY: N_("%(instructor)s 这时不能授课，或不在聘期。"),
    Reason.VENUE_CLOSED: N_("%(venue)s 这时不开放，或已过预约期限。"),
    Reason.CAPACITY: N_("%(venue)s 只能容纳 %(capacity)s 人，这一课有 %(heads)s 人。"),
    Reason.MAX_PER_DAY: N_("%(instructor)s 一天最多 %(limit)s 课，已到上限。"),
    Reason.MAX_PER_WEEK: N_("%(instructor)s 一周最多 %(limit)s 课，已到上限。"),
    Reason.MAX_PER_MONTH: N_("%(instructor)s 一个月最多 %(limit)s 课，已到上限。"),
    Reason.MAX_TOTAL: N_("%(instructor)s 全年最多 %(limit)s 课，已到上限。"),
    Reason.VENUE_MAX_PER_DAY: N_("%(venue)s 一天最多接待 %(limit)s 批，已到上限。"),
    Reason.RESOURCE: N_("%(resource)s 一共 %(count)s，这时已经用完：%(others)s。"),
    Reason.RESOURCE_PER_DAY: N_("%(resource)s 一天最多 %(limit)s，已到上限。"),
    Reason.TOPIC: N_("%(instructor)s 没有这门课的授课资格。"),
    Reason.INSTRUCTOR_LIST: N_("%(instructor)s 不是指定的讲师，或已谢绝过这一课。"),
    Reason.LEADER_REQUIRED: N_("这一课须由领导干部授课，%(instructor)s 不是。"),
    Reason.FEATURES: N_("%(venue)s 的类型不合这一课的要求。"),
    Reason.VENUE_LIST: N_("%(venue)s 不是指定的基地，或基地已谢绝过这一课。"),
}

WISHES: Mapping[Reason, str] = {
    Reason.LEADER_REQUIRED: N_("须领导干部授课"),
    Reason.INSTRUCTOR_LIST: N_("指定讲师"),
    Reason.VENUE_LIST: N_("指定基地"),
    Reason.START: N_("原来要求的时段"),
    Reason.FEATURES: N_("场地的类型和设备"),
}

REQUIREMENTS: Mapping[Reason, str] = {
    Reason.NEEDED: N_("%(subject)s 须排齐"),
    Reason.PINNED: N_("%(subject)s 固定的安排"),
    Reason.INSTRUCTOR_LIST: N_("%(subject)s 只用指定的讲师，不用已谢绝的"),
    Reason.VENUE_LIST: N_("%(subject)s 只用指定的基地，不用已谢绝的"),
    Reason.LEADER_REQUIRED: N_("%(subject)s 须由领导干部授课"),
    Reason.LEADER_FORBIDDEN: N_("%(subject)s 不由领导干部授课"),
    Reason.CAPACITY: N_("%(subject)s 的人数不超过场地容量"),
    Reason.INSTRUCTOR_AWAY: N_("%(subject)s 不能授课的时间"),
    Reason.MAX_PER_DAY: N_("%(subject)s 一天的课次上限"),
    Reason.MAX_PER_WEEK: N_("%(subject)s 一周的课次上限"),
    Reason.MAX_PER_MONTH: N_("%(subject)s 一个月的课次上限"),
    Reason.MAX_TOTAL: N_("%(subject)s 全年的课次上限"),
    Reason.VENUE_CLOSED: N_("%(subject)s 不开放的时间和预约期限"),
    Reason.VENUE_BUSY: N_("%(subject)s 同时接待的批数"),
    Reason.VENUE_MAX_PER_DAY: N_("%(subject)s 一天接待的批数上限"),
    Reason.RESOURCE: N_("%(subject)s 的数量"),
    Reason.RESOURCE_PER_DAY: N_("%(subject)s 的一天上限"),
    Reason.ORDERED: N_("%(subject)s 的先后顺序"),
    Reason.MAX_DAYS: N_("%(subject)s 的天数上限"),
    Reason.TOGETHER: N_("%(subject)s 须整体安排"),
}
"""What a conflict is made of, with the name of whom or what it is about."""

CAPACITIES: Mapping[Reason, str] = {
    Reason.INSTRUCTOR_BUSY: N_("%(when)s 只能上一课"),
    Reason.CLASS_BUSY: N_("%(when)s 只能上一课"),
    Reason.VENUE_BUSY: N_("%(when)s 同时最多 %(limit)s 批"),
    Reason.MAX_PER_DAY: N_("%(when)s 最多 %(limit)s 课"),
    Reason.MAX_PER_WEEK: N_("%(when)s 这一周最多 %(limit)s 课"),
    Reason.MAX_PER_MONTH: N_("%(when)s 最多 %(limit)s 课"),
    Reason.MAX_TOTAL: N_("全年最多 %(limit)s 课"),
    Reason.VENUE_MAX_PER_DAY: N_("%(when)s 最多 %(limit)s 批"),
}
"""Why somebody or somewhere can take no more sessions than that."""

PARTS: Mapping[str, str] = {
    "unassigned": N_("未排齐"),
    "duty": N_("党课任务未完成"),
    "leader_share": N_("领导干部授课比例不足"),
    "quality": N_("讲师评分"),
    "travel": N_("讲师路程"),
    "class_travel": N_("学员路程"),
    "avoid": N_("排在尽量不排的时间"),
    "fee": N_("讲课费"),
    "venue_cost": N_("场地费用"),
    "over_target": N_("课次多于平均"),
    "isolated": N_("孤立课次"),
    "min_days": N_("系列天数不足"),
    "same_venue": N_("班次换教室"),
    "overflow": N_("超出容量"),
    "change": N_("改动现有安排"),
}

PHASES: Mapping[str, str] = {
    "": N_("等待开始"),
    "read": N_("读取师资、基地和课次"),
    "construct": N_("排出初稿"),
    "improve": N_("改进方案"),
    "bound": N_("计算最好可能"),
    "integer": N_("证明方案好坏"),
    "explain": N_("写明理由"),
}


def reason_text(code: str) -> str:
    """A reason as a short phrase: why somebody or somewhere is not possible."""
    return str(gettext(REASONS[Reason(code)])) if code in REASONS else code


def requirement_text(code: str, subject: str) -> str:
    """A requirement of a conflict, with the name of its subject."""
    if code not in REQUIREMENTS:
        return reason_text(code)
    return str(gettext(REQUIREMENTS[Reason(code)], subject=subject))


def capacity_text(code: str, when: str, limit: int) -> str:
    """What bounds somebody or somewhere, and when."""
    if code not in CAPACITIES:
        return reason_text(code)
    return str(gettext(CAPACITIES[Reason(code)], when=when, limit=limit))


def wish_name(code: str) -> str:
    """A wish of the organiser that a session carries."""
    return str(gettext(WISHES[Reason(code)]))


def help_text(code: str) -> str:
    """What a person can do about a reason; empty where nothing can be done."""
    return str(gettext(HELP[Reason(code)])) if code in HELP else ""


def part_text(name: str) -> str:
    """A cost part as a phrase."""
    return str(gettext(PARTS[name])) if name in PARTS else name


def phase_text(name: str) -> str:
    """What a run is doing."""
    return str(gettext(PHASES.get(name, PHASES["improve"])))


def violation_text(violation: Violation, names: Mapping[str, str], others: Sequence[str] = ()) -> str:
    """A broken rule as a sentence, with `names` for problem ids; `others` are the sessions that have what runs short."""
    values = {name: names.get(str(value), str(value)) for name, value in violation.params.items()}
    values["others"] = gettext("、").join(names.get(other, other) for other in others)
    template = SENTENCES.get(violation.code)
    if template is not None:
        try:
            return str(gettext(template) % values)
        except KeyError:  # the rule names less than the sentence asks for
            pass
    where = names.get(violation.session or "", "")
    said = reason_text(violation.code)
    return (
        gettext("%(where)s：%(what)s。", where=where, what=said)
        if where
        else gettext("%(what)s。", what=said)
    )


def gap_text(cost: int | None, bound: int | None) -> str:
    """How good a plan is for certain."""
    if cost is None or bound is None:
        return gettext("还不知道离最好可能有多远")
    if bound >= cost:
        return gettext("已证明是最好的安排")
    return gettext("距最好可能不超过 %(percent)s%%", percent=f"{gap_percent(cost, bound):.1f}")


def gap_percent(cost: int, bound: int) -> float:
    """The gap in percent of the cost."""
    return 100 * (cost - bound) / cost if cost > 0 else 0.0
