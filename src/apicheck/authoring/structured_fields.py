"""Structured fields (RFC 9651), for checks of header fields that hold them."""

from apicheck.model.structured_fields import (
    Bare,
    Item,
    Token,
    parse_dictionary,
    parse_item,
    parse_list,
)

__all__ = ["Bare", "Item", "Token", "parse_dictionary", "parse_item", "parse_list"]
