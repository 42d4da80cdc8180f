"""The forecast over what is planned: it finds what the definition says, and what is kept of it is never out of date."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column as TableColumn
from sqlalchemy.sql.schema import Table

from accounts.access import EVERYTHING, SYSTEM
from core import clock
from core.db import db, session, transaction
from core.errors import Conflict
from courses.models import Course
from instructor_pool.enums import AnswerSource, DayPart, Grade
from instructor_pool.models import Instructor, Qualification, Unavailability, WeeklyTime
from party_lessons.enums import DutyState, PostKind
from party_lessons.models import Credit, DutyChange, KeptOutlook, Obligation
from party_lessons.queries.board import count_states, judged
from party_lessons.queries.reckonings import freshness
from party_lessons.queries.standing import obligations_of
from party_lessons.rules import Outlook
from party_lessons.services import exempting, outlooks, posts
from scheduling.enums import BookingState, HalfDay, LoanState, OrderKind, ResourceKind, SessionState
from scheduling.jobs import take_outlooks
from scheduling.models import Booking, LendingQuota, Loan, Session, TrainingClass
from scheduling.models.changes import READ, READ_LATER
from scheduling.queries.forecast import reckon
from scheduling.views.freshening import QUICK, freshen
from tests.factories.county import Browser, County, make_class, make_session
from tests.factories.duties import defined, reckon_all

TODAY = date(2027, 5, 10)
PEOPLE = ("王芳", "李强", "赵书记", "钱局长")
Change = Callable[[County, random.Random], None]
SignIn = Callable[[str], Browser]
_numbers = count(100)


def kept() -> dict[int, Outlook]:
    """What stands in the database."""
    return {
        row.obligation_id: Outlook(row.lessons_left, row.is_crowded, row.lessons_near, row.lessons_most)
        for row in session().scalars(select(KeptOutlook))
    }


def a_post(county: County, rng: random.Random) -> None:
    where, kind = rng.choice(
        [
            ("东镇", PostKind.AREA_SECRETARY),
            ("西镇", PostKind.AREA_SECRETARY),
            ("嘉祥县", PostKind.AREA_SECRETARY),
            ("县财政局", PostKind.UNIT_SECRETARY),
            ("东镇", PostKind.UNIT_SECRETARY),
        ]
    )
    holder = session().get_one(Instructor, county.instructors[rng.choice(PEOPLE)])
    ends = rng.choice([None, None, date(2027, 6, 20), date(2027, 11, 30)])
    posts.take_up(
        holder, county.unit(where), f"书记{next(_numbers)}", actor=SYSTEM, kind=kind, starts=date(2023, 5, 1), ends=ends
    )  # fmt: skip


def the_post(county: County) -> None:
    """赵书记 leads 东镇."""
    holder = session().get_one(Instructor, county.instructors["赵书记"])
    kind, starts = PostKind.AREA_SECRETARY, date(2023, 5, 1)
    posts.take_up(holder, county.unit("东镇"), "镇党委书记", actor=SYSTEM, kind=kind, starts=starts)


def a_lesson(county: County, rng: random.Random) -> None:
    host = rng.choice(["嘉祥县", "东镇", "西镇", "县财政局"])
    day = date(2027, 6, 1) + timedelta(days=rng.randrange(60))
    klass = make_class(
        county.unit("嘉祥县"), f"R{next(_numbers)}", [day], host_id=rng.choice([None, county.units[host]]),
        order_kind=rng.choice(list(OrderKind)), town_id=rng.choice([None, county.units["西镇"]]),
    )  # fmt: skip
    course = session().get_one(Course, rng.choice(list(county.courses.values())))
    make_session(klass, 1, day, rng.choice(list(HalfDay)), course)


def a_plan(county: County, rng: random.Random) -> None:
    """Something of the working plan or of what people were told."""
    row = rng.choice(session().scalars(select(Session)).all())
    person = county.instructors[rng.choice(PEOPLE)]
    match rng.randrange(6):
        case 0:
            row.wanted_instructor_id = rng.choice([None, person])
        case 1:
            row.instructor_id, row.pinned_instructor = person, rng.random() < 0.5
        case 2:
            row.start = datetime.combine(
                row.day + timedelta(days=rng.choice([0, 0, 30])), time(rng.choice([8, 14]))
            )
            row.pinned_start = rng.random() < 0.5
        case 3:
            row.state = rng.choice([SessionState.CANCELLED, SessionState.PLANNED])
            row.told_instructor_id = None
        case 4:
            row.state, row.told_instructor_id = SessionState.PUBLISHED, person
            row.told_start, row.told_hours = datetime.combine(row.day, time(8, 30)), row.class_hours
        case _:
            row.day += timedelta(days=rng.choice([-40, 1, 7]))


def a_booking(county: County, rng: random.Random) -> None:
    row = rng.choice(session().scalars(select(Session)).all())
    first = rng.randrange(30, 60)
    booking = Booking(
        session_id=row.id, kind=ResourceKind.INSTRUCTOR, resource_id=county.instructors[rng.choice(PEOPLE)],
        day=row.day, from_unit=first, to_unit=first + 9, seat=next(_numbers),
        state=rng.choice(list(BookingState)), asked_at=clock.now(),
    )  # fmt: skip
    session().add(booking)


def an_absence(county: County, rng: random.Random) -> None:
    person = county.instructors[rng.choice(PEOPLE)]
    if rng.random() < 0.5:
        weekday, part = rng.randrange(5), rng.choice([DayPart.MORNING, DayPart.AFTERNOON])
        usual = {"instructor_id": person, "weekday": weekday, "part": part}
        row = session().scalar(select(WeeklyTime).filter_by(**usual)) or WeeklyTime(**usual, reason="")
        row.grade, row.source = rng.choice([Grade.CANNOT, Grade.RATHER_NOT]), AnswerSource.SELF
        session().add(row)
        return
    start = datetime(2027, 6, 1, 8) + timedelta(days=rng.randrange(60))
    ends = start + timedelta(hours=rng.choice([2, 30, 200]))
    grade = rng.choice([Grade.CANNOT, Grade.RATHER_NOT, Grade.CAN])
    session().add(
        Unavailability(
            instructor_id=person, starts=start, ends=ends, grade=grade, reason="", source=AnswerSource.SELF
        )
    )


def a_person(county: County, rng: random.Random) -> None:
    person = session().get_one(Instructor, county.instructors[rng.choice(PEOPLE)])
    if rng.random() < 0.3:
        person.term_end = rng.choice([None, date(2027, 6, 25), date(2028, 2, 29)])
        return
    course = rng.choice(list(county.courses.values()))
    found = next((q for q in person.qualifications if q.course_id == course), None)
    if found is not None:
        person.qualifications.remove(found)
    else:
        person.qualifications.append(Qualification(course_id=course))


def an_obligation(county: County, rng: random.Random) -> None:
    rows = session().scalars(select(Obligation)).all()
    row = rng.choice(rows) if rows else None
    if row is not None and rng.random() < 0.5:
        row.need = rng.choice([1, 2])
    elif row is not None and row.exemption_rule is None and not row.exemption_reason:
        exempting.exempt(row, "病假", actor=county.actor("organiser"))


def a_credit(_county: County, rng: random.Random) -> None:
    rows = session().scalars(select(Obligation)).all()
    if rows:
        row, number = rng.choice(rows), next(_numbers)
        row.credits.append(Credit(session_ref=number, day=date(2027, 4, 1), is_held=rng.random() < 0.5))


def a_loan(county: County, rng: random.Random) -> None:
    """Somebody belongs to the neighbours from now on, or is lent by them."""
    there, here = county.units["邻县"], county.units["嘉祥县"]
    person = session().get_one(Instructor, county.instructors[rng.choice(PEOPLE)])
    if rng.random() < 0.4:
        person.owner_id = rng.choice([there, here])
        return
    if session().get(LendingQuota, (there, 2027)) is None:
        session().add(LendingQuota(unit_id=there, year=2027, most=100))
        session().flush()
    class_id = rng.choice([None, *session().scalars(select(TrainingClass.id))])
    session().add(
        Loan(
            instructor_id=person.id, lender_id=there, borrower_id=here, class_id=class_id, sessions=2, granted=2,
            first_day=date(2027, 6, 1), last_day=date(2027, 7, 10), state=LoanState.APPROVED, purpose="授课",
            asked_at=clock.now(), asked_by="organiser",
        )
    )  # fmt: skip


def a_class(county: County, rng: random.Random) -> None:
    """Written past the services and the session, as a script would."""
    host = rng.choice([county.units["东镇"], county.units["嘉祥县"]])
    session().execute(text("UPDATE training_class SET host_id = :host"), {"host": host})


CHANGES: tuple[Change, ...] = (
    a_post,
    a_post,
    a_lesson,
    a_plan,
    a_booking,
    an_absence,
    a_person,
    an_obligation,
    a_credit,
    a_class,
    a_loan,
    a_loan,
)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_the_definition_says_after_every_change(county: County, seed: int) -> None:
    """Random changes; whatever they were, a page brings up to date what it shows, and only then does it reckon."""
    rng = random.Random(seed)
    with transaction():
        for _ in range(4):
            a_post(county, rng)
            a_lesson(county, rng)
    for _ in range(12):
        change = rng.choice(CHANGES)
        try:
            with transaction():
                change(county, rng)
        except Conflict:
            continue  # the change itself was refused
        freshen()
        wanted = defined()
        assert kept() == wanted, change.__name__
        rows = judged(session().scalars(obligations_of(2027)).unique(), TODAY)
        counts = count_states(EVERYTHING, 2027, TODAY)
        assert counts == {state: sum(row.state is state for row in rows) for state in counts}
        session().rollback()


def test_the_sentence_and_the_list_say_the_same(county: County) -> None:
    """The rule and its twin in the database, over every state and day."""
    rng, seen = random.Random(2), set()
    with transaction():
        for _ in range(40):
            a_post(county, rng)
        for row in session().scalars(select(Obligation).where(Obligation.year == 2027)):
            row.need = rng.choice([1, 1, 2])
            for number in range(rng.choice([0, 0, 1, 2])):
                row.credits.append(Credit(session_ref=number, day=TODAY, is_held=rng.random() < 0.7))
            if rng.random() < 0.15:
                row.exemption_reason = "病假"
            if rng.random() < 0.8:
                crowded = rng.random() < 0.4
                session().add(
                    KeptOutlook(
                        obligation_id=row.id,
                        lessons_left=rng.choice([0, 1, 2, 5]),
                        lessons_near=1,
                        lessons_most=rng.choice([None, None, 1, 2]),
                        is_crowded=crowded,
                    )
                )
    for day in (TODAY, date(2027, 6, 20), date(2027, 6, 21), date(2027, 12, 31), date(2028, 1, 1)):
        rows = judged(session().scalars(obligations_of(2027)).unique(), day)
        counts = count_states(EVERYTHING, 2027, day)
        assert counts == {state: sum(row.state is state for row in rows) for state in counts}
        seen |= {row.state for row in rows}
    assert seen == set(DutyState)


def test_everything_that_is_read_is_watched(county: County) -> None:
    """A column that the forecast reads and no trigger watches would leave a wrong state standing."""
    # They name a row, are written once, or are words for people.
    free = {"id", "year", "version", "kind", "reason", "source", "name", "committee", "parent_id", "note"}
    with transaction():
        the_post(county)
    read: set[tuple[str, str]] = set()
    whole: set[str] = set()

    def note(_connection: object, clause: object, *_rest: object) -> None:
        for part in visitors.iterate(clause):  # type: ignore[call-overload]
            column = getattr(part, "base_columns", None)
            for found in column or ():
                if isinstance(found, TableColumn) and found.table is not None:
                    read.add((found.table.name, found.name))
            if isinstance(part, Table):
                whole.add(part.name)

    event.listen(db.engine, "before_execute", note)
    try:
        reckon()
    finally:
        event.remove(db.engine, "before_execute", note)
    tables = (whole | {table for table, _column in read}) - {"duty_change", "duty_reckoning", "duty_outlook"}
    watched_tables = {**READ, **READ_LATER}
    assert tables == set(watched_tables)
    watched = {(table, column) for table, columns in watched_tables.items() for column in columns.split(", ")}
    left = {(t, c) for t, c in read - watched if t in tables and c not in free}
    assert left == set()


def test_a_page_reckons_once_and_then_reads(sign_in: SignIn, county: County) -> None:
    with transaction():
        the_post(county)
    browser = sign_in("organiser")
    browser.get("/duties/")
    last = freshness(TODAY)
    assert last.number == 1 and not last.is_stale
    browser.get("/duties/")
    browser.get("/")
    assert freshness(TODAY).number == 1
    assert freshness(TODAY + timedelta(days=1)).is_stale
    with transaction():
        session().get_one(Course, county.courses["嘉祥党史"]).search_text = "不相干"
    assert not freshness(TODAY).is_stale


def test_what_takes_long_is_left_to_the_worker_and_said(sign_in: SignIn, county: County) -> None:
    with transaction():
        the_post(county)
    reckon_all()
    with transaction():
        session().execute(text("UPDATE duty_reckoning SET size = :long"), {"long": QUICK + 1})
        session().get_one(TrainingClass, county.classes["B001"]).host_id = None
    page = sign_in("organiser").get("/duties/").text
    assert "之后的变动几分钟内计入" in page and freshness(TODAY).number == 1
    take_outlooks()
    last = freshness(TODAY)
    assert (last.number, last.is_stale) == (2, False)
    assert "之后的变动" not in sign_in("organiser").get("/duties/").text


def test_who_reckoned_beside_a_later_one_does_not_write(county: County) -> None:
    """Both have read; the one that is slower has read less, and its findings are dropped."""
    slow = reckon()
    with transaction():
        the_post(county)
    reckon_all()
    there = kept()
    with transaction():
        assert not outlooks.keep(slow)
    assert kept() == there and there


def test_a_change_while_others_are_read_stays_marked(county: County) -> None:
    found = reckon()
    with transaction():
        the_post(county)
    with transaction():
        assert outlooks.keep(found)
    assert freshness(TODAY).is_stale and session().query(DutyChange).count()
