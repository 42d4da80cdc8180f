"""supervisors' sheets know the page they were filled in on"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("session_score") as batch:
        batch.add_column(sa.Column("key", sa.String(length=40), nullable=True))
        batch.create_unique_constraint(op.f("uq_session_score_key"), ["key"])


def downgrade():
    with op.batch_alter_table("session_score") as batch:
        batch.drop_constraint(op.f("uq_session_score_key"), type_="unique")
        batch.drop_column("key")
