"""Verifies that a policy only refers to operations, scopes, schemas, … that exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.load.formats import find_format_mistakes
from apicheck.load.grammar import as_list
from apicheck.load.layers import Merged
from apicheck.load.lifecycle import find_lifecycle_mistakes
from apicheck.load.limits import find_limit_mistakes
from apicheck.load.mistakes import Mistakes, did_you_mean
from apicheck.load.selectors import find_selector_error
from apicheck.load.signatures import find_signature_mistakes
from apicheck.load.versions import find_version_mistakes
from apicheck.model.errors import Mistake
from apicheck.model.facts import Facts, Signature
from apicheck.model.json import Json, at, child_pointer, dotted
from apicheck.model.operation import Spec
from apicheck.model.policy import Clause

_BUCKETS = "rate_limits.buckets."
_OPERATION_AT = (
    r"/oauth/(token|authorize|revoke)",
    r"/authentication/jwt/keys",
    r"/authentication/issued/[^/]+/(revoke|replaces)",
    r"/webhooks/subscriptions/(create|read|list|delete|rotate)",
    r"/webhooks/events/[^/]+(/cause)?",
    r"/webhooks/receiver",
    r"/versioning/deprecations/\d+/successor",
    r"/formats/deleted/[^/]+",
)
_OR_PATH = "/oauth/authorize"
"""An operation, or a path: documents seldom have it among their operations."""
_SELECTOR_AT = (
    r"/operations/[^/]+",
    r"/authentication/(security/[^/]+|anonymous_may)",
    r"/authorization/((scopes|permissions|roles)/[^/]+|hidden)",
    r"(/.*)?/ops",
)


_EXPRESSION = re.compile(r"\{\$[^{}]+\}")
_PATTERN_AT = r"/responses/[^/]+/headers/[^/]+/pattern"


def _find_pattern_error(value: Json) -> tuple[str, str] | None:
    """Message and suggestion for a text that is not a regular expression; None when it is one."""
    try:
        re.compile(str(value))
    except re.error as error:
        return (
            f'"{value}" is not a regular expression: {error}',
            "escape a special character with \\",
        )
    return None


def normalize(path: str) -> str:
    """A fact path as clauses write it: `rate_limits.<bucket>` for a bucket."""
    if path.startswith(_BUCKETS):
        return "rate_limits." + path.removeprefix(_BUCKETS)
    return path


def walk_leaves(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Pointers and values of the innermost members; an empty mapping is one."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from walk_leaves(inner, child_pointer(pointer, key))
    else:
        yield pointer, value


@dataclass(slots=True)
class Verifier:
    """Verifies the names of facts and clauses by the document and the catalogue of checks."""

    spec: Spec
    facts: Facts
    merged: Merged
    written: Mapping[str, Json]
    """The facts with their mistakes: their names count as known."""
    check_ids: Collection[str]
    mistakes: Mistakes
    fact_paths: frozenset[str] = field(init=False)
    _operations: frozenset[str] = field(init=False)
    _families: frozenset[str] = field(init=False)
    _left_out: dict[str, tuple[str, str]] = field(init=False)
    """Id of an operation that cannot be used -> message and suggestion."""

    def __post_init__(self) -> None:
        self._operations = frozenset(operation.id for operation in self.spec.operations)
        self._left_out = {
            one.id: (f'the operation "{one.id}" is left out: {one.reason}', f"mend line {one.line}")
            for one in self.spec.left_out
        }
        self._families = frozenset(c.split("/")[0] + "/*" for c in self.check_ids)
        self.fact_paths = frozenset(_walk_paths(self.written, ""))

    def is_fact(self, path: str) -> bool:
        """Whether the policy has a fact at a path, or below it."""
        return normalize(path) in self.fact_paths

    def verify(self) -> None:
        """Verifies every name in the facts."""
        for pointer, value in _walk(self.merged.value, ""):
            if any(re.fullmatch(p, pointer) for p in _OPERATION_AT) and isinstance(value, str):
                self._verify_operation(pointer, value)
            elif any(re.fullmatch(p, pointer) for p in _SELECTOR_AT):
                if "/schema/" not in pointer:
                    self._verify_selector(pointer, value)
            elif pointer.endswith("/schema") and isinstance(value, str):
                schemas = at(self.spec.document, "/components/schemas") or {}
                if value not in schemas and not pointer.startswith("/requests/schema"):
                    self._add_unknown(pointer, "component schema", value, schemas)
            elif re.fullmatch(_PATTERN_AT, pointer) and (said := _find_pattern_error(value)):
                self._add(pointer, *said)
        for name in self.facts.formats.deleted:
            self._verify_operation(child_pointer("/formats/deleted", name), name)
        self._verify_metadata()
        self._verify_schemes()
        self._verify_limits()
        self._verify_consistency()

    def _verify_consistency(self) -> None:
        """Verify that the parts of a fact go together."""
        signature = self.facts.webhooks and getattr(self.facts.webhooks, "signature", None)
        if isinstance(signature, Signature):
            for option, message, hint in find_signature_mistakes(signature):
                place = "/webhooks/signature"
                named = isinstance(at(self.merged.value, place), Mapping)
                self._add(f"{place}/{option}" if named else place, message, hint)
        for found in (
            *find_version_mistakes(self.facts.versioning),
            *find_lifecycle_mistakes(self.merged.value.get("versioning")),
            *find_format_mistakes(self.facts.formats),
        ):
            self._add(*found)

    def verify_clause(self, clause: Clause, *, own: bool) -> None:
        """Verifies every name in a clause.

        own: whether the clause is the policy's; facts that a clause set names may be removed.
        """
        for path in clause.facts if own else ():
            if not self.is_fact(path):
                hint = did_you_mean(path, self.fact_paths)
                self._add_in_clause(clause, "of", f'no fact is at "{path}"', hint)
        for check in clause.checks:
            of_outcome = "#" in check
            known = {c for c in (*self.check_ids, *self._families) if ("#" in c) is of_outcome}
            if self.check_ids and check not in known:
                what = "family of checks" if check.endswith("*") else "check"
                what = "outcome of a check" if of_outcome else what
                if of_outcome:
                    prefix = check.partition("#")[0] + "#"
                    known = {c for c in known if c.startswith(prefix)} or known
                hint = did_you_mean(check, known)
                self._add_in_clause(clause, "checks", f'unknown {what} "{check}"', hint)
        for item in clause.ops.items if clause.ops else ():
            if said := self._find_selector_error(item):
                self._add_in_clause(clause, "ops", *said)
        self._verify_steps(clause)

    def _verify_steps(self, clause: Clause) -> None:
        for step in clause.example:
            if broken := self._left_out.get(step.operation):
                self._add_in_clause(clause, "example", *broken)
            elif step.operation not in self._operations:
                message = f'unknown operation "{step.operation}"'
                hint = did_you_mean(step.operation, self._operations)
                self._add_in_clause(clause, "example", message, hint)
            for rule in step.expect.get("headers", {}).values():
                pattern = rule.get("pattern", "") if isinstance(rule, Mapping) else ""
                if said := _find_pattern_error(_EXPRESSION.sub("x", pattern)):
                    self._add_in_clause(clause, "example", *said)

    def _add_in_clause(self, clause: Clause, part: str, message: str, hint: str) -> None:
        path = f"clauses.{clause.id}.{part}"
        file, line = clause.file, clause.line
        placed = self.mistakes.place(f"{child_pointer('/clauses', clause.id)}/{part}")
        if placed[0] == file:
            line = placed[1] or line
        self.mistakes.found.append(Mistake(file, line, path, message, hint))

    def _add(self, pointer: str, message: str, hint: str) -> None:
        origin = self.merged.origin(pointer)
        path = dotted(f"/facts{pointer}")
        self.mistakes.found.append(Mistake(origin.file, origin.line, path, message, hint))

    def _add_unknown(self, pointer: str, what: str, name: str, known: Collection[str]) -> None:
        self._add(pointer, f'unknown {what} "{name}"', did_you_mean(name, known))

    def _verify_operation(self, pointer: str, name: str) -> None:
        if broken := self._left_out.get(name):
            self._add(pointer, *broken)
        elif pointer == _OR_PATH and name.startswith("/"):
            return
        elif name not in self._operations:
            self._add_unknown(pointer, "operation", name, self._operations)

    def _verify_selector(self, pointer: str, value: Json) -> None:
        items = as_list(value)
        for item in items if all(isinstance(item, str) for item in items) else ():
            if pointer.startswith("/responses/") and "/" in item:
                continue  # a rule may be about paths that no operation has
            if said := self._find_selector_error(item):
                self._add(pointer, *said)

    def _find_selector_error(self, item: str) -> tuple[str, str] | None:
        """Message and suggestion for an item that names nothing defined; None when it does."""
        sets, scopes = self.facts.operations, self.facts.authorization.scopes
        return find_selector_error(item, self.spec, sets, scopes)

    def _verify_metadata(self) -> None:
        oauth = self.facts.oauth
        if oauth and oauth.metadata and not oauth.metadata.startswith("/"):
            hint = "/.well-known/oauth-authorization-server"
            self._add("/oauth/metadata", f'"{oauth.metadata}" is no path', hint)

    def _verify_schemes(self) -> None:
        for scheme in self.facts.authentication.security:
            if scheme not in self.spec.schemes and scheme != "none":
                pointer = child_pointer("/authentication/security", scheme)
                self._add_unknown(pointer, "security scheme", scheme, self.spec.schemes)
        for operation, issued in self.facts.authentication.issued.items():
            pointer = child_pointer("/authentication/issued", operation)
            self._verify_operation(pointer, operation)
            if issued.scheme not in self.spec.schemes:
                place = f"{pointer}/scheme"
                self._add_unknown(place, "security scheme", issued.scheme, self.spec.schemes)

    def _verify_limits(self) -> None:
        limits = self.facts.rate_limits
        if limits is None:
            return
        merged = self.merged.value
        found = find_limit_mistakes(limits, merged, self.written, self.facts, self.spec)
        for pointer, message, hint in found:
            self._add(pointer, message, hint)


def _walk(value: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    yield pointer, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, child_pointer(pointer, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, child_pointer(pointer, index))


def _walk_paths(value: Json, path: str) -> Iterator[str]:
    if path:
        yield normalize(path)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk_paths(inner, f"{path}.{key}" if path else key)
