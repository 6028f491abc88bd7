from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.model.exchange import Credential, Direction, Exchange, Request, Role, Via
from apicheck.probe.placeholders import expand
from apicheck.report.curl import build_command

BASE = "http://127.0.0.1:8080"
TOKEN = "tok-A1b2C3"


def _exchange(request: Request, raw: bytes | None = None) -> Exchange:
    return Exchange("x-1", request, None, None, 0.0, 0.0, Role.TABLE, raw=raw)


def _bearer(value: str) -> Request:
    credential = Credential("bearer", "header", "Authorization", f"Bearer {value}")
    return Request("GET", "/me").with_bad_credentials(credential)


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands that print their arguments, NUL after each, then what they read."""
    folder = tmp_path_factory.mktemp("stubs")
    for name in ("curl", "nc", "openssl"):
        stub = folder / name
        stub.write_text('#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done\n[ -t 0 ] || cat\n')
        stub.chmod(0o755)
    return folder


def _ran(command: str, stubs: Path) -> bytes:
    environment = {"PATH": f"{stubs}:{os.environ['PATH']}", "APICHECK_ADMIN_TOKEN": TOKEN}
    done = subprocess.run(
        ["sh", "-c", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == b""
    return done.stdout


def _arguments(command: str, stubs: Path) -> list[str]:
    return _ran(command, stubs).decode().split("\0")[:-1]


def test_a_get_is_one_short_line() -> None:
    assert build_command(_exchange(Request("GET", "/contacts")), BASE) == f"curl -i {BASE}/contacts"


def test_a_base_url_with_a_slash_does_not_double_it() -> None:
    assert build_command(_exchange(Request("GET", "/a")), f"{BASE}/").endswith(":8080/a")


def test_an_endpoint_takes_the_place_of_the_base_url() -> None:
    by_plain = Request("GET", "/a", via=Via("http://api.test"))
    assert build_command(_exchange(by_plain), BASE) == "curl -i http://api.test/a"


def test_another_version_of_http_is_asked_for() -> None:
    request = Request("GET", "/contacts", version="1.0")
    assert build_command(_exchange(request), "http://x") == "curl -i --http1.0 http://x/contacts"


def test_one_version_of_tls_is_offered_as_it_was(stubs: Path) -> None:
    request = Request("GET", "/a", via=Via("https://api.test", "1.1"))
    said = _arguments(build_command(_exchange(request), BASE), stubs)
    options = ["-k", "--tlsv1.1", "--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0"]
    assert said == ["-i", *options, "https://api.test/a"]


def test_a_token_expands_from_the_readers_environment(stubs: Path) -> None:
    command = build_command(_exchange(_bearer("$APICHECK_ADMIN_TOKEN")), BASE)
    assert '"Authorization: Bearer $APICHECK_ADMIN_TOKEN"' in command
    assert f"Authorization: Bearer {TOKEN}" in _arguments(command, stubs)


@pytest.mark.parametrize(
    ("derivation", "shell"),
    [
        ("[:-1]", "${APICHECK_ADMIN_TOKEN%?}"),
        ("[:-3]", "${APICHECK_ADMIN_TOKEN%???}"),
        ("[1:]", "${APICHECK_ADMIN_TOKEN#?}"),
        ("[:5]", "sed"),
        ("[-4:]", "sed"),
        ("[2:-2]", "sed"),
        ("~upper", "tr"),
        ("~lower", "tr"),
        ("~swapcase", "tr"),
        ("~reverse", "awk"),
        ("~base64", "base64"),
        ("~hex", "od"),
        ("~append(x)", "${APICHECK_ADMIN_TOKEN}x"),
        ("~append())", "${APICHECK_ADMIN_TOKEN})"),
        ("~append(%)", "${APICHECK_ADMIN_TOKEN}%"),
        ("~append(!)", "${APICHECK_ADMIN_TOKEN}"),
        ("[:-1]~append(&/!)", "sed"),
        ("~prepend(a/b)", "sed"),
        *((f"~flip({index})", "awk") for index in (0, 1, 4, 5, 9, 25, -1)),
    ],
)
def test_a_derivation_in_the_shell_gives_what_was_sent(
    derivation: str, shell: str, stubs: Path
) -> None:
    command = build_command(_exchange(_bearer(f"$APICHECK_ADMIN_TOKEN{derivation}")), BASE)
    assert shell in command
    sent = expand(f"$APICHECK_ADMIN_TOKEN{derivation}", {"$APICHECK_ADMIN_TOKEN": TOKEN})
    assert f"Authorization: Bearer {sent}" in _arguments(command, stubs)


def test_a_letter_after_a_placeholder_is_not_read_as_its_name(stubs: Path) -> None:
    request = Request("GET", "/", headers=(("X-A", "$APICHECK_ADMIN_TOKENx"),))
    assert f"X-A: {TOKEN}x" in _arguments(build_command(_exchange(request), BASE), stubs)


def test_a_body_goes_out_byte_for_byte(stubs: Path) -> None:
    body = 'it\'s "$HOME" `id` \\ \n @é\t!'
    request = Request("POST", "/a", headers=(("Content-Type", "text/plain"),), body=body.encode())
    arguments = _arguments(build_command(_exchange(request), BASE), stubs)
    assert arguments[arguments.index("--data-binary") + 1] == body
    assert "-X" not in arguments


def test_a_body_that_begins_with_an_at_sign_is_not_read_as_a_file(stubs: Path) -> None:
    request = Request("PUT", "/a", body=b"@/etc/passwd")
    arguments = _arguments(build_command(_exchange(request), BASE), stubs)
    assert arguments[arguments.index("--data-raw") + 1] == "@/etc/passwd"
    assert arguments[arguments.index("-X") + 1] == "PUT"


def test_curl_adds_no_content_type_that_was_not_sent() -> None:
    assert "-H 'Content-Type:'" in build_command(_exchange(Request("POST", "/a", body=b"x")), BASE)


@pytest.mark.parametrize("body", [b"\x00\xff\r\n%d'\\", b"--part\r\n\r\na\r\n--part--\r\n"])
def test_a_body_that_a_command_line_cannot_hold_is_piped(stubs: Path, body: bytes) -> None:
    request = Request("POST", "/a", headers=(("Content-Type", "x/y"),), body=body)
    output = _ran(build_command(_exchange(request), BASE), stubs)
    assert output.endswith(b"\0" + body)


def test_a_path_that_curl_would_normalize_is_sent_unchanged() -> None:
    assert "--path-as-is" in build_command(_exchange(Request("GET", "/a/../b")), BASE)
    assert "--globoff" in build_command(_exchange(Request("GET", "/a[1]")), BASE)
    assert "--path-as-is" not in build_command(_exchange(Request("GET", "/a.b/c")), BASE)


def test_a_head_request_does_not_wait_for_a_body() -> None:
    assert build_command(_exchange(Request("HEAD", "/a")), BASE) == f"curl --head {BASE}/a"


def test_raw_bytes_go_through_netcat(stubs: Path) -> None:
    raw = (
        b"GET /%20 HTTP/1.1\r\nX: it's \\n\r\nAuthorization: Bearer $APICHECK_ADMIN_TOKEN \r\n\r\n"
    )
    output = _ran(build_command(_exchange(Request("GET", "/"), raw), BASE), stubs)
    sent = raw.replace(b"$APICHECK_ADMIN_TOKEN", TOKEN.encode())
    assert output == b"127.0.0.1\x008080\0" + sent


def test_raw_bytes_over_tls_go_through_openssl() -> None:
    command = build_command(
        _exchange(Request("GET", "/"), b"GET / HTTP/1.1\r\n\r\n"), "https://a.example/x"
    )
    assert command.endswith(
        "| openssl s_client -quiet -servername a.example -connect a.example:443"
    )


def test_a_webhook_delivery_has_no_command() -> None:
    received = replace(_exchange(Request("POST", "/hook")), direction=Direction.IN)
    assert build_command(received, BASE) == ""


def test_a_long_body_is_a_named_file() -> None:
    body = bytes(range(1, 256)) * 300
    request = Request("POST", "/a", headers=(("Content-Type", "x/y"),), body=body)
    command = build_command(_exchange(request), BASE)
    assert command.startswith("# body.bin: 76500 bytes")
    assert "@body.bin" in command
    assert len(command) < 300


def test_the_shell_produces_a_padded_body(stubs: Path) -> None:
    body = b'{"name":"100% it\'s ' + b"a" * 70_000 + b'"}' + b" " * 1000
    request = Request("POST", "/a", headers=(("Content-Type", "application/json"),), body=body)
    command = build_command(_exchange(request), BASE)
    assert len(command) < 300
    assert _ran(command, stubs).endswith(b"\0" + body)


@pytest.mark.parametrize("scheme", ["Basic", "basic"])
def test_basic_credentials_go_out_in_base64_as_they_were_sent(stubs: Path, scheme: str) -> None:
    credential = Credential(
        "client", "header", "Authorization", f"{scheme} partner:$APICHECK_ADMIN_TOKEN"
    )
    request = Request("GET", "/me").with_bad_credentials(credential)
    arguments = _arguments(build_command(_exchange(request), BASE), stubs)
    encoded = b64encode(f"partner:{TOKEN}".encode()).decode()
    expected = (
        ["-u", f"partner:{TOKEN}"]
        if scheme == "Basic"
        else [
            "-H",
            f"Authorization: basic {encoded}",
        ]
    )
    assert arguments[1:3] == expected


def test_a_number_sign_in_a_body_does_not_keep_a_command_on_one_line() -> None:
    request = Request("POST", "/tags", body=b'{"name":"newsletter","color":"#3366cc","x":1}')
    command = build_command(_exchange(request), f"{BASE}/a-place-that-is-rather-long")
    assert " \\\n  " in command


TEXTS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=30)


@given(value=TEXTS.filter(lambda text: "$APICHECK" not in text))
def test_the_shell_passes_any_header_on_unchanged(value: str) -> None:
    import shlex

    request = Request("GET", "/", headers=(("X-Any", value),))
    words = shlex.split(build_command(_exchange(request), BASE))
    assert words[words.index("-H") + 1] == (f"X-Any: {value}" if value else "X-Any;")


def test_apicheck_itself_makes_a_changed_jwt() -> None:
    credential = Credential(
        "session", "header", "Authorization", "Bearer $APICHECK_A_TOKEN~jose(alg=none)~unsigned"
    )
    request = Request("GET", "/me", credentials=(credential,))
    line = build_command(_exchange(request), "http://127.0.0.1")
    first = "python3 -m apicheck.probe.placeholders '~jose(alg=none)'"
    assert f'"$APICHECK_A_TOKEN" | {first} | ' in line
