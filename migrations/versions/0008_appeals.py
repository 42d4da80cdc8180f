"""appeals against scores"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "rating_appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("score_id", sa.Integer(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("filed_at", sa.DateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "upheld",
                "rejected",
                "withdrawn",
                name="appealstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opinion", sa.String(length=300), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(score_id IS NULL) <> (round_id IS NULL)", name=op.f("ck_rating_appeal_one_score")
        ),
        sa.CheckConstraint(
            "(state IN ('upheld', 'rejected')) = (decided_at IS NOT NULL)",
            name=op.f("ck_rating_appeal_decided"),
        ),
        sa.CheckConstraint("state <> 'upheld' OR opinion <> ''", name=op.f("ck_rating_appeal_reason")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_rating_appeal_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_rating_appeal_session_id_session")
        ),
        sa.ForeignKeyConstraint(
            ["score_id"], ["session_score.id"], name=op.f("fk_rating_appeal_score_id_session_score")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["feedback_round.id"], name=op.f("fk_rating_appeal_round_id_feedback_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_appeal")),
        sa.UniqueConstraint("score_id", name=op.f("uq_rating_appeal_score_id")),
        sa.UniqueConstraint("round_id", name=op.f("uq_rating_appeal_round_id")),
    )
    for column in ("instructor_id", "session_id", "state"):
        op.create_index(op.f(f"ix_rating_appeal_{column}"), "rating_appeal", [column])


def downgrade():
    op.drop_table("rating_appeal")
