"""What makes the forecast of duties out of date: any write to what it reads leaves a mark, whoever writes.

Triggers do it, as the database is the one place that every service, import, command and script goes through.
"""

from __future__ import annotations

from collections.abc import Mapping

from core import guards

READ: Mapping[str, str] = {
    "booking": "resource_id, session_id, day, from_unit, to_unit, state",
    "course": "is_party_lesson",
    "credit": "obligation_id, is_held",
    "instructor": "owner_id, state, term_start, term_end",
    "loan": "instructor_id, borrower_id, class_id, first_day, last_day, state, granted, used",
    "obligation": "post_id, year, need, deadline, exemption_rule, exemption_reason",
    "org_unit": "path, level",
    "post": "holder_id, unit_id, kind, starts, ends",
    "qualification": "instructor_id, course_id",
    "scheme": "kind, least_minutes",
    "session": "class_id, day, half_day, course_id, method, class_hours, state, start, pinned_start, "
    "pinned_instructor, instructor_id, wanted_instructor_id, told_start, told_instructor_id, told_hours",
    "setting": "key, value",
    "training_class": "order_kind, owner_id, host_id, town_id",
    "unavailability": "instructor_id, starts, ends, grade",
    "weekly_time": "instructor_id, weekday, part, grade, first_day, last_day",
}
"""Tables with the columns that scheduling.queries.forecast reads of them."""


def change_triggers(dialect: str) -> list[str]:
    """Statements that mark every write to what the forecast reads."""
    if dialect == "sqlite":
        mark = "INSERT INTO duty_change (id) VALUES (NULL)"
        return [
            part
            for table, columns in READ.items()
            for op in ("INSERT", "DELETE", "UPDATE")
            for part in (
                f"DROP TRIGGER IF EXISTS {table}_duty_{op.lower()}",
                f"CREATE TRIGGER {table}_duty_{op.lower()} AFTER {op} {_of(op, columns)}"
                f'ON "{table}" BEGIN {mark}; END',
            )
        ]
    return [
        "CREATE OR REPLACE FUNCTION duty_changed() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN INSERT INTO duty_change DEFAULT VALUES; RETURN NULL; END $$",
        *(
            part
            for table, columns in READ.items()
            for part in (
                f'DROP TRIGGER IF EXISTS {table}_duty ON "{table}"',
                f'CREATE TRIGGER {table}_duty AFTER INSERT OR DELETE OR UPDATE OF {columns} ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION duty_changed()",
            )
        ),
    ]


def _of(op: str, columns: str) -> str:
    return f"OF {columns} " if op == "UPDATE" else ""


guards.register(change_triggers, since="duty_change")
