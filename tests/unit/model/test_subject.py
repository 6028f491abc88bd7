from typing import Any

import pytest

from apicheck.load import facts_from
from apicheck.model.operation import Spec
from apicheck.model.subject import RunContext
from apicheck.model.target import Identity

FACTS = {"authorization": {"implies": {"write": "read", "admin": ["write"]}}}


def context(**rights: Any) -> RunContext:
    spec = Spec("", "", "3.1.0", (), {}, {})
    needed = {kind: {"change": words} for kind, words in rights.items()}
    return RunContext(spec, facts_from(FACTS, file="test"), {}, {}, {}, **needed)


@pytest.mark.parametrize(
    ("held", "permitted"),
    [
        ({}, True),
        ({"scopes": ("read", "write"), "permissions": ("owner",), "roles": ("clerk",)}, True),
        ({"scopes": ("read",)}, False),
        ({"scopes": ("write",)}, True),
        ({"scopes": ("admin",)}, True),
        ({"scopes": ("read", "write"), "permissions": ()}, False),
        ({"roles": ("boss", "guest")}, True),
        ({"roles": ("guest",)}, False),
        ({"roles": ()}, False),
    ],
)
def test_an_identity_may_do_what_its_rights_permit_and_unknown_rights_count_as_held(
    held: dict[str, Any], permitted: bool
) -> None:
    asked = context(
        required_scopes=("read", "write"),
        required_permissions=("owner",),
        sufficient_roles=("clerk", "boss"),
    )
    assert asked.permits(Identity("one", "$X", **held), "change") is permitted


def test_every_identity_may_call_an_operation_without_requirements() -> None:
    assert context().permits(Identity("one", "$X", scopes=(), permissions=(), roles=()), "change")
