"""A small county that every feature's tests can stand on, and browsers signed in to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accounts import services as accounts
from accounts.access import Actor, Held
from accounts.enums import Level, Role
from accounts.models import Grant, OrgUnit, User
from bases.enums import BaseKind, BaseState, Theme
from bases.models import OpeningHours, TeachingBase, Venue
from core import clock
from core.db import session
from core.pinyin import plain_pinyin, sound
from courses.enums import Audience, Category, Method
from courses.models import Course
from instructor_pool.enums import EngagementMode, Gender, PoolState, SourceCategory
from instructor_pool.models import Instructor, Qualification
from scheduling.enums import HalfDay, OrderKind, Tier
from scheduling.models import Session, TrainingClass

PASSWORD = "correct horse 27"
# The product's own hasher is slow on purpose, and pages are tested by signing in: theirs would be the most of a run.
# test_sign_in looks at the product's, and browsers sign in with it.
PRODUCT_HASHER = accounts.HASHER
accounts.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HASH = accounts.HASHER.hash(PASSWORD)
LOGINS = {
    "organiser": Role.ORGANISER,
    "approver": Role.APPROVER,
    "instructor": Role.INSTRUCTOR,
    "evaluator": Role.EVALUATOR,
    "evaluator2": Role.EVALUATOR,
    "evaluator3": Role.EVALUATOR,
    "manager": Role.BASE_MANAGER,
    "contact": Role.UNIT_CONTACT,
    "administrator": Role.ADMINISTRATOR,
    "security": Role.SECURITY_ADMINISTRATOR,
    "auditor": Role.AUDITOR,
}


@dataclass
class County:
    """Ids of what was built; read the rows through the session."""

    units: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    courses: dict[str, int] = field(default_factory=dict)
    instructors: dict[str, int] = field(default_factory=dict)
    bases: dict[str, int] = field(default_factory=dict)
    venues: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    sessions: list[int] = field(default_factory=list)

    def actor(self, login: str) -> Actor:
        """The actor of one of the accounts."""
        user = session().get(User, self.users[login])
        assert user is not None
        return Actor(user.id, user.name, tuple(Held(g.role, g.unit.path, g.unit.name) for g in user.grants))

    def unit(self, name: str) -> OrgUnit:
        """One of the units."""
        found = session().get(OrgUnit, self.units[name])
        assert found is not None
        return found


def make_user(login: str, role: Role, unit: OrgUnit, name: str | None = None) -> User:
    """An account that can sign in with PASSWORD."""
    user = User(
        login=login,
        name=name or login,
        password_hash=_HASH,
        created_at=clock.instant(),
        disabled=False,
        locale="",
    )
    user.grants.append(Grant(role=role, unit_id=unit.id))
    session().add(user)
    session().flush()
    return user


def make_course(owner: OrgUnit, name: str, **fields: Any) -> Course:
    """A party lesson of three class hours unless told otherwise."""
    defaults: dict[str, Any] = {
        "category": Category.POLITICAL_THEORY,
        "method": Method.LECTURE,
        "class_hours": Decimal(3),
        "is_party_lesson": True,
        "audiences": [Audience.VILLAGE.value],
        "search_text": name,
    }
    course = Course(owner_id=owner.id, name=name, **(defaults | fields))
    session().add(course)
    session().flush()
    return course


def make_instructor(owner: OrgUnit, name: str, courses: list[Course], **fields: Any) -> Instructor:
    """Somebody in the pool who may teach `courses`."""
    defaults: dict[str, Any] = {
        "gender": Gender.FEMALE,
        "work_unit": "县委党校",
        "post_title": "教师",
        "source_category": SourceCategory.PARTY_SCHOOL_TEACHER,
        "engagement_mode": EngagementMode.APPOINTED,
        "state": PoolState.APPOINTED,
        "term_start": date(2026, 3, 1),
        "term_end": date(2028, 2, 29),
        "max_per_day": 2,
        "max_per_week": 3,
        "max_per_month": 8,
        "search_text": name,
        "name_pinyin": plain_pinyin(name),
        "name_sound": sound(name),
    }
    person = Instructor(owner_id=owner.id, name=name, **(defaults | fields))
    person.qualifications = [Qualification(course_id=c.id, cleared_on=date(2026, 3, 1)) for c in courses]
    session().add(person)
    session().flush()
    return person


def make_base(owner: OrgUnit, name: str, kind: BaseKind, town: OrgUnit, **fields: Any) -> TeachingBase:
    """A filed base with one venue, open every weekday 8:00 to 18:00."""
    capacity, groups = fields.pop("capacity", 100), fields.pop("groups", 1)
    defaults: dict[str, Any] = {
        "state": BaseState.FILED,
        "search_text": name,
        "opening_text": "周一至周五 8:00-18:00",
    }
    base = TeachingBase(
        owner_id=owner.id,
        name=name,
        kind=kind,
        town_id=town.id,
        latitude=town.latitude,
        longitude=town.longitude,
        **(defaults | fields),
    )
    base.venues = [Venue(name=name, capacity=capacity, groups=groups)]
    base.opening_hours = [OpeningHours(weekday=d, opens=time(8), closes=time(18)) for d in range(5)]
    session().add(base)
    session().flush()
    return base


def make_class(owner: OrgUnit, number: str, days: list[date], **fields: Any) -> TrainingClass:
    """A class on the given days, without sessions."""
    defaults: dict[str, Any] = {
        "name": f"第{number}班",
        "tier": Tier.COUNTY_GENERAL,
        "host_name": owner.title,
        "host_id": owner.id,
        "size": 40,
        "audience": Audience.VILLAGE,
        "order_kind": OrderKind.ANNUAL_INTAKE,
        "search_text": number,
        "contact_name": "张联络",
        "contact_phone": "0537-0000001",
    }
    made = TrainingClass(
        owner_id=owner.id,
        year=days[0].year,
        number=number,
        starts_on=min(days),
        ends_on=max(days),
        **(defaults | fields),
    )
    session().add(made)
    session().flush()
    return made


def make_session(
    klass: TrainingClass, position: int, day: date, half: HalfDay, course: Course, **fields: Any
) -> Session:
    """A session of `klass` that needs everything."""
    made = Session(
        class_id=klass.id,
        position=position,
        day=day,
        half_day=half,
        course_id=course.id,
        course_name=course.name,
        method=fields.pop("method", course.method),
        class_hours=fields.pop("class_hours", course.class_hours),
        **fields,
    )
    session().add(made)
    session().flush()
    return made


def build_county() -> County:
    """Build it all inside the running transaction."""
    built = County()
    province = accounts.create_unit(None, Level.PROVINCE, "山东省")
    city = accounts.create_unit(province, Level.CITY, "济宁市")
    county = accounts.create_unit(city, Level.COUNTY, "嘉祥县", committee="县委组织部")
    towns = [
        accounts.create_unit(county, Level.TOWNSHIP, f"{n}镇", committee=f"{n}镇党委") for n in ("东", "西")
    ]
    office = accounts.create_unit(county, Level.UNIT, "县财政局")
    other = accounts.create_unit(city, Level.COUNTY, "邻县")
    for town, (lat, lon) in zip(towns, ((35.40, 116.30), (35.50, 116.45)), strict=True):
        town.latitude, town.longitude = lat, lon
    for unit in (province, city, county, *towns, office, other):
        built.units[unit.name] = unit.id
    for login, role in LOGINS.items():
        top = province if role in (Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR) else county
        built.users[login] = make_user(login, role, towns[0] if role is Role.UNIT_CONTACT else top).id
    built.users["outsider"] = make_user("outsider", Role.ORGANISER, other).id
    theory = make_course(county, "党的创新理论专题")
    history = make_course(
        county, "嘉祥党史", category=Category.REVOLUTIONARY_TRADITION, method=Method.SEMINAR
    )
    skills = make_course(county, "公文写作", category=Category.KNOWLEDGE_SKILLS, is_party_lesson=False)
    visit = make_course(
        county,
        "现场教学",
        category=Category.REVOLUTIONARY_TRADITION,
        method=Method.ON_SITE,
        class_hours=Decimal(2),
        is_party_lesson=False,
    )
    for course in (theory, history, skills, visit):
        built.courses[course.name] = course.id
    people = {
        "王芳": ([theory, history], {"user_id": built.users["instructor"], "rating": 90}),
        "李强": ([theory], {"rating": 85}),
        "单雄": ([history, skills], {"rating": 80}),
        "赵书记": (
            [theory],
            {
                "source_category": SourceCategory.LEADER,
                "unit_id": towns[0].id,
                "work_unit": "东镇党委",
                "post_title": "党委书记",
            },
        ),
        "钱局长": (
            [history],
            {
                "source_category": SourceCategory.LEADER,
                "unit_id": office.id,
                "work_unit": "县财政局",
                "post_title": "党组书记",
            },
        ),
        "孙退": ([skills], {"state": PoolState.EXITED}),
    }
    for name, (courses, fields) in people.items():
        built.instructors[name] = make_instructor(county, name, courses, town_id=towns[0].id, **fields).id
    for name, kind, town, fields in (
        ("东镇党校", BaseKind.MAIN_CAMPUS, towns[0], {"capacity": 100}),
        ("西镇分教点", BaseKind.BRANCH_POINT, towns[1], {"capacity": 60}),
        (
            "红色纪念馆",
            BaseKind.PRACTICE_POINT,
            towns[1],
            {
                "capacity": 80,
                "groups": 2,
                "theme": Theme.REVOLUTIONARY_TRADITION,
                "manager_id": built.users["manager"],
            },
        ),
    ):
        base = make_base(county, name, kind, town, **fields)
        built.bases[name], built.venues[name] = base.id, base.venues[0].id
    monday, tuesday = date(2027, 6, 7), date(2027, 6, 8)
    klass = make_class(
        county, "B001", [monday, tuesday], main_base_id=built.bases["东镇党校"], town_id=towns[0].id
    )
    built.classes["B001"] = klass.id
    for position, (day, half, course) in enumerate(
        (
            (monday, HalfDay.MORNING, theory),
            (monday, HalfDay.AFTERNOON, history),
            (tuesday, HalfDay.ANY, skills),
            (tuesday, HalfDay.AFTERNOON, visit),
        ),
        1,
    ):
        built.sessions.append(make_session(klass, position, day, half, course).id)
    return built


class Browser(FlaskClient):
    """A test browser: every request in an application context of its own, every POST with a CSRF token."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request the way a server would see it: nothing shared with the test's own context."""
        kwargs.setdefault("buffered", True)
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        # The test reads what the request wrote, not what it remembers.
        session().rollback()
        return answer

    def post(self, *args: Any, **kwargs: Any) -> TestResponse:
        """POST with a fresh token in the header."""
        headers = dict(kwargs.pop("headers", {}) or {})
        headers.setdefault("X-CSRFToken", self.token())
        return super().post(*args, headers=headers, **kwargs)

    def token(self) -> str:
        """A CSRF token of this browser's session."""
        page = super().get("/activate").get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found
        return found.group(1)


def visitor(app: Flask) -> Browser:
    """A browser that is not signed in."""
    app.test_client_class = Browser
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


def sign_in_as(app: Flask, login: str) -> Browser:
    """A browser signed in with PASSWORD."""
    browser = visitor(app)
    answer = browser.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
    return browser
