"""Checks before the run what goes wrong most often: the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apicheck.model.errors import ApicheckError, TargetUnreachable
from apicheck.model.exchange import Exchange, Role, Transcript
from apicheck.model.json import MISSING
from apicheck.model.operation import Operation, Spec
from apicheck.model.plan import Plan
from apicheck.model.received import parse_count, parse_date
from apicheck.model.results import PreflightItem
from apicheck.model.step import Script
from apicheck.model.subject import Recipe, RunContext, Subject, SubjectKind
from apicheck.model.target import Identity, Mode
from apicheck.model.verdict import Verdict
from apicheck.probe.clock import TargetClock
from apicheck.probe.job import Job
from apicheck.probe.listener import WebhookListener
from apicheck.probe.pacing import TOO_MANY
from apicheck.probe.receiver import check_receiver
from apicheck.probe.transport import Transport
from apicheck.probe.unreachable import explain_connection_error
from apicheck.requests.credentials import credentials_of
from apicheck.requests.describe import describe
from apicheck.requests.from_recipe import build_request
from apicheck.requests.steps import send

_SKEW_NOTED_S = 5.0
_TRIED = 3
_BAD_CREDENTIAL = (401, 403)
_NOT_FOUND = 404
_BAD_REQUEST = 400
_SERVER_ERROR = 500
_REDIRECT = 3
_NAMED = 5


def preflight(
    plan: Plan,
    transport: Transport,
    clock: TargetClock,
    listener: WebhookListener | None,
    play: Callable[[Job], Transcript],
) -> Iterator[PreflightItem]:
    """Yield an item for each thing checked. Raises TargetUnreachable without any response."""
    if error := transport.find_connection_error():
        raise TargetUnreachable(explain_connection_error(transport.origin, error))
    through = f" through the proxy {transport.proxy_url}" if transport.proxy_url else ""
    words = f"{transport.origin} accepts connections{through}"
    yield PreflightItem("base-url", Verdict.PASS, words)
    yield from _describe_document(plan.spec)
    exchanges: list[Exchange] = []
    if plan.context.mode is not Mode.PASSIVE:
        for identity in plan.target.identities.values():
            if identity.state == "active":
                yield _check_identity(plan.context, identity, play, exchanges)
    responded = [exchange for exchange in exchanges if exchange.response is not None]
    if exchanges and not responded:
        first = exchanges[0]
        why = f"{describe(first)} ({first.error.message if first.error else ''})"
        if transport.origin.scheme == "http" and transport.speaks_tls():
            why = "it speaks TLS: begin base_url with https://"
        raise TargetUnreachable(
            f"{transport.origin} accepts connections but sends no HTTP response: {why}"
        )
    yield from check_receiver(plan, play)
    yield from _measure_skew(responded, clock)
    yield from _read_head_room(plan, responded, clock)
    yield from _check_listener(plan, listener)


def _describe_document(spec: Spec) -> Iterator[PreflightItem]:
    """Yield items for a document of Swagger, and for one with mistakes; `lint` lists them."""
    if spec.is_swagger:
        words = "The document is of Swagger 2.0: it is read as OpenAPI 3.0"
        yield PreflightItem("document/version", Verdict.PASS, words)
    if spec.left_out:
        names = ", ".join(one.id for one in spec.left_out[:_NAMED])
        more = f" and {len(spec.left_out) - _NAMED} more" if spec.left_out[_NAMED:] else ""
        words = f"the document's description of these operations is broken: {names}{more}"
        yield PreflightItem(
            "document", Verdict.INCONCLUSIVE, f"{words}; apicheck lint says where, and why"
        )
    elif spec.remarks:
        count = len(spec.remarks)
        words = f"{count} mistakes that leave" if count > 1 else "a mistake that leaves"
        words = f"the document has {words} no operation out; apicheck lint says where"
        yield PreflightItem("document", Verdict.PASS, words)


def _check_identity(
    context: RunContext,
    identity: Identity,
    play: Callable[[Job], Transcript],
    exchanges: list[Exchange],
) -> PreflightItem:
    """Whether an identity is accepted; where it is not, it is tried on other operations."""
    item, name = f"identity/{identity.name}", identity.name
    nothing = f"{name}: every safe operation that it may call needs an id"
    odd: PreflightItem | None = None
    refused: PreflightItem | None = None
    for operation in find_safe_operations(context, identity)[:_TRIED]:
        subject = Subject(SubjectKind.OPERATION, operation.id, context, operation=operation)
        transcript = play(Job(f"preflight/{name}", subject, _make_script(operation, identity)))
        if not transcript.exchanges:
            stop = transcript.stopped_by
            reason = stop.reason if stop else "nothing was sent"
            return PreflightItem(item, Verdict.INCONCLUSIVE, f"{name}: {reason}")
        exchange = transcript.exchanges[-1]
        exchanges.append(exchange)
        words = f"{name}: {operation.method} {operation.path} got {describe(exchange)}"
        if _is_html_page(operation, exchange):
            words += (
                " with an HTML page, which the document does not promise;"
                " check that base_url is that of the API"
            )
            refused = PreflightItem(item, Verdict.ERROR, words)
        elif exchange.succeeded:
            return PreflightItem(item, Verdict.PASS, words)
        elif exchange.status in _BAD_CREDENTIAL:
            words += (
                f"; check that the secret of {_name_setting(identity)} is the right one, has not"
                " expired, and belongs to this base_url" + _advise_on_prefix(exchange)
            )
            refused = PreflightItem(item, Verdict.ERROR, words)
        else:
            words += _advise(exchange, context.spec.prefix)
            odd = odd or PreflightItem(item, Verdict.INCONCLUSIVE, words)
            if exchange.status in (0, TOO_MANY):
                break
    return refused or odd or PreflightItem(item, Verdict.NOT_TESTED, nothing)


def _name_setting(identity: Identity) -> str:
    """What the user wrote to give an identity."""
    if identity.minter:
        return f"[mint.{identity.minter}]"
    option = identity.declared.startswith("--")
    return identity.declared if option else f"[identities.{identity.name}]"


def _advise_on_prefix(exchange: Exchange) -> str:
    """Advice where an API key is alone in Authorization: few APIs expect it so."""
    bare = any(
        sent.place == "header" and sent.name.lower() == "authorization" and " " not in sent.value
        for sent in exchange.request.credentials
    )
    if not bare:
        return ""
    return (
        "; by the document the key is sent alone: if the API expects a word before it, add it in"
        ' the policy (authentication: {prefix: "Token "}) or in the secret'
    )


def _is_html_page(operation: Operation, exchange: Exchange) -> bool:
    """Whether a website seems to respond in the place of the API, as many do to any path."""
    response = exchange.response
    if response is None or not response.succeeded or response.media_type != "text/html":
        return False
    if exchange.json_or(MISSING) is not MISSING:
        return False  # JSON with a wrong label, which conformance/response reports
    documented = operation.response_for(response.status)
    media = documented.media if documented else ()
    return not any(one.media_type in ("text/html", "text/*", "*/*") for one in media)


def _advise(exchange: Exchange, prefix: str) -> str:
    """What to do when a request that should succeed does not."""
    if exchange.status == TOO_MANY:
        return "; wait until the limit admits this identity again, or raise the limit"
    if exchange.status >= _SERVER_ERROR:
        return "; read in the target's log why a valid request fails"
    if exchange.status == _BAD_REQUEST and _speaks_of_tls(exchange):
        return "; the server speaks TLS at this port: begin base_url with https://"
    if exchange.status // 100 == _REDIRECT:
        where = exchange.response.header("location") if exchange.response else ""
        return f" to {where or 'nowhere'}; redirects are not followed: check base_url"
    if exchange.status == _NOT_FOUND:
        where = f"the document's {prefix}" if prefix else "no path, as the document says"
        words = f"check base_url, and base_path (now {where})"
        return f"; {words}: does the API have this path? If so, check [fixtures]"
    return "; check base_url and [fixtures]" if exchange.status else ""


def _speaks_of_tls(exchange: Exchange) -> bool:
    """Whether a server tells a client that spoke plain HTTP at its HTTPS port."""
    said = exchange.response.body.lower() if exchange.response else b""
    return b"https" in said and b"http request" in said


def _make_script(operation: Operation, identity: Identity) -> Callable[[Subject], Script]:
    def script(subject: Subject) -> Script:
        recipe = subject.context.recipes[operation.id]
        assert isinstance(recipe, Recipe)  # find_safe_operations() lists no others
        request = build_request(subject.context, recipe, identity, {})
        yield from send(request, Role.PREFLIGHT, paced=False)  # must not wait for a limit

    return script


def find_safe_operations(context: RunContext, identity: Identity) -> tuple[Operation, ...]:
    """Safe operations that an identity may call with what it has, fewest path parameters first."""
    fitting: list[tuple[int, Operation]] = []
    for operation in context.spec.operations:
        recipe = context.recipes.get(operation.id)
        if not operation.safe or not (operation.id in context.secured or context.implied_scheme):
            continue
        if not isinstance(recipe, Recipe) or operation.deprecated:
            continue
        if any(need.name not in identity.parameters for need in recipe.needs):
            continue
        if not credentials_of(context, operation.id, identity):
            continue
        if context.permits(identity, operation.id):
            fitting.append((operation.path.count("{"), operation))
    return tuple(operation for _, operation in sorted(fitting, key=lambda pair: pair[0]))


def _measure_skew(responded: list[Exchange], clock: TargetClock) -> Iterator[PreflightItem]:
    """The difference between the clocks by `Date`, which has whole seconds only."""
    for exchange in responded:
        date = exchange.response.header("date") if exchange.response else None
        stamp = parse_date(date or "")
        if stamp is None:
            continue
        skew = stamp - (clock.epoch() - clock.now() + exchange.received_at)
        if -1.0 <= skew <= 0.0:
            skew = 0.0
        far = abs(skew) > _SKEW_NOTED_S
        if far:
            clock.allow_for(skew)
        words = f"the target's clock differs from this machine's by {skew:+.0f} s"
        yield PreflightItem(
            "clock", Verdict.PASS, words + ("; intervals allow for it" if far else "")
        )
        return


def _read_head_room(
    plan: Plan, responded: list[Exchange], clock: TargetClock
) -> Iterator[PreflightItem]:
    """The requests that are left by the rate-limit headers, for each bucket."""
    limits = plan.policy.facts.rate_limits
    name = limits.headers.remaining if limits and limits.headers else None
    if name is None:
        return
    least: dict[str, int] = {}
    for exchange in responded:
        bucket = plan.context.bucket_of.get(exchange.request.operation)
        value = exchange.response.header(name) if exchange.response else None
        left = parse_count((value or "").strip())
        if bucket and left is not None:
            least[bucket] = min(least.get(bucket, left), left)
    for bucket, left in sorted(least.items()):
        tight = left < 1 and not clock.virtual
        yield PreflightItem(
            f"limit/{bucket}",
            Verdict.INCONCLUSIVE if tight else Verdict.PASS,
            f"{left} requests are left under the limit {bucket}"
            + ("; the run waits for the next window" if tight else ""),
        )


def _check_listener(plan: Plan, listener: WebhookListener | None) -> Iterator[PreflightItem]:
    if not any(probe.subject.kind is SubjectKind.EVENT for probe in plan.probes):
        return
    if listener is None:
        yield PreflightItem(
            "listener",
            Verdict.NOT_TESTED,
            'no listener receives webhooks; add [webhooks] listen = "127.0.0.1:0"',
        )
        return
    try:
        url = listener.url
    except ApicheckError as error:
        yield PreflightItem("listener", Verdict.ERROR, str(error))
        return
    yield PreflightItem("listener", Verdict.PASS, f"the listener receives webhooks at {url}")
