"""What is computed while recording."""

import base64

import pytest

from apicheck.model.exchange import Caller, Credential, Request
from apicheck.model.target import Vault
from apicheck.probe.observe import equals
from apicheck.probe.vault import Secrets

NAME = "$APICHECK_ADMIN_TOKEN"
PAIR = base64.b64encode(b"admin:correct horse").decode()


def noted(value: str, secret: str) -> list[str]:
    credential = Credential("own", "header", "Authorization", value)
    request = Request("GET", "/contacts", credentials=(credential,), caller=Caller.BAD)
    return [seen.about for seen in equals(Secrets(Vault({NAME: secret})), request)]


@pytest.mark.parametrize(
    "value",
    [
        f'Basic "{NAME}"',
        f"Basic {NAME}~append(?)",
        f"Basic {NAME}~append(x)",
        f"basic {NAME}[:8] {NAME}[8:]",
    ],
)
def test_what_a_lenient_decoder_reads_as_the_same_pair_is_the_valid_credential(value: str) -> None:
    assert noted(value, PAIR) == [NAME]


@pytest.mark.parametrize("value", [f"Basic {NAME}[:-4]", f"Basic {NAME}~flip(8)", "Basic *"])
def test_another_pair_is_not(value: str) -> None:
    assert noted(value, PAIR) == []


def test_a_bearer_token_in_quotes_is_another_token() -> None:
    assert noted(f'Bearer "{NAME}"', PAIR) == []
