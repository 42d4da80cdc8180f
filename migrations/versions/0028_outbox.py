"""the outbox to look through, addresses outside the application, wishes, and the way of each message"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None

_TOPICS = ("lesson", "change", "substitute", "visit", "reminder", "review", "office")
_CHANNELS = ("mail", "wecom", "dingtalk", "feishu")
_STATES = ("look", "held_back", "ready", "going", "retrying", "sent", "given_up")
_WAYS = ("waiting", "sending", "retrying", "sent", "given_up")
_TOPIC_OF = (
    "CASE WHEN kind IN ('lesson_asked', 'booking_asked') THEN 'lesson' "
    "WHEN kind IN ('booking_changed', 'booking_withdrawn', 'base_stopped', 'visit_stopped') THEN 'change' "
    "WHEN kind = 'lesson_declined' THEN 'substitute' WHEN kind LIKE 'visit%' THEN 'visit' "
    "WHEN kind IN ('reminder', 'term', 'designation') THEN 'reminder' "
    "WHEN kind IN ('review', 'site_review', 'courseware', 'assessment') THEN 'review' ELSE 'office' END"
)


def _choice(name, values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _refers(table, column, to):
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade():
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("topic", sa.String(32), nullable=False, server_default="office"))
        batch.add_column(sa.Column("state", sa.String(32), nullable=False, server_default="ready"))
        batch.add_column(sa.Column("let_go_by", sa.String(80), nullable=False, server_default=""))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.create_foreign_key(op.f("fk_outbox_message_unit_id_org_unit"), "org_unit", ["unit_id"], ["id"])
        batch.drop_index("ix_outbox_message_sent_at")
    op.execute("UPDATE outbox_message SET state = 'sent' WHERE sent_at IS NOT NULL")
    op.execute(f"UPDATE outbox_message SET topic = {_TOPIC_OF}")  # noqa: S608  (constants)
    with op.batch_alter_table("outbox_message") as batch:
        for name, kind, values in (("topic", "topic", _TOPICS), ("state", "messagestate", _STATES)):
            listed = ", ".join(f"'{value}'" for value in values)
            batch.create_check_constraint(op.f(f"ck_outbox_message_{kind}"), f"{name} IN ({listed})")
        for name in ("topic", "state", "let_go_by", "version"):
            batch.alter_column(name, server_default=None)
        batch.create_index("ix_outbox_message_state", ["state", "id"])
        batch.create_index("ix_outbox_message_unit", ["unit_id", "state", "id"])
    op.create_table(
        "message_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("channel", _choice("channel", _CHANNELS), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("target_sealed", sa.String(1200), nullable=False),
        sa.Column("secret_sealed", sa.String(400), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("code_until", sa.DateTime(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_message_address_whose")),
        sa.CheckConstraint(
            "unit_id IS NULL OR channel <> 'mail'", name=op.f("ck_message_address_unit_robot")
        ),
        _refers("message_address", "user_id", "user"),
        _refers("message_address", "unit_id", "org_unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_address")),
    )
    op.create_index("ix_message_address_user", "message_address", ["user_id"])
    op.create_index("ix_message_address_unit", "message_address", ["unit_id"])
    op.create_table(
        "message_preference",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("digest", _choice("digest", ("at_once", "daily")), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("message_preference", "user_id", "user"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_message_preference")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("state", _choice("deliverystate", _WAYS), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("parcel", sa.String(32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        _refers("delivery", "message_id", "outbox_message"),
        _refers("delivery", "address_id", "message_address"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", "address_id", name=op.f("uq_delivery_message_id_address_id")),
    )
    op.create_index("ix_delivery_state_due", "delivery", ["state", "due_at"])
    op.create_index("ix_delivery_parcel", "delivery", ["parcel"])
    op.create_index(op.f("ix_delivery_address_id"), "delivery", ["address_id"])


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS delivery_sent ON delivery")
        op.execute("DROP FUNCTION IF EXISTS delivery_sent()")
    for table in ("delivery", "message_preference", "message_address"):
        op.drop_table(table)
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_index("ix_outbox_message_unit")
        batch.drop_index("ix_outbox_message_state")
        batch.drop_constraint(op.f("ck_outbox_message_messagestate"), type_="check")
        batch.drop_constraint(op.f("ck_outbox_message_topic"), type_="check")
        batch.drop_constraint(op.f("fk_outbox_message_unit_id_org_unit"), type_="foreignkey")
        for name in ("version", "let_go_by", "state", "topic", "unit_id"):
            batch.drop_column(name)
        batch.create_index("ix_outbox_message_sent_at", ["sent_at"])
