from __future__ import annotations

from typing import Any

import pytest

from apicheck.model.operation import Operation
from apicheck.requests.dormant import acts_by_itself, put_to_rest

SWITCH = {"type": "boolean", "default": True}


def operation(method: str, path: str) -> Operation:
    return Operation("one", method, path, "")


def schema(**properties: Any) -> Any:
    return {"type": "object", "properties": {"name": {"type": "string"}, **properties}}


@pytest.mark.parametrize("path", ["/automations", "/apps/{app}/cron-jobs", "/v1/alertRules/"])
def test_an_object_that_acts_by_itself_is_made_inactive(path: str) -> None:
    body = put_to_rest({}, schema(enabled=SWITCH), {"name": "a"}, operation("POST", path))
    assert body == {"name": "a", "enabled": False}


@pytest.mark.parametrize(
    ("member", "switch", "resting"),
    [
        ("isActive", SWITCH, False),
        ("is_paused", {"anyOf": [{"type": "boolean"}, {"type": "null"}]}, True),
        ("disabled", {"type": ["boolean", "null"]}, True),
    ],
)
def test_the_member_says_which_value_is_inactive(member: str, switch: Any, resting: bool) -> None:
    post = operation("POST", "/schedules")
    assert put_to_rest({}, schema(**{member: switch}), {}, post) == {member: resting}


@pytest.mark.parametrize(
    ("path", "switch"),
    [
        ("/users", SWITCH),
        ("/jobs/{id}/results", SWITCH),
        ("/rules", {"type": "string"}),
        ("/rules", SWITCH | {"const": True}),
        ("/rules", SWITCH | {"readOnly": True}),
    ],
)
def test_other_objects_and_other_members_stay_as_they_are(path: str, switch: Any) -> None:
    body = {"name": "a"}
    assert put_to_rest({}, schema(active=switch), body, operation("POST", path)) == body


def test_a_patch_changes_the_member_only_if_it_has_it() -> None:
    patch = operation("PATCH", "/rules/{id}")
    assert put_to_rest({}, schema(enabled=SWITCH), {"name": "a"}, patch) == {"name": "a"}
    assert put_to_rest({}, schema(enabled=SWITCH), {"enabled": True}, patch) == {"enabled": False}


@pytest.mark.parametrize(
    ("path", "acts"),
    [
        ("/automations/7", True),
        ("/things/3/schedule", True),
        ("/schedules/3/things/4", False),
        ("/rulers/1", False),
    ],
)
def test_a_deletion_says_whether_its_object_acts(path: str, acts: bool) -> None:
    assert acts_by_itself(path) is acts
