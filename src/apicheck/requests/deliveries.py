"""Deliveries of webhooks to a receiver: their names, the valid one, and whether it is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.exchange import Exchange, Request, Role
from apicheck.model.facts import Signature, Webhooks
from apicheck.model.step import Script, Steps
from apicheck.model.subject import Recipe, Subject
from apicheck.model.target import Identity
from apicheck.requests.from_recipe import build_request
from apicheck.requests.steps import send, sign
from apicheck.signatures import SCHEMES, Delivery, Signing
from apicheck.signatures.near_misses import NearMiss, list_near_misses, list_rotations
from apicheck.signatures.stand_in import make_stand_in

_Find = Callable[[Signing, Delivery], tuple[NearMiss, ...]]

_NOW = 1_767_225_600.0
_TRIED = 3


def receives(subject: Subject) -> Signature | None:
    """The signature of the deliveries to the subject's operation; None where none are signed."""
    webhooks = subject.facts.webhooks
    if not isinstance(webhooks, Webhooks) or not isinstance(webhooks.signature, Signature):
        return None
    receiver = webhooks.receiver
    return webhooks.signature if receiver and subject.op.id == receiver else None


def build_delivery(subject: Subject) -> Request:
    """The delivery of the document's example, not yet signed."""
    recipe = subject.context.recipes[subject.op.id]
    assert isinstance(recipe, Recipe)  # plan gives a check no operation without one
    return build_request(subject.context, recipe, Identity("nobody", ""), {})


def describe_near_misses(subject: Subject) -> Mapping[str, str]:
    """Name of each delivery that the receiver must refuse, with what is wrong with it.

    Only those are listed that no official verifier of the scheme accepts, and that go to the
    receiver: one that was signed for another path comes to nobody.
    """
    path = build_delivery(subject).path
    return {
        one.name: one.about
        for one in _list(subject, list_near_misses)
        if not one.lenient and one.delivery.target.partition("?")[0] == path
    }


def describe_rotations(subject: Subject) -> Mapping[str, str]:
    """Name of each delivery with two signatures, which the receiver must accept.

    Of an HMAC that the policy describes, only where it says what stands between several.
    """
    facts = receives(subject)
    if facts is not None and facts.scheme == "hmac" and "separator" not in facts.options:
        return {}
    return {one.name: one.about for one in _list(subject, list_rotations)}


def show_signature(subject: Subject) -> str:
    """A signature as those of the deliveries look, by a secret that stands for the real one."""
    facts = receives(subject)
    assert facts is not None  # asked where a check of a receiver applies
    signing, unsigned = _sign_with_stand_in(subject, facts)
    scheme = SCHEMES[facts.scheme]
    return scheme.read(signing, scheme.sign(signing, unsigned)).macs[0][1]


def deliver(subject: Subject, role: Role = Role.CONTROL) -> Steps[Exchange]:
    """Send a valid delivery with an id of its own."""
    signed = yield from sign(build_delivery(subject))
    return (yield from send(signed, role))


def deliver_some(subject: Subject) -> Script:
    """Send valid deliveries until one gets no response, at most three."""
    for _ in range(_TRIED):
        exchange = yield from deliver(subject, Role.PREFLIGHT)
        if exchange.response is None:
            return


def _list(subject: Subject, find: _Find) -> tuple[NearMiss, ...]:
    """List deliveries by a secret that stands for the real one, which no plan knows."""
    facts = receives(subject)
    if facts is None:
        return ()
    return find(*_sign_with_stand_in(subject, facts))


def _sign_with_stand_in(subject: Subject, facts: Signature) -> tuple[Signing, Delivery]:
    """What signs, and the delivery that it signs."""
    request = build_delivery(subject)
    unsigned = Delivery(
        request.method,
        request.wire_target,
        (("Host", "receiver.example"), *request.wire_headers),
        request.body or b"",
        "https",
    )
    return Signing(*make_stand_in(facts), _NOW, {"id": "msg_1"}), unsigned
