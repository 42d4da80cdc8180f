"""Kinds and states of the pool [0 §16, 1 §17, 2]."""

from __future__ import annotations

from core.words import N_, Labelled


class SourceCategory(Labelled):
    """Where an instructor comes from [0 §16]."""

    BRANCH_SECRETARY = "branch_secretary", N_("基层党组织书记")
    PARTY_WORKER = "party_worker", N_("党务工作者")
    LEADER = "leader", N_("领导干部")
    ROLE_MODEL = "role_model", N_("先进模范人物")
    PARTY_SCHOOL_TEACHER = "party_school_teacher", N_("优秀党校教师")
    SCHOLAR = "scholar", N_("专家学者")
    PRACTITIONER = "practitioner", N_("实用技术人才")
    RETIRED_CADRE = "retired_cadre", N_("离退休干部")
    OTHER = "other", N_("其他")


class EngagementMode(Labelled):
    """The three ways in [2]."""

    APPOINTED = "appointed", N_("聘任")
    INVITED = "invited", N_("邀请")
    SECONDED = "seconded", N_("选派")


class Gender(Labelled):
    """As the information sheet has it."""

    MALE = "male", N_("男")
    FEMALE = "female", N_("女")


class PoolState(Labelled):
    """Life of an instructor in the pool."""

    NOMINATED = "nominated", N_("已推荐")
    ELIGIBILITY_CHECKED = "eligibility_checked", N_("资格已审")
    REVIEWED = "reviewed", N_("已评审")
    PUBLICISED = "publicised", N_("公示中")
    APPROVED = "approved", N_("已批准")
    LETTER_SIGNED = "letter_signed", N_("已签责任书")
    APPOINTED = "appointed", N_("在库")
    SUSPENDED = "suspended", N_("暂停")
    RENEWAL_DUE = "renewal_due", N_("待续聘")
    EXITED = "exited", N_("已退出")
    REJECTED = "rejected", N_("未通过")
    RESERVE = "reserve", N_("后备")
    MERGED = "merged", N_("已合并")


class ExitReason(Labelled):
    """Why somebody leaves the pool [common]."""

    TERM_ENDED = "term_ended", N_("聘期届满")
    OWN_REQUEST = "own_request", N_("本人申请")
    FAILED_ASSESSMENT = "failed_assessment", N_("考核不合格")
    BREACH_OF_DISCIPLINE = "breach_of_discipline", N_("违反教学纪律")
    VIOLATION = "violation", N_("违法违纪")
    HEALTH_OR_TRANSFER = "health_or_transfer", N_("健康或工作调动")
    LONG_IDLE = "long_idle", N_("长期未授课")


class Grade(Labelled):
    """How far a person is away; CAN lifts the weekly pattern on a date."""

    CAN = "can", N_("可以授课")
    CANNOT = "cannot", N_("不能授课")
    RATHER_NOT = "rather_not", N_("尽量不排")


class AnswerSource(Labelled):
    """How an answer or an availability reached the system."""

    SELF = "self", N_("本人")
    PHONE = "phone", N_("电话")
    WECHAT = "wechat", N_("微信")
    IN_PERSON = "in_person", N_("当面")
    IMPORT = "import", N_("导入")


class PoolAction(Labelled):
    """What can be done to a person of the pool."""

    CHECK_ELIGIBILITY = "check_eligibility", N_("资格审查通过")
    REVIEW = "review", N_("评审结束")
    PUBLICISE = "publicise", N_("开始公示")
    APPROVE = "approve", N_("批准入库")
    SIGN_LETTER = "sign_letter", N_("签订责任书")
    APPOINT = "appoint", N_("办理聘任")
    ADMIT = "admit", N_("直接入库")
    REJECT = "reject", N_("不予通过")
    RESERVE = "reserve", N_("转为后备")
    RECONSIDER = "reconsider", N_("重新推荐")
    SUSPEND = "suspend", N_("暂停")
    RESUME = "resume", N_("恢复")
    FALL_DUE = "fall_due", N_("聘期将满")
    RENEW = "renew", N_("续聘")
    EXIT = "exit", N_("退出")


class TermProblem(Labelled):
    """Why nothing new can be booked for a person on a day; the word is the sentence."""

    NOT_IN_POOL = "not_in_pool", N_("不在库，不能排课")
    SUSPENDED = "suspended", N_("已暂停，不能排课")
    BEFORE_TERM = "before_term", N_("聘期还没有开始")
    AFTER_TERM = "after_term", N_("聘期已满，续聘后才能排课")


class DayPart(Labelled):
    """Parts of a day in which a person is away."""

    ALL_DAY = "all_day", N_("全天")
    MORNING = "morning", N_("上午")
    AFTERNOON = "afternoon", N_("下午")
    EVENING = "evening", N_("晚上")


HALVES = (DayPart.MORNING, DayPart.AFTERNOON, DayPart.EVENING)
AWAY = (Grade.CANNOT, Grade.RATHER_NOT)


class NominationKind(Labelled):
    """Who puts a person forward [2]."""

    ORGANISATION = "organisation", N_("党组织推荐")
    ONESELF = "oneself", N_("本人自荐")
    COLLEAGUE = "colleague", N_("同行推荐")


