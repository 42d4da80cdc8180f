"""trainees, rosters of classes, attendance, class hours credited, and warnings of double call-ups seen off"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0032"
branch_labels = None
depends_on = None


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _refers(table, column, to):
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade():
    op.create_index("uq_session_id_class_id", "session", ["id", "class_id"], unique=True)
    _people()
    _attendance()
    _figures()


def _people():
    op.create_table(
        "trainee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_name", sa.String(length=80), nullable=False),
        sa.Column("kind", _choice("traineekind", "member", "committee"), nullable=False),
        sa.Column("phone_sealed", sa.String(length=200), nullable=True),
        sa.Column("identity_blind", sa.String(length=64), nullable=True),
        sa.Column("identity_tail", sa.String(length=4), nullable=False),
        sa.Column("search_text", sa.String(length=400), nullable=False),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_trainee_name")),
        sa.CheckConstraint(
            "(identity_blind IS NULL) = (identity_tail = '')", name=op.f("ck_trainee_identity")
        ),
        _refers("trainee", "unit_id", "org_unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainee")),
        sa.UniqueConstraint("identity_blind", name=op.f("uq_trainee_identity_blind")),
    )
    op.create_index(op.f("ix_trainee_unit_id"), "trainee", ["unit_id"])
    op.create_index(
        "uq_trainee_unit_id_unit_name_name",
        "trainee",
        ["unit_id", "unit_name", "name"],
        unique=True,
        sqlite_where=sa.text("identity_blind IS NULL"),
        postgresql_where=sa.text("identity_blind IS NULL"),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        _refers("enrolment", "class_id", "training_class"),
        _refers("enrolment", "trainee_id", "trainee"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("class_id", "trainee_id", name=op.f("uq_enrolment_class_id_trainee_id")),
        sa.UniqueConstraint("id", "class_id", name=op.f("uq_enrolment_id_class_id")),
    )
    op.create_index(op.f("ix_enrolment_trainee_id"), "enrolment", ["trainee_id"])


def _attendance():
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("came", _choice("came", "present", "leave", "absent"), nullable=False),
        sa.Column("source", _choice("recordedby", "code", "list"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("came <> 'leave' OR reason <> ''", name=op.f("ck_attendance_reason")),
        sa.ForeignKeyConstraint(
            ["enrolment_id", "class_id"],
            ["enrolment.id", "enrolment.class_id"],
            name="fk_attendance_enrolment",
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "class_id"], ["session.id", "session.class_id"], name="fk_attendance_session"
        ),
        sa.PrimaryKeyConstraint("session_id", "enrolment_id", name=op.f("pk_attendance")),
    )
    op.create_index("ix_attendance_enrolment_id", "attendance", ["enrolment_id"])


def _figures():
    op.create_table(
        "credited_hours",
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=6, scale=1), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours > 0 AND sessions > 0", name=op.f("ck_credited_hours_some")),
        _refers("credited_hours", "trainee_id", "trainee"),
        sa.PrimaryKeyConstraint("trainee_id", "year", name=op.f("pk_credited_hours")),
    )
    op.create_index("ix_credited_hours_year_hours", "credited_hours", ["year", "hours"])
    op.create_table(
        "call_up_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_call_up_review_reason")),
        _refers("call_up_review", "trainee_id", "trainee"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_up_review")),
        sa.UniqueConstraint("trainee_id", "mark", name=op.f("uq_call_up_review_trainee_id_mark")),
    )

    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        _refers("roster_import", "class_id", "training_class"),
        _refers("roster_import", "uploaded_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    op.create_index(op.f("ix_roster_import_class_id"), "roster_import", ["class_id"])


def downgrade():
    for table in ("roster_import", "call_up_review", "credited_hours", "attendance", "enrolment", "trainee"):
        op.drop_table(table)
    op.drop_index("uq_session_id_class_id", "session")
