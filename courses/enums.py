"""Seven content categories and seven audiences [0 §4]; teaching methods [3]."""

from __future__ import annotations

from core.words import N_, Labelled


class Category(Labelled):
    """Content categories [0 §4]."""

    POLITICAL_THEORY = "political_theory", N_("政治理论教育")
    POLITICAL_TRAINING = "political_training", N_("政治教育和政治训练")
    PARTY_RULES = "party_rules", N_("党章党规党纪教育")
    PURPOSE = "purpose", N_("党的宗旨教育")
    REVOLUTIONARY_TRADITION = "revolutionary_tradition", N_("革命传统教育")
    CURRENT_AFFAIRS = "current_affairs", N_("形势政策教育")
    KNOWLEDGE_SKILLS = "knowledge_skills", N_("知识技能教育")


class Audience(Labelled):
    """Audiences [0 §4]."""

    VILLAGE = "village", N_("农村")
    COMMUNITY = "community", N_("街道社区")
    OFFICE = "office", N_("机关")
    PUBLIC_INSTITUTION = "public_institution", N_("事业单位")
    STATE_ENTERPRISE = "state_enterprise", N_("国有企业")
    PRIVATE_ENTERPRISE = "private_enterprise", N_("非公有制经济组织")
    SOCIAL_ORGANISATION = "social_organisation", N_("社会组织")


class Method(Labelled):
    """Teaching methods; the interactive ones are listed in rules."""

    LECTURE = "lecture", N_("讲授")
    SEMINAR = "seminar", N_("研讨")
    CASE = "case", N_("案例")
    SIMULATION = "simulation", N_("模拟")
    EXPERIENCE = "experience", N_("体验")
    DEBATE = "debate", N_("辩论")
    ON_SITE = "on_site", N_("现场")
    INTERACTIVE = "interactive", N_("互动")
    OBSERVATION = "observation", N_("观摩")


class Ratio(Labelled):
    """What a course counts as for the class ratios."""

    THEORY = "theory", N_("政治理论")
    PARTY_SPIRIT = "party_spirit", N_("党性教育")
    OTHER = "other", N_("其他")
