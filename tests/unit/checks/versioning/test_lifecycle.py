"""What the checks of a lifecycle pass over, and what their pages do not show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.model.check import Applies, PassiveResult
from apicheck.model.exchange import (
    TRAVELLED,
    Caller,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
)
from apicheck.model.subject import RunContext, Subject, SubjectKind
from apicheck.model.verdict import Failure, Inconclusive, NotApplicable, NotTested
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECKS = collect(entry_points=False)
GONE_LATER = {"ops": "listContacts", "since": "2026-01-01", "sunset": "2027-01-01"}
BEFORE = ("Date", "Tue, 01 Sep 2026 00:00:00 GMT")
AFTER = ("Date", "Sun, 03 Jan 2027 00:00:00 GMT")
SINCE = ("Deprecation", "@1767225600")


def deprecating(**more: Any) -> dict[str, Any]:
    return {"versioning": {"deprecations": [{**GONE_LATER, **more}]}}


def context_of(check: str, facts: dict[str, Any]) -> RunContext:
    return subject_of(CHECKS[check], {"facts": facts, "operation": "listContacts"}).context


def response_to(
    status: int, *headers: tuple[str, str], travelled: float | None = None, **request: Any
) -> Exchange:
    seen = () if travelled is None else (Observation(TRAVELLED, "", str(travelled)),)
    asked = {"method": "GET", "path": "/contacts", "operation": "listContacts", **request}
    return Exchange(
        "e1", Request(**asked), Response(status, headers), None, 0.0, 0.1, Role.TABLE, seen
    )


def seen(check: str, facts: dict[str, Any], *exchanges: Exchange) -> tuple[PassiveResult, ...]:
    context, fold = context_of(check, facts), CHECKS[check].fold
    assert fold is not None
    state = fold.start(context)
    for exchange in exchanges:
        state = fold.step(context, state, exchange)
    return fold.finish(context, state)


def failures(results: tuple[PassiveResult, ...]) -> list[tuple[str, str]]:
    found = [one.judgement for one in results if isinstance(one.judgement, Failure)]
    return [(one.outcome, one.detail) for one in found]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"path": "/contacts/"},
        {"path": "/%63ontacts"},
        {"method": "POST"},
        {"method": "OPTIONS"},
        {"path": "/nothing", "operation": ""},
    ],
)
def test_a_refusal_that_may_not_be_of_the_operation_announces_nothing(
    elsewhere: dict[str, str],
) -> None:
    facts = deprecating(when={"status": ["2xx", "4xx"]})
    assert seen("versioning/deprecation", facts, response_to(404, **elsewhere)) == ()


def test_errors_and_head_are_findings_of_their_own() -> None:
    facts = deprecating(when={"status": ["2xx", "4xx"]})
    came = (response_to(200), response_to(403), response_to(200, method="HEAD"))
    assert failures(seen("versioning/deprecation", facts, *came)) == [
        ("absent", ""),
        ("absent", "4xx"),
        ("absent", "HEAD"),
    ]


@pytest.mark.parametrize("value", ["true", "True", "?1", "Thu, 01 Jan 2026 00:00:00 GMT"])
def test_a_form_of_the_drafts_is_named_as_one(value: str) -> None:
    results = seen(
        "versioning/deprecation", deprecating(), response_to(200, ("Deprecation", value))
    )
    assert failures(results) == [("legacy", "")]


@pytest.mark.parametrize("value", ["1767225600", "@1767225600000000", "@1.5", "", "soon"])
def test_a_form_of_nothing_is_malformed(value: str) -> None:
    results = seen(
        "versioning/deprecation", deprecating(), response_to(200, ("Deprecation", value))
    )
    assert failures(results) == [("malformed", "")]


def test_where_nobody_says_since_when_any_date_will_do() -> None:
    facts = {"versioning": {"deprecations": [{"ops": "listContacts"}]}}
    assert failures(seen("versioning/deprecation", facts, response_to(200, SINCE))) == []


def test_an_end_that_is_not_promised_may_be_missing_and_not_be_nonsense() -> None:
    facts = {"versioning": {"deprecations": [{"ops": "listContacts", "since": "2026-01-01"}]}}
    assert seen("versioning/sunset", facts, response_to(200)) == ()
    wrong = response_to(200, ("Sunset", "next year"))
    assert failures(seen("versioning/sunset", facts, wrong)) == [("malformed", "")]


def test_the_order_of_two_dates_holds_without_a_policy() -> None:
    late = response_to(200, SINCE, ("Sunset", "Wed, 31 Dec 2025 23:59:59 GMT"))
    same = response_to(200, SINCE, ("Sunset", "Thu, 01 Jan 2026 00:00:00 GMT"))
    assert failures(seen("versioning/sunset-order", {}, late)) == [("before-deprecation", "")]
    assert failures(seen("versioning/sunset-order", {}, same)) == []


@pytest.mark.parametrize(
    ("sunset", "short"), [("Fri, 01 Jan 2027", False), ("Thu, 31 Dec 2026", True)]
)
@pytest.mark.parametrize("said", [(SINCE,), (), (("Deprecation", "true"),)])
def test_support_counts_from_the_response_or_else_from_the_policy(
    sunset: str, short: bool, said: tuple[tuple[str, str], ...]
) -> None:
    facts = deprecating()
    facts["versioning"]["promises"] = {"support": "12 months"}
    came = response_to(200, *said, ("Sunset", f"{sunset} 00:00:00 GMT"))
    assert bool(failures(seen("versioning/support", facts, came))) is short


def test_notice_is_not_judged_where_nobody_says_when_it_was_given() -> None:
    facts = deprecating()
    facts["versioning"]["promises"] = {"notice": "90 days"}
    check = CHECKS["versioning/notice"]
    everything = Subject(SubjectKind.EXCHANGES, "*", context_of("versioning/notice", facts))
    assert isinstance(check.applies(everything), NotApplicable)


def test_a_redirect_that_is_none_of_the_lifecycle_is_none() -> None:
    def moved(status: int, target: str, **request: Any) -> Exchange:
        return response_to(status, BEFORE, ("Location", target), **request)

    check, facts = "versioning/until-sunset", deprecating()
    known = {"caller": Caller.AUTHENTICATED}
    assert failures(seen(check, facts, moved(308, "/v2/contacts", **known))) == [("moved", "3xx")]
    for harmless in (
        moved(302, "/login", **known),
        moved(303, "/contacts/7", **known),
        moved(308, "https://api.example.com/contacts", **known),
        moved(308, "/v2/contacts"),
    ):
        assert seen(check, facts, harmless) == ()


def test_a_missing_page_may_never_have_been_there() -> None:
    lost = replace(response_to(404, BEFORE), role=Role.CONTROL)
    (result,) = seen("versioning/until-sunset", deprecating(), lost)
    assert isinstance(result.judgement, Inconclusive)


def test_the_clock_that_a_script_moved_goes_before_date() -> None:
    """A proxy dates responses by its own clock."""
    early, late = 1_798_000_000.0, 1_800_000_000.0
    check, facts = "versioning/until-sunset", deprecating(gone=410)
    assert seen(check, facts, response_to(410, BEFORE, travelled=late)) == ()
    assert failures(seen(check, facts, response_to(410, AFTER, travelled=early))) == [
        ("gone", "4xx")
    ]
    served = response_to(200, BEFORE, travelled=late)
    assert failures(seen("versioning/after-sunset", facts, served)) == [("served", "")]


def test_the_day_of_the_sunset_itself_is_neither_too_early_nor_too_late() -> None:
    noon = ("Date", "Fri, 01 Jan 2027 12:00:00 GMT")
    facts = deprecating(gone=410)
    for status in (200, 410):
        for check in ("versioning/until-sunset", "versioning/after-sunset"):
            assert seen(check, facts, response_to(status, noon)) == ()


def by_clock(bench: Callable[..., Any], check: str, **more: Any) -> Any:
    return bench(check, facts=deprecating(**more), operation="listContacts")


def test_without_a_clock_that_turns_back_the_days_are_not_tested(bench: Callable[..., Any]) -> None:
    made = by_clock(bench, "versioning/sunset-day")
    context = replace(made.subject.context, capabilities=frozenset({"clock", "mint"}))
    found = made.check.applies(replace(made.subject, context=context))
    assert isinstance(found, NotTested)
    assert "clock" in found.reason


@pytest.mark.parametrize(
    ("gone", "outcome"), [("2026-12-31", "gone-early"), ("2027-06-01", "served")]
)
def test_both_days_are_visited_and_the_clock_comes_back(
    bench: Callable[..., Any], server: Any, gone: str, outcome: str
) -> None:
    from apicheck.authoring import fields

    made = by_clock(bench, "versioning/sunset-day", gone=410)
    visited: list[float] = []
    honest, span = server.answer, fields.parse_instant(gone)

    def answer(request: Request) -> Response:
        visited.append(made.player.now)
        is_over = span is not None and made.player.now >= span[0]
        return Response(410) if is_over else honest(request)

    server.answer = answer
    judgement, transcript = made.judged()
    assert judgement.outcome == outcome
    assert made.player.now == 0.0
    assert [round(moment) for moment in visited] == [1_798_718_400, 1_798_891_199]
    assert all(one.observed(TRAVELLED) for one in transcript.exercised)


def test_an_object_that_is_absent_is_no_operation_that_has_gone(
    bench: Callable[..., Any], server: Any
) -> None:
    made = bench(
        "versioning/sunset-day",
        facts={"versioning": {"deprecations": [{**GONE_LATER, "ops": "getContact", "gone": 404}]}},
        operation="getContact",
    )
    honest = server.answer
    server.answer = lambda request: (
        Response(404) if made.player.now and request.method == "GET" else honest(request)
    )
    judgement, _ = made.judged()
    assert isinstance(judgement, Inconclusive)


@pytest.mark.parametrize(
    ("status", "verdict"), [(400, Failure), (410, Failure), (401, Inconclusive), (200, type(None))]
)
def test_what_is_refused_only_since_its_deprecation_is_a_change(
    bench: Callable[..., Any], server: Any, status: int, verdict: type
) -> None:
    made = by_clock(bench, "versioning/unchanged")
    honest, since = server.answer, 1_767_225_600
    server.answer = lambda request: (
        Response(status, body=b"[]") if made.player.now >= since else honest(request)
    )
    assert isinstance(made.judged()[0], verdict)


@pytest.mark.parametrize(
    ("target", "followed", "verdict"),
    [
        ("/contacts/c9", True, Failure),
        ("/contacts", True, Failure),  # the operation itself, which is deprecated
        ("https://other.example.com/v2/contacts", False, Inconclusive),
        ("/oauth/token", False, None),
    ],
)
def test_a_link_is_followed_below_the_target_alone(
    bench: Callable[..., Any], server: Any, target: str, followed: bool, verdict: type | None
) -> None:
    made = bench(
        "versioning/link-targets",
        facts=deprecating(links=["successor-version"]),
        operation="listContacts",
    )
    honest = server.answer

    def answer(request: Request) -> Response:
        came = honest(request)
        link = ("Link", f'<{target}>; rel="successor-version"')
        return replace(came, headers=(*came.headers, link))

    server.answer = answer
    ((_, bound),) = made.cases().items()
    judgement, transcript = made.judged(bound)
    assert bool(transcript.exercised) is followed
    assert verdict is None or isinstance(judgement, verdict)


def test_a_few_operations_stand_for_all_of_a_deprecation(bench: Callable[..., Any]) -> None:
    def applies(operation: str, **more: Any) -> Any:
        made = bench("versioning/unchanged", facts=deprecating(ops="*"), operation=operation)
        asked = {one.id: frozenset({"A"}) for one in made.subject.context.spec.operations}
        context = replace(made.subject.context, **more)
        return made.check.applies(replace(made.subject, asked=asked, context=context))

    tested = {"listContacts", "getStatus", "createContact"}
    for name in (*tested, "getContact", "updateContact", "deleteContact"):
        assert isinstance(applies(name), Applies) is (name in tested)
        assert isinstance(applies(name, thorough=True), Applies)


@pytest.mark.parametrize(
    ("target", "right"),
    [
        ("/api/contacts/7", True),
        ("https://api.example.com/contacts/7", True),
        ("https://staging.example.com/shop/api/contacts/7", True),
        ("contacts/7", True),  # relative to the request
        ("/api/persons/7", False),
        ("https://api.example.com/v9/contacts/7", False),
    ],
)
def test_a_successor_is_found_below_any_base_path(target: str, right: bool) -> None:
    context = context_of("versioning/links", deprecating(successor="getContact"))
    operations = tuple(
        replace(one, path=f"/api{one.path}", prefix="/api") for one in context.spec.operations
    )
    spec = replace(context.spec, operations=operations, prefix="/api")
    context = replace(context, spec=spec, base_url="https://staging.example.com/shop")
    link = ("Link", f'<{target}>; rel="successor-version"')
    came = response_to(200, link, path="/api/contacts")
    fold = CHECKS["versioning/links"].fold
    assert fold is not None
    results = fold.finish(context, fold.step(context, fold.start(context), came))
    assert (failures(results) == []) is right
