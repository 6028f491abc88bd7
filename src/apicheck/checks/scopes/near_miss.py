"""An operation refuses a credential whose scope only looks like the one that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Recipe,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
)
from apicheck.checks.scopes._rights import all_words, holder, required_rights, send_as

_SEPARATORS = ":./"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To one operation that needs a scope; thoroughly, to each of them."""
    if not required_rights(subject).get("scopes"):
        return NotApplicable("the operation needs no scope")
    if subject.facts.authorization.refusal is None:
        return NotApplicable("the policy says nothing on credentials that lack a right")
    if "mint" not in subject.context.capabilities:
        return NotTested(
            NotTestedKind.NEEDS_CONTROL,
            "nothing can make an identity with a scope that only looks like the right one",
            '[control]\nurl = "http://127.0.0.1:9000"',
        )
    asked = _representative(subject)
    if asked != subject.op.id and not subject.context.thorough:
        return NotApplicable(f"scopes are compared alike: {asked} is asked; --thorough asks each")
    return Applies(facts=("authorization.refusal", "authorization.scopes"))


def _representative(subject: Subject) -> str:
    """Of the operations that need a scope, the one that is the least trouble."""
    context = subject.context

    def trouble(name: str) -> tuple[bool, bool, bool, bool]:
        recipe, words = context.recipes[name], context.required_scopes[name]
        usable = isinstance(recipe, Recipe) and name in context.actors
        compound = any(mark in word for word in words for mark in _SEPARATORS)
        needs = isinstance(recipe, Recipe) and bool(recipe.needs)
        return (not usable, not compound, not context.spec.operation(name).safe, needs)

    return min((name for name, words in context.required_scopes.items() if words), key=trouble)


def cases(subject: Subject) -> tuple[Case, ...]:
    """What looks like each scope in one way each, and is no scope of this API."""
    known = {*all_words(subject, "scopes"), *subject.facts.authorization.implies}
    return tuple(
        Case(f"{how} of {scope}", {"scope": scope, "instead": looks, "how": how})
        for scope in required_rights(subject).get("scopes", ())
        for how, looks in _alike(scope)
        if looks not in known
    )


def _alike(scope: str) -> Iterator[tuple[str, str]]:
    yield "the beginning", scope[:-1]
    yield "a continuation", f"{scope}x"
    yield "the end", f"x{scope}"
    yield "another case", scope.swapcase()
    yield "a list with a comma", f"{scope}x,{scope}"
    separator = next((mark for mark in _SEPARATORS if mark in scope), "")
    if separator:
        head, _, tail = scope.rpartition(separator)
        yield "the first part", head
        yield "the last part", tail
        yield "a wildcard in the place", f"{head}{separator}*"
    yield "a wildcard in the place of all", "*"


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then from somebody with what looks like the scope.

    If that is accepted too, from somebody whose only scope looks like none.
    """
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    yield from build.send_control(subject)
    scopes = required_rights(subject)["scopes"]
    near = tuple(value["instead"] if scope == value["scope"] else scope for scope in scopes)
    first = yield from send_as(subject, (yield from holder(subject, scopes=near)))
    if first.succeeded:
        yield from send_as(
            subject, (yield from holder(subject, scopes=("apicheck",))), Role.CONFIRM
        )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    refusal = subject.facts.authorization.refusal
    assert refusal is not None  # applies() saw to it
    if any(exchange.succeeded for exchange in transcript.of_role(Role.CONFIRM)):
        return NotApplicable("whatever scope one holds is accepted: scopes/denied tells of it")
    return judging.judge_refused(transcript, refusal, value.get("how", ""))


CHECK = Check(
    title="Scopes are compared whole",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.refusal", "authorization.scopes"),
    standards=("rfc6749#3.3",),
    outcomes=(
        Outcome("accepted", Severity.HIGH, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "scopes/compares-beginning",
            "scopes/finds-scope-in-text",
            "scopes/ignores-case-of-scopes",
            "scopes/takes-wildcards",
        ),
        "wrong-status": ("scopes/unknown-scopes-answered-with-other-status",),
    },
)
