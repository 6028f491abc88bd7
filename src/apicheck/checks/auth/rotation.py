"""A rotated credential works beside its successor for the promised time, and no longer."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Claims,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Recipe,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    applying,
    build,
    describe,
    judging,
    steps,
)
from apicheck.checks.auth._issuing import find_reader, read_credential, write_follow_up, write_use
from apicheck.checks.auth._scope import PATIENCE_S, expected_for_state

_NEW, _WITHIN, _AFTER = "the new one", "the old one within the overlap", "the old one after it"
_LEEWAY_S = 60.0
"""What a server may allow for clocks that differ."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations that issue a credential in the place of another."""
    authentication = subject.facts.authentication
    issued = authentication.issued.get(subject.op.id)
    if issued is None or issued.replaces not in authentication.issued:
        return NotApplicable("the policy names no credential that it replaces")
    expected = expected_for_state(subject, "revoked")
    if expected is None:
        return NotApplicable("the policy promises no response to a credential that has ended")
    if find_reader(subject.context, issued.scheme) is None or _find_recipe(subject) is None:
        return NotApplicable("no request can rotate a new credential, or no operation takes it")
    return Applies(
        requests=4,
        claims=Claims(exclusive=frozenset({"clock"})) if issued.overlap_s else Claims(),
        last=bool(issued.overlap_s),
        facts=("authentication.issued",),
        seconds=issued.overlap_s + _LEEWAY_S if issued.overlap_s else 0.0,
        promise=expected,
    )


def _find_recipe(subject: Subject) -> Recipe | None:
    """How to rotate; None where that needs more than the response that issued the credential."""
    issued = subject.facts.authentication.issued[subject.op.id]
    recipe = subject.context.recipes.get(subject.op.id)
    if not isinstance(recipe, Recipe) or subject.op.id not in subject.context.actors:
        return None
    return recipe if all(need.operation == issued.replaces for need in recipe.needs) else None


def cases(subject: Subject) -> tuple[Case, ...]:
    """The new credential, and the old one: within the overlap, if there is one, and after it."""
    overlaps = subject.facts.authentication.issued[subject.op.id].overlap_s
    return tuple(map(Case, (_NEW, *((_WITHIN,) if overlaps else ()), _AFTER)))


def script(subject: Subject) -> Script:
    """Have a credential issued, use it, rotate it, and use the one of the row."""
    issued = subject.facts.authentication.issued[subject.op.id]
    reader, recipe = find_reader(subject.context, issued.scheme), _find_recipe(subject)
    assert reader is not None  # applies() saw to both
    assert recipe is not None
    row, overlap = subject.row.name, issued.overlap_s
    can_wait = "clock" in subject.context.capabilities or overlap + _LEEWAY_S <= PATIENCE_S
    if row == _AFTER and overlap and not can_wait:
        steps.end_script(applying.needs_control(f"nothing can let {overlap:g} s pass"))
    request = yield from build.valid_request(subject, issued.replaces, fresh=True)
    response = yield from steps.send(request, Role.SETUP)
    old = read_credential(subject, issued.replaces, response)
    use = write_use(subject, reader, old, "")
    before = yield from steps.send(use, Role.SETUP)
    if not before.succeeded:
        words = f"a new credential is not accepted: {describe(before)}"
        steps.end_script(Inconclusive(words))
    rotated = yield from steps.send(write_follow_up(subject, recipe, response), Role.SETUP)
    new = read_credential(subject, subject.op.id, rotated)
    if row == _AFTER and overlap:
        yield from steps.wait(overlap + _LEEWAY_S, "until the overlap has passed")
    if row == _NEW:
        use = write_use(subject, reader, new, "")
    yield from steps.send(use.with_bad_credentials(old) if row == _AFTER else use)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the credential of the row is refused too soon, or accepted for too long."""
    row = subject.row.name
    if row == _AFTER:
        though = "after it was rotated and the overlap had passed"
        return judging.judge_refused(transcript, subject.expected, row, though=though)
    for exchange in transcript.exercised:
        if exchange.status in subject.expected.statuses:
            outcome = "new-refused" if row == _NEW else "refused-early"
            return Failure(outcome, f"{row} accepted", describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A rotated credential works beside its successor as long as promised",
    failure_title="A rotated credential, or its successor, does not work as long as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.issued",),
    accepted=True,
    standards=("rfc6750#3.1",),
    outcomes=(
        Outcome("new-refused", Severity.HIGH, Confirm.FRESH),
        Outcome("refused-early", Severity.MEDIUM, Confirm.FRESH),
        Outcome("accepted", Severity.HIGH, Confirm.ONCE),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "new-refused": ("auth/rotation-hands-out-a-useless-key",),
        "refused-early": ("auth/rotation-ends-the-old-key-at-once",),
        "accepted": ("auth/rotated-key-lives-for-ever",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
