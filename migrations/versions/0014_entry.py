"""entry: publicity, letters, certificates, engagement"""

from alembic import op
import sqlalchemy as sa


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "letter_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
        sa.Column("chosen_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["chosen_by_id"], ["user.id"], name=op.f("fk_letter_template_chosen_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_letter_template_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_letter_template_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint("file_id", name=op.f("uq_letter_template_file_id")),
    )
    with op.batch_alter_table("letter_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_template_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "appointment_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdraw_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_on IS NULL) = (withdraw_reason = '')",
            name=op.f("ck_appointment_certificate_withdrawn"),
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_appointment_certificate_valid")),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructor.id"],
            name=op.f("fk_appointment_certificate_instructor_id_instructor"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_appointment_certificate_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_appointment_certificate_code")),
        sa.UniqueConstraint("owner_id", "number", name=op.f("uq_appointment_certificate_owner_id_number")),
    )
    with op.batch_alter_table("appointment_certificate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_appointment_certificate_instructor_id"), ["instructor_id"], unique=False
        )
        batch_op.create_index(
            "uq_appointment_certificate_held",
            ["instructor_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_on IS NULL"),
            postgresql_where=sa.text("withdrawn_on IS NULL"),
        )

    op.create_table(
        "commitment_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("term_start", sa.Date(), nullable=False),
        sa.Column("term_end", sa.Date(), nullable=False),
        sa.Column("scan_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("term_end >= term_start", name=op.f("ck_commitment_letter_term")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_commitment_letter_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user.id"], name=op.f("fk_commitment_letter_recorded_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["stored_file.id"], name=op.f("fk_commitment_letter_scan_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_letter")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_commitment_letter_scan_id")),
    )
    with op.batch_alter_table("commitment_letter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_commitment_letter_instructor_id"), ["instructor_id"], unique=False
        )

    op.create_table(
        "publicity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_publicity_days")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_publicity_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_publicity_opened_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity")),
    )
    with op.batch_alter_table("publicity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publicity_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_publicity_instructor_id"), ["instructor_id"], unique=False)

    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publicity_id", sa.Integer(), nullable=False),
        sa.Column("raised_by_sealed", sa.String(length=400), nullable=True),
        sa.Column("contact_sealed", sa.String(length=400), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "dismissed",
                "upheld",
                name="objectionoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("answer", sa.String(length=400), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (answered_at IS NULL) AND (outcome IS NULL OR answer <> '')",
            name=op.f("ck_objection_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_objection_answered_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["publicity.id"], name=op.f("fk_objection_publicity_id_publicity")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user.id"], name=op.f("fk_objection_recorded_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objection_publicity_id"), ["publicity_id"], unique=False)

    # Whoever is a volunteer takes no fee; nothing kept the two apart until now.
    op.execute("UPDATE instructor SET fee_per_hour = 0 WHERE is_volunteer")
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("engaged_by", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("engaged_for", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_instructor_volunteer"), "NOT is_volunteer OR fee_per_hour = 0"
        )


def downgrade():
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_instructor_volunteer"), type_="check")
        batch_op.drop_column("engaged_for")
        batch_op.drop_column("engaged_by")

    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objection_publicity_id"))

    op.drop_table("objection")
    with op.batch_alter_table("publicity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publicity_instructor_id"))
        batch_op.drop_index(batch_op.f("ix_publicity_ends_on"))

    op.drop_table("publicity")
    with op.batch_alter_table("commitment_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commitment_letter_instructor_id"))

    op.drop_table("commitment_letter")
    with op.batch_alter_table("appointment_certificate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_appointment_certificate_held",
            sqlite_where=sa.text("withdrawn_on IS NULL"),
            postgresql_where=sa.text("withdrawn_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_appointment_certificate_instructor_id"))

    op.drop_table("appointment_certificate")
    with op.batch_alter_table("letter_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_template_owner_id"))

    op.drop_table("letter_template")
