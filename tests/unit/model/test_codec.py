from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.model.codec import from_json, to_json
from apicheck.model.exchange import Caller, Credential, Exchange, Observation, Request, Response
from apicheck.model.facts import Foreign, StatusSet
from apicheck.model.plan import Options
from apicheck.model.results import CheckResult, FailureSummary, Finding
from apicheck.model.target import Identity, Safety, Secrets, Target
from apicheck.model.verdict import Severity

KINDS = [
    Exchange,
    Request,
    Response,
    Credential,
    Observation,
    CheckResult,
    FailureSummary,
    Finding,
    Identity,
    Options,
    StatusSet,
    Safety,
]
KINDS_BY_NAME = {kind.__name__: kind for kind in KINDS}
TEXT = st.text(max_size=8)
st.register_type_strategy(bytes, st.binary(max_size=12))
JSON_VALUES = st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=2)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(
    Identity, st.builds(Identity, fixtures=st.dictionaries(TEXT, JSON_VALUES, max_size=2))
)


@pytest.mark.parametrize("name", KINDS_BY_NAME)
@given(data=st.data())
def test_what_was_written_as_json_is_read_back_equal(name: str, data: st.DataObject) -> None:
    value = data.draw(st.from_type(KINDS_BY_NAME[name]))
    for whole in (False, True):
        text = json.dumps(to_json(value, whole=whole))
        assert from_json(KINDS_BY_NAME[name], json.loads(text)) == value


def test_secrets_are_never_written() -> None:
    target = Target("t", "http://127.0.0.1", secrets=Secrets({"$APICHECK_A_TOKEN": "hush-hush"}))
    assert "hush" not in json.dumps(to_json(target))
    assert "hush" not in json.dumps(to_json(target, whole=True))
    assert "hush" not in repr(target)


def test_a_severity_is_written_by_its_name() -> None:
    assert to_json(Severity.CRITICAL) == "critical"


def test_values_at_their_default_are_left_out() -> None:
    assert to_json(Request("GET", "/")) == {"method": "GET", "path": "/"}
    assert to_json(Request("GET", "/"), whole=True)["caller"] == Caller.ANONYMOUS.value


def test_json_of_another_type_is_a_value_error_that_names_the_type() -> None:
    with pytest.raises(ValueError, match="not a Foreign"):
        from_json(Foreign, {"response": None, "surprise": 1})


def test_a_mapping_is_not_read_as_text() -> None:
    with pytest.raises(ValueError, match="expected text"):
        from_json(Request, {"method": "GET", "path": {"a": 1}})


def test_a_value_may_be_prepared_for_the_type_that_it_is_read_as() -> None:
    def prepare(kind: object, value: object) -> object:
        return [value] if kind is tuple and isinstance(value, str) else value

    assert from_json(StatusSet, {"patterns": "4xx"}, prepare=prepare) == StatusSet(("4xx",))
