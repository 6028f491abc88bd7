"""Play checks on the reference server, honest and with one fault at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from apicheck.judge import find_broken, judge
from apicheck.load import read_spec
from apicheck.model.json import Json
from apicheck.model.plan import Plan
from apicheck.model.results import NO_PROVENANCE, CheckResult, Results
from apicheck.model.verdict import Verdict
from apicheck.plan import plan as make_plan
from apicheck.run import proof_plan
from apicheck.run.collateral import Collateral
from apicheck.run.execute import execute_plan
from apicheck.run.progress import Silent
from apicheck.signals import Stop

_SECONDS_FOR_A_CALL = 30.0
_NEWS = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.NOT_TESTED)

Ended = tuple[str, str, str]
"""Check, subject, outcome (for a verdict other than fail, the verdict)."""


class Played(NamedTuple):
    """What came of playing a plan: each ending with its reason, and the clauses that failed."""

    ended: Mapping[Ended, str]
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One fault: which checks must catch it, which did, and which others ended differently.

    applicable: whether the profile has the facts that the fault needs. collateral: other endings
    that are recorded for the fault. unrelated: other endings that are not. broken: ids of the
    clauses that failed.
    """

    fault: str
    about: str
    expected: tuple[tuple[str, str], ...]
    applicable: bool
    caught: tuple[tuple[str, str], ...] = ()
    collateral: tuple[Ended, ...] = ()
    unrelated: tuple[Ended, ...] = ()
    broken: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    """The reason that the result gives, for each of `unrelated`."""
    unseen: tuple[str, ...] = ()
    """Checks that are recorded as collateral, were played, and did not fail."""
    alone: bool = False
    """Whether only the checks that name the fault are played: it leaves nothing for others."""
    again: bool = False
    """Whether the fault was played a second time, because the first left something unexplained."""
    seconds: float = 0.0
    requests: int = 0

    @property
    def killed(self) -> bool:
        """Whether every check that names the fault ended in the outcome that it states."""
        return bool(self.expected) and set(self.expected) <= set(self.caught)


