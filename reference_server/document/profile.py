"""A profile as the server reads it: which rules apply to which operation.

Decided here, from document and policy, independently of how apicheck plans its checks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from apicheck.load import load_policy, load_spec, profile_dir, profile_names
from apicheck.model.facts import Bucket, Deprecation, Facts, Selector, Versioning, Webhooks
from apicheck.model.operation import Operation, SecurityRequirement, Spec
from apicheck.model.policy import Policy
from apicheck.model.selector import selects
from reference_server.document.resources import Use, find_uses
from reference_server.document.routing import Routes
from reference_server.document.schemas import Schemas

DEFAULT_ORDER = (
    "transport", "route", "method", "credential", "account", "scope", "rate", "media", "body",
    "object", "state",
)  # fmt: skip

MANY, LOWERED = 1000, 60
"""Limits of more requests than this are lowered to that, where the server is told to."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What applies to one operation.

    security: alternatives, each the schemes that are needed together. scopes, permissions: all
    of them are needed. roles: one of them is. bucket: counts its requests, and so do those of
    `also`.
    """

    operation: Operation
    use: Use
    secured: bool
    security: tuple[SecurityRequirement, ...]
    scopes: tuple[str, ...]
    permissions: tuple[str, ...]
    roles: tuple[str, ...]
    buckets: tuple[Bucket, ...]
    deprecation: Deprecation | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A policy and its document, with everything derived that requests need."""

    directory: Path
    spec: Spec
    policy: Policy
    routes: Routes
    schemas: Schemas
    rules: Mapping[str, Rules]
    secured: frozenset[str]
    """The operations that need a credential."""
    order: tuple[str, ...]
    scopes: tuple[str, ...]
    """Every scope there is."""
    permissions: tuple[str, ...]
    version_places: tuple[tuple[int, str], ...]
    """Which segment of paths is a version, and which version; the current one first."""
    promised: frozenset[str]
    """The paths of the facts that the policy or its document states, and what they are parts of."""
    lowered: Mapping[str, int] = field(default_factory=dict)
    """Bucket -> its limit on this server, where that is not the policy's."""
    _taken: dict[tuple[Selector, str], bool] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    """What `takes` found: every rule asks it of every request."""

    @property
    def facts(self) -> Facts:
        """What the policy promises."""
        return self.policy.facts

    @property
    def webhooks(self) -> Webhooks | None:
        """What it promises of webhooks, None when it has none."""
        return self.facts.webhooks if isinstance(self.facts.webhooks, Webhooks) else None

    def takes(self, selector: Selector, operation: Operation) -> bool:
        """Whether a selector takes an operation."""
        found = self._taken.get((selector, operation.id))
        if found is None:
            found = selects(selector, operation, self.facts.operations, self.secured)
            self._taken[selector, operation.id] = found
        return found


def read_profile(name: str, *, lowers_limits: bool = False) -> Profile:
    """The profile of a directory, or of a packaged name.

    lowers_limits: a limit of many requests is lower, as staging servers have it. It is then used
    up with few requests, and everything else about it stays as it was.
    """
    directory = profile_dir(name) if name in profile_names() else Path(name)
    spec = load_spec(directory / "openapi.yaml")
    policy = load_policy(directory / "policy.yaml", spec)
    lowered = _find_high_limits(policy.facts) if lowers_limits else ()
    made = build_profile(directory, spec, _lower_limits(policy, lowered))
    return replace(made, lowered=dict.fromkeys(lowered, LOWERED))


def _find_high_limits(facts: Facts) -> tuple[str, ...]:
    """The buckets with a limit of many requests."""
    buckets = facts.rate_limits.buckets if facts.rate_limits else {}
    return tuple(name for name, bucket in buckets.items() if (bucket.limit or 0) > MANY)


def _lower_limits(policy: Policy, names: Collection[str]) -> Policy:
    limits = policy.facts.rate_limits
    if limits is None or not names:
        return policy
    lowered = {name: replace(limits.buckets[name], limit=LOWERED) for name in names}
    limits = replace(limits, buckets={**limits.buckets, **lowered})
    return replace(policy, facts=replace(policy.facts, rate_limits=limits))


