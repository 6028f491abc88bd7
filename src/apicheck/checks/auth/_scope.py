"""Of which operations the checks of credentials ask, and what is due to whom."""

from __future__ import annotations

from apicheck.authoring import (
    Exchange,
    ExpectedResponse,
    Identity,
    Inconclusive,
    NotApplicable,
    Operation,
    Recipe,
    Request,
    Role,
    StatusSet,
    Steps,
    Subject,
    build,
    credentials,
    describe,
    selector,
    steps,
)

PATIENCE_S = 60.0
"""So long we wait where no clock can be moved."""


def needs_no_credential(subject: Subject) -> NotApplicable | None:
    """Why a credential makes no difference to an operation; None where one is needed."""
    context = subject.context
    if subject.op.id not in context.secured:
        return NotApplicable("the operation is public")
    anybody = context.facts.authentication.anonymous_may
    if anybody and selector.selects(anybody, subject.op, context.facts.operations, context.secured):
        return NotApplicable("the policy lets anybody call it without a credential")
    return None


def covered_by_sibling(subject: Subject, *, safe_only: bool = False) -> NotApplicable | None:
    """Why an operation is not asked what another one with the same security is asked.

    How credentials are read is one property of all operations with the same alternatives: one
    safe operation and one unsafe are asked, the plainest; all of them with `--thorough`.
    """
    if safe_only and not subject.op.safe:
        return NotApplicable("asked of safe operations: the request would be accepted")
    if subject.context.thorough:
        return None
    same = [
        operation
        for operation in subject.context.spec.operations
        if _alike(subject, operation) and _askable(subject, operation)
    ]
    chosen = min(same, key=lambda operation: _effort(subject, operation), default=subject.op)
    if chosen.id == subject.op.id:
        return None
    return NotApplicable(f"asked of {chosen.id}, which has the same security; or --thorough")


def send_accepted(subject: Subject, who: Identity) -> Steps[Request]:
    """The canonical request of an identity that is new, after it was accepted from it.

    Ends the script when it is not: nothing could be learnt from a refusal afterwards.
    """
    request = yield from build.valid_request(subject)
    request = request.with_credentials(
        who.name, *credentials.credentials_of(subject.context, subject.op.id, who)
    )
    before = yield from steps.send(request, Role.SETUP)
    if not before.succeeded:
        steps.end_script(Inconclusive(f"a new credential was answered {describe(before)}"))
    return request


def jwt_scheme(subject: Subject) -> str:
    """The scheme among those with which an operation is usually called whose token is a JWT."""
    context = subject.context
    actor = context.identities.get(context.actors.get(subject.op.id, ""))
    sent = credentials.credentials_of(context, subject.op.id, actor) if actor else ()
    names = [one.scheme for one in sent] or context.alternatives[subject.op.id][0]
    known = (context.spec.schemes.get(name) for name in names)
    return next((scheme.name for scheme in known if scheme and scheme.jwt), "")


def is_still_valid(exchange: Exchange) -> bool:
    """Whether a credential that was changed is the valid one still, as was seen when it was sent.

    Digits alone have no other case, for one. What is sent unchanged on purpose does not count.
    """
    sent = exchange.request.credentials
    return any(
        not any(one.value.endswith(seen.about) for one in sent)
        for seen in exchange.observed("equals")
    )


def expected_for_state(subject: Subject, state: str) -> ExpectedResponse | None:
    """What a credential in a state is answered: that of the state, else that to any bad one."""
    authentication = subject.facts.authentication
    return authentication.states.get(state) or authentication.bad


def expected_refusals(subject: Subject) -> ExpectedResponse | None:
    """What is answered to a request whose credentials do not do, whether or not there are any."""
    authentication = subject.facts.authentication
    answers = [one for one in (authentication.anonymous, authentication.bad) if one is not None]
    if not answers:
        return None
    patterns = (pattern for answer in answers for pattern in answer.statuses.patterns)
    return ExpectedResponse(StatusSet(tuple(dict.fromkeys(patterns))))


def _alike(subject: Subject, operation: Operation) -> bool:
    known = subject.context.alternatives
    return known.get(operation.id) == known.get(subject.op.id) and operation.safe == subject.op.safe


def _askable(subject: Subject, operation: Operation) -> bool:
    context = subject.context
    return operation.id in context.actors and isinstance(context.recipes.get(operation.id), Recipe)


def _effort(subject: Subject, operation: Operation) -> tuple[bool, int, bool]:
    recipe = subject.context.recipes[operation.id]
    needs = len(recipe.needs) if isinstance(recipe, Recipe) else 0
    consumes = isinstance(recipe, Recipe) and recipe.consumes
    return operation.deprecated, needs, consumes
