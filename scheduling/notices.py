"""What people are told: titles, texts, and the message an organiser pastes into WeChat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext

from bases.models import TeachingBase, Venue
from core import links
from core.when import moment_text, span_text
from core.words import labelled
from scheduling.enums import ResourceKind, VisitState
from scheduling.models import MINUTES_PER_CLASS_HOUR, Booking, Session, SubstituteAsk, SubstituteCall, Visit
from scheduling.queries.bookings import moments_of

TEACHING = "/teaching"
BASES = "/base-bookings"
ANSWER_LINK, SUBSTITUTE_LINK = "answer", "substitute"


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


ASKING = ("lesson_asked", "booking_asked")
"""Kinds of messages that begin an answer's time."""


def assigned(booking: Booking) -> Notice:
    """A new assignment or booking that waits for an answer."""
    row, when = booking.lesson, when_of(booking)
    klass = row.training_class
    if booking.kind is ResourceKind.VENUE:
        title = gettext("请确认接待：%(when)s %(klass)s", when=when, klass=klass.name)
        body = gettext(
            "%(klass)s，%(size)s人，课程《%(course)s》。",
            klass=klass.name,
            size=klass.size,
            course=row.course_name,
        )
        return Notice("booking_asked", title, body, BASES)
    title = gettext("请答复授课：%(when)s《%(course)s》", when=when, course=row.course_name)
    body = gettext("班次：%(klass)s，地点：%(place)s。", klass=klass.name, place=place_of(row.told_venue))
    return Notice("lesson_asked", title, body, TEACHING)


def changed(booking: Booking) -> Notice:
    """The booking stands, but the course or the place is another."""
    row = booking.lesson
    title = gettext("有变动：%(when)s《%(course)s》", when=when_of(booking), course=row.course_name)
    body = gettext(
        "班次：%(klass)s，地点：%(place)s。", klass=row.training_class.name, place=place_of(row.told_venue)
    )
    return Notice("booking_changed", title, body, BASES if booking.kind is ResourceKind.VENUE else TEACHING)


def withdrawn(booking: Booking, reason: str = "") -> Notice:
    """An assignment or booking that no longer stands."""
    row = booking.lesson
    title = gettext(
        "已取消：%(when)s《%(course)s》",
        when=when_of(booking),
        course=row.told_course_name or row.course_name,
    )
    body = gettext("班次：%(klass)s。", klass=row.training_class.name) + reason
    url = BASES if booking.kind is ResourceKind.VENUE else TEACHING
    return Notice("booking_withdrawn", title, body, url)


def declined(booking: Booking, name: str, reason: str) -> Notice:
    """To the organisers: somebody cannot come, and where to find a substitute."""
    row = booking.lesson
    facts = {"name": name, "when": when_of(booking), "course": row.course_name}
    if booking.answered_at is None:
        title = gettext("%(name)s 到期没有答复：%(when)s《%(course)s》", **facts)
    else:
        title = gettext("%(name)s 谢绝了 %(when)s《%(course)s》", **facts)
    body = gettext("班次：%(klass)s。原因：%(reason)s", klass=row.training_class.name, reason=reason)
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
    title = gettext("请确认参观：%(when)s %(unit)s", **_about(visit))
    body = gettext("%(people)s人，%(groups)s批，主题：%(theme)s。", **_about(visit))
    if visit.answer_by is not None:
        body += gettext("请在 %(moment)s 前答复，逾期自动释放。", moment=moment_text(visit.answer_by))
    url = f"{BASES}/visits/{visit.id}" if visit.venue.base.manager_id else f"/visits/{visit.id}"
    return Notice("visit_asked", title, body, url)


def visit_withdrawn(visit: Visit) -> Notice:
    """To the base: nobody comes."""
    title = gettext("参观已撤回：%(when)s %(unit)s", **_about(visit))
    return Notice("visit_withdrawn", title, visit.end_reason, BASES)


