"""recounts of duties, worked off by the queue"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "duty_recount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=True),
        sa.Column("years", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=300), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_duty_recount_done")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_duty_recount_scheme_id_scheme")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_duty_recount_asked_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_recount")),
    )


def downgrade():
    op.drop_table("duty_recount")
