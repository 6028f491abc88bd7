"""Bodies arrive in a media type that the document allows, and as its schema says."""

import json
import re
import zlib
from collections.abc import Callable
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

MADE = 'responses: {"201": {description: made}}'


def document(
    body: str, *, method: str = "post", version: str = "3.1.0", components: str = ""
) -> str:
    return (
        f'openapi: {version}\ninfo: {{title: Things, version: "1"}}\npaths:\n'
        f"  /things:\n    {method}:\n      operationId: send\n"
        f"      requestBody: {body}\n      {MADE}\n{components}"
    )


def only(outcome: Any) -> Any:
    """The first request of the operation; the run judged that it was accepted."""
    assert outcome.findings("conformance/response") == []
    return next(one for one in outcome.received if one.path == "/things")


def accepted_if(sent: Any, right: Callable[[Any], bool]) -> Callable[[Any], Any]:
    return lambda request: sent(201 if right(request) else 422)


def is_png(content: bytes) -> bool:
    place = 8
    while place < len(content):
        length = int.from_bytes(content[place : place + 4])
        chunk = content[place + 4 : place + 8 + length]
        if int.from_bytes(content[place + 8 + length : place + 12 + length]) != zlib.crc32(chunk):
            return False
        place += 12 + length
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")


BINARY = "{type: string, format: binary}"
OBJECT = "{type: object, required: [name], properties: {name: {type: string}}}"
RANGES = {
    "application/*+json": (OBJECT, "application/vnd.apicheck+json"),
    "application/*": (OBJECT, "application/json"),
    "*/*": (OBJECT, "application/json"),
    "*/* ": (BINARY, "application/octet-stream"),
    "*/*  ": ("{type: string}", "text/plain"),
    "text/*": ("{type: string}", "text/plain"),
    "image/*": (BINARY, "image/png"),
    "audio/*": (BINARY, "audio/wav"),
    "application/json; charset=utf-8": (OBJECT, "application/json; charset=utf-8"),
    "application/json;version=2": (OBJECT, "application/json;version=2"),
    "application/merge-patch+json": (OBJECT, "application/merge-patch+json"),
    "application/x-yaml": (OBJECT, "application/x-yaml"),
    "image/svg+xml": (BINARY, "image/svg+xml"),
}


@pytest.mark.parametrize("declared", RANGES)
def test_a_media_range_becomes_a_type_within_it(run: Any, sent: Any, declared: str) -> None:
    schema, due = RANGES[declared]
    body = f'{{required: true, content: {{"{declared.strip()}": {{schema: {schema}}}}}}}'
    request = only(run(document(body), lambda _: sent(201)))
    assert request.headers["content-type"] == due
    if due == "image/png":
        assert is_png(request.body)
    elif "json" in due or "yaml" in due:
        assert json.loads(request.body) == {"name": "example"}
    else:
        assert request.body


def test_of_several_media_types_json_is_sent_first(run: Any, sent: Any) -> None:
    kinds = ["text/xml", "text/plain", "multipart/form-data", "application/vnd.x+json"]
    for last, due in (("application/json", "application/json"), ("a/b", "application/vnd.x+json")):
        listed = ", ".join(f'"{kind}": {{schema: {OBJECT}}}' for kind in (*kinds, last))
        outcome = run(document(f"{{required: true, content: {{{listed}}}}}"), lambda _: sent(201))
        assert only(outcome).headers["content-type"] == due


FORM = """
    required: true
    content:
      application/x-www-form-urlencoded:
        schema:
          type: object
          required: [topics, active, address, where, none, ids, count]
          properties:
            topics: {type: array, items: {type: string}, example: [news, jobs]}
            active: {type: boolean}
            address: {type: object, example: {city: Graz}}
            where: {type: object, example: {lat: 47, lon: 15}}
            none: {type: [string, "null"], default: null}
            ids: {type: array, items: {type: integer}, example: [1, 2]}
            count: {type: integer, example: 3}
        encoding:
          where: {style: deepObject, explode: true}
          ids: {style: form, explode: false}
          address: {contentType: application/json}
"""


def indented(text: str) -> str:
    return "\n" + "\n".join(f"    {line}" for line in text.strip("\n").splitlines())


def test_a_form_is_written_by_its_encoding(run: Any, sent: Any) -> None:
    due = [
        ("topics", "news"),
        ("topics", "jobs"),
        ("active", "true"),
        ("address", '{"city":"Graz"}'),
        ("where[lat]", "47"),
        ("where[lon]", "15"),
        ("ids", "1,2"),
        ("count", "3"),
    ]
    right = accepted_if(sent, lambda request: parse_qsl(request.body.decode()) == due)
    only(run(document(indented(FORM)), right))