def visit_answered(visit: Visit) -> Notice:
    """To the unit: the base has said yes or no."""
    if visit.state is VisitState.CONFIRMED:
        title, body = gettext("参观已确认：%(when)s %(place)s", **_about(visit)), ""
    else:
        title = gettext("基地不能接待：%(when)s %(place)s", **_about(visit))
        body = visit.answer_reason + gettext("。打开可以另选时间或基地。")
    return Notice("visit_answered", title, body, f"/visits/{visit.id}")


def visit_released(visit: Visit) -> Notice:
    """To the unit: the time was given back."""
    title = gettext("参观预约已释放：%(when)s %(place)s", **_about(visit))
    body = visit.end_reason + gettext("。打开可以另选时间或基地。")
    return Notice("visit_released", title, body, f"/visits/{visit.id}")


def visit_stopped(visit: Visit) -> Notice:
    """To the unit: the base takes nobody any more, the visit has to go elsewhere."""
    title = gettext("参观要改地方：%(when)s %(place)s", **_about(visit))
    facts = {"base": visit.venue.base.name, "state": visit.venue.base.state.label}
    body = gettext("%(base)s现在%(state)s。打开可以另选时间或基地。", **facts)
    return Notice("visit_stopped", title, body, f"/visits/{visit.id}")


def visit_outside(visit: Visit) -> Notice:
    """To the unit: the base is not open at that time any more."""
    title = gettext("参观要改时间：%(when)s %(place)s", **_about(visit))
    body = gettext("基地的开放时间改了，这个时间不开放。打开可以另选时间或基地。")
    return Notice("visit_stopped", title, body, f"/visits/{visit.id}")


def visit_short(visit: Visit) -> Notice:
    """To the unit: the base has fewer guides or sets than it had when the visit was booked."""
    title = gettext("参观要另行安排：%(when)s %(place)s", **_about(visit))
    body = gettext("基地的讲解员或设备少了，这个时间不够用。打开可以另选时间或基地。")
    return Notice("visit_stopped", title, body, f"/visits/{visit.id}")


def visit_shifted(visit: Visit, was: str) -> Notice:
    """To the unit: somebody else gave its visit another time or venue."""
    title = gettext("参观改到：%(when)s %(place)s", **_about(visit))
    body = gettext("原来是 %(was)s。不方便的话，打开可以另选时间或撤回。", was=was)
    return Notice("visit_shifted", title, body, f"/visits/{visit.id}")


def visit_moved_up(visit: Visit) -> Notice:
    """To the unit: a place has come free and is held."""
    title = gettext("候补有空位了：%(when)s %(place)s", **_about(visit))
    return Notice("visit_moved_up", title, gettext("时间已占住，等基地确认。"), f"/visits/{visit.id}")


def visit_missed(visit: Visit) -> Notice:
    """To the unit: nobody came."""
    title = gettext("已登记未到：%(when)s %(place)s", **_about(visit))
    body = gettext("如有出入，请和基地联系更正。")
    return Notice("visit_missed", title, body, f"/visits/{visit.id}")


def ready_message(booking: Booking, name: str, link: str = "") -> str:
    """The text an organiser pastes into WeChat to ask for an answer; `link` answers without signing in."""
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
            "%(name)s负责同志：您好，%(klass)s(%(size)s人)拟于%(when)s到贵处开展《%(course)s》，请回复能否接待。",
            **facts,
        )
    else:
        text = gettext(
            "%(name)s老师：您好，请您于%(when)s为%(klass)s讲授《%(course)s》，地点：%(place)s。请回复能否授课。",
            **facts,
        )
    text += gettext("联系人：%(contact)s", **facts) if facts["contact"] else ""
    return f"{text} {link}" if link else text


def answer_path(booking_id: int) -> str:
    """The page that answers one booking without signing in; whoever has the address may answer it, once."""
    return f"/a/{links.sign(ANSWER_LINK, booking_id)}"


def substitute_path(ask_id: int) -> str:
    """The same for somebody who is asked to step in."""
    return f"/stand-in/{links.sign(SUBSTITUTE_LINK, ask_id)}"


