"""The errors that apicheck raises: mistakes in the user's input, never a failing API.

ApicheckError
├── PolicyError            a policy, or a clause set that it includes
├── SpecError              an OpenAPI document
├── TargetError            apicheck.toml, the environment, an option
├── AttestationError       a file of attestations
├── CheckDefinitionError   the declaration of a check
├── BaselineError          a baseline of known findings
├── RecordingError         a recording of traffic
├── ScaffoldError          the skeleton of a check that cannot be written
├── RunDirectoryError      a saved run that cannot be read or written
└── TargetUnreachable      no server responds at the target's base URL
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake at one place: what was expected, and what to do about it.

    line: 1-based, 0 when unknown. path: dotted path inside the file, "" for the file itself.
    """

    file: str
    line: int
    path: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f" {self.path}:" if self.path else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{place}:{where} {self.message}{hint}"


class ApicheckError(Exception):
    """The user's input cannot be used; `mistakes` lists every mistake in it."""

    exit_code = 2

    def __init__(self, message: str, mistakes: tuple[Mistake, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.mistakes = mistakes

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {mistake}" for mistake in self.mistakes)])


class PolicyError(ApicheckError):
    """A policy, or a clause set that it includes, cannot be used."""


class SpecError(ApicheckError):
    """An OpenAPI document cannot be used."""


class TargetError(ApicheckError):
    """The target file, the environment or an option cannot be used."""


class AttestationError(ApicheckError):
    """A file of attestations cannot be used."""


class CheckDefinitionError(ApicheckError):
    """The declaration of a check is not valid."""


class BaselineError(ApicheckError):
    """A baseline of known findings cannot be used."""


class RecordingError(ApicheckError):
    """A recording of traffic cannot be used."""


class ScaffoldError(ApicheckError):
    """The skeleton of a new check cannot be written."""


class RunDirectoryError(ApicheckError):
    """A saved run cannot be read, or a run directory cannot be written."""


class TargetUnreachable(ApicheckError):
    """No server responds at the target's base URL, or at its control URL."""

    exit_code = 4
