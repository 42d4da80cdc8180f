"""What only the whole file, or the file beside the database, can be wrong about."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bases.enums import BaseState
from exchange.enums import ProblemCode, Severity, SheetKind
from exchange.workbook import repeats
from exchange.workbook.grid import column_letters
from exchange.workbook.layout import COLUMNS
from exchange.workbook.problems import ERRORS, Problem
from exchange.workbook.rows import BaseRow, ClassRow, InstructorRow, Known, LeaderRow, SessionRow, Workbook
from exchange.workbook.sheets import NOT_FILED

TOWN = re.compile(r"(街道|镇|乡|街道办事处|开发区|园区)$")


class _Checker:
    """One pass over a workbook; problems gather in `found`."""

    def __init__(self, book: Workbook, known: Known) -> None:
        self.book = book
        self.known = known
        self.found: list[Problem] = []
        self.infos = {info.name: info for info in book.sheets}
        self.courses = frozenset(row.name for row in book.courses) | known.courses
        filings = {row.name: row.filing or BaseState.SURVEYED for row in book.bases}
        self.bases = {**known.bases, **filings}
        self.people: dict[str, set[str]] = {}
        for name, unit in [(r.name, r.unit or "") for r in book.instructors] + list(known.people):
            self.people.setdefault(name, set()).add(unit)

    def note(self, row: repeats.Row, code: ProblemCode, field: str, **params: object) -> None:
        """File a problem with a cell of `row`."""
        info = self.infos[row.sheet]
        at = info.columns.get(field)
        header = info.headers[at] if at is not None else COLUMNS[info.kind][field][0]
        level = Severity.ERROR if code in ERRORS else Severity.WARNING
        letters = column_letters(at) if at is not None else ""
        self.found.append(Problem(info.kind, row.sheet, row.row, letters, header, level, code, params))

    def closest(self, name: str, names: Iterable[str]) -> str:
        """The known name most like `name`, empty when none is."""
        near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.75) if len(self.found) < 500 else []
        return near[0] if near else ""

    def courses_of_people(self) -> None:
        """可授课程 must be in the catalogue."""
        for row in self.book.instructors:
            for course in row.courses:
                if course not in self.courses:
                    self.note(
                        row,
                        ProblemCode.COURSE_UNKNOWN,
                        "courses",
                        name=course,
                        close=self.closest(course, self.courses),
                    )

    def remarks(self) -> None:
        """Remarks are offered, never applied."""
        for row in self.book.instructors:
            if row.remark:
                self.note(row, ProblemCode.REMARK_TO_CONFIRM, "remark", name=row.name, text=row.remark)

    def towns(self) -> None:
        """Each unknown town once: one that is named like a town will be made, another is left out."""
        if self.known.towns is None:
            return
        seen: set[str] = set(self.known.towns)
        rows: list[InstructorRow | BaseRow | ClassRow] = [
            *self.book.instructors,
            *self.book.bases,
            *self.book.classes,
        ]
        for row in rows:
            if row.town and row.town not in seen:
                seen.add(row.town)
                code = ProblemCode.TOWN_NEW if TOWN.search(row.town) else ProblemCode.TOWN_UNKNOWN
                self.note(row, code, "town", name=row.town, close=self.closest(row.town, self.known.towns))

    def classes(self) -> None:
        """Numbers stand once; a class that the file brings should have sessions."""
        first: dict[str, ClassRow] = {}
        asked = {row.class_number for row in self.book.sessions}
        has_sheet = any(info.kind is SheetKind.SESSIONS for info in self.book.sheets)
        for row in self.book.classes:
            other = first.setdefault(row.number, row)
            if other is not row:
                self.note(row, ProblemCode.CLASS_REPEATED, "number", number=row.number, other=other.row)
            elif (
                has_sheet
                and row.number not in asked
                and (row.number, row.starts.year) not in self.known.class_numbers
            ):
                self.note(row, ProblemCode.CLASS_WITHOUT_SESSIONS, "number", number=row.number)
            if row.venue and row.venue not in self.bases:
                self.note(
                    row,
                    ProblemCode.BASE_UNKNOWN,
                    "venue",
                    name=row.venue,
                    close=self.closest(row.venue, self.bases),
                )

    def sessions(self) -> None:
        """Each belongs to a class, stands once, and names things that exist."""
        classes = {row.number: row for row in self.book.classes}
        first: dict[tuple[str, int], SessionRow] = {}
        for row in self.book.sessions:
            other = first.setdefault((row.class_number, row.sequence), row)
            if other is not row:
                params = {"number": row.class_number, "sequence": row.sequence, "other": other.row}
                self.note(row, ProblemCode.SESSION_REPEATED, "sequence", **params)
            self._session_of_class(row, classes.get(row.class_number))
            self._session_names(row)

    def _session_of_class(self, row: SessionRow, klass: ClassRow | None) -> None:
        if klass is None:
            if (row.class_number, row.day.year) not in self.known.class_numbers:
                self.note(row, ProblemCode.CLASS_UNKNOWN, "class_number", number=row.class_number)
        elif not klass.starts <= row.day <= klass.ends:
            params = {
                "day": str(row.day),
                "number": klass.number,
                "start": str(klass.starts),
                "end": str(klass.ends),
            }
            self.note(row, ProblemCode.SESSION_OUTSIDE, "day", **params)

    def _session_names(self, row: SessionRow) -> None:
        if row.course not in self.courses:
            self.note(
                row,
                ProblemCode.COURSE_UNKNOWN,
                "course",
                name=row.course,
                close=self.closest(row.course, self.courses),
            )
        if row.base and row.base not in self.bases:
            self.note(
                row, ProblemCode.BASE_UNKNOWN, "base", name=row.base, close=self.closest(row.base, self.bases)
            )
        elif row.base and self.bases[row.base] in NOT_FILED:
            self.note(row, ProblemCode.BASE_NOT_FILED, "base", name=row.base, state=self.bases[row.base].word)
        if row.instructor:
            self._person(row, "instructor", row.instructor, None)

    def _person(self, row: repeats.Row, field: str, name: str, unit: str | None) -> None:
        units = self.people.get(name)
        if units is None:
            code = ProblemCode.PERSON_UNKNOWN if unit is None else ProblemCode.LEADER_NEW
            self.note(row, code, field, name=name, close=self.closest(name, self.people))
        elif unit is not None and len(units) > 1 and unit not in units:
            self.note(row, ProblemCode.PERSON_AMBIGUOUS, field, name=name)
        elif unit is None and len(units) > 1:
            self.note(row, ProblemCode.PERSON_NAME_SHARED, field, name=name)

    def leaders(self) -> list[LeaderRow]:
        """Posts stand once; their intervals beside the plan year decide the duty."""
        kept: dict[tuple[object, ...], LeaderRow] = {}
        for row in self.book.leaders:
            first = kept.setdefault((row.name, row.unit, row.post, row.starts), row)
            if first is not row:
                self.note(row, ProblemCode.POST_REPEATED, "name", name=row.name, other=first.row)
                continue
            self._person(row, "name", row.name, row.unit)
            self._interval(row, self.book.year or 0)
        return list(kept.values())

    def _interval(self, row: LeaderRow, year: int) -> None:
        first, last = date(year, 1, 1), date(year, 12, 31)
        if row.starts is None:
            self.note(row, ProblemCode.POST_START_MISSING, "starts", name=row.name)
        if (row.starts and row.starts > last) or (row.ends and row.ends < first):
            self.note(row, ProblemCode.POST_OUTSIDE_YEAR, "starts", name=row.name, year=year)
            return
        if row.starts and row.starts > first:
            self.note(row, ProblemCode.POST_STARTS_IN_YEAR, "starts", name=row.name, day=str(row.starts))
        if row.ends and row.ends < last:
            self.note(row, ProblemCode.POST_ENDS_IN_YEAR, "ends", name=row.name, day=str(row.ends))


def check(book: Workbook, known: Known) -> Workbook:
    """`book` without repeats and with every problem that needs more than one row, in sheet and row order."""
    checker = _Checker(book, known)
    people = repeats.people_once(book.instructors, checker.note)
    bases = repeats.once(book.bases, SheetKind.BASES, lambda r: r.name, lambda r: r.name, checker.note)
    courses = repeats.once(book.courses, SheetKind.COURSES, lambda r: r.name, lambda r: r.name, checker.note)
    checker.courses_of_people()
    checker.remarks()
    checker.towns()
    checker.classes()
    checker.sessions()
    leaders = checker.leaders()
    order = {info.name: at for at, info in enumerate(book.sheets)}
    problems = sorted(
        (*book.problems, *checker.found), key=lambda p: (order[p.sheet], p.row, p.column.rjust(3))
    )
    return replace(
        book,
        instructors=tuple(people),
        bases=tuple(bases),
        courses=tuple(courses),
        leaders=tuple(leaders),
        problems=tuple(problems),
    )
