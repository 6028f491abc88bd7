"""What the checks that read the document alone say of it: no run is needed for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.check import Applies, Check
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.subject import Subject, SubjectKind
from apicheck.model.target import Mode, Target
from apicheck.model.verdict import Failure
from apicheck.plan.context import build_context


def find_document_remarks(
    spec: Spec, policy: Policy, checks: Mapping[str, Check]
) -> Iterator[tuple[str, str]]:
    """Find what the document does not say as the policy promises: fact, and message."""
    target = Target(name="", base_url="http://127.0.0.1")
    context = build_context(
        spec, policy, target, capabilities=frozenset(), mode=Mode.PASSIVE, thorough=False
    )
    subject = Subject(SubjectKind.EXCHANGES, "*", context)
    for name, check in checks.items():
        fold = check.fold
        if fold is None or not fold.of_document or not isinstance(check.applies(subject), Applies):
            continue
        for result in fold.finish(context, fold.start(context)):
            if isinstance(result.judgement, Failure):
                where = f"{result.subject}: " if result.subject else ""
                wrong = result.judgement
                words = f"expected {wrong.expected}, came {wrong.actual}"
                yield result.fact, f"{where}{words} ({name})"
