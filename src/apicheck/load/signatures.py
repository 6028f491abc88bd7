"""Verifies what a policy says of webhook signatures: schemes, their options, their templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.load.mistakes import did_you_mean
from apicheck.model.facts import SIGNATURE_OPTIONS, SIGNATURE_VALUES, Signature

_NAME = re.compile(r"\{(\w+)\}")
_MAC, _TIMESTAMP, _BODY = "{mac}", "{timestamp}", "{body}"

Said = tuple[str, str, str]
"""The option (or `scheme`) that is wrong, a message, a suggestion."""


def find_signature_mistakes(signature: Signature) -> Iterator[Said]:
    """Yield what no delivery could be signed by."""
    options = SIGNATURE_OPTIONS.get(signature.scheme)
    if options is None:
        message = f'unknown signature scheme "{signature.scheme}"'
        known = f"the schemes are {', '.join(sorted(SIGNATURE_OPTIONS))}"
        yield "scheme", message, did_you_mean(signature.scheme, SIGNATURE_OPTIONS) or known
        return
    for name, value in signature.options.items():
        if name not in options:
            message = f'the scheme {signature.scheme} takes no "{name}"'
            takes = f"it takes {', '.join(sorted(options))} and tolerance"
            yield name, message, did_you_mean(name, options) or takes
        values = SIGNATURE_VALUES.get((signature.scheme, name))
        if values and value not in values:
            message = f'"{value}" is none of {", ".join(values)}'
            yield name, message, did_you_mean(value, values)
    if signature.scheme == "hmac":
        yield from _find_template_mistakes(signature)


def _find_template_mistakes(signature: Signature) -> Iterator[Said]:
    value = signature.options.get("value", _MAC)
    signed = signature.options.get("signed", _BODY)
    for option, template in (("value", value), ("signed", signed)):
        if template.count("{") != template.count("}") or "{" in _NAME.sub("", template):
            yield option, f'the braces of "{template}" do not match', "write names as in {body}"
    if value.count(_MAC) != 1:
        message = f'"{value}" holds {_MAC} {value.count(_MAC)} times: the signature stands there'
        yield "value", message, f'write {_MAC} once, as in "sha256={_MAC}"'
    for name in sorted(set(_NAME.findall(value)) - {"mac", "timestamp"}):
        message = f'"{{{name}}}" cannot stand in a value'
        yield "value", message, f"a value holds {_MAC} and {_TIMESTAMP}"
    if _MAC in signed:
        yield "signed", "what is signed cannot hold its own signature", f"leave {_MAC} out"
    if _TIMESTAMP in signed and "timestamp" not in signature.options and _TIMESTAMP not in value:
        message = "the time is signed, and nothing says where a delivery has it"
        yield "signed", message, f"add `timestamp: X-Timestamp`, or {_TIMESTAMP} to `value`"
    if "{id}" in signed and "id" not in signature.options:
        message = "the id is signed, and nothing says where a delivery has it"
        yield "signed", message, "add `id: X-Delivery-Id`, or a pointer such as `id: /id`"
