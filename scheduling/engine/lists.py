"""Lists that sessions share, as flat arrays: who may teach them, where they may be held, what their venues must have."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from scheduling.engine.index import NONE, Index
from scheduling.engine.model import Leader, Session

Int32s = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]


def int32s(values: Iterable[int]) -> Int32s:
    return np.array(list(values), dtype=np.int32)


def flattened(lists: Iterable[Sequence[int]]) -> tuple[Int32s, Int32s]:
    """Return where each list begins (one more mark at the end), and all values."""
    found = list(lists)
    marks = np.zeros(len(found) + 1, dtype=np.int32)
    np.cumsum([len(values) for values in found], out=marks[1:])
    return marks, int32s(v for values in found for v in values)


class Lists:
    """Shared lists of who may teach and of where a session may be held, whenever."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._people: dict[tuple[object, ...], int] = {}
        self._rooms: dict[tuple[object, ...], int] = {}
        self._who: list[tuple[Int32s, Int32s]] = []
        self._where: list[Int32s] = []
        self._topics: dict[str, list[int]] = {}
        self._recused: dict[str, list[int]] = {}
        for n, x in enumerate(index.problem.instructors):
            for topic in x.topics:
                self._topics.setdefault(topic, []).append(n)
            for name in x.not_classes:
                self._recused.setdefault(name, []).append(n)
        self._numbers: dict[str, int] = {}
        self._listed: list[int] = []
        self._feature: dict[str, int] = {}
        self.topics = [self._numbers.setdefault(s.topic, len(self._numbers)) for s in index.problem.sessions]
        self.features = [
            [self._feature.setdefault(f, len(self._feature)) for f in s.features]
            for s in index.problem.sessions
        ]

    def ratings(self) -> npt.NDArray[np.int8]:
        """Return everyone's rating in the topics that sessions are about, -1 where they do not teach it."""
        people = self._index.problem.instructors
        table = np.full((len(self._numbers), len(people)), -1, dtype=np.int8)
        for n, x in enumerate(people):
            for topic, rating in x.topics.items():
                if topic in self._numbers:
                    table[self._numbers[topic], n] = rating
        return table

    def allowed(
        self, lists: Sequence[tuple[str, ...] | None], known: dict[str, int]
    ) -> tuple[list[bool], list[int], list[int]]:
        """Return whether there is an allow-list, and its marks in ``listed``, for each session."""
        marks: dict[tuple[str, ...], tuple[int, int]] = {(): (0, 0)}
        for names in lists:
            if names is not None and names not in marks:
                begin = len(self._listed)
                self._listed += sorted({known[name] for name in names})
                marks[names] = begin, len(self._listed)
        found = [marks[names or ()] for names in lists]
        return [names is not None for names in lists], [a for a, _ in found], [b for _, b in found]

    def has_feature(self) -> Bytes:
        """Return which venue has which of the features that sessions ask for."""
        venues = self._index.problem.venues
        table = np.zeros((len(venues), len(self._feature)), dtype=np.uint8)
        for n, venue in enumerate(venues):
            table[n, [self._feature[f] for f in venue.features if f in self._feature]] = 1
        return table

    def people(self, n: int, session: Session) -> int:
        """Return the number of the list of those who may teach a session."""
        recused = tuple(sorted({who for c in session.classes for who in self._recused.get(c, ())}))
        pinned = self._index.current_instructor[n] if "instructor" in session.pinned else None
        key = (session.topic, session.instructors, session.leader, recused, pinned)
        if key not in self._people:
            self._people[key] = len(self._who)
            names = session.instructors
            who = (
                self._topics.get(session.topic, [])
                if names is None
                else sorted({self._index.instructor[name] for name in names})
            )
            people = self._index.problem.instructors
            kept = [
                x
                for x in who
                if x not in recused
                and not (session.leader is Leader.REQUIRED and not people[x].leader)
                and not (session.leader is Leader.FORBIDDEN and people[x].leader)
                and pinned in (None, x)
            ]
            self._who.append((int32s(kept), int32s(people[x].topics.get(session.topic, 0) for x in kept)))
        return self._people[key]

    def rooms(self, session: Session) -> int:
        """Return the number of the list of venues that a session may have, capacity aside."""
        pinned = self._pinned_venue(session)
        key = (
            tuple(sorted(session.features)) if session.venues is None else session.venues,
            session.venues is None,
            pinned,
        )
        if key not in self._rooms:
            self._rooms[key] = len(self._where)
            venues = self._index.problem.venues
            if session.venues is None:
                where = [n for n, v in enumerate(venues) if set(session.features) <= set(v.features)]
            else:
                where = sorted({self._index.venue[name] for name in session.venues})
            self._where.append(int32s(v for v in where if pinned in (None, v)))
        return self._rooms[key]

    def _pinned_venue(self, session: Session) -> int | None:
        if "venue" not in session.pinned:
            return None
        return NONE if session.current.venue is None else self._index.venue[session.current.venue]

    def arrays(self) -> dict[str, Int32s]:
        """Return the lists."""
        people_at, people = flattened([who.tolist() for who, _ in self._who])
        rooms_at, rooms = flattened([where.tolist() for where in self._where])
        rating = np.concatenate([r for _, r in self._who]) if self._who else int32s(())
        return {
            "people_at": people_at,
            "people": people,
            "rating": rating,
            "rooms_at": rooms_at,
            "rooms": rooms,
            "listed": int32s(self._listed),
        }
