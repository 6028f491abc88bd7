"""The attestations of a run: beside its verdicts, as they were on its day."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from apicheck.judge.attesting import weigh_attestations
from apicheck.load import find_target, load_attestations, target_settings
from apicheck.model.attestation import Attested
from apicheck.model.policy import Policy
from apicheck.model.results import Results
from apicheck.run.config import RunConfig, find_attestations
from apicheck.run.directory import ATTESTATIONS


def attach_attestations(
    results: Results, policy: Policy, directory: Path, given: Path | None = None
) -> Results:
    """Add the attestations that a run directory has, or those of a file in their place.

    Raises AttestationError for a file with mistakes.
    """
    file = given or directory / ATTESTATIONS
    if given is None and not file.is_file():
        return results
    day = date.fromisoformat(results.run.started[:10])
    weighed = weigh_attestations(policy.clauses, load_attestations(file, policy), day)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    run = replace(results.run, digests={**results.run.digests, "attestations": digest})
    return replace(results, run=run, attestations=weighed)


def locate_attestations(config: RunConfig) -> Path:
    """Where the answers are, or would be: as the target file says, or beside the policy."""
    target_file = config.target or find_target(Path.cwd())
    settings = target_settings(target_file) if target_file else {}
    if found := find_attestations(config, settings):
        return found
    named = config.policy or (None if config.profile or config.spec else settings.get("policy"))
    if named is None:
        return Path(ATTESTATIONS)
    policy = Path(named)
    return (policy if policy.is_dir() else policy.parent) / ATTESTATIONS


def read_attested(file: Path, policy: Policy) -> tuple[Attested, ...]:
    """What the answers of a file are worth today. Raises AttestationError."""
    given = load_attestations(file, policy)
    return weigh_attestations(policy.clauses, given, datetime.now(UTC).date())
