"""The demo's year so far, played through the services with the clock turned back and forth.

January to 9 May is held and scored, the rest of the half year is published and partly answered, the rest of the
year is unplanned. Nothing here writes a row by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import select

from accounts.enums import Level, P
from accounts.models import OrgUnit
from accounts.queries import find_unit_by_name
from app.demo import (
    after_class,
    assessments,
    base_life,
    candidates,
    chapters,
    duty_life,
    lending,
    newcomers,
    orders,
    packages,
    people,
    pool_life,
    pool_people,
    rosters,
    sites,
    telling,
    visits,
    voices,
)
from app.demo.cast import Cast, at
from core import clock
from core.audit import Doing, doing
from core.db import session, transaction
from core.settings import set_setting
from exchange import jobs as import_jobs
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.services import imports
from party_lessons.services import obligations
from scheduling import jobs as match_jobs
from scheduling.enums import RunState, SessionState
from scheduling.models import MatchRun, Session, TrainingClass
from scheduling.services import adopting, intake, matching, publishing
from score_forms.services import ensure_default_forms

WORKBOOK = Path(__file__).parent / "jiaxiang-2027.xlsx"
YEAR = 2027
YEAR_BEGINS = datetime(YEAR, 1, 2, 9, 0)
DEMO_BEGINS = datetime(YEAR, 5, 10, 8, 0)
PUBLISHED_UNTIL = date(YEAR, 6, 30)
SOLVING_SECONDS = (8, 60, 300)  # an engine that is not compiled yet, or starved, gets further turns
NOTE = "演示数据：按需求表如实排课，比例不足处已报部长同意。"


def tell(out: IO[str]) -> None:
    """Play it all on an empty, migrated database; prints a line a chapter."""

    def say(line: str) -> None:
        out.write(f"  {line}\n")
        out.flush()

    with doing(Doing(actor_name="demo", action="demo")):
        with at(YEAR_BEGINS):
            cast = open_county()
            _import_workbook(cast)
            _open_later_accounts(cast)
            say("师资、基地、班次已从工作簿导入 / workbook imported")
        with at(YEAR_BEGINS):
            _publish(cast, match_half_year(cast))
            say("上半年课表已排好并发布 / first half of the year matched and published")
        chapters.hold_and_score(cast, DEMO_BEGINS)
        voices.let_trainees_speak(cast, DEMO_BEGINS)
        say("5 月 10 日前的课已上完、已评分 / sessions before 10 May held and scored")
        with at(DEMO_BEGINS):
            chapters.answer(cast, PUBLISHED_UNTIL)
            candidates.nominate(cast)
        newcomers.come(cast)
        pool_life.teach(cast)
        with at(DEMO_BEGINS):
            candidates.review_batch(cast)
            accounts = chapters.open_accounts(cast)
            pool_people.keep_weeks(cast)
            voices.appeal(cast)
            assessments.assess(cast, YEAR)
            pool_people.enter_twice(cast)
            pool_people.honour(cast)
            lending.lend(cast)
            sites.equip(cast)
            packages.offer(cast)
            orders.place(cast)
            cast.user_ids["manager"] = people.user_named("manager").id
        visits.visit(cast, DEMO_BEGINS)
        with at(DEMO_BEGINS):
            base_life.tell(cast)
            duty_life.tell(cast)
            telling.tell(cast)
            rosters.call_up(cast)
            say("答复、评审、账号 / answers, reviews, accounts")
        after_class.speak(cast, DEMO_BEGINS)
    with transaction():
        set_setting("clock", {"domain": DEMO_BEGINS.isoformat(), "since": clock.instant().isoformat()})
        set_setting("demo_people", accounts)
    clock.start_at(DEMO_BEGINS, since=clock.instant())


def open_county() -> Cast:
    """The tree, the accounts, the forms and the schemes a county starts with."""
    with transaction():
        county = people.build_tree()
        tree = {u.name: u for u in session().scalars(select(OrgUnit))}
        logins = {
            a.login: people.open_account(a.login, a.name, a.role, tree[a.unit]).id
            for a in people.ACCOUNTS
            if a.unit in tree
        }
        ensure_default_forms()
        obligations.ensure_schemes()
        return Cast(county.id, logins)


def _open_later_accounts(cast: Cast) -> None:
    """Accounts in townships, which came with the workbook."""
    with transaction():
        scope = cast.actor("organiser").scope(P.SCHEDULE_EDIT)
        for account in people.ACCOUNTS:
            if account.login in cast.user_ids:
                continue
            unit = find_unit_by_name(scope, account.unit)
            if unit is None or unit.level is not Level.TOWNSHIP:
                raise LookupError(account.unit)
            cast.user_ids[account.login] = people.open_account(
                account.login, account.name, account.role, unit
            ).id


def _import_workbook(cast: Cast) -> None:
    with transaction():
        run = imports.upload(cast.county, WORKBOOK.name, WORKBOOK.read_bytes(), actor=cast.actor("organiser"))
        run_id = run.id
    import_jobs.take()
    with transaction():
        run = session().get_one(ImportRun, run_id)
        imports.confirm(run, actor=cast.actor("organiser"))
    import_jobs.take()
    run = session().get_one(ImportRun, run_id)
    if run.state is not ImportState.DONE:
        raise RuntimeError(f"demo import: {run.state} {run.failure}")
    with transaction():
        organiser = cast.actor("organiser")
        obligations.recompute(YEAR, actor=organiser)
        # The workbook has no column for whom to call.
        for klass in session().scalars(select(TrainingClass)).all():
            intake.amend_class(
                klass, actor=organiser, contact_name=organiser.name, contact_phone="0537-6820012"
            )


def match_half_year(cast: Cast) -> list[int]:
    """Match every class that starts in the first half year and adopt the proposal; ids of the classes."""
    for seconds in SOLVING_SECONDS:
        class_ids = _match(cast, seconds)
        staffed = select(Session.id).where(
            Session.class_id.in_(class_ids), Session.instructor_id.is_not(None)
        )
        if session().scalar(staffed.limit(1)) is not None:
            return class_ids
    raise RuntimeError(f"demo match: nobody found in {SOLVING_SECONDS[-1]} seconds; try ./run setup first")


def _match(cast: Cast, seconds: int) -> list[int]:
    with transaction():
        due = session().scalars(
            select(TrainingClass).where(
                TrainingClass.year == YEAR, TrainingClass.starts_on <= PUBLISHED_UNTIL
            )
        )
        run = matching.request_run(
            cast.county, YEAR, due.all(), seconds=seconds, actor=cast.actor("organiser")
        )
        run_id = run.id
    match_jobs.take_run()
    run = session().get_one(MatchRun, run_id)
    if run.state is not RunState.READY:
        raise RuntimeError(f"demo match: {run.state} {run.failure}")
    class_ids = list(run.class_ids)
    with transaction():
        adopting.adopt(session().get_one(MatchRun, run_id), None, actor=cast.actor("organiser"))
    return class_ids


def _publish(cast: Cast, class_ids: Iterable[int]) -> None:
    for class_id in class_ids:
        with transaction():
            rows = session().scalars(select(Session).where(Session.class_id == class_id)).all()
            if any(r.is_complete and r.state is SessionState.PLANNED for r in rows):
                klass = session().get_one(TrainingClass, class_id)
                publishing.publish(klass, actor=cast.actor("organiser"), note=NOTE)
