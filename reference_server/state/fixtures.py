"""Objects that no operation creates and that are there from the start, some for each tenant."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping

from apicheck.model.json import MISSING, Json, at
from reference_server.document.examples import find_example, find_success
from reference_server.document.profile import Profile, Rules
from reference_server.document.resources import Collection
from reference_server.document.schemas import put
from reference_server.state.store import Stored


def make_fixtures(profile: Profile, tenants: Iterable[str]) -> Iterator[Stored]:
    """The objects that the examples of listing operations show, with ids of their own."""
    for rules in profile.rules.values():
        collection = rules.use.collection
        if collection is None or not collection.given or collection.name != rules.operation.id:
            continue
        for tenant in tenants:
            for number, example in enumerate(_list_examples(profile, rules, collection)):
                object_id = _make_id(at(example, collection.id), f"{tenant}/{number}")
                value = dict(put(example, collection.id, object_id))
                yield Stored(collection.name, str(object_id), tenant, "", "", value)


def _list_examples(
    profile: Profile, rules: Rules, collection: Collection
) -> Iterator[Mapping[str, Json]]:
    documented = find_success(rules.operation)
    media = documented.media[0] if documented and documented.media else None
    whole = find_example(profile.schemas, media) if media else MISSING
    listed = at(whole, collection.root.rpartition("/")[0])
    for example in listed if isinstance(listed, list) else ():
        if isinstance(example, Mapping):
            yield example


def _make_id(example: Json, which: str) -> Json:
    """An id with the prefix of the example's, the same after every start; a number for one."""
    made = uuid.uuid5(uuid.NAMESPACE_OID, f"{example}/{which}").hex
    if isinstance(example, int):
        return int(made[:6], 16)
    prefix, mark, last = str(example).rpartition("_")
    return f"{prefix}{mark}{made[: max(8, len(last))]}"
