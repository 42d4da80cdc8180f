"""what matters how much in matching, under a name, and with each run"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "match_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_match_policy_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_policy")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_match_policy_owner_id_name")),
    )
    op.add_column("match_run", sa.Column("levels", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("match_run", sa.Column("policy", sa.String(length=40), nullable=False, server_default=""))


def downgrade():
    op.drop_column("match_run", "policy")
    op.drop_column("match_run", "levels")
    op.drop_table("match_policy")
