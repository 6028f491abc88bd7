"""The dates of a policy's lifecycle."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, parse_spec
from apicheck.model.errors import PolicyError

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /old:
    get: {operationId: old, deprecated: true, responses: {default: {description: d}}}
""",
    "openapi.yaml",
)


def mistakes_of(tmp_path: Path, text: str) -> list[tuple[int, str, str]]:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    try:
        load_policy(path, SPEC)
    except PolicyError as error:
        return [(one.line, one.path, one.message) for one in error.mistakes]
    return []


def test_every_sunset_before_its_deprecation_is_refused_with_its_line_in_one_message(
    tmp_path: Path,
) -> None:
    text = """\
policy: p
facts:
  versioning:
    versions:
      v1: {state: deprecated, since: 2026-02-01, sunset: 2026-01-31}
    deprecations:
      - ops: old
        since: 2026-02-01T12:00:00Z
        sunset: 2026-02-01T11:00:00Z
        successor: nowhere
"""
    assert mistakes_of(tmp_path, text) == [
        (
            5,
            "facts.versioning.versions.v1.sunset",
            "the sunset, 2026-01-31, is before the deprecation, 2026-02-01",
        ),
        (
            9,
            "facts.versioning.deprecations.0.sunset",
            "the sunset, 2026-02-01T11:00:00Z, is before the deprecation, 2026-02-01T12:00:00Z",
        ),
        (10, "facts.versioning.deprecations.0.successor", 'unknown operation "nowhere"'),
    ]


@pytest.mark.parametrize(
    "dates",
    [
        "since: 2026-02-01, sunset: 2026-02-01",
        "since: 2026-02-01T12:00:00Z, sunset: 2026-02-01",
        "since: 2026-02-01T00:30:00+02:00, sunset: 2026-01-31T23:00:00Z",
        "since: 2026-02-01",
        "sunset: 2026-02-01",
    ],
)
def test_dates_in_order_are_no_mistake(tmp_path: Path, dates: str) -> None:
    text = f"policy: p\nfacts:\n  versioning:\n    deprecations: [{{ops: old, {dates}}}]\n"
    assert mistakes_of(tmp_path, text) == []
