"""Parameters arrive as the document says: by style, in every place, from every kind of example."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest

HEAD = 'openapi: {version}\ninfo: {{title: Search, version: "1"}}\npaths:\n'
FINE = 'responses: {"200": {description: fine, content: {application/json: {schema: {}}}}}'

SEARCH = """
openapi: 3.0.3
info: {title: Search, version: "1"}
paths:
  /offers:
    get:
      operationId: findOffers
      parameters:
        - {name: where, in: query, required: true, style: deepObject, explode: true,
           schema: {type: object}, example: {city: Graz, rooms: 3}}
        - {name: ids, in: query, required: true, style: pipeDelimited, explode: false,
           schema: {type: array, items: {type: integer}}, example: [3, 4]}
        - {name: near, in: query, required: true, style: spaceDelimited, explode: false,
           schema: {type: array, items: {type: number}}, example: [47.5, 15]}
        - {name: tags, in: query, required: true, explode: false,
           schema: {type: array, items: {type: string}}, example: [a, b]}
        - {name: kinds, in: query, required: true, schema: {type: array, minItems: 2,
           items: {type: string, enum: [flat, house]}}}
        - {name: page, in: query, required: true,
           schema: {type: object, properties: {size: {}, from: {}}}, example: {size: 5, from: 2}}
        - name: geo
          in: query
          required: true
          content: {application/json: {schema: {type: object}, example: {lat: 47.1}}}
        - {name: sold, in: query, required: true, schema: {type: boolean}}
        - {name: limit, in: query, required: true, schema: {type: integer, default: 20}}
        - {name: raw, in: query, required: true, allowReserved: true, schema: {type: string},
           example: "a/b?c"}
        - {name: q, in: query, required: true, schema: {type: string}, example: red%2520car}
        - {name: flag, in: query, required: true, allowEmptyValue: true,
           schema: {type: string, pattern: "^$"}}
        - {name: X-Fields, in: header, required: true, example: [id, name],
           schema: {type: array, items: {type: string}}}
        - {name: X-Range, in: header, required: true, explode: true,
           schema: {type: object}, example: {from: 1, to: 2}}
      responses:
        "200": {description: offers, content: {application/json: {schema: {type: object}}}}
