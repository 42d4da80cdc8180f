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
    "instructor": "owner_id, state, term_start, term_end, max_per_day, max_per_week, max_per_month, max_per_year",
    "loan": "instructor_id, borrower_id, class_id, first_day, last_day, state, granted, used",
    "obligation": "post_id, year, scheme_id, need, deadline, exemption_rule, exemption_reason",
    "org_unit": "path, level",
    "post": "holder_id, unit_id, kind, starts, ends",
    "qualification": "instructor_id, course_id, cleared_on, cleared_until",
    "scheme": "owner_id, test, post_kinds, levels, class_kinds, need, least_minutes, micro_minutes, deadline_month, deadline_day, "
    "cutoff_month, cutoff_day, least_months_when_leaving, is_on",
    "session": "class_id, day, half_day, course_id, method, class_hours, state, start, pinned_start, "
    "pinned_instructor, instructor_id, wanted_instructor_id, told_start, told_instructor_id, told_hours",
    "setting": "key, value",
    "training_class": "order_kind, is_main, owner_id, host_id, town_id",
    "unavailability": "instructor_id, starts, ends, grade",
    "weekly_time": "instructor_id, weekday, part, grade, first_day, last_day",
}
"""Tables with the columns that scheduling.queries.forecast reads of them."""
READ_LATER: Mapping[str, str] = {"class_participant": "class_id, unit_id"}
"""The same of tables that came after the forecast was first kept."""


def change_triggers(dialect: str) -> list[str]:
    """Statements that mark every write to what the forecast reads."""
    return _marks(dialect, READ)


def participant_triggers(dialect: str) -> list[str]:
    """The same for the units that attend a class, which came later."""
    return _marks(dialect, READ_LATER)


def _marks(dialect: str, read: Mapping[str, str]) -> list[str]:
    if dialect == "sqlite":
        mark = "INSERT INTO duty_change (id) VALUES (NULL)"
        return [
            part
            for table, columns in read.items()
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
            for table, columns in read.items()
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
guards.register(participant_triggers, since="class_participant")
