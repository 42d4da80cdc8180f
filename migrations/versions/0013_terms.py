"""the end of a term: alerts sent, renewals made together"""

from alembic import op
import sqlalchemy as sa


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATES = (
    "nominated",
    "eligibility_checked",
    "reviewed",
    "publicised",
    "approved",
    "letter_signed",
    "appointed",
    "suspended",
    "renewal_due",
    "exited",
    "rejected",
    "reserve",
)


def upgrade():
    op.create_table(
        "term_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("term_end", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("days IN (90, 30, 0)", name=op.f("ck_term_alert_days")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_term_alert_instructor_id_instructor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_alert")),
        sa.UniqueConstraint(
            "instructor_id", "term_end", "days", name=op.f("uq_term_alert_instructor_id_term_end_days")
        ),
    )
    op.create_table(
        "renewal_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("undone_at IS NULL OR undone_by <> ''", name=op.f("ck_renewal_batch_undone")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_renewal_batch_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_batch")),
    )
    op.create_index(op.f("ix_renewal_batch_owner_id"), "renewal_batch", ["owner_id"])
    op.create_table(
        "renewal_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column(
            "old_state",
            sa.Enum(*STATES, name="old_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("old_start", sa.Date(), nullable=True),
        sa.Column("old_end", sa.Date(), nullable=False),
        sa.Column("new_end", sa.Date(), nullable=False),
        sa.CheckConstraint("new_end > old_end", name=op.f("ck_renewal_line_longer")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["renewal_batch.id"], name=op.f("fk_renewal_line_batch_id_renewal_batch")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_renewal_line_instructor_id_instructor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_line")),
        sa.UniqueConstraint("batch_id", "instructor_id", name=op.f("uq_renewal_line_batch_id_instructor_id")),
    )
    op.create_index(op.f("ix_renewal_line_instructor_id"), "renewal_line", ["instructor_id"])


def downgrade():
    op.drop_table("renewal_line")
    op.drop_table("renewal_batch")
    op.drop_table("term_alert")
