"""What a failure is that comes once, that cannot be tried again, or that a step expects."""

from typing import Any

import pytest

DOCUMENT = """
openapi: 3.0.3
info: {title: Jobs, version: "1"}
paths:
  /jobs:
    get: {operationId: listJobs, responses: {"200": {description: ok}, "429": {description: wait}}}
    post:
      operationId: makeJob
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [name], properties: {name: {type: string}}}
            example: {name: nightly}
      responses: {"201": {description: made}, "429": {description: wait}}
"""


def policy(*steps: str) -> str:
    lines = "\n".join(f"      - {step}" for step in steps)
    return f"policy: p\nclauses:\n  LIMIT:\n    title: Two jobs at once\n    example:\n{lines}\n"


def jobs(sent: Any, *statuses: int) -> Any:
    """An API of jobs that responds to POSTs by a list, and with its last status ever after."""
    left = list(statuses)

    def handle(request: Any) -> Any:
        if request.method != "POST":
            return sent(200, {})
        return sent(left.pop(0) if len(left) > 1 else left[0], {})

    return handle


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_step_may_expect_what_otherwise_is_a_disturbance(
    run: Any, sent: Any, status: int
) -> None:
    steps = policy(
        "{operation: listJobs, expect: {status: 200}}",
        f"{{operation: makeJob, expect: {{status: {status}}}}}",
    )
    kept = run(DOCUMENT, jobs(sent, status), policy=steps)
    assert kept.verdict("LIMIT") == "pass"
    broken = run(DOCUMENT, jobs(sent, 201), policy=steps)
    assert broken.verdict("LIMIT") == "fail"
    assert broken.findings() == ["behaviour/example: unexpected-status: makeJob"]


def test_a_stray_429_on_a_step_that_expects_success_decides_nothing(run: Any, sent: Any) -> None:
    steps = policy(
        "{operation: makeJob, id: first, expect: {status: 201}}",
        "{operation: makeJob, id: second, expect: {status: 429}}",
    )
    outcome = run(DOCUMENT, jobs(sent, 429), policy=steps)
    assert outcome.verdict("LIMIT") == "inconclusive"


def test_a_creation_that_works_only_once_is_a_fail(run: Any, sent: Any) -> None:
    steps = policy("{operation: makeJob, send: {body: {name: ''}}, expect: {status: 422}}")
    made: set[bytes] = set()

    def handle(request: Any) -> Any:
        if request.method != "POST":
            return sent(200, {})
        if request.body in made:
            return sent(409, {})
        made.add(request.body)
        return sent(201, {})

    outcome = run(DOCUMENT, handle, policy=steps.replace("422", "[422, 409]"))
    assert outcome.verdict("LIMIT") == "fail"


def test_a_creation_that_is_accepted_once_and_then_refused_as_promised_is_flaky(
    run: Any, sent: Any
) -> None:
    steps = policy("{operation: makeJob, send: {body: {name: ''}}, expect: {status: 422}}")
    outcome = run(DOCUMENT, jobs(sent, 201, 201, 422), policy=steps)
    assert outcome.verdict("LIMIT") == "inconclusive"
    (clause,) = outcome.results["clauses"]
    assert "flaky" in clause["reason"]


SECURED = """
openapi: 3.0.3
info: {title: Many, version: "1"}
security: [{bearer: []}]
paths:
  /a: {get: {operationId: getA, responses: {"200": {description: ok}}}}
  /b: {get: {operationId: getB, responses: {"200": {description: ok}}}}
  /c: {get: {operationId: getC, responses: {"200": {description: ok}}}}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
"""
REFUSAL = """
policy: p
facts: {authentication: {refusal: {status: 401}}}
clauses: {AUTH: {title: Without a credential 401, checks: auth/missing-credentials}}
"""


@pytest.mark.parametrize(
    ("paths", "status", "verdict"),
    [
        (("/a", "/b", "/c"), 500, "fail"),
        (("/a",), 500, "partial"),
        (("/a", "/b", "/c"), 503, "inconclusive"),
    ],
    ids=["on every operation", "on one", "from a gateway"],
)
def test_a_500_in_place_of_the_promised_status_is_a_fail_where_it_repeats(
    run: Any, sent: Any, paths: tuple[str, ...], status: int, verdict: str
) -> None:
    def handle(request: Any) -> Any:
        if "authorization" in request.headers:
            return sent(200, {})
        return sent(status if request.path in paths else 401, {})

    outcome = run(
        SECURED,
        handle,
        target='[identities.admin]\ntoken_env = "T_TOKEN"\n',
        policy=REFUSAL,
        environ={"T_TOKEN": "tok-1234567890"},
    )
    assert outcome.verdict("AUTH") == verdict