def build_profile(directory: Path, spec: Spec, policy: Policy) -> Profile:
    """A profile from what was loaded."""
    facts = policy.facts
    security = {operation.id: _find_security(operation, facts) for operation in spec.operations}
    declared = frozenset(
        name for name, alternatives in security.items() if alternatives and all(alternatives)
    )
    open_to_all = facts.authentication.anonymous_may
    secured = frozenset(
        operation.id
        for operation in spec.operations
        if operation.id in declared
        and not (open_to_all and selects(open_to_all, operation, facts.operations, declared))
    )

    def takes(selector: Selector | None, operation: Operation) -> bool:
        return selector is not None and selects(selector, operation, facts.operations, secured)

    def scopes_of(operation: Operation) -> tuple[str, ...]:
        named = tuple(s for s, ops in facts.authorization.scopes.items() if takes(ops, operation))
        documented = dict.fromkeys(
            scope
            for requirement in security[operation.id][:1]
            for _, scopes in requirement
            for scope in scopes
        )
        return named or tuple(documented)

    def buckets_of(operation: Operation) -> tuple[Bucket, ...]:
        limits = facts.rate_limits
        if limits is None:
            return ()
        sizes = {
            bucket.name: sum(takes(bucket.ops, other) for other in spec.operations)
            for bucket in limits.buckets.values()
            if takes(bucket.ops, operation)
        }
        rest = [b.name for b in limits.buckets.values() if b.ops is None]
        if sizes:
            chosen = min(sizes, key=lambda name: sizes[name])
        elif rest and operation.id in secured:
            chosen = rest[0]
        else:
            return ()
        also = limits.buckets[chosen].also
        return tuple(limits.buckets[name] for name in (chosen, *also) if name in limits.buckets)

    def deprecation_of(operation: Operation) -> Deprecation | None:
        every = facts.versioning.deprecations if facts.versioning else ()
        return next((item for item in every if takes(item.ops, operation)), None)

    used = find_uses(spec, _find_listings(facts))
    rules = {
        operation.id: Rules(
            operation,
            used[operation.id],
            operation.id in secured,
            security[operation.id],
            scopes_of(operation) if operation.id in secured else (),
            tuple(w for w, ops in facts.authorization.permissions.items() if takes(ops, operation))
            if operation.id in secured
            else (),
            tuple(r for r, ops in facts.authorization.roles.items() if takes(ops, operation)),
            buckets_of(operation),
            deprecation_of(operation),
        )
        for operation in spec.operations
    }
    every_scope = dict.fromkeys(
        [scope for rule in rules.values() for scope in rule.scopes]
        + list(facts.authorization.scopes)
    )
    return Profile(
        directory,
        spec,
        policy,
        Routes(spec.operations),
        Schemas(spec.document),
        rules,
        secured,
        _complete_order(facts),
        tuple(every_scope),
        tuple(facts.authorization.permissions),
        _find_version_places(spec, facts.versioning),
        _find_promised(policy),
    )


def _find_version_places(spec: Spec, versioning: Versioning | None) -> tuple[tuple[int, str], ...]:
    if versioning is None:
        return ()
    served = {
        versioning.form.replace("{version}", name): name
        for name, one in versioning.versions.items()
        if one.is_served or one.state == "retired"
    }
    found = {
        (place, served[segment])
        for operation in spec.operations
        for place, segment in enumerate(operation.path.split("/"))
        if segment in served
    }
    return tuple(sorted(found, key=lambda one: (versioning.versions[one[1]].state, one)))


_UNSIGNED = ("webhooks.signature", "none")
"""The promise of no signature, which is none that a fault of signing could break."""


def _find_promised(policy: Policy) -> frozenset[str]:
    stated = (
        origin.path.split(".")
        for origin in policy.origins
        if origin.kind != "default" and (origin.path, origin.value) != _UNSIGNED
    )
    return frozenset(
        ".".join(parts[:length]) for parts in stated for length in range(1, len(parts) + 1)
    )


def _find_security(operation: Operation, facts: Facts) -> tuple[SecurityRequirement, ...]:
    """Alternatives, by policy over document."""
    for scheme, selector in facts.authentication.security.items():
        if selects(selector, operation, facts.operations, frozenset()):
            return () if scheme == "none" else (((scheme, operation.scopes),),)
    return operation.security


def _find_listings(facts: Facts) -> dict[str, str]:
    webhooks = facts.webhooks
    subscriptions = webhooks.subscriptions if isinstance(webhooks, Webhooks) else None
    return {subscriptions.list: subscriptions.create} if subscriptions else {}


def _complete_order(facts: Facts) -> tuple[str, ...]:
    """The stages as the policy has them; one it leaves out follows its usual predecessor."""
    order = [stage for group in facts.order for stage in group if stage in DEFAULT_ORDER]
    for index, stage in enumerate(DEFAULT_ORDER):
        if stage not in order:
            place = order.index(DEFAULT_ORDER[index - 1]) + 1 if index else 0
            order.insert(place, stage)
    if facts.rate_limits is not None and facts.rate_limits.before_credential:
        order.remove("rate")
        order.insert(order.index("credential"), "rate")
    return tuple(order)