"""
DUE = {
    "where[city]": ["Graz"],
    "where[rooms]": ["3"],
    "ids": ["3|4"],
    "near": ["47.5 15"],
    "tags": ["a,b"],
    "size": ["5"],
    "from": ["2"],
    "geo": ['{"lat":47.1}'],
    "sold": ["true"],
    "limit": ["20"],
    "raw": ["a/b?c"],
    "q": ["red%20car"],
    "flag": [""],
}


def queried(request: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.target.partition("?")[2], keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


def test_each_query_and_header_parameter_arrives_in_its_style(run: Any, sent: Any) -> None:
    def offers(request: Any) -> Any:
        query = queried(request)
        right = {name: query.get(name) for name in DUE} == DUE
        right = right and len(query.get("kinds", [])) == 2
        right = right and "raw=a/b?c" in request.target and "q=red%2520car" in request.target
        right = right and request.headers.get("x-fields") == "id,name"
        right = right and request.headers.get("x-range") == "from=1,to=2"
        return sent(200 if right else 422, {})

    outcome = run(SEARCH, offers)
    assert outcome.findings("conformance/response") == []
    assert outcome.verdict("OPENAPI-RESPONSES") == "pass"


@pytest.mark.parametrize(
    ("style", "explode", "segment"),
    [
        ("simple", "false", "b,c"),
        ("label", "false", ".b,c"),
        ("label", "true", ".b.c"),
        ("matrix", "false", ";ids=b,c"),
        ("matrix", "true", ";ids=b;ids=c"),
    ],
)
def test_a_path_parameter_arrives_in_its_style(
    run: Any, sent: Any, style: str, explode: str, segment: str
) -> None:
    document = HEAD.format(version="3.1.0") + (
        "  /things/{ids}/parts:\n    get:\n      operationId: readParts\n      parameters:\n"
        f"        - {{name: ids, in: path, required: true, style: {style}, explode: {explode},\n"
        "           schema: {type: array, items: {type: string}}, example: [b, c]}\n"
        f"      {FINE}\n"
    )
    due = f"/things/{segment}/parts"
    outcome = run(document, lambda r: sent(200 if r.path == due else 404, {}))
    assert outcome.requests("GET", due)
    assert outcome.findings("conformance/response") == []


COOKIES = HEAD.format(version="3.0.3") + (
    "  /cart:\n    get:\n      operationId: readCart\n      security: [{session: []}]\n"
    "      parameters:\n"
    "        - {name: theme, in: cookie, required: true, schema: {type: string}, example: dark}\n"
    "        - {name: sizes, in: cookie, required: true, explode: false, example: [s, m],\n"
    "           schema: {type: array, items: {type: string}}}\n"
    '        - {name: shop, in: cookie, required: true, schema: {type: string, pattern: "^$|q"}}\n'
    "        - {name: sid, in: cookie, required: true, schema: {type: string}}\n"
    f"      {FINE}\n"
    "components: {securitySchemes: {session: {type: apiKey, in: cookie, name: sid}}}\n"
)
IN_FIXTURES = {
    "by name": '[fixtures]\nshop = "graz 1"\n',
    "of the operation": '[fixtures.readCart.cookies]\nshop = "graz 1"\n',
}


@pytest.mark.parametrize("fixtures", IN_FIXTURES)
def test_cookies_of_parameters_and_credentials_arrive_in_one_field(
    run: Any, sent: Any, fixtures: str
) -> None:
    due = "theme=dark; sizes=s,m; shop=graz%201; sid=tKn-4711-xyzzy"

    def cart(request: Any) -> Any:
        return sent(200 if request.headers.get("cookie") == due else 401, {})

    outcome = run(
        COOKIES,
        cart,
        target='[identities.admin]\ntoken_env = "CART"\n' + IN_FIXTURES[fixtures],
        environ={"CART": "tKn-4711-xyzzy"},
    )
    assert any(one.headers.get("cookie") == due for one in outcome.received)
    assert outcome.verdict("OPENAPI-RESPONSES") == "pass"


PLACES: dict[str, Callable[[Any], Any]] = {
    "query": lambda request: dict(queried(request)).get("v", [None])[0],
    "header": lambda request: request.headers.get("v"),
    "cookie": lambda request: (request.headers.get("cookie") or "=").partition("=")[2],
    "path": lambda request: unquote(request.path.rpartition("/")[2]),
}
SOURCES = {
    "example": "schema: {type: string}, example: here",
    "examples": "schema: {type: string}, examples: {one: {value: here}}",
    "content example": "content: {text/plain: {schema: {type: string}, example: here}}",
    "content examples": "content: {text/plain: {examples: {one: {value: here}}}}",
    "schema example": "schema: {type: string, example: here}",
    "schema examples": "schema: {type: string, examples: [here]}",
    "default": "schema: {type: string, default: here}",
    "enum": "schema: {type: string, enum: [here]}",
    "const": "schema: {const: here}",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("source", SOURCES)
def test_a_value_comes_from_wherever_the_document_has_one(
    run: Any, sent: Any, place: str, source: str
) -> None:
    document = HEAD.format(version="3.1.0") + (
        f"  /x{'/{v}' if place == 'path' else ''}:\n    get:\n      operationId: x\n"
        f"      parameters: [{{name: v, in: {place}, required: true, {SOURCES[source]}}}]\n"
        f"      {FINE}\n"
    )
    outcome = run(document, lambda _: sent(200, {}))
    assert PLACES[place](outcome.received[0]) == "here"


def test_a_fixture_of_an_operation_is_written_in_the_documents_style(run: Any, sent: Any) -> None:
    outcome = run(
        SEARCH,
        lambda _: sent(200, {}),
        target='[fixtures.findOffers.query]\nids = [7, 8]\nsold = false\nextra = "more"\n'
        'where = {city = "Linz"}\n',
    )
    first = queried(outcome.received[0])
    found = {name: first[name] for name in ("ids", "sold", "extra", "where[city]")}
    assert found == {"ids": ["7|8"], "sold": ["false"], "extra": ["more"], "where[city]": ["Linz"]}
    assert json.loads(first["geo"][0]) == {"lat": 47.1}
