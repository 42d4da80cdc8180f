"""The database's own word that nothing new is booked at a base that cannot be booked [3 §五(一)]."""

from __future__ import annotations

from bases.rules.life import BOOKABLE
from core import guards

_STATES = ", ".join(f"'{state.value}'" for state in sorted(BOOKABLE))
_SHUT = (
    "EXISTS (SELECT 1 FROM venue v JOIN teaching_base b ON b.id = v.base_id WHERE v.id = NEW.resource_id "  # noqa: S608  (constants)
    f"AND (b.state NOT IN ({_STATES}) OR v.is_closed))"
)
"""Not filed yet, being put right, revoked, or the venue out of use; what stands is not touched."""
_LIVE_VENUE = "NEW.kind = 'venue' AND NEW.state IN ('held', 'confirmed')"
_IS_NEW = (
    "(OLD.state NOT IN ('held', 'confirmed') OR OLD.resource_id <> NEW.resource_id OR OLD.day <> NEW.day)"
)


def base_triggers(dialect: str) -> list[str]:
    """Statements that refuse new bookings of venues whose base cannot be booked."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, 'base cannot be booked') WHERE {_SHUT}"
        return [
            "DROP TRIGGER IF EXISTS booking_base_insert",
            "DROP TRIGGER IF EXISTS booking_base_update",
            f"CREATE TRIGGER booking_base_insert BEFORE INSERT ON booking WHEN {_LIVE_VENUE} BEGIN {refuse}; END",
            f"CREATE TRIGGER booking_base_update BEFORE UPDATE ON booking WHEN {_LIVE_VENUE} AND {_IS_NEW} "
            f"BEGIN {refuse}; END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION booking_base() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {_SHUT} THEN RAISE EXCEPTION 'base cannot be booked' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS booking_base_insert ON booking",
        "DROP TRIGGER IF EXISTS booking_base_update ON booking",
        f"CREATE TRIGGER booking_base_insert BEFORE INSERT ON booking FOR EACH ROW WHEN ({_LIVE_VENUE}) "
        "EXECUTE FUNCTION booking_base()",
        f"CREATE TRIGGER booking_base_update BEFORE UPDATE ON booking FOR EACH ROW WHEN ({_LIVE_VENUE} AND {_IS_NEW}) "
        "EXECUTE FUNCTION booking_base()",
    ]


guards.register(base_triggers)
