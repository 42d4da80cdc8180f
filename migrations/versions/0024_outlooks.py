"""what the forecast of duties found is kept, and marked out of date by what changes"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_READ = (
    "booking", "course", "credit", "instructor", "loan", "obligation", "org_unit", "post", "qualification", "scheme",
    "session", "setting", "training_class", "unavailability", "weekly_time",
)  # fmt: skip


def upgrade():
    op.create_table(
        "duty_outlook",
        sa.Column("obligation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lessons_left", sa.Integer(), nullable=False),
        sa.Column("lessons_near", sa.Integer(), nullable=False),
        sa.Column("is_crowded", sa.Boolean(), nullable=False),
        sa.CheckConstraint("lessons_left >= 0 AND lessons_near >= 0", name=op.f("ck_duty_outlook_lessons")),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligation.id"],
            name=op.f("fk_duty_outlook_obligation_id_obligation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("obligation_id", name=op.f("pk_duty_outlook")),
    )
    op.create_table(
        "duty_reckoning",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_duty_reckoning_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_reckoning")),
    )
    op.create_table(
        "duty_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_change")),
    )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        for table in _READ:
            op.execute(f'DROP TRIGGER IF EXISTS {table}_duty ON "{table}"')
        op.execute("DROP FUNCTION IF EXISTS duty_changed()")
    else:
        for table in _READ:
            for kind in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_duty_{kind}")
    for table in ("duty_change", "duty_reckoning", "duty_outlook"):
        op.drop_table(table)
