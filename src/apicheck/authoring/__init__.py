"""All that the author of a check imports.

A check is a `Check` value named CHECK in a module of its own, with a page (`.md`) beside it.
Its script is a generator of steps; `yield from` the functions here gives typed answers. Its
judge is a pure function of the transcript. Nothing here sends, sleeps or reads the clock.
"""

from apicheck.authoring.challenges import ReceivedChallenge, challenges
from apicheck.authoring.credentials import credentials_of, fills, placed, secret_of
from apicheck.authoring.expressions import evaluated
from apicheck.authoring.fields import Link, http_date, instant, links, structured_date
from apicheck.authoring.folds import Tallies, each
from apicheck.authoring.judging import (
    covers,
    describe,
    due,
    in_force,
    refused,
    wrong_status,
)
from apicheck.authoring.order import decided_first, first_refusal
from apicheck.authoring.requests import (
    control,
    filled_in,
    identity_of,
    prepared,
)
from apicheck.authoring.steps import (
    ask,
    mint,
    receive,
    send,
    send_raw,
    stop,
    together,
    wait,
)
from apicheck.model.check import Applies, Check, Claims, Fail, Fold, Seen
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
from apicheck.model.facts import (
    NEVER,
    Answer,
    Bucket,
    Challenge,
    Deprecation,
    HeaderRule,
    Never,
    RateHeaders,
    RateLimits,
    ResponseRule,
    Signature,
    StatusSet,
    Subscriptions,
    Tenant,
    Webhooks,
)
from apicheck.model.json import MISSING, Json, at, contains, with_value
from apicheck.model.operation import HeaderDoc, Media, ResponseDoc
from apicheck.model.policy import Example
from apicheck.model.selector import path_selected, selects
from apicheck.model.step import Script, Send, Steps
from apicheck.model.subject import UNIQUE, Case, Recipe, Subject, SubjectKind, World
from apicheck.model.target import Identity
from apicheck.model.verdict import (
    Confirm,
    Fails,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Severity,
)
from apicheck.schemas import resolve, schema_errors

__all__ = [
    "MISSING",
    "NEVER",
    "UNIQUE",
    "Answer",
    "Applies",
    "Bucket",
    "Caller",
    "Case",
    "Challenge",
    "Check",
    "Claims",
    "Confirm",
    "Credential",
    "Deprecation",
    "Direction",
    "Example",
    "Exchange",
    "Fail",
    "Fails",
    "Fold",
    "HeaderDoc",
    "HeaderRule",
    "Identity",
    "Inconclusive",
    "Json",
    "Judgement",
    "Link",
    "Media",
    "Never",
    "NotApplicable",
    "NotTested",
    "NotTestedKind",
    "RateHeaders",
    "RateLimits",
    "ReceivedChallenge",
    "Recipe",
    "Request",
    "Response",
    "ResponseDoc",
    "ResponseRule",
    "Role",
    "Script",
    "Seen",
    "Send",
    "Severity",
    "Signature",
    "StatusSet",
    "Steps",
    "Subject",
    "SubjectKind",
    "Subscriptions",
    "Tallies",
    "Tenant",
    "Transcript",
    "Webhooks",
    "World",
    "ask",
    "at",
    "challenges",
    "contains",
    "control",
    "covers",
    "credentials_of",
    "decided_first",
    "describe",
    "due",
    "each",
    "evaluated",
    "filled_in",
    "fills",
    "first_refusal",
    "http_date",
    "identity_of",
    "in_force",
    "instant",
    "links",
    "mint",
    "path_selected",
    "placed",
    "prepared",
    "receive",
    "refused",
    "resolve",
    "schema_errors",
    "secret_of",
    "selects",
    "send",
    "send_raw",
    "stop",
    "structured_date",
    "together",
    "wait",
    "with_value",
    "wrong_status",
]