def answer_reminder(booking: Booking, *, is_last: bool) -> Notice:
    """Somebody has not answered yet."""
    asked = assigned(booking)
    by = moment_text(booking.answer_by) if booking.answer_by else ""
    word = gettext("最后提醒") if is_last else gettext("提醒")
    body = gettext("请在 %(moment)s 前答复。", moment=by) + asked.body
    return Notice("answer_reminder", labelled(word, asked.title), body, asked.url)


def _lesson(row: Session) -> dict[str, object]:
    start = row.told_start
    return {
        "when": span_text(start, start + timedelta(minutes=row.told_minutes)) if start else "",
        "course": row.told_course_name or row.course_name,
        "klass": row.training_class.name,
        "place": place_of(row.told_venue),
    }


def lesson_text(row: Session) -> str:
    """`3月1日 周一 上午 8:30–10:45《课程》`, as people were told it."""
    return gettext("%(when)s《%(course)s》", **_lesson(row))


def substitute_asked(ask: SubstituteAsk) -> Notice:
    """To somebody who could step in."""
    facts = _lesson(ask.call.session)
    title = gettext("能来接替授课吗？%(when)s《%(course)s》", **facts)
    body = gettext("班次：%(klass)s，地点：%(place)s。先答应的来上，请尽快答复。", **facts)
    return Notice("substitute_asked", title, body, f"{TEACHING}/substitutes/{ask.id}")


def substitute_found(call: SubstituteCall) -> Notice:
    """To the others: somebody was first."""
    title = gettext("已有人接替：%(when)s《%(course)s》", **_lesson(call.session))
    return Notice("substitute_found", title, gettext("不用再答复了，谢谢您。"), TEACHING)


def substitute_not_needed(call: SubstituteCall) -> Notice:
    """To whoever has not answered: it is no longer needed."""
    title = gettext("不用接替了：%(when)s《%(course)s》", **_lesson(call.session))
    return Notice("substitute_found", title, gettext("不用再答复了，谢谢您。"), TEACHING)


def stepped_in(ask: SubstituteAsk) -> Notice:
    """To the organisers: somebody has taken it over."""
    facts = _lesson(ask.call.session) | {"name": ask.instructor.name}
    title = gettext("%(name)s 接下了 %(when)s《%(course)s》", **facts)
    return Notice("substitute_result", title, gettext("班次：%(klass)s。", **facts), _calls_url(ask.call))


def nobody_left(call: SubstituteCall) -> Notice:
    """To the organisers: everybody was asked in vain."""
    facts = _lesson(call.session) | {"n": len(call.asks)}
    title = gettext("没有找到人接替：%(when)s《%(course)s》", **facts)
    body = gettext("问了 %(n)s 人。可以换时间、换课程，或重新自动排课。", **facts)
    return Notice("substitute_result", title, body, _calls_url(call))


def _calls_url(call: SubstituteCall) -> str:
    return f"/scheduling/sessions/{call.session_id}/substitutes"


def base_stopped(base: TeachingBase, count: int) -> Notice:
    """For the organisers of a level that has `count` bookings to come at a base that stops."""
    title = gettext(
        "%(base)s%(state)s，有 %(n)s 个预约要另行安排", base=base.name, state=base.state.label, n=count
    )
    return Notice("base_stopped", title, gettext("预约没有自动取消。"), "/scheduling/clashes")


def hours_changed(base_name: str, count: int) -> Notice:
    """For the organisers of a level that has `count` bookings outside the new opening times of a base."""
    title = gettext("%(base)s的开放时间改了，有 %(n)s 个预约要另行安排", base=base_name, n=count)
    return Notice("base_stopped", title, gettext("预约没有自动取消。"), "/scheduling/clashes")


def stock_reduced(base_name: str, count: int) -> Notice:
    """For the organisers of a level that has `count` sessions for which a base has not enough guides or sets any more."""
    title = gettext("%(base)s的讲解员或设备少了，有 %(n)s 个预约要另行安排", base=base_name, n=count)
    return Notice("base_stopped", title, gettext("预约没有自动取消。"), "/scheduling/clashes")
