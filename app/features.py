"""The features this application is made of, in the order of their floors."""

from __future__ import annotations

from flask import Flask

import accounts.models
import bases.models
import core.audit
import core.calendars
import core.files
import core.jobs
import core.settings
import core.throttle
import courses.models
import evaluations.models
import exchange.models
import instructor_pool.models
import notifications.models
import orders.models
import party_lessons.models
import scheduling.models
import score_forms.models
import trainees.models
from accounts.views import blueprint as accounts_pages
from app.audit_pages import blueprint as audit_pages
from app.calendar_pages import blueprint as calendar_pages
from app.profile_pages import blueprint as profile_pages
from app.reminders import CALENDAR, DUTIES, LEADERS, REMINDERS
from app.search_pages import blueprint as search_pages
from bases.jobs import DESIGNATIONS
from bases.services import hours_changed, resources
from bases.services import life as base_life
from bases.views import blueprint as base_pages
from bases.views import own_pages as own_base_pages
from core.jobs import STATISTICS, Job, Queue
from courses.views import blueprint as courses_pages
from evaluations.jobs import ASSESSMENTS, RATINGS
from evaluations.queries import is_scored
from evaluations.queries.feedback import count_by_form
from evaluations.services.merging import RATINGS as MERGED_RATINGS
from evaluations.views import blueprint as evaluations_pages
from evaluations.views import trainee_pages
from exchange.jobs import QUEUE as IMPORTS
from exchange.views import blueprint as exchange_pages
from instructor_pool.jobs import TERMS
from instructor_pool.services import merging
from instructor_pool.services.merging import Follower
from instructor_pool.views import blueprint as pool_pages
from notifications.jobs import OUTBOX
from notifications.services import outbox, sending
from notifications.views import blueprint as message_pages
from orders.queries.progress import scored_when
from orders.services.deciding import package_taken_back
from orders.services.following import tell_units
from orders.services.plans import why_shut
from orders.views import blueprint as order_pages
from party_lessons.services.merging import DUTIES as MERGED_DUTIES
from scheduling import notices
from scheduling.jobs import ANSWERS, MATCHING, OUTLOOKS, RECOUNTS, SUBSTITUTES, VISITS
from scheduling.services import following, holding, ordering, outside, short_stock, substituting, telling
from scheduling.services.merging import BOOKINGS
from scheduling.services.moving import tell_planners
from scheduling.views import blueprint as scheduling_pages
from scheduling.views import own_pages as teaching_pages
from scheduling.views.duties import blueprint as duty_pages
from scheduling.views.loans import blueprint as loan_pages
from scheduling.views.visits import blueprint as visit_pages
from score_forms.queries import count_also
from score_forms.views import blueprint as score_forms_pages
from trainees.services.hours import credit_session
from trainees.views import blueprint as roster_pages
from trainees.views import open_pages as attendance_pages

MODELS = (
    core.audit,
    core.calendars,
    core.files,
    core.jobs,
    core.settings,
    core.throttle,
    accounts.models,
    notifications.models,
    courses.models,
    score_forms.models,
    instructor_pool.models,
    bases.models,
    party_lessons.models,
    scheduling.models,
    orders.models,
    evaluations.models,
    trainees.models,
    exchange.models,
)
"""Importing them is what makes their tables known to migrations."""

BLUEPRINTS = (
    accounts_pages,
    duty_pages,
    base_pages,
    own_base_pages,
    message_pages,
    search_pages,
    audit_pages,
    calendar_pages,
    scheduling_pages,
    loan_pages,
    visit_pages,
    teaching_pages,
    exchange_pages,
    courses_pages,
    score_forms_pages,
    pool_pages,
    profile_pages,
    evaluations_pages,
    trainee_pages,
    roster_pages,
    attendance_pages,
    order_pages,
)
JOBS: tuple[Job, ...] = (
    TERMS,
    DESIGNATIONS,
    RATINGS,
    REMINDERS,
    LEADERS,
    DUTIES,
    CALENDAR,
    VISITS,
    ANSWERS,
    STATISTICS,
)
QUEUES: tuple[Queue, ...] = (IMPORTS, MATCHING, ASSESSMENTS, OUTBOX, RECOUNTS, OUTLOOKS, SUBSTITUTES)


FOLLOWERS: tuple[Follower, ...] = (BOOKINGS, MERGED_DUTIES, MERGED_RATINGS)
"""What merging two files of one person asks of the features above the pool, in this order."""


def register(app: Flask) -> None:
    """Mount every feature's pages."""
    for follower in FOLLOWERS:
        merging.register(follower)
    base_life.on_stop(tell_planners)
    hours_changed.follow(outside.review)
    resources.watch(short_stock)
    holding.on_change(credit_session)
    sending.on_link(telling.ANSWER, notices.answer_path)
    outbox.follow(notices.ASKING, telling.ANSWER, telling.waits_to_be_asked, telling.asked_now)
    sending.on_link(substituting.ASK, notices.substitute_path)
    scored_when(is_scored)
    count_also(count_by_form)
    following.follow(tell_units)
    following.guard_publishing(why_shut)
    ordering.on_take_back(package_taken_back)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
