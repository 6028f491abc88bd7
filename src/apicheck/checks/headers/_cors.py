"""How a browser reads a response to a page of another origin (Fetch standard, CORS protocol)."""

from __future__ import annotations

from apicheck.authoring import Exchange, Response, Subject

_SAFELISTED = ("get", "head", "post")
"""Methods that need no mention in Access-Control-Allow-Methods."""


def parse_members(response: Response, name: str) -> tuple[str, ...]:
    """The members of a list field in lower case, from all of its lines."""
    text = ",".join(response.header_values(name))
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def admits(response: Response, origin: str) -> bool:
    """Whether a page of an origin may read the response, when it sends no cookies."""
    return response.header_values("Access-Control-Allow-Origin") in (("*",), (origin,))


def allows_credentials(response: Response) -> bool:
    """Whether the response lets a page send cookies; `true` is compared with case."""
    return response.header_values("Access-Control-Allow-Credentials") == ("true",)


def allows_method(response: Response, method: str) -> bool:
    """Whether the response to a preflight lets a method through."""
    allowed = parse_members(response, "Access-Control-Allow-Methods")
    return method.lower() in (*_SAFELISTED, *allowed) or "*" in allowed


def is_first_of(subject: Subject, *, secured: bool) -> bool:
    """Whether an operation is the first safe one that is secured, or that is public.

    CORS is usually configured once, or once for each of the two: two operations show it.
    """
    context = subject.context
    alike = (
        operation.id
        for operation in context.spec.operations
        if operation.safe and (operation.id in context.secured) is secured
    )
    return subject.op.id == next(alike, None)


def describe_cors(exchange: Exchange) -> str:
    """The status and the CORS fields of a response, in words."""
    fields = exchange.response.headers if exchange.response else ()
    sent = [f"{n}: {v}" for n, v in fields if n.lower().startswith("access-control-allow-")]
    return f"{exchange.status}, {', '.join(sent) or 'no Access-Control-Allow-Origin'}"
