"""Build the context of a run: the identity, bucket, scopes and recipe of each operation.

This combines policy and document. The reference server decides the same questions in code of
its own, so that a mistake here cannot hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from apicheck.generate import draw_body, draw_text
from apicheck.model.facts import Facts, Selector
from apicheck.model.json import Json
from apicheck.model.operation import Operation, Spec
from apicheck.model.policy import Policy
from apicheck.model.selector import selects
from apicheck.model.subject import UNIQUE, Recipe, RunContext
from apicheck.model.target import Identity, Minter, Mode, Target
from apicheck.model.verdict import NotTested
from apicheck.plan.buckets import assign_buckets, find_counted_by_item, with_target_limits
from apicheck.plan.withholding import withhold
from apicheck.requests.bodies import DRAWS_NOTHING, Draws
from apicheck.requests.clients import with_client_in_body
from apicheck.requests.credentials import satisfies
from apicheck.requests.recipes import make_recipes

NOBODY = Identity(name="nobody", placeholder="")
"""The caller of public operations when the target file names no identity."""


def build_context(
    spec: Spec,
    policy: Policy,
    target: Target,
    *,
    capabilities: frozenset[str],
    mode: Mode,
    thorough: bool,
    skip: tuple[str, ...] = (),
    drawing: bool = True,
) -> RunContext:
    """Build what every subject of a run shares. It holds no secret.

    skip: selectors of operations that the command line leaves out. drawing: whether bodies that
    no plain value fits are drawn.
    """
    facts = with_target_limits(policy.facts, target)
    security = {
        operation.id: _find_alternatives(operation, facts, target) for operation in spec.operations
    }
    secured = _find_secured(spec, facts, security)
    scopes = {
        op.id: _select_words(op, facts.authorization.scopes, facts, secured)
        for op in spec.operations
    }
    if not facts.authorization.scopes:
        scopes = {op.id: op.scopes for op in spec.operations}
    permissions = {
        op.id: _select_words(op, facts.authorization.permissions, facts, secured)
        for op in spec.operations
    }
    identities = {**target.identities, NOBODY.name: NOBODY}

    bucket_of = assign_buckets(spec, facts, secured)
    one_item = find_counted_by_item(facts, bucket_of)

    def make(some: Spec) -> Mapping[str, Recipe | NotTested]:
        found = _make_recipes(some, facts, target, mode, one_item=one_item, drawing=drawing)
        return _with_echoes(found, facts)

    withheld = withhold(spec, facts, target, skip, secured, make)
    context = RunContext(
        spec=spec,
        earlier=policy.earlier,
        facts=facts,
        base_url=target.base_url,
        endpoints=target.endpoints,
        verifies_certificates=target.tls.verify,
        identities=identities,
        recipes=withheld.recipes,
        actors={},
        capabilities=capabilities,
        mode=mode,
        thorough=thorough,
        bucket_of=bucket_of,
        use_up=frozenset(name for name, own in target.limits.items() if own.use_up),
        required_scopes=scopes,
        all_scopes=_collect_scopes(spec, facts),
        required_permissions=permissions,
        all_permissions=tuple(facts.authorization.permissions),
        sufficient_roles={
            op.id: _select_words(op, facts.authorization.roles, facts, secured)
            for op in spec.operations
        },
        all_roles=tuple(facts.authorization.roles),
        secured=secured,
        alternatives=security,
        implied_scheme=_find_implied_scheme(spec, facts, target),
        client_certificate=bool(target.tls.client_cert),
        clients=_select_clients(spec, facts, target, target.minters),
        public_clients=_select_clients(spec, facts, target, target.public_clients),
        consent=target.consent,
        withheld=withheld.reasons,
        guarded=withheld.guarded,
    )
    return replace(context, actors=_choose_actors(context))


def _find_secured(
    spec: Spec, facts: Facts, security: Mapping[str, tuple[tuple[str, ...], ...]]
) -> frozenset[str]:
    """Find the operations that refuse a caller without a credential.

    Operations that also serve anonymous callers are not among them; they still get a credential.
    """
    declared = frozenset(name for name, alternatives in security.items() if alternatives)
    may = facts.authentication.anonymous_may
    if may is None:
        return declared
    return frozenset(
        op.id
        for op in spec.operations
        if op.id in declared and not selects(may, op, facts.operations, declared)
    )


def _find_alternatives(
    operation: Operation, facts: Facts, target: Target
) -> tuple[tuple[str, ...], ...]:
    """Find the alternatives of an operation's security: by policy, target file or document.

    A scheme of the target file for which it selects no operations serves, where the document
    asks for a credential, as well as those of the document.
    """
    for security in (facts.authentication.security, target.security):
        for name, ops in security.items():
            if selects(ops, operation, facts.operations, frozenset()):
                return () if name == "none" else ((name,),)
    if not operation.secured:
        return ()
    named = (tuple(name for name, _ in needed) for needed in operation.security)
    others = ((name,) for name in target.schemes if name not in target.security)
    return tuple(dict.fromkeys((*named, *others)))


def _find_implied_scheme(spec: Spec, facts: Facts, target: Target) -> str:
    """The scheme in which every operation gets a credential, as nothing says which want one.

    "" where document, policy or target file say so, and where the scheme is not known.
    """
    said = facts.authentication.security or target.security
    if said or any(operation.security for operation in spec.operations):
        return ""
    own = {**facts.authentication.schemes, **target.schemes}
    documented = set(spec.schemes) - set(own)
    return "" if documented else next(iter(own), "")


def _select_words(
    operation: Operation,
    words: Mapping[str, Selector],
    facts: Facts,
    secured: frozenset[str],
) -> tuple[str, ...]:
    """Select the scopes, permissions or roles that an operation requires."""
    return tuple(
        word
        for word, ops in words.items()
        if operation.id in secured and selects(ops, operation, facts.operations, secured)
    )


def _collect_scopes(spec: Spec, facts: Facts) -> tuple[str, ...]:
    if facts.authorization.scopes:
        return tuple(facts.authorization.scopes)
    declared = [scope for scheme in spec.schemes.values() for scope in scheme.scopes]
    required = [scope for operation in spec.operations for scope in operation.scopes]
    return tuple(dict.fromkeys((*declared, *required)))


def _select_clients(
    spec: Spec, facts: Facts, target: Target, clients: tuple[Minter, ...]
) -> tuple[Minter, ...]:
    """Select the OAuth clients of the target that use the policy's own token operation."""
    if facts.oauth is None or not facts.oauth.token:
        return ()
    path = spec.operation(facts.oauth.token).path
    whole = target.base_url.rstrip("/") + path
    return tuple(one for one in clients if one.token_url in (path, whole))


