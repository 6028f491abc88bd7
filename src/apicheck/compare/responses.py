"""Compares the responses of an operation: statuses, header fields, bodies."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.compare.bodies import compare_content
from apicheck.compare.change import Change, change, locate_in
from apicheck.compare.documents import Both, Document, Part
from apicheck.compare.sides import Direction
from apicheck.compare.values import Role
from apicheck.model.json import child_pointer
from apicheck.model.operation import Operation


def compare_responses(both: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """What becomes of clients that read responses by the earlier document."""
    before, after = _list_responses(both.old, old), _list_responses(both.new, new)
    for status, part in before.items():
        there = _find(after, status)
        if there is not None:
            yield from _compare_response(both, status, part, there)
        elif status[0] in "123" or (status[0] in "45" and after):
            rule = "error-status-removed" if status[0] in "45" else "success-status-removed"
            place = child_pointer(new.pointer, "responses")
            yield change(rule, status, part.at, place)
    kept = any(status[0] == "2" and _find(after, status) for status in before)
    for status, part in after.items():
        described = _find(before, status)
        if kept and status[0] == "2" and described is None:
            place = child_pointer(old.pointer, "responses")
            yield change("success-status-added", status, place, part.at)
        if status not in before and status[0] in "45" and described is not None:
            yield from _compare_response(both, status, described, part)


def _list_responses(document: Document, operation: Operation) -> dict[str, Part]:
    """Status -> response. A class is written in upper case: 4XX."""
    responses = document.part(child_pointer(operation.pointer, "responses"))
    return {
        status if status == "default" else status.upper(): part
        for status, part in document.members(responses)
        if status[:2].lower() != "x-"
    }


def _find(among: dict[str, Part], status: str) -> Part | None:
    """The response that describes a status: its own, that of its class, or the default."""
    if status.endswith("XX"):  # each status of the class may have its own
        return among.get(status) or next(
            (part for one, part in among.items() if one[0] == status[0]), among.get("default")
        )
    if status == "default":
        return among.get("default")
    return next((among[one] for one in (status, f"{status[0]}XX", "default") if one in among), None)


def _compare_response(both: Both, status: str, old: Part, new: Part) -> Iterator[Change]:
    where = f"response {status}"
    if old.value.get("content") and not new.value.get("content"):
        found = change("response-body-removed", "body", child_pointer(old.at, "content"), new.at)
        yield from locate_in((found,), where)
    content = compare_content(both, old, new, Direction.RESPONSE, "")
    yield from locate_in(content, where)
    yield from locate_in(_compare_headers(both, old, new), where)


def _compare_headers(both: Both, old: Part, new: Part) -> Iterator[Change]:
    before, after = _list_headers(both.old, old), _list_headers(both.new, new)
    for name, part in before.items():
        there = after.get(name)
        needed = part.value.get("required") is True
        written = part.at.rpartition("/")[2]  # unless a $ref led to a component of another name
        shown = written if written.lower() == name else name
        if there is None:
            place = child_pointer(new.at, "headers")
            certain = needed and part.value.get("deprecated") is not True
            yield change("response-header-removed", shown, part.at, place, doubtful=not certain)
            continue
        if needed and there.value.get("required") is not True:
            yield change("response-header-became-optional", shown, part.at, there.at)
        schemas = both.old.schema(part), both.new.schema(there)
        found = both.find_changes(*schemas, Direction.RESPONSE, Role.PARAMETER)
        yield from locate_in(found, f"header {shown}")


def _list_headers(document: Document, response: Part) -> dict[str, Part]:
    """Name in lower case -> header. Content-Type is not one of them (OpenAPI, Response Object)."""
    headers = document.inside(response, "headers")
    return {
        name.lower(): part
        for name, part in document.members(headers)
        if name.lower() != "content-type"
    }
