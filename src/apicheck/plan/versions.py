"""Compares the versions of a policy with those of the document."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.facts import ExpectedResponse, Facts, Versioning
from apicheck.model.operation import Operation, Spec
from apicheck.requests.versions import list_documented


def find_version_contradictions(spec: Spec, facts: Facts) -> Iterator[tuple[str, str]]:
    """Find where policy and document name different versions: fact path and message."""
    versioning = facts.versioning
    if versioning is None or not versioning.versions or versioning.place is None:
        return
    documented = list_documented(versioning.place, versioning, spec)
    served = [name for name, one in versioning.versions.items() if one.is_served]
    about = "versioning.versions"
    if unknown := [name for name in documented if name not in versioning.versions]:
        yield about, f"{', '.join(unknown)}: in the document, not in the policy"
    if versioning.place == "path":
        written = {name: versioning.form.replace("{version}", name) for name in served}
        segments = {segment for one in spec.operations for segment in one.path.split("/")}
        if absent := [name for name in served if written[name] not in segments]:
            yield about, f"{', '.join(absent)}: no path of the document has it"
    elif documented and (absent := [name for name in served if name not in documented]):
        yield about, f"{', '.join(absent)}: no value of the parameter in the document"
    if served[1:] and not any(one.state == "current" for one in versioning.versions.values()):
        yield about, f"none is current: {served[-1]} is taken for it, the last that is served"


def list_version_refusals(
    spec: Spec, versioning: Versioning | None
) -> Iterator[tuple[str, ExpectedResponse, list[Operation]]]:
    """List the refusals for versions, each with its fact path and the operations that have it.

    Where the version is part of the path, no operation of the document has them.
    """
    if versioning is None or versioning.place in (None, "path"):
        return
    for kind, promised in versioning.treatments.items():
        if isinstance(promised, ExpectedResponse):
            yield f"versioning.{kind}", promised, list(spec.operations)
