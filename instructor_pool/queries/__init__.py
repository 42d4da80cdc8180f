"""Reads over the pool, by subject."""

from instructor_pool.queries.away import (
    Away,
    find_hint,
    get_hint,
    get_unavailability,
    list_hints,
    list_unavailability,
    unavailable,
)
from instructor_pool.queries.lists import (
    activation_table,
    candidates_table,
    instructors_table,
    state_badge,
    teachers_of,
)
from instructor_pool.queries.people import (
    MOST_CODES,
    find_by_id_number,
    find_own,
    get_instructor,
    get_own,
    list_bookable,
    list_by_ids,
    list_history,
    list_without_account,
    pick_people,
    terms_ending,
)
from instructor_pool.queries.reviews import (
    barred_reviewers,
    find_last_panel,
    find_open_panel,
    get_own_seat,
    list_evaluators,
    list_own_seats,
)
from instructor_pool.queries.todos import todos

__all__ = [
    "MOST_CODES",
    "Away",
    "activation_table",
    "barred_reviewers",
    "candidates_table",
    "find_by_id_number",
    "find_hint",
    "find_last_panel",
    "find_open_panel",
    "find_own",
    "get_hint",
    "get_instructor",
    "get_own",
    "get_own_seat",
    "get_unavailability",
    "instructors_table",
    "list_bookable",
    "list_by_ids",
    "list_evaluators",
    "list_hints",
    "list_history",
    "list_own_seats",
    "list_unavailability",
    "list_without_account",
    "pick_people",
    "state_badge",
    "teachers_of",
    "terms_ending",
    "todos",
    "unavailable",
]
