"""The providers' own texts, read a second time: what their policies must say of each sentence.

`published_clauses.json` was read from the texts and not from the policies: the section and level of
each sentence, the numbers, names of headers, hosts and durations in it, whom it binds, and by what
means a machine can judge it: requests to a server, deliveries to a receiver, the document.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.policy import Policy

PUBLISHED: Mapping[str, Mapping[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "fixtures/published_clauses.json").read_text("utf-8")
)
EVERY = [(profile, clause) for profile, clauses in PUBLISHED.items() for clause in clauses]


@cache
def loaded(profile: str) -> Policy:
    folder = profile_dir(profile)
    return load_policy(folder / "policy.yaml", load_spec(folder / "openapi.yaml"))


def test_the_texts_of_five_providers_have_246_sentences_that_bind_or_inform() -> None:
    assert len(PUBLISHED) == 5
    assert len(EVERY) == 246


@pytest.mark.parametrize("profile", PUBLISHED)
def test_a_policy_quotes_every_sentence_and_no_other(profile: str) -> None:
    quoted = [clause.id for clause in loaded(profile).clauses if clause.quote]
    assert sorted(quoted) == sorted(PUBLISHED[profile])


@pytest.mark.parametrize(("profile", "clause"), EVERY)
def test_a_clause_has_the_section_the_level_and_the_numbers_of_its_sentence(
    profile: str, clause: str
) -> None:
    policy, published = loaded(profile), PUBLISHED[profile][clause]
    assert policy.clause(clause).section == published["section"]
    assert policy.clause(clause).level == published["level"]
    written = {origin.path: origin.value for origin in policy.origins}
    named = published["facts"]
    assert {path: written.get(path) for path in named} == named
