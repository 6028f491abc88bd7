import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.generate import draw, strategy
from apicheck.load import read_spec
from apicheck.model.facts import Facts
from apicheck.model.subject import RunContext, Subject, SubjectKind
from apicheck.model.target import Identity

SPEC = read_spec(
    {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/a": {"get": {"operationId": "read", "responses": {"200": {"description": "a"}}}}
        },
    }
)
WORLD = RunContext(
    SPEC, Facts(), {"admin": Identity("admin", "$APICHECK_ADMIN_TOKEN")}, {}, {"read": "admin"}
)
SUBJECT = Subject(SubjectKind.OPERATION, "read", WORLD, operation=SPEC.operation("read"))
LEGAL = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


def test_equal_seeds_draw_equal_values_and_others_do_not() -> None:
    first = draw("bad-credential", 7, 20, SUBJECT)
    assert first == draw("bad-credential", 7, 20, SUBJECT)
    assert first != draw("bad-credential", 8, 20, SUBJECT)


def test_drawn_credentials_are_different_and_legal_in_a_header_field() -> None:
    values = draw("bad-credential", 1, 100, SUBJECT)
    assert len(values) == len(set(values)) == 100
    assert all(LEGAL.fullmatch(value) for value in values)


def test_drawn_credentials_are_near_misses_and_strings_with_wildcards() -> None:
    values = draw("bad-credential", 1, 100, SUBJECT)
    assert any("%" in value for value in values)
    near = [value for value in values if value.startswith("$APICHECK_ADMIN_TOKEN")]
    assert near
    assert all(value != "$APICHECK_ADMIN_TOKEN" for value in near)


def test_a_strategy_that_nobody_defines_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        strategy("good-credential", SUBJECT)


@settings(max_examples=2)
@given(seed=st.integers(0, 9))
def test_values_can_be_drawn_inside_a_users_own_property_test(seed: int) -> None:
    assert len(draw("bad-credential", seed, 5, SUBJECT)) == 5
