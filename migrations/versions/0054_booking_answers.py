"""what is not answered by its deadline is found by it, however much is still to come"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_booking_state_answer_by", "booking", ["state", "answer_by"])


def downgrade():
    op.drop_index("ix_booking_state_answer_by", table_name="booking")
