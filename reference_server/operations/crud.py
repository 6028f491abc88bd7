"""Create, read, update, delete and list objects: what operations do."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import quote

from apicheck.model.json import MISSING, Json, at, members_of
from reference_server.call import Call, Refusal, Reply
from reference_server.document.examples import (
    build_created_value,
    find_body_wrapper,
    find_example_id,
)
from reference_server.document.profile import Rules
from reference_server.document.resources import Collection
from reference_server.document.schemas import find_array, put
from reference_server.operations import actions, changes, imports
from reference_server.operations.pagination import find_page, link_pages, select_items
from reference_server.responses.success import make_success
from reference_server.seam import seam
from reference_server.stages.authorization import find_foreign_owner
from reference_server.state.store import Removed, Store, Stored


def perform(call: Call) -> Reply | Refusal:
    """Perform the operation of a call that no stage has refused."""
    if call.op_rules.operation.id in call.server.profile.facts.formats.deleted:
        return _list_deleted(call)
    kind = call.op_rules.use.kind
    acts: dict[str, Callable[[Call], Reply | Refusal]] = {
        "create": _create,
        "import": _import,
        "read": _read,
        "update": _update,
        "delete": _delete,
        "act": _act,
        "list": _list,
    }
    if kind in acts:
        return acts[kind](call)
    if not call.op_rules.operation.safe:
        call.server.store.effects += 1
    return make_success(call, next(iter(call.objects.values()), None))


@seam
def merge_update(call: Call, stored: Json, sent: Json) -> Json:
    """An object after an update: the members that were sent replace those it had."""
    del call
    if isinstance(stored, Mapping) and isinstance(sent, Mapping):
        return {**stored, **sent}
    return stored


@seam
def remove_object(call: Call, item: Stored) -> None:
    """Forget an object."""
    call.server.store.remove(item)


def _create(call: Call) -> Reply:
    use = call.op_rules.use
    assert use.collection is not None  # a creating operation has one
    item = _store_new(call, call.op_rules, _unwrap(call))
    call.server.store.effects += 1
    call.server.subscriptions.note_created(call.op_rules, call.value, item)
    reply = make_success(call, item)
    if reply.status == HTTPStatus.CREATED:
        reply.headers.append(("Location", _find_location(call, use.collection, item)))
    return reply


def _unwrap(call: Call) -> Mapping[str, Json]:
    """The members of an object that a request has."""
    wrapper = find_body_wrapper(call.server.profile.schemas, call.op_rules)
    return members_of(at(call.value, wrapper))


def _store_new(call: Call, rules: Rules, sent: Mapping[str, Json]) -> Stored:
    """A new object of the caller's, kept. rules: of the operation that creates such objects."""
    schemas, collection = call.server.profile.schemas, rules.use.collection
    assert collection is not None  # a creating operation has one
    object_id = _make_id(find_example_id(schemas, rules), call.server.store, collection.name)
    value = build_created_value(schemas, rules, sent, object_id)
    caller = call.caller_identity
    parents = {name: item.id for name, item in call.objects.items()}
    item = Stored(
        collection.name, str(object_id), caller.tenant, caller.user, caller.app, value, parents
    )
    changes.note_change(call, item)
    call.server.store.add(item)
    return item


def _import(call: Call) -> Reply | Refusal:
    """Create what each row says; where its unique members are those of an object, change that."""
    use = call.op_rules.use
    assert use.collection is not None  # an importing operation has one
    creator = call.server.profile.rules[use.collection.name]
    schemas = call.server.profile.schemas
    rows = imports.read_rows(schemas, creator, call.value)
    if isinstance(rows, str):
        return Refusal("schema", rows)
    shown = []
    for row in rows:
        known = imports.find_same_object(call, creator, row)
        if known is not None:
            known.value = {**known.value, **row}
            changes.note_change(call, known)
        else:
            known = _store_new(call, creator, row)
        call.server.store.effects += 1
        shown.append(known)
    return make_success(call, shown)


def _act(call: Call) -> Reply:
    item = call.objects[call.op_rules.use.target]
    changed = actions.find_changes(call)
    call.server.store.effects += 1
    if changed is None:
        return make_success(call)
    item.value = {**item.value, **changed}
    changes.note_change(call, item)
    return make_success(call, item)


def _read(call: Call) -> Reply:
    return make_success(call, call.objects[call.op_rules.use.target])


def _update(call: Call) -> Reply:
    item = call.objects[call.op_rules.use.target]
    item.value = dict(merge_update(call, item.value, _unwrap(call)))
    changes.note_change(call, item)
    call.server.store.effects += 1
    return make_success(call, item)


def _delete(call: Call) -> Reply:
    item = call.objects[call.op_rules.use.target]
    remove_object(call, item)
    call.server.store.removed.append(Removed(item, call.server.clock.now()))
    call.server.subscriptions.note_removed(item)
    call.server.store.effects += 1
    return make_success(call)


def _list(call: Call) -> Reply:
    use = call.op_rules.use
    assert use.collection is not None  # a listing operation has one
    parents = {name: item.id for name, item in call.objects.items()}
    items = [
        item
        for item in call.server.store.all(use.collection.name)
        if not find_foreign_owner(call, item, "list")
        and all(item.parents.get(name) == wanted for name, wanted in parents.items())
    ]
    items = changes.keep_changed(call, items)
    page = find_page(call, len(items))
    reply = make_success(call, select_items(call, items, page))
    link_pages(call, reply, page)
    return reply


def _list_deleted(call: Call) -> Reply:
    """List what was deleted, each as the document's example has it."""
    reply = make_success(call)
    place = find_array(reply.value)
    removed = changes.list_removed(call)
    page = find_page(call, len(removed))
    like = at(reply.value, f"{place}/0")
    shown = [changes.show_removed(call, like, one) for one in removed[page.start :][: page.size]]
    reply.value = put(reply.value, place, shown)
    link_pages(call, reply, page)
    return reply


def _make_id(example: Json, store: Store, collection: str) -> Json:
    """An id that looks like the example's: a number, a UUID, or a word with the same prefix."""
    if isinstance(example, int):
        return example + 1 + len(store.all(collection)) + store.effects
    text = "" if example is MISSING else str(example)
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        return str(uuid.uuid4())
    if text.isdigit():
        return str(int(text) + 1 + store.effects)
    prefix, mark, last = text.rpartition("_")
    return f"{prefix}{mark}{uuid.uuid4().hex[: max(8, len(last))]}"


def _find_location(call: Call, collection: Collection, item: Stored) -> str:
    """The path at which a new object can be read."""
    values = {**call.match.parameters}
    path = f"{call.op_rules.operation.path}/{quote(item.id, safe='')}"
    for rules in call.server.profile.rules.values():
        if rules.use.kind == "read" and rules.use.collection == collection:
            path = rules.operation.path
            values[rules.use.target] = item.id
            break
    for name, value in values.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path
