"""The six sheets: which parser reads which column, and what one row alone can be wrong about."""

from __future__ import annotations

from datetime import date

from bases.enums import BaseState
from courses.enums import Audience
from exchange.enums import ProblemCode
from exchange.workbook import labels
from exchange.workbook.cursor import Cursor
from exchange.workbook.fields import identity
from exchange.workbook.fields.dates import YearMonth, day, year_month
from exchange.workbook.fields.identity import Phone
from exchange.workbook.fields.openings import openings
from exchange.workbook.fields.quantities import class_hours, latitude, lead_time, longitude, whole
from exchange.workbook.fields.text import name, word_list, words
from exchange.workbook.grid import Cell, is_blank
from exchange.workbook.rows import BaseRow, ClassRow, CourseRow, InstructorRow, LeaderRow, SessionRow
from instructor_pool.enums import EngagementMode, Gender

NOT_FILED = frozenset(
    {BaseState.SURVEYED, BaseState.APPLIED, BaseState.REVIEWED, BaseState.RECTIFYING, BaseState.REVOKED}
)


def read_instructors(cursor: Cursor) -> list[InstructorRow]:
    """People; one without a name or with an unusable ID number is an error and is left out."""
    found = []
    for row in cursor:
        person = cursor.take("name", name())
        if person is None:
            if is_blank(cursor.cell("name")):
                cursor.note(ProblemCode.NAME_MISSING, "name")
            continue
        number = cursor.take("id_number", identity.id_number)
        starts, ends = _span(cursor, "term_from", "term_to")
        read = InstructorRow(
            sheet=cursor.grid.name,
            row=row,
            name=person,
            gender=cursor.take("gender", labels.gender),
            birth=cursor.take("birth", year_month),
            ethnicity=cursor.take("ethnicity", words(20)),
            political_status=cursor.take("political_status", words(20)),
            education=cursor.take("education", words(20)),
            major=cursor.take("major", words(40)),
            unit=cursor.take("unit", name(80)),
            post=cursor.take("post", words(60)),
            professional_title=cursor.take("professional_title", words(40)),
            source=cursor.take("source", labels.source_category),
            engagement=cursor.take("engagement", labels.engagement_mode),
            research=cursor.take("research", words(120)),
            courses=cursor.take("courses", word_list) or (),
            phone=_phone(cursor),
            id_number=number,
            nominated_by=cursor.take("nominated_by", words(80)),
            term_from=starts,
            term_to=ends,
            certificate=cursor.take("certificate", words(60)),
            town=cursor.take("town", name(80)),
            weekly_limit=cursor.take("weekly_limit", whole(0, 50)),
            monthly_limit=cursor.take("monthly_limit", whole(0, 200)),
            remark=cursor.take("remark", words(200)),
        )
        _check_person(cursor, read)
        found.append(read)
    return found


def _check_person(cursor: Cursor, read: InstructorRow) -> None:
    if read.id_number:
        born: YearMonth | None = identity.birth_of(read.id_number)
        if read.birth and born != read.birth:
            cursor.note(ProblemCode.ID_BIRTH_MISMATCH, "birth", column=str(read.birth), number=str(born))
        sex = Gender.MALE if identity.is_male(read.id_number) else Gender.FEMALE
        if read.gender and read.gender is not sex:
            cursor.note(ProblemCode.ID_GENDER_MISMATCH, "gender", column=read.gender.word)
    if read.engagement is EngagementMode.APPOINTED and not read.term_to:
        cursor.note(ProblemCode.TERM_MISSING, "term_to")
    if not read.courses and is_blank(cursor.cell("courses")):
        cursor.note(ProblemCode.COURSES_MISSING, "courses")


def _phone(cursor: Cursor) -> str | None:
    read: Phone | None = cursor.take("phone", identity.phone)
    if read is None:
        return None
    if read.was_numeric:
        cursor.note(ProblemCode.PHONE_NUMERIC, "phone", text=identity.masked(read.digits))
    return read.digits


def _span(cursor: Cursor, start: str, end: str) -> tuple[date | None, date | None]:
    first, last = cursor.take(start, day), cursor.take(end, day)
    if first and last and last < first:
        cursor.note(ProblemCode.INTERVAL_REVERSED, end, start=str(first), end=str(last))
    return first, last


