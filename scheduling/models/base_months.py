"""What came to each base in each month, kept by triggers: a level with thousands of bases is then summed at once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Connection, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from core import guards
from core.db import Model
from courses.enums import Method
from scheduling.enums import SessionState, VisitState


class BaseMonth(Model):
    """People and groups of visits that came, on-site sessions that were held and visits nobody came to."""

    __tablename__ = "base_month"
    __table_args__ = (CheckConstraint("visits >= 0 AND missed >= 0", name="counts"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    base_id: Mapped[int] = mapped_column(
        ForeignKey("teaching_base.id"), primary_key=True, autoincrement=False, index=True
    )
    visits: Mapped[int]
    groups: Mapped[int]
    people: Mapped[int]
    sessions: Mapped[int]
    trainees: Mapped[int]
    missed: Mapped[int]


_PARTS = ("visits", "groups", "people", "sessions", "trainees", "missed")
_CAME, _MISSED, _HELD = VisitState.ARRIVED.value, VisitState.NO_SHOW.value, SessionState.HELD.value
_FIRST = {"sqlite": "date({}, 'start of month')", "postgresql": "date_trunc('month', {})::date"}
_NEXT = {
    "sqlite": "date(base_month.month, '+1 month')",
    "postgresql": "(base_month.month + interval '1 month')",
}


def _counted(dialect: str) -> str:
    """The statement that counts base months anew; on PostgreSQL it sees what others committed while it waited."""

    def there(table: str, row: str, state: str) -> str:
        # Begins from the venues of the base, whatever the database believes of how its rows are spread: SQLite keeps to
        # the order of a CROSS JOIN, and a state that is put together serves no index.
        return (
            f"FROM venue w CROSS JOIN {table} {row} {{}} WHERE w.base_id = base_month.base_id AND {row}.venue_id = w.id "
            f"AND {row}.start >= base_month.month AND {row}.start < {_NEXT[dialect]} AND {row}.state || '' = '{state}'"
        )

    came = there("visit", "x", _CAME).format("JOIN check_in c ON c.visit_id = x.id")
    held = there("session", "s", _HELD).format("LEFT JOIN check_in c ON c.session_id = s.id")
    return (
        "UPDATE base_month SET (visits, groups, people) = ("  # noqa: S608  (constants)
        f"SELECT count(*), coalesce(sum(c.groups), 0), coalesce(sum(c.people), 0) {came}), "
        f"missed = (SELECT count(*) {there('visit', 'x', _MISSED).format('')}), "
        "(sessions, trainees) = (SELECT count(*), coalesce(sum(coalesce(s.attendance, c.people, 0)), 0) "
        f"{held} AND s.method = '{Method.ON_SITE.value}')"
    )


def _recount(dialect: str, venue: str, start: str) -> str:
    """Statements that count one month of the base of a venue anew. The first of them makes whoever comes second wait."""
    month = _FIRST[dialect].format(start)
    noughts = ", ".join("0" for _ in _PARTS)
    return (
        f"INSERT INTO base_month (base_id, month, {', '.join(_PARTS)}) "  # noqa: S608  (constants)
        f"SELECT v.base_id, {month}, {noughts} FROM venue v WHERE v.id = {venue} AND {start} IS NOT NULL "
        "ON CONFLICT (month, base_id) DO UPDATE SET visits = base_month.visits; "
        f"{_counted(dialect)} "
        f"WHERE base_id = (SELECT v.base_id FROM venue v WHERE v.id = {venue}) AND month = {month};"
    )


def _of_party(row: str, column: str) -> str:
    """A column of the visit or session that a check-in belongs to."""
    return (
        f"coalesce((SELECT {column} FROM visit WHERE id = {row}.visit_id), "  # noqa: S608  (constants)
        f"(SELECT {column} FROM session WHERE id = {row}.session_id))"
    )


_OF_PARTY = {row: (_of_party(row, "venue_id"), _of_party(row, "start")) for row in ("OLD", "NEW")}
_OF_ROW = {row: (f"{row}.venue_id", f"{row}.start") for row in ("OLD", "NEW")}
_COUNTS = {"visit": f"{{}}.state IN ('{_CAME}', '{_MISSED}')", "session": f"{{}}.state = '{_HELD}'"}


def month_triggers(dialect: str) -> list[str]:
    """Statements that keep `base_month` in step with visits, sessions and check-ins."""
    found = []
    for table, counts in _COUNTS.items():
        was, now = counts.format("OLD"), counts.format("NEW")
        found += _trigger(dialect, f"{table}_month_insert", f"INSERT ON {table}", now, [_OF_ROW["NEW"]])
        found += _trigger(
            dialect, f"{table}_month_update", f"UPDATE ON {table}", f"{was} OR {now}", list(_OF_ROW.values())
        )
    for event, rows in (("insert", ["NEW"]), ("update", ["OLD", "NEW"]), ("delete", ["OLD"])):
        places = [_OF_PARTY[row] for row in rows]
        found += _trigger(dialect, f"check_in_month_{event}", f"{event.upper()} ON check_in", "", places)
    return found


def _trigger(dialect: str, name: str, event: str, condition: str, places: list[tuple[str, str]]) -> list[str]:
    """A trigger that counts the months of some places anew, each a venue and a time."""
    when = f"WHEN ({condition})" if condition else ""
    body = " ".join(_recount(dialect, venue, start) for venue, start in dict.fromkeys(places))
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} AFTER {event} {when} BEGIN {body} END",
        ]
    table = event.split()[-1]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW {when} EXECUTE FUNCTION {name}()",
    ]


guards.register(month_triggers, since="base_month")


def count_all(connection: Connection) -> None:
    """Count every month of every base anew, for rows that went in while the triggers were away."""
    dialect = connection.dialect.name
    connection.execute(text("DELETE FROM base_month"))
    for table in _COUNTS:
        month = _FIRST[dialect].format("x.start")
        noughts = ", ".join("0" for _ in _PARTS)
        connection.exec_driver_sql(
            f"INSERT INTO base_month (base_id, month, {', '.join(_PARTS)}) "  # noqa: S608  (constants)
            f"SELECT DISTINCT w.base_id, {month}, {noughts} FROM {table} x JOIN venue w ON w.id = x.venue_id "
            f"WHERE {_COUNTS[table].format('x')} AND x.start IS NOT NULL ON CONFLICT (month, base_id) DO NOTHING"
        )
    connection.exec_driver_sql(_counted(dialect))
