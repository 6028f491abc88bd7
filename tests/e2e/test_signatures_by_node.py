"""Signatures against the official libraries of npm, in both directions."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from apicheck.model.facts import Signature
from apicheck.signatures import SCHEMES, Delivery, Signing
from apicheck.signatures.near_misses import list_near_misses
from tests.e2e.servers import install_with_npm

pytestmark = pytest.mark.long

APPS = Path(__file__).parent / "apps" / "receivers"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"id":"evt_1","object":"event","name":"Zoë"}'
SIGNED_BY_NPM = ("github", "standard-webhooks", "stripe")
OF_NPM: dict[str, set[str]] = {**{one: set() for one in SIGNED_BY_NPM}, "paddle": {"time-future"}}
"""Scheme -> near misses that its library accepts: Paddle's knows no time that is ahead."""


def sign(scheme: str) -> list[tuple[str, Delivery]]:
    """(name, delivery): the valid one, "", and each near miss in the same body."""
    signing = Signing(Signature(scheme), SECRET, int(time.time()), {"id": "msg_1"})
    unsigned = Delivery("POST", "/", (("Content-Type", "application/json"),), BODY.encode())
    found = [("", SCHEMES[scheme].sign(signing, unsigned))]
    found += [(one.name, one.delivery) for one in list_near_misses(signing, unsigned)]
    return [(name, one) for name, one in found if one.body == BODY.encode()]


def write_headers(delivery: Delivery) -> dict[str, str]:
    return {name.lower(): value for name, value in delivery.headers}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Which deliveries the libraries accept, by scheme and name; and what they sign."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "both.mjs"):
        shutil.copy(APPS / name, folder)
    install_with_npm(folder)
    named = [(scheme, name, one) for scheme in OF_NPM for name, one in sign(scheme)]
    sent = [{"scheme": scheme, "headers": write_headers(one)} for scheme, _, one in named]
    done = subprocess.run(
        ["node", "both.mjs"],
        cwd=folder,
        input=json.dumps({"secret": SECRET, "body": BODY, "sent": sent}),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    accepted = {
        (scheme, name): seen
        for (scheme, name, _), seen in zip(named, found["accepted"], strict=True)
    }
    return {"accepted": accepted, "signed": found["signed"]}


@pytest.mark.parametrize("scheme", OF_NPM)
def test_a_library_accepts_what_we_sign_and_no_near_miss(said: dict[str, Any], scheme: str) -> None:
    accepted = {name for (of, name), seen in said["accepted"].items() if of == scheme and seen}
    assert len([of for of, _ in said["accepted"] if of == scheme]) > 10
    assert accepted == {"", *OF_NPM[scheme]}


@pytest.mark.parametrize("scheme", SIGNED_BY_NPM)
def test_what_a_library_signs_is_valid(said: dict[str, Any], scheme: str) -> None:
    signing = Signing(Signature(scheme), SECRET, int(time.time()))
    headers = tuple(said["signed"][scheme].items())
    assert SCHEMES[scheme].verify(signing, Delivery("POST", "/", headers, BODY.encode())) == "valid"
    changed = Delivery("POST", "/", headers, BODY.encode() + b" ")
    assert SCHEMES[scheme].verify(signing, changed) == "invalid"