def _make_recipes(
    spec: Spec,
    facts: Facts,
    target: Target,
    mode: Mode,
    *,
    one_item: frozenset[str],
    drawing: bool,
) -> Mapping[str, Recipe | NotTested]:
    found = dict(
        make_recipes(
            spec,
            {**_first_belongings(target), **target.fixtures},
            identity_parameters=frozenset(t.parameter for t in facts.authorization.tenants),
            reads_only=mode is not Mode.FULL,
            draws=Draws(draw_body, draw_text) if drawing else DRAWS_NOTHING,
            host=urlsplit(target.base_url).netloc,
            refs=target.refs,
            one_item=one_item,
        )
    )
    if facts.oauth is None or not target.minters:
        return found
    for operation_id in (facts.oauth.token, facts.oauth.revoke):
        recipe = found.get(operation_id)
        if isinstance(recipe, Recipe):
            found[operation_id] = with_client_in_body(recipe, facts, target.minters[0])
    return found


def _first_belongings(target: Target) -> dict[str, Json]:
    """For each name, the value of the first identity that has one; building puts in the others."""
    first: dict[str, Json] = {}
    for identity in target.identities.values():
        first = {**identity.fixtures, **first}
    return first


def _with_echoes(
    found: Mapping[str, Recipe | NotTested], facts: Facts
) -> Mapping[str, Recipe | NotTested]:
    """The recipes with the request headers whose values the server promises to echo."""
    names = {
        rule.echo
        for response in facts.responses.values()
        for rule in response.headers.values()
        if rule.echo
    }
    fields = tuple((name, f"apicheck-{UNIQUE}") for name in sorted(names))
    return {
        operation: replace(recipe, headers=(*recipe.headers, *fields))
        if isinstance(recipe, Recipe)
        else recipe
        for operation, recipe in found.items()
    }


def _choose_actors(context: RunContext) -> dict[str, str]:
    """Choose the first identity, in the order of the target file, that may call each operation."""
    candidates = [i for i in context.identities.values() if i.state == "active"]
    result = {}
    oauth = context.facts.oauth
    by_client = {oauth.token, oauth.revoke} if oauth and context.clients else set()
    for operation in context.spec.operations:
        wants_credential = operation.id in context.secured or context.implied_scheme
        if operation.id in by_client and wants_credential:
            result[operation.id] = NOBODY.name  # the OAuth client authenticates, no identity
            continue
        for identity in candidates:
            if _may_call(context, identity, operation):
                result[operation.id] = identity.name
                break
    return result


def _may_call(context: RunContext, identity: Identity, operation: Operation) -> bool:
    """Whether an identity holds what an operation needs; an unknown right counts as held."""
    if operation.id in context.secured and not identity.placeholder:
        return False
    if operation.id in context.secured and not any(
        satisfies(context, identity, names) for names in context.alternatives[operation.id]
    ):
        return False
    return context.permits(identity, operation.id) and all(
        tenant.parameter in identity.parameters
        or "{" + tenant.parameter + "}" not in operation.path
        for tenant in context.facts.authorization.tenants
    )
