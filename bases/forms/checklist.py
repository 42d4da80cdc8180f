"""Reading the seven-element checklist."""

from __future__ import annotations

from collections.abc import Mapping

from bases.enums import Element, Standing
from bases.services.tree import Judged


def read_checklist(posted: Mapping[str, str]) -> dict[Element, Judged]:
    """What was ticked (`<element>`) with the word beside it (`note-<element>`); what was left open is left out."""
    found = {}
    for element in Element:
        standing = next((s for s in Standing if s.value == posted.get(element.value)), None)
        if standing is not None:
            found[element] = Judged(standing, posted.get(f"note-{element.value}", ""))
    return found
