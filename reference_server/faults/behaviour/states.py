"""Objects that are in another state than the one they should be in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.json import Json, at
from reference_server.call import Call, Reply
from reference_server.document.examples import find_success
from reference_server.document.profile import Profile
from reference_server.document.schemas import put
from reference_server.faults.fault import alters
from reference_server.responses.success import finish_success

_KINDS = ("create", "act")


def _list_leaves(value: Json, pointer: str = "") -> Iterator[str]:
    """The pointers of what stands in objects and is none itself."""
    if not isinstance(value, Mapping):
        yield pointer
        return
    for name, inner in value.items():
        yield from _list_leaves(inner, f"{pointer}/{name}")


def _list_states(profile: Profile, operation: str, value: Json) -> Iterator[tuple[str, list[Json]]]:
    """The members of a value that are one of several documented words, with the words."""
    documented = find_success(profile.rules[operation].operation)
    if documented is None or not documented.media:
        return
    for pointer in _list_leaves(value):
        schema = profile.schemas.below(documented.media[0].schema, pointer)
        words = profile.schemas.resolved(schema).get("enum", ())
        if len(words) > 1:
            yield pointer, list(words)


def _steps_expect_a_state(profile: Profile) -> bool:
    """Where the example of a clause expects that what it creates or acts on is in some state."""
    return any(
        any(_list_states(profile, step.operation, step.expect.get("body")))
        for clause in profile.policy.clauses
        for step in clause.example
        if step.operation in profile.rules and profile.rules[step.operation].use.kind in _KINDS
    )


@alters(finish_success, shows_in=_steps_expect_a_state)
def shows_another_state(made: Reply, call: Call, reply: Reply) -> Reply:
    """What is created, or acted on, is shown in the next of its documented states."""
    if call.op_rules.use.kind in _KINDS:
        name = call.op_rules.operation.id
        for pointer, words in _list_states(call.server.profile, name, made.value):
            now = at(made.value, pointer)
            if now in words:
                after = words[(words.index(now) + 1) % len(words)]
                made.value = put(made.value, pointer, after)
    return made
