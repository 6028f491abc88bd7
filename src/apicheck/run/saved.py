"""Read a saved run, so that it can be judged again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from apicheck.load import builtin_policy, load_policy, load_spec, with_base_path
from apicheck.model.codec import from_json
from apicheck.model.errors import Mistake, RunDirectoryError
from apicheck.model.exchange import Direction, Transcript
from apicheck.model.json import Json
from apicheck.model.operation import LeftOut
from apicheck.model.plan import Estimate, Options, Plan
from apicheck.model.results import PreflightItem, Provenance
from apicheck.model.target import Target
from apicheck.plan import plan
from apicheck.probe.journal import Record, read_record
from apicheck.registry import collect
from apicheck.run.directory import JOURNAL, PLAN, SCHEMA, find_journey, list_earlier, read_clean_ups
from apicheck.run.leftovers import find_leftovers, name_suspected
from apicheck.run.parts import join_parts

T = TypeVar("T")

_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading a value raises that is not what apicheck writes."""


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run that was read from its directory. provenance: what the run had written of it."""

    plan: Plan
    transcripts: tuple[Transcript, ...]
    provenance: Provenance
    preflight: tuple[PreflightItem, ...]
    leftovers: tuple[str, ...]


def load_run(directory: Path) -> SavedRun:
    """Read a saved run. Raises RunDirectoryError if it is none, or other checks made it."""
    try:
        return _load_run(directory)
    except FileNotFoundError as error:
        raise RunDirectoryError(
            f"{directory} is not a run directory: it has no {error.filename}"
        ) from None
    except OSError as error:
        raise RunDirectoryError(
            f"cannot read {error.filename or directory}: {error.strerror}"
        ) from None
    except ValueError as error:
        raise RunDirectoryError(f"cannot read {directory}: {error}") from None


def _load_run(directory: Path) -> SavedRun:
    content = _read_plan(directory / PLAN)
    member = partial(_member, content)
    record = read_record(directory / JOURNAL)
    target = member("target", lambda value: from_json(Target, value))
    spec = replace(
        with_base_path(load_spec(directory / "openapi.yaml"), target.base_path),
        # The copy does not tell the files and lines of a document of several files.
        left_out=member("left_out", lambda v: tuple(from_json(LeftOut, one) for one in v)),
        remarks=member("remarks", lambda v: tuple(from_json(Mistake, one) for one in v)),
    )
    policy_file = directory / "policy.yaml"
    readings = member("readings", _as_texts)
    policy = (
        load_policy(
            policy_file,
            spec,
            readings=readings,
            verify_quotes=False,
            earlier=list_earlier(directory),
        )
        if policy_file.exists()
        else builtin_policy(spec, target.schemes)
    )
    options = member("options", lambda value: from_json(Options, value))
    capabilities = frozenset(member("capabilities", _as_texts))
    member("estimate", lambda value: from_json(Estimate, value))  # nothing reads it but people
    drawn = member("drawn", lambda value: {key: tuple(some) for key, some in value.items()})
    try:
        restored = plan(
            spec, policy, target, collect(), options, capabilities=capabilities, drawn=drawn
        )
    except _DAMAGE:
        raise ValueError(f"{PLAN} is damaged: its values do not fit together") from None
    if [probe.key for probe in restored.probes] != member("probes", list):
        raise RunDirectoryError(
            f"the checks of {directory} differ from those of this apicheck:"
            f" use the version that {PLAN} names"
        )
    provenance = member("provenance", lambda value: from_json(Provenance, value))
    saved = SavedRun(
        restored,
        join_parts(record.transcripts, provenance.resumed),
        provenance,
        member("preflight", lambda v: tuple(from_json(PreflightItem, one) for one in v)),
        member("leftovers", _as_texts),
    )
    return saved if saved.provenance.finished else _count_up(saved, record, directory)


def _count_up(saved: SavedRun, record: Record, directory: Path) -> SavedRun:
    """A run that was killed, with what it would have written at its end."""
    sent = [one for one in record.exchanges.values() if one.direction is Direction.OUT]
    cleaned, journey = read_clean_ups(directory), find_journey(directory, record)
    return replace(
        saved,
        provenance=replace(saved.provenance, requests=len(sent)),
        leftovers=(
            *find_leftovers(saved.plan, record, cleaned),
            *name_suspected(saved.plan, record, cleaned),
            *([str(journey)] if journey else []),
        ),
    )


def _read_plan(path: Path) -> Mapping[str, Json]:
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError(f"{PLAN} is damaged: it is no JSON") from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise ValueError(f"{PLAN} does not have the schema {SCHEMA}")
    return content


def _member(content: Mapping[str, Json], name: str, read: Callable[[Json], T]) -> T:
    if name not in content:
        raise ValueError(f"{PLAN} is damaged: it has no {name}")
    try:
        return read(content[name])
    except _DAMAGE:
        raise ValueError(f"{PLAN} is damaged: its {name} is not what apicheck writes") from None


def _as_texts(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError
    return tuple(value)
