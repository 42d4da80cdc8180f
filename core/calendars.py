"""The years of the Chinese calendar that are kept: seeded from the libraries, corrected by an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from flask_babel import gettext
from sqlalchemy import CheckConstraint, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core import audit, clock
from core.db import Model, Versioned, choice, session
from core.errors import RuleBroken, Violation
from core.workdays import Calendar, DayRule, Standing, Year, seeded

FIRST_YEAR, LAST_YEAR = 2004, 2100


class CalendarYear(Versioned, Model):
    """A year whose holidays are kept here."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    standing: Mapped[Standing] = mapped_column(choice(Standing))
    is_edited: Mapped[bool] = mapped_column(default=False)
    """Somebody has corrected it: the libraries no longer overwrite it."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


class CalendarDay(Model):
    """A holiday, or a Saturday or Sunday that is worked instead of one."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("name <> ''", name="name"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_year.year"), index=True)
    rule: Mapped[DayRule] = mapped_column(choice(DayRule))
    name: Mapped[str] = mapped_column(String(40))


def calendar_of(years: Iterable[int]) -> Calendar:
    """The calendar of some years as they are kept, read in two statements."""
    wanted = sorted(set(years))
    kept = {
        row.year: row.standing
        for row in session().scalars(select(CalendarYear).where(CalendarYear.year.in_(wanted)))
    }
    days: dict[int, dict[DayRule, dict[date, str]]] = {year: {rule: {} for rule in DayRule} for year in kept}
    stmt = select(CalendarDay).where(CalendarDay.year.in_(wanted)).order_by(CalendarDay.day)
    for row in session().scalars(stmt):
        days[row.year][row.rule][row.day] = row.name
    return Calendar(
        {
            year: Year(standing, days[year][DayRule.HOLIDAY], days[year][DayRule.MAKE_UP])
            for year, standing in kept.items()
        }
    )


def calendar_around(day: date) -> Calendar:
    """The calendar of a day's year and the next, for counting workdays ahead."""
    return calendar_of((day.year, day.year + 1))


Day = tuple[date, DayRule, str]
"""A day, what it is, and the holiday it belongs to."""


def keep(
    year: int, standing: Standing, days: Sequence[Day], *, by: str, seen: int | None = None
) -> CalendarYear:
    """Put a corrected year in the place of what was there; flushes only.

    RuleBroken names days of another year, days named twice, and make-up workdays that are worked anyway.
    Conflict when somebody else has corrected it since `seen`.
    """
    broken = _broken(year, days)
    if broken:
        raise RuleBroken(gettext("放假安排没有保存。"), broken)
    row = session().get(CalendarYear, year)
    if row is None:
        row = CalendarYear(year=year)
        session().add(row)
    else:
        row.expect_version(seen)
    row.standing, row.is_edited, row.changed_at, row.changed_by = standing, True, clock.now(), by
    session().flush()
    _write(year, days)
    audit.note(session(), gettext("%(year)s 年放假安排(%(standing)s)", year=year, standing=standing.label))
    return row


def restore(year: int) -> None:
    """Forget the corrections of a year: it is as the libraries have it again."""
    session().execute(delete(CalendarDay).where(CalendarDay.year == year))
    row = session().get(CalendarYear, year)
    if row is not None:
        session().delete(row)
        session().flush()
    audit.note(session(), gettext("%(year)s 年放假安排恢复为内置日历", year=year))


def seed(years: Iterable[int]) -> None:
    """Write years as the libraries have them now, where nobody has corrected them; what has not changed stays."""
    kept = calendar_of(years)
    edited = set(session().scalars(select(CalendarYear.year).where(CalendarYear.is_edited)))
    for year in sorted(set(years) - edited):
        known = seeded(year)
        if kept.years.get(year) == known:
            continue
        row = session().get(CalendarYear, year) or CalendarYear(year=year)
        row.standing, row.changed_at, row.changed_by = known.standing, clock.now(), gettext("内置日历")
        session().add(row)
        session().flush()
        _write(year, days_of(known))


def days_of(year: Year) -> list[Day]:
    """The days of a year that differ from their weekday, in order."""
    found = [(day, DayRule.HOLIDAY, name) for day, name in year.holidays.items()]
    found += [(day, DayRule.MAKE_UP, name) for day, name in year.make_ups.items()]
    return sorted(found)


def find_year(year: int) -> CalendarYear | None:
    """The year as it is kept, or None."""
    return session().get(CalendarYear, year)


def _write(year: int, days: Sequence[Day]) -> None:
    session().execute(delete(CalendarDay).where(CalendarDay.year == year))
    session().add_all(CalendarDay(day=day, year=year, rule=rule, name=name) for day, rule, name in days)
    session().flush()


def _broken(year: int, days: Sequence[Day]) -> list[Violation]:
    found = []
    if not FIRST_YEAR <= year <= LAST_YEAR:
        found.append(
            Violation("year", gettext("年份应在 %(a)s 到 %(b)s 之间。", a=FIRST_YEAR, b=LAST_YEAR), "year")
        )
    seen: set[date] = set()
    for day, rule, name in days:
        if day.year != year:
            found.append(
                Violation("outside", gettext("%(day)s 不在 %(year)s 年。", day=day, year=year), "days")
            )
        if day in seen:
            found.append(Violation("twice", gettext("%(day)s 写了两次。", day=day), "days"))
        if rule is DayRule.MAKE_UP and day.weekday() < 5:
            found.append(Violation("worked", gettext("%(day)s 是周一到周五，本来就上班。", day=day), "days"))
        if not name.strip():
            found.append(Violation("name", gettext("%(day)s 没有写节日名称。", day=day), "days"))
        seen.add(day)
    return found
