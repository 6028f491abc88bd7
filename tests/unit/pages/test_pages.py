from dataclasses import replace

import pytest

from apicheck.authoring import Role
from apicheck.authoring.folds import PassiveResult
from apicheck.model.check import Check, Fold
from apicheck.model.exchange import Caller, Direction, TransportErrorKind
from apicheck.model.subject import RunContext
from apicheck.model.verdict import Failure
from apicheck.pages import PageError, parse, verify
from apicheck.pages.messages import messages
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECK = collect(entry_points=False)["auth/missing-credentials"]
WORLD = subject_of(CHECK, {"operation": "listContacts"}).context


def complaints(old: str, new: str, check: Check = CHECK) -> str:
    """What is said of a page in which something was replaced."""
    assert old in check.page
    return "\n".join(verify(replace(check, page=check.page.replace(old, new))))


def test_a_complete_page_has_no_complaints() -> None:
    assert verify(CHECK) == ()


def test_an_example_that_comes_out_otherwise_is_named_with_its_line() -> None:
    said = complaints("HTTP/1.1 401 Unauthorized", "HTTP/1.1 404 Not Found")
    assert said.endswith("expected pass, came fail: wrong-status")
    assert said.startswith("line ")


def test_an_outcome_without_an_example_is_missed() -> None:
    assert "no example shows the outcome wrong-status" in complaints("fail: wrong-status", "pass")


def test_a_page_without_a_pass_is_incomplete() -> None:
    assert "no example passes" in complaints("```http pass", "```http inconclusive")


def test_an_example_of_an_undeclared_outcome_is_found() -> None:
    said = complaints("fail: wrong-status", "fail: rude")
    assert "an example shows rude, which is none of the outcomes" in said


def test_a_missing_section_is_named() -> None:
    assert "there is no section `## How to fix it`" in complaints("## How to fix it", "## Hints")


def test_the_title_is_the_id() -> None:
    assert "does not begin with" in complaints("# auth/missing-credentials", "# Credentials")


def test_a_setting_in_which_the_check_does_not_apply_is_not_a_pass() -> None:
    said = complaints("operation: listContacts", "operation: getStatus")
    assert "expected pass, came not-applicable" in said


def test_a_setting_with_an_unknown_operation_lists_those_there_are() -> None:
    assert "createContact" in complaints("operation: listContacts", "operation: listPeople")


def test_a_judge_that_raises_is_a_complaint_and_no_crash() -> None:
    def judge(*_: object) -> None:
        raise ZeroDivisionError("oh")

    said = verify(replace(CHECK, judge=judge))
    assert "ZeroDivisionError: oh" in said[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```http maybe\n```", "line 1: 'maybe' is none of pass"),
        ("x\n```yaml setting\nfact: {}\n```", "line 2: a setting has no member fact"),
        ("```yaml setting\n- 1\n```", "not a mapping"),
        ("```yaml setting\na: [\n```", "not YAML"),
    ],
)
def test_a_block_that_cannot_be_read_is_named_by_its_line(text: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        parse(text)


def test_dates_in_a_setting_stay_text() -> None:
    page = parse("```yaml setting\nfacts: {since: 2026-01-31, on: yes}\n```\n```http pass\n```")
    assert page.examples[0].setting["facts"] == {"since": "2026-01-31", "on": "yes"}


def test_a_request_is_read_with_its_credential_identity_and_operation() -> None:
    text = (
        "# table at=1.5..2.0 observe leaks($APICHECK_ADMIN_TOKEN)=body\n"
        "PATCH /contacts/c1?dry=1 HTTP/1.1\n"
        "Authorization: Bearer $APICHECK_ADMIN_TOKEN\nX-A: b\n\n{}\n\n"
        "HTTP/1.1 200 All right\nX-B: c\n\nfine\n"
    )
    (exchange,) = messages(text, WORLD).exchanges
    request, response = exchange.request, exchange.response
    assert (request.method, request.path, request.query) == (
        "PATCH",
        "/contacts/c1",
        (("dry", "1"),),
    )
    assert (request.operation, request.identity) == ("updateContact", "admin")
    assert request.caller is Caller.AUTHENTICATED
    assert request.headers == (("X-A", "b"),)
    assert request.body == b"{}"
    assert (exchange.sent_at, exchange.received_at, exchange.role) == (1.5, 2.0, Role.TABLE)
    assert exchange.observed("leaks")[0].about == "$APICHECK_ADMIN_TOKEN"
    assert response is not None
    assert (response.status, response.reason, response.body) == (200, "All right", b"fine")


def test_a_changed_token_is_nobodys() -> None:
    text = "# table\nGET /contacts HTTP/1.1\nAuthorization: Bearer $APICHECK_ADMIN_TOKEN[:-1]\n"
    request = messages(text, WORLD).exchanges[0].request
    assert (request.identity, request.caller) == ("", Caller.BAD)


def test_a_delivery_keeps_its_headers_and_has_no_operation() -> None:
    text = "# table direction=in\nPOST /hook HTTP/1.1\nAuthorization: x\n\n{}\n\nHTTP/1.1 200 OK\n"
    exchange = messages(text, WORLD).exchanges[0]
    assert exchange.direction is Direction.IN
    assert exchange.request.headers == (("Authorization", "x"),)
    assert exchange.request.operation == ""


def test_an_answer_that_never_came_is_written_with_its_cause() -> None:
    text = "# table\nGET /contacts HTTP/1.1\n\n! timeout: after 10 s\n"
    exchange = messages(text, WORLD).exchanges[0]
    assert exchange.response is None
    assert exchange.error is not None
    assert (exchange.error.kind.value, exchange.error.message) == ("timeout", "after 10 s")


def test_an_attribute_that_is_none_is_refused() -> None:
    with pytest.raises(PageError, match="not an attribute: 'loudly'"):
        messages("# table loudly\nGET / HTTP/1.1\n", WORLD)


def test_a_fold_passes_only_when_all_that_it_saw_is_good() -> None:
    def finish(_: RunContext, state: int) -> tuple[PassiveResult, ...]:
        good = PassiveResult("listContacts", "", 1, None)
        bad = PassiveResult("listContacts", "", 1, Failure("accepted", "a", "b"))
        return (good, bad)[:state]

    fold = Fold(lambda _: 0, lambda _, count, __: count + 1, finish)
    passive = replace(CHECK, script=None, judge=None, fold=fold)
    said = "\n".join(verify(passive))
    assert "expected pass, came fail: accepted" in said  # two exchanges: the bad one is seen
    assert "expected fail: accepted, came pass" in said  # one exchange


def test_an_example_is_judged_as_a_run_is() -> None:
    disturbed = complaints("HTTP/1.1 401 Unauthorized", "HTTP/1.1 503 Service Unavailable")
    assert "expected pass, came inconclusive" in disturbed
    closed = page_of_a_closed_connection()
    assert verify(replace(closed, judges_errors=frozenset({TransportErrorKind.CLOSED}))) == ()
    assert "expected pass, came inconclusive" in "\n".join(
        verify(replace(closed, judges_errors=frozenset()))
    )


def page_of_a_closed_connection() -> Check:
    """A check that passes whatever comes, with an example in which the connection is closed."""
    page = CHECK.page[: CHECK.page.index("```http")] + (
        "```http pass\n# table\nGET /contacts HTTP/1.1\n\n! connection-closed: at once\n```\n"
    )
    return replace(CHECK, page=page, judge=lambda *_: None, outcomes=())
