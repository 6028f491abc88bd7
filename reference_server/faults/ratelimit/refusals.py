"""Refusals by limit that act, and refusals that clients, caches or pages misread."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from apicheck.model.json import MISSING
from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.operations.crud import perform
from reference_server.responses.completion import finish_fields
from reference_server.responses.cors import make_cors_headers
from reference_server.responses.errors import fill_error_body
from reference_server.responses.headers import Fields

FillErrorBody = Callable[[Call, Refusal, Reply], None]
_HIGHEST = 100
"""Limits up to this are used up by a run, by a write too."""


def _are_limited(profile: Profile, kinds: Sequence[str]) -> bool:
    """Whether some low limit counts a write of these kinds on an object that can be read."""
    return any(
        bucket.limit is not None and bucket.limit <= _HIGHEST and rules.use.kind in kinds
        for rules in profile.rules.values()
        for bucket in rules.buckets[:1]
    )


def _writes_are_limited(profile: Profile) -> bool:
    return _are_limited(profile, ("update", "act", "delete"))


def _changes_are_limited(profile: Profile) -> bool:
    return _are_limited(profile, ("update",))


def _deletions_are_limited(profile: Profile) -> bool:
    return _are_limited(profile, ("delete",))


def _lowest_reads(profile: Profile) -> bool:
    """Whether the lowest limit counts a GET: of the refusals of others, no cache keeps any."""
    counted = [
        (rules.buckets[0].limit, rules.operation.safe)
        for rules in profile.rules.values()
        if rules.buckets and rules.buckets[0].limit is not None
    ]
    lowest = min((limit for limit, _ in counted), default=None)
    return (lowest, True) in counted


def _is_by_limit(reply: Reply) -> bool:
    return reply.refusal is not None and reply.refusal.kind == "rate"


@fault(fill_error_body, needs=("rate_limits",), shows_in=_writes_are_limited)
def acts_before_it_refuses(
    honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A write over a limit is performed, and refused all the same."""
    honest(call, refusal, reply)
    if refusal.kind == "rate" and call.method not in ("GET", "HEAD"):
        _perform_all_the_same(call)


@fault(fill_error_body, needs=("rate_limits",), shows_in=_changes_are_limited)
def changes_before_it_refuses(
    honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A PATCH or PUT over a limit is performed, and refused all the same."""
    honest(call, refusal, reply)
    if refusal.kind == "rate" and call.op_rules.use.kind == "update":
        _perform_all_the_same(call)


@fault(fill_error_body, needs=("rate_limits",), shows_in=_deletions_are_limited)
def deletes_before_it_refuses(
    honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A DELETE over a limit is performed, and refused all the same."""
    honest(call, refusal, reply)
    if refusal.kind == "rate" and call.op_rules.use.kind == "delete":
        _perform_all_the_same(call)


def _perform_all_the_same(call: Call) -> None:
    store, use = call.server.store, call.op_rules.use
    for name, collection in use.names.items():
        item = store.find(collection.name, call.match.parameters.get(name, ""))
        if item is None:
            return
        call.objects[name] = item
    try:
        call.value = json.loads(call.body) if call.body else MISSING
    except ValueError:
        return
    perform(call)


@fault(fill_error_body, needs=("rate_limits.refusal.media",))
def refusal_as_plain_text(
    honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A refusal by limit is a plain text, as from a proxy before the API."""
    honest(call, refusal, reply)
    if refusal.kind == "rate":
        reply.media, reply.text, reply.value = "text/plain", "Too many requests", MISSING


@fault(fill_error_body, needs=("rate_limits.refusal.schema",))
def refusal_of_another_form(
    honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply
) -> None:
    """The body of a refusal by limit has members of its own."""
    honest(call, refusal, reply)
    if refusal.kind == "rate":
        reply.value = {"retry": True}


@alters(finish_fields, needs=("rate_limits",), shows_in=_lowest_reads)
def refusal_is_cacheable(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """A refusal by limit lets every cache keep it for a minute."""
    if not _is_by_limit(reply):
        return sent
    others = [(name, value) for name, value in sent if name.lower() != "cache-control"]
    return [*others, ("Cache-Control", "public, max-age=60")]


@fault(make_cors_headers, needs=("rate_limits", "transport.cors"))
def refusal_without_cors(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """A refusal by limit lacks the fields that let a page read it."""
    refused = any(not admission.standing.allowed for admission in call.admissions)
    return [] if refused else honest(call)
