"""Formats of a policy: their facts, and mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import facts_from, load_policy, read_spec
from apicheck.model.errors import PolicyError
from apicheck.model.facts import Dates, ExpectedResponse

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "paths": {"/things": {"get": {"operationId": "listThings", "responses": {}}}},
}


def test_a_form_of_dates_may_stand_alone() -> None:
    assert facts_from({"formats": {"dates": "rfc3339-z"}}).formats.dates == Dates("rfc3339-z")


def test_the_facts_of_repetitions_and_embedding_are_typed() -> None:
    written = {
        "idempotency": {"header": "Idempotency-Key", "ttl": "4h", "changed": 409, "ops": "*"},
        "embed": {"parameter": "embed", "adds": "tags"},
    }
    formats = facts_from({"formats": written}).formats
    assert formats.idempotency is not None
    assert formats.idempotency.ttl_s == 4 * 3600
    assert isinstance(formats.idempotency.changed, ExpectedResponse)
    assert formats.embed is not None
    assert formats.embed.adds == ("tags",)


@pytest.mark.parametrize(
    ("written", "line", "message"),
    [
        ("dates: tomorrow", 3, '"tomorrow" is no form of a date'),
        ("dates: {form: QQ}", 3, '"QQ" is no form of a date'),
        ("paging: {default: 50, max: 20}", 3, "50 items by default, and 20 at most"),
        ("paging: {size: 3}", 3, "expected text"),
        ("deleted: {listThings: deleteThing}", 3, 'unknown operation "deleteThing"'),
        ("deleted: {listThing: listThings}", 3, 'unknown operation "listThing"'),
        ("since: {parameter: since, member: at, ops: listThing}", 3, '"listThing"'),
        (
            "negotiation: {parameter: f, values: {json: a/b, xml: a/c}, default: yaml}",
            3,
            '"yaml" is none of the values',
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, written: str, line: int, message: str
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(f"policy: p\nfacts: {{formats: {{\n{written}\n}}}}\nclauses: {{}}\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(file, read_spec(DOCUMENT, file="openapi.yaml"))
    (mistake,) = caught.value.mistakes
    assert mistake.line == line
    assert message in mistake.message
