"""A policy with its clause sets and readings; every mistake at once, with file and line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from apicheck.load import (
    builtin_policy,
    document_of,
    facts_from,
    included_files,
    load_policy,
    parse_spec,
    profile_dir,
    read_spec,
)
from apicheck.model.errors import Mistake, PolicyError
from apicheck.model.facts import NEVER, Webhooks
from apicheck.model.operation import SecurityScheme
from apicheck.model.policy import Policy
from apicheck.model.verdict import Grade, Level

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: /v2}]
paths:
  /orders:
    get:
      operationId: listOrders
      tags: [orders]
      deprecated: true
      security: [{bearer: [read]}]
      responses: {default: {description: d}}
    post:
      operationId: createOrder
      security: [{bearer: [write]}]
      responses: {default: {description: d}}
components:
  schemas: {Problem: {type: object}}
  securitySchemes:
    bearer:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: /t, scopes: {read: r, write: w}}}
""",
    "openapi.yaml",
)
CHECKS = (
    "auth/missing-credentials",
    "auth/bad-credentials",
    "auth/challenge",
    "auth/refusal-status",
    "errors/allow",
    "errors/trace-echo",
    "conformance/media-label",
    "errors/envelope",
    "errors/members",
    "headers/banner",
    "headers/date",
    "headers/legal",
    "headers/singleton",
    "scopes/denied",
)


def loaded(tmp_path: Path, text: str, *readings: str) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    return load_policy(path, SPEC, check_ids=CHECKS, readings=readings)


def mistakes_of(tmp_path: Path, text: str, *readings: str) -> tuple[Mistake, ...]:
    with pytest.raises(PolicyError) as caught:
        loaded(tmp_path, text, *readings)
    return caught.value.mistakes


