"""What a base takes, held by the database: no booking of a closed base, no party and no piece too many."""

from __future__ import annotations

from bases.rules import BOOKABLE
from core import guards

_STATES = ", ".join(f"'{state.value}'" for state in sorted(BOOKABLE))
_LIVE = "NEW.state IN ('held', 'confirmed')"
_WAS_LIVE = "OLD.state IN ('held', 'confirmed')"
_MOVED = (
    f"(NOT {_WAS_LIVE} OR OLD.kind <> NEW.kind OR OLD.resource_id <> NEW.resource_id OR OLD.day <> NEW.day "
    "OR OLD.seat <> NEW.seat OR OLD.from_unit <> NEW.from_unit OR OLD.to_unit <> NEW.to_unit)"
)
"""What stands is not touched: a base that closes later keeps its bookings until they are moved."""

_OF_VENUE = "FROM venue v JOIN teaching_base b ON b.id = v.base_id WHERE v.id = NEW.resource_id"
_OF_PIECE = "FROM base_resource r JOIN teaching_base b ON b.id = r.base_id WHERE r.id = NEW.resource_id"
_SHUT = (
    f"b.state NOT IN ({_STATES}) OR EXISTS (SELECT 1 FROM closure c WHERE c.base_id = b.id "  # noqa: S608  (constants)
    "AND NEW.day BETWEEN c.first_day AND c.last_day)"
)
_OTHERS = "o.kind = 'venue' AND o.state IN ('held', 'confirmed') AND o.day = NEW.day AND o.id <> NEW.id"
_AT_VENUE = f"SELECT count(*) FROM booking o WHERE {_OTHERS} AND o.resource_id = v.id"  # noqa: S608  (constants)
_AT_BASE = f"SELECT count(*) FROM booking o JOIN venue w ON w.id = o.resource_id WHERE {_OTHERS} AND w.base_id = b.id"  # noqa: S608  (constants)
_FULL = (
    "EXISTS (SELECT 1 FROM quarter_hour q WHERE q.unit >= NEW.from_unit AND q.unit < NEW.to_unit "  # noqa: S608  (constants)
    f"AND ({_AT_BASE} AND o.from_unit <= q.unit AND o.to_unit > q.unit) >= b.groups)"
)
_OUT = (
    "CASE WHEN (r.out_from IS NULL OR r.out_from <= NEW.day) AND (r.out_until IS NULL OR NEW.day <= r.out_until) "
    "THEN r.out_of_order ELSE 0 END"
)
_REFUSALS = (
    ("venue", "the base cannot be booked", f"SELECT 1 {_OF_VENUE} AND ({_SHUT} OR v.is_closed)"),
    ("venue", "the venue has no such seat", f"SELECT 1 {_OF_VENUE} AND NEW.seat >= v.groups"),
    ("venue", "the venue takes no more that day", f"SELECT 1 {_OF_VENUE} AND ({_AT_VENUE}) >= v.max_per_day"),
    ("venue", "the base takes no more that day", f"SELECT 1 {_OF_VENUE} AND ({_AT_BASE}) >= b.max_per_day"),
    ("venue", "the base takes no more then", f"SELECT 1 {_OF_VENUE} AND b.groups IS NOT NULL AND {_FULL}"),
    ("resource", "the base cannot be booked", f"SELECT 1 {_OF_PIECE} AND ({_SHUT})"),
    ("resource", "there is no such piece", f"SELECT 1 {_OF_PIECE} AND NEW.seat >= r.count - ({_OUT})"),
)
"""Kind of booking, what is said, and the select that finds something where it must be refused."""
# Whoever books at a base waits for whoever does so at the same moment, and for who closes it.
_LOCK = {
    "venue": f"PERFORM 1 {_OF_VENUE} FOR NO KEY UPDATE OF b",
    "resource": f"PERFORM 1 {_OF_PIECE} FOR NO KEY UPDATE OF b",
}


def site_triggers(dialect: str) -> list[str]:
    """Statements that refuse new bookings beyond what the base, its venue or its pieces allow on that day."""
    if dialect == "sqlite":
        return [statement for kind in _LOCK for statement in _for_sqlite(kind)]
    raised = "RAISE EXCEPTION '%s' USING ERRCODE = 'integrity_constraint_violation'"
    checks = " ".join(
        f"IF NEW.kind = '{kind}' AND EXISTS ({found}) THEN {raised % said}; END IF;"
        for kind, said, found in _REFUSALS
    )
    locks = " ".join(f"IF NEW.kind = '{kind}' THEN {lock}; END IF;" for kind, lock in _LOCK.items())
    live = f"NEW.kind IN ('venue', 'resource') AND {_LIVE}"
    return [
        "CREATE OR REPLACE FUNCTION booking_site() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {locks} {checks} RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS booking_site_insert ON booking",
        "DROP TRIGGER IF EXISTS booking_site_update ON booking",
        f"CREATE TRIGGER booking_site_insert BEFORE INSERT ON booking FOR EACH ROW WHEN ({live}) "
        "EXECUTE FUNCTION booking_site()",
        f"CREATE TRIGGER booking_site_update BEFORE UPDATE ON booking FOR EACH ROW WHEN ({live} AND {_MOVED}) "
        "EXECUTE FUNCTION booking_site()",
    ]


def _for_sqlite(kind: str) -> list[str]:
    checks = "; ".join(
        f"SELECT RAISE(ABORT, '{said}') WHERE EXISTS ({found})" for of, said, found in _REFUSALS if of == kind
    )
    when = f"NEW.kind = '{kind}' AND {_LIVE}"
    return [
        f"DROP TRIGGER IF EXISTS booking_{kind}_insert",
        f"DROP TRIGGER IF EXISTS booking_{kind}_update",
        f"CREATE TRIGGER booking_{kind}_insert AFTER INSERT ON booking WHEN {when} BEGIN {checks}; END",
        f"CREATE TRIGGER booking_{kind}_update AFTER UPDATE ON booking WHEN {when} AND {_MOVED} BEGIN {checks}; END",
    ]


guards.register(site_triggers, since="base_resource")
