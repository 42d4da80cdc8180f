"""what came to each base in each month, kept by triggers; an index to list visits by any of their columns"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_MONTH = {"sqlite": "date(p.start, 'start of month')", "postgresql": "date_trunc('month', p.start)::date"}
_CAME = "SELECT venue_id, start, 1 visits, c.groups, c.people, 0 sessions, 0 trainees, 0 missed FROM visit x JOIN check_in c ON c.visit_id = x.id WHERE x.state = 'arrived'"
_MISSED = "SELECT venue_id, start, 0, 0, 0, 0, 0, 1 FROM visit WHERE state = 'no_show'"
_HELD = (
    "SELECT venue_id, start, 0, 0, 0, 1, coalesce(s.attendance, c.people, 0), 0 FROM session s "
    "LEFT JOIN check_in c ON c.session_id = s.id WHERE s.state = 'held' AND s.method = 'on_site' AND start IS NOT NULL"
)
_WIDE = ["start", "unit_id", "venue_id", "state", "people", "groups", "asked_at"]
_TRIGGERS = {
    f"{table}_month_{event}": table
    for table, events in (
        ("visit", ("insert", "update")),
        ("session", ("insert", "update")),
        ("check_in", ("insert", "update", "delete")),
    )
    for event in events
}


def upgrade():
    counts = ("visits", "groups", "people", "sessions", "trainees", "missed")
    op.create_table(
        "base_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("base_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.CheckConstraint("visits >= 0 AND missed >= 0", name=op.f("ck_base_month_counts")),
        sa.ForeignKeyConstraint(
            ["base_id"], ["teaching_base.id"], name=op.f("fk_base_month_base_id_teaching_base")
        ),
        sa.PrimaryKeyConstraint("month", "base_id", name=op.f("pk_base_month")),
    )
    op.create_index(op.f("ix_base_month_base_id"), "base_month", ["base_id"])
    op.drop_index("ix_visit_start", table_name="visit")
    op.create_index("ix_visit_start", "visit", _WIDE)
    month = _MONTH[op.get_bind().dialect.name]
    op.execute(
        f"INSERT INTO base_month (base_id, month, {', '.join(counts)}) "  # noqa: S608  (constants)
        f"SELECT v.base_id, {month}, {', '.join(f'sum(p.{name})' for name in counts)} "
        f"FROM ({_CAME} UNION ALL {_MISSED} UNION ALL {_HELD}) p JOIN venue v ON v.id = p.venue_id "
        f"GROUP BY v.base_id, {month}"
    )


def downgrade():
    for name, table in _TRIGGERS.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
        else:
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
    op.drop_index("ix_visit_start", table_name="visit")
    op.create_index("ix_visit_start", "visit", ["start"])
    op.drop_index(op.f("ix_base_month_base_id"), table_name="base_month")
    op.drop_table("base_month")
