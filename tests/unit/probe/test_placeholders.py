from __future__ import annotations

import base64

import pytest

from apicheck.model.exchange import Credential, Request
from apicheck.probe.placeholders import Place, expand, placeholders_in

SECRETS = {"$APICHECK_A_TOKEN": "Ab1+/zQ9"}


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Bearer $APICHECK_A_TOKEN", "Bearer Ab1+/zQ9"),
        ("$APICHECK_A_TOKEN[:-1]", "Ab1+/zQ"),
        ("$APICHECK_A_TOKEN[1:]", "b1+/zQ9"),
        ("$APICHECK_A_TOKEN[2:4]", "1+"),
        ("$APICHECK_A_TOKEN~flip(0)", "Bb1+/zQ9"),
        ("$APICHECK_A_TOKEN~flip(-1)", "Ab1+/zQ0"),
        ("$APICHECK_A_TOKEN~upper", "AB1+/ZQ9"),
        ("$APICHECK_A_TOKEN~swapcase", "aB1+/Zq9"),
        ("$APICHECK_A_TOKEN~append(%)", "Ab1+/zQ9%"),
        ("$APICHECK_A_TOKEN~append())", "Ab1+/zQ9)"),
        ("$APICHECK_A_TOKEN[:-1]~append(x)~upper", "AB1+/ZQX"),
        ("$APICHECK_A_TOKEN~unknown", "Ab1+/zQ9~unknown"),
        ("$APICHECK_UNKNOWN_TOKEN", "$APICHECK_UNKNOWN_TOKEN"),
        ('"$APICHECK_A_TOKEN"', '"Ab1+/zQ9"'),
    ],
)
def test_a_placeholder_is_replaced_by_its_secret_and_derived(written: str, sent: str) -> None:
    assert expand(written, SECRETS) == sent


def test_a_secret_in_a_url_is_percent_encoded_after_its_derivation() -> None:
    credential = Credential("key", "query", "api key", "$APICHECK_A_TOKEN~append(%)")
    target = Request("GET", "/a", credentials=(credential,)).wire_target
    assert expand(target, SECRETS, Place.URL) == "/a?api%20key=Ab1%2B%2FzQ9%25"


def test_a_secret_in_json_is_escaped() -> None:
    text = expand('{"t": "$APICHECK_Q_TOKEN"}', {"$APICHECK_Q_TOKEN": 'a"b\\c'}, Place.JSON)
    assert text == '{"t": "a\\"b\\\\c"}'


def test_placeholders_are_found_without_their_derivations() -> None:
    text = "Basic $APICHECK_M_CLIENT_ID:$APICHECK_M_CLIENT_SECRET[:-1]"
    assert placeholders_in(text) == ("$APICHECK_M_CLIENT_ID", "$APICHECK_M_CLIENT_SECRET")


def test_base64_is_a_derivation() -> None:
    sent = expand("$APICHECK_A_TOKEN~base64", SECRETS)
    assert base64.b64decode(sent) == b"Ab1+/zQ9"
