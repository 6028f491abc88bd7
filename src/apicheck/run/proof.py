"""The proof: every fault of the reference server is caught, and nothing unrelated fails.

What is compared are sets of (check, subject, what it ended in) with the honest server at the same
seed. With a fault, what its checks declare must be among the new ones, and all new ones must be
declared or allowed as collateral; an inconclusive that is new is unrelated too.

The honest server is asked everything in a whole proof, and what the faults are asked in a proof of
named faults.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from apicheck.judge import judge
from apicheck.load import profile_dir
from apicheck.load.mistakes import did_you_mean
from apicheck.model.errors import ApicheckError, Mistake
from apicheck.model.json import Json
from apicheck.model.plan import Options, Plan
from apicheck.model.results import NO_PROVENANCE, Results
from apicheck.model.verdict import Verdict
from apicheck.plan import matches
from apicheck.run import proof_plan
from apicheck.run.play import play_all
from apicheck.run.progress import Progress, Silent
from apicheck.run.request import RunRequest, inputs_of, plan_of
from apicheck.run.server import reference_server

_SECONDS_FOR_A_CALL = 30.0
_NEWS = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.NOT_TESTED)

Ended = tuple[str, str, str]
"""Check, subject, outcome (for another verdict than fail, the verdict's word)."""


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One fault: what had to catch it, what did, and what else was new.

    applicable: whether the profile has the facts that the fault needs.
    """

    fault: str
    about: str
    expected: tuple[tuple[str, str], ...]
    applicable: bool
    caught: tuple[tuple[str, str], ...] = ()
    collateral: tuple[Ended, ...] = ()
    unrelated: tuple[Ended, ...] = ()
    why: tuple[str, ...] = ()
    """For each of `unrelated` the reason that its result gives."""
    again: bool = False
    """Whether it was played a second time, because the first left something unexplained."""
    seconds: float = 0.0
    requests: int = 0

    @property
    def killed(self) -> bool:
        """Whether every check that names the fault ended in the outcome that it states."""
        return bool(self.expected) and set(self.expected) <= set(self.caught)


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of one profile."""

    profile: str
    rows: tuple[ProofRow, ...]
    honest_failures: tuple[Ended, ...]
    seconds: float
    requests: int
    unproven: tuple[tuple[str, str], ...] = field(default=())
    """Faults that checks name and the server does not have: (check, fault)."""

    @property
    def applicable(self) -> tuple[ProofRow, ...]:
        """The faults that this profile can show."""
        return tuple(row for row in self.rows if row.applicable)

    @property
    def survivors(self) -> tuple[ProofRow, ...]:
        """Faults that were not caught with their stated outcome."""
        return tuple(row for row in self.applicable if not row.killed)

    @property
    def unrelated(self) -> tuple[ProofRow, ...]:
        """Faults with which something failed that has nothing to do with them."""
        return tuple(row for row in self.applicable if row.unrelated)

    @property
    def holds(self) -> bool:
        """Whether the checks are proven: honest clean, all caught, nothing unrelated."""
        return not (self.survivors or self.unrelated or self.honest_failures or self.unproven)


def prove(
    profile: str,
    *,
    families: Sequence[str] = (),
    faults: Sequence[str] = (),
    full: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Proof:
    """Prove a profile's checks against its reference server, one fault after another.

    families: only faults of these (`auth`); faults: only these. full: every check on every
    operation, instead of a sample for those that a fault is not about.
    """
    progress = progress or Silent()
    began = time.monotonic()
    with reference_server(profile_dir(profile), seed=seed) as server:
        # Every check is asked, whether or not a clause of the profile names it.
        options = Options(select=("*",), seed=seed, draws=12)
        request = RunRequest(profile=profile, target=server.target_file, options=options)
        made = plan_of(inputs_of(request), options)
        prover = _Prover(made, server.control_url, full=full)
        catalogue = _call(f"{server.control_url}/faults", "GET")["faults"]
        known = {item["id"] for item in catalogue}
        if unknown := [fault for fault in faults if fault not in known]:
            mistakes = (Mistake(f, 0, "", "unknown fault", did_you_mean(f, known)) for f in unknown)
            raise ApicheckError("there is no such fault", tuple(mistakes))
        wanted = [item for item in catalogue if _is_wanted(item["id"], families, faults)]
        progress.begin(f"proving {profile}", len(wanted) + 1)
        if faults:
            samples = [prover.sample(item["id"]) for item in wanted if item["applicable"]]
            asked = {probe.key for sample in samples for probe in sample.probes}
            probes = tuple(probe for probe in made.probes if probe.key in asked)
            prover.ask_honest(replace(made, probes=probes))
        else:
            prover.ask_honest(made)
        progress.advance(text="honest server")
        rows = []
        for item in wanted:
            row = prover.row(item)
            rows.append(row)
            progress.advance(text=f"{row.fault}: {_in_a_word(row)}")
        progress.end()
    return Proof(
        profile=profile,
        rows=tuple(rows),
        honest_failures=tuple(sorted(e for e in prover.honest if _is_bad(e))),
        seconds=time.monotonic() - began,
        requests=prover.requests,
        unproven=tuple(
            (check.id, fault)
            for check in made.checks.values()
            for named in check.proven_by.values()
            for fault in named
            if fault not in known
        ),
    )


def _is_wanted(fault: str, families: Sequence[str], faults: Sequence[str]) -> bool:
    if faults:
        return fault in faults
    return not families or matches(fault, families)


def _in_a_word(row: ProofRow) -> str:
    if not row.applicable:
        return "not applicable"
    caught = "caught" if row.killed else "SURVIVED"
    caught += " at the second try" if row.again and row.killed else ""
    return f"{caught}, {len(row.unrelated)} unrelated" if row.unrelated else caught


def _is_bad(ended: Ended) -> bool:
    return ended[2] not in (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE)


class _Prover:
    """Plays a plan on the reference server, honest and with one fault at a time.

    honest: what the honest server ended in, as far as it was asked. requests: how many were sent.
    """

    def __init__(self, made: Plan, control_url: str, *, full: bool) -> None:
        self.honest: dict[Ended, str] = {}
        self.requests = 0
        self._made = made
        self._control_url = control_url
        self._full = full
        self._asked: set[str] = set()

    def sample(self, fault: str, *, whole: bool = False) -> Plan:
        """What is played with a fault."""
        if self._full:
            return self._made
        own = {check_id for check_id, _ in proof_plan.declared(fault, self._made)}
        return proof_plan.sampled(self._made, own, whole=whole)

    def ask_honest(self, plan: Plan) -> None:
        """Play a plan on the honest server, unless all of it was."""
        keys = {probe.key for probe in plan.probes}
        if keys <= self._asked:
            return
        self._asked |= keys
        self.honest |= self._ended(plan, ())

    def row(self, item: Mapping[str, Json]) -> ProofRow:
        """What a fault of the catalogue ends in."""
        fault = item["id"]
        expected = proof_plan.declared(fault, self._made)
        row = ProofRow(fault, item["about"], expected, applicable=bool(item["applicable"]))
        if not row.applicable:
            return row
        began, before = time.monotonic(), self.requests
        row = self._played(row)
        if row.unrelated or not row.killed:
            # As for any fail: what does not repeat is a disturbance of the machine.
            row = self._played(replace(row, again=True))
        return replace(row, seconds=time.monotonic() - began, requests=self.requests - before)

    def _played(self, row: ProofRow) -> ProofRow:
        own = {check_id for check_id, _ in row.expected}
        collateral = proof_plan.collateral(row.fault, self._made.checks)
        allowed = {
            check_id
            for check_id in self._made.checks
            if check_id in own or matches(check_id, collateral)
        }
        plan = self.sample(row.fault, whole=row.again)
        self.ask_honest(plan)
        ended = self._ended(plan, (row.fault,))
        new = ended.keys() - self.honest.keys()
        pairs = {(check, outcome) for check, _, outcome in new}
        unrelated = tuple(sorted(e for e in new if e[0] not in allowed))
        return replace(
            row,
            caught=tuple(pair for pair in row.expected if pair in pairs),
            collateral=tuple(sorted(e for e in new if e[0] in allowed and e[0] not in own)),
            unrelated=unrelated,
            why=tuple(ended[e] for e in unrelated),
        )

    def _ended(self, plan: Plan, faults: Sequence[str]) -> dict[Ended, str]:
        """What every check ended in on a server with these faults."""
        _call(f"{self._control_url}/reset", "POST", {})
        _call(f"{self._control_url}/faults", "PUT", {"on": list(faults)})
        played = play_all(plan, Silent(), stop=Event(), preflight=False, clean=False)
        _call(f"{self._control_url}/faults", "PUT", {"on": []})
        self.requests += played.requests
        return dict(_pairs(judge(plan, played.transcripts, NO_PROVENANCE)))


def _pairs(results: Results) -> Iterator[tuple[Ended, str]]:
    """What each check ended in on each subject, with its reason in words."""
    for result in results.checks:
        if result.verdict is Verdict.FAIL:
            for failure in result.failures:
                words = f"expected {failure.expected}, came {failure.actual}"
                yield (result.check, result.subject, failure.outcome), words
        elif result.verdict in _NEWS:
            yield (result.check, result.subject, str(result.verdict)), result.reason


def _call(url: str, method: str, body: Json = None) -> Json:
    """Call the control plane of our own reference server."""
    data = None if body is None else json.dumps(body).encode()
    request = HttpRequest(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310  (an http URL that our own process printed)
    with urlopen(request, timeout=_SECONDS_FOR_A_CALL) as answer:  # noqa: S310  (as above)
        return json.loads(answer.read() or b"null")
