from __future__ import annotations

import pytest

from apicheck.model.target import Identity


@pytest.mark.parametrize(
    ("scopes", "permissions", "holds"),
    [
        (None, None, True),
        (("read", "write"), ("owner",), True),
        (("read",), ("owner",), False),
        (("read", "write"), (), False),
        ((), None, False),
    ],
)
def test_an_identity_holds_what_it_lists_and_all_of_what_is_not_known(
    scopes: tuple[str, ...] | None, permissions: tuple[str, ...] | None, holds: bool
) -> None:
    identity = Identity("admin", "$X", scopes=scopes, permissions=permissions)
    assert identity.holds(("read", "write"), ("owner",)) is holds
    assert identity.holds((), ())
