"""an index wide enough to count from: sessions that began and are not marked"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_session_start", table_name="session")
    op.create_index("ix_session_start", "session", ["start", "state", "class_id"])


def downgrade():
    op.drop_index("ix_session_start", table_name="session")
    op.create_index("ix_session_start", "session", ["start"])
