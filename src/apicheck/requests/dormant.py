"""Objects that act by themselves: a rule that each event sets off, a schedule, an automation.

One that matches everything may set itself off, without end. They are made inactive where their
schema says how, and deleted before the others.
"""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.json import Json
from apicheck.model.operation import Operation
from apicheck.requests.flattening import flatten_schema, kind_of
from apicheck.requests.nouns import plain, singulars, words_of

_ACTORS = frozenset(
    {"alarm", "alert", "automation", "cron", "cronjob", "job", "monitor", "pipeline", "rule",
     "schedule", "trigger", "watcher", "workflow"}
)  # fmt: skip
_RESTING: Mapping[str, bool] = {
    "active": False,
    "enabled": False,
    "isactive": False,
    "isenabled": False,
    "disabled": True,
    "isdisabled": True,
    "ispaused": True,
    "paused": True,
}
"""The value that makes an object inactive, by the name of the member."""


def acts_by_itself(path: str) -> bool:
    """Whether the object at a path is one that acts: `/automations/7`, `/things/3/schedule`."""
    return any(_names_actor(one) for one in path.rstrip("/").split("/")[-2:])


def put_to_rest(document: Json, schema: Json, body: Json, operation: Operation) -> Json:
    """The body of an object that acts by itself, so that it does not."""
    fixed = [one for one in operation.path.rstrip("/").split("/") if not one.startswith("{")]
    if not isinstance(body, Mapping) or not _names_actor(fixed[-1]):
        return body
    creates = operation.method in ("POST", "PUT")
    found: dict[str, Json] = {}
    for name, inner in (flatten_schema(document, schema).get("properties") or {}).items():
        resting = _RESTING.get(plain(name))
        if resting is not None and (creates or name in body) and _is_free(document, inner):
            found[name] = resting
    return {**body, **found} if found else body


def _is_free(document: Json, schema: Json) -> bool:
    """Whether a member may be any truth value, or also null."""
    whole = flatten_schema(document, schema)
    options = [*(whole.get("anyOf") or ()), *(whole.get("oneOf") or ())]
    kinds = [kind_of(flatten_schema(document, one)) for one in (*options, whole)]
    return "boolean" in kinds and not {"const", "enum", "readOnly"} & set(whole)


def _names_actor(segment: str) -> bool:
    words = words_of(segment)
    return bool(words) and not _ACTORS.isdisjoint((words[-1], *singulars(words[-1])))
