"""Strict-Transport-Security is judged by the grammar of RFC 6797, over HTTPS only."""

from typing import Any

import pytest

from apicheck.authoring import Exchange, Failure, Request, Response, Role
from apicheck.checks.headers.hsts import CHECK
from apicheck.pages.setting import subject_of


def outcomes(value: str | None, hsts: Any, *, secure: bool = True) -> list[str] | None:
    """The outcomes of a response; None where nothing was judged."""
    context = subject_of(CHECK, {"facts": {"transport": {"hsts": hsts}}}).context
    fields = () if value is None else (("Strict-Transport-Security", value),)
    request = Request(
        "GET", "/contacts", headers=(("X-Forwarded-Proto", "https"),) if secure else ()
    )
    exchange = Exchange("e1", request, Response(401, fields), None, 0, 0, Role.TABLE)
    assert CHECK.fold is not None
    seen = CHECK.fold.finish(context, CHECK.fold.step(context, CHECK.fold.start(context), exchange))
    if not seen:
        return None
    return [s.judgement.outcome for s in seen if isinstance(s.judgement, Failure)]


@pytest.mark.parametrize(
    ("value", "hsts", "found"),
    [
        ("max-age=1", True, []),
        ('Max-Age="31536000" ; includeSubDomains;', {"max_age": "365d", "subdomains": True}, []),
        ("max-age=31536000; preload; unheard-of=1", {"preload": True}, []),
        ("max-age=31536000", {"subdomains": True}, ["too-weak"]),
        ("max-age=31535999", {"max_age": "365d"}, ["too-weak"]),
        ("max-age=0", True, ["too-weak"]),
        ("includeSubDomains", True, ["malformed"]),
        ("max-age=1, includeSubDomains", True, ["malformed"]),
        ("max-age=1; max-age=1", True, ["malformed"]),
        ("max-age=-1", True, ["malformed"]),
        ("", True, ["malformed"]),
        (None, True, ["absent"]),
    ],
)
def test_a_field_is_judged_by_its_directives(
    value: str | None, hsts: Any, found: list[str]
) -> None:
    assert outcomes(value, hsts) == found


def test_over_plain_http_nothing_is_asserted() -> None:
    assert outcomes(None, True, secure=False) is None
