from __future__ import annotations

import pytest

from apicheck.checks.ratelimit._resets import guess_form

NOW = 1_795_933_400.0


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1795933417", "epoch-seconds"),
        ("1795933417.905172", "epoch-seconds with a fraction"),
        ("1795933417905", "epoch-milliseconds"),
        ("5", "seconds"),
        ("4.5", "seconds with a fraction"),
        ("Sun, 29 Nov 2026 06:23:32 GMT", "http-date"),
        ("1795939999", ""),
        ("-5", ""),
        ("soon", ""),
        ("²", ""),
        ("9" * 400, ""),
    ],
)
def test_the_unit_is_found_in_which_a_moment_is_right(text: str, form: str) -> None:
    assert guess_form(text, NOW, 60) == form


def test_a_moment_is_not_compared_with_a_date_that_is_not_there() -> None:
    assert guess_form("1795933417", None, 60) == ""
    assert guess_form("5", None, 60) == "seconds"
