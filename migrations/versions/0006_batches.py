"""batches"""

from alembic import op
import sqlalchemy as sa


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "review_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("panel_size", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("panel_size >= 3", name=op.f("ck_review_batch_panel_size")),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user.id"], name=op.f("fk_review_batch_applied_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user.id"], name=op.f("fk_review_batch_opened_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_review_batch_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_batch")),
    )
    with op.batch_alter_table("review_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_batch_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "review_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("declared_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_review_conflict_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_review_conflict_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_conflict")),
        sa.UniqueConstraint(
            "user_id", "instructor_id", name=op.f("uq_review_conflict_user_id_instructor_id")
        ),
    )
    with op.batch_alter_table("review_conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_conflict_instructor_id"), ["instructor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_conflict_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("review_panel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "decision",
                sa.Enum(
                    "advance",
                    "reserve",
                    "reject",
                    name="batchdecision",
                    native_enum=False,
                    create_constraint=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("decision_reason", sa.String(length=300), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_review_panel_batch_id"), ["batch_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_review_panel_batch_id_review_batch"), "review_batch", ["batch_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_review_panel_decided_by_id_user"), "user", ["decided_by_id"], ["id"]
        )

        batch_op.create_check_constraint(
            batch_op.f("ck_review_panel_batchdecision"), "decision IN ('advance', 'reserve', 'reject')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_review_panel_decision_reason"),
            "decision IS NULL OR decision = 'advance' OR decision_reason <> ''",
        )


def downgrade():
    with op.batch_alter_table("review_panel", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_review_panel_decided_by_id_user"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_review_panel_batch_id_review_batch"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_review_panel_decision_reason"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_review_panel_batchdecision"), type_="check")
        batch_op.drop_index(batch_op.f("ix_review_panel_batch_id"))
        batch_op.drop_column("decided_by_id")
        batch_op.drop_column("decision_reason")
        batch_op.drop_column("decision")
        batch_op.drop_column("batch_id")

    with op.batch_alter_table("review_conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_conflict_user_id"))
        batch_op.drop_index(batch_op.f("ix_review_conflict_instructor_id"))

    op.drop_table("review_conflict")
    with op.batch_alter_table("review_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_batch_owner_id"))

    op.drop_table("review_batch")
