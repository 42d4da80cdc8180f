"""The destinations on the left: only what the role can use, nothing that leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from core.words import N_


@dataclass(frozen=True, slots=True)
class Destination:
    """A place to go: shown when the actor holds any of `permissions`; active below any of `paths`."""

    key: str
    word: str
    url: str
    icon: str
    permissions: tuple[P, ...]
    paths: tuple[str, ...] = ()
    children: tuple[Destination, ...] = ()
    active: bool = False

    @property
    def label(self) -> str:
        """The word in the user's language."""
        return str(gettext(self.word))


DESTINATIONS = (
    Destination("home", N_("工作台"), "/", "home", (P.OWN_ACCOUNT,)),
    Destination(
        "schedule",
        N_("排课"),
        "/scheduling/classes",
        "calendar",
        (P.SCHEDULE_VIEW,),
        ("/scheduling/", "/outbox/"),
        (
            Destination(
                "classes",
                N_("班次"),
                "/scheduling/classes",
                "list",
                (P.SCHEDULE_VIEW,),
                (
                    "/scheduling/classes",
                    "/scheduling/class-templates",
                    "/scheduling/roll-forward",
                    "/scheduling/sessions",
                    "/scheduling/publish",
                    "/scheduling/unmarked",
                    "/trainees/classes",
                    "/trainees/sessions",
                    "/trainees/enrolments",
                ),
            ),
            Destination(
                "boards",
                N_("排课板"),
                "/scheduling/boards/classes",
                "board",
                (P.SCHEDULE_VIEW,),
                ("/scheduling/boards",),
            ),
            Destination(
                "runs",
                N_("自动排课"),
                "/scheduling/runs",
                "wand",
                (P.SCHEDULE_EDIT,),
                ("/scheduling/runs", "/scheduling/policies"),
            ),
            Destination(
                "answers",
                N_("等待答复"),
                "/scheduling/answers",
                "phone",
                (P.ANSWER_RECORD,),
                (
                    "/scheduling/answers",
                    "/scheduling/bookings",
                    "/scheduling/declined",
                    "/scheduling/clashes",
                    "/scheduling/substitutes",
                    "/scheduling/answer-policy",
                ),
            ),
            Destination("outbox", N_("发件箱"), "/outbox/", "message", (P.OUTBOX,)),
        ),
    ),
    Destination(
        "ordering",
        N_("课程点单"),
        "/orders/",
        "inbox",
        (P.ORDER_VIEW, P.SCHEDULE_VIEW),
        ("/orders/", "/courses/"),
        (
            Destination("orders", N_("订单"), "/orders/", "inbox", (P.ORDER_VIEW,)),
            Destination(
                "menu",
                N_("点单菜单"),
                "/orders/menu",
                "book",
                (P.ORDER_VIEW,),
                ("/orders/menu", "/orders/new"),
            ),
            Destination(
                "packages",
                N_("套餐菜单"),
                "/scheduling/packages",
                "place",
                (P.SCHEDULE_VIEW,),
                ("/scheduling/packages", "/scheduling/package-orders"),
            ),
            Destination("courses", N_("课程目录"), "/courses/", "book", (P.COURSE_VIEW,)),
        ),
    ),
    Destination(
        "own_teaching",
        N_("我的授课"),
        "/teaching",
        "calendar",
        (P.OWN_TEACHING,),
        ("/teaching", "/me/classes"),
    ),
    Destination("own_base", N_("基地预约"), "/base-bookings", "calendar", (P.OWN_BASE,)),
    Destination("own_time", N_("我的时间"), "/me/availability", "clock", (P.OWN_TEACHING,)),
    Destination(
        "own_file",
        N_("我的档案"),
        "/me/profile",
        "user",
        (P.OWN_TEACHING,),
        ("/me/profile", "/me/rating", "/me/courseware", "/me/assessments"),
    ),
    Destination(
        "pool",
        N_("师资库"),
        "/instructors/",
        "people",
        (P.POOL_VIEW,),
        ("/instructors/", "/loans/"),
        (
            Destination("instructors", N_("讲师"), "/instructors/", "people", (P.POOL_VIEW,)),
            Destination("courseware", N_("课件审核"), "/instructors/courseware", "book", (P.POOL_VIEW,)),
            Destination("honours", N_("荣誉"), "/instructors/honours", "star", (P.POOL_VIEW,)),
            Destination("loans", N_("借用讲师"), "/loans/", "refresh", (P.LOAN_VIEW,)),
            Destination("renewals", N_("聘期将满"), "/instructors/renewals", "refresh", (P.POOL_VIEW,)),
            Destination("idle", N_("长期未授课"), "/instructors/idle", "clock", (P.POOL_VIEW,)),
            Destination("duplicates", N_("疑似重复"), "/instructors/duplicates", "people", (P.POOL_EDIT,)),
            Destination("hints", N_("待确认备注"), "/instructors/hints", "question", (P.POOL_EDIT,)),
            Destination("codes", N_("激活码"), "/instructors/activation", "key", (P.ACTIVATION_ISSUE,)),
        ),
    ),
    Destination(
        "bases",
        N_("教学基地"),
        "/bases/",
        "bases",
        (P.BASE_VIEW, P.SITE_SCORE, P.VISIT_VIEW),
        ("/bases/", "/visits/", "/scheduling/free-bases"),
        (
            Destination(
                "base_register",
                N_("基地名录"),
                "/bases/",
                "list",
                (P.BASE_VIEW,),
                ("/bases/", "/scheduling/free-bases"),
            ),
            Destination(
                "base_months",
                N_("基地月表"),
                "/scheduling/bases/month",
                "calendar",
                (P.BASE_VIEW,),
                ("/scheduling/bases/",),
            ),
            Destination("site_reviews", N_("基地评审"), "/bases/site-reviews", "star", (P.SITE_SCORE,)),
            Destination("visits", N_("参观预约"), "/visits/", "calendar", (P.VISIT_VIEW,)),
            Destination("visit_figures", N_("参观统计"), "/visits/figures", "chart", (P.BASE_VIEW,)),
            Destination("funding", N_("维护经费"), "/bases/funding", "chart", (P.FUNDING_VIEW,)),
            Destination("base_codes", N_("管理员激活码"), "/bases/activation", "key", (P.ACTIVATION_ISSUE,)),
        ),
    ),
    Destination(
        "training",
        N_("办班跟踪"),
        "/scheduling/follow-ups",
        "chart",
        (P.SCHEDULE_VIEW,),
        ("/trainees/",),
        (
            Destination("follow_ups", N_("课后事项"), "/scheduling/follow-ups", "check", (P.SCHEDULE_VIEW,)),
            Destination(
                "call_ups",
                N_("重复调训"),
                "/trainees/call-ups",
                "people",
                (P.TRAINEE_VIEW,),
                ("/trainees/call-ups", "/trainees/people"),
            ),
            Destination(
                "class_hours",
                N_("学时达标"),
                "/trainees/hours",
                "chart",
                (P.TRAINEE_VIEW,),
                ("/trainees/hours", "/trainees/targets"),
            ),
            Destination(
                "leader_share", N_("领导授课比例"), "/scheduling/leader-share", "chart", (P.SCHEDULE_VIEW,)
            ),
        ),
    ),
    Destination(
        "entry",
        N_("入库评审"),
        "/instructors/candidates",
        "check-circle",
        (P.POOL_VIEW, P.CANDIDATE_SCORE),
        (),
        (
            Destination(
                "candidates",
                N_("候选人"),
                "/instructors/candidates",
                "user",
                (P.POOL_VIEW,),
                (
                    "/instructors/candidates",
                    "/instructors/publicity",
                    "/instructors/objections",
                    "/instructors/reserve",
                    "/instructors/entry-settings",
                    "/instructors/letter-template",
                ),
            ),
            Destination("batches", N_("评审批次"), "/instructors/batches", "list", (P.POOL_VIEW,)),
            Destination("reviews", N_("我的评审"), "/instructors/reviews", "star", (P.CANDIDATE_SCORE,)),
        ),
    ),
    Destination(
        "evaluation",
        N_("评课考核"),
        "/scores/",
        "star",
        (P.SCORE_VIEW,),
        ("/scores/", "/score-forms/"),
        (
            Destination("scores", N_("督导评课"), "/scores/", "star", (P.SCORE_VIEW,)),
            Destination("closings", N_("结班评估"), "/scores/classes", "check-circle", (P.SCORE_VIEW,)),
            Destination("appeals", N_("评分申诉"), "/scores/appeals", "question", (P.SCORE_VIEW,)),
            Destination("assessments", N_("年度考核"), "/instructors/assessments", "chart", (P.SCORE_VIEW,)),
            Destination("score_forms", N_("评分表"), "/score-forms/", "list", (P.SCORE_VIEW,)),
        ),
    ),
    Destination("own_bases", N_("我的基地"), "/my-base/", "bases", (P.OWN_BASE,)),
    Destination("duties", N_("党课责任"), "/duties/", "duty", (P.DUTY_VIEW,), ("/duties/",)),
    Destination(
        "own_nominations",
        N_("推荐讲师"),
        "/me/nominations",
        "people",
        (P.DUTY_VIEW, P.OWN_TEACHING),
        ("/me/nominations", "/nominate"),
    ),
    Destination("own_duties", N_("我的党课"), "/duties/mine", "duty", (P.OWN_TEACHING,)),
    Destination(
        "settings",
        N_("设置"),
        "/accounts/",
        "settings",
        (P.ACCOUNT_VIEW, P.IMPORT, P.AUDIT_VIEW),
        ("/accounts/", "/imports/", "/audit/", "/settings/"),
        (
            Destination("users", N_("账号"), "/accounts/", "user", (P.ACCOUNT_VIEW,)),
            Destination("imports", N_("数据导入"), "/imports/", "upload", (P.IMPORT,)),
            Destination("rating_settings", N_("评分参数"), "/settings/ratings", "star", (P.FORM_EDIT,)),
            Destination("calendar", N_("放假安排"), "/settings/calendar/", "calendar", (P.CALENDAR_EDIT,)),
            Destination("channels", N_("消息渠道"), "/settings/channels/", "message", (P.CHANNEL_EDIT,)),
            Destination("audit", N_("审计"), "/audit/", "audit", (P.AUDIT_VIEW,)),
        ),
    ),
)


def _depth(item: Destination, path: str) -> int:
    """How much of `path` the item accounts for; 0 when it is elsewhere."""
    if path == item.url:
        return len(path)
    return max((len(p) for p in item.paths or (item.url,) if p != "/" and path.startswith(p)), default=0)


def destinations(actor: Actor, path: str) -> list[Destination]:
    """What this actor sees, with the current one marked; a destination opens on its first allowed child."""
    shown = [_allowed(item, actor) for item in DESTINATIONS if any(actor.can(p) for p in item.permissions)]
    nearest = max((_depth(place, path) for item in shown for place in (item, *item.children)), default=0)
    return [_marked(item, path, nearest) for item in shown]


def _allowed(item: Destination, actor: Actor) -> Destination:
    children = tuple(c for c in item.children if any(actor.can(p) for p in c.permissions))
    return replace(item, children=children, url=children[0].url if children else item.url)


def _marked(item: Destination, path: str, nearest: int) -> Destination:
    children = tuple(replace(c, active=0 < _depth(c, path) == nearest) for c in item.children)
    return replace(
        item,
        children=children,
        active=0 < _depth(item, path) == nearest or any(c.active for c in children),
    )
