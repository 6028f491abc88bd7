"""What a signature of a run states: an in-toto Statement about the files of its directory.

The format is that of https://github.com/in-toto/attestation, Statement v1. The files are its
subject; its predicate repeats the main results, so that a reader need not open them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apicheck.model.errors import RunDirectoryError
from apicheck.model.json import Json
from apicheck.run.directory import RESULTS
from apicheck.run.manifest import MANIFEST, read_digests

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:apicheck:predicate:run:1"
_STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_TIMES = ("started", "finished", "interrupted")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about a run. files: name -> SHA-256 in hex."""

    files: Mapping[str, str]
    predicate: Json


def make_statement(directory: Path) -> Statement:
    """Make the statement about a run as its manifest and results tell it."""
    return Statement(read_digests(directory), _describe_results(directory / RESULTS))


def encode_statement(statement: Statement) -> Json:
    """Encode a statement as a JSON value."""
    return {
        "_type": _STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": digest}}
            for name, digest in sorted(statement.files.items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": statement.predicate,
    }


def decode_statement(value: Mapping[str, Json]) -> Statement:
    """Decode a statement. Raises ValueError, whose message says what is wrong with it."""
    if value.get("_type") != _STATEMENT_TYPE or value.get("predicateType") != PREDICATE_TYPE:
        raise ValueError("it states something else than a run of apicheck")
    try:
        listed = [(one["name"], one["digest"]["sha256"]) for one in value["subject"]]
    except _DAMAGE:
        raise ValueError("its statement names no files") from None
    files = dict(listed)
    texts = (text for pair in listed for text in pair)
    if not all(isinstance(text, str) for text in texts) or len(files) != len(listed):
        raise ValueError("its statement names no files, or one twice")
    if MANIFEST not in files:
        raise ValueError(f"its statement does not name {MANIFEST}")
    return Statement(files, value.get("predicate"))


def _describe_results(path: Path) -> Json:
    """The predicate: what ran when, with what, against what, and what came of it."""
    try:
        results = json.loads(path.read_bytes())
        run, summary = results["run"], results["summary"]
        return {
            "tool": run["tool"],
            **{name: run[name] for name in _TIMES},
            "target": {"name": run["target"], "baseUrl": run["base_url"]},
            "policy": {"id": run["policy"], "version": run["policy_version"]},
            "document": run["spec"],
            "mode": run["mode"],
            "seed": run["seed"],
            "digests": run["digests"],
            "word": results["verdict"]["word"],
            "why": results["verdict"]["why"],
            "clauses": summary["by_verdict"],
            "findings": summary["findings"],
            "requests": summary["requests"],
        }
    except OSError as error:
        raise RunDirectoryError(f"cannot read {path}: {error.strerror}") from None
    except _DAMAGE:
        raise RunDirectoryError(f"{path} is damaged: these are no results") from None
