"""Operations that are going away say so: since when, until when, and what takes over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    Response,
    RunContext,
    Severity,
    Subject,
    fields,
    folds,
    judging,
)
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import (
    as_http_date,
    as_structured_date,
    is_at,
    leads,
)

_OF = "versioning.deprecations"


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy says that operations are going away."""
    versioning = subject.facts.versioning
    if versioning is not None and versioning.deprecations:
        return Applies()
    return NotApplicable("the policy deprecates nothing")


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Deprecation, Sunset, each link and each field of the provider's own is one promise."""
    response, versioning = exchange.response, context.facts.versioning
    assert response is not None  # `each` hands over answered exchanges only
    if versioning is None or not versioning.deprecations:
        return
    covering = [
        item
        for item in versioning.deprecations
        if judging.selector_matches(context, item.ops, exchange)
    ]
    for item in covering:
        due = (
            judging.rule_applies(context, item.when, exchange) if item.when else response.succeeded
        )
        if due:
            own = versioning.others.get("standard") == "own"
            for fails in _judged(context, item, exchange, response, own=own):
                yield _OF, fails
    if not covering and response.succeeded and not _may_say_so(context, exchange):
        yield _OF, _undue(response, exchange)


def _judged(
    context: RunContext, item: Deprecation, exchange: Exchange, response: Response, *, own: bool
) -> Iterator[Failure | None]:
    for name, rule in item.headers.items():
        value = response.header(name)
        if value is None:
            yield _fails(exchange, "deprecation-absent", f"a {name} field", f"no {name}", name)
        elif (rule.equals or value) != value or not re.fullmatch(rule.pattern or ".*", value):
            due = f"{name}: {rule.equals or rule.pattern}"
            yield _fails(exchange, "deprecation-differs", due, f"{name}: {value}", name)
        else:
            yield None
    if own:
        return
    yield _deprecation(item, exchange, response)
    if item.sunset or response.header("Sunset") is not None:
        yield _sunset(item, exchange, response)
    wanted = dict(item.links)
    if item.successor:
        wanted.setdefault("successor-version", "")
    for relation, url in wanted.items():
        yield _link(context, item, exchange, relation, url)


def _deprecation(item: Deprecation, exchange: Exchange, response: Response) -> Failure | None:
    value = response.header("Deprecation")
    due = f"Deprecation: {as_structured_date(item.since)}"
    if value is None:
        return _fails(exchange, "deprecation-absent", due, "no Deprecation field")
    moment = fields.parse_structured_date(value)
    if moment is None:
        due = f"{due} (a date of RFC 9651: @ and seconds)"
        return _fails(exchange, "deprecation-malformed", due, f"Deprecation: {value}")
    if not is_at(moment, item.since):
        return _fails(exchange, "deprecation-differs", due, f"Deprecation: {value}")
    return None


def _sunset(item: Deprecation, exchange: Exchange, response: Response) -> Failure | None:
    value = response.header("Sunset")
    due = f"Sunset: {as_http_date(item.sunset)}"
    if value is None:
        return _fails(exchange, "sunset-absent", due, "no Sunset field")
    moment = fields.parse_http_date(value)
    if moment is None:
        return _fails(exchange, "sunset-malformed", f"{due} (an IMF-fixdate)", f"Sunset: {value}")
    deprecated = fields.parse_structured_date(response.header("Deprecation") or "")
    if deprecated is not None and moment < deprecated:
        due = "a Sunset no earlier than the Deprecation"
        actual = f"Deprecation: @{deprecated}, Sunset: {value}"
        return _fails(exchange, "sunset-before-deprecation", due, actual)
    if not is_at(moment, item.sunset):
        return _fails(exchange, "sunset-differs", due, f"Sunset: {value}")
    return None


def _link(
    context: RunContext, item: Deprecation, exchange: Exchange, relation: str, url: str
) -> Failure | None:
    assert exchange.response is not None  # looks() saw to it
    field = ", ".join(exchange.response.header_values("Link"))
    due = f"a Link with rel={relation}"
    try:
        found = [link for link in fields.parse_links(field) if relation.lower() in link.relations]
    except ValueError as error:
        return _fails(exchange, "link-absent", due, str(error), relation)
    if not found:
        return _fails(
            exchange, "link-absent", due, f"Link: {field}" if field else "no Link", relation
        )
    successor = item.successor if relation == "successor-version" else ""
    if any(leads(context, exchange, link, url, successor) for link in found):
        return None
    target = url or context.spec.operation(successor).path
    actual = f"it leads to {found[0].target}"
    return _fails(exchange, "link-differs", f"{due} to {target}", actual, relation)


def _undue(response: Response, exchange: Exchange) -> Failure | None:
    value = response.header("Deprecation")
    if value is None:
        return None
    due = "no Deprecation: the operation is not announced as deprecated"
    return _fails(exchange, "undue", due, f"Deprecation: {value}")


def _may_say_so(context: RunContext, exchange: Exchange) -> bool:
    """Whether the document deprecates the operation, or does not know it."""
    operation = exchange.request.operation
    return not operation or context.spec.operation(operation).deprecated


def _fails(exchange: Exchange, outcome: str, due: str, actual: str, detail: str = "") -> Failure:
    return Failure(outcome, due, actual, detail, exchange.id)


CHECK = Check(
    title="Operations that are going away announce it",
    applies=applies,
    fold=folds.per_exchange(looks),
    reads=("versioning.deprecations",),
    standards=("rfc9745#2", "rfc8594#3", "rfc8288#3", "rfc5829#3"),
    outcomes=(
        Outcome("deprecation-absent", Severity.MEDIUM),
        Outcome("deprecation-malformed", Severity.MEDIUM),
        Outcome("deprecation-differs", Severity.MEDIUM),
        Outcome("sunset-absent", Severity.MEDIUM),
        Outcome("sunset-malformed", Severity.MEDIUM),
        Outcome("sunset-differs", Severity.MEDIUM),
        Outcome("sunset-before-deprecation", Severity.MEDIUM),
        Outcome("link-absent", Severity.LOW),
        Outcome("link-differs", Severity.LOW),
        Outcome("undue", Severity.MEDIUM),
    ),
    proven_by={
        "deprecation-absent": ("versioning/omits-deprecation",),
        "deprecation-malformed": ("versioning/deprecation-true",),
        "deprecation-differs": ("versioning/deprecation-differs",),
        "sunset-absent": ("versioning/omits-sunset",),
        "sunset-malformed": ("versioning/sunset-iso",),
        "sunset-differs": ("versioning/sunset-differs",),
        "sunset-before-deprecation": ("versioning/sunset-before-deprecation",),
        "link-absent": ("versioning/omits-successor-link",),
        "link-differs": ("versioning/successor-link-differs",),
        "undue": ("versioning/deprecates-current",),
    },
)
