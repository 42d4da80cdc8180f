"""people of a unit are counted by term and account from one index"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_instructor_owner_state", table_name="instructor")
    columns = ["owner_id", "state", "term_end", "user_id"]
    op.create_index("ix_instructor_owner_state", "instructor", columns)


def downgrade():
    op.drop_index("ix_instructor_owner_state", table_name="instructor")
    op.create_index("ix_instructor_owner_state", "instructor", ["owner_id", "state"])
