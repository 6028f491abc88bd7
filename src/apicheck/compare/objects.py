"""Compares the members of two objects: removed, added, required, closed."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.compare.change import Change, change
from apicheck.compare.forms import Form, Node
from apicheck.compare.sides import Found, Sides
from apicheck.model.json import child_pointer


def compare_objects(sides: Sides, given: Form, taken: Form) -> Iterator[Found]:
    """The members that are given and not taken, or wanted and not given."""
    if taken.kinds is not None and "object" not in taken.kinds:
        return
    if given.kinds is not None and "object" not in given.kinds:
        return
    unsent = "readOnly" if sides.of_request else "writeOnly"
    sent = {
        name: node for name, node in given.properties.items() if not sides.giver.has(node, unsent)
    }
    for name, node in sent.items():
        yield from _compare_member(sides, name, node, taken)
    if sides.of_request:
        yield from _find_newly_required(sides, sent, given, taken)
        yield from _compare_others(given, taken)
    else:
        yield from _find_missing(sides, sent, given, taken)
    if given.additional and taken.additional:
        yield child_pointer("", "*"), (given.additional, taken.additional)


def _compare_member(sides: Sides, name: str, node: Node, taken: Form) -> Iterator[Found]:
    """One member that is given: what takes it."""
    step = child_pointer("", name)
    there = taken.properties.get(name)
    if there:
        if sides.of_request and sides.taker.has(there, "readOnly"):
            words = f"{name}: read-only"
            yield change("request-property-became-read-only", words, node[0], there[0])
        elif not (not sides.of_request and sides.taker.has(there, "writeOnly")):
            yield from _compare_defaults(sides, name, node, there)
            yield step, (node, there)
        return
    if taken.additional:
        yield step, (node, taken.additional)
        return
    if sides.of_request:
        doubtful = sides.giver.has(node, "deprecated")
        old, new = node[0], child_pointer(taken.at, "properties")
        yield change("request-property-removed", name, old, new, doubtful=doubtful)
    elif taken.closed:
        old = child_pointer(taken.at, "additionalProperties")
        yield change("response-property-added-to-closed-object", name, old, node[0])


def _compare_defaults(sides: Sides, name: str, node: Node, there: Node) -> Iterator[Change]:
    """The value that stands for a member of a request that is left out."""
    if not sides.of_request:
        return
    was, now = sides.giver.defaults(node), sides.taker.defaults(there)
    if was and was != now:
        words = f"{name}: default {was[0]} → {now[0] if now else 'none'}"
        old = child_pointer(node[0], "default")
        yield change("request-default-changed", words, old, child_pointer(there[0], "default"))


def _find_newly_required(
    sides: Sides, sent: dict[str, Node], given: Form, taken: Form
) -> Iterator[Change]:
    """Members that clients need not send, by the earlier document, and must by the later one."""
    for name, place in taken.required.items():
        there = taken.properties.get(name, ())
        if (name in given.required and name in sent) or sides.taker.has(there, "readOnly"):
            continue
        if name in given.required and name not in given.properties:
            continue
        filled = bool(there and sides.taker.defaults(there))
        known = name in sent
        rule = "request-property-became-required" if known else "required-request-property-added"
        old = sent[name][0] if known else child_pointer(given.at, "properties")
        yield change(rule, name, old, place, doubtful=filled)


def _find_missing(
    sides: Sides, sent: dict[str, Node], given: Form, taken: Form
) -> Iterator[Change]:
    """Members that clients read by the earlier document, and that are missing by the later one."""
    for name, there in taken.properties.items():
        if name in sent or sides.taker.has(there, "writeOnly"):
            continue
        if given.additional:
            continue  # it may be one of those without a name
        certain = name in taken.required and not sides.taker.has(there, "deprecated")
        new = child_pointer(given.at, "properties")
        yield change("response-property-removed", name, there[0], new, doubtful=not certain)
    for name, place in taken.required.items():
        there = taken.properties.get(name, ())
        if name in given.required or sides.taker.has(there, "writeOnly"):
            continue
        if name in sent or name not in taken.properties or given.additional:
            new = child_pointer(given.at, "required")
            yield change("response-property-became-optional", name, place, new)


def _compare_others(given: Form, taken: Form) -> Iterator[Change]:
    """Members without a name: the earlier document may allow them in so many words."""
    if taken.closed and not given.closed:
        said = bool(given.additional)
        words = "other members: " + ("allowed" if said else "not mentioned") + " → refused"
        old = child_pointer(given.at, "additionalProperties") if said else given.at
        new = child_pointer(taken.at, "additionalProperties")
        yield change("request-additional-properties-refused", words, old, new, doubtful=not said)
