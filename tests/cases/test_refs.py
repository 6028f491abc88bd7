"""`refs` of target file or policy: a parameter or member takes the id from the named response."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apicheck.model.target import Mode

DOCUMENT = """
    openapi: 3.1.0
    info: {title: t, version: "1"}
    paths:
      /volumes:
        post:
          operationId: createVolume
          requestBody:
            content:
              application/json: {schema: {type: object, properties: {title: {type: string}}}}
          responses: {"201": {description: made}}
        get:
          operationId: listVolumes
          responses: {"200": {description: ok}}
      /loans:
        post:
          operationId: lend
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [item, more]
                  properties:
                    item: {type: integer}
                    more: {type: object, required: [items], properties: {items: {type: array,
                      minItems: 1, items: {type: integer}}}}
          responses: {"201": {description: lent}, "422": {description: no such item}}
      /stock/{item}:
        get:
          operationId: stock
          parameters: [{name: item, in: path, required: true, schema: {type: integer}}]
          responses: {"200": {description: ok}, "404": {description: none}}
      /search:
        get:
          operationId: search
          parameters: [{name: item, in: query, required: true, schema: {type: integer}}]
          responses: {"200": {description: ok}, "422": {description: no such item}}
    """


class Library:
    """A library that lends only volumes that it has."""

    def __init__(self, sent: Any) -> None:
        self.sent = sent
        self.known = {"4711"}

    def __call__(self, request: Any) -> Any:
        asked = request.target.rpartition("item=")[2]
        match request.method, request.path.split("/")[1:]:
            case "POST", ["volumes"]:
                self.known.add(str(4712 + len(self.known)))
                return self.sent(201, {"volume": {"ref": int(max(self.known))}})
            case "GET", ["volumes"]:
                return self.sent(200, {"volumes": [{"ref": 4711}]})
            case "GET", ["stock", item]:
                return self.sent(*((200, {}) if item in self.known else (404, {})))
            case "GET", ["search"]:
                return self.sent(*((200, []) if asked in self.known else (422, {})))
            case "POST", ["loans"]:
                try:
                    body = json.loads(request.body)
                    wanted = {str(body["item"]), *map(str, body["more"]["items"])}
                except (ValueError, KeyError, TypeError):
                    return self.sent(422, {})
                return self.sent(*((201, {}) if wanted <= self.known else (422, {})))
            case _:
                return self.sent(404, {})


def accepted(outcome: Any) -> set[str]:
    operations = outcome.results["operations"]
    return {one["operation"] for one in operations if one["standing"] == "accepted"}


@pytest.mark.parametrize(
    "refs",
    [
        '[refs]\nitem = "createVolume#/volume/ref"\nitems = "createVolume#/volume/ref"\n',
        '[refs]\nitem = "/volumes#/volume/ref"\nitems = "POST /volumes#/volume/ref"\n',
        (
            '[refs]\nitem = "createVolume#/none"\n'
            '[refs.lend]\nitem = "createVolume#/volume/ref"\n'
            'items = "createVolume#/volume/ref"\n'
            '[refs."GET /**"]\nitem = "createVolume#/volume/ref"\n'
        ),
    ],
)
def test_a_ref_gives_parameters_and_members_the_id_that_they_need(
    run: Any, sent: Any, refs: str
) -> None:
    assert not {"lend", "stock", "search"} & accepted(run(DOCUMENT, Library(sent)))
    outcome = run(DOCUMENT, Library(sent), target=refs)
    assert {"lend", "stock", "search"} <= accepted(outcome)


POLICY = """
    policy: library
    refs:
      item: {refs}
      lend: {item: "createVolume#/volume/ref", items: "createVolume#/volume/ref"}
    clauses:
      L-1: {quote: Responses are as documented, checks: conformance/response}
    """


def test_a_policy_can_say_so_for_every_target_and_the_target_otherwise(run: Any, sent: Any) -> None:
    policy = POLICY.replace("{refs}", '"createVolume#/volume/ref"')
    assert {"lend", "stock", "search"} <= accepted(run(DOCUMENT, Library(sent), policy=policy))
    policy, target = POLICY.replace("{refs}", '"createVolume#/none"'), "[refs]\nitem = "
    target += '"createVolume#/volume/ref"\n'
    outcome = run(DOCUMENT, Library(sent), policy=policy, target=target)
    assert {"lend", "stock", "search"} <= accepted(outcome)


def test_a_run_that_only_reads_takes_the_id_from_the_list(run: Any, sent: Any) -> None:
    target = '[refs]\nitem = "listVolumes#/volumes/0/ref"\n'
    outcome = run(DOCUMENT, Library(sent), target=target, mode=Mode.READ_ONLY)
    assert {"stock", "search"} <= accepted(outcome)
    assert {request.method for request in outcome.received} <= {"GET", "HEAD", "OPTIONS"}


def test_a_fixture_goes_before_a_ref(run: Any, sent: Any) -> None:
    target = '[fixtures]\nitem = 4711\n[refs]\nitem = "createVolume#/none"\n'
    assert {"stock", "search"} <= accepted(run(DOCUMENT, Library(sent), target=target))
