"""score forms have drafts, owners, scales and parts"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OLD = ("trial_lecture", "supervision")
NEW = (
    *OLD,
    "trainee_lecture",
    "trainee_interactive",
    "instructor_class",
    "instructor_base",
    "class_closing",
)
DELIVERED, IN_FORCE = sa.column("owner_id").is_(None), sa.column("is_current", sa.Boolean()).is_(True)
ONLY = {
    "uq_score_form_version": (["owner_id", "purpose", "number"], None),
    "uq_score_form_version_delivered": (["purpose", "number"], DELIVERED),
    "uq_score_form_current": (["owner_id", "purpose"], IN_FORCE),
    "uq_score_form_current_delivered": (["purpose"], sa.and_(DELIVERED, IN_FORCE)),
    "uq_score_form_draft": (["owner_id", "purpose"], sa.column("issued_at").is_(None)),
}


def _is_one_of(values):
    return "purpose IN (" + ", ".join(f"'{v}'" for v in values) + ")"


def _swap_check(values):
    with op.batch_alter_table("score_form", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_score_form_purpose"), type_="check")
    with op.batch_alter_table("score_form", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_score_form_purpose"), _is_one_of(values))


def upgrade():
    with op.batch_alter_table("score_form", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("issued_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("issued_by", sa.String(length=80), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("uq_score_form_purpose_number"), type_="unique")
        batch_op.create_foreign_key(
            batch_op.f("fk_score_form_owner_id_org_unit"), "org_unit", ["owner_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_score_form_owner_id"), ["owner_id"], unique=False)
    _swap_check(NEW)
    # Every form there is was in force from its first sheet on.
    op.execute(
        "UPDATE score_form SET issued_at = coalesce("
        "(SELECT min(filled_at) FROM score_sheet WHERE score_sheet.form_id = score_form.id), CURRENT_TIMESTAMP)"
    )
    with op.batch_alter_table("score_form", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_score_form_pass_mark"), "pass_mark BETWEEN 0 AND 100")
        batch_op.create_check_constraint(
            batch_op.f("ck_score_form_current_is_issued"), "issued_at IS NOT NULL OR NOT is_current"
        )
    for name, (columns, where) in ONLY.items():
        op.create_index(name, "score_form", columns, unique=True, sqlite_where=where, postgresql_where=where)
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scale", sa.String(length=32), nullable=False, server_default="points"))
        batch_op.add_column(sa.Column("section", sa.String(length=40), nullable=False, server_default=""))
        batch_op.create_check_constraint(
            batch_op.f("ck_indicator_scale"), "scale IN ('points', 'five', 'ten')"
        )


def downgrade():
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_indicator_scale"), type_="check")
        batch_op.drop_column("section")
        batch_op.drop_column("scale")
    for name in ONLY:
        op.drop_index(name, table_name="score_form")
    with op.batch_alter_table("score_form", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_score_form_current_is_issued"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_score_form_pass_mark"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_score_form_owner_id_org_unit"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_score_form_owner_id"))
        batch_op.drop_column("issued_by")
        batch_op.drop_column("issued_at")
        batch_op.drop_column("owner_id")
        batch_op.create_unique_constraint(batch_op.f("uq_score_form_purpose_number"), ["purpose", "number"])
    _swap_check(OLD)
