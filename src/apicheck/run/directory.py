"""Write and read the run directory, so that a saved run can be judged again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from apicheck.load import (
    included_files,
    saved_document,
)
from apicheck.model.codec import to_json
from apicheck.model.errors import RunDirectoryError
from apicheck.model.exchange import Exchange, Transcript
from apicheck.model.json import Json
from apicheck.model.plan import Plan
from apicheck.model.results import PreflightItem, Provenance
from apicheck.probe import Journal
from apicheck.probe.clock import Journey
from apicheck.probe.journal import Record, read, read_record
from apicheck.run.config import Inputs

PLAN = "plan.json"
JOURNAL = "journal.ndjson"
RESULTS = "results.json"
SCHEMA = "apicheck-plan/1"
ATTESTATIONS = "attestations.yaml"
EARLIER = "earlier"
"""Folder with copies of the documents of `versioning.history`."""
_CLEAN_UP = "clean-up-"


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
    plan: Plan,
    provenance: Provenance,
    preflight: Sequence[PreflightItem] = (),
    leftovers: Sequence[str] = (),
) -> None:
    """Write everything that judging the journal needs, beside the documents."""
    content = {
        "schema": SCHEMA,
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
    write(directory / PLAN, encode_json(content))


def save_documents(directory: Path, inputs: Inputs) -> None:
    """Write copies of the documents."""
    write(directory / "openapi.yaml", saved_document(inputs.spec, inputs.spec_file.read_bytes()))
    if inputs.policy_file is not None:
        write(directory / "policy.yaml", inputs.policy_file.read_bytes())
        for name in included_files(inputs.policy_file):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            write(directory / name, (inputs.policy_file.parent / name).read_bytes())
    if inputs.attestations is not None:
        write(directory / ATTESTATIONS, inputs.attestations.read_bytes())
    for number, spec in enumerate(inputs.policy.earlier, start=1):
        (directory / EARLIER).mkdir(exist_ok=True)
        copy = saved_document(spec, Path(spec.file).read_bytes())
        write(directory / EARLIER / f"{number:03}.yaml", copy)


def list_earlier(directory: Path) -> tuple[Path, ...]:
    """List the copies of earlier documents, in the policy's order."""
    return tuple(sorted((directory / EARLIER).glob("*.yaml")))


def read_journal(directory: Path) -> tuple[Transcript, ...]:
    """Read every transcript of a journal, without an incomplete last line of a killed run."""
    return tuple(read(directory / JOURNAL))


def read_clean_ups(directory: Path) -> tuple[Exchange, ...]:
    """Read what `apicheck clean` sent since the run."""
    records = [read_record(path) for path in _list_clean_ups(directory)]
    return tuple(exchange for record in records for exchange in record.exchanges.values())


def find_journey(directory: Path, record: Record) -> Journey | None:
    """Where a run left the target's clock, unless `apicheck clean` has put it back since."""
    journey = record.journey
    if journey is None or not journey.away:
        return None
    back = Journey(journey.lead, 0.0)
    cleaned = (read_record(path).journey for path in _list_clean_ups(directory))
    return None if back in cleaned else journey


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
    return write(directory / name, content)


def encode_json(content: Json) -> bytes:
    """Encode what programs read, one member a line."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode("utf-8", "backslashreplace") + b"\n"  # lone surrogates, as JSON writes them


def list_published(directory: Path) -> tuple[Path, ...]:
    """List the copies of document and policy, whose text is no secret."""
    return (directory / "openapi.yaml", directory / "policy.yaml", *list_earlier(directory))


def write(path: Path, content: bytes) -> Path:
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
