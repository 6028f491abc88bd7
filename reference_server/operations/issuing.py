"""Credentials that operations issue beside the tokens of OAuth: sessions, API keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.model.facts import Issued
from apicheck.model.json import MISSING, at
from reference_server.call import Call, Reply
from reference_server.document.schemas import put
from reference_server.seam import seam
from reference_server.state.json_web_tokens import make_key_set
from reference_server.state.store import Stored


def issue_credential(call: Call, reply: Reply) -> Reply:
    """Revoke the credentials that an operation ends, and add to its reply the one it issues."""
    facts = call.server.profile.facts.authentication
    name = call.op_rules.operation.id
    if facts.jwt is not None and name == facts.jwt.keys:
        reply.value = make_key_set()
        return reply
    if name in {issued.revoke for issued in facts.issued.values()}:
        withdraw_credentials(call)
    issued = facts.issued.get(name)
    return reply if issued is None else _hand_out(call, reply, issued)


@seam
def withdraw_credentials(call: Call) -> None:
    """Refuse from now on what was handed out with the object of a call."""
    _revoke_handed_out(call)


@seam
def retire_credential(call: Call, identity_id: str, overlap: float) -> None:
    """Refuse a credential that has a successor, after the time in which both work."""
    directory = call.server.directory
    retired = directory.get(identity_id)
    if retired is None or not overlap:
        directory.revoke(identity_id)
        return
    end = call.server.clock.now() + overlap
    directory.add(replace(retired, expires=min(end, retired.expires or end)))


def _revoke_handed_out(call: Call) -> None:
    for identity_id in call.server.handed_out.pop(_make_key(call, None), ()):
        call.server.directory.revoke(identity_id)


def _hand_out(call: Call, reply: Reply, issued: Issued) -> Reply:
    """A credential of the caller's user; a rotated one takes the place of an earlier one."""
    for identity_id in call.server.handed_out.get(_make_key(call, None), ()):
        retire_credential(call, identity_id, issued.overlap_s)
    known = next(reversed(call.objects.values()), None)
    content = known.value if known else call.value if isinstance(call.value, Mapping) else {}
    chosen = content.get("scopes")
    scopes = tuple(map(str, chosen)) if isinstance(chosen, list) else None
    made = call.server.hand_out(call.caller_identity, issued.scheme, scopes)
    call.server.handed_out.setdefault(_make_key(call, reply), []).append(made.id)
    return replace(reply, value=put(reply.value, issued.value, made.token))


def _make_key(call: Call, reply: Reply | None) -> tuple[str, str]:
    """Collection and id of the object that a credential belongs to."""
    use = call.op_rules.use
    named: list[Stored] = list(call.objects.values())
    if named:
        return named[-1].collection, named[-1].id
    collection = use.collection
    shown = at(reply.value, collection.root + collection.id) if reply and collection else MISSING
    return (collection.name if collection else "", "" if shown is MISSING else str(shown))
