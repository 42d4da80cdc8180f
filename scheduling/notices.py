"""What people are told: titles, texts, and the message an organiser pastes into WeChat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext

from bases.models import TeachingBase, Venue
from core.when import moment_text, span_text
from scheduling.enums import ResourceKind, VisitState
from scheduling.models import MINUTES_PER_CLASS_HOUR, Booking, Visit
from scheduling.queries.bookings import moments_of

TEACHING = "/teaching"
BASES = "/base-bookings"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: its sort, what it says, and the page where it is acted on."""

    kind: str
    title: str
    body: str
    url: str


def when_of(booking: Booking) -> str:
    """`3月1日 周一 上午 8:30–10:45`; the end is that of the lesson, not of the quarter hour."""
    start, end = moments_of(booking)
    row = booking.lesson
    if row.told_start and row.told_hours and row.told_start.date() == booking.day:
        return span_text(
            row.told_start, row.told_start + timedelta(minutes=int(row.told_hours * MINUTES_PER_CLASS_HOUR))
        )
    return span_text(start, end)


def place_of(venue: Venue | None) -> str:
    """Name of the room, its base and address in one line."""
    if venue is None:
        return ""
    base = venue.base
    name = base.name if venue.name == base.name else f"{base.name} {venue.name}"
    return f"{name}({base.address})" if base.address else name


def assigned(booking: Booking) -> Notice:
    """A new assignment or booking that waits for an answer."""
    row, when = booking.lesson, when_of(booking)
    klass = row.training_class
    if booking.kind is ResourceKind.VENUE:
        title = gettext("请确认接待:%(when)s %(klass)s", when=when, klass=klass.name)
        body = gettext(
            "%(klass)s,%(size)s人,课程《%(course)s》。",
            klass=klass.name,
            size=klass.size,
            course=row.course_name,
        )
        return Notice("booking_asked", title, body, BASES)
    title = gettext("请答复授课:%(when)s《%(course)s》", when=when, course=row.course_name)
    body = gettext("班次:%(klass)s,地点:%(place)s。", klass=klass.name, place=place_of(row.told_venue))
    return Notice("lesson_asked", title, body, TEACHING)


def changed(booking: Booking) -> Notice:
    """The booking stands, but the course or the place is another."""
    row = booking.lesson
    title = gettext("有变动:%(when)s《%(course)s》", when=when_of(booking), course=row.course_name)
    body = gettext(
        "班次:%(klass)s,地点:%(place)s。", klass=row.training_class.name, place=place_of(row.told_venue)
    )
    return Notice("booking_changed", title, body, BASES if booking.kind is ResourceKind.VENUE else TEACHING)


def withdrawn(booking: Booking, reason: str = "") -> Notice:
    """An assignment or booking that no longer stands."""
    row = booking.lesson
    title = gettext(
        "已取消:%(when)s《%(course)s》", when=when_of(booking), course=row.told_course_name or row.course_name
    )
    body = gettext("班次:%(klass)s。", klass=row.training_class.name) + reason
    url = BASES if booking.kind is ResourceKind.VENUE else TEACHING
    return Notice("booking_withdrawn", title, body, url)


def declined(booking: Booking, name: str, reason: str) -> Notice:
    """To the organisers: somebody cannot come, and where to find a substitute."""
    row = booking.lesson
    title = gettext(
        "%(name)s 谢绝了 %(when)s《%(course)s》", name=name, when=when_of(booking), course=row.course_name
    )
    body = gettext("班次:%(klass)s。原因:%(reason)s", klass=row.training_class.name, reason=reason)
    return Notice("lesson_declined", title, body, f"/scheduling/classes/{row.class_id}#s{row.id}")


def _about(visit: Visit) -> dict[str, object]:
    return {
        "unit": visit.unit.name,
        "when": span_text(visit.start, visit.end),
        "place": place_of(visit.venue),
        "theme": visit.theme,
        "people": visit.people,
        "groups": visit.groups,
    }


