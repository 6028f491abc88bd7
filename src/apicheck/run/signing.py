"""The signature of a run: made over its manifest, and verified against its files."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from apicheck.model.errors import RunDirectoryError
from apicheck.run.directory import encode_json, write
from apicheck.run.envelope import (
    Envelope,
    Signature,
    decode_envelope,
    decode_payload,
    encode_envelope,
)
from apicheck.run.keys import PublicKey, SigningKey
from apicheck.run.manifest import SIGNATURE, Change, compare_files, find_changes
from apicheck.run.statement import (
    PAYLOAD_TYPE,
    Statement,
    decode_statement,
    encode_statement,
    make_statement,
)

_LARGEST = 4 * 1024 * 1024
_KEY_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a signed run. refusals: why it is not as it was signed, in words."""

    refusals: tuple[str, ...]
    changes: tuple[Change, ...] = ()


def sign_run(directory: Path, key: SigningKey) -> Path:
    """Sign a run that is over, beside the signatures that it has.

    Raises RunDirectoryError where its files are not as the run wrote them.
    """
    changes = [str(change) for change in find_changes(directory) if not change.new]
    if changes:
        raise RunDirectoryError(
            f"{directory} is not as its run left it: {', '.join(changes)}; it is not signed"
        )
    made = encode_statement(make_statement(directory))
    envelope = Envelope(PAYLOAD_TYPE, encode_json(made))
    if (directory / SIGNATURE).exists():
        envelope = _read_envelope(directory)
        if envelope.payload_type != PAYLOAD_TYPE or _decode(directory, envelope) != json.loads(
            encode_json(made)
        ):
            raise RunDirectoryError(
                f"{directory / SIGNATURE} signs something else than this run: remove it first"
            )
    if not _has_signed(key.public, envelope):
        added = Signature(key.sign(envelope.signed_bytes), key.public.id)
        envelope = replace(envelope, signatures=(*envelope.signatures, added))
    return write(directory / SIGNATURE, encode_json(encode_envelope(envelope)))


def list_signers(directory: Path) -> tuple[str, ...]:
    """List the ids of the keys that a run says it was signed with; nothing is verified."""
    if not (directory / SIGNATURE).exists():
        return ()
    return _name_keys(_read_envelope(directory))


def verify_run(directory: Path, keys: Sequence[PublicKey]) -> Verified:
    """Verify that each of the keys signed the run, and that its files are as they were signed.

    Raises RunDirectoryError where there is no signature, or none that can be read.
    """
    envelope = _read_envelope(directory)
    refusals = [_explain(key, envelope) for key in keys if not _has_signed(key, envelope)]
    if refusals:
        return Verified(tuple(refusals))
    if envelope.payload_type != PAYLOAD_TYPE:
        raise _damaged(directory, f"it signs {envelope.payload_type[:80]!r}, no statement")
    try:
        statement = decode_statement(decode_payload(envelope))
    except ValueError as error:
        raise _damaged(directory, str(error)) from None
    changes = compare_files(directory, statement.files)
    if all(change.new for change in changes):
        refusals = _contradict(directory, statement)
    return Verified(tuple(refusals), changes)


def _contradict(directory: Path, statement: Statement) -> list[str]:
    """Whether a statement is one about the files that it names."""
    if make_statement(directory) == statement:
        return []
    return [f"the signed statement is not what {directory} says: its key signed what never was"]


def _has_signed(key: PublicKey, envelope: Envelope) -> bool:
    """Whether a key signed an envelope, whatever names its signatures go by."""
    signed = envelope.signed_bytes
    return any(key.accepts(one.value, signed) for one in envelope.signatures)


def _explain(key: PublicKey, envelope: Envelope) -> str:
    names = _name_keys(envelope)
    if key.id in names:
        return f"{SIGNATURE} was changed after the key {key.id} signed it"
    said = f"it names {', '.join(names)}" if names else "it names no key"
    return f"{SIGNATURE} has no signature of the key {key.id}; {said}"


def _name_keys(envelope: Envelope) -> tuple[str, ...]:
    """The keys by the ids of apicheck; what other signers write is no id."""
    found = dict.fromkeys(one.key_id for one in envelope.signatures)
    return tuple(name if _KEY_ID.fullmatch(name) else "a key without an id" for name in found)


def _read_envelope(directory: Path) -> Envelope:
    path = directory / SIGNATURE
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise RunDirectoryError(
            f"{directory} has no {SIGNATURE}: nobody signed it, or somebody removed the signature"
        ) from None
    except OSError as error:
        raise RunDirectoryError(f"cannot read {path}: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise _damaged(directory, "it is larger than 4 MiB")
    try:
        return decode_envelope(content)
    except ValueError as error:
        raise _damaged(directory, str(error)) from None


def _decode(directory: Path, envelope: Envelope) -> object:
    try:
        return decode_payload(envelope)
    except ValueError as error:
        raise _damaged(directory, str(error)) from None


def _damaged(directory: Path, words: str) -> RunDirectoryError:
    return RunDirectoryError(f"{directory / SIGNATURE} is no signature of a run: {words}")
