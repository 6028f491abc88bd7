"""Documents of OpenAPI 3.1 without paths, and of 3.2 with what it adds."""

from __future__ import annotations

from apicheck.load import parse_spec
from apicheck.model.operation import Spec
from apicheck.schemas import find_schema_errors

NEWEST = """\
openapi: 3.2.0
$self: https://example.com/api/openapi.yaml
info: {title: Shop, version: "1", summary: s}
tags:
  - {name: orders, summary: Orders, kind: nav}
  - {name: open, parent: orders}
security:
  - {"#/components/securitySchemes/device": [read]}
  - {"https://example.com/api/openapi.yaml#/components/securitySchemes/key": []}
paths:
  /orders:
    query:
      operationId: searchOrders
      requestBody:
        required: true
        content: {application/json: {schema: {type: object}, examples: {e: {dataValue: {a: 1}}}}}
      responses: {"200": {summary: found}}
    additionalOperations:
      COPY:
        operationId: copyOrder
        security: []
        responses: {"201": {description: copied}}
      LINK:
        operationId: linkOrder
        requestBody: {$ref: "#/components/requestBodies/None"}
  /events:
    get:
      operationId: events
      parameters:
        - name: filter
          in: querystring
          content: {application/json: {schema: {type: object}}}
      responses:
        "200":
          description: ok
          content:
            text/event-stream: {itemSchema: {type: object}}
            application/json:
              schema: {$ref: "https://example.com/api/openapi.yaml#/components/schemas/Event"}
            application/xml: {$ref: "#/components/mediaTypes/Xml"}
components:
  mediaTypes: {Xml: {schema: {type: object, xml: {nodeType: element}}}}
  schemas: {Event: {type: object, required: [id]}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key, deprecated: true}
    device:
      type: oauth2
      oauth2MetadataUrl: https://example.com/meta
      flows:
        deviceAuthorization:
          deviceAuthorizationUrl: https://example.com/device
          tokenUrl: https://example.com/token
          scopes: {read: r}
"""


def test_what_openapi_3_2_adds_is_read() -> None:
    spec = parse_spec(NEWEST, "openapi.yaml")
    assert spec.remarks[1:] == ()
    assert [(one.id, one.method) for one in spec.left_out] == [("linkOrder", "LINK")]
    assert [(o.id, o.method, o.path) for o in spec.operations] == [
        ("searchOrders", "QUERY", "/orders"),
        ("copyOrder", "COPY", "/orders"),
        ("events", "GET", "/events"),
    ]
    search = spec.operation("searchOrders")
    assert search.safe
    assert search.body[0].examples == ({"a": 1},)
    assert search.security == ((("device", ("read",)),), (("key", ()),))
    assert spec.schemes["device"].scopes == ("read",)


def test_a_reference_by_the_document_s_own_address_is_followed() -> None:
    stream, plain, xml = parse_spec(NEWEST, "o.yaml").operation("events").responses[0].media
    assert stream.schema is None
    assert xml.schema == {"type": "object", "xml": {"nodeType": "element"}}
    assert find_schema_errors(parse_spec(NEWEST, "o.yaml").document, plain.schema, {})


def test_methods_of_a_later_version_are_not_read_in_an_earlier_one() -> None:
    text = NEWEST.replace("3.2.0", "3.1.0")
    assert [o.id for o in parse_spec(text, "openapi.yaml").operations] == ["events"]


def webhooks_only(version: str) -> Spec:
    return parse_spec(
        f'openapi: {version}\ninfo: {{title: T, version: "1"}}\n'
        "jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema\n"
        "webhooks: {made: {post: {responses: {200: {description: ok}}}}}\n"
        "components: {schemas: {A: {$schema: 'https://json-schema.org/draft/2019-09/schema'}}}\n",
        "openapi.yaml",
    )


def test_a_document_of_webhooks_alone_is_read() -> None:
    for version in ("3.1.0", "3.1.1", "3.2.0"):
        spec = webhooks_only(version)
        assert (spec.operations, spec.left_out, spec.remarks) == ((), (), ())
