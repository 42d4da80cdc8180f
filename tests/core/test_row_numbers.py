"""Ids and versions of rows as browsers send them."""

from __future__ import annotations

import pytest

from core.web import row_number, row_numbers


@pytest.mark.parametrize(
    ("raw", "number"), [("7", 7), ("0", 0), ("999999999", 999_999_999), ("1234567890", None), ("²", None)]
)
def test_what_no_row_can_have_is_none(raw: str, number: int | None) -> None:
    assert row_number(raw) == number


def test_what_is_no_number_is_left_out() -> None:
    assert row_number(None) is None
    assert row_numbers(["3", "", "-1", "x", "1"]) == [3, 1]
