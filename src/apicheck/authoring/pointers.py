"""JSON values, and JSON Pointers (RFC 6901) into them."""

from apicheck.model.json import (
    at,
    child_pointer,
    contains,
    describe_value,
    parse_json,
    with_value,
)

__all__ = ["at", "child_pointer", "contains", "describe_value", "parse_json", "with_value"]
