"""visits that belong to no class, recurring visits, who was there; bookings are for a session or a visit"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STATES = ("waiting", "held", "confirmed", "declined", "released", "withdrawn", "arrived", "no_show")
_SOURCES = ("self", "phone", "wechat", "in_person", "import")
_VISIT = {
    "size": "people >= 1 AND groups BETWEEN 1 AND people",
    "minutes": "minutes BETWEEN 15 AND 720",
    "deadline": "state <> 'held' OR answer_by IS NOT NULL",
    "declined": "state <> 'declined' OR answer_reason <> ''",
}
_BOOKING = {
    "one_party": "(session_id IS NULL) <> (visit_id IS NULL)",
    "visit_kind": "visit_id IS NULL OR kind NOT IN ('class', 'instructor')",
}


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _refers(table, column, to):
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade():
    op.create_table(
        "visit_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", _choice("rhythm", "weekly", "monthly"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("until >= first_day", name=op.f("ck_visit_series_span")),
        _refers("visit_series", "unit_id", "org_unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_series")),
    )
    op.create_index(op.f("ix_visit_series_unit_id"), "visit_series", ["unit_id"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.String(length=40), nullable=False),
        sa.Column("phone_sealed", sa.String(length=200), nullable=True),
        sa.Column("wishes", sa.String(length=300), nullable=False),
        sa.Column("state", _choice("visitstate", *_STATES), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("answer_by", sa.DateTime(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("answer_source", _choice("answersource", *_SOURCES), nullable=True),
        sa.Column("answer_reason", sa.String(length=300), nullable=False),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("occurrence", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_visit_{name}")) for name, rule in _VISIT.items()),
        _refers("visit", "unit_id", "org_unit"),
        _refers("visit", "venue_id", "venue"),
        _refers("visit", "asked_by_id", "user"),
        _refers("visit", "series_id", "visit_series"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_venue_start", "visit", ["venue_id", "start"])
    op.create_index("ix_visit_unit_start", "visit", ["unit_id", "start"])
    op.create_index("ix_visit_state_start", "visit", ["state", "start"])
    op.create_index(op.f("ix_visit_asked_by_id"), "visit", ["asked_by_id"])
    op.create_index(op.f("ix_visit_series_id"), "visit", ["series_id"])
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("source", _choice("checkinsource", "code", "base"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(visit_id IS NULL) <> (session_id IS NULL)", name=op.f("ck_check_in_one_party")),
        sa.CheckConstraint("people >= 1 AND groups >= 1", name=op.f("ck_check_in_size")),
        _refers("check_in", "visit_id", "visit"),
        _refers("check_in", "session_id", "session"),
        _refers("check_in", "by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_check_in_visit_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_check_in_session_id")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visit_id", sa.Integer(), nullable=True))
        batch_op.alter_column("session_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(batch_op.f("fk_booking_visit_id_visit"), "visit", ["visit_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_booking_visit_id"), ["visit_id"])
        for name, rule in _BOOKING.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_booking_{name}"), rule)


def downgrade():
    op.execute("DELETE FROM claim WHERE booking_id IN (SELECT id FROM booking WHERE visit_id IS NOT NULL)")
    op.execute("DELETE FROM booking WHERE visit_id IS NOT NULL")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        for name in _BOOKING:
            batch_op.drop_constraint(batch_op.f(f"ck_booking_{name}"), type_="check")
        batch_op.drop_index(batch_op.f("ix_booking_visit_id"))
        batch_op.drop_constraint(batch_op.f("fk_booking_visit_id_visit"), type_="foreignkey")
        batch_op.alter_column("session_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("visit_id")
    op.drop_table("check_in")
    op.drop_table("visit")
    op.drop_table("visit_series")
