"""How trainees get at a feedback form."""

from __future__ import annotations

from core.words import N_, Labelled


class CodeMode(Labelled):
    """One code for all, or a code a person."""

    OPEN = "open", N_("一个公用码(同一部手机只收一次)")
    SINGLE_USE = "single_use", N_("一人一码(纸条,用过作废)")
