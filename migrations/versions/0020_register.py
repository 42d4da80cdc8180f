"""the life of bases: papers, site reviews, yearly reviews, rectifications, alerts"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_PURPOSES = (
    "trial_lecture",
    "supervision",
    "trainee_lecture",
    "trainee_interactive",
    "instructor_class",
    "instructor_base",
    "class_closing",
)
_OPEN = sa.text("closed_at IS NULL")


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table, column, target, *, null=True):
    name = op.f(f"fk_{table}_{column}_{target}")
    return (
        sa.Column(column, sa.Integer(), nullable=null),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name),
    )


def _table(name, *parts):
    flat = [p for part in parts for p in (part if isinstance(part, tuple) else (part,))]
    columns = [p for p in flat if isinstance(p, sa.Column)]
    rest = [p for p in flat if not isinstance(p, sa.Column)]
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *rest,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _check(table, name, rule):
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _unique(table, *columns):
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _purposes(*values):
    words = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("score_form") as batch_op:
        batch_op.drop_constraint(op.f("ck_score_form_purpose"), type_="check")
        batch_op.create_check_constraint(op.f("ck_score_form_purpose"), f"purpose IN ({words})")


_NEW_FORMS = "(SELECT id FROM score_form WHERE purpose IN ('site_review', 'base_year'))"
_FORGET = {
    "mark": f"DELETE FROM mark WHERE sheet_id IN (SELECT id FROM score_sheet WHERE form_id IN {_NEW_FORMS})",  # noqa: S608
    "score_sheet": f"DELETE FROM score_sheet WHERE form_id IN {_NEW_FORMS}",  # noqa: S608
    "indicator": f"DELETE FROM indicator WHERE form_id IN {_NEW_FORMS}",  # noqa: S608
    "score_form": "DELETE FROM score_form WHERE purpose IN ('site_review', 'base_year')",
}


def _forget():
    """Forms of a purpose an older version does not know go with their sheets; PostgreSQL's guards look away."""
    guarded = op.get_bind().dialect.name == "postgresql"
    for table, statement in _FORGET.items():
        if guarded:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute(statement)
        if guarded:
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def upgrade():
    _purposes(*_PURPOSES, "site_review", "base_year")
    _table(
        "base_document",
        _key("base_document", "base_id", "teaching_base", null=False),
        sa.Column(
            "kind",
            _choice(
                "documentkind",
                "application",
                "safety_plan",
                "filing_form",
                "plaque",
                "rectification_report",
                "other",
            ),
            nullable=False,
        ),
        _key("base_document", "file_id", "stored_file", null=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        _key("base_document", "added_by_id", "user"),
        sa.Column("added_by", sa.String(80), nullable=False),
        _unique("base_document", "file_id"),
    )
    op.create_index(op.f("ix_base_document_base_id"), "base_document", ["base_id"])
    _table(
        "site_review",
        _key("site_review", "base_id", "teaching_base", null=False),
        _key("site_review", "form_id", "score_form", null=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        _key("site_review", "opened_by_id", "user"),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("mean", sa.Numeric(5, 1), nullable=True),
        sa.Column("spread", sa.Numeric(5, 1), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _check("site_review", "closed", "(closed_at IS NULL) = (passed IS NULL)"),
        _check("site_review", "counted", "passed IS NULL OR mean IS NOT NULL"),
    )
    op.create_index(op.f("ix_site_review_base_id"), "site_review", ["base_id"])
    op.create_index(
        "uq_site_review_open",
        "site_review",
        ["base_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    _table(
        "site_review_seat",
        _key("site_review_seat", "review_id", "site_review", null=False),
        _key("site_review_seat", "user_id", "user", null=False),
        sa.Column("office", sa.String(80), nullable=False),
        _key("site_review_seat", "sheet_id", "score_sheet"),
        _unique("site_review_seat", "review_id", "user_id"),
        _unique("site_review_seat", "review_id", "office"),
        _unique("site_review_seat", "sheet_id"),
    )
    op.create_index(op.f("ix_site_review_seat_user_id"), "site_review_seat", ["user_id"])
    _table(
        "annual_review",
        _key("annual_review", "base_id", "teaching_base", null=False),
        sa.Column("year", sa.Integer(), nullable=False),
        _key("annual_review", "form_id", "score_form", null=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        _key("annual_review", "sheet_id", "score_sheet"),
        _key("annual_review", "reviewed_by_id", "user"),
        sa.Column("reviewed_by", sa.String(80), nullable=False),
        sa.Column("conclusion", _choice("annualconclusion", "renew", "rectify", "revoke"), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        _key("annual_review", "decided_by_id", "user"),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("opinion", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _unique("annual_review", "base_id", "year"),
        _unique("annual_review", "sheet_id"),
        _check("annual_review", "decided", "(conclusion IS NULL) = (decided_at IS NULL)"),
        _check("annual_review", "scored", "conclusion IS NULL OR sheet_id IS NOT NULL"),
        _check("annual_review", "two_people", "decided_by_id <> reviewed_by_id"),
    )
    op.create_index(op.f("ix_annual_review_base_id"), "annual_review", ["base_id"])
    _table(
        "rectification",
        _key("rectification", "base_id", "teaching_base", null=False),
        _key("rectification", "annual_review_id", "annual_review"),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column(
            "state",
            _choice("rectificationstate", "ordered", "reported", "accepted", "ended"),
            nullable=False,
        ),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        _key("rectification", "ordered_by_id", "user"),
        sa.Column("ordered_by", sa.String(80), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _check("rectification", "closed", "(closed_at IS NULL) = (state IN ('ordered', 'reported'))"),
    )
    for column in ("base_id", "annual_review_id", "due"):
        op.create_index(op.f(f"ix_rectification_{column}"), "rectification", [column])
    op.create_index(
        "uq_rectification_open",
        "rectification",
        ["base_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    _table(
        "rectification_report",
        _key("rectification_report", "rectification_id", "rectification", null=False),
        sa.Column("text", sa.Text(), nullable=False),
        _key("rectification_report", "document_id", "base_document"),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        _key("rectification_report", "reported_by_id", "user"),
        sa.Column("reported_by", sa.String(80), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(300), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        _key("rectification_report", "answered_by_id", "user"),
        sa.Column("answered_by", sa.String(80), nullable=False),
        _unique("rectification_report", "document_id"),
        _check("rectification_report", "answered", "(accepted IS NULL) = (answered_at IS NULL)"),
        _check("rectification_report", "two_people", "answered_by_id <> reported_by_id"),
    )
    op.create_index(
        op.f("ix_rectification_report_rectification_id"), "rectification_report", ["rectification_id"]
    )
    _table(
        "base_alert",
        _key("base_alert", "base_id", "teaching_base", null=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        _unique("base_alert", "base_id", "expires_on", "days"),
        _check("base_alert", "days", "days IN (90, 30, 0)"),
    )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS teaching_base_state ON teaching_base")
        op.execute("DROP FUNCTION IF EXISTS teaching_base_state()")
        for name in ("insert", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS booking_base_{name} ON booking")
        op.execute("DROP FUNCTION IF EXISTS booking_base()")
    for table in (
        "base_alert",
        "rectification_report",
        "rectification",
        "annual_review",
        "site_review_seat",
        "site_review",
        "base_document",
    ):
        op.drop_table(table)
    _forget()
    _purposes(*_PURPOSES)
