"""The state of a running server: its identities, objects and clock, and the faults that are on."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property

from apicheck.model.facts import Signature
from apicheck.model.json import Json
from apicheck.model.operation import Operation
from reference_server.document.profile import Profile
from reference_server.seam import Replacements, combine, in_force
from reference_server.state.clock import Clock
from reference_server.state.fixtures import make_fixtures
from reference_server.state.grants import Grants
from reference_server.state.identities import Client, Directory, Identity, Secrets
from reference_server.state.json_web_tokens import sign_token
from reference_server.state.limits import Limiter
from reference_server.state.received import Received
from reference_server.state.store import Store
from reference_server.state.subscriptions import Subscriptions
from reference_server.state.tls import Tls
from reference_server.state.variants import Variant
from reference_server.webhooks.signing import new_secret

TENANTS = ("a", "b")
LIMITED = "limited"
PUBLIC = "app"
"""The OAuth client that may get a single scope."""
_LOGGED = 10_000
_EXPIRED_SINCE_S = 3600.0


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What has become of a person's account. roles None: as before. identity: which was changed."""

    identity: str
    state: str = "active"
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Repeatable:
    """The response to a request with a key. body: of the request. at: epoch seconds."""

    body: bytes
    at: float
    reply: object


@dataclass(frozen=True, slots=True)
class IdentitySpec:
    """What a new identity should be. None: all scopes, permissions and roles, no end.

    scheme: of its credential; "": that of most operations, and one of every other as well.
    claims: of its JSON Web Tokens, over those that they would have.
    """

    scopes: tuple[str, ...] | None = None
    permissions: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    tenant: str = TENANTS[0]
    user: str = ""
    app: str = ""
    plan: str = ""
    state: str = "active"
    lifetime: float | None = None
    name: str = ""
    scheme: str = ""
    claims: Mapping[str, Json] = field(default_factory=dict)


def name_region(region: str) -> str:
    """The entry of requests to the host of a region."""
    return f"region {region}"


