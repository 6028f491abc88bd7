"""Objects that are not changed, not deleted, or shown as they were."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.json import Json, at
from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import NO_ARRAY, find_array, put
from reference_server.faults.fault import alters, fault
from reference_server.operations.crud import merge_update, remove_object
from reference_server.responses.errors import make_error
from reference_server.responses.success import finish_success
from reference_server.state.store import Stored

FinishSuccess = Callable[[Call, Reply], Reply]


def _steps_have(kind: str) -> Callable[[Profile], bool]:
    """Where the example of a clause has a step with an operation of a kind."""
    return lambda profile: any(
        profile.rules[step.operation].use.kind == kind
        for clause in profile.policy.clauses
        for step in clause.example
        if step.operation in profile.rules
    )


def _steps_expect(key: str) -> Callable[[Profile], bool]:
    """Where the example of a clause has a step that expects this of a list."""
    return lambda profile: any(
        key in step.expect for clause in profile.policy.clauses for step in clause.example
    )


def _steps_read_again(profile: Profile) -> bool:
    """Where a clause's example reads, updates, and reads again."""
    kinds = {name: rules.use.kind for name, rules in profile.rules.items()}
    played = (
        " ".join(kinds.get(step.operation, "") for step in clause.example)
        for clause in profile.policy.clauses
    )
    return any(re.search(r"\bread\b.*\bupdate\b.*\bread\b", words) for words in played)


@fault(merge_update, shows_in=_steps_have("update"))
def forgets_update(
    honest: Callable[[Call, Json, Json], Json], call: Call, stored: Json, sent: Json
) -> Json:
    """An update gets a success and is not made."""
    return stored


@fault(remove_object, shows_in=_steps_have("delete"))
def keeps_deleted(honest: Callable[[Call, Stored], None], call: Call, item: Stored) -> None:
    """A deletion gets a success and is not made."""


@alters(finish_success, shows_in=_steps_expect("contains"))
def list_misses_the_newest(made: Reply, call: Call, reply: Reply) -> Reply:
    """Lists lack the object that was created last."""
    use = call.op_rules.use
    place = find_array(made.value)
    creator = call.server.profile.rules.get(use.collection.name) if use.collection else None
    filled = use.kind == "list" and creator is not None and creator.use.kind == "create"
    if filled and place != NO_ARRAY:
        made.value = put(made.value, place, at(made.value, place)[:-1])
    return made


@alters(finish_success, shows_in=_steps_expect("lacks"))
def lists_what_was_deleted(made: Reply, call: Call, reply: Reply) -> Reply:
    """Lists are shown as they were when they were first requested."""
    if call.op_rules.use.kind == "list":
        key = ("list", call.caller_identity.id, call.path, str(call.query))
        made.value = call.server.kept.setdefault(key, made.value)
    return made


@fault(
    finish_success,
    shows_in=lambda profile: any(clause.example for clause in profile.policy.clauses),
    alone=True,
)
def refuses_what_is_valid(honest: FinishSuccess, call: Call, reply: Reply) -> Reply:
    """A valid request is refused with 400, whatever its operation."""
    return make_error(call, Refusal("syntax", "The request is not valid.", 400))


def _find_last(profile: Profile) -> set[str]:
    """The operations with which the example of a clause ends, and none begins that goes on."""
    examples = [clause.example for clause in profile.policy.clauses if clause.example]
    first = {steps[0].operation for steps in examples if len(steps) > 1}
    return {steps[-1].operation for steps in examples} - first


@fault(finish_success, shows_in=lambda profile: bool(_find_last(profile)), alone=True)
def refuses_the_last_step(honest: FinishSuccess, call: Call, reply: Reply) -> Reply:
    """A valid request of an operation with which an example ends is refused with 400."""
    if call.op_rules.operation.id in _find_last(call.server.profile):
        return make_error(call, Refusal("syntax", "The request is not valid.", 400))
    return honest(call, reply)


@alters(finish_success, shows_in=_steps_read_again)
def reads_are_stale(made: Reply, call: Call, reply: Reply) -> Reply:
    """Objects are shown as they were when they were first read."""
    use = call.op_rules.use
    if use.kind == "read":
        key = ("object", call.objects[use.target].id)
        made.value = call.server.kept.setdefault(key, made.value)
    return made
