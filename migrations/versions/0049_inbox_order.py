"""an index that gives somebody's inbox in its order"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_inbox_item_user", "inbox_item", ["user_id", "id"])


def downgrade():
    op.drop_index("ix_inbox_item_user", table_name="inbox_item")
