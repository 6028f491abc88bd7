"""The system under test, and the credentials with which it is tested."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from apicheck.model.facts import Selector
from apicheck.model.json import Json
from apicheck.model.operation import SecurityScheme
from apicheck.model.waiver import Waiver


class Mode(StrEnum):
    """Which requests a run may send."""

    PASSIVE = "passive"
    READ_ONLY = "read-only"
    REFUSALS = "refusals"
    """Safe methods, and requests that a correct server must refuse."""
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Identity:
    """A credential with what it may do. The secret itself is in the `Secrets`.

    placeholder: stands for the secret everywhere (`$APICHECK_ADMIN_TOKEN`).
    scheme: name of a security scheme of the document; "" for the first that fits.
    scopes, permissions, roles None: not known, all are assumed. state: active, expired, revoked,
    pending, suspended, terminated. exclusive: no other client uses it. disposable: a run may
    use it up (revoke it, exceed its limits). parameters: path parameters that belong to it (an
    account segment). declared: where its rights, or else it itself, are declared:
    "apicheck.toml:7", or the option.
    """

    name: str
    placeholder: str
    scheme: str = ""
    scopes: tuple[str, ...] | None = None
    permissions: tuple[str, ...] | None = None
    tenant: str = ""
    user: str = ""
    app: str = ""
    account: str = ""
    plan: str = ""
    roles: tuple[str, ...] | None = None
    state: str = "active"
    exclusive: bool = False
    disposable: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    fixtures: Mapping[str, Json] = field(default_factory=dict)
    """Parameter or member of a body -> value, of objects that belong to it."""
    credentials: Mapping[str, str] = field(default_factory=dict)
    """Scheme -> placeholder of a credential that it has besides `placeholder`."""
    declared: str = ""
    minter: str = ""
    """The client that gets its token when it is first needed; "" for a credential that is given."""


@dataclass(frozen=True, slots=True)
class Minter:
    """An OAuth client that gets tokens with any set of scopes for one tenant.

    client_secret: placeholder; "" for a public client (RFC 6749, section 2.1), which has none.
    redirect_uri: the one that is registered for it; "" for a client without authorization codes.
    """

    name: str
    token_url: str
    client_id: str
    """Placeholder, or the id itself where the target file has it."""
    client_secret: str
    tenant: str = ""
    scopes: tuple[str, ...] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    redirect_uri: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """How a person approves an authorization request, where no person is at hand.

    identity: the person, "" for nobody. scheme: which of its credentials goes with the request,
    "" for the usual one. form: fields that are posted with the request; {}: it is a GET.
    command: a program that does it in their place: it is given the URL, and prints the one that
    the browser was sent back to. folder: where it runs, that of the target file.
    """

    identity: str = ""
    scheme: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a bucket on this target, in place of the policy's.

    use_up: the run may send as many requests, and wait as long, as it takes to reach the limit.
    """

    limit: int | None = None
    window_s: float | None = None
    use_up: bool = False


@dataclass(frozen=True, slots=True)
class Safety:
    """What a run may send. mode None: full on loopback, read-only elsewhere.

    skip: selectors of operations that are never sent. allow: selectors of operations that are sent
    although they may end a credential, an account or the server.
    """

    mode: Mode | None = None
    hosts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    max_requests: int | None = None
    max_seconds: float | None = None
    skip: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a parameter, or a member of a body, takes its value from.

    sources: operations whose response has it; the first that the run may send is asked. pointer:
    JSON Pointer into the body of the response, "" for where responses usually have an id.
    ops: the operations for whose requests this holds; None for all.
    """

    name: str
    sources: tuple[str, ...]
    pointer: str = ""
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Where webhooks are received. public_url: what the target calls, "" for `listen`."""

    listen: str = "127.0.0.1:0"
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """Where the ids of the deliveries stand that a receiver has processed; one of the three.

    url: a GET of it shows them. file: a log. command: prints them. Folders are resolved.
    """

    url: str = ""
    file: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tls:
    """Transport security of the connection to the target."""

    ca_file: str = ""
    client_cert: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the API is besides its base URL; "" where it is not known.

    https_url: by TLS; often the base URL itself. plain_url: by plain HTTP, where the API refuses
    requests or redirects them. regions: region -> URL of its host. plain_credentials: credentials
    may be sent to plain_url although others may read them on the way.
    """

    https_url: str = ""
    plain_url: str = ""
    regions: Mapping[str, str] = field(default_factory=dict)
    plain_credentials: bool = False

    @property
    def urls(self) -> frozenset[str]:
        """Every URL that a request may go to."""
        return frozenset({self.https_url, self.plain_url, *self.regions.values()} - {""})


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy. url: without credentials. named_by: what names it, in words.

    credentials: placeholder of its Basic credentials, "" for none.
    """

    url: str
    named_by: str
    credentials: str = ""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Placeholders and the secrets they stand for. Never printed, recorded or compared."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """The target, complete: file, environment and options merged."""

    name: str
    base_url: str
    identities: Mapping[str, Identity] = field(default_factory=dict)
    minters: tuple[Minter, ...] = ()
    public_clients: tuple[Minter, ...] = ()
    """OAuth clients that have no secret, and get tokens by authorization codes alone."""
    consent: Consent | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)
    out_of_scope: Mapping[str, str] = field(default_factory=dict)
    """Clause id -> reason."""
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    """Clause id -> its waiver."""
    confirmed: Mapping[str, str] = field(default_factory=dict)
    """Fact path -> the operator's confirmation, which lifts the cap of an assumed fact."""
    readings: tuple[str, ...] = ()
    listener: Listener | None = None
    control_url: str = ""
    receiver_secret: str = ""
    """Placeholder of the secret with which deliveries to a receiver are signed; "" for none."""
    foreign_secret: str = ""
    """Placeholder of another tenant's secret, which must sign nothing valid; "" for none."""
    load: bool = False
    """Whether many deliveries may be sent to a receiver in a short time."""
    effects: Effects | None = None
    fixtures: Mapping[str, Json] = field(default_factory=dict)
    """Parameter name or "operationId" -> value, for requests that work."""
    refs: tuple[Ref, ...] = ()
    safety: Safety = field(default_factory=Safety)
    tls: Tls = field(default_factory=Tls)
    endpoints: Endpoints = field(default_factory=Endpoints)
    proxies: Mapping[str, Proxy] = field(default_factory=dict)
    """Host -> the proxy before it; hosts without one are not in it."""
    headers: tuple[tuple[str, str], ...] = ()
    base_path: str | None = None
    """In place of the path of the document's server; None for that one."""
    schemes: Mapping[str, SecurityScheme] = field(default_factory=dict)
    """Security schemes beside those of the document."""
    security: Mapping[str, Selector] = field(default_factory=dict)
    """Scheme name, or "none" -> operations; the policy goes before it."""
    file: str = ""
    secrets: Secrets = field(default_factory=Secrets, repr=False, compare=False)


def usual_plan(target: Target) -> str:
    """The plan of a run's identities: that of the first that names one; "" for none."""
    return next((identity.plan for identity in target.identities.values() if identity.plan), "")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
