"""The forms of dates, by name and by letters."""

from __future__ import annotations

import pytest

from apicheck.model.date_forms import NAMES, compile_form

WEBENGAGE = "yyyy-MM-dd'T'HH:mm:ssZ"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("rfc3339", "2026-11-02T09:30:00+02:00"),
        ("rfc3339", "2026-11-02t09:30:00.5z"),
        ("rfc3339-utc", "2026-11-02T09:30:00+00:00"),
        ("rfc3339-utc", "2026-11-02T23:59:60Z"),
        ("rfc3339-z", "2026-11-02T09:30:00.123456Z"),
        (WEBENGAGE, "2013-05-08T10:34:33+0000"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2013-05-08T10:34:33.120+02:00"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2013-05-08T10:34:33.120Z"),
        ("dd/MM/yy", "08/05/13"),
        ("HH 'o''clock'", "10 o'clock"),
        ("yyyy-MM-dd'T'HH:mm:ss'Z'", "2013-05-08T10:34:33Z"),
    ],
)
def test_a_date_of_the_form_fits(form: str, text: str) -> None:
    assert compile_form(form).fullmatch(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("rfc3339", "2026-11-02T09:30:00"),
        ("rfc3339", "2026-13-02T09:30:00Z"),
        ("rfc3339-utc", "2026-11-02T09:30:00+02:00"),
        ("rfc3339-z", "2026-11-02T09:30:00+00:00"),
        (WEBENGAGE, "2013-01-26T07:31+0000"),
        (WEBENGAGE, "2013-05-08T10:34:33+00:00"),
        ("yyyy.MM.dd", "2013-05-08"),
    ],
)
def test_a_date_of_another_form_does_not(form: str, text: str) -> None:
    assert not compile_form(form).fullmatch(text)


@pytest.mark.parametrize("form", ["rfc1123", "yyyy-MM-dd'T", "QQ", "yyy"])
def test_what_is_no_form_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match=r"stands for no part|not closed"):
        compile_form(form)


def test_the_named_forms_can_be_compiled() -> None:
    assert all(compile_form(name) for name in NAMES)
