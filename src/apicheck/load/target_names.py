"""Verifies that a target file only refers to clauses, buckets, facts, … that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from apicheck.load.grammar import as_list
from apicheck.load.limits import find_window_mistake
from apicheck.load.mistakes import Mistakes, did_you_mean
from apicheck.load.names import normalize
from apicheck.load.reading import Node
from apicheck.load.secrets import placeholder
from apicheck.load.selectors import find_selector_error
from apicheck.model.facts import Selector
from apicheck.model.json import Json, child_pointer
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.selector import selects


def verify(settings: Node, spec: Spec, policy: Policy, mistakes: Mistakes) -> None:
    """Adds a mistake for every name that is not defined."""
    _verify_placeholders([*settings.get("identities", {})], mistakes)
    _verify_permissions(settings, policy, mistakes)
    _verify_headers(settings, spec, mistakes)
    _verify_names(settings, policy, mistakes)
    _verify_limits(settings, policy, mistakes)
    _verify_security(settings, spec, policy, mistakes)
    _verify_selectors(settings, spec, policy, mistakes)
    _verify_consent(settings, mistakes)
    fixtures = settings.get("fixtures", {})
    known = frozenset(walk_fixture_names(spec)) if fixtures else frozenset()
    for name in fixtures:
        if name not in known and not name.startswith("/"):
            pointer = child_pointer("/fixtures", name)
            mistakes.unknown(pointer, "parameter, property or operation", name, known)
    for whose, identity in settings.get("identities", {}).items():
        own = identity.get("fixtures", {})
        known = frozenset(walk_fixture_names(spec)) if own else frozenset()
        for name in own:
            if name not in known:
                pointer = f"{child_pointer('/identities', whose)}/fixtures"
                place = child_pointer(pointer, name)
                mistakes.unknown(place, "parameter or property", name, known)


def _verify_security(settings: Node, spec: Spec, policy: Policy, mistakes: Mistakes) -> None:
    """Adds a mistake for a scheme that is not defined, and for a selector of no operation."""
    for name, items in settings.get("security", {}).items():
        pointer = child_pointer("/security", name)
        if name not in spec.schemes and name != "none":
            mistakes.unknown(pointer, "security scheme", name, spec.schemes)
        for item in as_list(items):
            wanted, named = Selector((item,)), policy.facts.operations
            if not any(selects(wanted, op, named, frozenset()) for op in spec.operations):
                mistakes.add(pointer, f'"{item}" selects no operation of the document')


def _verify_consent(settings: Node, mistakes: Mistakes) -> None:
    """Adds a mistake for a person, or a credential of theirs, that is not there."""
    consent, identities = settings.get("consent", {}), settings.get("identities", {})
    if "as" not in consent:
        if "scheme" in consent:
            mistakes.add("/consent/scheme", "it is a credential of nobody", 'as = "an identity"')
        return
    person, scheme = consent["as"], consent.get("scheme", "")
    if person not in identities:
        mistakes.unknown("/consent/as", "identity", person, identities)
    elif scheme:
        own = {identities[person].get("scheme"), *identities[person].get("credentials", {})}
        if scheme not in own:
            known = [one for one in own if one]
            mistakes.unknown("/consent/scheme", f"credential of {person}", scheme, known)
    if "command" in consent:
        mistakes.add("/consent", "a command and an identity both approve", "keep one of the two")


def _verify_headers(settings: Node, spec: Spec, mistakes: Mistakes) -> None:
    """A credential among the headers would go with requests that must have none."""
    keys = {
        scheme.parameter.lower()
        for scheme in spec.schemes.values()
        if scheme.kind == "apiKey" and scheme.place == "header"
    }
    for name in settings.get("headers", {}):
        if name.lower() == "authorization" or name.lower() in keys:
            mistakes.add(
                child_pointer("/headers", name),
                f"{name} is a credential, and belongs to an identity: requests that must be refused"
                " are sent without it",
                '[identities.token] token_env = "API_TOKEN", or --token-env API_TOKEN',
            )


def _verify_permissions(settings: Node, policy: Policy, mistakes: Mistakes) -> None:
    known = policy.facts.authorization.permissions
    for name, identity in settings.get("identities", {}).items():
        pointer = f"{child_pointer('/identities', name)}/permissions"
        for word in identity.get("permissions", ()):
            if word not in known:
                mistakes.unknown(pointer, "permission", word, known)


def _verify_selectors(settings: Node, spec: Spec, policy: Policy, mistakes: Mistakes) -> None:
    facts = policy.facts
    for key in ("skip", "allow"):
        for item in settings.get("safety", {}).get(key, ()):
            said = find_selector_error(item, spec, facts.operations, facts.authorization.scopes)
            if said:
                mistakes.add(f"/safety/{key}", *said)
    for clause, waiver in settings.get("waivers", {}).items():
        for item in as_list(waiver.get("ops", ())):
            said = find_selector_error(item, spec, facts.operations, facts.authorization.scopes)
            if said:
                mistakes.add(f"{child_pointer('/waivers', clause)}/ops", *said)


def walk_fixture_names(spec: Spec) -> Iterator[str]:
    """Names of what a fixture may give a value."""
    for operation in spec.operations:
        yield operation.id
        yield from (parameter.name for parameter in operation.parameters)
    yield from _walk_properties(spec.document)


def _walk_properties(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _walk_properties(item)
    elif isinstance(value, Mapping):
        properties = value.get("properties")
        if isinstance(properties, Mapping):
            yield from properties
        for inner in value.values():
            yield from _walk_properties(inner)


def _verify_placeholders(names: list[str], mistakes: Mistakes) -> None:
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(placeholder(name), name)
        if other != name:
            message = f'the identities "{other}" and "{name}" are too alike'
            mistakes.add(
                child_pointer("/identities", name), message, "letters and digits must differ"
            )


def _verify_names(settings: Node, policy: Policy, mistakes: Mistakes) -> None:
    clauses = [clause.id for clause in policy.clauses]
    for clause in settings.get("scope", {}).get("out", {}):
        if clause not in clauses:
            mistakes.unknown(child_pointer("/scope/out", clause), "clause", clause, clauses)
    for clause in settings.get("waivers", {}):
        pointer = child_pointer("/waivers", clause)
        if clause not in clauses:
            mistakes.unknown(pointer, "clause", clause, clauses)
        elif clause in settings.get("scope", {}).get("out", {}):
            message = f"{clause} is out of scope, so that nothing of it can fail"
            mistakes.add(pointer, message, "keep one of the two")
    paths = _add_parents(origin.path for origin in policy.origins)
    for path in settings.get("confirm", {}):
        if normalize(path) not in paths:
            mistakes.add(
                child_pointer("/confirm", path),
                f'no fact is at "{path}"',
                did_you_mean(path, paths),
            )
    for reading in as_list(settings.get("readings", [])):
        if reading not in policy.readings:
            mistakes.unknown("/readings", "reading", reading, policy.readings)


def _verify_limits(settings: Node, policy: Policy, mistakes: Mistakes) -> None:
    """Adds a mistake for a bucket or a plan that the policy does not have."""
    buckets = policy.facts.rate_limits.buckets if policy.facts.rate_limits else {}
    plans = policy.facts.rate_limits.plans if policy.facts.rate_limits else {}
    for bucket, limit in settings.get("limits", {}).items():
        place = child_pointer("/limits", bucket)
        if bucket not in buckets:
            mistakes.unknown(place, "bucket", bucket, buckets)
        if said := find_window_mistake(limit.get("window")):
            mistakes.add(f"{place}/window", *said)
    for name, identity in settings.get("identities", {}).items():
        if plans and (plan := identity.get("plan", "")) not in ("", *plans):
            place = f"{child_pointer('/identities', name)}/plan"
            mistakes.unknown(place, "plan", plan, plans)


def _add_parents(paths: Iterable[str]) -> frozenset[str]:
    found = set()
    for path in paths:
        parts = path.split(".")
        found |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return frozenset(found)
