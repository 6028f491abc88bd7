"""Receivers that take a wrong signature for a right one."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.faults.fault import RECEIVER, alters, fault
from reference_server.webhooks.receiving import (
    Fields,
    Incoming,
    Refused,
    decode_key,
    is_equal,
    list_contents,
    list_keys,
    select_macs,
    verify,
)

NEEDS = (RECEIVER,)

Verify = Callable[[Incoming], None]
SelectMacs = Callable[[Incoming, Fields], tuple[str, ...]]
ListContents = Callable[[Incoming, Fields], tuple[bytes, ...]]


@fault(verify, needs=NEEDS)
def accepts_everything(_: Verify, incoming: Incoming) -> None:
    """A receiver does not verify deliveries."""


@fault(verify, needs=NEEDS)
def accepts_unsigned(honest: Verify, incoming: Incoming) -> None:
    """A receiver verifies the signature where there is one."""
    if incoming.field("webhook-signature"):
        honest(incoming)


@alters(list_keys, needs=NEEDS)
def accepts_empty_secret(due: tuple[bytes, ...], incoming: Incoming) -> tuple[bytes, ...]:
    """A receiver also verifies with the empty secret, the default of its configuration."""
    return (*due, b"")


@alters(list_keys, needs=NEEDS)
def accepts_secret_as_text(due: tuple[bytes, ...], incoming: Incoming) -> tuple[bytes, ...]:
    """A receiver also verifies with the text of the secret, in place of what it encodes."""
    return (*due, incoming.secret.encode())


@alters(list_keys, needs=NEEDS)
def accepts_secret_of_another_tenant(
    due: tuple[bytes, ...], incoming: Incoming
) -> tuple[bytes, ...]:
    """A receiver tries the secrets of all its tenants on a delivery to one of them."""
    return (*due, decode_key(incoming.facts, incoming.foreign_secret))


@fault(select_macs, needs=NEEDS)
def accepts_other_versions(_: SelectMacs, incoming: Incoming, fields: Fields) -> tuple[str, ...]:
    """A receiver does not look at the version of a signature."""
    return tuple(mac for _, mac in fields.macs)


@alters(select_macs, needs=NEEDS)
def accepts_absent_versions(
    due: tuple[str, ...], incoming: Incoming, fields: Fields
) -> tuple[str, ...]:
    """A receiver also accepts a signature that does not name its version."""
    return (*due, *(mac for version, mac in fields.macs if not version))


@alters(select_macs, needs=NEEDS)
def reads_first_signature(
    due: tuple[str, ...], incoming: Incoming, fields: Fields
) -> tuple[str, ...]:
    """A receiver looks at the first signature of a delivery alone."""
    return due[:1]


@fault(is_equal, needs=NEEDS)
def compares_beginning(_: Callable[[str, str], bool], expected: str, mac: str) -> bool:
    """A receiver takes a signature for right that the right one begins with."""
    return expected.startswith(mac)


@fault(is_equal, needs=NEEDS)
def compares_without_case(_: Callable[[str, str], bool], expected: str, mac: str) -> bool:
    """A receiver compares signatures as some databases compare text: capitals do not count."""
    return expected.lower() == mac.lower()


@alters(list_contents, needs=NEEDS)
def verifies_body_alone(
    due: tuple[bytes, ...], incoming: Incoming, fields: Fields
) -> tuple[bytes, ...]:
    """A receiver also accepts a signature over the body alone."""
    return (*due, incoming.body)


@fault(select_macs, needs=NEEDS)
def fails_on_malformed_signature(
    honest: SelectMacs, incoming: Incoming, fields: Fields
) -> tuple[str, ...]:
    """A receiver fails where a signature has no version, or is cut off."""
    for version, mac in fields.macs:
        if not version or len(mac) % 4:
            raise ValueError("not enough values to unpack")
    return honest(incoming, fields)


@fault(verify, needs=NEEDS)
def verifies_json_alone(honest: Verify, incoming: Incoming) -> None:
    """A receiver verifies deliveries that say that they are JSON, and no others."""
    if incoming.field("content-type").startswith("application/json"):
        honest(incoming)


@fault(verify, needs=NEEDS)
def fails_on_other_media_types(honest: Verify, incoming: Incoming) -> None:
    """A receiver fails where a delivery does not say that it is JSON."""
    if "json" not in incoming.field("content-type"):
        raise LookupError(incoming.field("content-type"))
    honest(incoming)


@fault(list_contents, needs=NEEDS)
def takes_id_from_body(
    honest: ListContents, incoming: Incoming, fields: Fields
) -> tuple[bytes, ...]:
    """A receiver verifies the id that the body names, and not the one of the delivery."""
    try:
        named = str(json.loads(incoming.body)["id"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return honest(incoming, fields)
    return honest(incoming, Fields(fields.macs, fields.timestamp, named))


@fault(verify, needs=NEEDS)
def fails_without_id(honest: Verify, incoming: Incoming) -> None:
    """A receiver fails where a delivery has no id."""
    if not incoming.headers["webhook-id"]:
        raise Refused("the id is empty")
    honest(incoming)


@fault(verify, needs=NEEDS)
def fails_on_repeated_fields(honest: Verify, incoming: Incoming) -> None:
    """A receiver fails where a field of a delivery comes twice: both are joined by a comma."""
    names = ("webhook-signature", "stripe-signature", "x-slack-signature", "x-hub-signature-256")
    if any(", " in incoming.field(name) for name in names):
        raise ValueError("two signatures")
    honest(incoming)
