"""Deliveries that are not repeated as promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from apicheck.model.facts import Webhooks
from reference_server.document.profile import Profile
from reference_server.document.schemas import put
from reference_server.faults.fault import alters, fault
from reference_server.webhooks.delivery import Received
from reference_server.webhooks.rules import Message, find_gap, is_acknowledged, prepare
from reference_server.webhooks.signing import Signed, new_secret, sign_delivery
from reference_server.webhooks.unsigned import Unsigned

IsAcknowledged = Callable[[Webhooks, Received], bool]
FindGap = Callable[[Webhooks, int], float | None]
SignDelivery = Callable[[Unsigned], Signed]
_RETRIES = ("webhooks.delivery.retries",)
_ACKNOWLEDGED = (*_RETRIES, "webhooks.delivery.acknowledged")


def _retries_twice(profile: Profile) -> bool:
    return profile.webhooks is not None and len(profile.webhooks.delivery.retries_s) > 1


def _takes_several(profile: Profile) -> bool:
    """Where another status than 200 acknowledges."""
    known = profile.webhooks.delivery.acknowledged if profile.webhooks else None
    return known is not None and (202 in known or 204 in known)


def _outlives_tolerance(profile: Profile) -> bool:
    """Where the last retry comes later than a receiver tolerates."""
    webhooks = profile.webhooks
    tolerance = getattr(webhooks.signature, "tolerance_s", None) if webhooks else None
    return bool(webhooks and tolerance and sum(webhooks.delivery.retries_s) > tolerance)


@fault(find_gap, needs=_RETRIES)
def never_repeats(honest: FindGap, facts: Webhooks, retries: int) -> float | None:
    """A delivery is sent once, whatever comes of it."""
    return None


@fault(find_gap, needs=_RETRIES, shows_in=_retries_twice)
def repeats_once(honest: FindGap, facts: Webhooks, retries: int) -> float | None:
    """A delivery is repeated once, and then given up."""
    return None if retries else honest(facts, retries)


@alters(find_gap, needs=_RETRIES)
def repeats_at_once(due: float | None, facts: Webhooks, retries: int) -> float | None:
    """A delivery is repeated without a pause."""
    return None if due is None else 0.0


@alters(find_gap, needs=_RETRIES)
def repeats_late(gap: float | None, facts: Webhooks, retries: int) -> float | None:
    """A delivery is repeated twenty times later than promised."""
    return None if gap is None else 20 * gap


@fault(find_gap, needs=_RETRIES)
def repeats_for_ever(honest: FindGap, facts: Webhooks, retries: int) -> float | None:
    """A delivery is repeated until it is acknowledged, however long that takes."""
    return honest(facts, min(retries, len(facts.delivery.retries_s) - 1))


@fault(is_acknowledged, needs=_ACKNOWLEDGED)
def gives_up_on_client_errors(honest: IsAcknowledged, facts: Webhooks, received: Received) -> bool:
    """A delivery that is refused with 4xx is not repeated."""
    return 400 <= received.status < 500 or honest(facts, received)


@fault(is_acknowledged, needs=_ACKNOWLEDGED)
def gives_up_on_429(honest: IsAcknowledged, facts: Webhooks, received: Received) -> bool:
    """A delivery that came too soon for its receiver is not repeated."""
    return received.status == 429 or honest(facts, received)


@fault(is_acknowledged, needs=(*_RETRIES, "webhooks.delivery.timeout"))
def takes_silence_for_acknowledged(
    honest: IsAcknowledged, facts: Webhooks, received: Received
) -> bool:
    """A delivery to which no response comes in time is not repeated."""
    return received.timed_out or honest(facts, received)


@fault(is_acknowledged, needs=_RETRIES)
def takes_closed_connection_for_acknowledged(
    honest: IsAcknowledged, facts: Webhooks, received: Received
) -> bool:
    """A delivery whose connection ends without a response is not repeated."""
    return (not received.status and not received.timed_out) or honest(facts, received)


@fault(is_acknowledged, needs=_RETRIES)
def gives_up_on_who_is_down(honest: IsAcknowledged, facts: Webhooks, received: Received) -> bool:
    """A delivery is not repeated where no connection was accepted."""
    return received.refused or honest(facts, received)


@fault(is_acknowledged, needs=_ACKNOWLEDGED)
def repeats_what_was_acknowledged(
    honest: IsAcknowledged, facts: Webhooks, received: Received
) -> bool:
    """No status acknowledges a delivery."""
    return False


@fault(is_acknowledged, needs=_ACKNOWLEDGED, shows_in=_takes_several)
def takes_200_alone_for_acknowledged(
    honest: IsAcknowledged, facts: Webhooks, received: Received
) -> bool:
    """A delivery is repeated after every status but 200."""
    return received.status == 200


@fault(sign_delivery, needs=("webhooks.signature", *_RETRIES))
def unsigned_retries(honest: SignDelivery, delivery: Unsigned) -> Signed:
    """The first attempt is signed, and no other."""
    return honest(delivery) if delivery.first is None else Signed()


@fault(sign_delivery, needs=("webhooks.signature", *_RETRIES))
def signs_retries_with_other_secret(honest: SignDelivery, delivery: Unsigned) -> Signed:
    """Retries are signed with a secret that is not the subscription's."""
    if delivery.first is None:
        return honest(delivery)
    return honest(replace(delivery, secret=new_secret(delivery.scheme, bytes(32), "0" * 32)))


@fault(sign_delivery, needs=("webhooks.signature", *_RETRIES), shows_in=_outlives_tolerance)
def signs_retries_as_of_the_first(honest: SignDelivery, delivery: Unsigned) -> Signed:
    """Retries are stamped with the time of the first attempt."""
    first = delivery.timestamp if delivery.first is None else delivery.first
    return honest(replace(delivery, timestamp=first))


def _with_id(message: Message, text: str) -> Message:
    pointer = message.facts.id_pointer
    value = put(message.value, pointer, text) if pointer else message.value
    return replace(message, id=text, value=value)


def _has_id(profile: Profile) -> bool:
    webhooks = profile.webhooks
    return webhooks is not None and bool(webhooks.id or webhooks.id_pointer)


@alters(prepare, needs=_RETRIES, shows_in=_has_id)
def new_id_for_each_attempt(made: Message, message: Message, attempt: int) -> Message:
    """A delivery that is repeated has another id than before."""
    return _with_id(made, f"{made.id}{attempt}") if attempt else made


@alters(prepare, needs=("webhooks.events",), shows_in=_has_id)
def same_id_for_all(made: Message, message: Message, attempt: int) -> Message:
    """Every delivery has the same id."""
    return _with_id(made, "msg_1")
