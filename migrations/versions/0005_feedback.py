"""trainees' feedback: rounds, tickets, anonymous answers"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "feedback_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "open", "single_use", name="codemode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(), nullable=False),
        sa.Column("closes_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("excluded_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_feedback_round_span")),
        sa.CheckConstraint("most > 0", name=op.f("ck_feedback_round_most")),
        sa.ForeignKeyConstraint(
            ["form_id"], ["score_form.id"], name=op.f("fk_feedback_round_form_id_score_form")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user.id"], name=op.f("fk_feedback_round_opened_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_feedback_round_session_id_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_round")),
        sa.UniqueConstraint("session_id", name=op.f("uq_feedback_round_session_id")),
        sa.UniqueConstraint("token", name=op.f("uq_feedback_round_token")),
    )
    op.create_index(op.f("ix_feedback_round_form_id"), "feedback_round", ["form_id"])
    op.create_table(
        "feedback_ticket",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["feedback_round.id"], name=op.f("fk_feedback_ticket_round_id_feedback_round")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_feedback_ticket")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_feedback_ticket_round_id"), "feedback_ticket", ["round_id"])
    op.create_table(
        "trainee_answer",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["feedback_round.id"], name=op.f("fk_trainee_answer_round_id_feedback_round")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_trainee_answer")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_trainee_answer_round_id"), "trainee_answer", ["round_id"])


def downgrade():
    op.drop_table("trainee_answer")
    op.drop_table("feedback_ticket")
    op.drop_table("feedback_round")