class Prover:
    """Plays a plan on a reference server, honest and with faults.

    honest: the endings on the honest server, for everything that was played on it so far.
    requests: how many requests were sent. full: play the whole plan with every fault.
    """

    def __init__(
        self, made: Plan, control_url: str, recorded: Collateral, *, full: bool = False
    ) -> None:
        self.honest: dict[Ended, str] = {}
        self.requests = 0
        self._made = made
        self._control_url = control_url
        self._recorded = recorded
        self._full = full
        self._asked: frozenset[str] | None = None

    def fetch_faults(self) -> list[Mapping[str, Json]]:
        """Fetch the catalogue of the server: id, about and applicable of each fault."""
        return list(_call(f"{self._control_url}/faults", "GET")["faults"])

    def ask_honest(self, faults: Iterable[str] | None = None) -> None:
        """Play on the honest server what is played with these faults; the whole plan for None.

        Without a fault nothing is played: a passive check would find nothing to read.
        """
        if faults is None:
            self._ask_honest(self._made)
            return
        asked = {probe.key for fault in faults for probe in self._sample(fault).probes}
        if asked:
            probes = tuple(probe for probe in self._made.probes if probe.key in asked)
            self._ask_honest(replace(self._made, probes=probes))

    def prove_fault(self, item: Mapping[str, Json]) -> ProofRow:
        """Play one fault of the catalogue.

        A fault that leaves something unexplained is played again; what does not repeat is taken
        for a disturbance of the machine.
        """
        expected = proof_plan.find_declared(item["id"], self._made)
        row = ProofRow(
            item["id"],
            item["about"],
            expected,
            applicable=bool(item["applicable"]),
            alone=bool(item.get("alone")),
        )
        if not row.applicable:
            return row
        began, before = time.monotonic(), self.requests
        row = self._play(row)
        if row.unrelated or (expected and not row.killed):
            first, row = row, self._play(replace(row, again=True))
            row = _keep_repeated(first, row)
        return replace(row, seconds=time.monotonic() - began, requests=self.requests - before)

    def list_broken(self, plan: Plan, *faults: str) -> frozenset[str]:
        """List the clauses of a plan that fail on a server with these faults, by id."""
        return self._play_with(plan, faults).broken

    def _sample(self, fault: str, *, whole: bool = False) -> Plan:
        if self._full:
            return self._made
        return proof_plan.sample_plan(self._made, fault, whole=whole)

    def _ask_honest(self, plan: Plan) -> None:
        """Play a plan on the honest server, unless all of it was played."""
        keys = frozenset(probe.key for probe in plan.probes)
        if self._asked is not None and keys <= self._asked:
            return
        self._asked = keys | (self._asked or frozenset())
        self.honest |= self._play_with(plan, ()).ended

    def _play(self, row: ProofRow) -> ProofRow:
        plan = self._sample(row.fault, whole=row.again)
        plan = (
            proof_plan.keep_own(plan, {check for check, _ in row.expected}) if row.alone else plan
        )
        self._ask_honest(plan)
        ended, broken = self._play_with(plan, (row.fault,))
        new = sorted(ended.keys() - self.honest.keys())
        pairs = {(check, outcome) for check, _, outcome in new}
        own = {check_id for check_id, _ in row.expected}
        others = [one for one in new if one[0] not in own]
        recorded = proof_plan.select_tried(self._recorded.get(row.fault, ()), self._made)
        unrelated = tuple(one for one in others if one[0] not in recorded)
        played = {probe.check.id for probe in plan.probes} | {one.id for one in plan.passive}
        return replace(
            row,
            caught=tuple(pair for pair in row.expected if pair in pairs),
            collateral=tuple(one for one in others if one[0] in recorded),
            unrelated=unrelated,
            broken=tuple(sorted(broken)),
            why=tuple(ended[one] for one in unrelated),
            unseen=tuple(sorted(played & set(recorded) - own - {check for check, _, _ in others})),
        )

    def _plan_by_document(self, sample: Plan) -> Plan:
        """Plan by the document that the server publishes: a fault may be one of it alone."""
        document = _call(f"{self._control_url}/document", "GET")
        if document == sample.spec.document:
            return sample
        made, asked = self._made, {probe.key for probe in sample.probes}
        again = make_plan(
            read_spec(document),
            made.policy,
            made.target,
            made.checks,
            made.options,
            capabilities=made.context.capabilities,
            drawn=made.drawn,
        )
        kept = tuple(probe for probe in again.probes if probe.key in asked)
        return replace(again, probes=kept, provoking=())

    def _play_with(self, plan: Plan, faults: Sequence[str]) -> Played:
        """Play a plan on a server with these faults, and list what every check ended in."""
        _call(f"{self._control_url}/reset", "POST", {})
        _call(f"{self._control_url}/faults", "PUT", {"on": list(faults)})
        sample, plan = plan, self._plan_by_document(plan)
        played = execute_plan(plan, Silent(), stop=Stop(), resets=True)
        if played.failure is not None:
            raise played.failure
        _call(f"{self._control_url}/faults", "PUT", {"on": []})
        self.requests += played.requests
        # The proof needs of the clauses which fail; judging them would take a quarter of the time.
        # What is skipped with a fault was skipped before, unless the document is another.
        skipped = () if faults and plan is sample else plan.skipped
        needed = replace(plan, clauses=(), skipped=skipped)
        passive = frozenset(check.id for check in plan.passive)
        results = judge(needed, played.transcripts, NO_PROVENANCE)
        broken = find_broken(plan, results.checks)
        return Played(dict(_list_endings(results, passive)), broken)


def _keep_repeated(first: ProofRow, second: ProofRow) -> ProofRow:
    """Keep of the second playing what the first one showed too."""
    seen = {check for check, _, _ in first.unrelated}
    both = [pair for pair in zip(second.unrelated, second.why, strict=True) if pair[0][0] in seen]
    return replace(
        second,
        unrelated=tuple(ended for ended, _ in both),
        why=tuple(why for _, why in both),
        unseen=tuple(check for check in second.unseen if check in first.unseen),
    )


def _is_silenced(result: CheckResult, passive: Collection[str]) -> bool:
    """Whether a check had nothing to read.

    A fault takes it away where an operation then accepts no request, and a sample may lack it.
    """
    if result.check not in passive:
        return False
    unseen = result.verdict is Verdict.INCONCLUSIVE and not result.exercised
    return unseen or result.verdict is Verdict.NOT_TESTED


def _list_endings(results: Results, passive: Collection[str]) -> Iterator[tuple[Ended, str]]:
    """List what each check ended in on each subject, with the reason. passive: ids of checks."""
    for result in results.checks:
        if result.verdict is Verdict.FAIL:
            for failure in result.failures:
                words = f"expected {failure.expected}, came {failure.actual}"
                yield (result.check, result.subject, failure.outcome), words
        elif result.verdict in _NEWS and not _is_silenced(result, passive):
            yield (result.check, result.subject, str(result.verdict)), result.reason


def _call(url: str, method: str, body: Json = None) -> Json:
    """Call the control plane of our own reference server."""
    data = None if body is None else json.dumps(body).encode()
    request = HttpRequest(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310  (an http URL that our own process printed)
    with urlopen(request, timeout=_SECONDS_FOR_A_CALL) as response:  # noqa: S310  (as above)
        return json.loads(response.read() or b"null")
