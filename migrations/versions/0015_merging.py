"""doubles of people: what they sound like, the file one was merged into, pairs told apart"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_STATES = (
    "nominated",
    "eligibility_checked",
    "reviewed",
    "publicised",
    "approved",
    "letter_signed",
    "appointed",
    "suspended",
    "renewal_due",
    "exited",
    "rejected",
    "reserve",
)


def upgrade():
    op.create_table(
        "distinct_people",
        sa.Column("first_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("said_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_distinct_people_order")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["instructor.id"], name=op.f("fk_distinct_people_first_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["instructor.id"], name=op.f("fk_distinct_people_second_id_instructor")
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_distinct_people")),
    )
    op.create_index(op.f("ix_distinct_people_second_id"), "distinct_people", ["second_id"])
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_sound", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_instructor_merged_into_id_instructor"), "instructor", ["merged_into_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_instructor_merged_into_id"), ["merged_into_id"])
        batch_op.create_index("ix_instructor_sound_unit", ["name_sound", "work_unit"])
        batch_op.create_index("ix_instructor_sound_birth", ["name_sound", "birth_month"])
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.alter_column("name_sound", server_default=None)
    op.execute(
        "UPDATE instructor SET name_sound ="
        " replace(replace(replace(replace(name_pinyin, 'zh', 'z'), 'ch', 'c'), 'sh', 's'), 'ng', 'n')"
    )
    _allow(*_STATES, "merged")
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_instructor_merged"), "(state = 'merged') = (merged_into_id IS NOT NULL)"
        )


def downgrade():
    """Merged files come back as files of people who left; what moved stays where it is."""
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_instructor_merged"), type_="check")
    op.execute("UPDATE instructor SET state = 'exited' WHERE state = 'merged'")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE pool_state_change DISABLE TRIGGER USER")
    op.execute("UPDATE pool_state_change SET after = 'exited' WHERE after = 'merged'")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE pool_state_change ENABLE TRIGGER USER")
    _allow(*_STATES)
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.drop_index("ix_instructor_sound_birth")
        batch_op.drop_index("ix_instructor_sound_unit")
        batch_op.drop_index(batch_op.f("ix_instructor_merged_into_id"))
        batch_op.drop_constraint(batch_op.f("fk_instructor_merged_into_id_instructor"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("name_sound")
    op.drop_table("distinct_people")


def _allow(*words):
    """Which states a person can be in."""
    listed = ", ".join(f"'{word}'" for word in words)
    for table, column, name in (
        ("instructor", "state", "poolstate"),
        ("pool_state_change", "before", "before"),
        ("pool_state_change", "after", "after"),
        ("renewal_line", "old_state", "old_state"),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_{name}"), type_="check")
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_{name}"), f"{column} IN ({listed})")
