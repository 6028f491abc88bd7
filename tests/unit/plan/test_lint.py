"""What lint reports of a policy and its document."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import builtin_policy, load_policy, load_spec, parse_spec, profile_dir
from apicheck.model.check import Check, Outcome
from apicheck.model.verdict import Severity
from apicheck.plan.lint import _OF_BODIES, LintReport, Remark, lint
from apicheck.registry import collect
from apicheck.scaffold.facts import read_schema

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{bearer: []}]
      responses: {"200": {description: d}, "401": {description: d}}
    post:
      operationId: createOrder
      security: [{bearer: []}]
      requestBody: {content: {application/json: {schema: {}}}}
      responses: {"201": {description: d}}
  /old:
    get: {operationId: old, deprecated: true, responses: {default: {description: d}}}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
""",
    "openapi.yaml",
)


def check(check_id: str, *reads: str) -> Check:
    outcomes = (Outcome("wrong", Severity.LOW),)
    return Check(title="t", outcomes=outcomes, proven_by={}, reads=reads, id=check_id)


CHECKS = {
    one.id: one
    for one in (
        check("auth/missing", "authentication.refusal"),
        check("ratelimit/quota", "rate_limits"),
        check("errors/envelope", "responses"),
        check("webhooks/signature", "webhooks.signature"),
        check("conformance/response"),
    )
}


def linted(tmp_path: Path, text: str) -> LintReport:
    path = tmp_path / "policy.yaml"
    path.write_text("policy: p\n" + text)
    return lint(SPEC, load_policy(path, SPEC), CHECKS)


def test_a_fact_that_no_clause_names_is_listed_by_its_section(tmp_path: Path) -> None:
    report = linted(
        tmp_path,
        "facts:\n  authentication: {refusal: 401, lifetime: 1h}\n"
        "  webhooks: {delivery: {timeout: 5s, acknowledged: 2xx}, events: {a: null}}\n"
        "  operations: {all: '*'}\n"
        "clauses:\n  A: {checks: auth/*}\n",
    )
    assert report.unnamed == ("authentication.lifetime", "webhooks")


def test_buckets_and_response_rules_are_named_one_by_one(tmp_path: Path) -> None:
    report = linted(
        tmp_path,
        "facts:\n  rate_limits:\n    refusal: 429\n"
        "    buckets: {a: {limit: 1}, b: {limit: 2, ops: listOrders}}\n"
        "  responses: {x: {media: a/b}, y: {media: a/b}}\n"
        "clauses:\n  A: {checks: ratelimit/*, of: rate_limits.a}\n"
        "  B: {checks: errors/*, of: responses.y}\n",
    )
    assert report.unnamed == ("rate_limits.b", "responses.x")


def test_a_clause_may_name_a_fact_that_no_check_reads(tmp_path: Path) -> None:
    report = linted(
        tmp_path, "facts: {transport: {tls: '1.2'}}\nclauses: {A: {of: transport.tls}}\n"
    )
    assert report.unnamed == ()
    assert report.unchecked == ("A",)


def test_a_clause_whose_checks_have_nothing_to_read_is_reported(tmp_path: Path) -> None:
    report = linted(
        tmp_path,
        "facts: {authentication: {refusal: 401}}\nclauses:\n"
        "  A: {checks: auth/*}\n  B: {checks: webhooks/*}\n  C: {checks: conformance/*}\n"
        "  D: {checks: webhooks/*, of: authentication}\n  E: {attest: Is it so?}\n",
    )
    assert [remark.about for remark in report.unread] == ["B", "D"]
    assert "webhooks.signature" in report.unread[0].message
    assert report.unchecked == ()


