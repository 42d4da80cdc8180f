"""how often in a row looking for a substitute broke off; an index of everybody's classes"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("substitute_call", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("substitute_call") as batch:
        batch.alter_column("failures", server_default=None)
    op.drop_index("ix_enrolment_trainee_id", "enrolment")
    op.create_index("ix_enrolment_trainee_class", "enrolment", ["trainee_id", "class_id"])


def downgrade():
    op.drop_index("ix_enrolment_trainee_class", "enrolment")
    op.create_index("ix_enrolment_trainee_id", "enrolment", ["trainee_id"])
    with op.batch_alter_table("substitute_call") as batch:
        batch.drop_column("failures")
