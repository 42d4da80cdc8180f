"""Posts, obligations and credits in the database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date

import pytest
from flask import current_app
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from accounts.access import EVERYTHING, SYSTEM
from accounts.enums import P
from core import clock
from core.db import db, session, transaction
from core.errors import Conflict, NotFound, RuleBroken
from instructor_pool.models import Instructor
from party_lessons.enums import DutyState, ExemptionRule, PostKind
from party_lessons.models import Obligation, Post
from party_lessons.queries.board import count_states, duty_table, judged, list_own, overview
from party_lessons.queries.obligations import get_obligation
from party_lessons.queries.standing import obligations_of
from party_lessons.rules import LessonFacts
from party_lessons.services import credits, exempting, obligations, posts
from tests.factories.county import County
from tests.factories.duties import reckon_with

AREA, UNIT = PostKind.AREA_SECRETARY, PostKind.UNIT_SECRETARY
TODAY = date(2027, 5, 10)


def take_up(
    county: County, who: str, where: str, kind: PostKind, starts: str, ends: str | None = None
) -> Post:
    """Give somebody a post and say what it owes."""
    holder = session().get(Instructor, county.instructors[who])
    assert holder is not None
    span = {"starts": date.fromisoformat(starts), "ends": date.fromisoformat(ends) if ends else None}
    return posts.take_up(holder, county.unit(where), kind.word, actor=SYSTEM, kind=kind, **span)  # type: ignore[arg-type]


def lesson(county: County, host: str, who: str | None = None, **changes: object) -> LessonFacts:
    """A party lesson hosted by a unit for its own people; `who` teaches it or could."""
    path = county.unit(host).path
    person = county.instructors[who] if who else None
    facts = LessonFacts(
        session_ref=1,
        day=date(2027, 6, 7),
        minutes=135,
        is_party_lesson=True,
        host_path=path,
        area_path=path,
        audience_paths=frozenset({path}),
        instructor_id=person,
        title="党的创新理论专题",
        class_name="东镇冬训班",
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def due(post: Post, year: int = 2027) -> Obligation:
    """The obligation of a post in a year."""
    return session().query(Obligation).filter_by(post_id=post.id, year=year).one()


def state_of(
    post: Post, lessons: Sequence[LessonFacts] = (), today: date = TODAY, could: Collection[int] = ()
) -> DutyState:
    """Where the post's duty stands, by the sentence and by the database alike; `could` could teach all lessons."""
    reckon_with(lessons, today, could)
    row = session().scalars(obligations_of(2027).where(Obligation.post_id == post.id)).one()
    said = judged([row], today)[0].state
    counts = count_states(EVERYTHING, 2027, today)
    assert counts[said] >= 1
    return said


