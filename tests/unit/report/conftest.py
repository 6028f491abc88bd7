"""A run by hand in which every verdict, level and consequence occurs."""

from __future__ import annotations

import pytest

from apicheck.model.exchange import (
    Caller,
    Credential,
    Direction,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
    TransportError,
    TransportErrorKind,
)
from apicheck.model.facts import Selector
from apicheck.model.policy import Clause, Example
from apicheck.model.results import (
    CheckResult,
    ClauseResult,
    Failure,
    Finding,
    PreflightItem,
    Provenance,
    Results,
    Task,
    Word,
)
from apicheck.model.verdict import (
    Consequence,
    Grade,
    Level,
    NotTestedKind,
    RunWord,
    Severity,
    Verdict,
)

ADMIN = Credential("bearer", "header", "Authorization", "Bearer $APICHECK_ADMIN_TOKEN")
PROBLEM = b'{"type":"about:blank","title":"Unauthorized","status":401,"detail":"A token is due."}'

PAGE = """# auth/missing-credentials

## What it asserts

An operation that requires a credential refuses a request that carries none, with the status
that the policy names (`authentication.refusal`).

## Why it matters

An operation that answers without a credential is open to everybody. <script>alert(1)</script>

## How to fix it

Authenticate before anything is looked up or changed, in one place that every route passes.

| answer | when |
|---|---|
| 401 | no credential |

[A link](javascript:alert(1)) and ![an image](https://example.com/x.png).

## Examples

```http pass
# not a heading
GET /contacts HTTP/1.1
```
"""


def exchange(
    number: str,
    request: Request,
    response: Response | None,
    role: Role = Role.TABLE,
    **more: object,
) -> Exchange:
    return Exchange(number, request, response, None, 1.25, 1.2625, role, **more)  # type: ignore[arg-type]


def _answer(status: int, reason: str, body: bytes = b"", **headers: str) -> Response:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, pairs, body, reason)


LIST = Request("GET", "/v2/contacts", (("limit", "2"),), (("Accept", "application/json"),))
LIST = LIST.with_credentials("admin", ADMIN)
CREATE = Request(
    "POST",
    "/v2/contacts",
    headers=(("Content-Type", "application/json"),),
    body=b'{"email":"ada@example.com","name":"Ada Lovelace","tags":["vip","it\'s"]}',
    operation="createContact",
)
HOSTILE = (
    "<script>alert('body')</script> \u202egnp.exe\u202c \x1b[31mred\x1b[0m \x00 </script> ]]> é ✓"
).encode() + b" \xff\xfe"

TRANSCRIPTS = (
    Transcript(
        "auth/missing-credentials/listContacts",
        (
            exchange(
                "x-1",
                LIST,
                _answer(200, "OK", b'{"data":[]}', Content_Type="application/json"),
                Role.CONTROL,
            ),
            exchange(
                "x-2",
                LIST.without_credentials(),
                _answer(
                    401,
                    "Unauthorized",
                    PROBLEM,
                    Content_Type="application/problem+json",
                    WWW_Authenticate='Bearer realm="api"',
                    X_Request_Id="7f3c",
                ),
            ),
        ),
    ),
    Transcript(
        "auth/missing-credentials/createContact",
        (
            exchange(
                "x-3",
                CREATE,
                _answer(
                    201,
                    "Created",
                    b'{"id":"c_81","email":"ada@example.com"}',
                    Content_Type="application/json",
                    Location="/v2/contacts/c_81",
                ),
            ),
            exchange("x-4", CREATE, _answer(201, "Created", b"{}"), Role.CONFIRM),
        ),
    ),
    Transcript(
        "auth/bad-credentials/listContacts/trailing-space",
        (
            exchange(
                "x-5",
                LIST.with_bad_credentials(
                    Credential("bearer", "header", "Authorization", "Bearer $APICHECK_ADMIN_TOKEN ")
                ),
                _answer(500, "Internal Server Error", HOSTILE, Content_Type="text/html"),
                Role.DRAWN,
                raw=b"GET /v2/contacts HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Authorization: Bearer $APICHECK_ADMIN_TOKEN \r\n\r\n",
            ),
        ),
    ),
    Transcript(
        "headers/request-id",
        (exchange("x-6", LIST, _answer(204, "No Content", Server="nginx/1.24.0")),),
    ),
    Transcript(
        "webhooks/signature/contact.created",
        (
            exchange(
                "x-7",
                Request("POST", "/hook/1", body=b'{"type":"contact.created"}', caller=Caller.BAD),
                _answer(200, "OK"),
                direction=Direction.IN,
                observations=(
                    Observation("signature", "$APICHECK_ISSUED_1", "no signature header"),
                ),
            ),
        ),
    ),
    Transcript(
        "ratelimit/quota/general",
        (
            Exchange(
                "x-8",
                LIST,
                None,
                TransportError(TransportErrorKind.TIMEOUT, "no answer within 10 s"),
                60.0,
                70.0,
                Role.TABLE,
            ),
        ),
    ),
)

