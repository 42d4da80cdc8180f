"""seasons, special hours, the calendar, buffers, limits of a base, and guides and sets that bookings claim"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KINDS = ("guide", "coach", "projector", "microphone_set")
_BOOKED = ("class", "instructor", "venue")
_BUFFERS = (
    "minutes_before BETWEEN 0 AND 240 AND minutes_before % 15 = 0 "
    "AND minutes_after BETWEEN 0 AND 240 AND minutes_after % 15 = 0"
)
_MONTH_DAY = "{0} BETWEEN 101 AND 1231 AND {0} % 100 BETWEEN 1 AND 31"


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _refers(table, column, to, key="id"):
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def _hours(table, owner, *more):
    """A table of opening times below another."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(owner, sa.Integer(), nullable=False),
        *more,
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("closes > opens", name=op.f(f"ck_{table}_span")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _calendar():
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("standing", _choice("standing", "official", "provisional"), nullable=False),
        sa.Column("is_edited", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rule", _choice("dayrule", "holiday", "make_up"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_calendar_day_name")),
        _refers("calendar_day", "year", "calendar_year", "year"),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_index(op.f("ix_calendar_day_year"), "calendar_day", ["year"])


def _opening():
    op.create_table(
        "opening_season",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(_MONTH_DAY.format(end), name=op.f(f"ck_opening_season_{end}"))
            for end in ("begins", "ends")
        ),
        _refers("opening_season", "base_id", "teaching_base"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_season")),
        sa.UniqueConstraint("base_id", "name", name=op.f("uq_opening_season_base_id_name")),
    )
    _hours(
        "season_hours",
        "season_id",
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_season_hours_weekday")),
        _refers("season_hours", "season_id", "opening_season"),
        sa.UniqueConstraint(
            "season_id", "weekday", "opens", name=op.f("uq_season_hours_season_id_weekday_opens")
        ),
    )
    _hours(
        "special_hours",
        "base_id",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        _refers("special_hours", "base_id", "teaching_base"),
        sa.UniqueConstraint("base_id", "day", "opens", name=op.f("uq_special_hours_base_id_day_opens")),
    )
    op.create_index("ix_special_hours_base_day", "special_hours", ["base_id", "day"])


def _resources():
    op.create_table(
        "base_resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("baseresourcekind", *_KINDS), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("out_of_order", sa.Integer(), nullable=False),
        sa.Column("out_from", sa.Date(), nullable=True),
        sa.Column("out_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_base_resource_count")),
        sa.CheckConstraint("out_of_order BETWEEN 0 AND count", name=op.f("ck_base_resource_out_of_order")),
        sa.CheckConstraint(
            "out_until IS NULL OR out_from IS NULL OR out_until >= out_from",
            name=op.f("ck_base_resource_out_span"),
        ),
        _refers("base_resource", "base_id", "teaching_base"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_base_resource")),
        sa.UniqueConstraint("base_id", "kind", name=op.f("uq_base_resource_base_id_kind")),
    )
    op.create_table(
        "session_need",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("baseresourcekind", *_KINDS), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count BETWEEN 0 AND 50", name=op.f("ck_session_need_count")),
        _refers("session_need", "session_id", "session"),
        sa.PrimaryKeyConstraint("session_id", "kind", name=op.f("pk_session_need")),
    )
    op.execute(
        "INSERT INTO base_resource (base_id, kind, name, count, out_of_order, version) "
        "SELECT id, 'guide', '', guides, 0, 1 FROM teaching_base WHERE guides > 0"
    )


def _swap_check(kinds):
    """SQLite knows the check by its name only while the table is made anew, so it goes and comes in two steps."""
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_booking_resourcekind"), type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_booking_resourcekind"), f"kind IN ({listed})")


def upgrade():
    _calendar()
    _opening()
    _resources()
    with op.batch_alter_table("teaching_base", schema=None) as batch_op:
        batch_op.add_column(sa.Column("groups", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("max_per_day", sa.Integer(), nullable=True))
        for name in ("closed_on_holidays", "make_up_as_monday"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_column("guides")
        batch_op.create_check_constraint(
            batch_op.f("ck_teaching_base_groups"), "groups IS NULL OR groups >= 1"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_teaching_base_batches"), "max_per_day IS NULL OR max_per_day >= 1"
        )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        for name in ("minutes_before", "minutes_after"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(batch_op.f("ck_venue_buffers"), _BUFFERS)
    _swap_check((*_BOOKED, "resource"))
    with op.batch_alter_table("booking", schema=None) as batch_op:
        for name in ("units_before", "units_after"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(
            batch_op.f("ck_booking_buffers"),
            "units_before >= 0 AND units_after >= 0 AND to_unit - from_unit > units_before + units_after",
        )


def downgrade():
    op.execute("DELETE FROM claim WHERE kind = 'resource'")
    op.execute("DELETE FROM booking WHERE kind = 'resource'")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("insert", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS booking_site_{name} ON booking")
        op.execute("DROP FUNCTION IF EXISTS booking_site()")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_booking_buffers"), type_="check")
        batch_op.drop_column("units_after")
        batch_op.drop_column("units_before")
    _swap_check(_BOOKED)
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_venue_buffers"), type_="check")
        batch_op.drop_column("minutes_after")
        batch_op.drop_column("minutes_before")
    with op.batch_alter_table("teaching_base", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_teaching_base_batches"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_teaching_base_groups"), type_="check")
        batch_op.add_column(sa.Column("guides", sa.Integer(), nullable=False, server_default="0"))
        for name in ("make_up_as_monday", "closed_on_holidays", "max_per_day", "groups"):
            batch_op.drop_column(name)
    op.execute(
        "UPDATE teaching_base SET guides = COALESCE((SELECT count FROM base_resource r "
        "WHERE r.base_id = teaching_base.id AND r.kind = 'guide'), 0)"
    )
    for table in ("session_need", "base_resource", "special_hours", "season_hours", "opening_season"):
        op.drop_table(table)
    op.drop_table("calendar_day")
    op.drop_table("calendar_year")
