"""Whatever stands in one part of a request, the server does not break on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    Fail,
    Fails,
    Json,
    Judgement,
    NotApplicable,
    Part,
    Recipe,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    control,
    describe,
    fits,
    parts_of,
    prepared,
    send,
    with_part,
)
from apicheck.checks.errors._odd_values import MEMBERS, RAW, TEXTS

_TRIED = 8
_LOW_LIMIT, _FEW = 50, 2
_BUSY = 503
_MARK = "apicheck-goes-here"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every operation that has something in its request."""
    if not _parts(subject) and isinstance(subject.world.recipes[subject.op.id], Recipe):
        return NotApplicable("its request has no part to replace")
    return Applies()


def _parts(subject: Subject) -> tuple[Part, ...]:
    recipe = subject.world.recipes[subject.op.id]
    kept = frozenset(one.parameter for one in subject.facts.authorization.tenants)
    return parts_of(subject.op, recipe, kept) if isinstance(recipe, Recipe) else ()


def cases(subject: Subject) -> tuple[Case, ...]:
    """Classics in each part, in turns; every one in every part when thorough."""
    rows = list(_rows(subject))
    return tuple(rows if subject.world.thorough else rows[: _most(subject)])


def _most(subject: Subject) -> int:
    """So many requests that nothing is used up: limits, and what each request consumes."""
    world = subject.world
    recipe, limits = world.recipes[subject.op.id], world.facts.rate_limits
    bucket = limits.buckets.get(world.bucket_of.get(subject.op.id, "")) if limits else None
    is_low = bucket is not None and bucket.limit is not None and bucket.limit < _LOW_LIMIT
    consumes = isinstance(recipe, Recipe) and recipe.consumes
    return _FEW if is_low or consumes else _TRIED


def _rows(subject: Subject) -> Iterator[Case]:
    """Each part with another classic, beginning elsewhere for each operation; then the next."""
    start = [operation.id for operation in subject.world.spec.operations].index(subject.op.id)
    parts = _parts(subject)
    for turn in range(max(len(TEXTS), len(MEMBERS))):
        for number, part in enumerate(parts):
            values: Mapping[str, Json] = MEMBERS if part.place == "body" else TEXTS
            names = list(values)
            name = names[(start + number + turn) % len(names)]
            if turn < len(names) and (name in RAW or fits(part, values[name])):
                place = {"place": part.place, "name": part.name}
                raw = part.place == "body" and name in RAW
                value = {"raw": RAW[name]} if raw else {"value": values[name]}
                yield Case(f"{name} in {part}", {**place, **value})


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with an odd value in one part."""
    value = subject.case.value if subject.case else None
    yield from control(subject)
    request = yield from prepared(subject)
    odd = _with_odd(subject, request, value)
    if odd is not None:
        yield from send(odd)


def _with_odd(subject: Subject, request: Request, value: Json) -> Request | None:
    """None for a value that shrinking has left without a part of itself."""
    if not isinstance(value, Mapping) or not {"place", "name"} <= set(value):
        return None
    part = Part(str(value["place"]), str(value["name"]))
    if part not in _parts(subject):
        return None
    if "raw" in value:
        marked = with_part(request, subject.op, part, _MARK)
        text = str(value["raw"]).encode()
        return replace(marked, body=(marked.body or b"").replace(f'"{_MARK}"'.encode(), text))
    if "value" not in value or not fits(part, value["value"]):
        return None
    return with_part(request, subject.op, part, value["value"])


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """An answer of class 5xx; 503 says that the server was busy, and nothing about the value."""
    for exchange in transcript.exercised:
        if _broke(exchange):
            expected = "any answer below 500"
            place = subject.case.value["place"] if subject.case else ""
            return Fails("server-error", expected, describe(exchange), place, exchange.id)
    return None


def _broke(exchange: Exchange) -> bool:
    return exchange.status >= 500 and exchange.status != _BUSY


CHECK = Check(
    title="No value in a request makes the server fail",
    applies=applies,
    cases=cases,
    draws="odd-part",
    script=script,
    judge=judge,
    accepted=True,
    provokes=frozenset(range(500, 600)) - {_BUSY},
    standards=(
        "rfc9110#15.6",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ),
    outcomes=(Fail("server-error", Severity.HIGH),),
    proven_by={
        "server-error": (
            "errors/fails-on-nul",
            "errors/fails-beyond-the-basic-plane",
            "errors/fails-on-huge-numbers",
            "errors/fails-on-deep-nesting",
            "errors/fails-on-percent-sign",
            "errors/fails-on-null",
            "errors/fails-on-fractions",
        ),
    },
)
