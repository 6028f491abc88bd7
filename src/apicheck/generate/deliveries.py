"""Deliveries of webhooks that must be refused: the strategy beside the fixed near misses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from apicheck.generate.forgeries import edits_of
from apicheck.model.json import Json
from apicheck.signatures import SCHEMES, VALID, Delivery, Parts, Signing
from apicheck.signatures.edits import edit_mac, is_hex

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_LONGEST = 300
_FURTHEST_S = 10**9


def forged_deliveries(signing: Signing, delivery: Delivery) -> SearchStrategy[Delivery]:
    """Draw deliveries with another body, signature, time or id than the valid one.

    delivery: unsigned. What its scheme cannot tell from a valid delivery is not drawn. Raises
    ValueError for an unusable secret.
    """
    from hypothesis import strategies as st

    scheme = SCHEMES[signing.facts.scheme]
    signed = scheme.sign(signing, delivery)
    parts = scheme.read(signing, signed)

    def write(changed: Parts) -> Delivery:
        return scheme.write(signing, signed, changed)

    mac = st.sampled_from(parts.macs).flatmap(lambda one: _edit(one[1]).map(lambda m: (one[0], m)))
    kinds = [
        st.binary(max_size=_LONGEST).map(lambda body: replace(signed, body=body)),
        st.integers(0, max(len(signed.body) - 1, 0)).flatmap(
            lambda at: st.integers(1, 255).map(lambda bits: _flip(signed, at, bits))
        ),
        mac.map(lambda one: write(replace(parts, macs=(one,)))),
        st.lists(mac, min_size=2, max_size=4).map(
            lambda macs: write(replace(parts, macs=tuple(macs)))
        ),
    ]
    if parts.timestamp is not None and parts.timestamp.isdigit():
        moment = int(parts.timestamp)
        shifts = st.integers(-min(moment, _FURTHEST_S), _FURTHEST_S).filter(bool)
        kinds.append(shifts.map(lambda shift: write(replace(parts, timestamp=str(moment + shift)))))
    if parts.id is not None:
        names = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1)
        kinds.append(names.map(lambda name: write(replace(parts, id=name))))
    return st.one_of(kinds).filter(lambda one: scheme.verify(signing, one) != VALID)


def _edit(mac: str) -> SearchStrategy[str]:
    """Another text than a signature."""
    edits = edits_of(len(mac), hexadecimal=is_hex(mac))
    return edits.map(lambda edit: edit_mac(mac, cast("dict[str, Json]", edit)))


def _flip(delivery: Delivery, at: int, bits: int) -> Delivery:
    body = delivery.body or b"\0"
    return replace(delivery, body=body[:at] + bytes([body[at] ^ bits]) + body[at + 1 :])
