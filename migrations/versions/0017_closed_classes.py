"""classes know that they are closed; indexes for pools as large as a province's"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("training_class", sa.Column("closed_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE training_class SET closed_at = (SELECT c.closed_at FROM class_closing c "
        "WHERE c.class_id = training_class.id AND c.taken_back_at IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM session s WHERE s.class_id = training_class.id AND s.state IN ('planned', 'published')))"
    )
    op.create_index("ix_session_class_id_state", "session", ["class_id", "state"])
    op.drop_index("ix_session_class_id", "session")
    op.create_index("ix_trainee_answer_round_id_total", "trainee_answer", ["round_id", "total"])
    op.drop_index("ix_trainee_answer_round_id", "trainee_answer")


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS session_closed ON session")
        op.execute("DROP TRIGGER IF EXISTS training_class_closes ON training_class")
    op.create_index("ix_trainee_answer_round_id", "trainee_answer", ["round_id"])
    op.drop_index("ix_trainee_answer_round_id_total", "trainee_answer")
    op.create_index("ix_session_class_id", "session", ["class_id"])
    op.drop_index("ix_session_class_id_state", "session")
    op.drop_column("training_class", "closed_at")
