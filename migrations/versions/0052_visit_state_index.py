"""visits of one state in any order of their list from an index alone"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

WIDE = ["state", "start", "unit_id", "venue_id", "people", "groups", "asked_at"]


def upgrade():
    op.drop_index("ix_visit_state_start", "visit")
    op.create_index("ix_visit_state_start", "visit", WIDE)


def downgrade():
    op.drop_index("ix_visit_state_start", "visit")
    op.create_index("ix_visit_state_start", "visit", WIDE[:2])
