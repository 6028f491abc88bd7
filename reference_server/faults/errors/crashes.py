"""Values that make the server fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from apicheck.model.json import Json
from apicheck.model.operation import Media, Operation
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults.fault import fault
from reference_server.stages.validation import refuse_unknown_members, refuse_unknown_query

RefuseUnknownQuery = Callable[[Call], Refusal | None]
RefuseUnknownMembers = Callable[[Call, Media], Refusal | None]

_LAST = 0xFFFF
_DEEP = 50
_ENOUGH = 15


def _every(value: Json) -> Iterator[Json]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from _every(item)


_DIGITS = 30


def _bodies_are_many(profile: Profile) -> bool:
    """Where so many bodies are drawn that one of them has a fraction in it."""
    bodies = (rules.operation.body for rules in profile.rules.values())
    return sum(any("json" in m.media_type for m in body) for body in bodies) >= _ENOUGH


@fault(refuse_unknown_query)
def closes_connection_on_nul(honest: RefuseUnknownQuery, call: Call) -> Refusal | None:
    """A NUL in a parameter ends the worker that serves it, and the connection with it."""
    texts = [*call.match.parameters.values(), *(text for _, text in call.query)]
    if any("\0" in text for text in texts):
        raise ConnectionAbortedError
    return honest(call)


def _queries_have_maxima(profile: Profile) -> bool:
    return any(_list_maxima(rules.operation) for rules in profile.rules.values())


def _list_maxima(operation: Operation) -> dict[str, Json]:
    """The greatest value of each query parameter that has one."""
    return {
        parameter.name: parameter.schema["maximum"]
        for parameter in operation.parameters
        if parameter.place == "query"
        and isinstance(parameter.schema, Mapping)
        and "maximum" in parameter.schema
    }


@fault(refuse_unknown_query, shows_in=_queries_have_maxima)
def fails_at_a_bound(honest: RefuseUnknownQuery, call: Call) -> Refusal | None:
    """The greatest value of a query parameter makes the server fail."""
    maxima = _list_maxima(call.op_rules.operation)
    if any(text == str(maxima.get(name)) for name, text in call.query):
        return Refusal("internal", "The request failed.", 500)
    return honest(call)


@fault(refuse_unknown_members)
def fails_beyond_the_basic_plane(
    honest: RefuseUnknownMembers, call: Call, media: Media
) -> Refusal | None:
    """A character beyond the basic plane makes the server fail, as do columns of three bytes."""
    if any(ord(character) > _LAST for character in str(call.value)):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)


@fault(refuse_unknown_members)
def fails_on_deep_nesting(honest: RefuseUnknownMembers, call: Call, media: Media) -> Refusal | None:
    """Lists in lists make the server fail: it goes through them by recursion."""
    if "[" * _DEEP in str(call.value):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)


@fault(refuse_unknown_members, shows_in=_bodies_are_many)
def fails_on_fractions(honest: RefuseUnknownMembers, call: Call, media: Media) -> Refusal | None:
    """A number with a fraction in a body makes the server fail: it counts in whole ones."""
    if any(isinstance(value, float) and value % 1 for value in _every(call.value)):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)


@fault(refuse_unknown_members)
def fails_on_huge_numbers(honest: RefuseUnknownMembers, call: Call, media: Media) -> Refusal | None:
    """A number that 64 bits do not hold makes the server fail."""
    if any(len(digits) > _DIGITS for digits in re.findall(r"\d+", str(call.value))):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)


@fault(refuse_unknown_query)
def fails_on_nul(honest: RefuseUnknownQuery, call: Call) -> Refusal | None:
    """A NUL in a parameter makes the server fail, as it does a database of C strings."""
    texts = [*call.match.parameters.values(), *(text for _, text in call.query)]
    if any("\0" in text for text in texts):
        return Refusal("internal", "The request failed.", 500)
    return honest(call)


@fault(refuse_unknown_members)
def fails_on_null(honest: RefuseUnknownMembers, call: Call, media: Media) -> Refusal | None:
    """A null where an object is expected makes the server fail."""
    if call.value is None or (isinstance(call.value, dict) and None in call.value.values()):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)


@fault(refuse_unknown_query)
def fails_on_percent_sign(honest: RefuseUnknownQuery, call: Call) -> Refusal | None:
    """A percent sign in a parameter makes the server fail: it was decoded twice."""
    texts = [*call.match.parameters.values(), *(text for _, text in call.query)]
    if any("%" in text for text in texts):
        return Refusal("internal", "The request failed.", 500)
    return honest(call)
