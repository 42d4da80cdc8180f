"""loans of instructors between units, quotas of what a unit lends"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_PEOPLE = ("asked_by_id", "decided_by_id")
_CHECKS = {
    "parties": "lender_id <> borrower_id",
    "span": "last_day >= first_day",
    "sessions": "sessions >= 1",
    "granted": "granted BETWEEN 0 AND sessions",
    "used": "used BETWEEN 0 AND granted",
    "decided": "granted = 0 OR state IN ('approved', 'ended')",
    "approved": "granted > 0 OR state <> 'approved'",
    "refused": "state <> 'refused' OR answer <> ''",
    "ended": "state <> 'ended' OR end_reason <> ''",
    "two_people": "decided_by_id <> asked_by_id",
}


def upgrade():
    op.create_table(
        "lending_quota",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("lent", sa.Integer(), nullable=False),
        sa.CheckConstraint("lent BETWEEN 0 AND most", name=op.f("ck_lending_quota_lent")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_lending_quota_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("unit_id", "year", name=op.f("pk_lending_quota")),
    )
    op.create_table(
        "loan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("lender_id", sa.Integer(), nullable=False),
        sa.Column("borrower_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "approved",
                "refused",
                "withdrawn",
                "ended",
                name="loanstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_loan_{name}")) for name, rule in _CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_loan_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(["lender_id"], ["org_unit.id"], name=op.f("fk_loan_lender_id_org_unit")),
        sa.ForeignKeyConstraint(["borrower_id"], ["org_unit.id"], name=op.f("fk_loan_borrower_id_org_unit")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["training_class.id"], name=op.f("fk_loan_class_id_training_class")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_loan_{column}_user"))
            for column in _PEOPLE
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
    )
    for column in ("instructor_id", "class_id", "state"):
        op.create_index(op.f(f"ix_loan_{column}"), "loan", [column])
    op.create_index("ix_loan_borrower_day", "loan", ["borrower_id", "first_day"])
    op.create_index("ix_loan_lender_day", "loan", ["lender_id", "first_day"])
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("loan_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_booking_loan_id_loan"), "loan", ["loan_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_booking_loan_id"), ["loan_id"])


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        for name in ("loan_insert", "loan_update", "used_insert", "used_update"):
            op.execute(f"DROP TRIGGER IF EXISTS booking_{name} ON booking")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_loan_id"))
        batch_op.drop_constraint(batch_op.f("fk_booking_loan_id_loan"), type_="foreignkey")
        batch_op.drop_column("loan_id")
    op.drop_table("loan")
    op.drop_table("lending_quota")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("loan_quota", "booking_loan", "booking_used"):
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
