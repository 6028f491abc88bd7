"""Which operations the credential checks take, and which refusals the policy promises there."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.authoring import (
    Case,
    Credential,
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
    steps,
)
from apicheck.authoring.refusals import Promise
from apicheck.checks.auth._public import looks_public

PATIENCE_S = 60.0
"""The longest wait where no clock can be moved."""
GARBAGE = "not-a-token"
ANONYMOUS, BAD = Case("nobody", "nobody"), Case("garbage", "garbage")
"""The rows of a check that sends a request without a credential, and with an invalid one."""
WITHOUT_CREDENTIALS = "without credentials"
"""The name under which checks share the exchange of a request without credentials."""


def needs_no_credential(subject: Subject) -> NotApplicable | None:
    """Why a credential makes no difference to an operation; None where one is needed."""
    context = subject.context
    if subject.op.id not in context.secured:
        return NotApplicable("the operation is public")
    open_to_all = context.facts.authentication.anonymous_may
    if open_to_all and context.selects(open_to_all, subject.op):
        return NotApplicable("the policy lets every caller use it without a credential")
    return None


def covered_by_sibling(subject: Subject, *, safe_only: bool = False) -> NotApplicable | None:
    """Why another operation with the same security stands for this one; None where none does.

    How a server reads credentials is one property of all operations with the same alternatives:
    the plainest safe operation is tested and the plainest unsafe one; all with `--thorough`.
    One stands for another only where its result counts for every clause that speaks of the other.
    """
    if safe_only and not subject.op.safe:
        return NotApplicable("only safe operations are tested: the request would be accepted")
    if subject.context.thorough:
        return None
    same = [
        operation
        for operation in subject.context.spec.operations
        if _is_alike(subject, operation) and _can_be_asked(subject, operation)
    ]
    chosen = min(same, key=lambda operation: _rank_effort(subject, operation), default=subject.op)
    if chosen.id == subject.op.id:
        return None
    return NotApplicable(
        f"tested on {chosen.id}, which has the same security (--thorough tests every operation)"
    )


def promised(find: Callable[[Subject], ExpectedResponse | None], to: str) -> Promise:
    """Make the `promise` of a `refusal` from a function that looks the promise up.

    The operation must need a credential. to: what the response is to, in words.
    """

    def promise(subject: Subject) -> ExpectedResponse | NotApplicable:
        if reason := needs_no_credential(subject):
            return reason
        return find(subject) or NotApplicable(f"the policy promises no response to {to}")

    return promise


def usual_credentials(subject: Subject) -> tuple[Credential, ...]:
    """The credentials of the identity that may call the operation; () where there is none."""
    context = subject.context
    actor = context.identities.get(context.actors.get(subject.op.id, ""))
    return credentials.credentials_of(context, subject.op.id, actor) if actor else ()


def without_valid_credential(subject: Subject, request: Request, *, bad: bool) -> Request:
    """The request without a credential or, if `bad`, with an invalid one."""
    if not bad:
        return request.without_credentials()
    holder = build.identity_of(subject)
    sent = credentials.credentials_of(subject.context, subject.op.id, holder, GARBAGE)
    return request.with_bad_credentials(*sent)


def send_accepted(subject: Subject, holder: Identity) -> Steps[Request]:
    """Send the canonical request with a new identity's credential, and return that request.

    Ends the script when the server refuses it: a later refusal would then show nothing.
    """
    request = yield from build.valid_request(subject)
    request = request.with_credentials(
        holder.name, *credentials.credentials_of(subject.context, subject.op.id, holder)
    )
    before = yield from steps.send(request, Role.SETUP)
    if not before.succeeded:
        steps.end_script(
            Inconclusive(f"the server did not accept a new credential: {describe(before)}")
        )
    return request


def is_still_valid(exchange: Exchange) -> bool:
    """Whether a changed credential was still the valid one, as the transport saw it.

    A token of digits, for example, has no other case. A credential that is sent unchanged on
    purpose does not count.
    """
    sent = exchange.request.credentials
    return any(
        not any(one.value.endswith(seen.about) for one in sent)
        for seen in exchange.observed("equals")
    )


def expected_for_state(subject: Subject, state: str) -> ExpectedResponse | None:
    """The refusal of a credential in a state: that of the state, else that of any bad one."""
    authentication = subject.facts.authentication
    return authentication.states.get(state) or authentication.bad


def expected_for_row(subject: Subject) -> ExpectedResponse:
    """The refusal of a credential in the state of the row."""
    return subject.facts.authentication.states[subject.row.name]


def expected_refusal(subject: Subject) -> ExpectedResponse | None:
    """The refusal of a request whose credential is either missing or bad."""
    authentication = subject.facts.authentication
    either = [one for one in (authentication.anonymous, authentication.bad) if one is not None]
    if not either:
        return None
    patterns = (pattern for one in either for pattern in one.statuses.patterns)
    return ExpectedResponse(StatusSet(tuple(dict.fromkeys(patterns))))


def _is_alike(subject: Subject, operation: Operation) -> bool:
    known, clauses = subject.context.alternatives, subject.asked
    alike = known.get(operation.id) == known.get(subject.op.id)
    counts = clauses.get(operation.id, frozenset()) >= clauses.get(subject.op.id, frozenset())
    return alike and counts and operation.safe == subject.op.safe


def _can_be_asked(subject: Subject, operation: Operation) -> bool:
    context = subject.context
    return operation.id in context.actors and isinstance(context.recipes.get(operation.id), Recipe)


def _rank_effort(subject: Subject, operation: Operation) -> tuple[int | bool, ...]:
    """The operation of most clauses first, then the likeliest to be accepted.

    That one names no object, and a credential matters to it.
    """
    recipe = subject.context.recipes[operation.id]
    needs = len(recipe.needs) if isinstance(recipe, Recipe) else 0
    consumes = isinstance(recipe, Recipe) and recipe.consumes
    open_to_all = looks_public(subject.context, operation)
    clauses = len(subject.asked.get(operation.id, ()))
    return -clauses, open_to_all, operation.deprecated, needs, consumes, "{" in operation.path
