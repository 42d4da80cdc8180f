"""how many trainees of each kind a unit has, read from the index alone"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_trainee_unit_id", table_name="trainee")
    op.create_index("ix_trainee_unit_kind", "trainee", ["unit_id", "kind"])


def downgrade():
    op.drop_index("ix_trainee_unit_kind", table_name="trainee")
    op.create_index("ix_trainee_unit_id", "trainee", ["unit_id"])
