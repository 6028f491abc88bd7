import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.authoring import paths


@given(st.text("0123456789abcdefxyz-_", min_size=1, max_size=20))
def test_an_id_that_nobody_has_is_another_one(known: str) -> None:
    assert paths.make_absent_id(known) != known


@given(st.uuids())
def test_an_id_made_from_a_uuid_is_a_uuid(known: uuid.UUID) -> None:
    assert str(uuid.UUID(paths.make_absent_id(str(known)))) == paths.make_absent_id(str(known))


@pytest.mark.parametrize(
    ("known", "form"),
    [
        ("bk_2c116699", r"bk_[0-9a-f]{8}"),
        ("mb_38324c5c", r"mb_[0-9a-f]{8}"),
        ("acct_1NGvkf2eZ", r"acct_[0-9A-Za-z]{9}"),
        ("cus.prod_0a1", r"cus\.prod_[0-9a-f]{3}"),
        ("ord-2024-0001", r"ord-[0-9]{4}-[0-9]{4}"),
        ("facade-1", r"[a-f]{6}-[0-9]"),
        ("7", r"7[0-9]+"),
        ("user:42", r"user:42[0-9]+"),
        ("zzz", r"[a-z]{3}"),
        ("bk_", r".+"),
    ],
)
def test_an_id_of_nobody_keeps_its_prefix_and_its_form(known: str, form: str) -> None:
    made = paths.make_absent_id(known)
    assert made != known
    assert re.fullmatch(form, made)


@pytest.mark.parametrize(
    ("known", "schema"),
    [
        ("20260001", {"pattern": "^[0-9]{8}$"}),
        ("7", {"type": "integer", "maximum": 100}),
        ("abc", {"type": "string", "maxLength": 3}),
        ("hello", {"pattern": "^[a-z]+$"}),
        ("12", {"pattern": "^[0-9]+$", "maxLength": 2}),
    ],
)
def test_an_id_of_nobody_fits_the_schema(known: str, schema: dict[str, Any]) -> None:
    made = paths.make_absent_id(known, schema)
    assert made != known
    assert re.fullmatch(schema.get("pattern", ".*"), made)
    assert len(made) <= schema.get("maxLength", len(made))
    assert not made.isdecimal() or int(made) <= schema.get("maximum", int(made))
