"""deadlines and reminders of answers, substitutes in waves, reasons to change near lessons, calendars, public timetables"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0030"
branch_labels = None
depends_on = None

_OPEN, _ACCEPTED, _LIVE = "state = 'open'", "state = 'accepted'", "revoked_at IS NULL"


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _refers(table, column, to):
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _where(condition):
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade():
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("answer_by", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
    # Whoever was asked before has the usual three days.
    later = (
        "asked_at + INTERVAL '3 days'"
        if op.get_bind().dialect.name == "postgresql"
        else "datetime(asked_at, '+3 days')"
    )
    op.execute(
        f"UPDATE booking SET answer_by = {later} "  # noqa: S608  (constants)
        "WHERE state = 'held' AND kind IN ('instructor', 'venue')"
    )
    _calls()
    _links()
    op.create_table(
        "thaw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_thaw_reason")),
        _refers("thaw", "session_id", "session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thaw")),
    )
    op.create_index("ix_thaw_session", "thaw", ["session_id"])


def _calls():
    op.create_table(
        "substitute_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("wave_size", sa.Integer(), nullable=False),
        sa.Column("wave_hours", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("state", _choice("callstate", "open", "filled", "stopped", "exhausted"), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by", sa.String(80), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.Column("end_reason", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("wave_size BETWEEN 1 AND 20", name=op.f("ck_substitute_call_size")),
        sa.CheckConstraint("wave_hours BETWEEN 1 AND 240", name=op.f("ck_substitute_call_hours")),
        _refers("substitute_call", "session_id", "session"),
        _refers("substitute_call", "absent_id", "instructor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_call")),
    )
    op.create_index(
        "uq_substitute_call_open", "substitute_call", ["session_id"], unique=True, **_where(_OPEN)
    )
    op.create_index("ix_substitute_call_state_next", "substitute_call", ["state", "next_at"])
    op.create_index("ix_substitute_call_session", "substitute_call", ["session_id"])
    op.create_table(
        "substitute_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("state", _choice("askstate", "asked", "accepted", "declined", "ended"), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answer_reason", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("substitute_ask", "call_id", "substitute_call"),
        _refers("substitute_ask", "instructor_id", "instructor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_ask")),
        sa.UniqueConstraint("call_id", "instructor_id", name=op.f("uq_substitute_ask_call_id_instructor_id")),
    )
    op.create_index(
        "uq_substitute_ask_accepted", "substitute_ask", ["call_id"], unique=True, **_where(_ACCEPTED)
    )
    op.create_index("ix_substitute_ask_instructor", "substitute_ask", ["instructor_id", "asked_at"])


def _links():
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("feedkind", "teaching", "base", "planning"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        _refers("calendar_feed", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_user_id"), "calendar_feed", ["user_id"])
    op.create_index(
        "uq_calendar_feed_live", "calendar_feed", ["user_id", "kind"], unique=True, **_where(_LIVE)
    )
    op.create_table(
        "public_timetable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by", sa.String(80), nullable=False),
        _refers("public_timetable", "class_id", "training_class"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_timetable")),
        sa.UniqueConstraint("class_id", name=op.f("uq_public_timetable_class_id")),
        sa.UniqueConstraint("token", name=op.f("uq_public_timetable_token")),
    )


def downgrade():
    for table in ("thaw", "public_timetable", "calendar_feed", "substitute_ask", "substitute_call"):
        op.drop_table(table)
    with op.batch_alter_table("booking") as batch:
        batch.drop_column("reminders")
        batch.drop_column("answer_by")
