"""weekly patterns of availability; a dated "can" that lifts them"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_GRADES = ("can", "cannot", "rather_not")


def _grade(*words):
    return sa.Enum(*words, name="grade", native_enum=False, create_constraint=True, length=32)


def upgrade():
    op.create_table(
        "weekly_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "all_day",
                "morning",
                "afternoon",
                "evening",
                name="daypart",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("grade", _grade(*_GRADES), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "self",
                "phone",
                "wechat",
                "in_person",
                "import",
                name="answersource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_weekly_time_weekday")),
        sa.CheckConstraint("part <> 'all_day'", name=op.f("ck_weekly_time_half")),
        sa.CheckConstraint("grade <> 'can'", name=op.f("ck_weekly_time_away")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_weekly_time_span")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_weekly_time_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user.id"], name=op.f("fk_weekly_time_recorded_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_time")),
        sa.UniqueConstraint(
            "instructor_id", "weekday", "part", name=op.f("uq_weekly_time_instructor_id_weekday_part")
        ),
    )
    _allow(*_GRADES)


def downgrade():
    op.execute("DELETE FROM unavailability WHERE grade = 'can'")
    _allow("cannot", "rather_not")
    op.drop_table("weekly_time")


def _allow(*words):
    """Which grades the dated entries may have."""
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("unavailability", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_unavailability_grade"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_unavailability_grade"), f"grade IN ({listed})")