PARTS = """
    required: true
    content:
      multipart/form-data:
        schema:
          type: object
          required: [title, tags, meta, photo, pages, list]
          properties:
            title: {type: string}
            tags: {type: array, items: {type: string}, example: [a, b]}
            meta: {type: object, example: {k: 1}}
            photo: {type: string, format: binary}
            pages: {type: array, minItems: 2, items: {type: string, format: binary}}
            list: {type: array, items: {type: integer}, example: [1, 2]}
        encoding:
          photo: {contentType: "image/*", headers: {X-Mark: {schema: {type: string}, example: m}}}
          list: {contentType: application/json}
"""


def test_parts_have_their_own_media_types_and_headers(run: Any, sent: Any) -> None:
    request = only(run(document(indented(PARTS), version="3.0.3"), lambda _: sent(201)))
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + request.body).get_payload()
    found = [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part["Content-Type"],
            part.get_payload(decode=True),
        )
        for part in parts
    ]
    assert found[:4] == [
        ("title", None, None, b"example"),
        ("tags", None, None, b"a"),
        ("tags", None, None, b"b"),
        ("meta", None, "application/json", b'{"k":1}'),
    ]
    assert found[4][:3] == ("photo", "photo.png", "image/png")
    assert is_png(found[4][3])
    assert parts[4]["X-Mark"] == "m"
    assert [one[:3] for one in found[5:7]] == [
        ("pages", "pages.bin", "application/octet-stream")
    ] * 2
    assert found[7] == ("list", None, "application/json", b"[1,2]")


XML = """
    required: true
    content:
      application/xml: {schema: {$ref: "#/components/schemas/Order"}}
"""
ORDER = """
components:
  schemas:
    Order:
      type: object
      xml: {name: order, namespace: "https://shop.example/", prefix: s}
      required: [id, note, items, tags]
      properties:
        id: {type: integer, xml: {attribute: true}, example: 7}
        note: {type: string, example: "a < b & c"}
        items: {type: array, xml: {wrapped: true, name: lines}, example: [x, y],
                items: {type: string, xml: {name: line}}}
        tags: {type: array, example: [p, q], items: {type: string}}
"""


def test_xml_is_written_by_its_xml_objects(run: Any, sent: Any) -> None:
    request = only(run(document(indented(XML), components=ORDER), lambda _: sent(201)))
    root = ET.fromstring(request.body)
    assert (root.tag, root.attrib) == ("{https://shop.example/}order", {"id": "7"})
    texts = [(one.tag, one.text or [inner.text for inner in one]) for one in root]
    assert texts == [("note", "a < b & c"), ("lines", ["x", "y"]), ("tags", "p"), ("tags", "q")]
    assert [one.tag for one in root[1]] == ["line", "line"]


@pytest.mark.parametrize(
    "body",
    [
        '{required: true, content: {"application/xml": {schema: {type: object}}}}',
        '{required: true, content: {"application/x-protobuf": {schema: {type: object}}}}',
        '{required: true, content: {"video/*": {schema: {type: string, format: binary}}}}',
    ],
)
def test_what_cannot_be_written_is_not_sent(run: Any, sent: Any, body: str) -> None:
    outcome = run(document(body), lambda _: sent(201))
    assert outcome.requests("POST", "/things") == []
    assert outcome.findings("conformance/response") == []


