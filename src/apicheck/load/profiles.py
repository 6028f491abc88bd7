"""Finds the profiles and clause sets that come with apicheck."""

from __future__ import annotations

from pathlib import Path

from apicheck.load.mistakes import did_you_mean
from apicheck.model.errors import Mistake, PolicyError

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "profiles", _PACKAGE.parent.parent / "openapi")
"""In an installed package; in a checkout."""
_CLAUSE_SETS = _PACKAGE / "clause_sets"


def profile_names() -> tuple[str, ...]:
    """Names of the installed profiles, sorted."""
    return tuple(sorted({p.parent.name for d in _PLACES for p in d.glob("*/policy.yaml")}))


def profile_dir(name: str) -> Path:
    """The folder that holds a profile's policy.yaml and openapi.yaml.

    Raises PolicyError for an unknown profile.
    """
    known = profile_names()
    if name in known:
        return next(d / name for d in _PLACES if (d / name / "policy.yaml").is_file())
    hint = did_you_mean(name, known)
    raise PolicyError(
        f'the profile "{name}" does not exist', (Mistake(name, 0, "", "unknown profile", hint),)
    )


def clause_set_names() -> tuple[str, ...]:
    """Names that a policy may include, sorted."""
    return tuple(sorted(path.stem for path in _CLAUSE_SETS.glob("*.yaml")))


def clause_set_file(name: str) -> Path:
    """The file of a clause set that comes with apicheck."""
    return _CLAUSE_SETS / f"{name}.yaml"
