"""Fields that forms of several features share."""

from __future__ import annotations

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget


class TickBoxes(SelectMultipleField):
    """Several of a few: boxes to tick instead of a list to mark. Nothing ticked is an empty list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