SCHEMAS = """
a required list:
  schema: {required: [l], properties: {l: {type: array, items: {type: integer}}}}
  due: {l: [1]}
different items:
  schema: {required: [l], properties: {l: {type: array, minItems: 3, uniqueItems: true,
           items: {type: string}}}}
different numbers:
  schema: {required: [l], properties: {l: {type: array, minItems: 3, uniqueItems: true,
           items: {type: integer, minimum: 5, maximum: 7}}}}
different objects:
  schema: {required: [l], properties: {l: {type: array, minItems: 2, uniqueItems: true,
           items: {type: object, required: [a], properties: {a: {type: string}}}}}}
a tuple:
  schema: {required: [l], properties: {l: {type: array, items: false, minItems: 2,
           prefixItems: [{type: integer}, {type: string}]}}}
  due: {l: [1, example]}
contains:
  schema: {required: [l], properties: {l: {type: array, items: {type: integer},
           contains: {const: 9}}}}
  due: {l: [9]}
optional members:
  schema: {properties: {n: {type: integer}, title: {type: string}}}
  due: {title: example}
minProperties:
  schema: {minProperties: 2, properties: {id: {type: string, readOnly: true}, a: {type: boolean},
           b: {type: integer}, c: {type: object}}}
maxProperties:
  schema: {required: [a], maxProperties: 1, properties: {a: {type: integer}, b: {type: integer}}}
  due: {a: 1}
a map:
  schema: {minProperties: 2, additionalProperties: {type: integer}}
  due: {example: 1, example1: 1}
names by pattern:
  schema: {minProperties: 1, additionalProperties: false,
           patternProperties: {"^x-[a-z]{3}$": {type: integer}}}
read only:
  schema: {required: [id, name, secret], properties: {
           id: {allOf: [{$ref: "#/components/schemas/Id"}]}, name: {type: string},
           secret: {type: string, writeOnly: true, example: s}}}
  due: {name: example, secret: s}
read only in items:
  schema: {required: [l], properties: {l: {type: array, items: {type: object, required: [id, n],
           properties: {id: {readOnly: true, type: integer}, n: {type: integer}}}}}}
  due: {l: [{n: 1}]}
read only in an example:
  schema: {example: {id: 5, name: Ada}, required: [size], properties: {
           id: {readOnly: true, type: integer}, name: {type: string}, size: {type: integer}}}
  due: {name: Ada, size: 1}
dependent members:
  schema: {required: [a], dependentRequired: {a: [b], b: [c]}, properties: {
           a: {type: integer}, b: {type: integer}, c: {type: integer}}}
  due: {a: 1, b: 1, c: 1}
if and then:
  schema: {required: [kind], properties: {kind: {enum: [card, cash]}, number: {type: string}},
           if: {properties: {kind: {const: card}}}, then: {required: [number]}}
  due: {kind: card, number: example}
one of:
  schema: {properties: {a: {type: integer}, b: {type: integer}},
           oneOf: [{required: [a, b]}, {required: [b], properties: {a: false}}]}
one of, the first in vain:
  schema: {required: [v], properties: {v: {oneOf: [
           {type: string, pattern: "^(?!.)"}, {type: integer, minimum: 3}]}}}
not:
  schema: {required: [a], properties: {a: {enum: [x, y]}}, not: {properties: {a: {const: q}}}}
  due: {a: x}
a default of another type:
  schema: {required: [n], properties: {n: {type: integer, example: none}}}
  due: {n: 1}
a pattern:
  schema: {required: [p], properties: {p: {type: string, pattern: "^[A-Z]{2}-[0-9]{5}$"}}}
lengths:
  schema: {required: [p, q], properties: {p: {type: string, minLength: 40},
           q: {type: string, maxLength: 2}}}
bounds:
  schema: {required: [p, q, r], properties: {p: {type: number, exclusiveMinimum: 0,
           exclusiveMaximum: 1}, q: {type: integer, multipleOf: 7, minimum: 8},
           r: {type: number, multipleOf: 0.01, minimum: 0.05, maximum: 0.5}}}
  due: {p: 0.5, q: 14, r: 0.05}
recursive:
  schema: {required: [t], properties: {t: {$ref: "#/components/schemas/Tree"}}}
  due: {t: {c: []}}
formats:
  schema: {required: [d, t, u, m, i, b], properties: {d: {type: string, format: date},
           t: {type: string, format: date-time}, u: {type: string, format: uuid},
           m: {type: string, format: email}, i: {type: string, format: ipv6},
           b: {type: string, format: byte}}}
quoted values:
  schema: {example: {n: "7", b: "false", t: "7", x: NaN}, properties: {n: {type: integer},
           b: {type: boolean}, t: {type: string}, x: {type: string}}}
  due: {n: 7, b: false, t: "7", x: NaN}
no type:
  schema: {required: [v], properties: {v: {description: whatever}}}
  due: {v: example}
"""
CASES = yaml.safe_load(SCHEMAS)
COMPONENTS = """
components:
  schemas:
    Id: {type: integer, readOnly: true}
    Tree:
      type: object
      required: [c]
      properties: {c: {type: array, items: {$ref: "#/components/schemas/Tree"}}}
"""


@pytest.mark.parametrize("case", CASES)
def test_a_body_is_one_that_its_schema_allows(run: Any, sent: Any, case: str) -> None:
    schema = {"type": "object", **CASES[case]["schema"]}
    body = json.dumps({"content": {"application/json": {"schema": schema}}})
    outcome = run(document(body, components=COMPONENTS), lambda _: sent(201))
    found = json.loads(only(outcome).body)
    if "due" in CASES[case]:
        assert found == CASES[case]["due"]
    else:
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        assert [str(error) for error in validator.iter_errors(found)] == []


