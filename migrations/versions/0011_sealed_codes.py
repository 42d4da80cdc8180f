"""codes of feedback rounds are sealed at rest and looked up by digest"""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

from core.codes import digest
from core.sealed import seal, unseal

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

rounds = sa.table(
    "feedback_round",
    sa.column("id", sa.Integer),
    sa.column("token", sa.String),
    sa.column("row_key", sa.String),
    sa.column("token_sealed", sa.String),
    sa.column("token_digest", sa.String),
)


def upgrade():
    with op.batch_alter_table("feedback_round") as batch:
        batch.add_column(sa.Column("row_key", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("token_sealed", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("token_digest", sa.String(length=64), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(rounds.c.id, rounds.c.token)).all():
        key = token_hex(16)
        connection.execute(
            rounds.update()
            .where(rounds.c.id == row.id)
            .values(row_key=key, token_sealed=seal(row.token, f"token:{key}"), token_digest=digest(row.token))
        )
    with op.batch_alter_table("feedback_round") as batch:
        batch.drop_constraint(op.f("uq_feedback_round_token"), type_="unique")
        batch.drop_column("token")
        batch.alter_column("row_key", existing_type=sa.String(length=32), nullable=False)
        batch.alter_column("token_sealed", existing_type=sa.String(length=200), nullable=False)
        batch.alter_column("token_digest", existing_type=sa.String(length=64), nullable=False)
        batch.create_unique_constraint(op.f("uq_feedback_round_token_digest"), ["token_digest"])


def downgrade():
    with op.batch_alter_table("feedback_round") as batch:
        batch.add_column(sa.Column("token", sa.String(length=32), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(rounds.c.id, rounds.c.row_key, rounds.c.token_sealed)).all():
        token = unseal(row.token_sealed, f"token:{row.row_key}")
        connection.execute(rounds.update().where(rounds.c.id == row.id).values(token=token))
    with op.batch_alter_table("feedback_round") as batch:
        batch.drop_constraint(op.f("uq_feedback_round_token_digest"), type_="unique")
        batch.drop_column("token_digest")
        batch.drop_column("token_sealed")
        batch.drop_column("row_key")
        batch.alter_column("token", existing_type=sa.String(length=32), nullable=False)
        batch.create_unique_constraint(op.f("uq_feedback_round_token"), ["token"])
