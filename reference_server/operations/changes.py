"""When objects were changed and deleted (`formats.since`, `formats.deleted` of the policy)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from apicheck.model.json import Json, at
from reference_server.call import Call
from reference_server.policy import selects
from reference_server.seam import seam
from reference_server.stages.authorization import find_foreign_owner
from reference_server.state.clock import parse_instant
from reference_server.state.store import Removed, Stored


def note_change(call: Call, item: Stored) -> None:
    """Note that an object was created or changed now, where the policy says that it shows it."""
    item.changed_at = call.server.clock.now()
    facts = call.server.profile.facts.formats.since
    if facts is not None and facts.member in item.value:
        item.value = {**item.value, facts.member: _write_date(item.changed_at)}


@seam
def keep_changed(call: Call, items: list[Stored]) -> list[Stored]:
    """Leave out of a list what was not changed since the moment that a request names."""
    since = read_since(call)
    return items if since is None else [item for item in items if int(item.changed_at) >= since]


def read_since(call: Call) -> float | None:
    """The moment since which a call asks for changes, in epoch seconds; None for none."""
    facts = call.server.profile.facts.formats.since
    if facts is None or not selects(call, facts.ops):
        return None
    written = dict(call.query).get(facts.parameter)
    return parse_instant(written) if written else None


@seam
def list_removed(call: Call) -> list[Removed]:
    """List what was deleted of the caller's, since the moment that a request names."""
    formats = call.server.profile.facts.formats
    operation = formats.deleted[call.op_rules.operation.id]
    collection = call.server.profile.rules[operation].use.collection
    name = formats.since.parameter if formats.since else ""
    written = dict(call.query).get(name)
    since = parse_instant(written) if written else 0.0
    return [
        one
        for one in call.server.store.removed
        if collection is not None
        and one.item.collection == collection.name
        and int(one.at) >= since
        and not find_foreign_owner(call, one.item, "list")
    ]


def show_removed(call: Call, like: Json, one: Removed) -> Json:
    """A deleted object, with the members of the example: its id, and the time of the deletion."""
    collection = next(
        rules.use.collection
        for rules in call.server.profile.rules.values()
        if rules.use.collection and rules.use.collection.name == one.item.collection
    )
    shown = dict(like) if isinstance(like, Mapping) else {}
    for name, value in shown.items():
        if name == collection.id.removeprefix("/"):
            shown[name] = at(one.item.value, collection.id)
        elif isinstance(value, str) and value[:4].isdigit():
            shown[name] = _write_date(one.at)
    return shown


def _write_date(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
