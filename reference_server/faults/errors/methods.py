"""405, HEAD, TRACE, and methods in fields."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.exchange import Pairs
from apicheck.model.json import MISSING
from reference_server.call import Call, Refusal, Reply
from reference_server.document.routing import Match, Routes, match_operation
from reference_server.faults.fault import alters, fault
from reference_server.responses.errors import fill_error_body, list_allowed_methods
from reference_server.responses.headers import Fields
from reference_server.responses.success import finish_success

ListAllowedMethods = Callable[[Call], Fields]
FillErrorBody = Callable[[Call, Refusal, Reply], None]
MatchOperation = Callable[[Routes, str, str, Pairs], Match]
_METHOD = ("requests.method",)


@fault(list_allowed_methods, needs=_METHOD)
def allow_lists_every_method(honest: ListAllowedMethods, call: Call) -> Fields:
    """405 names every method as allowed, the refused one too."""
    return [("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]


@alters(list_allowed_methods, needs=_METHOD)
def allow_lists_one_method(sent: Fields, call: Call) -> Fields:
    """405 names only the first of the methods that a path has."""
    return [(name, value.partition(",")[0]) for name, value in sent]


@fault(list_allowed_methods, needs=_METHOD)
def omits_allow(honest: ListAllowedMethods, call: Call) -> Fields:
    """405 does not say which methods are allowed."""
    return []


@fault(match_operation, needs=("requests.method_override",))
def obeys_method_override(
    honest: MatchOperation, routes: Routes, method: str, path: str, headers: Pairs
) -> Match:
    """The method in a field takes the place of the one in the request line."""
    return honest(routes, dict(headers).get("x-http-method-override", method), path, headers)


@alters(finish_success, needs=("requests.head",))
def head_answered_with_other_status(made: Reply, call: Call, reply: Reply) -> Reply:
    """HEAD gets another status than GET."""
    if call.method == "HEAD":
        made.status = 204
    return made


@alters(finish_success, needs=("requests.head",))
def head_has_other_media_type(made: Reply, call: Call, reply: Reply) -> Reply:
    """HEAD names another media type than GET."""
    if call.method == "HEAD" and made.media:
        made.media = "text/plain"
    return made


@fault(fill_error_body)
def echoes_trace(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
    """TRACE gets the request back, with the credential in it."""
    honest(call, refusal, reply)
    if call.method == "TRACE":
        fields = "".join(f"{name}: {value}\r\n" for name, value in call.headers)
        reply.status, reply.media, reply.value = 200, "message/http", MISSING
        reply.text = f"TRACE {call.path} HTTP/1.1\r\n{fields}"
