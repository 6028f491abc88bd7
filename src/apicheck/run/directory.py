"""The run directory: what a run leaves behind, written so that it can be judged again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apicheck.load import builtin_policy, included_files, load_policy, load_spec
from apicheck.model.codec import from_json, to_json
from apicheck.model.errors import RunDirectoryError
from apicheck.model.exchange import Transcript
from apicheck.model.json import Json
from apicheck.model.plan import Options, Plan
from apicheck.model.results import PreflightItem, Provenance
from apicheck.model.target import Target
from apicheck.plan import plan
from apicheck.probe import Journal
from apicheck.probe.journal import read
from apicheck.registry import collect
from apicheck.run.config import Inputs

PLAN = "plan.json"
JOURNAL = "journal.ndjson"
RESULTS = "results.json"
MANIFEST = "manifest.json"
_SCHEMA = "apicheck-plan/1"


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run read back from its directory. provenance: as far as it was known at its start."""

    plan: Plan
    transcripts: tuple[Transcript, ...]
    provenance: Provenance
    preflight: tuple[PreflightItem, ...]
    leftovers: tuple[str, ...]


def create(directory: Path) -> Path:
    """An empty run directory. Raises RunDirectoryError when it cannot be, or is not empty."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise RunDirectoryError(f"{directory} is not empty: choose another --out directory")
        (directory / JOURNAL).touch()
    except OSError as error:
        raise RunDirectoryError(f"cannot write to {directory}: {error.strerror}") from error
    return directory


def save_plan(
    directory: Path,
    inputs: Inputs,
    made: Plan,
    provenance: Provenance,
    preflight: Sequence[PreflightItem] = (),
    leftovers: Sequence[str] = (),
) -> None:
    """Write everything that decides how the journal is judged, and copies of the documents."""
    content = {
        "schema": _SCHEMA,
        "readings": list(made.target.readings),
        "target": to_json(made.target),
        "options": to_json(made.options),
        "capabilities": sorted(made.context.capabilities),
        "drawn": {key: list(values) for key, values in made.drawn.items()},
        "probes": [probe.key for probe in made.probes],
        "estimate": to_json(made.estimate),
        "provenance": to_json(provenance),
        "preflight": [to_json(item) for item in preflight],
        "leftovers": list(leftovers),
    }
    _write(directory / PLAN, _json_bytes(content))
    _write(directory / "openapi.yaml", inputs.spec_file.read_bytes())
    if inputs.policy_file is not None:
        _write(directory / "policy.yaml", inputs.policy_file.read_bytes())
        for name in included_files(inputs.policy_file):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            _write(directory / name, (inputs.policy_file.parent / name).read_bytes())


def load_run(directory: Path) -> SavedRun:
    """Read a run back. Raises RunDirectoryError when it is none, or was made of other checks."""
    try:
        content = json.loads((directory / PLAN).read_bytes())
        if content.get("schema") != _SCHEMA:
            raise RunDirectoryError(f"{directory / PLAN}: schema {_SCHEMA!r} was expected")
        transcripts = read_journal(directory)
        spec = load_spec(directory / "openapi.yaml")
        policy_file = directory / "policy.yaml"
        checks = collect()
        policy = (
            load_policy(policy_file, spec, readings=tuple(content["readings"]), verify_quotes=False)
            if policy_file.exists()
            else builtin_policy(spec)
        )
        made = plan(
            spec,
            policy,
            from_json(Target, content["target"]),
            checks,
            from_json(Options, content["options"]),
            capabilities=frozenset(content["capabilities"]),
            drawn={key: tuple(values) for key, values in content["drawn"].items()},
        )
    except FileNotFoundError as error:
        raise RunDirectoryError(
            f"{directory} is not a run directory: no {error.filename}"
        ) from None
    except (ValueError, KeyError, OSError) as error:
        raise RunDirectoryError(f"{directory} cannot be read: {error}") from error
    if [probe.key for probe in made.probes] != content["probes"]:
        raise RunDirectoryError(
            f"{directory} was made with other checks than this apicheck has:"
            f" judge it with the version named in {MANIFEST}"
        )
    return SavedRun(
        made,
        transcripts,
        from_json(Provenance, content["provenance"]),
        tuple(from_json(PreflightItem, item) for item in content["preflight"]),
        tuple(content["leftovers"]),
    )


def read_journal(directory: Path) -> tuple[Transcript, ...]:
    """Every whole transcript of a journal; a last line that a kill tore off is left out."""
    return tuple(read(directory / JOURNAL))


def journal_of(directory: Path) -> Journal:
    """Takes transcripts as they complete, so that a killed run can still be judged."""
    return Journal(directory / JOURNAL)


def write_rendering(directory: Path, name: str, content: bytes) -> Path:
    """Write one rendering of the results."""
    return _write(directory / name, content)


def write_manifest(directory: Path, versions: Mapping[str, str], seed: int) -> Path:
    """Write digests of every file of the run: an integrity check, not a proof of authorship."""
    files = sorted(p for p in directory.iterdir() if p.is_file() and p.name != MANIFEST)
    content = {
        "schema": "apicheck-manifest/1",
        "seed": seed,
        "versions": dict(versions),
        "files": {p.name: {"sha256": _digest_of(p), "bytes": p.stat().st_size} for p in files},
    }
    return _write(directory / MANIFEST, _json_bytes(content))


def _digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _json_bytes(content: Json) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _write(path: Path, content: bytes) -> Path:
    """Replace a file at once: a reader never sees half of it."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise RunDirectoryError(f"cannot write {path}: {error.strerror}") from error
    return path
