"""What lint finds in the documents that were published before."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, load_spec
from apicheck.plan.lint import lint

PROMISES = "facts: {versioning: {promises: {support: 12 months, notice: 90 days}%s}}\n"


def document(*operations: str) -> str:
    """An OpenAPI document; the name of a deprecated operation ends in "!"."""
    lines = ["openapi: 3.1.0", 'info: {title: Shop, version: "1"}', "paths:"]
    for name in operations:
        marked = "deprecated: true, " if name.endswith("!") else ""
        operation = f"operationId: {name.rstrip('!')}, {marked}responses: {{}}"
        lines.append(f"  /{name.rstrip('!')}/{{id}}:\n    get: {{{operation}}}")
    return "\n".join([*lines, ""])


def remarks(
    folder: Path, past: dict[str, tuple[str, ...]], present: tuple[str, ...], deprecations: str = ""
) -> list[tuple[str, str]]:
    for day, operations in past.items():
        (folder / f"{day}.yaml").write_text(document(*operations))
    (folder / "openapi.yaml").write_text(document(*present))
    # The order of the list is of no matter.
    listed = ", ".join(f"{{file: {day}.yaml, published: {day}}}" for day in reversed(past))
    rows = f", deprecations: [{deprecations}]" if deprecations else ""
    facts = PROMISES % f"{rows}, history: [{listed}]"
    (folder / "policy.yaml").write_text(f"policy: p\n{facts}")
    spec = load_spec(folder / "openapi.yaml")
    found = lint(spec, load_policy(folder / "policy.yaml", spec), {}).contradictions
    return [(one.about, one.message) for one in found]


def test_an_operation_that_was_removed_out_of_the_blue_is_named(tmp_path: Path) -> None:
    assert remarks(tmp_path, {"2026-01-01": ("a", "b")}, ("a",)) == [
        (
            "versioning.promises.support",
            "b: removed after 2026-01-01, and no document had deprecated it",
        )
    ]


@pytest.mark.parametrize(("removed", "named"), [("2026-12-31", True), ("2027-01-01", False)])
def test_an_operation_is_supported_from_the_first_document_that_deprecates_it(
    tmp_path: Path, removed: str, *, named: bool
) -> None:
    past = {"2025-06-01": ("a", "b"), "2026-01-01": ("a", "b!"), removed: ("a",)}
    expected = (
        "versioning.promises.support",
        (
            "b: removed on 2026-12-31, 364 days after the document of 2026-01-01 deprecated it"
            " first; promised 365"
        ),
    )
    assert remarks(tmp_path, past, ("a",)) == ([expected] if named else [])


def test_the_present_document_says_of_a_removal_not_when_it_was(tmp_path: Path) -> None:
    assert remarks(tmp_path, {"2026-01-01": ("a", "b!")}, ("a",)) == []


def test_an_operation_that_came_back_was_not_removed(tmp_path: Path) -> None:
    past = {"2026-01-01": ("a", "b"), "2026-02-01": ("a",), "2026-03-01": ("a", "b")}
    assert remarks(tmp_path, past, ("a", "b")) == []


@pytest.mark.parametrize(("since", "named"), [("2026-03-31", True), ("2026-04-01", False)])
def test_the_first_document_that_marks_it_is_the_notice_where_the_policy_names_none(
    tmp_path: Path, since: str, *, named: bool
) -> None:
    past = {"2026-01-01": ("a!",)}
    expected = (
        "versioning.promises.notice",
        (
            "a: deprecated since 2026-03-31, 89 days after the document of 2026-01-01 marked it"
            " first; promised 90"
        ),
    )
    found = remarks(tmp_path, past, ("a!",), f"{{ops: a, since: {since}}}")
    assert found == ([expected] if named else [])
    announced = f"{{ops: a, announced: 2025-01-01, since: {since}}}"
    assert remarks(tmp_path, past, ("a!",), announced) == []


def test_a_document_after_the_deprecation_that_does_not_mark_it_is_named(tmp_path: Path) -> None:
    past = {"2026-01-01": ("a",), "2026-05-02": ("a",), "2026-06-01": ("a!",)}
    found = remarks(tmp_path, past, ("a!",), "{ops: a, announced: 2025-01-01, since: 2026-05-01}")
    assert found == [
        (
            "versioning.deprecations",
            "a: deprecated since 2026-05-01; the document of 2026-05-02 does not mark it",
        )
    ]
