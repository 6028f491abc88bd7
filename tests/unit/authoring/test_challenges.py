import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.authoring import challenges


def read(field: str) -> list[tuple[str, dict[str, str]]]:
    return [(one.scheme, dict(one.parameters)) for one in challenges.parse_challenges(field)]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Bearer", [("bearer", {})]),
        ('Bearer realm="a, b"', [("bearer", {"realm": "a, b"})]),
        ("Bearer realm=a , Error=b", [("bearer", {"realm": "a", "error": "b"})]),
        ('Basic realm="a\\"b", Bearer', [("basic", {"realm": 'a"b'}), ("bearer", {})]),
        (", ,Bearer ,", [("bearer", {})]),
        (
            # RFC 9110, section 11.6.1
            'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
            [
                ("basic", {"realm": "simple"}),
                ("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
            ],
        ),
        ("Negotiate abc==, Bearer", [("negotiate", {}), ("bearer", {})]),
        ("", []),
    ],
)
def test_the_grammar_of_rfc_9110_is_read(field: str, expected: object) -> None:
    assert read(field) == expected


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ('Bearer realm="a', "character 7"),
        ("Bearer realm=a error=b", "no comma at character 15"),
        ('Bearer realm="a"; error="b"', "no comma"),
        ("Bearer error: b", "no comma"),
        ("=a", "no scheme at character 1"),
        ("Bearer a=1, A=2", "A comes twice"),
    ],
)
def test_what_leaves_the_grammar_is_refused_with_the_place(field: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        challenges.parse_challenges(field)


TOKEN = st.text("abcXYZ019-._~", min_size=1)


@given(
    st.lists(
        st.tuples(TOKEN, st.dictionaries(TOKEN.map(str.lower), st.text('ab ,="\\', max_size=8))),
        max_size=4,
    )
)
def test_what_is_written_is_read_again(written: list[tuple[str, dict[str, str]]]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    field = ", ".join(
        f"{scheme} " + ", ".join(f"{name}={quoted(value)}" for name, value in parameters.items())
        for scheme, parameters in written
    )
    assert read(field) == [(scheme.lower(), parameters) for scheme, parameters in written]


@given(st.text('Bb a=,"\\;:/é\t\x00', max_size=30))
def test_junk_is_refused_or_read_and_never_anything_else(field: str) -> None:
    with contextlib.suppress(ValueError):
        assert all(one.scheme for one in challenges.parse_challenges(field))
