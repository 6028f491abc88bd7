"""The manifest of a run: a digest of each file, to notice changes.

It proves no authorship; a signature over it does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apicheck.model.errors import RunDirectoryError
from apicheck.report import FILE_NAMES
from apicheck.run.directory import encode_json, write

MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
_SCHEMA = "apicheck-manifest/1"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file since its run, in words.

    judged: whether results depend on it. new: the run has not written it.
    """

    file: str
    words: str
    judged: bool
    new: bool = False

    def __str__(self) -> str:
        return f"{self.file} {self.words}"


def write_manifest(directory: Path, versions: Mapping[str, str], seed: int) -> Path:
    """Write the digest of every file of the run."""
    content = {
        "schema": _SCHEMA,
        "seed": seed,
        "versions": dict(versions),
        "files": {
            name: {"sha256": _hash_file(path), "bytes": path.stat().st_size}
            for name, path in _list_files(directory).items()
            if name != MANIFEST
        },
    }
    return write(directory / MANIFEST, encode_json(content))


def has_manifest(directory: Path) -> bool:
    """Whether a run has a manifest: it has none before its end."""
    return (directory / MANIFEST).is_file()


def find_changes(directory: Path) -> tuple[Change, ...]:
    """Find the files that changed, vanished or came since the manifest was written.

    Raises RunDirectoryError where there is no manifest, or none that can be read.
    """
    return tuple(
        change
        for change in compare_files(directory, _read_manifest(directory))
        if change.file != MANIFEST
    )


def compare_files(directory: Path, listed: Mapping[str, str]) -> tuple[Change, ...]:
    """Compare the files of a run with the digests that it had, by name."""
    found = _list_files(directory)
    judged = frozenset(listed) - frozenset(FILE_NAMES.values())
    changes = []
    for name, digest in sorted(listed.items()):
        if name not in found:
            changes.append(Change(name, "is missing", name in judged))
        elif _hash_file(found[name]) != digest:
            changes.append(Change(name, "was changed", name in judged))
    changes += [
        Change(name, "came later", judged=False, new=True)
        for name in sorted(found)
        if name not in listed
    ]
    return tuple(changes)


def read_digests(directory: Path) -> Mapping[str, str]:
    """Read the digest of every file of the run by its name, with that of the manifest itself.

    Raises RunDirectoryError where there is no manifest, or none that can be read.
    """
    return {**_read_manifest(directory), MANIFEST: hash_manifest(directory)}


def hash_manifest(directory: Path) -> str:
    """Hash the manifest itself."""
    return _hash_file(directory / MANIFEST)


def _hash_file(path: Path) -> str:
    """Hash a file with SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(directory: Path) -> Mapping[str, str]:
    path = directory / MANIFEST
    try:
        content = json.loads(path.read_bytes())
        if content["schema"] != _SCHEMA:
            raise RunDirectoryError(f"{path} does not have the schema {_SCHEMA}")
        return {str(name): str(one["sha256"]) for name, one in content["files"].items()}
    except FileNotFoundError:
        raise RunDirectoryError(
            f"{directory} has no {MANIFEST}: its run did not end, or somebody removed it"
        ) from None
    except OSError as error:
        raise RunDirectoryError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise RunDirectoryError(f"{path} is damaged: it is no manifest") from None


def _list_files(directory: Path) -> dict[str, Path]:
    """The files by name, without the signature, which no digest can cover."""
    found = (path for path in sorted(directory.rglob("*")) if path.is_file())
    names = {path.relative_to(directory).as_posix(): path for path in found}
    return {name: path for name, path in names.items() if name != SIGNATURE}
