"""The names that the author of a check imports: nouns by name, functions by module.

A check is a `Check` value named CHECK in a module of its own, with a page (`.md`) beside it. Its
script is a generator of steps: `exchange = yield from steps.send(request)`. Its judge is a pure
function of the transcript. Nothing here sends, sleeps or reads the clock.

Other modules of this package are imported the same way (`from apicheck.authoring import judging`),
and nouns that few checks need by their module (`from apicheck.authoring.facts import Bucket`).
"""

from apicheck import compare, schemas
from apicheck.model import date_forms, media_types, selector
from apicheck.model.check import ANYBODY, Applies, Check, Claims, Outcome
from apicheck.model.exchange import (
    Caller,
    Credential,
    Direction,
    Exchange,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.facts import ExpectedResponse, StatusSet
from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Operation
from apicheck.model.step import EndOfScript, Script, Send, Steps
from apicheck.model.subject import (
    UNIQUE,
    UNIQUE_LENGTH,
    Case,
    Recipe,
    RunContext,
    Subject,
    SubjectKind,
)
from apicheck.model.target import Identity, Minter, Mode
from apicheck.model.verdict import (
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Severity,
)
from apicheck.requests import alter, build, credentials, items, parameters, steps, versions
from apicheck.requests.alter import Part
from apicheck.requests.describe import describe
from apicheck.requests.versions import Versions

__all__ = [
    "ANYBODY",
    "MISSING",
    "UNIQUE",
    "UNIQUE_LENGTH",
    "Applies",
    "Caller",
    "Case",
    "Check",
    "Claims",
    "Confirm",
    "Credential",
    "Direction",
    "EndOfScript",
    "Exchange",
    "ExpectedResponse",
    "Failure",
    "Identity",
    "Inconclusive",
    "Json",
    "Judgement",
    "Minter",
    "Mode",
    "NotApplicable",
    "NotTested",
    "NotTestedKind",
    "Operation",
    "Outcome",
    "Part",
    "Recipe",
    "Request",
    "Response",
    "Role",
    "RunContext",
    "Script",
    "Send",
    "Severity",
    "StatusSet",
    "Steps",
    "Subject",
    "SubjectKind",
    "Transcript",
    "Versions",
    "alter",
    "build",
    "compare",
    "credentials",
    "date_forms",
    "describe",
    "items",
    "media_types",
    "parameters",
    "schemas",
    "selector",
    "steps",
    "versions",
]