CLAUSES = (
    Clause(
        "AUTH-1",
        "2",
        "Credentials",
        "All requests need a valid token",
        "Every operation but the token endpoint requires a bearer token.",
        checks=("auth/*",),
        line=31,
        file="policy.yaml",
    ),
    Clause("AUTH-2", "2", "", "A token of another tenant is refused", level=Level.MUST_NOT),
    Clause(
        "HDR-1",
        "3",
        "",
        "Quote the X-Request-Id when you contact us",
        level=Level.SHOULD,
        of=("responses.all",),
        ops=Selector(("secured", "GET /v2/*")),
    ),
    Clause("HDR-2", "3", "", "We may send additional headers", level=Level.MAY),
    Clause("HDR-3", "3", "", "Answers carry a Server header", level=Level.INFO),
    Clause("RATE-1", "4", "", "600 requests a minute", of=("rate_limits.general",)),
    Clause("RATE-2", "4", "", "exports are limited to 5 a minute", ambiguity="per user or per key"),
    Clause("HOOK-1", "6", "", "Every delivery is signed", grade=Grade.ASSUMED),
    Clause("HOOK-2", "6", "", "Verify the signature", actors=("receiver",)),
    Clause("VER-1", "5", "", "at least 12 months after deprecation"),
    Clause("VER-2", "5", "", "Old versions are listed on our site"),
    Clause("DATA-1", "7", "", "Personal data is deleted on request"),
    Clause(
        "BEH-1",
        "7",
        "",
        "A deleted contact is gone",
        example=(
            Example("create", "createContact", "", {"body": {"email": "a@b.c"}}, {"status": 201}),
        ),
    ),
    Clause(
        "TERMS-1",
        "1",
        "",
        "only for lawful purposes",
        actors=("partner-organisation",),
        attest="Is the API used for lawful purposes only?",
    ),
)


def _check(
    check: str, subject: str, verdict: Verdict, reason: str = "", **more: object
) -> CheckResult:
    return CheckResult(check, subject, subject, (), verdict, reason=reason, **more)  # type: ignore[arg-type]


CHECKS = (
    _check(
        "auth/missing-credentials",
        "listContacts",
        Verdict.PASS,
        exercised=1,
        cases=1,
        evidence=("x-2",),
    ),
    _check(
        "auth/missing-credentials",
        "createContact",
        Verdict.FAIL,
        exercised=2,
        cases=1,
        failures=(Failure("accepted", "", "401", "201 Created", 2, ("x-3", "x-4")),),
    ),
    _check(
        "auth/missing-credentials",
        "deleteContact",
        Verdict.NOT_TESTED,
        "the mode is read-only",
        kind=NotTestedKind.READ_ONLY,
        remedy='[safety]\nmode = "full"',
    ),
    _check("auth/bad-credentials", "listContacts", Verdict.INCONCLUSIVE, "answered 500"),
    _check(
        "headers/request-id",
        "listContacts",
        Verdict.FAIL,
        exercised=1,
        failures=(Failure("absent", "X-Request-Id", "a unique X-Request-Id", "none", 1, ("x-6",)),),
        evidence=("x-6",),
    ),
    _check("ratelimit/quota", "general", Verdict.ERROR, "the target stopped answering: timeout"),
    _check(
        "webhooks/signature",
        "contact.created",
        Verdict.FAIL,
        exercised=1,
        failures=(Failure("absent", "", "a valid signature", "no signature header", 1, ("x-7",)),),
    ),
    _check("scopes/foreign-object", "getContact", Verdict.NOT_APPLICABLE, "the API has one tenant"),
    _check("behaviour/example", "BEH-1", Verdict.PASS, exercised=1, evidence=("x-1",)),
    _check("versioning/deprecation", "listContactsV1", Verdict.REVIEW, "the notice is a web page"),
)

FINDINGS = (
    Finding(
        "f-7d1c",
        "auth/missing-credentials",
        "accepted",
        "",
        Severity.CRITICAL,
        "401",
        "201 Created",
        ("createContact",),
        ("createContact",),
        ("AUTH-1",),
        2,
        ("x-3", "x-4"),
        "",
        ("authentication.refusal = 401 (policy.yaml:9)",),
    ),
    Finding(
        "f-9a02",
        "headers/request-id",
        "absent",
        "X-Request-Id",
        Severity.LOW,
        "a unique X-Request-Id",
        "none",
        ("listContacts",),
        ("listContacts",),
        ("HDR-1",),
        1,
        ("x-6",),
        "curl -i 'http://127.0.0.1:8080/v2/contacts?limit=2'",
    ),
    Finding(
        "f-31bb",
        "webhooks/signature",
        "absent",
        "",
        Severity.HIGH,
        "a valid signature",
        "no signature header",
        (),
        ("contact.created",),
        ("HOOK-1",),
        1,
        ("x-7",),
        "",
    ),
)


