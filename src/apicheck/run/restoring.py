"""What a saved run needs to send again: its target with the secrets, and what it has sent."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from apicheck.load import find_target, load_target, override, target_settings
from apicheck.model.errors import TargetError
from apicheck.model.exchange import Direction
from apicheck.model.plan import Plan
from apicheck.model.target import Target
from apicheck.probe.earlier import Earlier
from apicheck.probe.journal import Record
from apicheck.run.config import RunConfig
from apicheck.run.directory import find_journey, read_clean_ups


def restore_target(config: RunConfig, plan: Plan) -> Target:
    """The target of a saved plan, with the secrets that are in no file.

    config: of the run. Raises TargetError for settings of another target.
    """
    file = config.target or find_target(Path.cwd())
    settings = override(target_settings(file) if file else {}, config.overrides)
    overrides = {"base_url": plan.target.base_url} if "base_url" not in settings else {}
    found = load_target(
        file,
        spec=plan.spec,
        policy=plan.policy,
        environ=os.environ,
        overrides={**config.overrides, **overrides},
    )
    if found.base_url != plan.target.base_url:
        raise TargetError(
            f"the run was of {plan.target.base_url}, and these settings are of {found.base_url}:"
            " give the options of the run"
        )
    return replace(plan.target, secrets=found.secrets, tls=found.tls)


def recall(directory: Path, record: Record) -> Earlier:
    """What was sent of a saved run, as far as its journals tell."""
    sent = (*record.exchanges.values(), *read_clean_ups(directory))
    return Earlier(
        exchanges=sent,
        marks=tuple(record.marks),
        requests=sum(one.direction is Direction.OUT for one in record.exchanges.values()),
        journey=find_journey(directory, record),
    )
