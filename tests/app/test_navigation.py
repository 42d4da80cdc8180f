"""Where one is: the destination and the one child that accounts for most of the address."""

from __future__ import annotations

import pytest

from accounts.access import Actor, Held
from accounts.enums import Role
from app.navigation import destinations

ORGANISER = Actor(1, "组织员", (Held(Role.ORGANISER, "/1/"),))


def active(path: str) -> list[str]:
    """The marked destination and child, by url."""
    found = []
    for item in destinations(ORGANISER, path):
        if item.active:
            found += [item.key, *(child.key for child in item.children if child.active)]
    return found


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/", ["home"]),
        ("/instructors/", ["pool", "instructors"]),
        ("/instructors/12", ["pool", "instructors"]),
        ("/instructors/candidates", ["entry", "candidates"]),
        ("/instructors/activation", ["pool", "codes"]),
        ("/instructors/reserve", ["entry", "candidates"]),
        ("/instructors/assessments/people/3", ["evaluation", "assessments"]),
        ("/scheduling/roll-forward", ["schedule", "classes"]),
        ("/trainees/classes/3", ["schedule", "classes"]),
        ("/orders/3", ["ordering", "orders"]),
        ("/orders/menu/packages", ["ordering", "menu"]),
        ("/scheduling/packages/3", ["ordering", "packages"]),
        ("/trainees/hours", ["training", "class_hours"]),
        ("/scores/sessions/3", ["evaluation", "scores"]),
        ("/score-forms/", ["evaluation", "score_forms"]),
    ],
)
def test_one_destination_and_one_child_are_marked(app: object, path: str, marked: list[str]) -> None:
    assert active(path) == marked


def test_no_list_of_places_is_longer_than_one_looks_over(app: object) -> None:
    assert {
        item.key: len(item.children) for item in destinations(ORGANISER, "/") if len(item.children) > 9
    } == {}


def test_nobody_sees_what_the_role_cannot_use(app: object) -> None:
    instructor = Actor(2, "讲师", (Held(Role.INSTRUCTOR, "/1/"),))
    keys = {item.key for item in destinations(instructor, "/")}
    assert {"own_time", "own_file"} <= keys and "pool" not in keys
