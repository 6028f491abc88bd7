"""A path that there is not gets the promised refusal."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Fail,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    World,
    control,
    path_selected,
    prepared,
    refused,
    send,
)
from apicheck.checks.errors._refusals import answer_to

_NAME = "apicheck-no-such-path"
_MOST_ROOTS, _MOST_BELOW = 4, 2


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where the policy promises an answer."""
    if answer_to(subject.world, "unknown_path") is None:
        return NotApplicable("the policy promises no answer (requests.unknown_path)")
    if _asker(subject.world) is None:
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            "no identity may call an operation that only reads",
            '[identities.admin]\ntoken_env = "ADMIN_TOKEN"',
        )
    return Applies(of=("requests.unknown_path",))


def _asker(world: World) -> str | None:
    """A reading operation that somebody may call: its credential makes us somebody."""
    known = [op.id for op in world.spec.operations if op.method == "GET" and op.id in world.actors]
    return next((name for name in known if name in world.secured), next(iter(known), None))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A name beside the document's first segments, and two segments below a known path."""
    spec = subject.world.spec
    fixed = [operation.path for operation in spec.operations if "{" not in operation.path]
    heads = [operation.path.removeprefix(spec.prefix) for operation in spec.operations]
    firsts = [f"/{head.split('/')[1]}" if head.count("/") > 1 else "" for head in heads]
    roots = [f"{spec.prefix}{first}/{_NAME}" for first in firsts if "{" not in first]
    beside = _free(subject.world, roots)[:_MOST_ROOTS]
    below = _free(subject.world, [f"{path.rstrip('/')}/{_NAME}/{_NAME}" for path in fixed])
    return tuple(Case(path, path) for path in (*beside, *below[:_MOST_BELOW]))


def _free(world: World, paths: list[str]) -> list[str]:
    """Those that no path of the document takes, each once."""
    templates = [operation.path for operation in world.spec.operations]
    return [
        path
        for path in dict.fromkeys(paths)
        if not any(path_selected(template, "", path) for template in templates)
    ]


def script(subject: Subject) -> Script:
    """A request that works, accepted; then with its credential a path that there is not."""
    operation = _asker(subject.world)
    assert operation is not None  # applies() saw to it
    assert subject.case is not None  # cases() made it
    yield from control(subject, operation)
    request = yield from prepared(subject, operation)
    path = str(subject.case.value)
    yield from send(replace(request, path=path, query=(), operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Served is worse than refused with another status."""
    answer = answer_to(subject.world, "unknown_path")
    assert answer is not None  # applies() saw to it
    return refused(transcript, answer)


CHECK = Check(
    title="An unknown path is refused as promised",
    over=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.unknown_path",),
    standards=("rfc9110#15.5.5",),
    outcomes=(Fail("accepted", Severity.MEDIUM), Fail("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/unknown-path-answered-with-200",),
        "wrong-status": ("errors/unknown-path-answered-with-other-status",),
    },
    also={
        "errors/unknown-path-answered-with-200": ("auth/bypass", "auth/order"),
        "errors/unknown-path-answered-with-other-status": ("auth/bypass", "auth/order"),
    },
)
