"""Cache-Control."""

from __future__ import annotations

from apicheck.model.facts import HeaderRule
from reference_server.call import Call, Reply
from reference_server.faults._documented import headers_have
from reference_server.faults._fields import change_fields
from reference_server.faults.fault import alters
from reference_server.responses.completion import finish_fields
from reference_server.responses.headers import Fields


def _has_directives(header: HeaderRule) -> bool:
    return any(not directive.never for directive in header.directives.values())


def _forbids_directives(header: HeaderRule) -> bool:
    return any(directive.never for directive in header.directives.values())


@alters(finish_fields, shows_in=headers_have(_forbids_directives))
def cacheable_by_everybody(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Responses say that shared caches may store them, beside what was promised."""
    return change_fields(sent, {"cache-control"}, lambda value: f"public, {value}")


@alters(finish_fields, shows_in=headers_have(_has_directives))
def cacheable_by_the_browser(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Responses that no cache may store may be stored by the browser."""
    return change_fields(sent, {"cache-control"}, lambda _: "private")