def read_bases(cursor: Cursor) -> list[BaseRow]:
    """Sites; one without a name or a type is an error and is left out."""
    found = []
    for row in cursor:
        site, kind = cursor.need("name", name(80)), cursor.need("kind", labels.base_kind)
        starts, ends = _span(cursor, "designated_on", "valid_until")
        filing = cursor.take("filing", labels.base_state)
        if site is None or kind is None:
            continue
        if filing in NOT_FILED:
            cursor.note(ProblemCode.BASE_NOT_FILED, "filing", name=site, state=filing.word if filing else "")
        if is_blank(cursor.cell("openings")):
            cursor.note(ProblemCode.OPENING_MISSING, "openings")
        found.append(
            BaseRow(
                sheet=cursor.grid.name,
                row=row,
                name=site,
                kind=kind,
                theme=cursor.take("theme", labels.theme),
                unit=cursor.take("unit", name(80)),
                town=cursor.take("town", name(80)),
                address=cursor.take("address", words(120)),
                latitude=cursor.take("latitude", latitude),
                longitude=cursor.take("longitude", longitude),
                contact=cursor.take("contact", name(40)),
                phone=_phone(cursor),
                capacity=cursor.take("capacity", whole(1, 100_000)),
                groups=cursor.take("groups", whole(1, 200)),
                daily_limit=cursor.take("daily_limit", whole(1, 1000)),
                openings=cursor.take("openings", openings) or (),
                openings_text=cursor.take("openings", words(120)),
                guides=cursor.take("guides", whole(0, 1000)),
                visit_minutes=cursor.take("visit_minutes", whole(5, 1440)),
                lead_time=cursor.take("lead_time", lead_time),
                filing=filing,
                level=cursor.take("level", labels.designation_level),
                document=cursor.take("document", words(60)),
                designated_on=starts,
                valid_until=ends,
            )
        )
    return found


def read_courses(cursor: Cursor) -> list[CourseRow]:
    """Courses; one without a name or a content category is an error and is left out."""
    found = []
    for row in cursor:
        course, category = cursor.need("name", words(120)), cursor.need("category", labels.category)
        if course is None or category is None:
            continue
        found.append(
            CourseRow(
                sheet=cursor.grid.name,
                row=row,
                name=course,
                category=category,
                method=cursor.take("method", labels.method),
                hours=cursor.take("hours", class_hours),
                is_party_lesson=cursor.flag("is_party_lesson"),
                audiences=_audiences(cursor),
            )
        )
    return found


def _audiences(cursor: Cursor) -> tuple[Audience, ...]:
    def each(cell: Cell) -> tuple[Audience, ...]:
        return tuple(dict.fromkeys(labels.audience(word) for word in word_list(cell)))

    return cursor.take("audiences", each) or ()


def read_classes(cursor: Cursor) -> list[ClassRow]:
    """Classes; number, name and days must be there."""
    found = []
    for row in cursor:
        number, title = cursor.need("number", words(20)), cursor.need("name", words(120))
        starts, ends = cursor.need("starts", day), cursor.need("ends", day)
        if starts and ends and ends < starts:
            cursor.note(ProblemCode.INTERVAL_REVERSED, "ends", start=str(starts), end=str(ends))
            continue
        if number is None or title is None or starts is None or ends is None:
            continue
        found.append(
            ClassRow(
                sheet=cursor.grid.name,
                row=row,
                number=number,
                name=title,
                starts=starts,
                ends=ends,
                is_main=cursor.flag("is_main"),
                tier=cursor.take("tier", labels.tier),
                host=cursor.take("host", name(80)),
                town=cursor.take("town", name(80)),
                size=cursor.take("size", whole(0, 100_000)),
                audience=cursor.take("audience", labels.audience),
                origin=cursor.take("origin", labels.order_kind),
                venue=cursor.take("venue", name(80)),
            )
        )
    return found


def read_sessions(cursor: Cursor) -> list[SessionRow]:
    """Wanted sessions; class, sequence, day, half-day and course must be there."""
    found = []
    for row in cursor:
        number, sequence = cursor.need("class_number", words(20)), cursor.need("sequence", whole(1, 1000))
        on, half, course = (
            cursor.need("day", day),
            cursor.need("half", labels.half_day),
            cursor.need("course", words(120)),
        )
        if number is None or sequence is None or on is None or half is None or course is None:
            continue
        found.append(
            SessionRow(
                sheet=cursor.grid.name,
                row=row,
                class_number=number,
                sequence=sequence,
                day=on,
                half=half,
                course=course,
                method=cursor.take("method", labels.method),
                hours=cursor.take("hours", class_hours),
                needs_leader=cursor.flag("needs_leader"),
                base=cursor.take("base", name(80)),
                instructor=cursor.take("instructor", name()),
            )
        )
    return found


def read_leaders(cursor: Cursor) -> list[LeaderRow]:
    """Posts with a duty; person, unit, post and kind of duty must be there."""
    found = []
    for row in cursor:
        if is_blank(cursor.cell("name")):
            cursor.note(ProblemCode.NAME_MISSING, "name")
            continue
        person, unit, post = (
            cursor.need("name", name()),
            cursor.need("unit", name(80)),
            cursor.need("post", words(60)),
        )
        duty = cursor.need("duty", labels.post_kind)
        starts, ends = _span(cursor, "starts", "ends")
        if person is None or unit is None or post is None or duty is None:
            continue
        found.append(
            LeaderRow(
                sheet=cursor.grid.name,
                row=row,
                name=person,
                unit=unit,
                post=post,
                duty=duty,
                starts=starts,
                ends=ends,
            )
        )
    return found
