"""An edit, drawn before a signature is known, makes another signature of every one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.generate.forgeries import edits_of
from apicheck.signatures import SCHEMES, VALID
from apicheck.signatures.edits import apply_edit, describe_edit, edit_mac, is_hex
from tests.unit.signatures.test_near_misses import DELIVERY, SIGNINGS

BASE64 = "Zp2Kw0QaZp2Kw0QaZp2Kw0QaZp2Kw0QaZp2Kw0QaZp0="


@pytest.mark.parametrize("name", SIGNINGS)
@settings(max_examples=30)
@given(data=st.data())
def test_every_drawn_edit_makes_a_forgery(name: str, data: st.DataObject) -> None:
    signing = SIGNINGS[name]
    scheme = SCHEMES[signing.facts.scheme]
    signed = scheme.sign(signing, DELIVERY)
    mac = scheme.read(signing, signed).macs[0][1]
    edit: Any = data.draw(edits_of(len(mac), hexadecimal=is_hex(mac)))
    forged = apply_edit(scheme, signing, signed, edit)
    assert forged is not None
    assert scheme.verify(signing, forged) != VALID
    assert describe_edit(edit) != describe_edit({})


def test_an_edit_changes_what_it_says() -> None:
    assert edit_mac(BASE64, {"at": 1, "further": 1}) == "Zq" + BASE64[2:]
    assert edit_mac(BASE64, {"letter": 0}) == "z" + BASE64[1:]
    assert edit_mac(BASE64, {"at": 0, "cut": 3}) == BASE64[3:]
    assert edit_mac(BASE64, {"whole": "abc"}) == "abc"
    assert edit_mac("ff00", {"at": 0, "further": 1}) == "0f00"


@pytest.mark.parametrize("edit", [{}, {"at": 3}, {"letter": "a"}, {"further": 2}])
def test_an_edit_of_another_form_is_no_forgery(edit: Any) -> None:
    signing = SIGNINGS["standard-webhooks"]
    scheme = SCHEMES["standard-webhooks"]
    assert apply_edit(scheme, signing, scheme.sign(signing, DELIVERY), edit) is None


def test_what_lenient_decoders_read_as_the_same_is_no_forgery() -> None:
    signing = SIGNINGS["github"]
    scheme = SCHEMES["github"]
    signed = scheme.sign(signing, DELIVERY)
    mac = scheme.read(signing, signed).macs[0][1]
    assert apply_edit(scheme, signing, signed, {"whole": mac.upper()}) is None