MISTAKES = [
    # text, line, path, message, suggestion
    ("policy: p\nincldue: x\n", 2, "incldue", 'unknown key "incldue"', 'mean "include"?'),
    ("title: t\n", 1, "", '"policy" is missing', ""),
    ("policy: 2\n", 1, "policy", "found the number 2", 'write "2"'),
    (
        "policy: p\nclauses:\n  A:\n    section: 1.10\n",
        4,
        "clauses.A.section",
        "expected text, found the number 1.1",
        'write "1.10"',
    ),
    (
        "policy: p\nclauses:\n  A: {level: shuld}\n",
        3,
        "clauses.A.level",
        "expected must, must not, should, may or info",
        'did you mean "should"?',
    ),
    ("policy: p\nclauses:\n  A: {chekcs: x}\n", 3, "clauses.A.chekcs", "unknown key", "checks"),
    (
        "policy: p\nclauses:\n  A: {checks: auth/chalenge}\n",
        3,
        "clauses.A.checks",
        'unknown check "auth/chalenge"',
        'did you mean "auth/challenge"?',
    ),
    (
        "policy: p\nclauses:\n  A: {checks: [error/*]}\n",
        3,
        "clauses.A.checks",
        'unknown family of checks "error/*"',
        'did you mean "errors/*"?',
    ),
    (
        (
            "policy: p\nfacts: {responses: {error: {media: a/b}}}\nclauses:\n"
            "  A:\n    checks: errors/*\n    of: responses.eror\n"
        ),
        6,
        "clauses.A.of",
        'no fact is at "responses.eror"',
        'did you mean "responses.error"?',
    ),
    (
        "policy: p\nclauses:\n  A: {checks: auth/*, ops: listOrder}\n",
        3,
        "clauses.A.ops",
        'unknown operation "listOrder"',
        'did you mean "listOrders"?',
    ),
    (
        "policy: p\nclauses:\n  A: {checks: auth/*, ops: 'scope:reed'}\n",
        3,
        "clauses.A.ops",
        'unknown scope "reed"',
        'did you mean "read"?',
    ),
    (
        "policy: p\nfacts:\n  authorization:\n    roles: {owner: listOrder}\n",
        4,
        "facts.authorization.roles.owner",
        'unknown operation "listOrder"',
        'did you mean "listOrders"?',
    ),
    (
        "policy: p\nclauses:\n  A: {checks: auth/*, ops: 'tag:order'}\n",
        3,
        "clauses.A.ops",
        'unknown tag "order"',
        'did you mean "orders"?',
    ),
    (
        "policy: p\nclauses:\n  A: {actors: [provder]}\n",
        3,
        "clauses.A.actors.0",
        "expected provider",
        'did you mean "provider"?',
    ),
    (
        "policy: p\nclauses:\n  A:\n    example:\n      - {operation: makeOrder}\n",
        4,
        "clauses.A.example",
        'unknown operation "makeOrder"',
        "",
    ),
    (
        "policy: p\nclauses:\n  A: {source: terms}\n",
        3,
        "clauses.A.source",
        'unknown source "terms"',
        "",
    ),
    (
        "policy: p\nclauses:\n  A: {readings: strict}\nreadings: {struct: {}}\n",
        3,
        "clauses.A.readings",
        'unknown reading "strict"',
        'did you mean "struct"?',
    ),
    (
        "policy: p\ninclude: [http, berer]\n",
        2,
        "include.1",
        'unknown clause set "berer"',
        'did you mean "bearer"?',
    ),
    (
        "policy: p\ngrades: {webhooks.signature: A}\n",
        2,
        "grades.webhooks.signature",
        "no fact is at",
        "",
    ),
    ("policy: p\ngrades: {x: B}\n", 2, "grades.x", "expected S, O, T, A", ""),
    (
        "policy: p\nfacts:\n  rate_limit: {}\n",
        3,
        "facts.rate_limit",
        'unknown key "rate_limit"',
        'did you mean "rate_limits"?',
    ),
    (
        "policy: p\nfacts:\n  authentication:\n    refusal: 1000\n",
        4,
        "facts.authentication.refusal",
        "expected a response: 401",
        "",
    ),
    (
        "policy: p\nfacts:\n  rate_limits:\n    window: sixty\n",
        4,
        "facts.rate_limits.window",
        'expected a duration such as "60s"',
        "",
    ),
    (
        "policy: p\nfacts:\n  rate_limits:\n    window: 60\n",
        4,
        "facts.rate_limits.window",
        "expected a duration",
        'write "60"',
    ),
    (
        "policy: p\nfacts:\n  rate_limits:\n    buckets:\n      a: {limit: 1, also: b}\n",
        5,
        "facts.rate_limits.buckets.a.also",
        'unknown bucket "b"',
        "known: a",
    ),
    (
        "policy: p\nfacts:\n  rate_limits:\n    per: token\n    buckets:\n      per: {limit: 1}\n",
        6,
        "facts.rate_limits.buckets.per",
        'a bucket may not be called "per"',
        "choose another",
    ),
    (
        (
            "policy: p\nfacts:\n  rate_limits:\n    buckets: {a: {limit: 1}}\n"
            "    plans:\n      big: {b: 3}\n"
        ),
        6,
        "facts.rate_limits.plans.big.b",
        'unknown bucket "b"',
        "",
    ),
    (
        "policy: p\nfacts:\n  authorization:\n    scopes: {read: [listOrders, listOdrers]}\n",
        4,
        "facts.authorization.scopes.read",
        'unknown operation "listOdrers"',
        'did you mean "listOrders"?',
    ),
    (
        "policy: p\nfacts:\n  requests:\n    method: {status: 405, ops: listOdrers}\n",
        4,
        "facts.requests.method.ops",
        'unknown operation "listOdrers"',
        'did you mean "listOrders"?',
    ),
    (
        "policy: p\nfacts:\n  authorization:\n    absent: {status: 404, ops: listOdrers}\n",
        4,
        "facts.authorization.absent.ops",
        'unknown operation "listOdrers"',
        'did you mean "listOrders"?',
    ),
    (
        "policy: p\nfacts:\n  responses:\n    error: {schema: Problm}\n",
        4,
        "facts.responses.error.schema",
        'unknown component schema "Problm"',
        'did you mean "Problem"?',
    ),
    (
        "policy: p\nfacts:\n  webhooks:\n    events:\n      order.created: creatOrder\n",
        5,
        "facts.webhooks.events.order.created",
        'unknown operation "creatOrder"',
        'did you mean "createOrder"?',
    ),
    (
        "policy: p\nfacts:\n  webhooks:\n    subscriptions: {url: /url}\n",
        4,
        "facts.webhooks.subscriptions",
        '"create" is missing',
        "",
    ),
    (
        "policy: p\nfacts:\n  order: [route, credentials]\n",
        3,
        "facts.order.1",
        "expected a stage",
        "",
    ),
    (
        "policy: p\nfacts: {}\nreadings:\n  lax:\n    rate_limits: {per: moon}\n",
        5,
        "facts.rate_limits.per",
        "expected token, user, account, key, ip or app",
        "",
    ),
]