def test_a_post_owes_this_year_and_the_next(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
    assert (due(post).deadline, due(post, 2028).deadline) == (date(2027, 12, 31), date(2028, 12, 31))


def test_moving_the_end_of_a_post_moves_the_deadline_and_back(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
    with transaction():
        posts.amend(post, actor=SYSTEM, ends=date(2027, 8, 31))
    assert due(post).deadline == date(2027, 8, 31)
    assert session().query(Obligation).filter_by(post_id=post.id).count() == 1
    with transaction():
        posts.amend(post, actor=SYSTEM, ends=date(2027, 3, 1))
    assert due(post).exemption_rule is ExemptionRule.LEFT_EARLY
    with transaction():
        posts.amend(post, actor=SYSTEM, ends=None)
    assert (due(post).exemption_rule, due(post).deadline) == (None, date(2027, 12, 31))


def test_recomputing_twice_changes_nothing(county: County) -> None:
    with transaction():
        take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        take_up(county, "钱局长", "县财政局", UNIT, "2027-10-20")
    with transaction():
        assert obligations.recompute(2027, actor=SYSTEM) == 0


def test_only_held_lessons_fulfil(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        facts = lesson(county, "东镇", "赵书记")
        assert credits.plan(facts, actor=SYSTEM) == 1
    assert state_of(post) is DutyState.PLANNED
    with transaction():
        assert credits.hold(facts, actor=SYSTEM) == 1
    assert state_of(post) is DutyState.HELD
    assert len(due(post).credits) == 1


def test_a_cancelled_lesson_gives_its_credit_back(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        credits.plan(lesson(county, "东镇", "赵书记"), actor=SYSTEM)
    with transaction():
        assert credits.withdraw(1, actor=SYSTEM) == 1
    assert state_of(post) is DutyState.IMPOSSIBLE
    with transaction():
        assert credits.withdraw(1, actor=SYSTEM) == 0


def test_a_stand_in_earns_nothing_for_the_leader(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        credits.plan(lesson(county, "东镇", "赵书记"), actor=SYSTEM)
    with transaction():
        assert credits.hold(lesson(county, "东镇", "李强"), actor=SYSTEM) == 0
    assert due(post).credits == []


def test_a_lesson_of_another_instructor_moves_the_credit(county: County) -> None:
    with transaction():
        mine = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        theirs = take_up(county, "李强", "东镇", AREA, "2023-05-01")
        credits.plan(lesson(county, "东镇", "赵书记"), actor=SYSTEM)
        credits.plan(lesson(county, "东镇", "李强"), actor=SYSTEM)
    assert (len(due(mine).credits), len(due(theirs).credits)) == (0, 1)


def test_two_posts_one_lesson_counts_where_it_passes(county: County) -> None:
    """A class of the township is no class of the office."""
    with transaction():
        township = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        office = take_up(county, "赵书记", "县财政局", UNIT, "2023-05-01")
        assert credits.hold(lesson(county, "东镇", "赵书记"), actor=SYSTEM) == 1
    assert (state_of(township), state_of(office)) == (DutyState.HELD, DutyState.IMPOSSIBLE)


def test_two_posts_one_lesson_that_passes_both_tests(county: County) -> None:
    with transaction():
        first = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        second = take_up(county, "赵书记", "东镇", UNIT, "2023-05-01")
        assert credits.hold(lesson(county, "东镇", "赵书记"), actor=SYSTEM) == 2
    assert (state_of(first), state_of(second)) == (DutyState.HELD, DutyState.HELD)


def test_after_a_move_the_credit_stays_with_the_old_post(county: County) -> None:
    """He taught in June, moved in July and owes the new post afresh."""
    with transaction():
        old = take_up(county, "赵书记", "东镇", AREA, "2023-05-01", "2027-07-15")
        new = take_up(county, "赵书记", "西镇", AREA, "2027-07-16")
        credits.hold(lesson(county, "嘉祥县", "赵书记"), actor=SYSTEM)
    assert (state_of(old), state_of(new)) == (DutyState.HELD, DutyState.IMPOSSIBLE)


def test_correcting_a_post_drops_credits_it_no_longer_covers(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        credits.plan(lesson(county, "东镇", "赵书记"), actor=SYSTEM)
    with transaction():
        posts.amend(post, actor=SYSTEM, starts=date(2027, 6, 8))
    assert due(post).credits == []
    with transaction():
        posts.amend(post, actor=SYSTEM, starts=date(2023, 5, 1))
        credits.follow([lesson(county, "东镇", "赵书记", is_told=True)], actor=SYSTEM)
    assert len(due(post).credits) == 1


def test_exempting_needs_a_reason_and_can_be_lifted(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
    for reason in ("", "  ", "长" * 301):
        with pytest.raises(RuleBroken), transaction():
            exempting.exempt(due(post), reason, actor=organiser)
    with transaction():
        exempting.exempt(due(post), "脱产学习", actor=organiser)
    assert (state_of(post), due(post).exempted_by_id) == (DutyState.EXEMPT, organiser.user_id)
    with pytest.raises(Conflict), transaction():
        exempting.exempt(due(post), "又一次", actor=organiser)
    with transaction():
        exempting.lift_exemption(due(post), actor=organiser)
    assert state_of(post) is DutyState.IMPOSSIBLE
    with pytest.raises(Conflict), transaction():
        exempting.lift_exemption(due(post), actor=organiser)


def test_what_the_dates_exempt_nobody_lifts(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2027-10-20")
    with pytest.raises(RuleBroken), transaction():
        exempting.lift_exemption(due(post), actor=SYSTEM)


def test_what_is_held_needs_no_exemption(county: County) -> None:
    with transaction():
        post = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        credits.hold(lesson(county, "东镇", "赵书记"), actor=SYSTEM)
    with pytest.raises(RuleBroken), transaction():
        exempting.exempt(due(post), "病假", actor=SYSTEM)


def test_competitors_out_of_sight_count(county: County) -> None:
    """Two secretaries and one county class: each sees the risk, though neither sees the other."""
    with transaction():
        east = take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        take_up(county, "李强", "西镇", AREA, "2023-05-01")
    both = frozenset(county.instructors[name] for name in ("赵书记", "李强"))
    one, two = (lesson(county, "嘉祥县", session_ref=ref) for ref in (1, 2))
    assert state_of(east, [one], could=both) is DutyState.AT_RISK
    assert state_of(east, [one, two], could=both) is DutyState.OPEN
    assert state_of(east, [one, two], date(2027, 6, 8), both) is DutyState.IMPOSSIBLE


def test_scope_and_own(county: County) -> None:
    with transaction():
        post = take_up(county, "王芳", "东镇", AREA, "2023-05-01")
    east = county.actor("contact").scope  # the unit contact of 东镇
    assert [r.post_id for r in duty_table(east(P.DUTY_VIEW), 2027, TODAY).matching(MultiDict())] == [post.id]
    outsider = county.actor("outsider").scope(P.DUTY_VIEW)
    assert duty_table(outsider, 2027, TODAY).matching(MultiDict()) == []
    assert overview(outsider, 2027, TODAY).total == 0
    with pytest.raises(NotFound):
        get_obligation(outsider, due(post).id)
    assert [r.obligation.post_id for r in list_own(county.users["instructor"], 2027, TODAY)] == [post.id]
    assert list_own(county.users["organiser"], 2027, TODAY) == []


def test_the_board_counts(county: County) -> None:
    with transaction():
        take_up(county, "赵书记", "东镇", AREA, "2023-05-01")
        take_up(county, "李强", "西镇", AREA, "2027-10-20")
        take_up(county, "钱局长", "县财政局", UNIT, "2023-05-01")
        credits.hold(lesson(county, "东镇", "赵书记", day=date(2027, 3, 1)), actor=SYSTEM)
    reckon_with([], TODAY, ())
    shown = overview(EVERYTHING, 2027, TODAY)
    assert (shown.owed, shown.percent, shown.monthly) == (2, 50.0, (0, 0, *[1] * 10))
    rows = judged(duty_table(EVERYTHING, 2027, TODAY).matching(MultiDict()), TODAY)
    assert [row.state for row in rows] == [DutyState.IMPOSSIBLE, DutyState.HELD, DutyState.EXEMPT]


def test_an_empty_year_is_complete(county: County) -> None:
    shown = overview(EVERYTHING, 2040, clock.today())
    assert (shown.total, shown.percent, shown.monthly) == (0, 100.0, (0,) * 12)


def test_the_board_reads_a_bounded_number_of_statements(
    county: County, count_sql: Callable[[], list[str]]
) -> None:
    with transaction():
        for name in county.instructors:
            for where in ("东镇", "西镇"):
                take_up(county, name, where, AREA, "2023-05-01")
    reckon_with([lesson(county, "嘉祥县")], TODAY, county.instructors.values())
    seen = count_sql()
    with current_app.test_request_context():
        page = duty_table(EVERYTHING, 2027, TODAY).page(MultiDict({"size": "25"}))
    assert page.total == 12 and all(cell.exported for row in page.rows for cell in row.cells[:4])
    # Schemes, units and schemes to choose from, how many, the rows, their credits.
    assert sum(sql.startswith("SELECT") for sql in seen) == 6


@pytest.fixture
def count_sql() -> Callable[[], list[str]]:
    """Call it to start collecting the statements that follow."""

    def start() -> list[str]:
        session().rollback()
        session().expire_all()
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        return seen

    return start
