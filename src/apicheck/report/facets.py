"""Say of each part of the page what it is about, so that all of it can be searched at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from apicheck.model.policy import paths_overlap
from apicheck.model.results import CheckResult, ClauseResult, Finding, Results
from apicheck.model.verdict import Verdict
from apicheck.report.view import VERDICT_ORDER

ANY = "*"
"""In place of numbers: all of them."""


@dataclass(frozen=True)
class Facets:
    """What the parts of a page are about: verdict, level, actor, check and operation.

    Each list maps what a reader can choose to its number. Each method gives the attributes of an
    element: those numbers, in ranges ("0-4 9").
    """

    results: Results

    @cached_property
    def verdicts(self) -> Mapping[str, int]:
        """The verdicts of the clauses and checks of the run, the worst first."""
        found = {item.verdict for item in self.results.clauses}
        found |= {result.verdict for result in self.results.checks}
        return _count_up(verdict.value for verdict in VERDICT_ORDER if verdict in found)

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """The levels of the clauses."""
        return _count_up(item.clause.level.value for item in self.results.clauses)

    @cached_property
    def actors(self) -> Mapping[str, int]:
        """Those whom clauses bind."""
        return _count_up(actor for item in self.results.clauses for actor in item.clause.actors)

    @cached_property
    def checks(self) -> Mapping[str, int]:
        """The checks that judged something, in alphabetical order."""
        return _count_up(sorted({result.check for result in self.results.checks}))

    @cached_property
    def operations(self) -> Mapping[str, int]:
        """The operations of the document."""
        return _count_up(one.operation for one in self.results.operations)

    def of_clauses(self, *ids: str) -> Markup:
        """The attributes of a clause, or of what is about several, such as a task."""
        named = set(ids)
        items = [item for item in self.results.clauses if item.clause.id in named]
        judged = [result for item in items for _, result in self.results.results_of(item)]
        verdicts = (item.verdict.value for item in items)
        return self._write(verdicts, items, _checks(judged), _operations(judged))

    def of_fact(self, path: str) -> Markup:
        """The attributes of a fact: results that rest on it, and clauses that name it."""
        judged = [
            result
            for facts, own in self._by_facts.items()
            if any(paths_overlap(path, fact) for fact in facts)
            for result in own
        ]
        clauses = [
            item
            for item in self.results.clauses
            if any(paths_overlap(path, fact) for fact in item.clause.facts)
        ]
        clauses += [item for check in _checks(judged) for item in self._clauses_of.get(check, ())]
        return self._write(_verdicts(judged), clauses, _checks(judged), _operations(judged))

    def of_probe(self, probe: str) -> Markup:
        """The attributes of a probe (`family/check/subject`): of its check on its subject."""
        check = "/".join(probe.split("/")[:2])
        of_check = self._by_check.get(check, [])
        key = f"{probe}/"
        judged = [one for one in of_check if key.startswith(f"{check}/{one.subject}/")] or of_check
        clauses = self._clauses_of.get(check, ())
        return self._write(_verdicts(judged), clauses, (check,), _operations(judged))

    def of_findings(self, findings: Collection[Finding]) -> Markup:
        """The attributes of findings that stand together."""
        ids = {finding.id for finding in findings}
        clauses = [item for item in self.results.clauses if ids.intersection(item.findings)]
        operations = (name for finding in findings for name in finding.operations)
        checks = (finding.check for finding in findings)
        return self._write((Verdict.FAIL.value,), clauses, checks, operations)

    def of_check(self, check: str) -> Markup:
        """The attributes of a check."""
        judged = self._by_check.get(check, [])
        clauses = self._clauses_of.get(check, ())
        return self._write(_verdicts(judged), clauses, (check,), _operations(judged))

    def of_operation(self, operation: str) -> Markup:
        """The attributes of an operation: the checks that were about it, and their verdicts."""
        judged = self._by_operation.get(operation, [])
        return self._write(_verdicts(judged), None, _checks(judged), (operation,))

    @cached_property
    def _by_check(self) -> Mapping[str, list[CheckResult]]:
        found: dict[str, list[CheckResult]] = {}
        for result in self.results.checks:
            found.setdefault(result.check, []).append(result)
        return found

    @cached_property
    def _by_facts(self) -> Mapping[tuple[str, ...], list[CheckResult]]:
        found: dict[tuple[str, ...], list[CheckResult]] = {}
        for result in self.results.checks:
            reads = self.results.catalogue.get(result.check, {}).get("reads", ())
            found.setdefault(result.facts or tuple(map(str, reads)), []).append(result)
        return found

    @cached_property
    def _by_operation(self) -> Mapping[str, list[CheckResult]]:
        found: dict[str, list[CheckResult]] = {}
        for result in self.results.checks:
            found.setdefault(result.operation, []).append(result)
        return found

    @cached_property
    def _clauses_of(self) -> Mapping[str, list[ClauseResult]]:
        found: dict[str, list[ClauseResult]] = {}
        for item in self.results.clauses:
            for check in _checks(result for _, result in self.results.results_of(item)):
                found.setdefault(check, []).append(item)
        return found

    def _write(
        self,
        verdicts: Iterable[str],
        clauses: Iterable[ClauseResult] | None,
        checks: Iterable[str],
        operations: Iterable[str],
    ) -> Markup:
        """Write attributes. clauses: None for a part that is about every level and actor."""
        own = tuple(clauses or ())
        texts = {
            "v": _number(verdicts, self.verdicts),
            "l": _number((item.clause.level.value for item in own), self.levels),
            "a": _number((actor for item in own for actor in item.clause.actors), self.actors),
            "c": _number(checks, self.checks),
            "o": _number(operations, self.operations),
        }
        if clauses is None:
            texts |= {"l": ANY, "a": ANY}
        written = " ".join(f'data-f{name}="{text}"' for name, text in texts.items())
        return Markup(f"data-f {written}")  # noqa: S704  (letters, digits and signs of our own)


def _verdicts(judged: Iterable[CheckResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.verdict.value for result in judged))


def _checks(judged: Iterable[CheckResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.check for result in judged))


def _count_up(names: Iterable[str]) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _operations(judged: Iterable[CheckResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.operation for result in judged))


def _number(names: Iterable[str], known: Mapping[str, int]) -> str:
    """The numbers of names, in ranges."""
    numbers = sorted({known[name] for name in names if name in known})
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)
