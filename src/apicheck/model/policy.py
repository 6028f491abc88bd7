"""A policy: its clauses, and the facts they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.errors import Mistake
from apicheck.model.facts import Facts, Selector, Webhooks
from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.target import Ref
from apicheck.model.verdict import Grade, Level

PROVIDER_ACTORS = ("provider", "provider-process")

OTHER_ACTORS = {
    "provider": "it binds the provider",
    "client": (
        "it binds the partner's client, which only a sandbox can watch, and there is none yet"
    ),
    "receiver": "it binds the partner's webhook receiver, which apicheck receiver tests",
    "partner-organisation": "it binds the partner's organisation",
    "provider-process": "it is a duty of the provider's organisation",
}
"""Actor -> why a run that tests another party does not judge a clause."""

ATTESTERS = {
    "provider": "whoever runs the API",
    "provider-process": "the provider's organisation",
    "client": "whoever builds the partner's client",
    "receiver": "whoever runs the partner's receiver",
    "partner-organisation": "the partner's organisation",
}
"""Actor -> who can answer a clause's question."""


@dataclass(frozen=True, slots=True)
class Example:
    """One step of a clause's `example:`.

    identity: name of the identity to act as, "" for the one with every right, "nobody".
    send: {path, query, headers, body}; strings may be runtime expressions that name earlier
    steps (`$steps.create.response.body#/id`). expect: {status, body: subset, headers}.
    """

    id: str
    operation: str
    identity: str
    send: Mapping[str, Json]
    expect: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Clause:
    """One normative sentence. `quote` is the source's own words, `statement` ours."""

    id: str
    section: str = ""
    title: str = ""
    quote: str = ""
    statement: str = ""
    level: Level = Level.MUST
    actors: tuple[str, ...] = ("provider",)
    source: str = ""
    grade: Grade = Grade.SOURCE
    checks: tuple[str, ...] = ()
    """Check ids, families (`auth/*`), or single outcomes (`errors/allow#missing`)."""
    facts: tuple[str, ...] = ()
    """Fact paths inside which a result counts for this clause; () for all."""
    ops: Selector | None = None
    example: tuple[Example, ...] = ()
    attest: str = ""
    untested: str = ""
    """Why no check tests it, where its actors are not the reason."""
    ambiguity: str = ""
    """What the source leaves open."""
    contradiction: str = ""
    """What else the source says, or its other pages, and which of the two is in force."""
    readings: tuple[str, ...] = ()
    line: int = 0
    file: str = ""
    heading: str = ""
    """What the source calls the section."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published text from which clauses are quoted."""

    name: str
    url: str = ""
    retrieved: str = ""
    grade: Grade = Grade.SOURCE
    digest: str = ""


@dataclass(frozen=True, slots=True)
class FactOrigin:
    """One effective fact: its dotted path, its value as JSON, and where it comes from.

    kind: "policy", "include", "document", "default", "reading", "target".
    place: `policy.yaml:31`, `openapi.yaml#/components/securitySchemes/bearer`, a set's name.
    """

    path: str
    value: Json
    kind: str
    place: str
    grade: Grade = Grade.SOURCE


@dataclass(frozen=True, slots=True)
class Policy:
    """The clauses and facts in force: includes merged, readings applied."""

    id: str
    version: str
    title: str
    clauses: tuple[Clause, ...]
    facts: Facts
    sources: Mapping[str, Source] = field(default_factory=dict)
    origins: tuple[FactOrigin, ...] = ()
    grades: Mapping[str, Grade] = field(default_factory=dict)
    """Fact path -> grade; any other path has the grade of the clause."""
    refs: tuple[Ref, ...] = ()
    readings: tuple[str, ...] = ()
    """Readings that can be chosen with `--reading` or in the target file."""
    earlier: tuple[Spec, ...] = field(default=(), compare=False)
    """The documents of `versioning.history`, in its order."""
    file: str = ""
    digest: str = ""
    unread: tuple[Mistake, ...] = ()
    """Parts of the files that it includes which are no facts, and why."""

    @property
    def actor(self) -> str:
        """The party that is tested: the provider, or the receiver of its webhooks."""
        receives = isinstance(self.facts.webhooks, Webhooks) and self.facts.webhooks.receiver
        return "receiver" if receives else "provider"

    def clause(self, clause_id: str) -> Clause:
        """The clause of an id. Raises KeyError when there is none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)


def list_separate_facts(policy: Policy) -> tuple[str, ...]:
    """List the facts of which each is a promise of its own: buckets and response rules."""
    buckets = policy.facts.rate_limits.buckets if policy.facts.rate_limits else {}
    rules = policy.facts.responses
    return (*(f"rate_limits.{b}" for b in buckets), *(f"responses.{r}" for r in rules))


def paths_overlap(one: str, other: str) -> bool:
    """Whether two fact paths are the same, or one is inside the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
