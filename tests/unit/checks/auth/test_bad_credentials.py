from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Case, Failure, NotApplicable, Response

FACTS = {"authentication": {"refusal": 401, "states": {"expired": 401, "revoked": 401}}}


def test_an_honest_server_refuses_every_row(bench: Callable[..., Any]) -> None:
    judgements = bench("auth/bad-credentials", facts=FACTS, operation="listContacts").judgements()
    assert len(judgements) >= 14
    assert judgements.pop("letters in the other case") == NotApplicable(
        "derived from this token, the value is the token itself"
    )
    assert set(judgements.values()) == {None}
    assert {"scheme alone", "another scheme", "very long"} <= set(judgements)


def test_rows_that_replace_the_scheme_keep_the_token(bench: Callable[..., Any]) -> None:
    made = bench("auth/bad-credentials", facts=FACTS, operation="listContacts")
    sent = {
        name: made.judged(bound)[1].exercised[0].request for name, bound in made.cases().items()
    }
    values = {name: request.credentials[0].value for name, request in sent.items()}
    assert values["scheme alone"] == "Bearer"
    assert values["another scheme"] == "Basic $APICHECK_ADMIN_TOKEN"
    assert values["one character short"] == "Bearer $APICHECK_ADMIN_TOKEN[:-1]"
    assert values["a space inside"] == "Bearer $APICHECK_ADMIN_TOKEN[:8] $APICHECK_ADMIN_TOKEN[8:]"
    assert {request.caller.value for request in sent.values()} == {"bad"}


def test_an_api_key_in_a_header_has_its_own_rows(bench: Callable[..., Any]) -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key", "flows": None}
    made = bench(
        "auth/bad-credentials",
        facts=FACTS,
        operation="listContacts",
        spec={"components": {"securitySchemes": {"bearer": scheme}}},
    )
    rows = {name: subject.case.value for name, subject in made.cases().items()}
    assert rows["empty"] == {"whole": ""}
    assert rows["scheme in front"] == {"whole": "Bearer $APICHECK_ADMIN_TOKEN"}
    assert "scheme alone" not in rows


def test_a_server_that_compares_a_prefix_accepts_the_cut_token(
    bench: Callable[..., Any], server: Any
) -> None:
    server.authenticate = lambda s, token: next(
        (holder for known, holder in s.holders.items() if token.startswith(known)), None
    )
    judgements = bench("auth/bad-credentials", facts=FACTS, operation="getContact").judgements()
    accepted = judgements["one character short"]
    assert isinstance(accepted, Failure)
    assert accepted.outcome == "accepted"
    assert judgements["garbage"] is None


def test_a_drawn_token_is_judged_like_a_row(bench: Callable[..., Any], server: Any) -> None:
    server.authenticate = lambda s, token: (
        s.holders["$APICHECK_ADMIN_TOKEN"] if "%" in token else s.holders.get(token)
    )
    made = bench("auth/bad-credentials", facts=FACTS, operation="listContacts")
    judgement, _ = made.judged(made.subject.with_case(Case("drawn 1", "%", drawn=True)))
    assert isinstance(judgement, Failure)
    assert (judgement.outcome, judgement.actual) == ("accepted", "200")


def test_a_refusal_with_another_status_fails(bench: Callable[..., Any], server: Any) -> None:
    facts = {"authentication": {"refusal": 403}}
    judgements = bench("auth/bad-credentials", facts=facts, operation="listContacts").judgements()
    assert isinstance(judgements["garbage"], Failure)
    assert judgements["garbage"].outcome == "wrong-status"


def test_all_refused_deletions_share_one_object_and_one_control(
    bench: Callable[..., Any], server: Any
) -> None:
    made = bench("auth/bad-credentials", facts=FACTS, operation="deleteContact")
    rows = len(made.judgements())
    sent = [request.method for request in server.requests]
    assert sent.count("POST") == 2
    assert sent.count("DELETE") == rows + 1


@pytest.mark.parametrize(
    ("operation", "facts"), [("getStatus", FACTS), ("listContacts", {"authentication": {}})]
)
def test_the_check_needs_a_credential_and_a_promise(
    bench: Callable[..., Any], operation: str, facts: Any
) -> None:
    made = bench("auth/bad-credentials", facts=facts, operation=operation)
    assert isinstance(made.check.applies(made.subject), NotApplicable)


def test_every_further_kind_of_credential_has_rows(bench: Callable[..., Any]) -> None:
    made = bench(
        "auth/bad-credentials",
        facts=FACTS,
        operation="listContacts",
        spec={
            "paths": {"/contacts": {"get": {"security": [{"bearer": []}, {"key": []}]}}},
            "components": {
                "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
            },
        },
        identities={
            "admin": {"scheme": "bearer", "credentials": {"key": "$APICHECK_ADMIN_KEY_TOKEN"}}
        },
    )
    _, transcript = made.judged(made.cases()["one character short as key"])
    (credential,) = transcript.exercised[0].request.credentials
    assert (credential.name, credential.value) == ("X-Key", "$APICHECK_ADMIN_KEY_TOKEN[:-1]")


def test_a_pair_of_the_basic_scheme_has_its_own_rows(bench: Callable[..., Any]) -> None:
    scheme = {"type": "http", "scheme": "basic", "flows": None}
    spec = {"components": {"securitySchemes": {"bearer": scheme}}}
    made = bench("auth/bad-credentials", facts=FACTS, operation="listContacts", spec=spec)
    assert made.cases()["no colon"].case.value == "YWRtaW4="
    assert made.cases()["another scheme"].case.value == {"whole": "Token $APICHECK_ADMIN_TOKEN"}


def test_a_very_long_credential_may_be_refused_in_any_way(
    bench: Callable[..., Any], server: Any
) -> None:
    made = bench("auth/bad-credentials", facts=FACTS, operation="listContacts")
    row = made.cases()["very long"]
    honest = server.answer
    server.answer = lambda request: Response(431) if request.caller == "bad" else honest(request)
    assert made.judged(row)[0] is None
    server.answer = lambda _: Response(200)
    assert made.judged(row)[0].outcome == "accepted"