@pytest.mark.parametrize(("text", "line", "path", "message", "suggestion"), MISTAKES)
def test_a_mistake_says_where_it_is_what_was_expected_and_what_to_do(
    tmp_path: Path, text: str, line: int, path: str, message: str, suggestion: str
) -> None:
    (mistake,) = mistakes_of(tmp_path, text)
    assert mistake.file == str(tmp_path / "policy.yaml")
    assert (mistake.line, mistake.path) == (line, path)
    assert message in mistake.message
    assert suggestion in mistake.suggestion


def test_every_mistake_of_a_file_is_reported_at_once_and_no_consequence_of_one(
    tmp_path: Path,
) -> None:
    text = """\
policy: 1
include: [http, nothing]
facts:
  rat: 1
  order: [route, nowhere]
  rate_limits:
    buckets: {a: {limit: "ten"}, b: {limit: 1, also: a}}
  webhooks:
    events: {made: makeOrder}
  versioning:
    deprecations: [{ops: 3, since: "2026-01-01"}]
clauses:
  A: {lvel: must, checks: auht/x}
  B: {ops: nothing, of: rate_limits.a}
  C: {of: from.the.missing.set}
  D: 7
"""
    found = [(m.line, m.path) for m in mistakes_of(tmp_path, text)]
    assert found == [
        (1, "policy"),
        (2, "include.1"),
        (4, "facts.rat"),
        (5, "facts.order.1"),
        (7, "facts.rate_limits.buckets.a.limit"),
        (9, "facts.webhooks.events.made"),
        (11, "facts.versioning.deprecations.0.ops"),
        (13, "clauses.A.checks"),
        (13, "clauses.A.lvel"),
        (14, "clauses.B.ops"),
        (16, "clauses.D"),
    ]


@pytest.mark.parametrize("facts", ["[]", "", "text", "{responses: []}", "{webhooks: 3}"])
def test_facts_of_another_form_are_mistakes(tmp_path: Path, facts: str) -> None:
    (mistake,) = mistakes_of(tmp_path, f"policy: p\nfacts: {facts}\n")
    assert mistake.line == 2
    assert mistake.message.startswith("expected")


def test_a_mistake_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("policy: mine\nclauses:\n  M: {levl: must}\n")
    (mistake,) = mistakes_of(tmp_path, "policy: p\ninclude: mine.yaml\n")
    assert (mistake.file, mistake.line) == (str(tmp_path / "mine.yaml"), 3)
    (tmp_path / "mine.yaml").write_text("policy: mine\nfacts:\n  order: [nope]\n")
    (mistake,) = mistakes_of(tmp_path, "policy: p\ninclude: mine.yaml\n")
    assert (mistake.file, mistake.line) == (str(tmp_path / "mine.yaml"), 3)