def visit_asked(visit: Visit) -> Notice:
    """To the base: a visit waits for its answer until a moment."""
    title = gettext("请确认参观:%(when)s %(unit)s", **_about(visit))
    body = gettext("%(people)s人,%(groups)s批,主题:%(theme)s。", **_about(visit))
    if visit.answer_by is not None:
        body += gettext("请在 %(moment)s 前答复,逾期自动释放。", moment=moment_text(visit.answer_by))
    url = f"{BASES}/visits/{visit.id}" if visit.venue.base.manager_id else f"/visits/{visit.id}"
    return Notice("visit_asked", title, body, url)


def visit_withdrawn(visit: Visit) -> Notice:
    """To the base: nobody comes."""
    title = gettext("参观已撤回:%(when)s %(unit)s", **_about(visit))
    return Notice("visit_withdrawn", title, visit.end_reason, BASES)


def visit_answered(visit: Visit) -> Notice:
    """To the unit: the base has said yes or no."""
    if visit.state is VisitState.CONFIRMED:
        title, body = gettext("参观已确认:%(when)s %(place)s", **_about(visit)), ""
    else:
        title = gettext("基地不能接待:%(when)s %(place)s", **_about(visit))
        body = visit.answer_reason + gettext("。打开可以另选时间或基地。")
    return Notice("visit_answered", title, body, f"/visits/{visit.id}")


def visit_released(visit: Visit) -> Notice:
    """To the unit: the time was given back."""
    title = gettext("参观预约已释放:%(when)s %(place)s", **_about(visit))
    body = visit.end_reason + gettext("。打开可以另选时间或基地。")
    return Notice("visit_released", title, body, f"/visits/{visit.id}")


def visit_stopped(visit: Visit) -> Notice:
    """To the unit: the base takes nobody any more, the visit has to go elsewhere."""
    title = gettext("参观要改地方:%(when)s %(place)s", **_about(visit))
    facts = {"base": visit.venue.base.name, "state": visit.venue.base.state.label}
    body = gettext("%(base)s现在%(state)s。打开可以另选时间或基地。", **facts)
    return Notice("visit_stopped", title, body, f"/visits/{visit.id}")


def visit_moved_up(visit: Visit) -> Notice:
    """To the unit: a place has come free and is held."""
    title = gettext("候补有空位了:%(when)s %(place)s", **_about(visit))
    return Notice("visit_moved_up", title, gettext("时间已占住,等基地确认。"), f"/visits/{visit.id}")


def visit_missed(visit: Visit) -> Notice:
    """To the unit: nobody came."""
    title = gettext("已登记未到:%(when)s %(place)s", **_about(visit))
    body = gettext("如有出入,请和基地联系更正。")
    return Notice("visit_missed", title, body, f"/visits/{visit.id}")


def ready_message(booking: Booking, name: str) -> str:
    """The text an organiser pastes into WeChat to ask for an answer."""
    row = booking.lesson
    klass = row.training_class
    facts = {
        "name": name,
        "klass": klass.name,
        "when": when_of(booking),
        "course": row.told_course_name or row.course_name,
        "place": place_of(row.told_venue),
        "contact": f"{klass.contact_name} {klass.contact_phone}".strip(),
        "size": klass.size,
    }
    if booking.kind is ResourceKind.VENUE:
        text = gettext(
            "%(name)s负责同志:您好,%(klass)s(%(size)s人)拟于%(when)s到贵处开展《%(course)s》,请回复能否接待。",
            **facts,
        )
    else:
        text = gettext(
            "%(name)s老师:您好,请您于%(when)s为%(klass)s讲授《%(course)s》,地点:%(place)s。请回复能否授课。",
            **facts,
        )
    return text + (gettext("联系人:%(contact)s", **facts) if facts["contact"] else "")


def base_stopped(base: TeachingBase, count: int) -> Notice:
    """For the organisers of a level that has `count` bookings to come at a base that stops."""
    title = gettext(
        "%(base)s%(state)s,有 %(n)s 个预约要另行安排", base=base.name, state=base.state.label, n=count
    )
    return Notice("base_stopped", title, gettext("预约没有自动取消。"), "/scheduling/clashes")
