"""coaches and sets that visits ask for; bookings outside changed opening times"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0029"
branch_labels = None
depends_on = None

_KINDS = ("guide", "coach", "projector", "microphone_set")
_DAYS = ("always", "week", "season", "make_up", "holiday", "special", "closure")


def upgrade():
    op.create_table(
        "visit_need",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*_KINDS, name="baseresourcekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count BETWEEN 1 AND 50", name=op.f("ck_visit_need_count")),
        sa.CheckConstraint("kind <> 'guide'", name=op.f("ck_visit_need_asked")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_need_visit_id_visit")),
        sa.PrimaryKeyConstraint("visit_id", "kind", name=op.f("pk_visit_need")),
    )
    op.create_table(
        "outside_hours",
        sa.Column("booking_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*_DAYS, name="daykind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_outside_hours_booking_id_booking"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_outside_hours")),
    )


def downgrade():
    op.drop_table("outside_hours")
    op.drop_table("visit_need")
