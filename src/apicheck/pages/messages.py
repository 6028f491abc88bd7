"""Exchanges as a page writes them.

Each begins with a line `# ROLE ATTRIBUTE…`, followed by the request and the answer as they are on
the wire, an empty line between head and body, and between request and answer. Instead of an
answer, `! timeout: what happened` says that none came. Attributes:

- `identity=admin`, `caller=bad`, `operation=getContact`: what would be read off the request;
- `at=0.0..0.1`: seconds of sending and receiving (default: one exchange every 0.1 s);
- `direction=in`: a webhook delivery, answered by us;
- `case=NAME`: the case that is played;
- `via=URL`, `tls=VERSION`: the endpoint that the request went to, and the only version offered;
- `observe name($X)=value`: what was computed while recording; may be repeated.

`# ended VERDICT REASON` stands at the end of a script that could not go on.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from apicheck.model.exchange import (
    Caller,
    Credential,
    Direction,
    Exchange,
    Observation,
    Pairs,
    Request,
    Response,
    Role,
    TransportError,
    TransportErrorKind,
    Via,
)
from apicheck.model.selector import selects_path
from apicheck.model.subject import RunContext
from apicheck.model.verdict import (
    HarnessError,
    Inconclusive,
    NotTested,
    NotTestedKind,
    StopReason,
    Verdict,
)
from apicheck.pages.blocks import PageError

_ROLES = "|".join(role.value for role in Role)
_MARK = re.compile(rf"^# (?=(?:{_ROLES}|ended)\b)", re.MULTILINE)
_ANSWER = re.compile(r"^(?=HTTP/\d(?:\.\d)? \d{3}|! )", re.MULTILINE)
_OBSERVED = re.compile(r"([\w-]+)\(([^)]*)\)=(.*)", re.DOTALL)
_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Messages:
    """The exchanges of one example, with the case and the end that it names."""

    exchanges: tuple[Exchange, ...]
    case: str = ""
    stopped_by: StopReason | None = None


@dataclass(slots=True)
class _Attributes:
    role: str
    values: dict[str, str] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def messages(text: str, context: RunContext) -> Messages:
    """The exchanges of an example's text. Raises PageError."""
    parts = _MARK.split(text)
    if parts[0].strip():
        raise PageError(f"text before the first `# ROLE` line: {parts[0].strip()[:40]!r}")
    exchanges: list[Exchange] = []
    case = ""
    stopped_by: StopReason | None = None
    for part in parts[1:]:
        head, _, rest = part.partition("\n")
        attributes = _attributes(head)
        if attributes.role == "ended":
            stopped_by = _stop_reason(attributes.words)
            continue
        case = attributes.values.get("case", case)
        exchanges.append(_exchange(len(exchanges), attributes, rest, context))
    return Messages(tuple(exchanges), case, stopped_by)


def _stop_reason(words: list[str]) -> StopReason:
    verdict, _, kind = words[0].partition(":")
    reason = " ".join(words[1:])
    if verdict == Verdict.NOT_TESTED:
        return NotTested(NotTestedKind(kind), reason)
    return Inconclusive(reason) if verdict == Verdict.INCONCLUSIVE else HarnessError(reason)


def _attributes(line: str) -> _Attributes:
    words = shlex.split(line)
    attributes = _Attributes(words.pop(0))
    while words:
        word = words.pop(0)
        if word == "observe" and words:
            observed = _OBSERVED.fullmatch(words.pop(0))
            if observed is None:
                raise PageError(f"`observe` wants name($PLACEHOLDER)=value: {line!r}")
            attributes.observations.append(Observation(*observed.groups()))
        elif "=" in word and attributes.role != "ended":
            name, _, value = word.partition("=")
            attributes.values[name] = value
        else:
            attributes.words.append(word)
    if attributes.words and attributes.role != "ended":
        raise PageError(f"not an attribute: {attributes.words[0]!r} in {line!r}")
    return attributes


