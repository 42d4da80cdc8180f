"""school sites as a tree, their seven elements, courses a base can host, and the ledger of grants and spendings"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

_ELEMENTS = ("premises", "management", "teachers", "plan", "courses", "rules", "funds")


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade():
    with op.batch_alter_table("teaching_base") as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("courses_text", sa.String(300), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            op.f("fk_teaching_base_parent_id_teaching_base"), "teaching_base", ["parent_id"], ["id"]
        )
        batch_op.create_index(op.f("ix_teaching_base_parent_id"), ["parent_id"])
    op.create_table(
        "site_element",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("element", _choice("element", *_ELEMENTS), nullable=False),
        sa.Column("standing", _choice("standing", "met", "partly", "lacking"), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("judged_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"], ["teaching_base.id"], name=op.f("fk_site_element_base_id_teaching_base")
        ),
        sa.ForeignKeyConstraint(
            ["judged_by_id"], ["user.id"], name=op.f("fk_site_element_judged_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_element")),
        sa.UniqueConstraint("base_id", "element", name=op.f("uq_site_element_base_id_element")),
    )
    op.create_table(
        "funding_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("purpose", sa.String(120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_funding_grant_amount")),
        sa.CheckConstraint("spent BETWEEN 0 AND amount", name=op.f("ck_funding_grant_spent")),
        sa.ForeignKeyConstraint(
            ["base_id"], ["teaching_base.id"], name=op.f("fk_funding_grant_base_id_teaching_base")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_grant")),
    )
    op.create_index(op.f("ix_funding_grant_base_id"), "funding_grant", ["base_id"])
    op.create_table(
        "spending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("voucher_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("cancelled_by", sa.String(80), nullable=False),
        sa.Column("cancel_reason", sa.String(200), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_spending_amount")),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancel_reason = '')", name=op.f("ck_spending_cancelled")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["funding_grant.id"], name=op.f("fk_spending_grant_id_funding_grant")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["stored_file.id"], name=op.f("fk_spending_voucher_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_spending_voucher_id")),
    )
    op.create_index(op.f("ix_spending_grant_id"), "spending", ["grant_id"])


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS teaching_base_tree ON teaching_base")
        op.execute("DROP TRIGGER IF EXISTS spending_counts ON spending")
        op.execute("DROP FUNCTION IF EXISTS teaching_base_tree()")
        op.execute("DROP FUNCTION IF EXISTS spending_counts()")
    op.drop_table("spending")
    op.drop_table("funding_grant")
    op.drop_table("site_element")
    with op.batch_alter_table("teaching_base") as batch_op:
        batch_op.drop_index(op.f("ix_teaching_base_parent_id"))
        batch_op.drop_constraint(op.f("fk_teaching_base_parent_id_teaching_base"), type_="foreignkey")
        batch_op.drop_column("courses_text")
        batch_op.drop_column("parent_id")
