"""What a policy says of signatures is verified: every mistake at once, each with its option."""

from __future__ import annotations

import pytest

from apicheck.load.signatures import find_signature_mistakes
from apicheck.model.facts import SIGNATURE_OPTIONS, Signature


def find(scheme: str, **options: str) -> list[tuple[str, str, str]]:
    return list(find_signature_mistakes(Signature(scheme, options)))


@pytest.mark.parametrize("scheme", SIGNATURE_OPTIONS)
def test_a_scheme_without_options_is_right(scheme: str) -> None:
    assert find(scheme) == []


def test_an_unknown_scheme_is_named_with_the_likeliest_one() -> None:
    ((option, message, hint),) = find("standard-webhook")
    assert (option, message) == ("scheme", 'unknown signature scheme "standard-webhook"')
    assert hint == 'did you mean "standard-webhooks"?'
    assert "known: " in find("zzz")[0][2]


def test_an_option_of_another_scheme_is_named() -> None:
    assert find("github", encoding="base64") == [
        ("encoding", 'the scheme github takes no "encoding"', "known: header")
    ]


def test_a_value_that_the_option_cannot_have_is_named() -> None:
    ((option, message, hint),) = find("hmac", algorithm="sha265")
    assert option == "algorithm"
    assert message.startswith('"sha265" is none of sha1, sha256')
    assert hint == 'did you mean "sha256"?'


@pytest.mark.parametrize(
    ("options", "option", "part"),
    [
        ({"value": "sha256="}, "value", "holds {mac} 0 times"),
        ({"value": "{mac},{mac}"}, "value", "holds {mac} 2 times"),
        ({"value": "{mac},{nonce}"}, "value", '"{nonce}" cannot stand in a value'),
        ({"value": "v1={mac"}, "value", "braces"),
        ({"signed": "{body}}"}, "signed", "braces"),
        ({"signed": "{mac}.{body}"}, "signed", "its own signature"),
        ({"signed": "{timestamp}.{body}"}, "signed", "the time is signed"),
        ({"signed": "{id}.{body}"}, "signed", "the id is signed"),
    ],
)
def test_an_impossible_template_is_refused(options: dict[str, str], option: str, part: str) -> None:
    assert [found for found in find("hmac", **options) if found[0] == option and part in found[1]]


@pytest.mark.parametrize(
    "options",
    [
        {"signed": "{timestamp}.{body}", "timestamp": "X-Time"},
        {"signed": "{timestamp}.{body}", "value": "t={timestamp},v1={mac}"},
        {"signed": "{licenseCode}:{secret}"},
        {"signed": "{id}.{body}", "id": "/id"},
        {"value": "sha256={mac}", "encoding": "base64url", "algorithm": "sha512"},
    ],
)
def test_a_possible_template_is_right(options: dict[str, str]) -> None:
    assert find("hmac", **options) == []


def test_all_mistakes_are_found_at_once() -> None:
    found = find("hmac", algorithm="md4", value="{x}", signed="{mac}", prefix="svix-")
    assert {option for option, _, _ in found} == {"algorithm", "value", "signed", "prefix"}
