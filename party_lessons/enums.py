"""Schemes and states of the duty, and the grounds they stand on."""

from __future__ import annotations

from core.words import N_, Labelled


class PostKind(Labelled):
    """Kinds of posts with a yearly duty [0 §16, 1 §17]."""

    AREA_SECRETARY = "area_secretary", N_("区域书记")
    UNIT_SECRETARY = "unit_secretary", N_("单位书记")
    TEAM_MEMBER = "team_member", N_("班子成员")


class AudienceTest(Labelled):
    """Before whom a lesson has to be held."""

    OWN_AREA = "own_area", N_("本地举办，或上级为本地举办")
    OWN_UNIT = "own_unit", N_("本单位举办，或本单位党员参加")
    SAME_LEVEL = "same_level", N_("同级党校举办")


class ClassKind(Labelled):
    """Within what a lesson is held."""

    MAIN = "main", N_("主体班次")
    TRAINING = "training", N_("示范培训和集中培训班")
    OUTREACH = "outreach", N_("送课下基层")
    MEETING = "meeting", N_("本单位党员大会、支部党课")


class DutyState(Labelled):
    """Where an obligation stands on a day."""

    EXEMPT = "exempt", N_("免计")
    OPEN = "open", N_("待安排")
    PLANNED = "planned", N_("已安排")
    HELD = "held", N_("已完成")
    AT_RISK = "at_risk", N_("有风险")
    IMPOSSIBLE = "impossible", N_("无法完成")
    OVERDUE = "overdue", N_("已逾期")


class ExemptionRule(Labelled):
    """Exemptions that follow from the dates of a post [common]."""

    APPOINTED_LATE = "appointed_late", N_("任职晚于截止日")
    LEFT_EARLY = "left_early", N_("任职时间不足")


class Ground(Labelled):
    """Why an obligation stands where it stands; the word is a sentence with blanks."""

    APPOINTED_LATE = "appointed_late", N_("%(day)s 任职，晚于 %(cutoff)s 的截止日，当年免计。")
    LEFT_EARLY = "left_early", N_("%(day)s 离任，当年任职不满 %(months)s 个月，免计。")
    BY_PERSON = "by_person", N_("经批准免计：%(text)s")
    DONE = "done", N_("已完成 %(held)s 课。")
    DONE_LATE = "done_late", N_("已完成 %(held)s 课，晚于期限 %(deadline)s。")
    ARRANGED = "arranged", N_("已安排并通知，待授课。")
    TO_REGISTER = "to_register", N_("%(day)s 的课已过，还没有登记授课。")
    DEADLINE_PASSED = "deadline_passed", N_("期限 %(deadline)s 已过，还差 %(missing)s 课。")
    NOT_REPORTED = "not_reported", N_("期限 %(deadline)s 已过，安排好的课还没有登记授课。")
    NONE_LEFT = "none_left", N_("到 %(deadline)s 为止，已没有符合条件的课次。")
    NONE_TAUGHT = (
        "none_taught",
        N_(
            "有 %(near)s 个对象合适的课次，但本人都讲不了：课程不在可授范围或课件未审、时间不便、已排满上限，或已请别人。"
        ),
    )
    TOO_FEW = "too_few", N_("还差 %(missing)s 课，符合条件的课次只剩 %(left)s 个。")
    NO_ROOM = (
        "no_room",
        N_(
            "还差 %(missing)s 课，符合条件的课次有 %(left)s 个，但时间相重或超出本人上限，最多只能讲 %(most)s 个。"
        ),
    )
    LAST_ONES = "last_ones", N_("符合条件的课次只剩 %(left)s 个，不能再错过。")
    CROWDED = "crowded", N_("有 %(left)s 个符合条件的课次，但其他领导也要用，须有人让出。")
    ROOM = "room", N_("还有 %(left)s 个符合条件的课次可安排。")
    UNRECKONED = "unreckoned", N_("刚有变动，可用课次正在推算。")


class ReportState(Labelled):
    """Life of a lesson reported from outside the system."""

    REPORTED = "reported", N_("待确认")
    CONFIRMED = "confirmed", N_("已确认")
    REFUSED = "refused", N_("未通过")


class EvidenceKind(Labelled):
    """What proves that a lesson was held."""

    ATTENDANCE = "attendance", N_("签到表")
    PHOTO = "photo", N_("现场照片")
    OUTLINE = "outline", N_("讲稿提纲")
    OTHER = "other", N_("其他材料")


class DutyEventKind(Labelled):
    """What happened to what a post owes."""

    ARISEN = "arisen", N_("产生责任")
    CHANGED = "changed", N_("责任变更")
    FALLEN = "fallen", N_("责任取消")
    EXEMPTED = "exempted", N_("免计")
    RESTORED = "restored", N_("恢复责任")
    LEFT_BEHIND = "left_behind", N_("发布后无可用课次")
