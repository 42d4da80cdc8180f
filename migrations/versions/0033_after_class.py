"""materials of sessions, and what was agreed after a session"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0043"
branch_labels = None
depends_on = None


def _refers(table, column, to):
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade():
    op.create_table(
        "session_material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(file_id IS NULL) <> (url = '')", name=op.f("ck_session_material_one_source")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_session_material_title")),
        _refers("session_material", "session_id", "session"),
        _refers("session_material", "file_id", "stored_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_material")),
    )
    op.create_index(op.f("ix_session_material_session_id"), "session_material", ["session_id"])
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("what <> '' AND who <> ''", name=op.f("ck_follow_up_said")),
        _refers("follow_up", "session_id", "session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_session_id"), "follow_up", ["session_id"])
    op.create_index("ix_follow_up_done_at_due_on", "follow_up", ["done_at", "due_on"])


def downgrade():
    for table in ("follow_up", "session_material"):
        op.drop_table(table)
