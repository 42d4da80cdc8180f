"""yearly assessments: runs, and a row a person"""

from alembic import op
import sqlalchemy as sa


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "assessment_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "ready",
                "published",
                "failed",
                name="assessmentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("computed_at", sa.DateTime(), nullable=True),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("failure", sa.String(length=300), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_assessment_run_published")
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_assessment_run_year")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_assessment_run_asked_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_assessment_run_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_run")),
        sa.UniqueConstraint("owner_id", "year", name=op.f("uq_assessment_run_owner_id_year")),
    )
    op.create_index("ix_assessment_run_state", "assessment_run", ["state"])

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("feedback", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("feedback_sessions", sa.Integer(), nullable=False),
        sa.Column("feedback_answers", sa.Integer(), nullable=False),
        sa.Column("supervision", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("supervision_sheets", sa.Integer(), nullable=False),
        sa.Column("vetoes", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=7, scale=1), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("serious", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column(
            "last_grade",
            sa.Enum(
                "excellent",
                "qualified",
                "basic",
                "failed",
                "not_graded",
                name="last_grade",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("total", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column(
            "proposed",
            sa.Enum(
                "excellent",
                "qualified",
                "basic",
                "failed",
                "not_graded",
                name="proposed",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "grade",
            sa.Enum(
                "excellent",
                "qualified",
                "basic",
                "failed",
                "not_graded",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "consequence",
            sa.Enum(
                "renewal",
                "warning",
                "exit",
                "undecided",
                name="consequence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("adjust_reason", sa.String(length=300), nullable=False),
        sa.Column("adjusted_by", sa.String(length=80), nullable=False),
        sa.Column("adjusted_at", sa.DateTime(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("warned", "kept", name="outcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("outcome_reason", sa.String(length=300), nullable=False),
        sa.Column("outcome_by", sa.String(length=80), nullable=False),
        sa.Column("outcome_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("grade = proposed OR adjust_reason <> ''", name=op.f("ck_assessment_adjusted")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome <> 'kept' OR outcome_reason <> ''", name=op.f("ck_assessment_kept")
        ),
        sa.CheckConstraint("feedback BETWEEN 0 AND 100", name=op.f("ck_assessment_feedback")),
        sa.CheckConstraint("supervision BETWEEN 0 AND 100", name=op.f("ck_assessment_supervision")),
        sa.CheckConstraint("total BETWEEN 0 AND 100", name=op.f("ck_assessment_total")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_assessment_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["assessment_run.id"], name=op.f("fk_assessment_run_id_assessment_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("run_id", "instructor_id", name=op.f("uq_assessment_run_id_instructor_id")),
    )
    op.create_index(op.f("ix_assessment_instructor_id"), "assessment", ["instructor_id"])
    op.create_index("ix_assessment_run_total", "assessment", ["run_id", "total"])


def downgrade():
    op.drop_table("assessment")
    op.drop_table("assessment_run")
