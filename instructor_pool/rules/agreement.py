"""How far reviewers agree: the spread of the totals, who is far off, and on which lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from score_forms.enums import Kind
from score_forms.rules import Line, rounded

FAR_OFF = Decimal(10)
"""Points out of 100 from the median of the panel [common]."""
MOST_LINES = 2
WORTH_NAMING = Decimal("0.1")
"""Share of a line's full mark."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One sheet: who, its total 0 to 100, and the marks by line key."""

    name: str
    total: Decimal
    vetoed: bool
    marks: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Reason:
    """A line on which somebody differs: their mark and the mean of the others."""

    title: str
    given: Decimal
    others: Decimal


@dataclass(frozen=True, slots=True)
class FarOff:
    """Somebody far from the others: `off` is signed, in points out of 100."""

    name: str
    off: Decimal
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Spread = highest less lowest total."""

    spread: Decimal
    far: tuple[FarOff, ...]


def agreement(lines: Sequence[Line], sheets: Sequence[Filled]) -> Agreement | None:
    """How far the sheets agree; None for fewer than two."""
    if len(sheets) < 2:
        return None
    totals = [s.total for s in sheets]
    middle, far = median(totals), []
    for n, sheet in enumerate(sheets):
        others = [s for i, s in enumerate(sheets) if i != n]
        off = sheet.total - middle
        if abs(off) >= FAR_OFF and len(others) >= 2:
            far.append(FarOff(sheet.name, rounded(off), _reasons(lines, sheet, others, off)))
    return Agreement(max(totals) - min(totals), tuple(far))


def _reasons(
    lines: Sequence[Line], sheet: Filled, others: Sequence[Filled], off: Decimal
) -> tuple[Reason, ...]:
    """The lines that pull the total where it is: a veto, or those furthest off in the same direction."""
    vetoes = [x for x in lines if x.kind is Kind.VETO and sheet.marks.get(x.key) == 0]
    if vetoes:
        return tuple(Reason(x.title, Decimal(0), Decimal(1)) for x in vetoes)
    found = []
    for line in lines:
        if line.kind is not Kind.POINTS or not line.most or line.key not in sheet.marks:
            continue
        given = sheet.marks[line.key]
        mean = sum((o.marks.get(line.key, Decimal(0)) for o in others), Decimal(0)) / len(others)
        share = (given - mean) / line.most
        if share * off > 0 and abs(share) >= WORTH_NAMING:
            found.append((abs(given - mean), Reason(line.title, given, rounded(mean))))
    return tuple(r for _size, r in sorted(found, key=lambda pair: -pair[0])[:MOST_LINES])
