"""An operation refuses a credential whose scope only resembles the one that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Confirm,
    EndOfScript,
    Judgement,
    NotApplicable,
    NotTested,
    Recipe,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    applying,
    build,
)
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.scopes._rights import (
    NO_PROMISED_REFUSAL,
    all_words,
    mint_holder,
    required_rights,
    send_as,
)

_SEPARATORS = ":./"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To one operation that needs a scope; with --thorough, to each."""
    if not required_rights(subject).get("scopes"):
        return NotApplicable("the operation needs no scope")
    refusal = subject.facts.authorization.refusal
    if refusal is None:
        return NO_PROMISED_REFUSAL
    if "mint" not in subject.context.capabilities:
        return applying.needs_control(
            "the target cannot make an identity with a scope that only resembles the needed one"
        )
    tried = _choose_operation(subject)
    if tried != subject.op.id and not subject.context.thorough:
        reason = f"an API compares all scopes alike: {tried} is tried; --thorough tries each"
        return NotApplicable(reason)
    return Applies(facts=("authorization.refusal", "authorization.scopes"), promise=refusal)


def _choose_operation(subject: Subject) -> str:
    """The operation with a scope whose request is the simplest to make."""
    context = subject.context

    def rank(name: str) -> tuple[bool, bool, bool, bool]:
        recipe, words = context.recipes[name], context.required_scopes[name]
        usable = isinstance(recipe, Recipe) and name in context.actors
        compound = any(mark in word for word in words for mark in _SEPARATORS)
        needs = isinstance(recipe, Recipe) and bool(recipe.needs)
        return (not usable, not compound, not context.spec.operation(name).safe, needs)

    return min((name for name, words in context.required_scopes.items() if words), key=rank)


def cases(subject: Subject) -> tuple[Case, ...]:
    """For each needed scope, the words that resemble it and are no scope of this API."""
    known = {*all_words(subject, "scopes"), *subject.facts.authorization.implies}
    return tuple(
        Case(f"{how} of {scope}", {"scope": scope, "instead": near, "how": how})
        for scope in required_rights(subject).get("scopes", ())
        for how, near in _resembling(scope)
        if near not in known
    )


def _resembling(scope: str) -> Iterator[tuple[str, str]]:
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
    """The canonical request, accepted; then with a scope that resembles the needed one.

    If that is accepted too, with a scope that resembles none.
    """
    yield from build.send_control(subject)
    needed, near = subject.row.value["scope"], subject.row.value["instead"]
    words = tuple(near if one == needed else one for one in required_rights(subject)["scopes"])
    try:
        holder = yield from mint_holder(subject, scopes=words)
    except EndOfScript as end:
        if subject.context.clients:
            return  # whoever asks for such a scope gets none
        why = f"no identity can be made with {near}, which is no scope of the API"
        raise EndOfScript(applying.needs_control(why)) from end
    first = yield from send_as(subject, holder)
    if first.succeeded:
        unlike = yield from mint_holder(subject, scopes=("apicheck",))
        yield from send_as(subject, unlike, Role.CONFIRM)


def doubt(subject: Subject, transcript: Transcript, judgement: Judgement) -> Judgement:
    """The judgement, unless no such scope is granted, or any scope is enough."""
    if not transcript.exercised:
        near = subject.row.value["instead"]
        return NotApplicable(f"the token operation grants no {near}, and there is no such scope")
    if any(exchange.succeeded for exchange in transcript.of_role(Role.CONFIRM)):
        return NotApplicable("the operation accepts any scope, which scopes/denied reports")
    return judgement


CHECK = scripted_refusal(
    title="A scope that only resembles the needed one is refused as promised",
    failure_title="A scope that only resembles the needed one is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    detail=lambda subject: str(subject.row.value["how"]),
    doubt=doubt,
    min_exercised=0,
    reads=("authorization.refusal", "authorization.scopes"),
    standards=("rfc6749#3.3",),
    accepted=Severity.HIGH,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
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
