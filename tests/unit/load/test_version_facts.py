"""Facts of the versions that a request can name: typed, and refused where they contradict."""

from pathlib import Path
from typing import Any

import pytest

from apicheck.load import facts_from, load_policy, parse_spec
from apicheck.model.errors import PolicyError
from apicheck.model.facts import (
    ApiVersion,
    ExpectedResponse,
    RedirectedTo,
    ServedBy,
    StatusSet,
    VersionEcho,
    When,
)

SPEC = parse_spec(
    'openapi: "3.1.0"\ninfo: {title: t, version: "1"}\n'
    "paths: {/a: {get: {operationId: a, responses: {default: {description: d}}}}}\n",
    "openapi.yaml",
)


def versioning(**written: Any) -> Any:
    return facts_from({"versioning": written}).versioning


def test_a_version_is_a_state_or_another_name_of_one() -> None:
    found = versioning(
        versions={
            "v2": "current",
            "v1": {"state": "deprecated", "sunset": "2027-01-01"},
            "v0": {"state": "retired", "answer": 404},
            "latest": {"serves": "v2"},
        }
    )
    assert found.versions == {
        "v2": ApiVersion("current"),
        "v1": ApiVersion("deprecated", sunset="2027-01-01"),
        "v0": ApiVersion("retired", answer=ExpectedResponse(StatusSet(("404",)))),
        "latest": ApiVersion(serves="v2"),
    }


def test_what_names_no_version_is_refused_served_or_redirected() -> None:
    written = {"status": [404, 410]}
    found = versioning(
        unknown=400, missing={"serves": "v2"}, malformed={"redirects": "v2"}, retired=written
    )
    assert found.malformed == RedirectedTo("v2")
    assert found.unknown == ExpectedResponse(StatusSet(("400",)))
    assert found.missing == ServedBy("v2")
    assert found.retired == ExpectedResponse(StatusSet(("404", "410")))
    assert found.future is None


@pytest.mark.parametrize(
    ("written", "echo"),
    [
        ("X-Version", VersionEcho("X-Version")),
        (
            {"header": "X-Version", "when": {"status": "4xx"}},
            VersionEcho("X-Version", When(StatusSet(("4xx",)))),
        ),
    ],
)
def test_the_echo_is_a_header_of_some_responses(written: Any, echo: VersionEcho) -> None:
    assert versioning(echo=written).echo == echo


def test_every_contradiction_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("""\
policy: p
facts:
  versioning:
    in: header
    form: v2
    versions:
      v2: current
      v3: current
      v1: retired
      latest: {serves: v2}
      newest: {serves: latest}
    missing: {serves: v9}
    future: {redirects: v2}
    unknown:
      serves: v1
    malformed: always
clauses: {}
""")
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "policy.yaml", SPEC)
    assert [(m.line, m.path) for m in caught.value.mistakes] == [
        (4, "facts.versioning.in"),
        (5, "facts.versioning.form"),
        (8, "facts.versioning.versions.v3"),
        (11, "facts.versioning.versions.newest.serves"),
        (12, "facts.versioning.missing.serves"),
        (13, "facts.versioning.future.redirects"),
        (15, "facts.versioning.unknown.serves"),
        (16, "facts.versioning.malformed"),
    ]
    said = "\n".join(f"{m.message} {m.suggestion}" for m in caught.value.mistakes)
    assert '"v9"' in said
    assert "is retired, and serves nothing known: v2, v3" in said


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("header", "the name of the header"),
        ("query", "the name of the parameter"),
        ("media", "the form of the media type"),
    ],
)
def test_a_place_without_its_name_is_a_mistake(tmp_path: Path, place: str, says: str) -> None:
    text = f"policy: p\nfacts:\n  versioning: {{in: {place}}}\nclauses: {{}}\n"
    (tmp_path / "policy.yaml").write_text(text)
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "policy.yaml", SPEC)
    (mistake,) = caught.value.mistakes
    assert says in mistake.message
    assert mistake.line == 3


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("in: path, conflict: 400", ["a path names one version"]),
        ("in: media, name: v, conflict: 400", ["a media type names one version"]),
        ("in: query, name: v, vary: true", ["no header field chooses the version"]),
        ("in: path, also: V, conflict: 400, vary: true", []),
    ],
)
def test_what_no_request_can_name_is_not_promised(
    tmp_path: Path, facts: str, says: list[str]
) -> None:
    text = f"policy: p\nfacts:\n  versioning: {{{facts}}}\nclauses: {{}}\n"
    (tmp_path / "policy.yaml").write_text(text)
    messages: list[str] = []
    try:
        load_policy(tmp_path / "policy.yaml", SPEC)
    except PolicyError as error:
        messages = [one.message for one in error.mistakes]
    assert [m.startswith(s) for m, s in zip(messages, says, strict=True)] == [True] * len(says)
