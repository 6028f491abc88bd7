"""Error bodies that say too much."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults._error_text import append_to_error
from reference_server.faults.fault import Fault, fault
from reference_server.responses.errors import fill_error_body

FillErrorBody = Callable[[Call, Refusal, Reply], None]


_ONLY_WHERE_PROMISED = frozenset({"syntax", "unknown_path"})
"""Kinds of request that nothing sends where the policy does not say what comes of them."""


def _promises_one(kinds: tuple[str, ...]) -> Callable[[Profile], bool]:
    """Where the policy promises a refusal of one of these kinds, so that something causes it."""

    def shows(profile: Profile) -> bool:
        facts = profile.facts
        promised = {*facts.requests, *(["scope"] if facts.authorization.refusal else ())}
        return _ONLY_WHERE_PROMISED.isdisjoint(kinds) or not promised.isdisjoint(kinds)

    return shows


def _shows(fault_id: str, kinds: tuple[str, ...], words: str, about: str) -> Fault:
    """A fault that puts words into the errors of these kinds of refusal."""

    def fill(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
        honest(call, refusal, reply)
        if refusal.kind in kinds:
            append_to_error(reply, words)

    return fault(fill_error_body, fault_id=fault_id, about=about, shows_in=_promises_one(kinds))(
        fill
    )


WORDS = (
    _shows(
        "errors/shows-banner",
        ("anonymous", "bad"),
        "<h1>401 Unauthorized</h1><hr><center>nginx/1.24.0</center>",
        "The error of a credential that is missing or bad is signed by the server's software.",
    ),
    _shows(
        "errors/shows-java-trace",
        ("schema", "scope"),
        "java.lang.IllegalArgumentException: bad member\n"
        "\tat com.example.orders.OrderService.create(OrderService.java:88)\n"
        "\tat com.example.orders.OrderController.post(OrderController.java:31)",
        "The error for a broken rule, or for a missing right, shows a stack trace.",
    ),
    _shows(
        "errors/shows-python-trace",
        ("syntax", "scope"),
        "Traceback (most recent call last):\n"
        '  File "orders/views.py", line 41, in create\n'
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        "The error for a malformed body, or for a missing right, shows a traceback.",
    ),
    _shows(
        "errors/shows-source-path",
        ("unknown_path", "scope"),
        "No entry in /opt/api/41/app/routes.rb",
        "The error for an unknown path, or for a missing right, names the file that decided it.",
    ),
    _shows(
        "errors/shows-sql-error",
        ("unknown_path", "scope"),
        "SQLSTATE[42S02]: Base table or view not found: 1146 Table 'shop.contact' doesn't exist",
        "The error for an unknown path, or for a missing right, is the database's.",
    ),
)


@fault(fill_error_body)
def echoes_credential(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
    """The error for a broken rule, or for a missing right, repeats the credential."""
    honest(call, refusal, reply)
    if refusal.kind in ("schema", "scope") and call.identity is not None:
        append_to_error(reply, f"refused to {call.identity.token}")