class ServerState:
    """Everything that changes while the server runs; `reset` brings back its beginning."""

    profile: Profile
    clock: Clock
    store: Store
    directory: Directory
    grants: Grants
    secrets: Secrets
    faults: tuple[str, ...]
    variant: Variant
    limiters: dict[tuple[str, ...], Limiter]
    subscriptions: Subscriptions
    requests: deque[dict[str, Json]]
    remembered: set[tuple[str, ...]]
    """What faults must remember from one request to the next."""
    kept: dict[tuple[str, ...], Json]
    """Values that faults keep from one request to the next."""
    accounts: dict[str, AccountChange]
    """User -> what has become of their account."""
    tls_url: str = ""
    """Where it listens with TLS; "" where it does not."""
    received: Received
    """What came where the policy is one of a receiver of webhooks."""
    receiver_secret: str
    """With which deliveries to it are signed; "" where there is none."""
    foreign_secret: str
    """That of another tenant, whose deliveries come to another URL; "" where there is none."""
    responses: dict[tuple[str, ...], Repeatable]
    """Caller, operation and key of a request -> what it got, so that it gets it again."""
    effects_by: Counter[str]
    """Id of an identity -> how often its requests changed the state."""
    handed_out: dict[tuple[str, str], list[str]]
    """Collection and id of an object -> identities whose credential was handed out with it."""

    def __init__(self, profile: Profile, seed: int | None = None) -> None:
        self.profile = profile
        self.secrets = Secrets(seed)
        self.receiver_secret = self._make_receiver_secret()
        self.foreign_secret = self._make_receiver_secret()
        self._clients = self._make_clients()
        self._public_clients = self._make_public_clients()
        self._parameters = self._make_parameters()
        self._first: tuple[Identity, ...] = ()
        self.directory = Directory((), ())
        self._minted = 0
        self._first = self._make_identities()
        self.reset()

    def reset(self) -> None:
        """As at the start: no objects, no effects, real time, honest, the first identities."""
        if hasattr(self, "subscriptions"):
            self.subscriptions.stop()
        self.clock = Clock()
        self.store = Store()
        for item in make_fixtures(self.profile, TENANTS):
            self.store.add(item)
        self.directory = Directory(self._first, (*self._clients, *self._public_clients))
        self.grants = Grants()
        self.variant = Variant()
        self.limiters = {}
        self.subscriptions = Subscriptions(
            self.profile, self.clock, self.secrets, self.tenant_parameters, self.faults_in_force
        )
        self.requests = deque(maxlen=_LOGGED)
        self.remembered = set()
        self.kept = {}
        self.accounts = {}
        self.responses = {}
        self.effects_by = Counter()
        self.handed_out = {}
        self.received = Received()
        self._failures: dict[str, int] = {}
        self.switch({})

    def switch(self, faults: Mapping[str, Replacements]) -> None:
        """Have exactly these faults: by their ids, what each puts in the places of seams."""
        self.faults = tuple(faults)
        self._replacements = combine(faults.values())

    def faults_in_force(self) -> AbstractContextManager[None]:
        """Have every seam replaced by the faults that are on, while this context lasts."""
        return in_force(self._replacements)

    def fail_next(self, operation: str, status: int) -> None:
        """Fail the next request of an operation with a status."""
        self._failures[operation] = status

    def take_failure(self, operation: Operation | None) -> int | None:
        """The failure that was asked for, once."""
        return self._failures.pop(operation.id, None) if operation else None

    def now(self) -> float:
        """The time, which may have been moved."""
        return self.clock.now() if hasattr(self, "clock") else time.time()

    def mint(
        self,
        *,
        scopes: tuple[str, ...] | None = None,
        tenant: str = TENANTS[0],
        lifetime: float | None = None,
        user: str = "",
    ) -> Identity:
        """A new identity from the token operation."""
        return self.make_identity(
            IdentitySpec(scopes=scopes, tenant=tenant, lifetime=lifetime, user=user)
        )

    def hand_out(self, holder: Identity, scheme: str, scopes: tuple[str, ...] | None) -> Identity:
        """Issue a further credential of an identity; scopes None: those of the identity."""
        return self.make_identity(
            IdentitySpec(
                scopes=holder.scopes if scopes is None else scopes,
                permissions=holder.permissions,
                roles=holder.roles,
                tenant=holder.tenant,
                user=holder.user,
                app=holder.app,
                plan=holder.plan,
                lifetime=self._find_lifetime(scheme),
                scheme=scheme,
            )
        )

    def _find_lifetime(self, scheme: str) -> float | None:
        """Tokens end; keys do not."""
        known = self.profile.spec.schemes.get(scheme)
        return self.profile.facts.authentication.lifetime_s if known and known.bearer else None

    def make_identity(self, spec: IdentitySpec) -> Identity:
        """A new identity, kept in the directory."""
        self._minted += 1
        name = spec.name or f"minted-{self._minted}"
        every_role = tuple(self.profile.facts.authorization.roles)
        now = self.now()
        expires = None if spec.lifetime is None else now + spec.lifetime
        if spec.state == "expired":
            expires = now - _EXPIRED_SINCE_S
        scheme, identity_id = spec.scheme or self._find_main_scheme(), f"id-{self._minted}"
        identity = Identity(
            id=identity_id,
            name=name,
            token=self._make_credential(scheme, identity_id, spec, expires),
            scheme=scheme,
            scopes=self.profile.scopes if spec.scopes is None else spec.scopes,
            permissions=self.profile.permissions if spec.permissions is None else spec.permissions,
            tenant=spec.tenant or TENANTS[0],
            roles=every_role if spec.roles is None else spec.roles,
            user=spec.user or f"user-{name}",
            app=spec.app or f"app-{spec.tenant or TENANTS[0]}",
            account=f"account-{spec.tenant or TENANTS[0]}",
            plan=spec.plan,
            state="active" if spec.state == "expired" else spec.state,
            parameters=self.tenant_parameters(spec.tenant or TENANTS[0]),
            expires=expires,
            credentials={}
            if spec.scheme
            else {
                other: self._make_credential(other, identity_id, spec, expires)
                for other in self._used_schemes
                if other != scheme
            },
        )
        self.directory.add(identity)
        return identity

    def _make_credential(
        self, scheme: str, identity_id: str, spec: IdentitySpec, expires: float | None
    ) -> str:
        """A new credential of a scheme."""
        known = self.profile.spec.schemes.get(scheme)
        if known is not None and known.jwt:
            facts = self.profile.facts.authentication.jwt
            return sign_token(facts, identity_id, self.now(), expires, spec.claims)
        basic = known is not None and known.http_scheme == "basic"
        return self.secrets.basic() if basic else self.secrets.token()

    @cached_property
    def _used_schemes(self) -> tuple[str, ...]:
        """The schemes that some operation takes, but for what the connection presents."""
        used = {
            name: self.profile.spec.schemes[name]
            for rules in self.profile.rules.values()
            for option in rules.security
            for name, _ in option
            if name in self.profile.spec.schemes
        }
        return tuple(name for name, scheme in used.items() if scheme.kind != "mutualTLS")

    def tenant_parameters(self, tenant: str) -> dict[str, str]:
        """The path parameters that belong to a tenant."""
        return dict(self._parameters.get(tenant, {}))

    def tenant_of(self, parameter: str, value: str) -> str | None:
        """The tenant that a path parameter names, None for none."""
        for tenant, parameters in self._parameters.items():
            if parameters.get(parameter) == value:
                return tenant
        return None

    @cached_property
    def tls(self) -> Tls | None:
        """What it speaks on the listeners with TLS; None where the policy says nothing of TLS."""
        promised = self.profile.facts.transport
        said = promised.https or promised.plain or promised.tls or promised.hosts
        if not said and self.profile.webhooks is not None:
            said = self.profile.webhooks.receiver and self.profile.webhooks.https
        return Tls(promised.tls, self.last_region) if said else None

    @property
    def last_region(self) -> str:
        """The entry of the last region of the policy; "" where it has none."""
        regions = tuple(self.profile.facts.transport.hosts)
        return name_region(regions[-1]) if regions else ""

    @property
    def first_identities(self) -> tuple[Identity, ...]:
        """Those that are there from the start."""
        return self._first

    @property
    def clients(self) -> tuple[Client, ...]:
        """The OAuth clients: one a tenant, and one of few scopes; none without token operation."""
        return self._clients

    @property
    def public_clients(self) -> tuple[Client, ...]:
        """One without a secret, where there are authorization codes."""
        return self._public_clients

    def _find_main_scheme(self) -> str:
        """The scheme with which most operations are called."""
        for rules in self.profile.rules.values():
            for requirement in rules.security[:1] if rules.secured else ():
                for name, _ in requirement:
                    return name
        return next(iter(self.profile.spec.schemes), "")

    def _make_clients(self) -> tuple[Client, ...]:
        oauth = self.profile.facts.oauth
        if oauth is None or not oauth.token:
            return ()
        names = {tenant: (tenant, None) for tenant in TENANTS} | {
            LIMITED: (TENANTS[0], self.profile.scopes[:1])
        }
        return tuple(
            Client(
                f"client-{name}-{self.secrets.token(16)}",
                self.secrets.token(),
                tenant,
                name,
                f"https://{name}.example/callback",
                scopes,
            )
            for name, (tenant, scopes) in names.items()
            if scopes != ()
        )

    def _make_public_clients(self) -> tuple[Client, ...]:
        oauth, schemes = self.profile.facts.oauth, self.profile.spec.schemes.values()
        authorizes = any(one.authorization_url for one in schemes)
        if oauth is None or not oauth.token or not (oauth.authorize or authorizes):
            return ()
        redirect = f"https://{PUBLIC}.example/callback"
        return (Client(f"client-{PUBLIC}", "", TENANTS[0], PUBLIC, redirect, public=True),)

    def _make_receiver_secret(self) -> str:
        webhooks = self.profile.webhooks
        if webhooks is None or not webhooks.receiver:
            return ""
        scheme = webhooks.signature if isinstance(webhooks.signature, Signature) else None
        return new_secret(scheme, self.secrets.key(), self.secrets.token())

    def _make_parameters(self) -> Mapping[str, Mapping[str, str]]:
        names = [tenant.parameter for tenant in self.profile.facts.authorization.tenants]
        return {
            tenant: {name: f"{tenant}{self.secrets.token(7).lower()}" for name in names}
            for tenant in TENANTS
        }

    def _make_identities(self) -> tuple[Identity, ...]:
        """Admin, the same of the other tenant, and one of each state that the policy names."""
        plan = (
            next(iter(self.profile.facts.rate_limits.plans), "")
            if (self.profile.facts.rate_limits)
            else ""
        )
        specs = [
            IdentitySpec(name="admin", plan=plan),
            IdentitySpec(name="other", tenant=TENANTS[1], plan=plan),
        ]
        specs += [
            IdentitySpec(name=state, state=state, plan=plan)
            for state in self.profile.facts.authentication.states
        ]
        return tuple(self.make_identity(spec) for spec in specs)
