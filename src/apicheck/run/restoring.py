"""A saved run with its secrets, which are in no file, so that it can send again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from apicheck.model.errors import TargetError
from apicheck.model.exchange import Direction
from apicheck.model.plan import Plan
from apicheck.probe.earlier import Earlier
from apicheck.probe.journal import Record
from apicheck.run.config import RunConfig, load_inputs
from apicheck.run.directory import read_clean_ups
from apicheck.run.saved import SavedRun


def with_saved_documents(config: RunConfig, directory: Path, saved: SavedRun) -> RunConfig:
    """The settings, about the documents of a saved run."""
    policy = directory / "policy.yaml"
    return replace(
        config,
        profile="",
        policy=policy if policy.exists() else None,
        spec=directory / "openapi.yaml",
        readings=saved.plan.target.readings,
    )


def restore_secrets(config: RunConfig, saved: SavedRun) -> Plan:
    """The plan of a saved run with the secrets of its target.

    config: what `with_saved_documents` returns. Raises TargetError for settings of another target.
    """
    target = load_inputs(config).target
    if target.base_url != saved.plan.target.base_url:
        raise TargetError(
            f"the run was of {saved.plan.target.base_url}, and these settings are of"
            f" {target.base_url}: give the options of the run"
        )
    return replace(
        saved.plan, target=replace(saved.plan.target, secrets=target.secrets, tls=target.tls)
    )


def recall(directory: Path, record: Record) -> Earlier:
    """What was sent of a saved run, as far as its journals tell."""
    sent = (*record.exchanges.values(), *read_clean_ups(directory))
    return Earlier(
        exchanges=sent,
        marks=tuple(record.marks),
        requests=sum(one.direction is Direction.OUT for one in record.exchanges.values()),
    )
