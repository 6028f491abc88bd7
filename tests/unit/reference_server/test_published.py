"""The document that the server publishes, and the faults of it."""

from __future__ import annotations

import pytest

from apicheck.compare import Impact, compare
from apicheck.load import read_spec
from reference_server.document.profile import Profile, read_profile
from reference_server.document.published import publish_document
from reference_server.faults.catalogue import catalogue
from reference_server.seam import combine, in_force

FAULTS = {
    name: fault
    for name, fault in catalogue().items()
    if publish_document in fault.replacements
}  # fmt: skip


@pytest.fixture(scope="module")
def profile() -> Profile:
    return read_profile("canonical")


def test_the_honest_document_is_the_profiles_own(profile: Profile) -> None:
    document = publish_document(profile)
    assert document == profile.spec.document
    document["paths"].clear()
    assert publish_document(profile) == profile.spec.document


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_document_leaves_one_that_can_be_read(name: str, profile: Profile) -> None:
    with in_force(combine([FAULTS[name].replacements])):
        published = publish_document(profile)
    assert published != profile.spec.document
    assert not read_spec(published).left_out


@pytest.mark.parametrize("name", [name for name in FAULTS if name.startswith("versioning/")])
def test_a_fault_of_the_document_breaks_one_promise_of_the_earlier_one(
    name: str, profile: Profile
) -> None:
    (earlier,) = profile.policy.earlier
    with in_force(combine([FAULTS[name].replacements])):
        broken = read_spec(publish_document(profile))
    found = compare(earlier, broken)
    assert len({change.name for change in found}) == 1
    assert (found[0].impact is Impact.PROBABLE) == (name == "versioning/document-with-a-new-choice")
