import uuid

from hypothesis import given
from hypothesis import strategies as st

from apicheck.authoring import paths


@given(st.text("0123456789abcdefxyz-_", min_size=1, max_size=20))
def test_an_id_that_nobody_has_is_another_one(known: str) -> None:
    assert paths.make_absent_id(known) != known


@given(st.uuids())
def test_an_id_made_from_a_uuid_is_a_uuid(known: uuid.UUID) -> None:
    assert str(uuid.UUID(paths.make_absent_id(str(known)))) == paths.make_absent_id(str(known))