def test_an_unknown_reading_is_refused(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(tmp_path, "policy: p\nreadings: {lenient: {}}\n", "lenint")
    assert mistake.suggestion == 'did you mean "lenient"?'


def test_a_name_for_a_section_that_no_clause_has_is_refused(tmp_path: Path) -> None:
    text = 'policy: p\nclauses: {A: {section: "2.1"}}\nsections: {"2.1": Limits, "2.2": Errors}\n'
    (mistake,) = mistakes_of(tmp_path, text)
    assert mistake.message == 'unknown section of a clause "2.2"'
    assert mistake.line == 3


POLICY = """\
policy: orders
version: 2026-11
title: Orders
sources: {terms: {url: "https://example.com", grade: O}}
include: [http, bearer]
defaults: {section: "2", level: should}
facts:
  authentication: {refusal: 403}
  responses:
    error: {when: {status: [4xx, 5xx]}, schema: Problem}
  rate_limits:
    window: 1h
    refusal: {status: 429, retry_after: {form: seconds, only: 429}}
    buckets: {general: {limit: 60}, burst: {limit: 5, window: 10s, ops: createOrder, also: general}}
readings:
  docs:
    rate_limits: {buckets: {burst: null, general: {limit: 30}}}
grades: {rate_limits.buckets.general.limit: {grade: A, source: guess}}
clauses:
  A: {checks: auth/*, quote: none}
  B: {level: must, actors: [client, provider], of: rate_limits.buckets.general}
  HTTP-401: {level: may}
  BEARER-VALIDATION: null
"""


def test_clauses_take_defaults_and_the_grade_of_their_source(tmp_path: Path) -> None:
    policy = loaded(tmp_path, POLICY)
    a, b = policy.clause("A"), policy.clause("B")
    assert (a.section, a.level, a.grade, a.source) == ("2", Level.SHOULD, Grade.OFFICIAL, "terms")
    assert (b.level, b.actors, b.facts) == (
        Level.MUST,
        ("client", "provider"),
        ("rate_limits.general",),
    )
    assert (a.line, a.file) == (20, policy.file)


def test_a_clause_of_a_set_is_overlaid_and_null_removes_it(tmp_path: Path) -> None:
    policy = loaded(tmp_path, POLICY)
    ids = [clause.id for clause in policy.clauses]
    assert ids[:2] == ["A", "B"]
    assert "BEARER-VALIDATION" not in ids
    assert policy.clause("HTTP-401").level is Level.MAY
    assert policy.clause("HTTP-401").checks == ("auth/challenge",)
    assert policy.clause("BEARER-CHALLENGE").source == "rfc6750"


def test_a_status_laid_over_a_response_keeps_its_other_members(tmp_path: Path) -> None:
    refusal = loaded(tmp_path, POLICY).facts.authentication.anonymous
    assert refusal is not None
    assert refusal.statuses.exact == (403,)
    assert refusal.challenge not in (None, NEVER)


def test_a_policy_may_split_the_refusal_of_a_set_into_anonymous_and_bad(tmp_path: Path) -> None:
    text = (
        "policy: p\ninclude: bearer\nfacts:\n  authentication:\n"
        "    refusal: {bad: {challenge: {error: invalid_token}}}\n"
    )
    facts = loaded(tmp_path, text).facts.authentication
    assert facts.anonymous is not None
    assert facts.bad is not None
    assert facts.anonymous.challenge.error is None
    assert facts.bad.challenge.error == "invalid_token"
    assert facts.anonymous.statuses == facts.bad.statuses


def test_buckets_inherit_window_and_per(tmp_path: Path) -> None:
    limits = loaded(tmp_path, POLICY).facts.rate_limits
    assert limits is not None
    assert limits.buckets["general"].window_s == 3600.0
    assert limits.buckets["burst"].window_s == 10.0
    assert limits.buckets["burst"].also == ("general",)
    assert (limits.retry_after, limits.retry_after_only.exact) == ("seconds", (429,))


def test_a_reading_overlays_by_key_and_null_removes(tmp_path: Path) -> None:
    policy = loaded(tmp_path, POLICY, "docs")
    assert policy.facts.rate_limits is not None
    assert list(policy.facts.rate_limits.buckets) == ["general"]
    assert policy.facts.rate_limits.buckets["general"].limit == 30
    assert policy.readings == ("docs",)
    rows = {row.path: row for row in policy.origins}
    assert rows["rate_limits.general.limit"].kind == "reading"


def test_every_fact_in_force_has_its_origin(tmp_path: Path) -> None:
    rows = {row.path: row for row in loaded(tmp_path, POLICY).origins}
    policy = str(tmp_path / "policy.yaml")
    expected = {
        "authentication.refusal.status": ("policy", f"{policy}:8", 403),
        "authentication.refusal.challenge.scheme": ("include", "bearer", "Bearer"),
        "rate_limits.general.limit": ("policy", f"{policy}:14", 60),
        "rate_limits.over": ("default", "default", "refuse"),
        "authorization.required.listOrders": (
            "document",
            "openapi.yaml#/paths/~1orders/get/security",
            ["read"],
        ),
        "versioning.deprecated.listOrders": (
            "document",
            "openapi.yaml#/paths/~1orders/get/deprecated",
            True,
        ),
        "transport.servers": ("document", "openapi.yaml#/servers", ["/v2"]),
    }
    assert {p: (rows[p].kind, rows[p].place, rows[p].value) for p in expected} == expected
    assert rows["rate_limits.general.limit"].grade is Grade.ASSUMED


def test_quotes_are_compared_with_the_stored_text(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("All requests\n  need a “valid” token, always.\n")
    head = "policy: p\nsources: {terms: {file: terms.txt}}\nclauses:\n"
    for quote in ("All requests need a", "requests … always.", 'need a \\"valid\\" token'):
        loaded(tmp_path, f'{head}  A: {{quote: "{quote}"}}\n')
    for quote in ("Some requests", "token … requests"):
        (mistake,) = mistakes_of(tmp_path, f'{head}  A: {{quote: "{quote}"}}\n')
        assert (mistake.line, mistake.path) == (4, "clauses.A.quote")


def test_a_changed_or_missing_source_text_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("text")
    digest = hashlib.sha256(b"text").hexdigest()
    loaded(tmp_path, f"policy: p\nsources: {{t: {{file: terms.txt, digest: sha256:{digest}}}}}\n")
    (mistake,) = mistakes_of(
        tmp_path, f"policy: p\nsources: {{t: {{file: terms.txt, digest: {'a' * 64}}}}}\n"
    )
    assert "another digest" in mistake.message
    (mistake,) = mistakes_of(tmp_path, "policy: p\nsources: {t: {file: none.txt}}\n")
    assert "no such file" in mistake.message


def test_without_a_policy_the_standard_sets_that_fit_the_document_hold() -> None:
    ids = {clause.id for clause in builtin_policy(SPEC).clauses}
    assert {"OPENAPI-RESPONSES", "HTTP-401", "BEARER-CHALLENGE"} <= ids
    assert "PROBLEM-FORMAT" not in ids
    bare = {clause.id for clause in builtin_policy(read_spec({"paths": {}})).clauses}
    assert "BEARER-CHALLENGE" not in bare
    token = {"any": SecurityScheme("any", "http", http_scheme="bearer")}
    given = builtin_policy(read_spec({"paths": {}}), token)
    assert "BEARER-CHALLENGE" in {clause.id for clause in given.clauses}


def test_every_clause_set_that_comes_with_apicheck_loads(tmp_path: Path) -> None:
    text = "policy: p\ninclude: [openapi, http, bearer, problem-details]\n"
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    policy = load_policy(path, SPEC)
    assert all(clause.source and clause.section for clause in policy.clauses)
    assert policy.facts.responses["error"].equal == {"/status": "status"}


def test_facts_alone_are_typed_and_their_mistakes_reported() -> None:
    facts = facts_from({"authentication": {"refusal": [401, 403]}, "webhooks": "none"})
    assert facts.authentication.bad is not None
    assert facts.authentication.bad.statuses.exact == (401, 403)
    assert facts.webhooks is NEVER
    with pytest.raises(PolicyError, match="did you mean"):
        facts_from({"authentication": {"refsal": 401}}, file="page.md")


@pytest.mark.parametrize(("over", "size"), [("64KiB", 65536), (100, 100)])
def test_a_size_above_which_a_body_is_refused(over: object, size: int) -> None:
    facts = facts_from({"requests": {"too_large": {"over": over, "status": 413}}})
    assert facts.body_limit_bytes == size
    assert facts.requests["too_large"].statuses.exact == (413,)


@pytest.mark.parametrize(("limit", "size"), [("256kB", 256_000), (100, 100)])
def test_a_size_that_no_delivery_exceeds(limit: object, size: int) -> None:
    facts = facts_from({"webhooks": {"delivery": {"body_limit": limit, "order": "per-object"}}})
    assert isinstance(facts.webhooks, Webhooks)
    assert facts.webhooks.delivery.body_limit_bytes == size
    assert facts.webhooks.delivery.order == "per-object"


def test_an_unknown_profile_is_reported_with_a_suggestion() -> None:
    with pytest.raises(PolicyError) as caught:
        profile_dir("canonicl")
    assert caught.value.mistakes[0].suggestion == 'did you mean "canonical"?'


def test_the_document_of_a_policy_is_beside_it_unless_it_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    for text, name in (
        ("policy: p\n", "openapi.yaml"),
        ("policy: p\nspec: api/v2.json\n", "api/v2.json"),
        ("policy: p\nspec: 3\n", "openapi.yaml"),
    ):
        path.write_text(text)
        assert document_of(path) == tmp_path / name


def test_a_set_of_ones_own_that_includes_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("policy: mine\ninclude: http\n")
    (mistake,) = mistakes_of(tmp_path, "policy: p\ninclude: mine.yaml\n")
    assert (mistake.file, mistake.line) == (str(tmp_path / "mine.yaml"), 2)
    (mistake,) = mistakes_of(tmp_path, "policy: p\ninclude: none.yaml\n")
    assert "no such file" in mistake.message
    (mistake,) = mistakes_of(tmp_path, "policy: p\ninclude: sets/../../mine.yaml\n")
    assert "not beside or below the policy" in mistake.message


def test_a_copy_without_its_texts_and_with_its_sets_is_read(tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "mine.yaml").write_text("policy: mine\nclauses: {M: {title: t}}\n")
    path = tmp_path / "policy.yaml"
    path.write_text(
        "policy: p\ninclude: [http, sets/mine.yaml]\nsources: {t: {file: gone.txt}}\n"
        "clauses: {A: {quote: words}}\n"
    )
    assert included_files(path) == ("sets/mine.yaml",)
    policy = load_policy(path, SPEC, verify_quotes=False)
    assert {"A", "M"} <= {clause.id for clause in policy.clauses}
