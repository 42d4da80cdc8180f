"""an index to list visits by time alone"""

from alembic import op

revision = "0045"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_visit_start", "visit", ["start"])


def downgrade():
    op.drop_index("ix_visit_start", table_name="visit")
