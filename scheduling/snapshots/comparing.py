"""What has changed between two snapshots of the same plan, named by kind and row."""

from __future__ import annotations

from collections.abc import Mapping

from scheduling.snapshots.keys import Key, number

ROWS = {
    "instructors": "instructor",
    "venues": "venue",
    "classes": "class",
    "sessions": "session",
    "duties": "duty",
}


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[int]]:
    """Row ids of what differs, by kind; anything else that differs counts as `settings`.

    Takes the digests of two snapshots. Places and series follow from bases and classes and are not named.
    """
    found: dict[str, list[int]] = {}
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) == after.get(name):
            continue
        kind, _, row = name.partition(":")
        if kind == "sessions" and not row.startswith(Key.SESSION):
            found.setdefault("elsewhere", [])
        elif kind == "resources":
            found.setdefault("resource" if row.startswith(Key.RESOURCE) else "base", []).append(number(row))
        elif kind in ROWS:
            found.setdefault(ROWS[kind], []).append(number(row))
        elif not row:
            found.setdefault("settings", [])
    return found
