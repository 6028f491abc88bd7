"""Facts of header fields and of browsers: typed, and refused with their line where mistaken."""

from pathlib import Path
from typing import Any

import pytest

from apicheck.load import facts_from, load_policy, parse_spec
from apicheck.model.errors import PolicyError
from apicheck.model.facts import NEVER, Cors, Directive, Hsts

SPEC = parse_spec(
    'openapi: "3.1.0"\ninfo: {title: t, version: "1"}\n'
    "paths: {/a: {get: {operationId: a, responses: {default: {description: d}}}}}\n",
    "openapi.yaml",
)


@pytest.mark.parametrize(
    ("written", "hsts", "cors"),
    [
        ({}, None, None),
        ({"hsts": True, "cors": "never"}, Hsts(), NEVER),
        ({"hsts": False}, None, None),
        (
            {"hsts": {"max_age": "1d", "preload": True}, "cors": {"origins": "*"}},
            Hsts(86_400.0, preload=True),
            Cors(("*",)),
        ),
        (
            {"cors": {"origins": ["https://a.example"], "credentials": False}},
            None,
            Cors(("https://a.example",), credentials=False),
        ),
    ],
)
def test_what_browsers_are_promised_is_typed(written: Any, hsts: Any, cors: Any) -> None:
    facts = facts_from({"transport": written})
    assert (facts.transport.hsts, facts.transport.cors) == (hsts, cors)


def test_directives_have_names_in_lower_case_and_bounds_in_seconds() -> None:
    directives = {"No-Store": "present", "public": "never", "max-age": {"at_most": "5m"}}
    rule = {"headers": {"Cache-Control": {"directives": directives}, "Date": {"within": "1m"}}}
    headers = facts_from({"responses": {"all": rule}}).responses["all"].headers
    assert headers["Date"].within_s == 60.0
    assert headers["Cache-Control"].directives == {
        "no-store": Directive(),
        "public": Directive(never=True),
        "max-age": Directive(at_most_s=300.0),
    }


@pytest.mark.parametrize(
    ("facts", "line", "path"),
    [
        ("transport: {cors: always}", 3, "facts.transport.cors"),
        ("transport: {cors: {credentials: true}}", 3, "facts.transport.cors"),
        ("transport: {hsts: {max_age: 31536000}}", 3, "facts.transport.hsts.max_age"),
        ("responses: {r: {headers: {A: {directives: {b: 5}}}}}", 3, "directives.b"),
        (
            "responses:\n    r: {headers: {A: {pattern: '('}}}",
            4,
            "facts.responses.r.headers.A.pattern",
        ),
    ],
)
def test_a_mistake_is_reported_with_its_place(
    tmp_path: Path, facts: str, line: int, path: str
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(f"policy: p\nfacts:\n  {facts}\nclauses: {{}}\n")
    with pytest.raises(PolicyError) as raised:
        load_policy(file, SPEC)
    (mistake,) = raised.value.mistakes
    assert mistake.line == line
    assert mistake.path.endswith(path)


def test_a_step_with_an_impossible_expectation_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(
        "policy: p\nclauses:\n  A:\n    checks: behaviour/example\n    example:\n"
        "      - operation: a\n        expect: {headers: {X: {pattern: '('}}, lacks: {data: {}}}\n"
    )
    with pytest.raises(PolicyError) as raised:
        load_policy(file, SPEC)
    assert len(raised.value.mistakes) == 2
