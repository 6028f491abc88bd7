"""What the checks of versions share: a request that is accepted, with another version in it."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.authoring import (
    EndOfScript,
    Exchange,
    Inconclusive,
    NotApplicable,
    NotTested,
    Request,
    Role,
    Steps,
    Subject,
    Versions,
    build,
    paths,
    selector,
    steps,
    versions,
)

_TRIED = 5
"""How many operations are tried until the target accepts the request of one."""


def find_obstacle(subject: Subject) -> NotApplicable | NotTested | None:
    """Why no version can be put into a request; None where one can."""
    if versions.find_versions(subject.context) is None:
        return NotApplicable("the policy does not say where a request names a version")
    if not paths.list_safe_operations(subject.context):
        return paths.NO_SAFE_OPERATION
    if not list_operations(subject):
        current = versions_of(subject).current
        return NotApplicable(f"no operation that only reads is of version {current}")
    return None


def versions_of(subject: Subject) -> Versions:
    """The versions of the API. Raises ValueError where it has none: see `find_obstacle`."""
    found = versions.find_versions(subject.context)
    if found is None:
        raise ValueError("the API has no versions")
    return found


def list_operations(subject: Subject, version: str = "") -> tuple[str, ...]:
    """List the operations that read and are of a version, the likeliest to be accepted first.

    version: "" for the current one. Those that are deprecated come last. One at the root of a
    version, where servers redirect a slash or list their versions, is taken only where there is no
    other.
    """
    found, spec = versions_of(subject), subject.context.spec
    wanted = version or found.current
    named = [spec.operation(name) for name in paths.list_safe_operations(subject.context)]
    own = [one for one in named if found.is_of(one, wanted)]
    at_root = f"/{found.write(wanted)}"

    below = [one for one in own if not one.path.rstrip("/").endswith(at_root)]
    ranked = sorted(below or own, key=lambda operation: operation.deprecated)
    return tuple(operation.id for operation in ranked)


def send_accepted(subject: Subject, turn: int = 0, version: str = "") -> Steps[Request]:
    """Send a request that names a version and is accepted, and return it.

    turn: which operation is asked first, so that the rows of a table ask different ones. version:
    "" for the current one. Ends the script when the target accepts the request of no operation.
    """
    operations = list_operations(subject, version)
    first = operations[turn % len(operations)] if operations else ""
    refusal: EndOfScript | None = None
    for operation in [*filter(None, [first]), *(o for o in operations if o != first)][:_TRIED]:
        try:
            yield from build.send_control(subject, operation)
            request = yield from build.valid_request(subject, operation)
        except EndOfScript as end:
            refusal = refusal or end
            continue
        if refusal is not None:
            # A control that scripts share may have been sent before the one that was refused.
            yield from steps.send(request, Role.CONTROL)
        return request
    raise refusal or EndOfScript(paths.NO_SAFE_OPERATION)


def send_version(
    subject: Subject,
    version: str | None,
    turn: int = 0,
    *,
    serves: str = "",
    alter: Callable[[Request], Request] | None = None,
) -> Steps[Exchange]:
    """Send a request that is accepted, then the same with another version, or without any.

    serves: the version of the request, "" for the current one. alter: makes a further change.
    """
    request = yield from send_accepted(subject, turn, serves)
    altered = versions_of(subject).put(request, version)
    if altered is None or collides(subject, altered, version):
        steps.end_script(Inconclusive("the document has the path without its version"))
    return (yield from steps.send(alter(altered) if alter else altered))


def collides(subject: Subject, request: Request, version: str | None) -> bool:
    """Whether a request of no operation has the path of one that is not of its version."""
    found = versions_of(subject)
    return not request.operation and any(
        selector.selects_path(one.path, "", request.path)
        for one in subject.context.spec.operations
        if version is None or not found.is_of(one, version)
    )
