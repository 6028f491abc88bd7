"""Observations: what the recorder computes of secrets and raw bytes."""

import base64

import pytest

from apicheck.model.exchange import Caller, Credential, Request
from apicheck.model.target import Secrets
from apicheck.probe.clock import TargetClock
from apicheck.probe.observe import observe_date, observe_equality
from apicheck.probe.redactor import Redactor
from apicheck.probe.wire import WireResponse

NAME = "$APICHECK_ADMIN_TOKEN"
PAIR = base64.b64encode(b"admin:correct horse").decode()


def noted(value: str, secret: str, place: str = "header") -> list[str]:
    credential = Credential("own", place, "Authorization", value)
    request = Request("GET", "/contacts", credentials=(credential,), caller=Caller.BAD)
    return [seen.about for seen in observe_equality(Redactor(Secrets({NAME: secret})), request)]


@pytest.mark.parametrize(
    "value",
    [
        f'Basic "{NAME}"',
        f"Basic {NAME}~append(?)",
        f"Basic {NAME}~append(x)",
        f"basic {NAME}[:8] {NAME}[8:]",
    ],
)
def test_a_pair_that_a_lenient_decoder_reads_as_the_same_is_the_valid_credential(
    value: str,
) -> None:
    assert noted(value, PAIR) == [NAME]


@pytest.mark.parametrize("value", [f"Basic {NAME}[:-4]", f"Basic {NAME}~flip(8)", "Basic *"])
def test_another_pair_is_another_credential(value: str) -> None:
    assert noted(value, PAIR) == []


def test_a_bearer_token_in_quotes_is_another_token() -> None:
    assert noted(f'Bearer "{NAME}"', PAIR) == []


def test_a_cookie_in_quotes_and_what_follows_a_semicolon_are_the_same_cookie() -> None:
    assert noted(f'"{NAME}"', "k3y", "cookie") == [NAME]
    assert noted(f"{NAME}~append(;)", "k3y", "cookie") == [NAME]
    assert noted(f"{NAME}~append(x)", "k3y", "cookie") == []


NOON = 1_795_262_400.0  # Sat, 21 Nov 2026 12:00:00 GMT


def differs(date: bytes, sent: float, received: float) -> list[str]:
    response = WireResponse(200, b"", ((b"Date", date),), b"", truncated=False)
    return [seen.value for seen in observe_date(response, NOON + sent, NOON + received)]


@pytest.mark.parametrize(
    ("sent", "received", "noted"),
    [
        (0.0, 0.9, []),  # Date has whole seconds only
        (-0.5, 0.5, []),
        (-30.0, 30.0, []),  # a slow response may have been made at any time in between
        (-3.0, -2.0, ["2"]),
        (3600.0, 3600.5, ["-3599"]),
    ],
)
def test_a_date_differs_by_more_than_whole_seconds_and_the_wait_explain(
    sent: float, received: float, noted: list[str]
) -> None:
    assert differs(b"Sat, 21 Nov 2026 12:00:00 GMT", sent, received) == noted


@pytest.mark.parametrize("date", [b"", b"soon", b"\xff", b"Sat, 99 Nov 9999 99:00:00 GMT"])
def test_a_value_that_is_not_a_date_is_not_compared(date: bytes) -> None:
    assert differs(date, 0.0, 0.0) == []


def test_the_true_clock_ignores_the_skew_that_responses_show() -> None:
    clock = TargetClock(monotonic=lambda: 0.0)
    before = clock.true_epoch(0.0)
    clock.allow_for(3600.0)
    assert clock.epoch() == pytest.approx(before + 3600)
    assert clock.true_epoch(0.0) == pytest.approx(before)
    clock.synchronise(NOON)  # the control protocol's clock is the true one
    assert clock.true_epoch(0.0) == pytest.approx(NOON)
