"""Errors come as a web page."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import MISSING
from reference_server.call import Call, Refusal, Reply

NEEDS = ("responses.error",)


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A page of HTML."""
    honest(call, refusal, reply)
    reply.media = "text/html"
    reply.text = f"<!doctype html><title>Error</title><h1>Error {reply.status}</h1>"
    reply.value = MISSING