class CoursewareState(Labelled):
    """Life of one version of somebody's courseware [3 §五(六)]."""

    SUBMITTED = "submitted", N_("待审核")
    CLEARED = "cleared", N_("审核通过")
    RETURNED = "returned", N_("退回修改")
    SUPERSEDED = "superseded", N_("已有新版")
    WITHDRAWN = "withdrawn", N_("已停用")


class ClearanceProblem(Labelled):
    """Why a course cannot be scheduled with somebody on a day; the word is the sentence."""

    NOT_LISTED = "not_listed", N_("没有登记这门课为可授课程")
    NOT_CLEARED = "not_cleared", N_("课件还没有审核通过")
    EXPIRED = "expired", N_("课件审核已到期")


class IncidentGrade(Labelled):
    """How grave a teaching incident was [3 §六(二)]."""

    MINOR = "minor", N_("一般")
    SERIOUS = "serious", N_("严重")


class BatchDecision(Labelled):
    """What a batch will do with a candidate once it is applied."""

    ADVANCE = "advance", N_("进入公示")
    RESERVE = "reserve", N_("转为后备")
    REJECT = "reject", N_("不予通过")


class EligibilityGap(Labelled):
    """What stands against eligibility; the word is the sentence [2]."""

    NO_PHONE = "no_phone", N_("没有联系电话")
    NO_TOPIC = "no_topic", N_("没有拟授课题，也没有可授课程")
    NO_COURSEWARE = "no_courseware", N_("没有课件或视频")
    LEFT_IN_DISGRACE = "left_in_disgrace", N_("曾因违纪违法退出")


class AssessmentGrade(Labelled):
    """What a year comes to [common]; without enough to go by no grade is proposed."""

    EXCELLENT = "excellent", N_("优秀")
    QUALIFIED = "qualified", N_("合格")
    BASIC = "basic", N_("基本合格")
    FAILED = "failed", N_("不合格")
    NOT_GRADED = "not_graded", N_("不定等次")


class Consequence(Labelled):
    """What a grade proposes; a person decides [common]."""

    RENEWAL = "renewal", N_("建议续聘")
    WARNING = "warning", N_("建议警示")
    EXIT = "exit", N_("建议退出")
    UNDECIDED = "undecided", N_("由人决定")


class Outcome(Labelled):
    """What a person decided about a warning or an exit that was proposed; an exit itself is a step of life."""

    WARNED = "warned", N_("已警示")
    KEPT = "kept", N_("决定留任")


class AssessmentState(Labelled):
    """Life of a yearly run."""

    QUEUED = "queued", N_("等待测算")
    RUNNING = "running", N_("正在测算")
    READY = "ready", N_("待公布")
    PUBLISHED = "published", N_("已公布")
    FAILED = "failed", N_("没有算成")


class AssessmentRemark(Labelled):
    """Why a proposal is what it is, where the total alone does not say; the word is the sentence."""

    TOO_SHORT = "too_short", N_("在库时间不到考核期的要求，不定等次")
    NOT_TAUGHT = "not_taught", N_("考核期内没有授课，不定等次")
    NOT_SCORED = "not_scored", N_("讲过课，但没有可计的学员评价和督导评分，不定等次")
    NO_FEEDBACK = "no_feedback", N_("没有可计的学员评价，这部分的权重由督导评分承担")
    NO_SUPERVISION = "no_supervision", N_("没有督导评分，这部分的权重由学员评价承担")
    VETO = "veto", N_("督导评分有一票否决，定为不合格")
    NOT_EXCELLENT = "not_excellent", N_("有责任事故，不评优秀")
    BASIC_TWICE = "basic_twice", N_("连续两年基本合格，建议退出")
    INCIDENTS = "incidents", N_("责任事故扣完了教学纪律分，建议退出")


class ObjectionOutcome(Labelled):
    """What became of an objection made during publicity."""

    DISMISSED = "dismissed", N_("不成立")
    UPHELD = "upheld", N_("成立")


class PublicityProblem(Labelled):
    """Why a publicised candidate cannot be approved; the word is the sentence."""

    NOT_STARTED = "not_started", N_("还没有公示，不能批准。")
    RUNNING = "running", N_("公示还没有结束，不能批准。")
    UNANSWERED = "unanswered", N_("还有异议没有答复，不能批准。")
    UPHELD = "upheld", N_("有异议成立，只能不予通过或转为后备。")


class CertificateStatus(Labelled):
    """What anybody who checks a certificate is told."""

    VALID = "valid", N_("有效")
    NOT_YET = "not_yet", N_("聘期还没有开始")
    SUSPENDED = "suspended", N_("暂停使用")
    EXPIRED = "expired", N_("已过期")
    WITHDRAWN = "withdrawn", N_("已收回")


class Likeness(Labelled):
    """What two files share, strongest first."""

    ID_NUMBER = "id_number", N_("身份证号相同")
    PHONE = "phone", N_("姓名读音和电话相同")
    UNIT = "unit", N_("姓名读音和单位相同")
    BIRTH = "birth", N_("姓名读音和出生年月相同")


class HonourKind(Labelled):
    """Honours of people and of what they teach [0 §20]."""

    MASTER_TEACHER = "master_teacher", N_("名师")
    FINE_LECTURER = "fine_lecturer", N_("优秀党课讲师")
    FINE_COURSE = "fine_course", N_("优质课")
    FINE_LESSON = "fine_lesson", N_("精品党课")
