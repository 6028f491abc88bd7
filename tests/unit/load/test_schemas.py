"""What breaks the published schema of a file is found, however quickly most files are passed."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.load import profile_dir
from apicheck.load.mistakes import Mistakes, drop_invalid, validator
from apicheck.load.source import read_source
from apicheck.model.errors import PolicyError
from apicheck.model.json import Json

POLICY = read_source(profile_dir("webengage") / "policy.yaml", PolicyError).value
VALUES = st.one_of(
    st.sampled_from([None, True, "", "1", "\n", "2xx\n", "٣", "2026-02-30", 1.0, 0, -1, [], {}]),
    st.integers(),
    st.floats(),
    st.text(max_size=4),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


def places_in(value: Json) -> list[tuple[Any, Any]]:
    """Every (mapping or list, key or index) of a value."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    return [place for key in keys for place in [(value, key), *places_in(value[key])]]


def find(schema: str, value: Json) -> list[str]:
    mistakes = Mistakes(lambda _: ("file", 1))
    mistakes.against(schema, value)
    return [mistake.message for mistake in mistakes.found]


@settings(max_examples=40)
@given(data=st.data())
def test_a_value_is_passed_exactly_when_the_validator_that_explains_errors_has_none(
    data: st.DataObject,
) -> None:
    policy = deepcopy(POLICY)
    holder, key = data.draw(st.sampled_from(places_in(policy)))
    holder[key] = data.draw(VALUES)
    assert bool(find("policy", policy)) == bool(list(validator("policy").iter_errors(policy)))


@pytest.mark.parametrize("value", [dt.date(2026, 1, 31), dt.time(1, 2)])
def test_a_value_that_json_has_not_is_a_mistake_and_no_error(value: object) -> None:
    settings: Any = {"name": value, "base_url": "http://x"}
    assert len(find("target", settings)) == 1
    assert drop_invalid("target", settings) == {"base_url": "http://x"}


@pytest.mark.parametrize(
    ("moment", "found"), [("2026-02-28", 0), ("2026-02-30", 1), ("2026-02-28T24:61Z", 1)]
)
def test_a_day_that_no_calendar_has_is_a_mistake(moment: str, found: int) -> None:
    mistakes = Mistakes(lambda _: ("file", 1))
    mistakes.against("policy", moment, part="date")
    assert len(mistakes.found) == found
