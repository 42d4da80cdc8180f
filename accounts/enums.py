"""Levels of the tree, roles, permissions and how far they reach."""

from __future__ import annotations

from enum import StrEnum

from core.words import N_, Labelled


class Level(Labelled):
    """Levels of the organisation tree, widest first."""

    PROVINCE = "province", N_("省")
    CITY = "city", N_("市")
    COUNTY = "county", N_("县(市、区)")
    TOWNSHIP = "township", N_("乡镇(街道)")
    UNIT = "unit", N_("单位")


class Role(Labelled):
    """What a person is to the system; one person may hold several."""

    ORGANISER = "organiser", N_("组织员")
    APPROVER = "approver", N_("审批人")
    INSTRUCTOR = "instructor", N_("讲师")
    EVALUATOR = "evaluator", N_("评审督导")
    BASE_MANAGER = "base_manager", N_("基地管理员")
    UNIT_CONTACT = "unit_contact", N_("单位联络员")
    ADMINISTRATOR = "administrator", N_("系统管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", N_("安全管理员")
    AUDITOR = "auditor", N_("审计员")


class Reach(StrEnum):
    """How far a permission goes from the unit it was granted at."""

    SELF = "self"
    UNIT = "unit"
    SUBTREE = "subtree"
    ALL = "all"


class P(StrEnum):
    """Every permission. The table in access.py says which role holds it and how far."""

    OWN_ACCOUNT = "own_account"
    SEARCH = "search"
    ACCOUNT_VIEW = "account_view"
    ACCOUNT_EDIT = "account_edit"
    CALENDAR_EDIT = "calendar_edit"
    CHANNEL_EDIT = "channel_edit"
    ROLE_GRANT = "role_grant"
    AUDIT_VIEW = "audit_view"
    ACTIVATION_ISSUE = "activation_issue"
    OUTBOX = "outbox"
    IMPORT = "import"
    COURSE_VIEW = "course_view"
    COURSE_EDIT = "course_edit"
    POOL_VIEW = "pool_view"
    POOL_EDIT = "pool_edit"
    POOL_REVEAL = "pool_reveal"
    POOL_APPROVE = "pool_approve"
    CANDIDATE_SCORE = "candidate_score"
    COURSEWARE_REVIEW = "courseware_review"
    YEAR_GRADE = "year_grade"
    BASE_VIEW = "base_view"
    BASE_EDIT = "base_edit"
    BASE_APPROVE = "base_approve"
    SITE_SCORE = "site_score"
    FUNDING_VIEW = "funding_view"
    OWN_BASE = "own_base"
    SCHEDULE_VIEW = "schedule_view"
    SCHEDULE_EDIT = "schedule_edit"
    SCHEDULE_PUBLISH = "schedule_publish"
    VISIT_VIEW = "visit_view"
    VISIT_ASK = "visit_ask"
    ORDER_VIEW = "order_view"
    ORDER_PLACE = "order_place"
    ORDER_DECIDE = "order_decide"
    LOAN_VIEW = "loan_view"
    LOAN_ASK = "loan_ask"
    LOAN_DECIDE = "loan_decide"
    ANSWER_RECORD = "answer_record"
    OWN_TEACHING = "own_teaching"
    SESSION_SCORE = "session_score"
    SCORE_VIEW = "score_view"
    SCORE_COLLECT = "score_collect"
    APPEAL_DECIDE = "appeal_decide"
    CLASS_CLOSE = "class_close"
    FORM_EDIT = "form_edit"
    TRAINEE_VIEW = "trainee_view"
    TRAINEE_EDIT = "trainee_edit"
    ATTENDANCE_EDIT = "attendance_edit"
    DUTY_VIEW = "duty_view"
    DUTY_EDIT = "duty_edit"
    DUTY_REPORT = "duty_report"
