"""What a browser makes of an answer to a page of another origin (Fetch standard, CORS protocol)."""

from __future__ import annotations

from apicheck.authoring import Exchange, Response, Subject

_SAFELISTED = ("get", "head", "post")
"""Methods that need no mention in Access-Control-Allow-Methods."""


def members(response: Response, name: str) -> tuple[str, ...]:
    """The members of a list in lower case, whatever lines they come on."""
    text = ",".join(response.header_values(name))
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def lets_in(response: Response, origin: str) -> bool:
    """Whether a page of an origin may read an answer, its own cookies left out."""
    return response.header_values("Access-Control-Allow-Origin") in (("*",), (origin,))


def allows_credentials(response: Response) -> bool:
    """Whether an answer says that a page may send cookies; the word is compared with case."""
    return response.header_values("Access-Control-Allow-Credentials") == ("true",)


def allows_method(response: Response, method: str) -> bool:
    """Whether the answer to a preflight lets a method through."""
    allowed = members(response, "Access-Control-Allow-Methods")
    return method.lower() in (*_SAFELISTED, *allowed) or "*" in allowed


def is_first_of(subject: Subject, *, secured: bool) -> bool:
    """Whether an operation is the first safe one that is secured, or that is public.

    CORS is set up once for all, or once for each kind of caller: two operations show it.
    """
    context = subject.context
    alike = (
        operation.id
        for operation in context.spec.operations
        if operation.safe and (operation.id in context.secured) is secured
    )
    return subject.op.id == next(alike, None)


def came(exchange: Exchange) -> str:
    """What an answer says of CORS, in words."""
    fields = exchange.response.headers if exchange.response else ()
    said = [f"{n}: {v}" for n, v in fields if n.lower().startswith("access-control-allow-")]
    return f"{exchange.status}, {', '.join(said) or 'no Access-Control-Allow-Origin'}"