def _exchange(number: int, attributes: _Attributes, text: str, context: RunContext) -> Exchange:
    request_text, *answers = _ANSWER.split(text.strip("\n"), maxsplit=1)
    values = attributes.values
    sent, _, received = values.get("at", "").partition("..")
    sent_at = float(sent) if sent else number * _SECONDS
    incoming = values.get("direction") == "in"
    response, error = _answer(answers[0]) if answers else (None, None)
    return Exchange(
        id=f"e{number + 1}",
        request=_request(request_text, values, context, incoming=incoming),
        response=response,
        error=error,
        sent_at=sent_at,
        received_at=float(received) if received else sent_at + _SECONDS / 2,
        role=Role(attributes.role),
        observations=tuple(attributes.observations),
        direction=Direction.IN if incoming else Direction.OUT,
    )


def _head_and_body(text: str) -> tuple[str, Pairs, bytes]:
    head, _, body = text.strip("\n").partition("\n\n")
    first, *lines = head.split("\n")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise PageError(f"not a header field: {line!r}")
        headers.append((name, value.strip()))
    return first, tuple(headers), body.encode()


def _answer(text: str) -> tuple[Response | None, TransportError | None]:
    if text.startswith("!"):
        kind, _, message = text[1:].strip().partition(":")
        return None, TransportError(TransportErrorKind(kind.strip()), message.strip())
    first, headers, body = _head_and_body(text)
    _, status, *reason = first.split(" ", 2)
    return Response(int(status), headers, body, reason[0] if reason else ""), None


def _request(text: str, values: dict[str, str], context: RunContext, *, incoming: bool) -> Request:
    first, headers, body = _head_and_body(text)
    method, _, rest = first.partition(" ")
    target, _, _ = rest.rpartition(" ")
    path, _, query = target.partition("?")
    credentials: tuple[Credential, ...] = ()
    pairs = _query(query)
    if not incoming:
        credentials, headers, pairs = _credentials(headers, pairs, context)
    identity = values.get("identity") or _holder(credentials, context)
    caller = Caller.BAD if credentials else Caller.ANONYMOUS
    if identity:
        caller = Caller.AUTHENTICATED
    return Request(
        method=method,
        path=path,
        query=pairs,
        headers=headers,
        body=body or None,
        credentials=credentials,
        operation=values.get("operation", "" if incoming else _operation(method, path, context)),
        identity=identity,
        caller=Caller(values["caller"]) if "caller" in values else caller,
        via=Via(values["via"], values.get("tls", "")) if "via" in values else None,
    )


def _query(query: str) -> Pairs:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return tuple((name, value) for name, _, value in pairs)


def _credentials(
    headers: Pairs, query: Pairs, context: RunContext
) -> tuple[tuple[Credential, ...], Pairs, Pairs]:
    """What the document's security schemes take as a credential, and what is left."""
    names = {("header", "authorization"): "Authorization"}
    for scheme in context.spec.schemes.values():
        if scheme.kind == "apiKey":
            names[scheme.place, scheme.parameter.lower()] = scheme.name
    found = tuple(
        Credential(names[place, name.lower()], place, name, value)
        for place, pairs in (("header", headers), ("query", query))
        for name, value in pairs
        if (place, name.lower()) in names
    )
    return (
        found,
        tuple(pair for pair in headers if ("header", pair[0].lower()) not in names),
        tuple(pair for pair in query if ("query", pair[0].lower()) not in names),
    )


def _holder(credentials: tuple[Credential, ...], context: RunContext) -> str:
    """The identity whose own secret a credential ends with, "" when it is nobody's."""
    for identity in context.identities.values():
        if identity.placeholder and any(
            credential.value.endswith(identity.placeholder) for credential in credentials
        ):
            return identity.name
    return ""


def _operation(method: str, path: str, context: RunContext) -> str:
    """The operation of a request; a path without parameters goes before a template."""
    found = [
        operation
        for operation in context.spec.operations
        if selects_path(f"{operation.method} {operation.path}", method, path)
    ]
    return min(found, key=lambda operation: operation.path.count("{")).id if found else ""
