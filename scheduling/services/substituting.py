"""Somebody fell out of a published lesson: others are asked in waves, and the first who says yes has it. Flush only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import update

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from notifications import services as notifications
from scheduling import notices
from scheduling.enums import AskState, CallState, SessionState
from scheduling.models import Session, SubstituteAsk, SubstituteCall
from scheduling.queries import bookings as booking_queries
from scheduling.queries import calls as call_queries
from scheduling.queries.policies import policy_of
from scheduling.rules.answers import LIMITS
from scheduling.rules.waves import Move, next_move, next_wave, wait_after
from scheduling.services import stepping_in
from scheduling.snapshots.stand_ins import ranked_for

ASK = "substitute"
"""Messages to whoever is asked carry the ask, from which a link is made that answers without sign-in."""
LONGEST_REASON = 300


def open_call(
    row: Session, reason: str, *, actor: Actor, size: int | None = None, hours: int | None = None
) -> SubstituteCall:
    """Begin to look for somebody else; the first wave is asked at once, unless the system itself begins.

    RuleBroken for a lesson that was not published, is past or has changes that nobody was told; Conflict while
    somebody is being looked for already.
    """
    _refuse(row)
    policy = policy_of(row.training_class.owner_id)
    chosen = {"wave_size": size or policy.wave_size, "wave_hours": hours or policy.wave_hours}
    broken = [
        Violation(
            name, gettext("请填 %(least)s 到 %(most)s。", least=LIMITS[name][0], most=LIMITS[name][1]), name
        )
        for name, value in chosen.items()
        if not LIMITS[name][0] <= value <= LIMITS[name][1]
    ]
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
    call = SubstituteCall(
        session=row,
        absent_id=row.told_instructor_id,
        reason=" ".join(reason.split())[:LONGEST_REASON],
        wave=0,
        state=CallState.OPEN,
        opened_at=clock.now(),
        opened_by=actor.name,
        next_at=clock.now(),
        ended_by="",
        end_reason="",
        asks=[],
        **chosen,
    )
    session().add(call)
    session().flush()
    audit.note(session(), _subject(row))
    return call


def _refuse(row: Session) -> None:
    if row.state is not SessionState.PUBLISHED or row.told_start is None or not row.needs_instructor:
        raise RuleBroken(gettext("只有已发布、要讲师的课次才能找人接替。"))
    if row.told_start <= clock.now():
        raise RuleBroken(gettext("这个课次已经开始或过去，不能再找人。"))
    if (row.start, row.venue_id) != (row.told_start, row.told_venue_id):
        raise RuleBroken(gettext("这个课次的时间或地点有未发布的改动，请先发布或改回，再找人接替。"))
    if call_queries.find_open(row.id) is not None:
        raise Conflict(gettext("这个课次已经在找人了。"))


def advance(call: SubstituteCall, *, is_due: bool) -> Move:
    """Look at an open call: ask the next wave, wait on, or end it where there is nobody left to ask."""
    call.failures = 0
    why = stepping_in.why_moot(call)
    if why:
        _end(call, CallState.STOPPED, gettext("系统"), why)
        return Move.END
    ranked = ranked_for(call.session)
    wave = next_wave(ranked, {ask.instructor_id for ask in call.asks}, call.wave_size)
    move = next_move(open_asks=len(_open(call)), left=len(wave), is_due=is_due)
    if move is Move.ASK:
        call.wave += 1
        for found in wave:
            _ask(call, found.instructor_id, found.cost)
        call.next_at = clock.now() + timedelta(hours=call.wave_hours)
    elif move is Move.WAIT:
        call.next_at = clock.now() + timedelta(hours=call.wave_hours) if is_due else call.next_at
    else:
        _end(call, CallState.EXHAUSTED, gettext("系统"), gettext("能来的人都问过了。"))
        _tell_organisers(call, notices.nobody_left(call))
    session().flush()
    return move


def put_off(call: SubstituteCall) -> None:
    """A look at it broke off: the next one comes later and later, so that other calls have their turn."""
    call.failures += 1
    call.next_at = clock.now() + wait_after(call.failures)
    session().flush()


def _ask(call: SubstituteCall, instructor_id: int, cost: int) -> None:
    ask = SubstituteAsk(
        call=call,
        instructor_id=instructor_id,
        wave=call.wave,
        cost=cost,
        state=AskState.ASKED,
        asked_at=clock.now(),
        answer_reason="",
    )
    session().add(ask)
    session().flush()
    _tell(ask, notices.substitute_asked(ask))


def accept(ask: SubstituteAsk, *, actor: Actor) -> None:
    """Step in: the first who says so has the lesson, the others are told. Conflict for whoever comes second.

    The call is taken by a compare-and-swap, and the database keeps a second acceptance out besides.
    """
    call = ask.call
    _refuse_answered(ask)
    now = clock.now()
    taken = session().execute(
        update(SubstituteCall)
        .where(SubstituteCall.id == call.id, SubstituteCall.state == CallState.OPEN)
        .values(state=CallState.FILLED, ended_at=now, ended_by=ask.instructor.name, next_at=None)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Conflict(gettext("已经有人先接下了，谢谢您。"))
    session().refresh(call)
    why = stepping_in.why_moot(call)
    if why:
        raise Conflict(why)
    ask.state, ask.answered_at = AskState.ACCEPTED, now
    session().flush()
    stepping_in.take_over(call.session, ask.instructor, actor=actor)
    _release(call, notices.substitute_found(call))
    _tell_organisers(call, notices.stepped_in(ask))
    audit.note(session(), f"{ask.instructor.name} {_subject(call.session)}")


def decline(ask: SubstituteAsk, reason: str, *, actor: Actor) -> None:
    """Not step in. When nobody of the wave is left to answer, the next is asked at once."""
    _refuse_answered(ask)
    ask.state, ask.answered_at = AskState.DECLINED, clock.now()
    ask.answer_reason = " ".join(reason.split())[:LONGEST_REASON]
    session().flush()
    if not _open(ask.call):
        ask.call.next_at = clock.now()
    session().flush()
    audit.note(session(), f"{ask.instructor.name} {_subject(ask.call.session)}")


def _refuse_answered(ask: SubstituteAsk) -> None:
    if ask.call.state is CallState.FILLED and ask.state is not AskState.ACCEPTED:
        raise Conflict(gettext("已经有人先接下了，谢谢您。"))
    if ask.state is not AskState.ASKED or ask.call.state is not CallState.OPEN:
        raise Conflict(gettext("这项请求%(state)s，不能再答复。", state=ask.state.label))
    if ask.call.session.told_start is None or ask.call.session.told_start <= clock.now():
        raise Conflict(gettext("这节课已经开始或过去。"))


def stop(call: SubstituteCall, *, actor: Actor) -> None:
    """Stop asking; whoever was asked and has not answered is told that it is no longer needed."""
    if call.state is not CallState.OPEN:
        raise Conflict(gettext("这次找人接替%(state)s。", state=call.state.label))
    _end(call, CallState.STOPPED, actor.name, "")
    audit.note(session(), _subject(call.session))


def ask_more(call: SubstituteCall, *, actor: Actor) -> Move:
    """The next wave now, without waiting."""
    if call.state is not CallState.OPEN:
        raise Conflict(gettext("这次找人接替%(state)s。", state=call.state.label))
    audit.note(session(), _subject(call.session))
    return advance(call, is_due=True)


def _end(call: SubstituteCall, state: CallState, by: str, why: str) -> None:
    call.state, call.ended_at, call.ended_by, call.end_reason = state, clock.now(), by, why
    call.next_at = None
    _release(call, notices.substitute_not_needed(call))


def _release(call: SubstituteCall, notice: notices.Notice) -> None:
    for ask in _open(call):
        ask.state = AskState.ENDED
        _tell(ask, notice)
    session().flush()


def _open(call: SubstituteCall) -> Sequence[SubstituteAsk]:
    return [ask for ask in call.asks if ask.state is AskState.ASKED]


def _tell(ask: SubstituteAsk, notice: notices.Notice) -> None:
    if ask.instructor is None:
        session().refresh(ask, ["instructor"])
    user_id = ask.instructor.user_id
    if user_id is None:
        return
    told = notifications.queue(
        user_id,
        notice.kind,
        notice.title,
        notice.body,
        notice.url,
        unit_id=ask.call.session.training_class.owner_id,
    )
    if ask.state is AskState.ASKED:
        told.params = {ASK: ask.id}


def _tell_organisers(call: SubstituteCall, notice: notices.Notice) -> None:
    owner_id = call.session.training_class.owner_id
    for user_id in booking_queries.organisers_of(owner_id):
        notifications.queue(user_id, notice.kind, notice.title, notice.body, notice.url, unit_id=owner_id)


def _subject(row: Session) -> str:
    when: datetime | None = row.told_start
    return f"{row.full_name}{when or ''}"
