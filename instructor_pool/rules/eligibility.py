"""What must be there before a candidate is reviewed [2]; the list is [common]. A person may pass it with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from instructor_pool.enums import EligibilityGap


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a candidate."""

    has_phone: bool
    has_topic: bool
    has_courseware: bool
    left_in_disgrace: bool
    is_appointed: bool


def gaps(standing: Standing) -> list[EligibilityGap]:
    """What stands against eligibility; people who come without a term need no courseware beforehand."""
    found = [
        (EligibilityGap.NO_PHONE, not standing.has_phone),
        (EligibilityGap.NO_TOPIC, not standing.has_topic),
        (EligibilityGap.NO_COURSEWARE, standing.is_appointed and not standing.has_courseware),
        (EligibilityGap.LEFT_IN_DISGRACE, standing.left_in_disgrace),
    ]
    return [gap for gap, applies in found if applies]
