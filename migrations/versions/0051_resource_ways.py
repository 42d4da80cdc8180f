"""how long a coach is on its way before and after a party"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("base_resource") as batch:
        for name in ("minutes_before", "minutes_after"):
            batch.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        batch.create_check_constraint(
            op.f("ck_base_resource_ways"),
            "minutes_before BETWEEN 0 AND 240 AND minutes_before % 15 = 0 "
            "AND minutes_after BETWEEN 0 AND 240 AND minutes_after % 15 = 0",
        )


def downgrade():
    with op.batch_alter_table("base_resource") as batch:
        batch.drop_constraint(op.f("ck_base_resource_ways"), type_="check")
        batch.drop_column("minutes_after")
        batch.drop_column("minutes_before")
