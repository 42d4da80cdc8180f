"""honours and the seats of their quotas"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "honour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "master_teacher",
                "fine_lecturer",
                "fine_course",
                "fine_lesson",
                name="honourkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("seat >= 1", name=op.f("ck_honour_seat")),
        sa.CheckConstraint("revoked_at IS NULL OR revoke_reason <> ''", name=op.f("ck_honour_revoked")),
        sa.CheckConstraint("document <> ''", name=op.f("ck_honour_document")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_honour_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_honour_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour")),
    )
    stands = sa.text("revoked_at IS NULL")
    op.create_index(
        "uq_honour_seat",
        "honour",
        ["unit_id", "kind", "first_year", "seat"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index(
        "uq_honour_once",
        "honour",
        ["instructor_id", "unit_id", "kind", "first_year", "title"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )


def downgrade():
    op.drop_index("uq_honour_once", "honour")
    op.drop_index("uq_honour_seat", "honour")
    op.drop_table("honour")
