"""Write and read the run directory, so that a saved run can be judged again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from apicheck.load import (
    builtin_policy,
    included_files,
    load_policy,
    load_spec,
    saved_document,
    with_base_path,
)
from apicheck.model.codec import from_json, to_json
from apicheck.model.errors import Mistake, RunDirectoryError
from apicheck.model.exchange import Direction, Exchange, Transcript
from apicheck.model.json import Json
from apicheck.model.operation import LeftOut
from apicheck.model.plan import Options, Plan
from apicheck.model.results import PreflightItem, Provenance
from apicheck.model.target import Target
from apicheck.plan import plan
from apicheck.probe import Journal
from apicheck.probe.journal import read, read_record
from apicheck.registry import collect
from apicheck.run.config import Inputs
from apicheck.run.leftovers import find_leftovers

PLAN = "plan.json"
JOURNAL = "journal.ndjson"
RESULTS = "results.json"
MANIFEST = "manifest.json"
_CLEAN_UP = "clean-up-"
_SCHEMA = "apicheck-plan/1"


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run that was read from its directory. provenance: what the run had written of it."""

    plan: Plan
    transcripts: tuple[Transcript, ...]
    provenance: Provenance
    preflight: tuple[PreflightItem, ...]
    leftovers: tuple[str, ...]


def create(directory: Path) -> Path:
    """Create an empty run directory. Raises RunDirectoryError if it fails or is not empty."""
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
    plan: Plan,
    provenance: Provenance,
    preflight: Sequence[PreflightItem] = (),
    leftovers: Sequence[str] = (),
) -> None:
    """Write everything that judging the journal needs, and copies of the documents."""
    content = {
        "schema": _SCHEMA,
        "readings": list(plan.target.readings),
        "target": to_json(plan.target),
        "options": to_json(plan.options),
        "capabilities": sorted(plan.context.capabilities),
        "drawn": {key: list(values) for key, values in plan.drawn.items()},
        "probes": [probe.key for probe in plan.probes],
        "estimate": to_json(plan.estimate),
        "provenance": to_json(provenance),
        "preflight": [to_json(item) for item in preflight],
        "leftovers": list(leftovers),
        "left_out": [to_json(one) for one in plan.spec.left_out],
        "remarks": [to_json(one) for one in plan.spec.remarks],
    }
    _write(directory / PLAN, _encode_json(content))
    _write(directory / "openapi.yaml", saved_document(inputs.spec, inputs.spec_file.read_bytes()))
    if inputs.policy_file is not None:
        _write(directory / "policy.yaml", inputs.policy_file.read_bytes())
        for name in included_files(inputs.policy_file):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            _write(directory / name, (inputs.policy_file.parent / name).read_bytes())


def load_run(directory: Path) -> SavedRun:
    """Read a saved run. Raises RunDirectoryError if it is none, or other checks made it."""
    try:
        content = json.loads((directory / PLAN).read_bytes())
        if content.get("schema") != _SCHEMA:
            raise RunDirectoryError(f"{directory / PLAN} does not have the schema {_SCHEMA!r}")
        transcripts = read_journal(directory)
        document = load_spec(directory / "openapi.yaml")
        spec = replace(
            with_base_path(document, content["target"].get("base_path")),
            # The copy does not tell the files and lines of a document of several files.
            left_out=tuple(from_json(LeftOut, one) for one in content["left_out"]),
            remarks=tuple(from_json(Mistake, one) for one in content["remarks"]),
        )
        policy_file = directory / "policy.yaml"
        checks = collect()
        target = from_json(Target, content["target"])
        policy = (
            load_policy(policy_file, spec, readings=tuple(content["readings"]), verify_quotes=False)
            if policy_file.exists()
            else builtin_policy(spec, target.schemes)
        )
        restored = plan(
            spec,
            policy,
            target,
            checks,
            from_json(Options, content["options"]),
            capabilities=frozenset(content["capabilities"]),
            drawn={key: tuple(values) for key, values in content["drawn"].items()},
        )
    except FileNotFoundError as error:
        raise RunDirectoryError(
            f"{directory} is not a run directory: it has no {error.filename}"
        ) from None
    except (ValueError, KeyError, OSError) as error:
        raise RunDirectoryError(f"cannot read {directory}: {error}") from error
    if [probe.key for probe in restored.probes] != content["probes"]:
        raise RunDirectoryError(
            f"the checks of {directory} differ from those of this apicheck:"
            f" judge it with the version that {MANIFEST} names"
        )
    provenance = from_json(Provenance, content["provenance"])
    leftovers = tuple(content["leftovers"])
    if not provenance.finished:
        record = read_record(directory / JOURNAL)
        sent = [one for one in record.exchanges.values() if one.direction is Direction.OUT]
        provenance = replace(provenance, requests=len(sent))
        leftovers = find_leftovers(restored, record, read_clean_ups(directory))
    return SavedRun(
        restored,
        transcripts,
        provenance,
        tuple(from_json(PreflightItem, item) for item in content["preflight"]),
        leftovers,
    )


def read_journal(directory: Path) -> tuple[Transcript, ...]:
    """Read every transcript of a journal, without an incomplete last line of a killed run."""
    return tuple(read(directory / JOURNAL))


def read_clean_ups(directory: Path) -> tuple[Exchange, ...]:
    """Read what `apicheck clean` sent since the run."""
    records = [read_record(path) for path in _list_clean_ups(directory)]
    return tuple(exchange for record in records for exchange in record.exchanges.values())


def open_clean_up(directory: Path) -> Journal:
    """Open a further file for what `apicheck clean` sends: the journal itself stays as it is."""
    number = len(_list_clean_ups(directory)) + 1
    return Journal(directory / f"{_CLEAN_UP}{number:03}.ndjson")


def _list_clean_ups(directory: Path) -> list[Path]:
    return sorted(directory.glob(f"{_CLEAN_UP}*.ndjson"))


def open_journal(directory: Path, lost: Callable[[str], None]) -> Journal:
    """Open the journal, which saves each transcript at once, so that a killed run can be judged.

    lost: called, with why, when it can no longer be written.
    """
    return Journal(directory / JOURNAL, lost)


def write_rendering(directory: Path, name: str, content: bytes) -> Path:
    """Write one rendering of the results."""
    return _write(directory / name, content)


def write_manifest(directory: Path, versions: Mapping[str, str], seed: int) -> Path:
    """Write the digest of every file of the run, to detect changes; it proves no authorship."""
    files = sorted(p for p in directory.iterdir() if p.is_file() and p.name != MANIFEST)
    content = {
        "schema": "apicheck-manifest/1",
        "seed": seed,
        "versions": dict(versions),
        "files": {p.name: {"sha256": _hash_file(p), "bytes": p.stat().st_size} for p in files},
    }
    return _write(directory / MANIFEST, _encode_json(content))


def _hash_file(path: Path) -> str:
    """Hash a file with SHA-256, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _encode_json(content: Json) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def list_published(directory: Path) -> tuple[Path, ...]:
    """List the copies of document and policy, whose text is no secret."""
    return (directory / "openapi.yaml", directory / "policy.yaml")


def _write(path: Path, content: bytes) -> Path:
    """Replace a file atomically, so that no reader sees half of it."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise RunDirectoryError(f"cannot write {path}: {error.strerror}") from error
    return path