@pytest.mark.parametrize(
    ("facts", "about", "message"),
    [
        (
            "authentication: {refusal: 401}",
            "authentication.refusal",
            "promises 401; not documented for createOrder",
        ),
        (
            "requests: {syntax: 400}",
            "requests.syntax",
            "promises 400; not documented for createOrder",
        ),
        (
            "rate_limits: {buckets: {a: {ops: listOrders}}}",
            "rate_limits.a",
            "has no limit, and no plan gives it one",
        ),
        (
            "transport: {https: optional, plain: refused}",
            "transport.plain",
            "transport.https is optional, and yet plain HTTP is refused: one of them is not so",
        ),
        (
            "versioning: {deprecations: [{ops: listOrders}]}",
            "versioning.deprecations",
            "listOrders is deprecated by the policy, not by the document",
        ),
        (
            "versioning: {deprecations: [{ops: listOrders}]}",
            "versioning.deprecations",
            "old is deprecated by the document, not by the policy",
        ),
        (
            "versioning: {in: path, versions: {v1: current}}",
            "versioning.versions",
            "v1: no path of the document has it",
        ),
        (
            "versioning: {in: header, name: V, versions: {a: supported, b: supported}}",
            "versioning.versions",
            "none is current: b is taken for it, the last that is served",
        ),
        (
            "versioning: {in: header, name: V, versions: {a: current}, unknown: 406}",
            "versioning.unknown",
            "promises 406; not documented for listOrders, createOrder",
        ),
        (
            (
                "versioning: {promises: {support: 12 months}, deprecations:"
                " [{ops: old, since: 2026-01-01, sunset: 2026-12-01}]}"
            ),
            "versioning.promises.support",
            "old: 334 days from deprecation to sunset, promised 365",
        ),
        (
            (
                "versioning: {promises: {support: 12 months}, versions:"
                " {v1: {state: deprecated, since: 2026-01-01, sunset: 2026-12-31}}}"
            ),
            "versioning.promises.support",
            "v1: 364 days from deprecation to sunset, promised 365",
        ),
        (
            (
                "versioning: {promises: {notice: 90 days}, deprecations:"
                " [{ops: old, announced: 2026-01-02, since: 2026-04-01}]}"
            ),
            "versioning.promises.notice",
            "old: 89 days from announcement to deprecation, promised 90",
        ),
        (
            "versioning: {deprecations: [{ops: listOrders, successor: old}]}",
            "versioning.deprecations",
            "listOrders: its successor old is deprecated by the document",
        ),
        (
            "versioning: {deprecations: [{ops: old, successor: listOrders}, {ops: listOrders}]}",
            "versioning.deprecations",
            "old: its successor listOrders is deprecated itself",
        ),
        (
            "versioning: {deprecations: [{ops: old, since: 2026-01-01}, {ops: deprecated}]}",
            "versioning.deprecations",
            "old is in more than one deprecation: which dates hold?",
        ),
        (
            "versioning: {deprecations: [{ops: listOrders, sunset: 2027-01-01, gone: 410}]}",
            "versioning.deprecations",
            "promises 410 after a sunset; not documented for listOrders",
        ),
    ],
)
def test_a_contradiction_with_the_document_or_within_the_policy_is_reported(
    tmp_path: Path, facts: str, about: str, message: str
) -> None:
    assert Remark(about, message) in linted(tmp_path, f"facts: {{{facts}}}\n").contradictions


def test_twelve_months_to_the_day_are_twelve_months(tmp_path: Path) -> None:
    facts = (
        "facts: {versioning: {promises: {support: 12 months, notice: 90 days}, deprecations:"
        " [{ops: old, announced: 2025-10-03, since: 2026-01-01, sunset: 2027-01-01}]}}\n"
    )
    assert linted(tmp_path, facts).contradictions == ()


@pytest.mark.parametrize("profile", ["canonical", "webengage"])
def test_the_profiles_that_come_with_apicheck_have_something_to_read(profile: str) -> None:
    folder = profile_dir(profile)
    spec = load_spec(folder / "openapi.yaml")
    checks = collect(entry_points=False)
    outcomes = (f"{name}#{one.id}" for name, check in checks.items() for one in check.outcomes)
    policy = load_policy(folder / "policy.yaml", spec, check_ids=(*checks, *outcomes))
    assert lint(spec, policy, checks).unread == ()


def test_the_document_need_not_list_a_refusal_that_only_a_standard_promises() -> None:
    spec = parse_spec(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{oauth: [read]}]
      responses: {"200": {description: d}}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: /token, scopes: {read: r}}}
""",
        "openapi.yaml",
    )
    assert lint(spec, builtin_policy(spec), CHECKS).contradictions == ()


def test_lint_knows_of_every_kind_of_request_whether_it_needs_a_body() -> None:
    kinds = set(read_schema()["$defs"]["facts"]["properties"]["requests"]["properties"])
    without_body = {
        "unknown_path",
        "trailing_slash",
        "method",
        "head",
        "method_override",
        "failure",
        "accept",
        "unknown_embed",
    }
    with_other_requests = {"unknown_query", "unknown_field", "format", "user_agent"}
    assert kinds == {*_OF_BODIES, *without_body, *with_other_requests}


def test_a_promise_that_invites_a_mistake_is_remarked(tmp_path: Path) -> None:
    report = linted(tmp_path, "facts: {authorization: {needs: exact}}\nclauses: {}\n")
    [remark] = [one for one in report.contradictions if one.about == "authorization.needs"]
    assert "the default" in remark.message


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        (
            "authentication: {refusal: {bad: {status: 401, headers: {X-A: b}}}}",
            "authentication.refusal.bad.headers",
        ),
        ("authorization: {absent: {status: 404, media: text/plain}}", "authorization.absent.media"),
        ("requests: {schema: {status: 422, media: text/plain}}", "requests.schema.media"),
    ],
)
def test_a_part_of_a_refusal_that_no_check_reads_is_remarked(
    tmp_path: Path, facts: str, path: str
) -> None:
    report = linted(tmp_path, f"facts: {{{facts}}}\nclauses: {{}}\n")
    assert path in [one.about for one in report.contradictions]
