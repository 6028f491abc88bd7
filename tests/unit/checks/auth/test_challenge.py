from typing import Any

import pytest

from apicheck.model.verdict import Failure
from apicheck.pages.messages import messages
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECK = collect(entry_points=False)["auth/challenge"]
BEARER = {"scheme": "Bearer", "error": "invalid_token"}
ADMIN = "Authorization: Bearer $APICHECK_ADMIN_TOKEN\n"
POOR = "Authorization: Bearer $APICHECK_MINTED_1_TOKEN\n"


def seen(facts: Any, text: str, **setting: Any) -> list[tuple[str, str]]:
    """(fact path, outcome or "pass") of every promise that was put to the test."""
    context = subject_of(CHECK, {"facts": facts, **setting}).context
    assert CHECK.fold is not None
    state = CHECK.fold.start(context)
    for exchange in messages(text, context).exchanges:
        state = CHECK.fold.step(context, state, exchange)
    return [
        (one.fact, one.judgement.outcome if isinstance(one.judgement, Failure) else "pass")
        for one in CHECK.fold.finish(context, state)
    ]


def refused(status: int, challenge: str, credential: str = "", path: str = "/contacts") -> str:
    field = f"WWW-Authenticate: {challenge}\n" if challenge else ""
    who = " identity=minted-1" if credential == POOR else ""
    return f"# table{who}\nGET {path} HTTP/1.1\n{credential}\nHTTP/1.1 {status} No\n{field}"


def authentication(**challenge: Any) -> Any:
    return {"authentication": {"refusal": {"status": 401, "challenge": challenge}}}


def test_every_promised_parameter_must_be_present() -> None:
    facts = authentication(scheme="Bearer", parameters=["realm", "scope"])
    assert seen(facts, refused(401, 'Bearer realm="a", scope="b"')) == [
        ("authentication.refusal", "pass")
    ]
    assert seen(facts, refused(401, 'Bearer realm="a"')) == [
        ("authentication.refusal", "without-parameter")
    ]


def test_a_challenge_that_the_policy_rules_out_fails() -> None:
    facts = {"authentication": {"refusal": {"status": 401, "challenge": "never"}}}
    assert seen(facts, refused(401, "")) == [("authentication.refusal", "pass")]
    assert seen(facts, refused(401, "Bearer")) == [("authentication.refusal", "wrong-scheme")]


def test_the_scheme_is_case_insensitive_and_others_may_stand_beside_it() -> None:
    facts = authentication(scheme="Bearer")
    text = refused(401, 'Negotiate abc==, BEARER realm="x"')
    assert seen(facts, text) == [("authentication.refusal", "pass")]


def test_two_lines_of_the_field_are_read_as_one() -> None:
    text = refused(401, "Basic realm=a\nWWW-Authenticate: Bearer")
    assert seen(authentication(scheme="Bearer"), text) == [("authentication.refusal", "pass")]


def test_a_quote_in_the_error_description_is_malformed() -> None:
    text = refused(401, 'Bearer error="invalid_token", error_description="not \\"known\\""')
    assert seen(authentication(**BEARER), text) == [("authentication.refusal", "malformed")]


def test_a_state_has_its_own_promise() -> None:
    facts = {
        "authentication": {
            "refusal": 401,
            "states": {"expired": {"status": 401, "challenge": BEARER}},
        }
    }
    identities = {"old": {"state": "expired"}}
    text = refused(401, "").replace("# table", "# table identity=old caller=bad")
    expected = [("authentication.states.expired", "absent")]
    assert seen(facts, text, identities=identities) == expected


def test_the_refusal_of_a_missing_right_names_its_error() -> None:
    refusal = {"status": 403, "challenge": {"scheme": "Bearer", "error": "insufficient_scope"}}
    facts = {"authorization": {"refusal": refusal}}
    good = refused(403, 'Bearer error="insufficient_scope"', POOR)
    assert seen(facts, good) == [("authorization.refusal", "pass")]
    assert seen(facts, refused(403, "Bearer", POOR)) == [("authorization.refusal", "wrong-error")]


def test_a_status_of_two_promises_is_not_judged() -> None:
    refusal = {"status": 403, "challenge": {"scheme": "Bearer"}}
    facts = {"authorization": {"refusal": refusal, "foreign": {"tenant": 403}}}
    assert seen(facts, refused(403, "", POOR)) == []


@pytest.mark.parametrize(
    "text",
    [
        refused(404, ""),
        refused(401, "", path="/status"),
        refused(401, "", path="/nowhere"),
        refused(401, "", ADMIN),
    ],
)
def test_a_response_that_refuses_no_credential_is_skipped(text: str) -> None:
    assert seen(authentication(scheme="Bearer"), text) == []


def test_the_refusal_of_a_caller_with_every_right_is_skipped() -> None:
    refusal = {"status": 403, "challenge": {"scheme": "Bearer", "error": "insufficient_scope"}}
    assert seen({"authorization": {"refusal": refusal}}, refused(403, "", ADMIN)) == []
