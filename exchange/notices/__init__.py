"""How plans and rows read: the words of the preview, and the staff's own sheets."""

from exchange.notices.preview import text_of, told_changes, word
from exchange.notices.sheets import staff_sheets

__all__ = ["staff_sheets", "text_of", "told_changes", "word"]
