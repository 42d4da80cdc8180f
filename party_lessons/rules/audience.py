"""Which lessons count for which post: length, kind of course and class, and the audience tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from party_lessons.enums import AudienceTest, ClassKind
from party_lessons.rules.duties import PostFacts, above
from party_lessons.rules.schemes import SchemeFacts


class Before(Protocol):
    """Who hosts a lesson, who attends, and within what. Paths are those of the organisation tree.

    `host_path` is the unit that hosts the class ("" when it is not in the tree); `area_path` the area it hosts
    for: itself, or the area it is a department of; `audience_paths` the areas or units whose members attend.
    """

    @property
    def host_path(self) -> str: ...
    @property
    def area_path(self) -> str: ...
    @property
    def audience_paths(self) -> frozenset[str]: ...
    @property
    def class_kind(self) -> ClassKind: ...


@dataclass(frozen=True, slots=True)
class Audience:
    """These by themselves: thousands of lessons have the same."""

    host_path: str
    area_path: str
    audience_paths: frozenset[str]
    class_kind: ClassKind = ClassKind.TRAINING


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonFacts:
    """A session of a training class as the duty sees it; the paths are as in `Before`."""

    session_ref: int
    day: date
    minutes: int
    is_party_lesson: bool
    host_path: str
    area_path: str
    audience_paths: frozenset[str]
    class_kind: ClassKind = ClassKind.TRAINING
    instructor_id: int | None = None
    """Who teaches or taught it; None while nobody was told."""
    is_told: bool = False
    """Published: the instructor above was asked."""
    is_held: bool = False
    title: str = ""
    class_id: int = 0
    class_name: str = ""
    place: str = ""
    heads: int = 0


def eligible(post: PostFacts, lesson: LessonFacts, scheme: SchemeFacts) -> bool:
    """Whether `lesson`, taught by the post's holder, counts for the post.

    It must be a party lesson, long enough, on a day the post is held (a move leaves earlier credits with
    the old post), and before the right people.
    """
    if not lesson.is_party_lesson or lesson.minutes < scheme.shortest or not post.holds_on(lesson.day):
        return False
    return is_for(post, lesson, scheme)


def is_for(post: PostFacts, lesson: Before, scheme: SchemeFacts) -> bool:
    """Whether a lesson is within the right kind of class and before the right people for a post [0 §16, 1 §17]."""
    if scheme.class_kinds and lesson.class_kind not in scheme.class_kinds:
        return False
    match scheme.test:
        case AudienceTest.OWN_AREA:
            return _for_area(post.unit_path, lesson)
        case AudienceTest.OWN_UNIT:
            return _for_unit(post.unit_path, lesson)
        case AudienceTest.SAME_LEVEL:
            return lesson.area_path == post.area_path


def _for_area(own: str, lesson: Before) -> bool:
    """Hosted by the leader's own area or a unit below it, or by the level above it for that area's people."""
    if lesson.host_path.startswith(own):
        return True
    higher = above(own)
    by_level_above = higher != "/" and lesson.area_path == higher
    return by_level_above and any(
        own.startswith(people) or people.startswith(own) for people in lesson.audience_paths
    )


def _for_unit(own: str, lesson: Before) -> bool:
    """Host or participants are the leader's own unit."""
    return lesson.host_path.startswith(own) or any(people.startswith(own) for people in lesson.audience_paths)