def test_a_pattern_of_ecma_262_is_matched(run: Any, sent: Any) -> None:
    member = {"type": "string", "pattern": "^\\p{Lu}{3}-(?<digit>[0-9])$"}
    schema = {"type": "object", "required": ["p"], "properties": {"p": member}}
    body = json.dumps({"content": {"application/json": {"schema": schema}}})
    outcome = run(document(body), lambda _: sent(201))
    assert re.fullmatch("[A-Z]{3}-[0-9]", json.loads(only(outcome).body)["p"])


CATS = """
components:
  schemas:
    Animal:
      type: object
      required: [kind]
      properties: {kind: {type: string}}
      discriminator: {propertyName: kind, mapping: {cat: "#/components/schemas/Cat"}}
    Cat:
      allOf:
        - {$ref: "#/components/schemas/Animal"}
        - {type: object, required: [lives], properties: {lives: {type: integer, default: 9}}}
    Dog:
      type: object
      required: [kind, bark]
      properties: {kind: {type: string}, bark: {type: boolean}}
"""
CAT, DOG = ({"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog"))
NAMED = {"propertyName": "kind", "mapping": {"dog": DOG["$ref"]}}


@pytest.mark.parametrize(
    ("schema", "due"),
    [
        ({"$ref": "#/components/schemas/Animal"}, {"kind": "cat", "lives": 9}),
        (CAT, {"kind": "cat", "lives": 9}),
        (
            {"oneOf": [DOG, CAT], "discriminator": {"propertyName": "kind"}},
            {"kind": "Dog", "bark": True},
        ),
        ({"oneOf": [DOG], "discriminator": NAMED}, {"kind": "dog", "bark": True}),
    ],
)
def test_a_discriminator_names_what_is_sent(run: Any, sent: Any, schema: Any, due: Any) -> None:
    body = json.dumps({"required": True, "content": {"application/json": {"schema": schema}}})
    outcome = run(document(body, components=CATS, version="3.0.3"), lambda _: sent(201))
    assert json.loads(only(outcome).body) == due


def test_a_body_that_is_not_required_is_sent_where_its_schema_has_members(
    run: Any, sent: Any
) -> None:
    body = f"{{content: {{application/json: {{schema: {OBJECT}}}}}}}"
    for method in ("post", "put", "patch"):
        outcome = run(document(body, method=method), lambda r: sent(201 if r.body else 400))
        assert json.loads(only(outcome).body) == {"name": "example"}
    deleted = run(document(body, method="delete"), lambda _: sent(201))
    assert only(deleted).body == b""


def test_an_example_that_is_json_in_text_is_sent_as_json(run: Any, sent: Any) -> None:
    body = (
        f'{{content: {{application/json: {{schema: {OBJECT}, example: \'{{"name": "Ada"}}\'}}}}}}'
    )
    assert json.loads(only(run(document(body), lambda _: sent(201))).body) == {"name": "Ada"}


def test_a_body_of_the_target_file_is_sent_in_a_type_within_the_range(run: Any, sent: Any) -> None:
    body = f'{{required: true, content: {{"a/b": {{}}, "application/*": {{schema: {OBJECT}}}}}}}'
    target = '[fixtures.send.body]\nname = "Ada"\n'
    request = only(run(document(body), lambda _: sent(201), target=target))
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {"name": "Ada"}


def test_exclusive_bounds_of_openapi_3_0_are_booleans(run: Any, sent: Any) -> None:
    bounds = {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "maximum": 2}
    schema = {"type": "object", "required": ["n"], "properties": {"n": bounds}}
    body = json.dumps({"required": True, "content": {"application/json": {"schema": schema}}})
    outcome = run(document(body, version="3.0.3"), lambda _: sent(201))
    assert json.loads(only(outcome).body) == {"n": 2}


@pytest.mark.parametrize(
    ("offered", "accept"),
    [
        (["text/csv", "application/json"], "application/json, */*;q=0.5"),
        (["application/xml", "application/hal+json"], "application/hal+json, */*;q=0.5"),
        (["application/json"], "*/*"),
        (["text/csv", "application/xml"], "*/*"),
    ],
)
def test_json_is_asked_for_where_a_response_may_be_of_several_types(
    run: Any, sent: Any, offered: list[str], accept: str
) -> None:
    content = json.dumps({kind: {} for kind in offered})
    text = document("{content: {}}", method="get").replace(
        MADE, f'responses: {{"200": {{description: fine, content: {content}}}}}'
    )
    outcome = run(text, lambda _: sent(200, b"{}", {"Content-Type": offered[-1]}))
    assert outcome.received[0].headers["accept"] == accept
