"""Sessions proposed for leaders who are left, and made by one click."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.access import EVERYTHING, SYSTEM
from core.db import session, transaction
from core.errors import NotAllowed, RuleBroken
from instructor_pool.models import Instructor
from party_lessons.enums import DutyEventKind, PostKind
from party_lessons.models import DutyEvent, Obligation
from party_lessons.services import posts
from scheduling.models import ClassParticipant, Session, TrainingClass
from scheduling.services import crediting
from scheduling.services.serving import create_lesson
from scheduling.snapshots.lesson_offers import offers_for
from tests.factories.county import County


def owed(county: County, name: str, where: str, kind: PostKind) -> Obligation:
    """What somebody owes this year."""
    with transaction():
        holder = session().get_one(Instructor, county.instructors[name])
        post = posts.take_up(
            holder, county.unit(where), "书记", actor=SYSTEM, kind=kind, starts=date(2023, 5, 1)
        )
        return session().query(Obligation).filter_by(post_id=post.id, year=2027).one()


def test_an_empty_half_day_of_a_class_for_the_right_people(county: County) -> None:
    """B001 has its mornings and afternoons taken on both days but for one morning that may be either."""
    row = owed(county, "赵书记", "东镇", PostKind.AREA_SECRETARY)
    with transaction():
        klass = session().get_one(TrainingClass, county.classes["B001"])
        klass.ends_on = date(2027, 6, 9)
    offer = offers_for(row, EVERYTHING)[0]
    assert (offer.class_id, offer.start.date(), offer.venue_name) == (klass.id, date(2027, 6, 9), "东镇党校")
    with transaction():
        made = create_lesson(row, offer, county.unit("嘉祥县"), actor=county.actor("organiser"))
    assert (made.start, made.instructor_id, made.venue_id) == (
        offer.start, county.instructors["赵书记"], county.venues["东镇党校"],
    )  # fmt: skip
    assert made.pinned_start and made.pinned_instructor and made.pinned_venue and made.told_start is None


def test_a_class_in_which_the_own_unit_takes_part_comes_before_a_new_one(county: County) -> None:
    row = owed(county, "钱局长", "县财政局", PostKind.UNIT_SECRETARY)
    with transaction():
        klass = session().get_one(TrainingClass, county.classes["B001"])
        klass.ends_on = date(2027, 6, 9)
        session().add(ClassParticipant(class_id=klass.id, unit_id=county.units["县财政局"]))
    assert offers_for(row, EVERYTHING)[0].class_id == klass.id


def test_without_a_class_one_of_the_own_unit_is_opened_and_halls_are_not_given_twice(county: County) -> None:
    row = owed(county, "钱局长", "县财政局", PostKind.UNIT_SECRETARY)
    offer = offers_for(row, EVERYTHING)[0]
    assert offer.class_id is None
    with transaction():
        made = create_lesson(row, offer, county.unit("嘉祥县"), actor=county.actor("organiser"))
    assert made.training_class.host_id == county.units["县财政局"]
    again = offers_for(row, EVERYTHING)[0]
    assert (again.start, again.venue_id) != (offer.start, offer.venue_id)
    before = session().query(Session).count()
    with pytest.raises(RuleBroken), transaction():
        create_lesson(row, offer, county.unit("嘉祥县"), actor=county.actor("organiser"))
    assert session().query(Session).count() == before


def test_nothing_is_proposed_without_cleared_courseware(county: County) -> None:
    row = owed(county, "钱局长", "县财政局", PostKind.UNIT_SECRETARY)
    with transaction():
        for item in session().get_one(Instructor, county.instructors["钱局长"]).qualifications:
            item.cleared_on = None
    assert offers_for(row, EVERYTHING) == []


def test_who_leaves_somebody_without_a_session_answers_for_it(county: County) -> None:
    row = owed(county, "钱局长", "县财政局", PostKind.UNIT_SECRETARY)
    klass = session().get_one(TrainingClass, county.classes["B001"])
    with pytest.raises(NotAllowed, match="免计"), transaction():
        crediting.leave_behind({row.id: "钱局长"}, klass, "已报部长", actor=county.actor("contact"))
    with transaction():
        crediting.leave_behind({row.id: "钱局长"}, klass, "已报部长", actor=county.actor("organiser"))
    kept = session().query(DutyEvent).filter_by(kind=DutyEventKind.LEFT_BEHIND).one()
    assert (kept.post_id, kept.why, kept.by_name) == (row.post_id, "已报部长", "organiser")
