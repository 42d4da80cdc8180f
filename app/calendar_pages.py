"""放假安排: the years of the Chinese calendar, corrected by the administrator when they are announced."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from core import calendars, clock
from core.calendars import Day
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.workdays import DayRule, Standing
from scheduling.services import outside

blueprint = Blueprint("calendar", __name__, url_prefix="/settings/calendar")
_LINE = re.compile(
    r"^(\d{4}-\d{2}-\d{2})(?:\s*(?:~|至|—)\s*(\d{4}-\d{2}-\d{2}))?[\s,,]+(\S+?)[\s,,]+(\S.*)$", re.ASCII
)
LONGEST = 60_000


@blueprint.get("/")
@requires(P.CALENDAR_EDIT)
def index() -> ResponseReturnValue:
    """Last year, this one and the next two."""
    this = clock.today().year
    years = range(this - 1, this + 3)
    calendar = calendars.calendar_of(years)
    rows = [(year, calendar.of(year), calendars.find_year(year)) for year in years]
    return render_template("pages/calendar.html", rows=rows)


@blueprint.route("/<int:year>", methods=["GET", "POST"])
@requires(P.CALENDAR_EDIT)
def show(year: int) -> ResponseReturnValue:
    """One year: a line a day or span, to be edited, pasted or uploaded."""
    _look_up(year)
    text = _text(year)
    problems: list[str] = []
    if request.method == "POST":
        text = _given()
        days, problems = read_days(text)
        problems = problems or _kept(year, days)
        if not problems:
            flash(gettext("%(year)s 年放假安排已保存。", year=year), "success")
            return redirect(url_for("calendar.index"))
    known, row = calendars.calendar_of([year]).of(year), calendars.find_year(year)
    page = render_template(
        "pages/calendar_year.html",
        year=year,
        text=text,
        problems=problems,
        standing=request.form.get("standing", known.standing.value),
        standings=Standing.choices(),
        row=row,
        rules=list(DayRule),
    )
    return page, 422 if problems else 200


def _kept(year: int, days: list[Day]) -> list[str]:
    """What is wrong with a year; nothing once it is kept."""
    standing = request.form.get("standing", "")
    if standing not in set(Standing):
        return [gettext("请选正式或暂定。")]
    try:
        with transaction():
            before = _days(year)
            seen = request.form.get("version", type=int)
            calendars.keep(year, Standing(standing), days, by=current_actor().name, seen=seen)
            outside.review_calendar(before | _days(year))
    except RuleBroken as refused:
        return [violation.sentence for violation in refused.violations]
    return []


@blueprint.post("/<int:year>/restore")
@requires(P.CALENDAR_EDIT)
def restore(year: int) -> ResponseReturnValue:
    """Take all corrections of a year back."""
    _look_up(year)
    with transaction():
        before = _days(year)
        calendars.restore(year)
        outside.review_calendar(before | _days(year))
    flash(gettext("%(year)s 年已恢复为内置日历。", year=year), "success")
    return redirect(url_for("calendar.index"))


def _days(year: int) -> set[date]:
    """The days of a year that differ from their weekday."""
    return {day for day, _rule, _name in calendars.days_of(calendars.calendar_of([year]).of(year))}


def _look_up(year: int) -> None:
    """NotFound for a year that no calendar is kept of."""
    if not calendars.FIRST_YEAR <= year <= calendars.LAST_YEAR:
        raise NotFound(gettext("没有这一年。"))


def _text(year: int) -> str:
    """The year as lines; days in a row of one holiday are one line."""
    runs: list[tuple[date, date, DayRule, str]] = []
    for day, rule, name in calendars.days_of(calendars.calendar_of([year]).of(year)):
        last = runs[-1] if runs else None
        if last and (day - last[1]).days == 1 and last[2:] == (rule, name):
            runs[-1] = (last[0], day, rule, name)
        else:
            runs.append((day, day, rule, name))
    return "\n".join(
        f"{first}{'' if first == until else f' ~ {until}'} {rule.word} {name}"
        for first, until, rule, name in runs
    )


def _given() -> str:
    """What was uploaded, else what was typed; a file is text in UTF-8, as its lines are typed."""
    file = request.files.get("file")
    raw = file.read(LONGEST) if file is not None and file.filename else b""
    return raw.decode("utf-8-sig", "replace") if raw else request.form.get("days", "")[:LONGEST]


def read_days(text: str) -> tuple[list[Day], list[str]]:
    """Days from lines like `2027-10-01 ~ 2027-10-07 放假 国庆节`, and a sentence for each line that is none."""
    days: list[Day] = []
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            days += _span(line.strip())
        except ValueError:
            problems.append(gettext("第 %(n)s 行看不懂：%(line)s", n=number, line=line.strip()[:60]))
    return days, problems


def _span(line: str) -> list[Day]:
    found = _LINE.match(line)
    rule = DayRule.by_word(found[3]) if found else None
    if found is None or rule is None:
        raise ValueError(line)
    first = date.fromisoformat(found[1])
    last = date.fromisoformat(found[2]) if found[2] else first
    if not 0 <= (last - first).days <= 31:
        raise ValueError(line)
    return [(first + timedelta(days=n), rule, found[4].strip()[:40]) for n in range((last - first).days + 1)]