def _clause(index: int, verdict: Verdict, reason: str, **more: object) -> ClauseResult:
    given = {"consequence": Consequence.NONE, "in_scope": True, **more}
    return ClauseResult(CLAUSES[index], verdict, reason=reason, **given)  # type: ignore[arg-type]


RESULTS = Results(
    run=Provenance(
        tool="apicheck 0.1.0",
        started="2026-11-21T06:30:00Z",
        finished="2026-11-21T06:31:12.5Z",
        target="staging",
        base_url="http://127.0.0.1:8080",
        policy="orders",
        policy_version="2026-11",
        profile="canonical",
        spec="Orders API 2.1.0",
        actor="provider",
        mode="full",
        seed=1,
        requests=412,
        digests={"policy": "sha256:" + "3f" * 32, "openapi": "sha256:" + "a1" * 32},
        versions={"python": "3.11.9", "hypothesis": "6.150.1"},
        argv=("apicheck", "run", "--profile", "canonical"),
    ),
    word=Word(
        RunWord.NOT_CONFORMANT,
        1,
        "1 of 9 automatic must-clauses of the provider is violated; 1 to attest; 1 out of scope",
        "AUTH-1 is violated: createContact was accepted without credentials.",
    ),
    tasks=(
        Task(
            "Let unsafe methods be sent",
            ("AUTH-1", "AUTH-2"),
            '[safety]\nmode = "full"',
        ),
        Task("Give a second tenant", ("AUTH-2",), '[identities.other]\ntenant = "b"'),
    ),
    preflight=(
        PreflightItem("document", Verdict.PASS, "the document is valid"),
        PreflightItem("clock", Verdict.INCONCLUSIVE, "the target sends no Date; skew is unknown"),
    ),
    clauses=(
        _clause(
            0,
            Verdict.FAIL,
            "1 of 3 subjects failed",
            results=(0, 1, 2, 3),
            findings=("f-7d1c",),
            consequence=Consequence.VIOLATION,
            tally={"pass": 1, "fail": 1, "not-tested": 1, "inconclusive": 1},
        ),
        _clause(
            1,
            Verdict.NOT_APPLICABLE,
            "the API has one tenant",
            results=(7,),
        ),
        _clause(
            2,
            Verdict.FAIL,
            "X-Request-Id is absent",
            results=(4,),
            findings=("f-9a02",),
            consequence=Consequence.WARNING,
        ),
        _clause(3, Verdict.NOT_TESTED, "nothing to test", consequence=Consequence.NOT_OBSERVED),
        _clause(4, Verdict.PASS, "a Server header was seen", consequence=Consequence.OBSERVED),
        _clause(5, Verdict.ERROR, "the target stopped answering: timeout", results=(5,)),
        _clause(6, Verdict.INCONCLUSIVE, "no 429 was ever seen"),
        _clause(
            7,
            Verdict.FAIL,
            "a delivery was not signed",
            results=(6,),
            findings=("f-31bb",),
            consequence=Consequence.WARNING,
            capped_by="webhooks.signature",
        ),
        _clause(
            8,
            Verdict.NOT_TESTED,
            "binds the receiver: apicheck receiver",
            in_scope=False,
            kind=NotTestedKind.OTHER_ACTOR,
        ),
        _clause(9, Verdict.PARTIAL, "1 of 2 operations passed; 1 not tested: read-only"),
        _clause(10, Verdict.REVIEW, "a person must judge", results=(9,)),
        _clause(
            11,
            Verdict.NOT_TESTED,
            "no check for it exists yet",
            kind=NotTestedKind.NO_CHECK,
        ),
        _clause(12, Verdict.PASS, "1 subject passed", results=(8,), tally={"pass": 1}),
        _clause(13, Verdict.REVIEW, "a person must attest it", in_scope=False),
    ),
    checks=CHECKS,
    findings=FINDINGS,
    catalogue={
        "auth/missing-credentials": {
            "title": "A request without credentials is refused",
            "page": PAGE,
            "standards": ["rfc9110#15.5.2", "rfc6750#3"],
            "outcomes": [{"id": "accepted", "severity": "critical"}],
            "proven_by": {"accepted": ["auth/skips-authentication"]},
        },
        "headers/request-id": {
            "title": "Every answer has a request id of its own",
            "page": "# headers/request-id\n\nWords without a section.\n",
        },
    },
    facts=(
        {
            "path": "authentication.refusal",
            "value": 401,
            "kind": "policy",
            "place": "policy.yaml:9",
            "grade": "S",
        },
        {
            "path": "webhooks.signature",
            "value": {"scheme": "standard-webhooks"},
            "kind": "default",
            "place": "",
            "grade": "A",
        },
    ),
    concessions=("400 is accepted beside 422, as the policy names both",),
    leftovers=("contact c_81",),
    coverage={"listContacts": 3, "createContact": 2, "deleteContact": 0},
)


@pytest.fixture
def results() -> Results:
    return RESULTS


@pytest.fixture
def transcripts() -> tuple[Transcript, ...]:
    return TRANSCRIPTS
