"""Checks before the run that a receiver accepts valid deliveries.

One that refuses them also refuses every forgery, which would show nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apicheck.model.errors import TargetUnreachable
from apicheck.model.exchange import Exchange, Transcript
from apicheck.model.facts import Signature, Webhooks
from apicheck.model.plan import Plan
from apicheck.model.results import PreflightItem
from apicheck.model.subject import Recipe, Subject, SubjectKind
from apicheck.model.target import Mode
from apicheck.model.verdict import Verdict
from apicheck.probe.job import Job
from apicheck.requests.deliveries import deliver_some
from apicheck.requests.describe import describe, quote_server

ITEM = "receiver"
_REDIRECTION, _REQUEST_ERROR, _SERVER_ERROR = 3, 4, 5
_SKEW_S = 60.0
_NOWHERE = (404, 405, 410)


def check_receiver(plan: Plan, play: Callable[[Job], Transcript]) -> Iterator[PreflightItem]:
    """Yield whether the receiver accepts valid deliveries; nothing for a policy of a provider.

    Raises TargetUnreachable for one that accepts connections and sends no response.
    """
    webhooks = plan.policy.facts.webhooks
    if not isinstance(webhooks, Webhooks) or not webhooks.receiver:
        return
    if not isinstance(webhooks.signature, Signature):
        words = "the policy says of no signature, so that no receiver can tell a forgery"
        yield PreflightItem(ITEM, Verdict.ERROR, words)
        return
    if plan.context.mode is not Mode.FULL:
        words = f"mode {plan.context.mode} sends no delivery: use --mode full"
        yield PreflightItem(ITEM, Verdict.ERROR, words)
        return
    operation = plan.spec.operation(webhooks.receiver)
    if not isinstance(plan.context.recipes[operation.id], Recipe):
        yield PreflightItem(ITEM, Verdict.ERROR, f"no delivery can be made for {operation.id}")
        return
    subject = Subject(SubjectKind.OPERATION, operation.id, plan.context, operation=operation)
    transcript = play(Job("preflight/receiver", subject, deliver_some))
    if transcript.stopped_by is not None:
        yield PreflightItem(ITEM, Verdict.ERROR, transcript.stopped_by.reason)
        return
    last = transcript.exchanges[-1]
    if last.response is None:
        why = f"{describe(last)} ({last.error.message if last.error else ''})"
        raise TargetUnreachable(
            f"{plan.target.base_url} accepts connections but sends no HTTP response: {why}"
        )
    accepted = sum(exchange.succeeded for exchange in transcript.exchanges)
    if accepted:
        words = f"the receiver accepted {accepted} of {len(transcript.exchanges)} valid deliveries"
        yield PreflightItem(ITEM, Verdict.PASS, words)
    else:
        words = _explain_refusal(webhooks.signature, last) + _warn_of_assumption(plan)
        yield PreflightItem(ITEM, Verdict.ERROR, words)


def _signs_url(signature: Signature) -> bool:
    """Whether the URL is part of what is signed, and the option `url` gives another one."""
    return signature.scheme == "twilio" or "{url}" in signature.options.get("signed", "")


def _name_skew(exchange: Exchange) -> str:
    """The seconds by which the receiver's clock differs, where a tolerance may be exceeded."""
    seen = [one.value for one in exchange.observed("date-differs")]
    return next((value for value in seen if abs(float(value)) >= _SKEW_S), "")


def _warn_of_assumption(plan: Plan) -> str:
    """Say that the policy's author assumes how deliveries are signed, where that is so."""
    grades = (plan.policy.grades.get(path) for path in ("webhooks.signature", "webhooks"))
    assumed = any(grade is not None and grade.caps_consequence for grade in grades)
    return "; the provider does not publish how it signs: the policy assumes it" if assumed else ""


def _explain_refusal(signature: Signature, exchange: Exchange) -> str:
    """What the receiver did with validly signed deliveries, and what to do about it."""
    assert exchange.response is not None  # the caller saw to it
    kind = exchange.status // 100
    if kind == _REDIRECTION:
        where = exchange.response.header("location") or "nowhere"
        return (
            f"the receiver redirects a valid delivery ({describe(exchange)} to {where}); senders"
            " do not follow redirects: let it accept deliveries at the URL that is registered"
        )
    if exchange.status in _NOWHERE:
        return (
            f"{exchange.request.method} {exchange.request.path} got {describe(exchange)}: check"
            " that this is the URL of the receiver"
        )
    said = f"the receiver does not accept a valid delivery ({quote_server(exchange)})"
    if kind == _SERVER_ERROR:
        return f"{said}: read in its log why it fails"
    if late := _name_skew(exchange):
        said += f"; its clock is {late} s off this machine's, which makes times of signing stale"
    if _signs_url(signature):
        said += "; its URL is signed: if a proxy changes it, the option url names it as it arrives"
    return (
        f"{said}: check that the secret is the one that it verifies with, that the scheme is"
        f" {signature.scheme}, and that it takes this body: [fixtures] gives another one"
    )
