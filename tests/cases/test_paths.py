"""Requests go where the document says: servers, queries and fragments in paths."""

from typing import Any

import pytest

FINE = 'responses: {"200": {description: fine, content: {application/json: {schema: {}}}}}'


def document(*operations: tuple[str, str], servers: str = "") -> str:
    """Operations with GET: (path, what the path item has besides)."""
    items = "".join(
        f"  {path!r}:\n    {more}\n    get: {{operationId: op{number}, {FINE}}}\n"
        for number, (path, more) in enumerate(operations)
    )
    return f'openapi: 3.0.3\ninfo: {{title: Paths, version: "1"}}\n{servers}\npaths:\n{items}'


def targets(outcome: Any) -> set[str]:
    return {request.target for request in outcome.received}


SERVERS = "servers: [{url: 'https://api.example.com/v1'}]"


NAMED = (
    "servers: [{url: '{scheme}://{host}/{base}', variables: {scheme: {default: https},"
    " host: {default: api.example.com}, base: {default: v1}}}]"
)


def test_what_another_host_serves_is_not_asked_of_this_one(run: Any, sent: Any) -> None:
    outcome = run(
        document(
            ("/here", "summary: here"),
            ("/there", "servers: [{url: 'https://files.example.com/v1'}]"),
            ("/both", "servers: [{url: 'https://b.example'}, {url: 'https://api.example.com/v2'}]"),
            ("/relative", "servers: [{url: 'v1/'}]"),
            ("/dots", "servers: [{url: './a/../v1'}]"),
            ("/named", NAMED),
            servers=SERVERS,
        ),
        lambda request: sent(404 if "there" in request.path else 200, {}),
    )
    assert targets(outcome) == {"/v1/here", "/v2/both", "/v1/relative", "/v1/dots", "/v1/named"}
    assert outcome.findings("conformance/response") == []


ALIKE = """
openapi: 3.0.3
info: {title: Paths, version: "1"}
paths:
  /schema:
    put: {operationId: plain, responses: {"200": {$ref: "#/components/responses/plain"}}}
  /schema#add:
    put: {operationId: add, responses: {"200": {$ref: "#/components/responses/add"}}}
  /alone#why:
    get: {operationId: alone, responses: {"200": {description: fine}}}
  /things?action=list:
    get: {operationId: listThings, responses: {"200": {$ref: "#/components/responses/list"}}}
  /things?action=count:
    get: {operationId: countThings, responses: {"200": {$ref: "#/components/responses/count"}}}
  "/thing?id={id}&full":
    get:
      operationId: readThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}, example: t 1}]
      responses: {"200": {description: fine}}
components:
  responses:
    plain:
      description: p
      content: {application/json: {schema: {properties: {kind: {enum: [plain]}}}}}
    add:
      description: a
      content: {application/json: {schema: {properties: {kind: {enum: [add]}}}}}
    list:
      description: l
      content: {application/json: {schema: {properties: {kind: {enum: [list]}}}}}
    count:
      description: c
      content: {application/json: {schema: {properties: {kind: {enum: [count]}}}}}
"""


def test_fragments_are_not_sent_and_queries_are(run: Any, sent: Any) -> None:
    def respond(request: Any) -> Any:
        kind = request.target.partition("action=")[2] or "plain"
        return sent(200, {"kind": kind})

    outcome = run(ALIKE, respond)
    assert targets(outcome) >= {
        "/schema",
        "/alone",
        "/things?action=list",
        "/things?action=count",
        "/thing?full=&id=t%201",
    }
    assert not any("#" in target for target in targets(outcome))
    assert len(outcome.requests("PUT", "/schema")) == 1
    assert outcome.findings("conformance/response") == []


IDS = """
openapi: 3.0.3
info: {title: Paths, version: "1"}
paths:
  /things/{id}/parts:
    get:
      operationId: readParts
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: fine}}
"""


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("a/b?c#d", "/things/a%2Fb%3Fc%23d/parts"),
        ("..a", "/things/..a/parts"),
        ("ü %", "/things/%C3%BC%20%25/parts"),
        ("..", None),
        (".", None),
        ("", None),
    ],
)
def test_an_id_is_one_segment_or_is_not_sent(
    run: Any, sent: Any, value: str, target: str | None
) -> None:
    outcome = run(IDS, lambda _: sent(200), target=f'[fixtures]\nid = "{value}"\n')
    assert targets(outcome) - {"/"} == ({target} if target else set())


FIXED = "[{{name: X-Task, in: header, required: true, schema: {{type: string, enum: [{}]}}}}]"
TASKS = """
openapi: 3.0.3
info: {title: Tasks, version: "1"}
paths:
  "/#X-Task=Shelf.Get":
    parameters: GET
    post: {operationId: getIt, responses: {"200": {$ref: "#/components/responses/get"}}}
  "/#X-Task=Shelf.Put":
    parameters: PUT
    post: {operationId: putIt, responses: {"200": {$ref: "#/components/responses/put"}}}
  "/#Action=Open":
    get: {operationId: openIt, responses: {"200": {description: fine}}}
  "/?Action=List":
    get: {operationId: listThem, responses: {"200": {$ref: "#/components/responses/list"}}}
  "/?Action=Close&Version=2":
    get: {operationId: closeIt, responses: {"200": {description: fine}}}
components:
  responses:
    get: {description: g, content: {application/json: {schema: {required: [got]}}}}
    put: {description: p, content: {application/json: {schema: {required: [was_put]}}}}
    list: {description: l, content: {application/json: {schema: {required: [all]}}}}
"""


def test_operations_that_differ_by_a_fixed_parameter_are_told_apart(run: Any, sent: Any) -> None:
    known = {"Shelf.Get": "got", "Shelf.Put": "was_put"}

    def respond(request: Any) -> Any:
        task = known.get(request.headers.get("x-task", ""))
        if request.method == "POST":
            return sent(200, {task: 1}) if task else sent(500, {})
        known_action = "Action=List" in request.target or "Action=Close" in request.target
        return sent(200, {"all": []}) if known_action else sent(500, {})

    text = TASKS.replace("GET", FIXED.format("Shelf.Get")).replace("PUT", FIXED.format("Shelf.Put"))
    outcome = run(text, respond)
    found = {one["operation"]: one for one in outcome.results["operations"]}
    sent_ones = {name for name, one in found.items() if one["standing"] == "accepted"}
    assert sent_ones == {"getIt", "putIt", "listThem", "closeIt"}
    assert found["openIt"]["standing"] == "not-sent"
    assert "none of its parameters says Action" in found["openIt"]["reason"]
    assert not any("#" in target for target in targets(outcome))
    assert {"/?Action=List", "/?Action=Close&Version=2"} <= targets(outcome)
    assert outcome.findings() == []


@pytest.mark.parametrize("values", ["A, B", "A"])
def test_operations_that_differ_by_a_fragment_alone_are_named(
    run: Any, sent: Any, values: str
) -> None:
    fixed = FIXED.format(values)
    outcome = run(TASKS.replace("GET", fixed).replace("PUT", fixed), lambda _: sent(200, {}))
    posts = [one for one in outcome.results["operations"] if one["method"] == "POST"]
    assert {one["standing"] for one in posts} == {"not-sent"}
    assert all("cannot be told apart" in one["reason"] for one in posts)
    report = (outcome.directory / "report.html").read_text()
    assert "cannot be told apart" in report
    assert not [r for r in outcome.received if r.method == "POST"]
