"""what instructors give classes and bases, and the closing of classes"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "instructor_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_instructor_score_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["training_class.id"], name=op.f("fk_instructor_score_class_id_training_class")
        ),
        sa.ForeignKeyConstraint(
            ["base_id"], ["teaching_base.id"], name=op.f("fk_instructor_score_base_id_teaching_base")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["score_sheet.id"], name=op.f("fk_instructor_score_sheet_id_score_sheet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_score")),
        sa.UniqueConstraint("sheet_id", name=op.f("uq_instructor_score_sheet_id")),
    )
    for column in ("instructor_id", "class_id", "base_id"):
        op.create_index(op.f(f"ix_instructor_score_{column}"), "instructor_score", [column])
    of_class = sa.text("base_id IS NULL")
    op.create_index(
        "uq_instructor_score_class",
        "instructor_score",
        ["class_id", "instructor_id"],
        unique=True,
        sqlite_where=of_class,
        postgresql_where=of_class,
    )
    op.create_index(
        "uq_instructor_score_base", "instructor_score", ["class_id", "base_id", "instructor_id"], unique=True
    )
    op.create_table(
        "class_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(), nullable=True),
        sa.Column("taken_back_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["training_class.id"], name=op.f("fk_class_closing_class_id_training_class")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["score_sheet.id"], name=op.f("fk_class_closing_sheet_id_score_sheet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_closing")),
        sa.UniqueConstraint("sheet_id", name=op.f("uq_class_closing_sheet_id")),
    )
    op.create_index(op.f("ix_class_closing_class_id"), "class_closing", ["class_id"])
    in_force = sa.text("taken_back_at IS NULL")
    op.create_index(
        "uq_class_closing_in_force",
        "class_closing",
        ["class_id"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def downgrade():
    op.drop_table("class_closing")
    op.drop_table("instructor_score")
