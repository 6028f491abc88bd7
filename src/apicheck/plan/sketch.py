"""Sketch a plan: its subjects alone, for who lists them and plays nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import cast

from apicheck.model.check import Applies, Check
from apicheck.model.operation import Spec
from apicheck.model.plan import Options, Plan
from apicheck.model.policy import Policy
from apicheck.model.subject import Subject
from apicheck.model.target import Target
from apicheck.model.verdict import NotApplicable, NotTested, NotTestedKind
from apicheck.plan import plan

_UNSURE = NotTested(NotTestedKind.NEEDS_CONTROL, "the control URL decides whether it applies")


class _Possible(AbstractSet[str]):
    """What a target may offer. consulted: whether an answer depended on it."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self.consulted = False

    def __contains__(self, word: object) -> bool:
        self.consulted = True
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        self.consulted = True
        return iter(self._words)

    def __len__(self) -> int:
        self.consulted = True
        return len(self._words)


def sketch(
    spec: Spec,
    policy: Policy,
    target: Target,
    checks: Mapping[str, Check],
    options: Options,
    possible: frozenset[str],
) -> Plan:
    """Plan without a drawn value, and without asking the control URL what it offers.

    possible: capabilities that it may offer. A subject that concerns a check or not, as these
    decide, counts as not tested.
    """
    words = _Possible(possible)
    return plan(
        spec,
        policy,
        target,
        {name: _hedge(check, words) for name, check in checks.items()},
        options,
        capabilities=cast("frozenset[str]", words) if target.control_url else possible,
        drawing=False,
    )


def _hedge(check: Check, words: _Possible) -> Check:
    """The check, with no answer where that depends on what the target offers."""

    def applies(subject: Subject) -> Applies | NotTested | NotApplicable:
        words.consulted = False
        found = check.applies(subject)
        if isinstance(found, Applies) and check.cases is not None:
            check.cases(found.bind(subject))
        return _UNSURE if words.consulted else found

    return replace(check, applies=applies)
