"""What the documents that were published say of support and notice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from apicheck.model.facts import Deprecation, Versioning
from apicheck.model.operation import Operation, Spec
from apicheck.model.policy import Policy
from apicheck.model.selector import selects

Words = tuple[str, str]
"""What a remark is about, and its message."""

_SUPPORT, _NOTICE = "versioning.promises.support", "versioning.promises.notice"
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Dated:
    """The operations of an earlier document, and when it was published."""

    published: str
    operations: tuple[Operation, ...]


@dataclass(slots=True)
class _Life:
    """What the documents show of one operation; "" for what they do not show.

    name: as its last document has it. deprecated: when a document first marked it. last: when the
    last document with it was published. removed: when the first without it was.
    """

    name: str
    deprecated: str = ""
    last: str = ""
    removed: str = ""
    unmarked: list[str] = field(default_factory=list)
    """When the documents were published that have it and do not mark it."""


def find_history_remarks(spec: Spec, policy: Policy) -> Iterator[Words]:
    """Find operations that were removed or deprecated sooner than the policy promises."""
    versioning = policy.facts.versioning
    if versioning is None:
        return
    dated = [
        _Dated(one.published, document.operations)
        for one, document in zip(versioning.history, policy.earlier, strict=True)
        if one.published
    ]
    if not dated:
        return
    present = {_identify(operation) for operation in spec.operations}
    lives = _follow(sorted(dated, key=lambda one: one.published))
    for key, life in lives.items():
        if key not in present:
            yield from _judge_removal(life, versioning)
    for item in versioning.deprecations:
        yield from _judge_beginning(spec, policy, item, lives)


def _follow(history: Sequence[_Dated]) -> Mapping[str, _Life]:
    """Follow each operation through the documents, the oldest first."""
    lives: dict[str, _Life] = {}
    for document in history:
        shown = {_identify(operation): operation for operation in document.operations}
        for key, life in lives.items():
            if key not in shown:
                life.removed = life.removed or document.published
        for key, operation in shown.items():
            life = lives.setdefault(key, _Life(operation.id))
            life.name, life.last, life.removed = operation.id, document.published, ""
            if not operation.deprecated:
                life.unmarked.append(document.published)
            else:
                life.deprecated = life.deprecated or document.published
    return lives


def _identify(operation: Operation) -> str:
    """Method and path: other documents may name parameters and operations otherwise."""
    return f"{operation.method} {re.sub(r'{[^}]*}', '{}', operation.path)}"


def _judge_removal(life: _Life, versioning: Versioning) -> Iterator[Words]:
    support_s = versioning.promises.support_s
    if support_s is None:
        return
    if not life.deprecated:
        message = f"{life.name}: removed after {life.last}, and no document had deprecated it"
        yield _SUPPORT, message
        return
    days, least = _count_days(life.deprecated, life.removed), int(support_s // _SECONDS_A_DAY)
    if life.removed and days < least:
        first = f"the document of {life.deprecated} deprecated it first"
        message = f"{life.name}: removed on {life.removed}, {days} days after {first}"
        yield _SUPPORT, f"{message}; promised {least}"


def _judge_beginning(
    spec: Spec, policy: Policy, item: Deprecation, lives: Mapping[str, _Life]
) -> Iterator[Words]:
    versioning = policy.facts.versioning
    notice_s = versioning.promises.notice_s if versioning else None
    secured = frozenset(one.id for one in spec.operations if one.secured)
    for operation in spec.operations:
        life = lives.get(_identify(operation))
        if life is None or not item.since:
            continue
        if not selects(item.ops, operation, policy.facts.operations, secured):
            continue
        late = [day for day in life.unmarked if _count_days(item.since, day) > 0]
        if late:
            message = f"{operation.id}: deprecated since {item.since}"
            yield (
                "versioning.deprecations",
                f"{message}; the document of {late[0]} does not mark it",
            )
        if notice_s is None or item.announced or not life.deprecated:
            continue
        days, least = _count_days(life.deprecated, item.since), int(notice_s // _SECONDS_A_DAY)
        if days < least:
            first = f"the document of {life.deprecated} marked it first"
            message = f"{operation.id}: deprecated since {item.since}, {days} days after {first}"
            yield _NOTICE, f"{message}; promised {least}"


def _count_days(start: str, end: str) -> int:
    """Count the days between two ISO dates or date-times; 0 without an end."""
    if not end:
        return 0
    return (date.fromisoformat(end[:10]) - date.fromisoformat(start[:10])).days
